//! Words that turn what follows: negation, doubt, the past, and those that end such a scope.

use std::collections::HashMap;

use super::tokens::Tokens;

/// What a cue does to the findings after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cue {
    /// "no", "without": what follows is absent.
    No,
    /// "not", "doesn't": absent only if the finding follows directly ("not had any fever").
    Not,
    /// "denies", "negative for": absent, the whole list.
    Deny,
    /// "no longer": absent now, present before.
    Gone,
    Maybe,
    Past,
    /// Ends a scope: "but", "except", "because".
    Stop,
    /// A new subject or a verb of having: ends a scope unless it belongs to its beginning.
    Begin,
    /// Looks like a cue and is none: "no relief of", "not only".
    Skip,
}

/// "not" in the first place stands for every contraction with it.
const TABLE: &[(Cue, &str)] = &[
    (
        Cue::No,
        "no|without|never|nor|neither|none of|nil|zero|lack of|lacks|lacking|absence of|free of|free from|cannot see any|cannot find any|couldnt see any|couldnt find any|absent|instead of|rather than|nothing like|anything but|not true that|nothing has|nothing is|nothing gone|untrue that|cannot feel any|cannot feel a|couldnt feel any|not a day when|not a day that|not a night when|not a night that|not an hour when|not a moment when|not a single day when",
    ),
    (Cue::Not, "not|non|not take any|not taking any|not taken any|not on any"),
    (
        Cue::Deny,
        "denies|denied|deny|denying|negative for|no evidence of|no sign of|no signs of|no symptoms of|no complaints of|no complaint of|negatives|ruled out|not positive for",
    ),
    (Cue::Gone, "no longer|stopped|stopped having|got rid of|cured of|resolved"),
    (
        Cue::Maybe,
        "maybe|perhaps|possible|possibly|probable|probably|potential|potentially|might|might have|may have|may be|could be|could have|could it be|could this be|unsure if|unsure whether|unsure about|unsure|suspect|suspected|suspects|suspicious for|suspicion of|query|questionable|rule out|cannot rule out|cannot exclude|concern for|risk of|in case of|return if|wonder if|wondering if|equivocal|likely|unlikely|not likely|not sure|not sure if|not sure whether|not sure about|not certain|not certain if|not clear if|not know if|not know whether|not necessarily|if i get|if i have|if i develop|if he gets|if she gets|if he has|if she has|if you|if they|if it becomes|if i ever|if i had|if i start|if i started|if i notice|if he starts|if she starts|if he develops|if she develops|if there is|if there are|come back if|call if|should i get|should you|recognise|recognize|avoid|prevent|look out for|watch for|watch out for|cannot tell if|cannot tell whether|couldnt tell if|couldnt tell whether|cannot say if|cannot say whether|couldnt say if|couldnt say whether|not tell if|not tell whether|not say if|not say whether|hard to tell if|hard to tell whether|hard to say if|hard to say whether|not remember if|not remember whether|cannot remember if|cannot remember whether|no idea if|no idea whether|worried about getting|worry about getting|worried about having|worry about having|afraid of getting|scared of getting",
    ),
    (
        Cue::Past,
        "history of|history|past medical history|past history|previous|previously|prior|used to|status post|recovered from|recovering from|childhood|former|formerly|once had|in the past had",
    ),
    (
        Cue::Stop,
        "but|however|although|though|except|yet|apart from|other than|aside from|still|only|just|instead|then|now|because|due to|secondary to|since|after|when|while|until|which|who|despite|unless|whereas|besides|also|plus|positive|so|if|resulting|caused by|from",
    ),
    (
        Cue::Begin,
        "has|have|had|having|reports|reported|reporting|complains|complained|complaining|presents|presented|presenting|feel|feels|feeling|felt|gets|getting|got|started|developed|develops|notes|noted|noticed|admits|endorses|experiencing|experienced|shows|there is|there are|there was|i|im|ive|he|she|they|we|patient|pt",
    ),
    (
        Cue::Skip,
        "no relief|no improvement|no change|no changes|no better|no worse|no difference|no help|no response|no increase|no decrease|no doubt|no wonder|no cause|no reason|no idea|no way|no matter|no explanation|no effect|no end|no rest|no sleep|no trigger|no medication|no medications|no medicine|no meds|no medical problems|no allergies|no known allergies|no known drug allergies|no luck|no obvious cause|no obvious reason|no apparent cause|no apparent reason|no particular reason|no clear cause|no real reason|no position|no problem|no problems|no more than|no less than",
    ),
    (
        Cue::Skip,
        "without relief|without improvement|without warning|without reason|without any reason|without cause|without a cause|without a reason|without any warning|without obvious cause|without help|without success|without trying|without effort|without treatment|without medication",
    ),
    (
        Cue::Skip,
        "not just|not only|not merely|not simply|not to mention|not because|not due to|not related to|not relieved|not helped|not helping|not help|not improving|not improved|not improve|not better|not get better|not getting better|not got better|not go away|not going away|not gone|not gone away|not resolved|not resolving|not resolve|not subsided|not subside|not settled|not settling|not settle|not stopping|not stopped|not stop|not work|not working|not worked|not sure why|not sure what|not sure how|not sure when|not sure where|not know|not know why|not know what|not know how|not know where|not severe|not bad|not too|not that bad|not so bad|not very bad|not too bad|not too severe|not as bad|not responding|not controlled|not eased|not easing|not ease|not let up|not able|not understand|not want|not take|not taken|not taking|not tried|not sleep|not sleeping|not slept|not changed|not changing|not change|not worse|not until|not clear why|not enough|not much better|not get rid of|not getting rid of|not long|not explain|not explained|not care|not tell|not even|not deny|wont deny|cannot deny|wouldnt deny",
    ),
    (
        Cue::Skip,
        "nothing|nothing helps|nothing for|history of present|history of presenting|prior to|previously well|previously healthy|previously fit|previously fit and well|not used to|get used to|getting used to|got used to|past few|past couple|past day|past days|past week|past weeks|past month|past months|past year|past years|past hour|past hours|past half|past several|past night|only just|just before|just after|just like|so bad|so much|so severe|stopped taking|stopped working|stopped using|from time|after all|soon as possible|as soon as possible",
    ),
];

/// The cues, to be looked up by their first word.
#[derive(Debug)]
pub(super) struct Cues(HashMap<&'static str, Vec<(Vec<&'static str>, Cue)>>);

impl Cues {
    pub fn new() -> Self {
        let mut all: HashMap<&'static str, Vec<(Vec<&'static str>, Cue)>> = HashMap::new();
        for (cue, patterns) in TABLE {
            for pattern in patterns.split('|') {
                let mut words = pattern.split(' ');
                let first = words.next().unwrap_or_default();
                all.entry(first).or_default().push((words.collect(), *cue));
            }
        }
        for patterns in all.values_mut() {
            patterns.sort_by_key(|(rest, _)| std::cmp::Reverse(rest.len()));
        }
        Self(all)
    }

    /// The longest cue at `at` and its length; `free` tells which tokens no finding has taken.
    pub fn at(&self, tokens: &Tokens, at: usize, free: impl Fn(usize) -> bool) -> Option<(Cue, usize)> {
        if !free(at) {
            return None;
        }
        if let Some(mark) = tokens.mark(at) {
            return Self::mark(tokens, at, mark);
        }
        let first = match tokens.word(at) {
            "dont" | "doesnt" | "didnt" | "isnt" | "arent" | "wasnt" | "werent" | "hasnt" | "havent" | "hadnt"
            | "aint" | "wouldnt" => "not",
            word => word,
        };
        if first == "cause" && Self::is_asked_or_guessed(tokens, at) {
            return Some((Cue::Maybe, 1));
        }
        let fits = |rest: &[&str]| {
            rest.iter().enumerate().all(|(nth, &word)| tokens.word(at + 1 + nth) == word && free(at + 1 + nth))
        };
        let found = self.0.get(first)?.iter().find(|(rest, _)| fits(rest))?;
        Some((found.1, found.0.len() + 1))
    }

    /// "*Can* stress *cause* headaches?", "the tablets *may cause* a rash": nobody said that it did.
    fn is_asked_or_guessed(tokens: &Tokens, at: usize) -> bool {
        let verb =
            |back| matches!(tokens.word_before(at, back), "can" | "could" | "may" | "might" | "does" | "do" | "would");
        (1..=4).any(verb)
    }

    /// "(-) fever" is none; "?fever" and "? fever" at the start of a line or list item are a doubt.
    fn mark(tokens: &Tokens, at: usize, mark: char) -> Option<(Cue, usize)> {
        match mark {
            '(' if tokens.mark(at + 1) == Some('-') && tokens.mark(at + 2) == Some(')') => Some((Cue::No, 3)),
            '(' if tokens.mark(at + 1) == Some('+') && tokens.mark(at + 2) == Some(')') => Some((Cue::Stop, 3)),
            '?' => {
                let before =
                    at == 0 || matches!(tokens.mark_before(at, 1), Some(',' | '.' | '\n' | ':' | ';' | '(' | '/'));
                let leans = tokens.glued(at + 1) && !tokens.glued(at);
                (before || leans).then_some((Cue::Maybe, 1))
            }
            _ => None,
        }
    }
}

/// Words between a negation and its finding that do not come between them: "not *been having any* fever".
pub(super) fn is_filler(word: &str) -> bool {
    super::words::is_small(word)
        || matches!(
            word,
            "having"
                | "felt"
                | "get"
                | "gets"
                | "gotten"
                | "experience"
                | "experiencing"
                | "experienced"
                | "notice"
                | "noticed"
                | "report"
                | "reports"
                | "reported"
                | "complain"
                | "complaining"
                | "develop"
                | "developed"
                | "seem"
                | "seems"
                | "appear"
                | "appears"
                | "currently"
                | "recently"
                | "ever"
                | "actually"
                | "suffer"
                | "suffering"
                | "suffered"
                | "show"
                | "showing"
                | "see"
                | "seen"
                | "sign"
                | "signs"
                | "evidence"
                | "significant"
                | "other"
                | "new"
                | "known"
                | "obvious"
                | "associated"
                | "further"
                | "additional"
                | "think"
                | "thinks"
                | "believe"
                | "do"
                | "does"
                | "history"
                | "family"
                | "past"
                | "previous"
                | "prior"
                | "sort"
                | "symptoms"
                | "symptom"
                | "either"
                | "as"
                | "had"
                | "presence"
                | "such"
                | "there"
                | "one"
                | "visible"
                | "clear"
                | "real"
                | "today"
                | "particularly"
                | "especially"
                | "complaints"
                | "about"
        )
}

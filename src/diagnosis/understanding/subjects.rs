//! Whose symptom it is: the patient's, or that of somebody who is only told about.

use super::lexicon::Match;
use super::negation::Judged;
use super::tokens::Tokens;
use super::{Sex, State, Subject};

/// Who is spoken of at a token.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Who {
    /// The patient, by "I" or by default.
    Patient,
    /// Somebody the writer asks for: "my husband", "my baby".
    Ward(Option<Sex>),
    /// A relative or another person who is not the patient.
    Other(Option<Sex>),
}

impl Who {
    pub fn subject(self) -> Subject {
        match self {
            Self::Patient | Self::Ward(_) => Subject::Patient,
            Self::Other(_) => Subject::Other,
        }
    }

    fn sex(self) -> Option<Sex> {
        match self {
            Self::Patient => None,
            Self::Ward(sex) | Self::Other(sex) => sex,
        }
    }
}

/// What a word for a person makes of him: a partner, a child, other kin or company.
#[derive(Clone, Copy, PartialEq)]
enum Relation {
    Partner,
    Child,
    Kin,
}

fn relation(word: &str) -> Option<(Relation, Option<Sex>)> {
    let (male, female) = (Some(Sex::Male), Some(Sex::Female));
    Some(match word {
        "husband" | "boyfriend" => (Relation::Partner, male),
        "wife" | "girlfriend" => (Relation::Partner, female),
        "partner" | "spouse" | "fiance" | "fiancee" => (Relation::Partner, None),
        "son" | "grandson" | "stepson" => (Relation::Child, male),
        "daughter" | "granddaughter" | "stepdaughter" => (Relation::Child, female),
        "baby" | "babies" | "child" | "children" | "kid" | "kids" | "toddler" | "infant" | "newborn" | "grandchild" | "sons"
        | "daughters" => (Relation::Child, None),
        "father" | "dad" | "daddy" | "brother" | "grandfather" | "grandpa" | "grandad" | "granddad" | "uncle" | "nephew"
        | "stepfather" => (Relation::Kin, male),
        "mother" | "mom" | "mum" | "mommy" | "mummy" | "sister" | "grandmother" | "grandma" | "gran" | "nan" | "granny" | "aunt"
        | "niece" | "stepmother" | "mam" => (Relation::Kin, female),
        "parent" | "parents" | "sibling" | "siblings" | "brothers" | "sisters" | "grandparents" | "cousin" | "cousins" | "aunts"
        | "uncles" | "relative" | "relatives" | "family" | "friend" | "friends" | "neighbour" | "neighbor" | "colleague"
        | "colleagues" | "coworker" | "roommate" | "flatmate" | "housemate" | "classmate" | "classmates" | "everyone"
        | "everybody" | "someone" | "somebody" | "fh" | "boss" | "dog" | "cat" => (Relation::Kin, None),
        _ => return None,
    })
}

/// Who is spoken of at each token. `own`: the text is by the patient or somebody who asks for him.
pub(super) fn find(tokens: &Tokens, matches: &[Match], judged: &[Judged], own: bool) -> Vec<Who> {
    let urgent = urgent_sentences(tokens);
    let mut who = Who::Patient;
    let mut third: Option<Who> = None;
    // Somebody else is asked for only as long as nobody said "I have …".
    let (mut first_person, mut first_person_ill) = (false, false);
    let mut next_match = 0;
    let mut out = Vec::with_capacity(tokens.len());
    for at in 0..tokens.len() {
        let word = tokens.word(at);
        if tokens.ends_sentence(at) {
            who = Who::Patient;
            first_person = false;
        } else if let Some((relation, sex)) = relation(word) {
            let ward = match relation {
                Relation::Partner => own && !first_person_ill,
                Relation::Child => !own || !first_person_ill,
                Relation::Kin => own && !first_person_ill && is_asked_for(tokens, at, urgent.get(at).copied().unwrap_or(false)),
            };
            if word != "family" || is_family_history(tokens, at) {
                let found = if ward { Who::Ward(sex) } else { Who::Other(sex) };
                if shifts(tokens, at) {
                    who = found;
                    first_person = false;
                    third = Some(found);
                }
            }
        } else {
            match word {
                "i" | "im" | "ive" | "me" | "myself" | "we" => {
                    who = Who::Patient;
                    first_person = true;
                }
                "my" | "our" if !leads_to_relative(tokens, at) => {
                    who = Who::Patient;
                    first_person = true;
                }
                "patient" | "pt" | "client" => {
                    who = Who::Patient;
                    third = None;
                }
                "he" | "his" | "him" => who = resolve(third, Sex::Male, who),
                "she" | "her" => who = resolve(third, Sex::Female, who),
                "presents" | "presented" | "complains" | "complaining" | "comes" if tokens.mark_before(at, 1).is_some() => who = Who::Patient,
                _ => {}
            }
        }
        while let Some(one) = matches.get(next_match).filter(|one| one.first <= at) {
            let present = judged.get(next_match).is_some_and(|judged| judged.state != State::Absent && !judged.past);
            let here = who == Who::Patient && first_person && one.first == at;
            first_person_ill |= here && present;
            next_match += 1;
        }
        out.push(who);
    }
    for one in matches {
        if runs_in_family(tokens, one.last)
            && let Some(place) = out.get_mut(one.first)
        {
            *place = Who::Other(None);
        }
    }
    out
}

/// "He" is the last man named, if there is one; otherwise the patient.
fn resolve(third: Option<Who>, sex: Sex, now: Who) -> Who {
    match third {
        Some(person) if person.sex().is_none_or(|known| known == sex) => person,
        _ if now.sex() == Some(sex) => now,
        _ => Who::Patient,
    }
}

/// Whether the person named at `at` becomes the one spoken of. Not: "came with his wife", "mother says he …", "a mother of two".
fn shifts(tokens: &Tokens, at: usize) -> bool {
    let next = tokens.word(at + 1);
    if next == "of" {
        return false;
    }
    let reports = matches!(
        next,
        "reports" | "reported" | "says" | "said" | "states" | "stated" | "noticed" | "noted" | "notes" | "thinks" | "thought"
            | "worried" | "concerned" | "tells" | "told" | "called" | "brought" | "denies" | "denied" | "gave" | "describes"
            | "found" | "witnessed" | "saw"
    );
    let possessive = matches!(tokens.word_before(at, 1), "my" | "his" | "her" | "their" | "our" | "the" | "a" | "patient");
    let lead = tokens.word_before(at, 1 + usize::from(possessive));
    let aside = matches!(lead, "with" | "by" | "per" | "to" | "from" | "than");
    let goes_on = matches!(next, "who" | "with" | "whose" | "has" | "had" | "have" | "is" | "was" | "having");
    let told_of = aside && !goes_on;
    !reports && !told_of
}

/// "family history", "FH:": the word alone ("family doctor", "family is worried") names nobody who is ill.
fn is_family_history(tokens: &Tokens, at: usize) -> bool {
    matches!(tokens.word(at + 1), "history" | "has" | "have" | "had" | "hx" | "members" | "member" | "are" | "is" | "medical")
        || tokens.mark(at + 1) == Some(':')
}

/// "my" before a relative, with an age or an adjective between at most.
fn leads_to_relative(tokens: &Tokens, at: usize) -> bool {
    for ahead in 1..=6 {
        let word = tokens.word(at + ahead);
        if relation(word).is_some() {
            return true;
        }
        let passes = tokens.number(at + ahead).is_some()
            || matches!(word, "year" | "years" | "month" | "months" | "week" | "weeks" | "day" | "days" | "old" | "yo" | "elderly" | "little"
                | "youngest" | "oldest" | "eldest" | "older" | "younger" | "late" | "poor" | "newborn" | "own" | "two" | "three" | "four"
                | "five" | "six" | "seven" | "eight" | "nine" | "ten" | "eleven" | "twelve" | "maternal" | "paternal" | "big");
        if !passes {
            return false;
        }
    }
    false
}

/// Whether the writer asks for a parent, sibling or friend: the sentence is about now, not about an illness he has.
fn is_asked_for(tokens: &Tokens, at: usize, urgent: bool) -> bool {
    let next = tokens.word(at + 1);
    let told = matches!(next, "had" | "died" | "passed" | "history" | "side" | "suffered" | "was");
    let mine = (1..=6).any(|back| matches!(tokens.word_before(at, back), "my" | "our")) || at == 0;
    let doing = matches!(next, "is" | "isnt" | "cant" | "cannot" | "keeps" | "wont")
        && (next != "is" || tokens.word(at + 2).ends_with("ing") || tokens.word(at + 2) == "not");
    mine && !told && (doing || urgent) && !matches!(tokens.word(at), "family" | "fh" | "parents" | "relatives" | "everyone")
}

/// For each token, whether its sentence speaks of what is going on now.
fn urgent_sentences(tokens: &Tokens) -> Vec<bool> {
    let mut out = Vec::with_capacity(tokens.len());
    let mut urgent = false;
    for at in 0..tokens.len() {
        urgent |= matches!(
            tokens.word(at),
            "now" | "tonight" | "today" | "suddenly" | "collapsed" | "unconscious" | "yesterday" | "hour" | "hours" | "minutes"
                | "morning" | "help" | "woke" | "keeps" | "started" | "cannot" | "unresponsive" | "ambulance"
        );
        if tokens.ends_sentence(at + 1) {
            out.resize(at + 1, urgent);
            urgent = false;
        }
    }
    out.resize(tokens.len(), urgent);
    out
}

/// "diabetes runs in the family".
fn runs_in_family(tokens: &Tokens, last: usize) -> bool {
    matches!(tokens.word(last + 1), "runs" | "run" | "in") && (2..=5).any(|ahead| tokens.word(last + ahead) == "family")
}

//! Relatives and other people in the text: what they are to the writer, and when it is them that is spoken of.

use super::Sex;
use super::tokens::Tokens;

/// What a word for a person makes of him: a partner, a child, other kin or company.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Relation {
    Partner,
    Child,
    Kin,
}

/// The relation that a word names, and the sex it tells.
pub(super) fn relation(word: &str) -> Option<(Relation, Option<Sex>)> {
    let (male, female) = (Some(Sex::Male), Some(Sex::Female));
    Some(match word {
        "husband" | "boyfriend" => (Relation::Partner, male),
        "wife" | "girlfriend" => (Relation::Partner, female),
        "partner" | "spouse" | "fiance" | "fiancee" => (Relation::Partner, None),
        "son" | "grandson" | "stepson" => (Relation::Child, male),
        "daughter" | "granddaughter" | "stepdaughter" => (Relation::Child, female),
        "baby" | "babies" | "child" | "children" | "kid" | "kids" | "toddler" | "infant" | "newborn" | "grandchild"
        | "sons" | "daughters" => (Relation::Child, None),
        "father" | "dad" | "daddy" | "brother" | "grandfather" | "grandpa" | "grandad" | "granddad" | "uncle"
        | "nephew" | "stepfather" => (Relation::Kin, male),
        "mother" | "mom" | "mum" | "mommy" | "mummy" | "sister" | "grandmother" | "grandma" | "gran" | "nan"
        | "granny" | "aunt" | "niece" | "stepmother" | "mam" => (Relation::Kin, female),
        "parent" | "parents" | "sibling" | "siblings" | "brothers" | "sisters" | "grandparents" | "cousin"
        | "cousins" | "aunts" | "uncles" | "relative" | "relatives" | "family" | "friend" | "friends" | "neighbour"
        | "neighbor" | "colleague" | "colleagues" | "coworker" | "roommate" | "flatmate" | "housemate"
        | "classmate" | "classmates" | "everyone" | "everybody" | "someone" | "somebody" | "fh" | "boss" | "dog"
        | "cat" => (Relation::Kin, None),
        _ => return None,
    })
}

/// The relation of the person named at `at` to the writer: "another child", "my friend's newborn" and "the lady next door" are no
/// relatives of his.
pub(super) fn person(tokens: &Tokens, at: usize) -> Option<(Relation, Option<Sex>)> {
    let word = tokens.word(at);
    let Some((found, sex)) = relation(word) else {
        let sex = match word {
            "man" | "guy" | "boy" => Some(Sex::Male),
            "woman" | "lady" | "girl" => Some(Sex::Female),
            "person" | "people" => None,
            _ => return None,
        };
        let elsewhere = matches!(
            (tokens.word(at + 1), tokens.word(at + 2)),
            ("next", "door") | ("at", "work") | ("in", "my") | ("upstairs" | "downstairs", _)
        );
        let heard_of = (1..=3).any(|back| tokens.word_before(at, back) == "about") && tokens.word(at + 1) == "who";
        return (elsewhere || heard_of).then_some((Relation::Kin, sex));
    };
    let owner = relation(tokens.word_before(at, 1)).is_some_and(|(owner, _)| owner == Relation::Kin);
    let another = matches!(tokens.word_before(at, 1), "another" | "other");
    Some((if owner || another { Relation::Kin } else { found }, sex))
}

/// "in *my class*", "at our office": company, not the writer.
pub(super) fn leads_to_company(tokens: &Tokens, at: usize) -> bool {
    matches!(tokens.word_before(at, 1), "in" | "at" | "from" | "of")
        && matches!(
            tokens.word(at + 1),
            "class"
                | "school"
                | "office"
                | "work"
                | "workplace"
                | "house"
                | "household"
                | "street"
                | "team"
                | "nursery"
                | "ward"
                | "town"
        )
}

/// Whether the person named at `at` becomes the one spoken of. Not: "came with his wife", "mother says he …", "a mother of two".
pub(super) fn shifts(tokens: &Tokens, at: usize) -> bool {
    let next = tokens.word(at + 1);
    if next == "of" || is_the_writer(tokens, at) {
        return false;
    }
    let reports = matches!(
        next,
        "reports"
            | "reported"
            | "says"
            | "said"
            | "states"
            | "stated"
            | "noticed"
            | "noted"
            | "notes"
            | "thinks"
            | "thought"
            | "worried"
            | "concerned"
            | "tells"
            | "told"
            | "called"
            | "brought"
            | "denies"
            | "denied"
            | "gave"
            | "describes"
            | "found"
            | "witnessed"
            | "saw"
    );
    let possessive =
        matches!(tokens.word_before(at, 1), "my" | "his" | "her" | "their" | "our" | "the" | "a" | "patient");
    let lead = tokens.word_before(at, 1 + usize::from(possessive));
    let aside = matches!(lead, "with" | "by" | "per" | "to" | "from" | "than");
    let goes_on = matches!(next, "who" | "with" | "whose" | "has" | "had" | "have" | "is" | "was" | "having");
    let told_of = aside && !goes_on;
    !reports && !told_of
}

/// "I'm a single mother", "35 yo mother": the patient, not the patient's mother.
fn is_the_writer(tokens: &Tokens, at: usize) -> bool {
    for back in 1..=4 {
        match tokens.word_before(at, back) {
            "im" | "am" => return true,
            "old" | "yo" => {
                return !(2..=8).any(|back| matches!(tokens.word_before(at, back), "my" | "our" | "her" | "his"));
            }
            "a" | "an" | "single" | "new" | "young" | "breastfeeding" | "nursing" | "expectant" => {}
            _ => return false,
        }
    }
    false
}

/// "family history", "FH:": the word alone ("family doctor", "family is worried") names nobody who is ill.
pub(super) fn is_family_history(tokens: &Tokens, at: usize) -> bool {
    matches!(
        tokens.word(at + 1),
        "history" | "has" | "have" | "had" | "hx" | "members" | "member" | "are" | "is" | "medical"
    ) || tokens.mark(at + 1) == Some(':')
}

/// "my" before a relative, with an age or an adjective between at most.
pub(super) fn leads_to_relative(tokens: &Tokens, at: usize) -> bool {
    for ahead in 1..=6 {
        let word = tokens.word(at + ahead);
        if relation(word).is_some() {
            return true;
        }
        let passes = tokens.number(at + ahead).is_some()
            || matches!(
                word,
                "year"
                    | "years"
                    | "month"
                    | "months"
                    | "week"
                    | "weeks"
                    | "day"
                    | "days"
                    | "old"
                    | "yo"
                    | "elderly"
                    | "little"
                    | "youngest"
                    | "oldest"
                    | "eldest"
                    | "older"
                    | "younger"
                    | "late"
                    | "poor"
                    | "newborn"
                    | "own"
                    | "two"
                    | "three"
                    | "four"
                    | "five"
                    | "six"
                    | "seven"
                    | "eight"
                    | "nine"
                    | "ten"
                    | "eleven"
                    | "twelve"
                    | "maternal"
                    | "paternal"
                    | "big"
            );
        if !passes {
            return false;
        }
    }
    false
}

/// Whether the writer asks for a parent, sibling or friend: the sentence is about now, not about an illness he has.
pub(super) fn is_asked_for(tokens: &Tokens, at: usize, urgent: bool) -> bool {
    // "My mum, 82, has become …"
    let aside = tokens.mark(at + 1) == Some(',') && tokens.number(at + 2).is_some() && tokens.mark(at + 3) == Some(',');
    let verb = at + if aside { 4 } else { 1 };
    let next = tokens.word(verb);
    if relation(tokens.word_before(at, 1)).is_some_and(|(owner, _)| owner == Relation::Kin) {
        return false;
    }
    let told = matches!(next, "had" | "died" | "passed" | "history" | "side" | "suffered" | "was");
    let mine = (1..=6).any(|back| matches!(tokens.word_before(at, back), "my" | "our")) || at == 0;
    let then = tokens.word(verb + 1);
    let doing = matches!(next, "is" | "isnt" | "cant" | "cannot" | "keeps" | "wont")
        && (next != "is" || then.ends_with("ing") || then == "not")
        || next == "has" && matches!(then, "become" | "been" | "just" | "suddenly" | "started");
    mine && !told
        && (doing || urgent)
        && !matches!(tokens.word(at), "family" | "fh" | "parents" | "relatives" | "everyone")
}

/// Whether a sentence speaks of what is going on now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Urgency {
    #[default]
    None,
    Now,
    /// Whoever is spoken of so is asked for, whatever else the writer tells.
    Grave,
}

/// For each token, that of its sentence.
pub(super) fn urgent_sentences(tokens: &Tokens) -> Vec<Urgency> {
    let mut out = Vec::with_capacity(tokens.len());
    let mut urgency = Urgency::None;
    for at in 0..tokens.len() {
        urgency = urgency.max(match tokens.word(at) {
            "collapsed" | "unconscious" | "unresponsive" | "ambulance" | "help" | "suddenly" => Urgency::Grave,
            "now" | "tonight" | "today" | "yesterday" | "hour" | "hours" | "minutes" | "morning" | "woke" | "keeps"
            | "started" | "cannot" | "since" => Urgency::Now,
            _ => Urgency::None,
        });
        if tokens.ends_sentence(at + 1) {
            out.resize(at + 1, urgency);
            urgency = Urgency::None;
        }
    }
    out.resize(tokens.len(), urgency);
    out
}

/// "diabetes runs in the family".
pub(super) fn runs_in_family(tokens: &Tokens, last: usize) -> bool {
    matches!(tokens.word(last + 1), "runs" | "run" | "in") && (2..=5).any(|ahead| tokens.word(last + ahead) == "family")
}

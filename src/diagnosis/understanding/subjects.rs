//! Whose symptom it is: the patient's, or that of somebody who is only told about.

use super::matching::Match;
use super::negation::Judged;
use super::relatives::{
    Relation, Urgency, is_asked_for, is_family_history, leads_to_company, leads_to_relative, person, relation,
    runs_in_family, shifts, urgent_sentences,
};
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

/// Who is spoken of at each token. `own`: the text is by the patient or somebody who asks for him.
pub(super) fn find(tokens: &Tokens, matches: &[Match], judged: &[Judged], own: bool) -> Vec<Who> {
    let (who, writer_is_ill) = read(tokens, matches, judged, own, false);
    // "My colleague is coughing and I have a sore throat": whoever is ill himself asks for himself.
    if writer_is_ill { read(tokens, matches, judged, own, true).0 } else { who }
}

/// Who is spoken of, and whether the writer has findings of his own.
fn read(tokens: &Tokens, matches: &[Match], judged: &[Judged], own: bool, writer_is_ill: bool) -> (Vec<Who>, bool) {
    let urgent = urgent_sentences(tokens);
    let mut who = Who::Patient;
    let mut third: Option<Who> = None;
    // Somebody else is asked for only as long as nobody said "I have …".
    let (mut first_person, mut first_person_ill) = (false, false);
    let mut next_match = 0;
    // "Baby is moving less", "mother had breast cancer": a phrase that names the person is the patient's own finding.
    let inside = |at: usize| {
        let end = matches.partition_point(|one| one.first <= at);
        matches.get(end.saturating_sub(4)..end).unwrap_or_default().iter().any(|one| one.covers(at))
    };
    let mut out = Vec::with_capacity(tokens.len());
    for at in 0..tokens.len() {
        let word = tokens.word(at);
        if tokens.ends_sentence(at) {
            who = Who::Patient;
            first_person = false;
        } else if let Some((relation, sex)) =
            person(tokens, at).filter(|(relation, _)| *relation != Relation::Child || !inside(at))
        {
            let ward = match relation {
                Relation::Partner => own && !first_person_ill,
                Relation::Child => !own || !first_person_ill,
                Relation::Kin => {
                    let now = urgent.get(at).copied().unwrap_or_default();
                    let asks = now == Urgency::Grave || !writer_is_ill && !first_person_ill;
                    own && asks && is_asked_for(tokens, at, now != Urgency::None)
                }
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
                "my" | "our" if !leads_to_relative(tokens, at) && !leads_to_company(tokens, at) => {
                    who = Who::Patient;
                    first_person = true;
                }
                "patient" | "pt" | "client" => {
                    who = Who::Patient;
                    third = None;
                }
                "he" | "his" | "him" | "she" | "her" => {
                    let sex = if word.starts_with('h') && word != "her" { Sex::Male } else { Sex::Female };
                    who = resolve(third, sex, who);
                    // "My father had a stroke. He is now short of breath": he is asked for after all.
                    let now = urgent.get(at).copied().unwrap_or_default();
                    let asked =
                        own && !first_person_ill && (now == Urgency::Grave || now == Urgency::Now && !writer_is_ill);
                    if let (Who::Other(sex), true) = (who, asked) {
                        who = Who::Ward(sex);
                    }
                }
                "presents" | "presented" | "complains" | "complaining" | "comes"
                    if tokens.mark_before(at, 1).is_some() =>
                {
                    who = Who::Patient
                }
                _ => {}
            }
        }
        while let Some(one) = matches.get(next_match).filter(|one| one.first <= at) {
            let present = judged.get(next_match).is_some_and(|judged| judged.state != State::Absent && !judged.past);
            let here = who == Who::Patient && first_person && one.first == at && !is_worry(word);
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
        if relation(tokens.word(one.first)).is_some()
            && let Some(place) = out.get_mut(one.first)
        {
            *place = Who::Patient;
        }
    }
    (out, first_person_ill)
}

/// What one feels for another: it makes nobody the patient.
fn is_worry(word: &str) -> bool {
    matches!(
        word,
        "worried"
            | "worry"
            | "worrying"
            | "scared"
            | "anxious"
            | "frightened"
            | "panicking"
            | "afraid"
            | "stressed"
            | "upset"
    )
}

/// "He" is the last man named, if there is one; otherwise the patient.
fn resolve(third: Option<Who>, sex: Sex, now: Who) -> Who {
    match third {
        Some(person) if person.sex().is_none_or(|known| known == sex) => person,
        _ if now.sex() == Some(sex) => now,
        _ => Who::Patient,
    }
}

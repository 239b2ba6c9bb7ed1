//! Clinical findings in plain language, as patients and doctors write it.
//!
//! [`understand`] reads a text against a [`Lexicon`] and says of each finding whether it is present,
//! absent or in doubt, in whom, since when, on which side and how bad, with the place of the quote; and
//! it reads measurements, age, sex and pregnancy. It follows rules only, so the same text
//! always gives the same answer, and no text can make it fail.
//!
//! The way through: `tokens` → `abbreviations` → `lexicon` and `matching` (with `folding`, `spelling`) find phrases;
//! `people`, `vitals` and `times` read numbers; `negation` (with `cues`, `scope`, `answers`), `subjects` (with
//! `relatives`), `courses` and `details` say what each phrase means where it stands.

mod abbreviations;
mod answers;
mod characters;
mod common;
mod courses;
mod cues;
mod details;
mod folding;
mod hashing;
mod language;
mod lexicon;
mod matching;
mod negation;
mod numbers;
mod people;
mod relatives;
mod scope;
mod spelling;
mod subjects;
mod synonyms;
mod times;
mod tokens;
mod vital_names;
mod vitals;
mod words;

#[cfg(test)]
mod tests;

use std::ops::Range;

pub use lexicon::Lexicon;

use matching::Match;
use negation::Reader;
use people::People;
use subjects::Who;
use tokens::Tokens;

/// Whether a finding is said to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is there (or was, see [`Course`]).
    Present,
    /// It is said not to be there.
    Absent,
    /// "possible", "maybe", "not sure if".
    Uncertain,
}

impl State {
    /// What is so when the opposite is said.
    fn reversed(self) -> Self {
        match self {
            Self::Present => Self::Absent,
            Self::Absent => Self::Present,
            Self::Uncertain => Self::Uncertain,
        }
    }
}

/// Whose finding it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The one who is asked for.
    Patient,
    /// A relative, friend or anybody else.
    Other,
}

/// When a finding is or was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// Now, or within the last fortnight.
    Current,
    /// Before: "history of", "last year", "as a child", "no longer".
    Past,
}

/// The side of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The patient's left.
    Left,
    /// The patient's right.
    Right,
    /// Both sides.
    Both,
}

/// How bad a finding is said to be, in words or as a score of ten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// "mild", "slight", 1 to 3 of 10.
    Mild,
    /// "moderate", "bad", 4 to 6 of 10.
    Moderate,
    /// "severe", "excruciating", 7 to 10 of 10.
    Severe,
}

/// Sex as the text gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// A woman or girl.
    Female,
    /// A man or boy.
    Male,
}

/// What was measured; the unit is part of the kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VitalKind {
    /// Body temperature in °C.
    TemperatureC,
    /// Heart beats a minute.
    HeartRate,
    /// Breaths a minute.
    RespiratoryRate,
    /// Systolic blood pressure in mmHg.
    Systolic,
    /// Diastolic blood pressure in mmHg.
    Diastolic,
    /// Oxygen saturation in percent.
    OxygenSaturation,
    /// Blood glucose in mmol/L.
    GlucoseMmolL,
    /// Pain, of ten.
    PainScore,
}

/// A measurement of the patient.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// What was measured.
    pub kind: VitalKind,
    /// The value in the unit of its kind.
    pub value: f64,
    /// Byte range of the quote.
    pub span: Range<usize>,
}

/// One finding at one place of the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Mention {
    /// The index that the lexicon gave to the phrase.
    pub finding: u16,
    /// Present, absent or in doubt.
    pub state: State,
    /// Whose it is.
    pub subject: Subject,
    /// Now or before.
    pub course: Course,
    /// The side, if one is named.
    pub side: Option<Side>,
    /// How long it has lasted, or how long ago it was.
    pub duration_hours: Option<f64>,
    /// How bad it is said to be.
    pub severity: Option<Severity>,
    /// Byte range of the quote, on character boundaries.
    pub span: Range<usize>,
}

/// What a text says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Understood {
    /// Findings in the order of the text. One that is present here and absent there is in twice.
    pub mentions: Vec<Mention>,
    /// Measurements of the patient, in the order of the text.
    pub vitals: Vec<Measured>,
    /// The patient's age.
    pub age_years: Option<f64>,
    /// The patient's sex.
    pub sex: Option<Sex>,
    /// Weeks of gestation.
    pub pregnancy_weeks: Option<f64>,
    /// How long the complaint has lasted: the first duration given to a present finding, or the
    /// first of a text that names no finding ("since yesterday", as an answer).
    pub duration_hours: Option<f64>,
    /// False when the text has four or more words and almost none of them is English.
    pub language_known: bool,
}

/// Reads `text` against `lexicon`.
///
/// `asked_by_patient`: the text is by the patient or by somebody who asks for one, so that "my husband has chest
/// pain" is about the patient unless the writer told of symptoms of his own before; false for a clinician's note,
/// where a partner or parent is somebody else and a child is the patient.
pub fn understand(text: &str, lexicon: &Lexicon, asked_by_patient: bool) -> Understood {
    let tokens = abbreviations::expand(tokens::tokenize(text), false);
    let readings = lexicon.read(&tokens);
    let matches = lexicon.matches(&tokens, &readings);
    let mut taken = vec![false; tokens.len()];
    let people = people::find(&tokens, &mut taken);
    let vitals = vitals::find(&tokens, &mut taken);
    let times = times::find(&tokens, &taken);
    let reader = Reader::new(&tokens, &matches, &times, &lexicon.cues);
    let judged = reader.judge();
    let who = subjects::find(&tokens, &matches, &judged, asked_by_patient);
    let when = courses::find(&reader, &judged);
    let at = |token: usize| who.get(token).copied().unwrap_or(Who::Patient);

    let mentions: Vec<Mention> = (0..)
        .zip(&matches)
        .zip(judged.iter().zip(&when))
        .map(|((which, one), (judged, when))| {
            let past = judged.past
                && when.hours.is_none_or(|hours| hours > times::RECENT_HOURS || judged.state == State::Absent);
            let score = details::score(&tokens, &matches, which, &vitals);
            Mention {
                finding: one.finding,
                state: judged.state,
                subject: at(one.first).subject(),
                course: if past || when.past { Course::Past } else { Course::Current },
                side: details::side(&tokens, &matches, which),
                duration_hours: when.hours,
                severity: details::severity(&tokens, &matches, which, score),
                span: tokens.span(one.first, one.last),
            }
        })
        .collect();

    let about_ward = is_about_ward(&mentions, &matches, &who);
    let is_patient = |token: usize| at(token).subject() == Subject::Patient;
    let duration = mentions.iter().find_map(|mention| {
        let counts =
            mention.state == State::Present && mention.subject == Subject::Patient && mention.course == Course::Current;
        mention.duration_hours.filter(|_| counts)
    });
    let lone = times.iter().find(|time| time.hours.is_finite()).map(|time| time.hours).filter(|_| mentions.is_empty());
    Understood {
        vitals: vitals.iter().filter(|vital| is_patient(vital.first)).map(|vital| vital.measured(&tokens)).collect(),
        age_years: age(&people, &who, about_ward),
        sex: sex(&tokens, &people, &who, about_ward),
        pregnancy_weeks: people.weeks.iter().find(|(token, _)| is_patient(*token)).map(|&(_, weeks)| weeks),
        duration_hours: duration.or(lone),
        language_known: language::is_known(&tokens, &readings),
        mentions,
    }
}

/// Whether the text is about a person whom the writer asks for: that person has a finding, or nobody has one.
fn is_about_ward(mentions: &[Mention], matches: &[Match], who: &[Who]) -> bool {
    let ward = |one: &Match| matches!(who.get(one.first), Some(Who::Ward(_)));
    let mut present = matches.iter().zip(mentions).filter(|(_, mention)| mention.state != State::Absent);
    present.any(|(one, _)| ward(one)) || mentions.iter().all(|mention| mention.state == State::Absent)
}

/// The first age of the patient; when somebody is asked for, that person's comes before the writer's.
fn age(people: &People, who: &[Who], about_ward: bool) -> Option<f64> {
    // "My 3 month old son": the age stands before the word that tells whose it is.
    let near = |token: usize| who.get(token..(token + 5).min(who.len())).unwrap_or_default();
    let of_ward = |token: usize| near(token).iter().any(|who| matches!(who, Who::Ward(_)));
    let own = |token: usize| who.get(token).is_none_or(|who| who.subject() == Subject::Patient);
    let ward = people.ages.iter().find(|(token, _)| about_ward && of_ward(*token));
    let rest = || people.ages.iter().find(|(token, _)| own(*token) && (about_ward || !of_ward(*token)));
    ward.or_else(rest).map(|&(_, years)| years)
}

/// The patient's sex: of the person asked for, as stated, or by pregnancy or pronoun.
fn sex(tokens: &Tokens, people: &People, who: &[Who], about_ward: bool) -> Option<Sex> {
    let ward = who.iter().find_map(|who| match who {
        Who::Ward(sex) => *sex,
        _ => None,
    });
    let own = |token: usize| match who.get(token) {
        Some(Who::Ward(_)) => about_ward,
        Some(Who::Other(_)) => false,
        _ => true,
    };
    let stated = || people.sexes.iter().find(|(token, _)| own(*token)).map(|&(_, sex)| sex);
    let pregnant = || people.weeks.first().map(|_| Sex::Female);
    let pronoun = || {
        (0..tokens.len()).filter(|&at| own(at)).find_map(|at| match tokens.word(at) {
            "he" | "his" | "him" => Some(Sex::Male),
            "she" | "her" => Some(Sex::Female),
            _ => None,
        })
    };
    ward.filter(|_| about_ward).or_else(stated).or_else(pregnant).or_else(pronoun)
}

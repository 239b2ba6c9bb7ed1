//! What measurements are called, and what tells that a number is another one.

use super::VitalKind;
use super::numbers::unit_hours;
use super::tokens::Tokens;

/// The measurement named at `at`, and how many words name it.
pub(super) fn name(tokens: &Tokens, at: usize) -> Option<(VitalKind, usize)> {
    let next = tokens.word(at + 1);
    Some(match tokens.word(at) {
        "temp" | "temperature" | "temps" | "tmax" | "fever" | "febrile" | "fevers" => (VitalKind::TemperatureC, 1),
        "p" if tokens.upper(at) && tokens.number(at + 1).is_some() => (VitalKind::HeartRate, 1),
        "r" if tokens.upper(at) && tokens.number(at + 1).is_some() => (VitalKind::RespiratoryRate, 1),
        "t" if tokens.upper(at) => (VitalKind::TemperatureC, 1),
        "pulse" if matches!(next, "ox" | "oximetry" | "oximeter") => (VitalKind::OxygenSaturation, 2),
        "pulse" if next == "rate" => (VitalKind::HeartRate, 2),
        "hr" | "pulse" | "heartrate" | "heartbeat" => (VitalKind::HeartRate, 1),
        "heart" if matches!(next, "rate" | "beat" | "beating") => (VitalKind::HeartRate, 2),
        "rr" | "resps" | "respirations" | "respiration" => (VitalKind::RespiratoryRate, 1),
        "resp" | "respiratory" | "breathing" if next == "rate" => (VitalKind::RespiratoryRate, 2),
        "bp" | "sbp" | "systolic" => (VitalKind::Systolic, 1),
        "blood" if next == "pressure" => (VitalKind::Systolic, 2),
        "dbp" | "diastolic" => (VitalKind::Diastolic, 1),
        "sats" | "sat" | "spo2" | "sao2" | "saturation" | "saturations" | "saturating" | "satting" | "oximeter" => {
            (VitalKind::OxygenSaturation, 1)
        }
        "o2" | "oxygen" => {
            let more = matches!(next, "sat" | "sats" | "saturation" | "saturations" | "level" | "levels");
            (VitalKind::OxygenSaturation, 1 + usize::from(more))
        }
        "blood" | "random" | "fasting" if matches!(next, "sugar" | "sugars" | "glucose") => {
            (VitalKind::GlucoseMmolL, 2)
        }
        "glucose" | "sugar" | "sugars" | "bg" | "bgl" | "bm" | "bms" | "bsl" | "cbg" | "rbs" | "fbs"
        | "fingerstick" => (VitalKind::GlucoseMmolL, 1),
        "pain" if matches!(next, "score" | "level" | "scale" | "scores" | "severity") => (VitalKind::PainScore, 2),
        "pain" | "severity" => (VitalKind::PainScore, 1),
        _ => return None,
    })
}

/// Words that may stand between the name of a measurement and its number.
pub(super) fn is_between(word: &str) -> bool {
    matches!(
        word,
        "of" | "is"
            | "was"
            | "at"
            | "around"
            | "about"
            | "approximately"
            | "reading"
            | "reads"
            | "level"
            | "levels"
            | "up"
            | "to"
            | "hit"
            | "currently"
            | "now"
            | "today"
            | "high"
            | "low"
            | "a"
            | "as"
            | "this"
            | "morning"
            | "last"
            | "night"
            | "yesterday"
            | "has"
            | "been"
            | "its"
            | "it"
            | "my"
            | "over"
            | "under"
            | "above"
            | "below"
            | "measured"
            | "recorded"
            | "reached"
            | "reaching"
            | "peaked"
            | "and"
            | "near"
            | "in"
            | "the"
            | "rate"
            | "only"
            | "just"
            | "went"
            | "got"
            | "are"
            | "were"
            | "ra"
            | "down"
            | "goes"
            | "gone"
            | "score"
            | "systolic"
            | "like"
            | "almost"
            | "rated"
            | "between"
    )
}

/// Whether a bare number is surely not a temperature: it has another unit, or is another value.
pub(super) fn has_other_unit(tokens: &Tokens, first: usize, next: usize) -> bool {
    let unit = tokens.word(next);
    let before = tokens.word_before(first, 1);
    let linked = matches!(before, "of" | "is" | "was" | "at");
    let name = if linked { tokens.word_before(first, 2) } else { before };
    tokens.glued(next) && !unit.is_empty()
        || matches!(tokens.mark(next), Some('%' | '/' | '+' | '-'))
        || unit_hours(tokens, next).is_some()
        || matches!(
            unit,
            "kg" | "kgs"
                | "lb"
                | "lbs"
                | "cm"
                | "mm"
                | "m"
                | "mg"
                | "g"
                | "ml"
                | "l"
                | "mmol"
                | "units"
                | "mcg"
                | "pounds"
                | "kilos"
                | "yo"
                | "percent"
                | "pack"
                | "x"
        )
        || matches!(
            name,
            "bmi"
                | "weight"
                | "weighs"
                | "age"
                | "aged"
                | "hba1c"
                | "hb"
                | "crp"
                | "haemoglobin"
                | "hemoglobin"
                | "albumin"
                | "haematocrit"
                | "hematocrit"
                | "hct"
                | "wbc"
                | "esr"
        )
}

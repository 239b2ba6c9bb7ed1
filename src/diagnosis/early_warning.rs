//! Vital signs as a score: NEWS2 from 16 years, and the Brighton PEWS for children. Neither is made for pregnancy.
//!
//! What was not measured counts as normal, so the score is the least that it can be, and one more measurement can only raise it.
//! From which score on somebody is seen how soon at a distance is ours: `docs/clinical-method.md`.

use super::case::Case;
use super::model::Consciousness;
use super::outcome::TriageReason;
use crate::calculators::work::{by_id, step};
use crate::knowledge::tables::{ChildhoodVitalSigns, Urgency};
use crate::knowledge::{diagnosis, source, text};
use crate::records::clinical_data::Pregnancy;

/// From this age on NEWS2 holds.
const NEWS2_FROM_YEARS: f64 = 16.0;

/// The level that the score asks for, if it asks for one.
#[must_use]
pub fn warning(case: &Case) -> Option<(Urgency, TriageReason)> {
    let age = case.patient.age_years?.0;
    if case.patient.pregnancy == Pregnancy::Pregnant {
        None
    } else if age >= NEWS2_FROM_YEARS {
        news2(case, age)
    } else {
        pews(case, age)
    }
}

fn news2(case: &Case, age: f64) -> Option<(Urgency, TriageReason)> {
    let vitals = &case.vitals;
    let is_confused = case.is_present("confusion") || vitals.consciousness.is_some_and(|is| is != Consciousness::Alert);
    let given = [
        ("age_years", age),
        ("respiratory_rate_per_min", vitals.respiratory_rate_per_min.map_or(16.0, |v| v.0)),
        ("oxygen_saturation_percent", vitals.oxygen_saturation_percent.map_or(97.0, |v| v.0)),
        ("air_or_oxygen", f64::from(u8::from(vitals.on_oxygen == Some(true)))),
        ("systolic_mmhg", vitals.systolic_mmhg.map_or(120.0, |v| v.0)),
        ("heart_rate_per_min", vitals.heart_rate_per_min.map_or(70.0, |v| v.0)),
        ("consciousness", if is_confused { 3.0 } else { 0.0 }),
        ("temperature_c", vitals.temperature_c.map_or(37.0, |v| v.0)),
    ];
    let score = step("news2", "news2", &given)?;
    let worst = step("news2", "worst_single", &given)?;
    let level = match score {
        5.0.. => Urgency::Emergency,
        _ if worst >= 3.0 => Urgency::Urgent,
        _ => return None,
    };
    Some((level, reason("news2", score)))
}

fn pews(case: &Case, age: f64) -> Option<(Urgency, TriageReason)> {
    let normal = bounds(age)?;
    let vitals = &case.vitals;
    let above = |value: Option<f64>, bound: f64| value.map_or(0.0, |value| value - bound);
    let pulse = above(vitals.heart_rate_per_min.map(|v| v.0), normal.heart_rate_per_min);
    let breath = above(vitals.respiratory_rate_per_min.map(|v| v.0), normal.respiratory_rate_per_min);
    let any = |ids: &[&str]| ids.iter().any(|id| case.is_present(id));
    let is_alert = vitals.consciousness.is_none_or(|is| is == Consciousness::Alert);
    let behaviour = if any(&["drowsy_infant", "confusion"]) || !is_alert {
        3.0
    } else if any(&["inconsolable_crying"]) {
        2.0
    } else {
        0.0
    };
    let cardiovascular = match pulse {
        _ if any(&["mottled_skin", "cyanosis"]) => 3.0,
        30.0.. => 3.0,
        20.0.. => 2.0,
        _ if any(&["pallor"]) => 1.0,
        _ => 0.0,
    };
    let respiratory = match breath {
        _ if any(&["nasal_flaring_grunting"]) => 3.0,
        20.0.. => 2.0,
        _ if any(&["chest_indrawing"]) => 2.0,
        10.0.. => 1.0,
        _ if vitals.on_oxygen == Some(true) => 1.0,
        _ => 0.0,
    };
    let given = [
        ("behaviour", behaviour),
        ("cardiovascular", cardiovascular),
        ("respiratory", respiratory),
        ("nebulisers_every_15_minutes", 0.0),
        ("persistent_vomiting_after_surgery", 0.0),
    ];
    let score = step("pews", "pews", &given)?;
    let level = match score {
        4.0.. => Urgency::Emergency,
        _ if [behaviour, cardiovascular, respiratory].contains(&3.0) => Urgency::Emergency,
        2.0.. => Urgency::Urgent,
        _ => return None,
    };
    Some((level, reason("pews", score)))
}

/// What is fast at this age.
fn bounds(age: f64) -> Option<&'static ChildhoodVitalSigns> {
    diagnosis().childhood_vital_signs.iter().rev().find(|row| age >= row.from_age_years)
}

fn reason(calculator: &'static str, score: f64) -> TriageReason {
    let row = by_id(calculator);
    TriageReason {
        rule: calculator.to_owned(),
        text: text("triage.early_warning")
            .replace("{score}", &score.to_string())
            .replace("{name}", row.map_or("", |row| row.name)),
        source: row.and_then(|row| row.sources.first()).map(|at| source(*at)).unwrap_or_default(),
    }
}

//! Triage: red flags first, then the harm that is to be expected from the
//! likely conditions. The level is the highest that any rule asks for, so a
//! further red flag can only raise it.

use super::case::Case;
use super::inference::Ranked;
use super::model::{Triage, TriageAction, TriageReason};
use crate::knowledge::tables::{RedFlag, Urgency};
use crate::knowledge::{diagnosis, emergency_number, source, text};

/// From this probability of conditions that are emergencies, it is one.
const EMERGENCY_LIKELY: f64 = 0.40;
/// From this probability of emergencies, it is seen the same day.
const EMERGENCY_POSSIBLE: f64 = 0.10;
/// From this probability of conditions that are urgent or worse, it is seen the same day.
const URGENT_LIKELY: f64 = 0.40;
/// From this probability of conditions that are cared for at home, it is.
const SELF_CARE_LIKELY: f64 = 0.60;

/// When and where to be seen, and why.
#[must_use]
pub fn triage(case: &Case, ranked: &[Ranked]) -> Triage {
    let flags: Vec<&RedFlag<'static>> = diagnosis()
        .red_flags
        .iter()
        .filter(|flag| flag.when.evaluate(case, &mut Vec::new()) == Some(true))
        .collect();
    let (expected, reason) = expected_harm(ranked);
    let level = flags.iter().map(|flag| flag.level).chain([expected]).max().unwrap_or(Urgency::Routine);
    let mut reasons: Vec<TriageReason> = Vec::new();
    let mut ordered = flags.clone();
    ordered.sort_by(|a, b| b.level.cmp(&a.level).then(a.id.cmp(b.id)));
    for flag in &ordered {
        reasons.push(TriageReason {
            rule: flag.id.to_owned(),
            text: flag.reason.to_owned(),
            source: flag.sources.first().map(|at| source(*at)).unwrap_or_default(),
        });
    }
    if expected == level {
        reasons.extend(reason);
    }
    let number = emergency_number(case.patient.country.as_ref().map(|country| country.0.as_str()));
    Triage { level, reasons, actions: actions(&ordered, level, number) }
}

/// The level that the conditions ask for together, and the one that speaks loudest for it.
fn expected_harm(ranked: &[Ranked]) -> (Urgency, Option<TriageReason>) {
    let at_least = |urgency: Urgency| ranked.iter().filter(|r| r.condition.urgency >= urgency).map(|r| r.probability).sum::<f64>();
    let self_care = ranked.iter().filter(|r| r.condition.urgency == Urgency::SelfCare).map(|r| r.probability).sum::<f64>();
    let emergency = at_least(Urgency::Emergency);
    let (level, from) = if emergency >= EMERGENCY_LIKELY {
        (Urgency::Emergency, Urgency::Emergency)
    } else if emergency >= EMERGENCY_POSSIBLE {
        (Urgency::Urgent, Urgency::Emergency)
    } else if at_least(Urgency::Urgent) >= URGENT_LIKELY {
        (Urgency::Urgent, Urgency::Urgent)
    } else if self_care >= SELF_CARE_LIKELY {
        (Urgency::SelfCare, Urgency::SelfCare)
    } else {
        (Urgency::Routine, Urgency::Routine)
    };
    let speaking = ranked.iter().find(|ranked| if level > Urgency::Routine { ranked.condition.urgency >= from } else { ranked.condition.urgency == from });
    let reason = speaking.map(|ranked| TriageReason {
        rule: "expected_harm".to_owned(),
        text: text(match level {
            Urgency::Emergency | Urgency::Urgent => "triage.may_be",
            Urgency::Routine | Urgency::SelfCare => "triage.likely",
        })
        .replace("{condition}", ranked.condition.name),
        source: ranked.condition.sources.first().map(|at| source(*at)).unwrap_or_default(),
    });
    (level, reason)
}

/// First things first: what the red flags ask for, then what the level does.
fn actions(flags: &[&RedFlag<'static>], level: Urgency, number: &str) -> Vec<TriageAction> {
    let mut keys: Vec<&'static str> = flags.iter().map(|flag| flag.action).collect();
    keys.push(match level {
        Urgency::Emergency => "action.call_ambulance",
        Urgency::Urgent => "action.same_day",
        Urgency::Routine => "action.routine",
        Urgency::SelfCare => "action.self_care",
    });
    if level == Urgency::Emergency {
        // Whatever else a flag asks for, in an emergency the call comes first.
        keys.insert(0, "action.call_ambulance");
    }
    if level < Urgency::Emergency {
        keys.push("action.watch");
    }
    let mut actions: Vec<TriageAction> = Vec::new();
    for key in keys {
        let action = TriageAction { text: text(key).replace("{emergency_number}", number), kind: kind(key).to_owned() };
        if !actions.contains(&action) {
            actions.push(action);
        }
    }
    actions
}

fn kind(key: &str) -> &'static str {
    match key {
        "action.call_ambulance" | "action.crisis_line" | "action.poison_centre" => "call",
        "action.emergency_department" | "action.maternity_unit" | "action.safe_place" => "go",
        "action.same_day" | "action.routine" => "see",
        "action.watch" => "watch",
        _ => "care",
    }
}

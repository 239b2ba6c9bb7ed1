//! Triage: red flags first, then the vital signs, then the harm that is to be expected from the
//! likely conditions. The level is the highest that any of them asks for, so a
//! further red flag or a worse vital sign can only raise it.

use super::case::{Case, finding};
use super::early_warning;
use super::inference::{Ranked, rank};
use super::outcome::{Triage, TriageAction, TriageReason};
use crate::knowledge::expression::{Atom, Expression};
use crate::knowledge::tables::{FindingKind, Index, RedFlag, Urgency};
use crate::knowledge::{diagnosis, emergency_number, find_text, source, text};

/// From this probability of conditions that are emergencies, it is one.
const EMERGENCY_LIKELY: f64 = 0.40;
/// From this probability of emergencies, it is seen the same day.
const EMERGENCY_POSSIBLE: f64 = 0.10;
/// From this probability of conditions that are urgent or worse, it is seen the same day.
const URGENT_LIKELY: f64 = 0.40;
/// From this share of what is known on, conditions that are cared for at home are what it is…
const SELF_CARE_SHARE: f64 = 0.50;
/// …where what needs a doctor today is less likely than this…
const URGENT_HARDLY: f64 = 0.10;
/// …and the findings speak for the likeliest by at least this factor.
const SPOKEN_FOR: f64 = 5.0;

/// Findings that are left out in turn to see what less would come to: each doubles the work.
const MOST_UNSAID: usize = 6;

/// What has lasted longer wants a doctor to look, minor as it may be.
const SHORT_DAYS: f64 = 21.0;

/// When and where to be seen, and why.
#[must_use]
pub fn triage(case: &Case, ranked: &[Ranked]) -> Triage {
    let flags: Vec<&RedFlag<'static>> =
        diagnosis().red_flags.iter().filter(|flag| flag.when.evaluate(case, &mut Vec::new()) == Some(true)).collect();
    let score = early_warning::warning(case);
    let scored = score.as_ref().map(|(level, _)| *level);
    let (expected, reason) = expected_harm(case, ranked);
    let level = flags.iter().map(|flag| flag.level).chain(scored).chain([expected]).max().unwrap_or(expected);
    let less_said = with_less_said(case, &flags, level);
    let (level, reason) = less_said.unwrap_or((level, reason.filter(|_| expected == level)));
    let mut reasons: Vec<TriageReason> = Vec::new();
    let mut ordered = flags.clone();
    ordered.sort_unstable_by(|a, b| b.level.cmp(&a.level).then(a.id.cmp(b.id)));
    for flag in &ordered {
        reasons.push(TriageReason {
            rule: flag.id.to_owned(),
            text: flag.reason.to_owned(),
            source: flag.sources.first().map(|at| source(*at)).unwrap_or_default(),
        });
    }
    reasons.extend(score.filter(|(asked, _)| *asked >= Urgency::Urgent).map(|(_, reason)| reason));
    reasons.extend(reason);
    let number = emergency_number(case.patient.country.as_ref().map(|country| country.0.as_str()));
    Triage { level, reasons, actions: actions(&ordered, level, number) }
}

/// A higher level that the conditions would ask for had less been said: what makes a case graver, a red flag or a measurement,
/// can make a harmless explanation likelier as well, and must not lower the level by that.
fn with_less_said(case: &Case, flags: &[&RedFlag], level: Urgency) -> Option<(Urgency, Option<TriageReason>)> {
    let mut grave = case.measured.clone();
    flags.iter().for_each(|flag| findings_in(&flag.when, &mut grave));
    grave.retain(|index| case.state(*index) == Some(true));
    grave.sort_unstable();
    grave.dedup();
    grave.truncate(MOST_UNSAID);
    if level == Urgency::Emergency {
        return None;
    }
    let some = (1_usize..1 << grave.len()).map(|chosen| {
        let unsaid = grave.iter().enumerate().filter(|(at, _)| chosen >> at & 1 == 1).map(|(_, index)| *index);
        expected_harm(case, &rank(&case.patient, &case.states_without(&unsaid.collect::<Vec<_>>())))
    });
    some.max_by_key(|(asked, _)| *asked).filter(|(asked, _)| *asked > level)
}

fn findings_in(when: &Expression, found: &mut Vec<Index>) {
    match when {
        Expression::Atom(Atom::Finding(index)) => found.push(*index),
        Expression::Always | Expression::Atom(_) => {}
        Expression::All(parts) | Expression::AtLeast(_, parts) => {
            parts.iter().for_each(|part| findings_in(part, found))
        }
    }
}

/// The level that the conditions ask for together, and the one that speaks loudest for it.
fn expected_harm(case: &Case, ranked: &[Ranked]) -> (Urgency, Option<TriageReason>) {
    let counts = |r: &&Ranked, urgency: Urgency| r.condition.urgency >= urgency && is_spoken_for(r);
    let at_least = |urgency: Urgency| ranked.iter().filter(|r| counts(r, urgency)).map(|r| r.probability).sum::<f64>();
    let emergency = at_least(Urgency::Emergency);
    let (level, from) = if emergency >= EMERGENCY_LIKELY {
        (Urgency::Emergency, Urgency::Emergency)
    } else if emergency >= EMERGENCY_POSSIBLE {
        (Urgency::Urgent, Urgency::Emergency)
    } else if at_least(Urgency::Urgent) >= URGENT_LIKELY {
        (Urgency::Urgent, Urgency::Urgent)
    } else if is_cared_for_at_home(ranked) && case.duration_days.is_none_or(|days| days <= SHORT_DAYS) {
        (Urgency::SelfCare, Urgency::SelfCare)
    } else {
        (Urgency::Routine, Urgency::Routine)
    };
    // What is urgent is spoken for by what makes it so, what is not by what is likeliest.
    let speaking = ranked.iter().find(|ranked| level <= Urgency::Routine || ranked.condition.urgency >= from);
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

/// Whether anything that is felt, seen or tested speaks for it: what is only common in such people makes nobody urgent.
fn is_spoken_for(ranked: &Ranked) -> bool {
    let speaks = |kind: FindingKind| matches!(kind, FindingKind::Symptom | FindingKind::Sign | FindingKind::Test);
    ranked.weights.iter().any(|weight| {
        weight.present && weight.weight > 0.0 && finding(weight.finding).is_some_and(|row| speaks(row.kind))
    })
}

/// Whether what is known of is mostly minor, and the likeliest of it is more than the commonest thing of all.
fn is_cared_for_at_home(ranked: &[Ranked]) -> bool {
    let sum = |test: &dyn Fn(&Ranked) -> bool| ranked.iter().filter(|r| test(r)).map(|r| r.probability).sum::<f64>();
    let (known, minor) = (sum(&|_| true), sum(&|r| r.condition.urgency == Urgency::SelfCare));
    let urgent = sum(&|r| r.condition.urgency >= Urgency::Urgent && is_spoken_for(r));
    let spoken_for = |r: &Ranked| r.weights.iter().map(|weight| weight.weight).sum::<f64>() >= SPOKEN_FOR.ln();
    let leads = ranked.first().is_some_and(|r| r.condition.urgency == Urgency::SelfCare && spoken_for(r));
    leads && minor >= SELF_CARE_SHARE * known && urgent < URGENT_HARDLY
}

/// First things first: in an emergency the call, then what the flags of this
/// level ask for, then what to do until help comes.
fn actions(flags: &[&RedFlag<'static>], level: Urgency, number: &str) -> Vec<TriageAction> {
    let mut keys: Vec<&'static str> = Vec::new();
    keys.extend((level == Urgency::Emergency).then_some("action.call_ambulance"));
    keys.extend(flags.iter().filter(|flag| flag.level == level).map(|flag| flag.action));
    keys.extend(match level {
        Urgency::Emergency => None,
        Urgency::Urgent => Some("action.same_day"),
        Urgency::Routine => Some("action.routine"),
        Urgency::SelfCare => Some("action.self_care"),
    });
    keys.extend((level < Urgency::Emergency).then_some("action.watch"));
    let said = |words: &str, kind: &str| TriageAction {
        text: words.replace("{emergency_number}", number),
        kind: kind.to_owned(),
    };
    let mut actions: Vec<TriageAction> = keys.iter().map(|key| said(text(key), kind(key))).collect();
    if level == Urgency::Emergency {
        let until_help = keys.iter().filter_map(|key| find_text(&[key, ".until_help"].concat()));
        actions.extend(until_help.map(|words| said(words, "care")));
    }
    let mut once: Vec<TriageAction> = Vec::new();
    for action in actions {
        if !once.contains(&action) {
            once.push(action);
        }
    }
    once
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

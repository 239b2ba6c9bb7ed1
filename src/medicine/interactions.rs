//! Interactions of every pair: by ingredient and by class. A rule that another
//! one states more precisely for the same pair is not said twice.

use super::catalogue::{get, is_subject, with_ingredients};
use super::model::Alert;
use crate::knowledge::tables::{AlertKind, Class, Index, Interaction, Subject};
use crate::knowledge::{medicine, review, sources};

/// Alerts for all pairs of these medicines.
#[must_use]
pub fn alerts(medicines: &[Index]) -> Vec<Alert> {
    let mut alerts = Vec::new();
    for (at, one) in medicines.iter().enumerate() {
        for other in &medicines[at + 1..] {
            if one != other {
                alerts.extend(pair(*one, *other));
            }
        }
    }
    alerts
}

fn pair(one: Index, other: Index) -> Vec<Alert> {
    let (parts, other_parts) = (with_ingredients(one), with_ingredients(other));
    let mut rules: Vec<(&Interaction, bool)> = Vec::new();
    for rule in &medicine().interactions {
        let about = |index: &Index, subject| is_subject(*index, subject);
        let forward = parts.iter().any(|a| about(a, rule.a)) && other_parts.iter().any(|b| about(b, rule.b));
        let backward = parts.iter().any(|a| about(a, rule.b)) && other_parts.iter().any(|b| about(b, rule.a));
        if forward || backward {
            rules.push((rule, forward));
        }
    }
    rules
        .iter()
        .filter(|(rule, _)| !rules.iter().any(|(other, _)| states_more_precisely(other, rule)))
        .filter_map(|(rule, forward)| {
            let (a, b) = if *forward { (one, other) } else { (other, one) };
            alert(rule, a, b)
        })
        .collect()
}

fn alert(rule: &Interaction<'static>, a: Index, b: Index) -> Option<Alert> {
    let (a, b) = (get(a)?.id, get(b)?.id);
    Some(Alert {
        id: [rule.id, ":", a.min(b), "+", a.max(b)].concat(),
        kind: AlertKind::Interaction,
        severity: rule.severity,
        medicines: vec![a.to_owned(), b.to_owned()],
        mechanism: rule.mechanism.to_owned(),
        effect: rule.effect.to_owned(),
        management: rule.management.to_owned(),
        evidence: rule.evidence.to_owned(),
        sources: sources(&rule.sources),
        review: review(rule.review).to_owned(),
    })
}

/// Whether `rule` is about a part of what `other` is about, on both sides.
fn states_more_precisely(rule: &Interaction, other: &Interaction) -> bool {
    let straight = within(rule.a, other.a) && within(rule.b, other.b);
    let crossed = within(rule.a, other.b) && within(rule.b, other.a);
    rule.id != other.id && (straight || crossed)
}

fn within(subject: Subject, wider: Subject) -> bool {
    match (subject, wider) {
        (Subject::Medicine(index), _) => is_subject(index, wider),
        (Subject::Class(class), Subject::Class(wider)) => is_class_within(class, wider),
        (Subject::Class(_), Subject::Medicine(_)) => false,
    }
}

fn is_class_within(class: Index, wider: Index) -> bool {
    let classes: &[Class] = &medicine().classes;
    let mut at = Some(class);
    while let Some(class) = at {
        if class == wider {
            return true;
        }
        at = classes.get(usize::from(class)).and_then(|class| class.parent);
    }
    false
}

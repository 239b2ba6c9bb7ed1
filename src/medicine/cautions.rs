//! A medicine in a state of the patient: conditions, pregnancy, lactation,
//! kidneys, liver, age. What cannot be judged for want of a datum is reported.

use super::catalogue::{get, is_subject, subject_name, with_ingredients, within};
use super::facts::PatientFacts;
use super::model::{Alert, NotAssessed};
use crate::knowledge::tables::{AlertKind, Caution, Index};
use crate::knowledge::{medicine, review, sources_about};

/// Alerts about the medicines in this patient, and what could not be judged.
#[must_use]
pub fn alerts(medicines: &[Index], facts: &PatientFacts) -> (Vec<Alert>, Vec<NotAssessed>) {
    let mut alerts = Vec::new();
    let mut not_assessed = Vec::new();
    for index in medicines {
        let Some(row) = get(*index) else { continue };
        let about = facts.about(*index);
        // Each ingredient for itself: what is known of one does not speak for another of the same class.
        for part in with_ingredients(*index) {
            let mut holding: Vec<&'static Caution<'static>> = Vec::new();
            for rule in medicine().cautions.iter().filter(|rule| is_subject(part, rule.subject)) {
                let mut missing = Vec::new();
                match rule.when.evaluate(&about, &mut missing) {
                    Some(true) => holding.push(rule),
                    Some(false) => {}
                    None => not_assessed.extend(missing.into_iter().map(|atom| NotAssessed {
                        kind: kind_name(rule.kind),
                        missing: facts.missing(atom).to_owned(),
                    })),
                }
            }
            alerts.extend(most_telling(&holding).map(|rule| alert(rule, row.id)));
        }
    }
    (alerts, not_assessed)
}

/// Of the rules of one kind about one state, the one with the narrowest subject speaks: the medicine before its class, a class
/// before the wider one. Whoever wrote it knew the wider one. Of the grades of one state, such as weeks of pregnancy or
/// filtration rates, the gravest speaks.
fn most_telling<'r>(holding: &'r [&'r Caution<'static>]) -> impl Iterator<Item = &'r Caution<'static>> {
    holding.iter().copied().filter(move |rule| {
        let says_it_better = |other: &Caution| {
            let precise =
                other.subject != rule.subject && within(other.subject, rule.subject) && other.when == rule.when;
            let graver = is_graded(rule.kind) && other.severity > rule.severity;
            other.kind == rule.kind && (precise || graver)
        };
        !holding.iter().any(|other| says_it_better(other))
    })
}

/// Whether all rules of the kind are about one state, more or less of it.
fn is_graded(kind: AlertKind) -> bool {
    matches!(kind, AlertKind::Pregnancy | AlertKind::Lactation | AlertKind::Renal | AlertKind::Hepatic)
}

fn alert(rule: &Caution<'static>, medicine: &str) -> Alert {
    Alert {
        id: [rule.id, ":", medicine].concat(),
        kind: rule.kind,
        severity: rule.severity,
        medicines: vec![medicine.to_owned()],
        mechanism: String::new(),
        effect: rule.effect.to_owned(),
        management: rule.management.to_owned(),
        evidence: rule.evidence.to_owned(),
        sources: sources_about(&rule.sources, &[subject_name(rule.subject)]),
        review: review(rule.review).to_owned(),
    }
}

/// A kind as answers write it.
#[must_use]
pub fn kind_name(kind: AlertKind) -> String {
    serde_json::to_value(kind).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

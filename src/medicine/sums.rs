//! Medicines that are too many together: effects that add up, counted in points.

use super::catalogue::get;
use super::facts::PatientFacts;
use super::interactions::Found;
use super::listed::{Holders, Listed};
use super::model::{Alert, NotAssessed};
use crate::knowledge::tables::{AlertKind, Index, Subject, Sum};
use crate::knowledge::{medicine, review, sources};

/// A sum that was reached.
pub struct Reached {
    /// What is told of it.
    pub alert: Alert,
    rule: &'static Sum<'static>,
}

/// Alerts for what adds up among the medicines that are taken, and what could not be judged.
#[must_use]
pub fn alerts(list: &[Listed], holders: &Holders, facts: &PatientFacts) -> (Vec<Reached>, Vec<NotAssessed>) {
    let mut reached: Vec<Reached> = Vec::new();
    let mut not_assessed = Vec::new();
    for rule in &medicine().sums {
        let mut counted = counted(rule, list, holders);
        let points: u32 = counted.iter().map(|(_, points)| u32::from(*points)).sum();
        let Some(beside) = beside(rule, list, holders).filter(|_| points >= u32::from(rule.at_least)) else { continue };
        counted.extend(beside.into_iter().map(|index| (index, 0)));
        counted.sort_unstable();
        counted.dedup_by_key(|(index, _)| *index);
        if counted.len() < 2 {
            continue;
        }
        let mut missing = Vec::new();
        match rule.when.evaluate(facts, &mut missing) {
            Some(true) => reached.push(Reached { alert: alert(rule, &counted, points), rule }),
            Some(false) => {}
            None => {
                not_assessed.extend(missing.into_iter().map(|atom| NotAssessed {
                    kind: "interaction".to_owned(),
                    missing: facts.missing(atom).to_owned(),
                }))
            }
        }
    }
    // Of one sum with several thresholds the highest that is reached speaks.
    let higher: Vec<bool> = reached
        .iter()
        .map(|low| {
            reached.iter().any(|high| {
                high.rule.members == low.rule.members
                    && high.rule.with == low.rule.with
                    && speaks_for(high.rule, low.rule)
            })
        })
        .collect();
    let mut higher = higher.into_iter();
    reached.retain(|_| !higher.next().unwrap_or_default());
    (reached, not_assessed)
}

fn speaks_for(high: &Sum, low: &Sum) -> bool {
    high.at_least > low.at_least && high.severity >= low.severity
}

/// Each medicine that counts, once, with its most points.
fn counted(rule: &Sum, list: &[Listed], holders: &Holders) -> Vec<(Index, u8)> {
    let mut counted: Vec<(Index, u8)> = Vec::new();
    for (subject, points) in &rule.members {
        for held in holders.of(*subject).filter(|held| list[held.place].is_taken()) {
            let index = list[held.place].index;
            match counted.iter_mut().find(|(known, _)| *known == index) {
                Some((_, most)) => *most = (*most).max(*points),
                None => counted.push((index, *points)),
            }
        }
    }
    counted
}

/// All that stands beside what counts; `None` when one of it is not there.
fn beside(rule: &Sum, list: &[Listed], holders: &Holders) -> Option<Vec<Index>> {
    let mut all = Vec::new();
    for subject in &rule.with {
        let before = all.len();
        let taken = holders.of(*subject).filter(|held| list[held.place].is_taken());
        all.extend(taken.map(|held| list[held.place].index));
        if all.len() == before {
            return None;
        }
    }
    Some(all)
}

fn alert(rule: &Sum<'static>, counted: &[(Index, u8)], points: u32) -> Alert {
    let medicines: Vec<String> =
        counted.iter().filter_map(|(index, _)| get(*index)).map(|row| row.id.to_owned()).collect();
    Alert {
        id: [rule.id, ":", &medicines.join("+")].concat(),
        kind: AlertKind::Interaction,
        severity: rule.severity,
        medicines,
        mechanism: rule.mechanism.replace("{points}", &points.to_string()),
        effect: rule.effect.to_owned(),
        management: rule.management.to_owned(),
        evidence: rule.evidence.to_owned(),
        sources: sources(&rule.sources),
        review: review(rule.review).to_owned(),
    }
}

/// Whether a sum says already what this interaction of two of a class says.
#[must_use]
pub fn say_already(reached: &[Reached], found: &Found) -> bool {
    let Some(class) = found.within() else { return false };
    reached.iter().any(|sum| {
        let of_class = sum.rule.members.iter().any(|(subject, _)| *subject == Subject::Class(class));
        of_class && found.is_about(&sum.alert) && sum.alert.severity >= found.alert.severity
    })
}

//! Bayesian inference over the conditions: prior odds by age, sex and pregnancy,
//! and the log-odds that each finding adds. Findings that come together for one
//! reason do not count in full again and again, and "something else" is always
//! one of the answers.
//!
//! `docs/clinical-method.md` describes the method and what its numbers are.

use super::case::{States, finding};
use crate::knowledge::diagnosis;
use crate::knowledge::tables::{Condition, Finding, Index, Likelihood};
use crate::records::clinical_data::{PatientData, Pregnancy, Sex};

/// Frequencies are kept off 0 and 1, where one finding would decide everything.
const LEAST: f64 = 0.003;
const MOST: f64 = 0.985;
/// What the second, third… finding of a group still counts.
const REPEATED: f64 = 0.5;
/// How much commoner a present finding is in an illness that is not in the tables.
const LEAK: f64 = 2.2;
/// The prior of "something else", among 10,000.
const OTHER_BASE_RATE: f64 = 2500.0;

/// What one finding adds to one condition.
#[derive(Debug, Clone, Copy)]
pub struct Weight {
    /// The finding.
    pub finding: Index,
    /// Whether it is there.
    pub present: bool,
    /// Log-odds.
    pub weight: f64,
}

/// A condition with its probability and what it rests on.
pub struct Ranked {
    /// The condition.
    pub condition: &'static Condition<'static>,
    /// All conditions and "something else" make 1.
    pub probability: f64,
    /// What each finding added.
    pub weights: Vec<Weight>,
}

/// All conditions that can be, likeliest first.
#[must_use]
pub fn rank(patient: &PatientData, states: &States) -> Vec<Ranked> {
    let evidence: Vec<(Index, &Finding, bool)> =
        states.iter().filter_map(|(index, present)| Some((*index, finding(*index)?, *present))).collect();
    let mut scored: Vec<(f64, Ranked)> = Vec::new();
    for condition in &diagnosis().conditions {
        let prior = prior(condition, patient);
        if prior <= 0.0 {
            continue;
        }
        let weights = weigh(condition, &evidence);
        let score = prior.ln() + weights.iter().map(|weight| weight.weight).sum::<f64>();
        scored.push((score, Ranked { condition, probability: 0.0, weights }));
    }
    let other = OTHER_BASE_RATE.ln() + leak(&evidence);
    let highest = scored.iter().map(|(score, _)| *score).fold(other, f64::max);
    let total: f64 = (other - highest).exp() + scored.iter().map(|(score, _)| (score - highest).exp()).sum::<f64>();
    let mut ranked: Vec<Ranked> = scored
        .into_iter()
        .map(|(score, ranked)| Ranked { probability: (score - highest).exp() / total, ..ranked })
        .collect();
    ranked.sort_unstable_by(|a, b| {
        b.probability.total_cmp(&a.probability).then_with(|| a.condition.id.cmp(b.condition.id))
    });
    ranked
}

/// How common the condition is in people like this one, among 10,000.
#[must_use]
pub fn prior(condition: &Condition, patient: &PatientData) -> f64 {
    let age = patient.age_years.map_or(40.0, |age| age.0);
    let band = [1.0, 12.0, 18.0, 40.0, 65.0].iter().filter(|from| age >= **from).count();
    let sex = match patient.sex {
        Some(Sex::Male) => condition.male,
        Some(Sex::Female) => condition.female,
        Some(Sex::Unknown) | None => f32::midpoint(condition.male, condition.female),
    };
    let pregnant = if patient.pregnancy == Pregnancy::Pregnant { condition.pregnant } else { 1.0 };
    f64::from(condition.base_rate) * f64::from(condition.ages[band]) * f64::from(sex) * f64::from(pregnant)
}

/// What each finding adds, correlated ones damped, strongest first.
fn weigh(condition: &Condition, evidence: &[(Index, &Finding, bool)]) -> Vec<Weight> {
    let listed = |index: Index| condition.likelihoods.iter().find(|likelihood| likelihood.finding == index);
    let mut weights: Vec<(Weight, Index)> = Vec::new();
    for (index, row, present) in evidence {
        // A general finding says nothing beyond a special one of it that is listed too.
        let said_better = *present
            && evidence
                .iter()
                .any(|(other, special, there)| *there && special.implies.contains(index) && listed(*other).is_some());
        let Some(likelihood) = listed(*index).filter(|_| !said_better) else { continue };
        weights.push((
            Weight { finding: *index, present: *present, weight: log_odds(likelihood, row, *present) },
            row.group,
        ));
    }
    weights
        .sort_unstable_by(|(a, _), (b, _)| b.weight.abs().total_cmp(&a.weight.abs()).then(a.finding.cmp(&b.finding)));
    let mut in_group: Vec<(Index, bool)> = Vec::new();
    for (weight, group) in &mut weights {
        let key = (*group, weight.present);
        let before = in_group.iter().filter(|other| *group != 0 && **other == key).count();
        weight.weight *= REPEATED.powi(i32::try_from(before).unwrap_or(i32::MAX));
        in_group.push(key);
    }
    weights.into_iter().map(|(weight, _)| weight).collect()
}

/// Log of how much likelier the finding's state is with the condition than without.
#[must_use]
pub fn log_odds(likelihood: &Likelihood, row: &Finding, present: bool) -> f64 {
    let (with, without) = frequencies(likelihood, row);
    if present { (with / without).ln() } else { ((1.0 - with) / (1.0 - without)).ln() }
}

/// How often the finding is there with the condition, and without.
#[must_use]
pub fn frequencies(likelihood: &Likelihood, row: &Finding) -> (f64, f64) {
    let bound = |percent: f32| (f64::from(percent) / 100.0).clamp(LEAST, MOST);
    (bound(likelihood.percent), bound(row.background))
}

fn leak(evidence: &[(Index, &Finding, bool)]) -> f64 {
    let general = |index: Index| evidence.iter().any(|(_, special, there)| *there && special.implies.contains(&index));
    let present = evidence.iter().filter(|(index, _, present)| *present && !general(*index)).count();
    f64::from(u32::try_from(present).unwrap_or(u32::MAX)) * LEAK.ln()
}

//! The next best question: the one whose answer is expected to tell most, where
//! telling dangerous conditions apart counts more.

use super::case::{Case, finding};
use super::inference::{Ranked, frequencies};
use super::model::FindingState;
use super::outcome::NextQuestion;
use crate::knowledge::tables::{FindingKind, Index};

/// Most questions of one assessment.
pub const MOST_QUESTIONS: usize = 20;
/// Conditions that questions are weighed for.
const CONSIDERED: usize = 15;
/// How much more a dangerous condition counts.
const DANGER: f64 = 3.0;
/// Expected gain, in nats, below which no question is worth asking.
const WORTH_ASKING: f64 = 0.012;
/// A leading condition this likely needs no more questions, unless danger is left.
const CERTAIN: f64 = 0.93;

/// The question to ask, or none when enough is known.
#[must_use]
pub fn next(case: &Case, ranked: &[Ranked], asked: usize) -> Option<NextQuestion> {
    let considered = &ranked[..ranked.len().min(CONSIDERED)];
    let leader = considered.first()?;
    let danger_left = considered.iter().any(|other| {
        other.condition.dangerous && other.probability > 0.02 && other.condition.id != leader.condition.id
    });
    if asked >= MOST_QUESTIONS || (leader.probability >= CERTAIN && !danger_left) {
        return None;
    }
    let beliefs = beliefs(considered);
    let findings = considered.iter().flat_map(|ranked| &ranked.condition.likelihoods);
    let mut candidates: Vec<Index> = findings.map(|likelihood| likelihood.finding).collect();
    candidates.sort_unstable();
    candidates.dedup();
    let best = candidates
        .into_iter()
        .filter(|index| case.state(*index).is_none() && can_be_asked(*index) && !was_asked(case, *index))
        .map(|index| (gain(index, considered, &beliefs), index))
        .max_by(|(a, x), (b, y)| a.total_cmp(b).then(y.cmp(x)))?;
    let row = finding(best.1).filter(|_| best.0 >= WORTH_ASKING)?;
    Some(NextQuestion {
        finding: Some(row.id.to_owned()),
        text: row.question.to_owned(),
        choices: vec![FindingState::Present, FindingState::Absent, FindingState::Unknown],
    })
}

fn can_be_asked(index: Index) -> bool {
    finding(index).is_some_and(|row| !matches!(row.kind, FindingKind::Test | FindingKind::Sign))
}

/// Also when the answer was that it is not known.
fn was_asked(case: &Case, index: Index) -> bool {
    finding(index).is_some_and(|row| case.seen.iter().any(|seen| seen.id == row.id))
}

/// Probabilities among the considered, danger weighed in.
fn beliefs(considered: &[Ranked]) -> Vec<f64> {
    let weighed: Vec<f64> = considered
        .iter()
        .map(|ranked| ranked.probability * if ranked.condition.dangerous { DANGER } else { 1.0 })
        .collect();
    let total: f64 = weighed.iter().sum();
    weighed.into_iter().map(|belief| belief / total.max(f64::MIN_POSITIVE)).collect()
}

/// Expected loss of entropy by learning whether the finding is there.
fn gain(index: Index, considered: &[Ranked], beliefs: &[f64]) -> f64 {
    let Some(row) = finding(index) else { return 0.0 };
    let background = f64::from(row.background) / 100.0;
    let there: Vec<f64> = considered
        .iter()
        .map(|ranked| {
            let listed = ranked.condition.likelihoods.iter().find(|likelihood| likelihood.finding == index);
            listed.map_or(background.max(0.003), |likelihood| frequencies(likelihood, row).0)
        })
        .collect();
    let present: f64 = beliefs.iter().zip(&there).map(|(belief, there)| belief * there).sum();
    let if_present: Vec<f64> =
        beliefs.iter().zip(&there).map(|(belief, there)| belief * there / present.max(1e-12)).collect();
    let if_absent: Vec<f64> =
        beliefs.iter().zip(&there).map(|(belief, there)| belief * (1.0 - there) / (1.0 - present).max(1e-12)).collect();
    entropy(beliefs) - present * entropy(&if_present) - (1.0 - present) * entropy(&if_absent)
}

fn entropy(beliefs: &[f64]) -> f64 {
    -beliefs.iter().filter(|belief| **belief > 0.0).map(|belief| belief * belief.ln()).sum::<f64>()
}

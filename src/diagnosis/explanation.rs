//! Why each condition stands where it does, and what would move it most: for a doctor who reads an assessment.

use super::assess::{assess, rounded};
use super::case::{Case, States, finding};
use super::inference::{Ranked, frequencies, log_odds, prior, rank};
use super::model::Input;
use super::outcome::TriageReason;
use super::{store, triage};
use crate::error::Result;
use crate::knowledge::tables::Index;
use crate::knowledge::{sources, text, version};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// Conditions that are explained: the likeliest.
const EXPLAINED: usize = 5;
/// Findings that would change each most.
const CHANGES: usize = 5;

/// Why an assessment says what it says.
#[derive(Debug, Serialize, ToSchema)]
pub struct Explanation {
    /// Version of the tables that it was made with.
    pub knowledge_version: String,
    /// Version of the tables that are read now.
    pub current_knowledge_version: String,
    /// Whether the same input comes to the same today. It does as long as the tables are the same.
    pub is_reproduced: bool,
    /// What that means, in a sentence.
    pub note: String,
    /// The rules that decided how soon to be seen.
    pub triage: Vec<TriageReason>,
    /// The likeliest conditions; empty where the tables have changed since.
    pub conditions: Vec<ExplainedCondition>,
}

/// How a condition came to its place.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExplainedCondition {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its probability.
    pub probability: f64,
    /// How many of 10,000 people like this one, who seek care, have it: where it began.
    pub prior_per_10000: f64,
    /// What each finding added, strongest first.
    pub findings: Vec<ExplainedFinding>,
    /// What is not known and would change it most.
    pub would_change_most: Vec<Change>,
}

/// What a finding added.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExplainedFinding {
    /// The finding.
    pub finding: String,
    /// Its name.
    pub name: String,
    /// Whether it is there.
    pub is_present: bool,
    /// Log-odds that it added, after those that come for the same reason were damped.
    pub weight: f64,
    /// Of 100 people with the condition, how many have it.
    pub percent_with: f64,
    /// Of 100 without.
    pub percent_without: f64,
    /// Where that stands.
    pub sources: Vec<String>,
}

/// What a finding would make of a condition.
#[derive(Debug, Serialize, ToSchema)]
pub struct Change {
    /// The finding.
    pub finding: String,
    /// What to ask.
    pub question: String,
    /// Probability of the condition, were it there.
    pub if_present: f64,
    /// Probability, were it not.
    pub if_absent: f64,
}

/// Explains what was stored.
///
/// # Errors
/// When the outcome cannot be written as JSON.
pub fn explain(input: &Input, stored: &Map<String, Value>) -> Result<Explanation> {
    let made_with = stored.get("knowledge_version").and_then(Value::as_str).unwrap_or_default().to_owned();
    let is_current = made_with == version();
    let is_reproduced = is_current && store::shown(&assess(input))? == *stored;
    let note = match (is_reproduced, is_current) {
        (true, _) => "explanation.reproduced",
        (false, true) => "explanation.not_reproduced",
        (false, false) => "explanation.older_tables",
    };
    let case = Case::read(input);
    let ranked = rank(&case.patient, case.states());
    let conditions = ranked.iter().take(if is_current && case.understood { EXPLAINED } else { 0 });
    Ok(Explanation {
        knowledge_version: made_with,
        current_knowledge_version: version().to_owned(),
        is_reproduced,
        note: text(note).to_owned(),
        triage: if is_current && case.understood { triage::triage(&case, &ranked).reasons } else { Vec::new() },
        conditions: conditions.map(|ranked| condition(&case, ranked)).collect(),
    })
}

fn condition(case: &Case, ranked: &Ranked) -> ExplainedCondition {
    let row = ranked.condition;
    let findings = ranked.weights.iter().filter_map(|weight| {
        let likelihood = row.likelihoods.iter().find(|likelihood| likelihood.finding == weight.finding)?;
        let of = finding(weight.finding)?;
        let (with, without) = frequencies(likelihood, of);
        Some(ExplainedFinding {
            finding: of.id.to_owned(),
            name: of.name.to_owned(),
            is_present: weight.present,
            weight: rounded(weight.weight),
            percent_with: rounded(100.0 * with),
            percent_without: rounded(100.0 * without),
            sources: sources(&likelihood.sources),
        })
    });
    ExplainedCondition {
        id: row.id.to_owned(),
        name: row.name.to_owned(),
        probability: rounded(ranked.probability),
        prior_per_10000: rounded(prior(row, &case.patient)),
        findings: findings.collect(),
        would_change_most: changes(case, ranked),
    }
}

/// The findings that nothing was said of and that speak loudest, with what they would make of the condition.
fn changes(case: &Case, ranked: &Ranked) -> Vec<Change> {
    let mut open: Vec<(f64, Index)> = Vec::new();
    for likelihood in &ranked.condition.likelihoods {
        let Some(row) = finding(likelihood.finding).filter(|_| case.state(likelihood.finding).is_none()) else {
            continue;
        };
        let reach = log_odds(likelihood, row, true).abs() + log_odds(likelihood, row, false).abs();
        open.push((reach, likelihood.finding));
    }
    open.sort_unstable_by(|(a, x), (b, y)| b.total_cmp(a).then(x.cmp(y)));
    let change = |(_, index): &(f64, Index)| {
        let row = finding(*index)?;
        let were = |is_present: bool| probability_were(case, ranked, *index, is_present);
        Some(Change {
            finding: row.id.to_owned(),
            question: row.question.to_owned(),
            if_present: were(true),
            if_absent: were(false),
        })
    };
    open.iter().take(CHANGES).filter_map(change).collect()
}

fn probability_were(case: &Case, ranked: &Ranked, index: Index, is_present: bool) -> f64 {
    let states: States = case.states_with(index, is_present);
    let of = |other: &&Ranked| other.condition.id == ranked.condition.id;
    rank(&case.patient, &states).iter().find(of).map_or(0.0, |other| rounded(other.probability))
}

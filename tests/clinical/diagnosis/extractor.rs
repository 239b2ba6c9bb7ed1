//! What is understood of sentences that were written, and labelled, without the extractor.

use super::{lines, outcome};
use serde::Deserialize;
use serde_json::json;
use virtual_doctor::diagnosis::model::FindingState;
use virtual_doctor::diagnosis::outcome::AssessmentStatus;
use virtual_doctor::knowledge::diagnosis;
use virtual_doctor::knowledge::tables::Urgency;

/// What a text says of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Said {
    Present,
    Absent,
    /// Nothing of the patient now.
    None,
}

#[derive(Debug, Deserialize)]
struct Side {
    text: String,
    state: Said,
}

#[derive(Debug, Deserialize)]
struct Pair {
    id: String,
    finding: String,
    a: Side,
    b: Side,
}

/// What a finding is a kind of.
fn general(finding: &str) -> Vec<&'static str> {
    let rows = &diagnosis().findings;
    let row = rows.iter().find(|row| row.id == finding).unwrap();
    row.implies.iter().map(|at| rows[usize::from(*at)].id).collect()
}

fn said(text: &str, finding: &str) -> Said {
    let seen = outcome(&json!({ "age_years": 40, "sex": "female" }), text, &json!({})).findings;
    let is = |id: &str, state| seen.iter().any(|seen| seen.id == id && seen.state == state);
    // Without any trouble with passing urine there is no retention.
    let general = general(finding);
    if is(finding, FindingState::Present) {
        Said::Present
    } else if is(finding, FindingState::Absent) || general.iter().any(|id| is(id, FindingState::Absent)) {
        Said::Absent
    } else {
        Said::None
    }
}

#[test]
fn what_flips_the_meaning_flips_the_finding() {
    let mut wrong = Vec::new();
    for Pair { id, finding, a, b } in lines::<Pair>(include_str!("extractor_pairs.jsonl")) {
        for side in [a, b] {
            let said = said(&side.text, &finding);
            if said != side.state {
                wrong.push(format!("{id} {finding} {:?}, not {said:?}: {}", side.state, side.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{} sides:\n{}", wrong.len(), wrong.join("\n"));
}

#[derive(Debug, Deserialize)]
struct Foreign {
    id: String,
    text: String,
}

#[test]
fn what_is_not_understood_is_not_cared_for_at_home() {
    let mut wrong = Vec::new();
    for Foreign { id, text } in lines::<Foreign>(include_str!("not_understood.jsonl")) {
        let outcome = outcome(&json!({ "age_years": 40, "sex": "female" }), &text, &json!({}));
        let level = outcome.triage.map(|triage| triage.level);
        if level == Some(Urgency::SelfCare) || outcome.status == AssessmentStatus::NotUnderstood && level.is_some() {
            wrong.push(format!("{id}: {text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

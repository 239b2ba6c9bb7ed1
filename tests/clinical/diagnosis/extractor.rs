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

#[derive(Debug, Deserialize)]
struct Labelled {
    id: String,
    state: Said,
}

#[derive(Debug, Deserialize)]
struct Sentence {
    id: String,
    text: String,
    findings: Vec<Labelled>,
    /// Neither asked for nor wrong.
    also_ok: Vec<String>,
}

/// Precision and recall, percent.
const REACHED: (usize, usize) = (92, 80);

/// Of what was read of a sentence, what is right, what is wrong, and what was missed.
fn compare(sentence: &Sentence) -> (usize, Vec<String>, Vec<String>) {
    let seen = outcome(&json!({ "age_years": 40, "sex": "female" }), &sentence.text, &json!({})).findings;
    let read: Vec<(String, Said)> = seen
        .into_iter()
        .filter_map(|seen| match seen.state {
            FindingState::Present => Some((seen.id, Said::Present)),
            FindingState::Absent => Some((seen.id, Said::Absent)),
            FindingState::Unknown => None,
        })
        .collect();
    let is_read = |of: &Labelled| read.iter().any(|(id, state)| *id == of.id && *state == of.state);
    // What a finding is a kind of is there with it.
    let follows =
        |id: &str| sentence.findings.iter().any(|of| of.state == Said::Present && general(&of.id).contains(&id));
    let is_ok = |id: &str, state: Said| {
        let asked = sentence.findings.iter().any(|of| of.id == id && of.state == state);
        asked || sentence.also_ok.iter().any(|ok| ok == id) || (state == Said::Present && follows(id))
    };
    let right = sentence.findings.iter().filter(|of| is_read(of)).count();
    let wrong = read.iter().filter(|(id, state)| !is_ok(id, *state)).map(|(id, state)| format!("{id} {state:?}"));
    let missed = sentence.findings.iter().filter(|of| !is_read(of)).map(|of| format!("{} {:?}", of.id, of.state));
    (right, wrong.collect(), missed.collect())
}

#[test]
fn sentences_say_what_they_say() {
    let (mut right, mut wrong, mut missed) = (0, 0, 0);
    let sentences: Vec<Sentence> = lines(include_str!("extractor_sentences.jsonl"));
    for sentence in &sentences {
        let (found, not_there, not_seen) = compare(sentence);
        (right, wrong, missed) = (right + found, wrong + not_there.len(), missed + not_seen.len());
        if !(not_there.is_empty() && not_seen.is_empty()) {
            println!("  {} wrong {not_there:?}, missed {not_seen:?}: {}", sentence.id, sentence.text);
        }
    }
    let percent = |of: usize, all: usize| 100 * of / all.max(1);
    let (precision, recall) = (percent(right, right + wrong), percent(right, right + missed));
    println!("{} sentences: precision {precision}% (aim 95), recall {recall}% (aim 85)", sentences.len());
    // What was reached is held; the aim is not reached yet, as docs/safety-case.md says.
    assert!(precision >= REACHED.0 && recall >= REACHED.1, "precision {precision}%, recall {recall}%");
}

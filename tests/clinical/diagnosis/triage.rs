//! How soon a case is seen: cases that were written, and labelled, without the engine.

use super::{lines, outcome};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use virtual_doctor::diagnosis::model::FindingState;
use virtual_doctor::diagnosis::outcome::Outcome;
use virtual_doctor::knowledge::tables::Urgency;

#[derive(Debug, Deserialize)]
struct Case {
    id: String,
    patient: Value,
    text: String,
    #[serde(default)]
    vitals: Value,
    triage: Urgency,
    why: String,
}

/// What was understood, and what it may be: for who looks into a miss.
fn explained(outcome: &Outcome) -> String {
    let findings = outcome.findings.iter().map(|seen| match seen.state {
        FindingState::Present => seen.id.clone(),
        FindingState::Absent => format!("no {}", seen.id),
        FindingState::Unknown => format!("{}?", seen.id),
    });
    let conditions = outcome.conditions.iter().take(3).map(|of| format!("{} {:.2}", of.id, of.probability));
    format!("{}\n    {}", findings.collect::<Vec<_>>().join(", "), conditions.collect::<Vec<_>>().join(", "))
}

#[test]
fn cases_are_seen_as_soon_as_they_should_be() {
    let cases: Vec<Case> = lines(include_str!("triage_cases.jsonl"));
    let mut counts: BTreeMap<(Urgency, Option<Urgency>), usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for case in &cases {
        let outcome = outcome(&case.patient, &case.text, &case.vitals);
        // What was not understood asks what is wrong: nobody is sent home by it.
        let level = outcome.triage.as_ref().map(|triage| triage.level);
        *counts.entry((case.triage, level)).or_default() += 1;
        if level != Some(case.triage) {
            wrong.push(format!(
                "{} {:?}, not {level:?}: {} ({})\n    {}",
                case.id,
                case.triage,
                case.text,
                case.why,
                explained(&outcome)
            ));
        }
    }
    println!("{} cases; as they should be and as they are:", cases.len());
    for ((should, is), count) in &counts {
        println!("  {should:<10?} {:<12} {count:>3}", is.map_or("not known".to_owned(), |is| format!("{is:?}")));
    }
    wrong.iter().for_each(|line| println!("  {line}"));
    let number = |test: &dyn Fn(Urgency, Option<Urgency>) -> bool| -> usize {
        counts.iter().filter(|((should, is), _)| test(*should, *is)).map(|(_, count)| count).sum()
    };
    let right = number(&|should, is| is == Some(should));
    let over = number(&|should, is| is > Some(should));
    let missed = number(&|should, is| should == Urgency::Emergency && is < Some(Urgency::Urgent));
    println!("right {right}, over {over}, emergencies below urgent {missed}");
    assert!(right * 100 >= cases.len() * 85, "right {right} of {}", cases.len());
    assert!(over * 100 <= cases.len() * 25, "over-triaged {over} of {}", cases.len());
    assert_eq!(missed, 0, "emergencies below urgent");
}

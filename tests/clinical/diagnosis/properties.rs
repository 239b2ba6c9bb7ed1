//! What holds of every case, however it is made up: `RANDOM_CASES=100000 cargo test --release --test main random_cases` makes
//! up more of them.

use crate::simulation::random::Random;
use chrono::NaiveDate;
use deserr::deserialize;
use serde_json::{Value, json};
use virtual_doctor::diagnosis::assess::assess;
use virtual_doctor::diagnosis::case::States;
use virtual_doctor::diagnosis::inference::rank;
use virtual_doctor::diagnosis::model::{Assess, FindingId, FindingState, Input, QuestionAnswer};
use virtual_doctor::diagnosis::outcome::Outcome;
use virtual_doctor::http::Invalid;
use virtual_doctor::knowledge::diagnosis;
use virtual_doctor::knowledge::expression::{Atom, Expression};
use virtual_doctor::knowledge::tables::{Index, Urgency};

fn cases(few: u64) -> u64 {
    std::env::var("RANDOM_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(few)
}

fn any<'a, T>(random: &mut Random, of: &'a [T]) -> &'a T {
    &of[random.index(of.len())]
}

fn patient(random: &mut Random) -> Value {
    let age = any(random, &[0.1, 0.6, 3.0, 9.0, 14.0, 25.0, 38.0, 57.0, 82.0]);
    let (sex, pregnancy) =
        any(random, &[("male", "not_pregnant"), ("female", "pregnant"), ("female", "unknown"), ("unknown", "unknown")]);
    json!({ "age_years": age, "sex": sex, "pregnancy": pregnancy })
}

fn finding(random: &mut Random) -> &'static str {
    any(random, &diagnosis().findings).id
}

fn input(patient: &Value, findings: &[Value], vitals: &Value) -> Input {
    let request = json!({ "patient": patient, "findings": findings, "vitals": vitals });
    let asked = deserialize::<Assess, _, Invalid>(request).unwrap();
    Input { asked, answers: Vec::new(), by_patient: true, on: NaiveDate::default() }
}

fn level(outcome: &Outcome) -> Option<Urgency> {
    outcome.triage.as_ref().map(|triage| triage.level)
}

/// One to twelve findings, most of them there.
fn findings(random: &mut Random) -> Vec<Value> {
    let many = 1 + random.below(12);
    let one = |random: &mut Random| {
        let state = if random.below(4) == 0 { "absent" } else { "present" };
        json!({ "id": finding(random), "state": state })
    };
    (0..many).map(|_| one(random)).collect()
}

#[test]
fn probabilities_of_random_cases_make_sense() {
    let mut random = Random::new(1);
    for _ in 0..cases(2000) {
        let asked = input(&patient(&mut random), &[json!({ "id": "cough", "state": "present" })], &json!({}));
        let mut states = States::new();
        for _ in 0..random.below(40) {
            let at = random.index(diagnosis().findings.len());
            states.insert(Index::try_from(at).unwrap(), random.percent(67));
        }
        let ranked = rank(&asked.asked.patient.0, &states);
        let sum: f64 = ranked.iter().map(|ranked| ranked.probability).sum();
        assert!(ranked.iter().all(|ranked| (0.0..=1.0).contains(&ranked.probability)), "{states:?}");
        assert!(sum.is_finite() && sum <= 1.0 + 1e-9, "{sum}: {states:?}");
        assert!(ranked.is_sorted_by(|a, b| a.probability >= b.probability));
    }
}

#[test]
fn the_order_of_the_findings_of_random_cases_does_not_matter() {
    let mut random = Random::new(2);
    for _ in 0..cases(200) {
        let (patient, mut findings) = (patient(&mut random), findings(&mut random));
        findings.sort_by_key(|finding| finding["id"].to_string());
        findings.dedup_by_key(|finding| finding["id"].to_string());
        let shown = |findings: &[Value]| {
            let outcome = assess(&input(&patient, findings, &json!({})));
            let mut seen = outcome.findings.clone();
            seen.sort_by(|a, b| a.id.cmp(&b.id));
            json!([level(&outcome), outcome.conditions, outcome.must_not_miss, outcome.next_question, seen])
        };
        let first = shown(&findings);
        findings.reverse();
        assert_eq!(shown(&findings), first, "{findings:?}");
    }
}

/// Findings that alone are a red flag.
fn flags() -> Vec<&'static str> {
    let rows = &diagnosis().red_flags;
    let alone = rows.iter().filter_map(|flag| match flag.when {
        Expression::Atom(Atom::Finding(index)) => Some(diagnosis().findings[usize::from(index)].id),
        _ => None,
    });
    alone.collect()
}

#[test]
fn a_red_flag_never_lowers_the_level_of_random_cases() {
    let (mut random, flags) = (Random::new(3), flags());
    assert!(flags.len() > 40);
    for _ in 0..cases(200) {
        let (patient, mut findings) = (patient(&mut random), findings(&mut random));
        let before = level(&assess(&input(&patient, &findings, &json!({}))));
        let flag = *any(&mut random, &flags);
        findings.retain(|finding| finding["id"] != flag);
        findings.push(json!({ "id": flag, "state": "present" }));
        let after = level(&assess(&input(&patient, &findings, &json!({}))));
        assert!(after >= before, "{flag} on {findings:?} of {patient}: {before:?}, then {after:?}");
    }
}

#[test]
fn a_worse_vital_sign_never_lowers_the_level_of_random_cases() {
    // Each from well to ill.
    const SIGNS: &[(&str, &[f64])] = &[
        ("temperature_c", &[37.0, 38.1, 39.2, 40.1, 41.2]),
        ("temperature_c", &[36.5, 35.9, 34.9, 33.0]),
        ("heart_rate_per_min", &[75.0, 95.0, 112.0, 131.0, 170.0]),
        ("heart_rate_per_min", &[65.0, 48.0, 39.0, 25.0]),
        ("respiratory_rate_per_min", &[16.0, 21.0, 25.0, 41.0, 62.0]),
        ("oxygen_saturation_percent", &[98.0, 95.0, 93.0, 91.0, 85.0]),
        ("systolic_mmhg", &[125.0, 109.0, 99.0, 89.0, 70.0]),
        ("glucose_mmol_l", &[5.0, 12.0, 20.0, 33.0]),
        ("glucose_mmol_l", &[5.0, 3.8, 2.9, 1.9]),
    ];
    let mut random = Random::new(4);
    for _ in 0..cases(100) {
        let (patient, findings) = (patient(&mut random), findings(&mut random));
        let (sign, values) = any(&mut random, SIGNS);
        let levels: Vec<Option<Urgency>> =
            values.iter().map(|value| level(&assess(&input(&patient, &findings, &json!({ *sign: value }))))).collect();
        assert!(levels.is_sorted(), "{sign} {values:?} on {findings:?} of {patient}: {levels:?}");
    }
}

#[test]
fn an_answer_that_is_not_known_never_lowers_the_level_of_random_cases() {
    let mut random = Random::new(5);
    for _ in 0..cases(100) {
        let (patient, findings) = (patient(&mut random), findings(&mut random));
        let mut asked = input(&patient, &findings, &json!({}));
        let before = level(&assess(&asked));
        let skipped = FindingId(finding(&mut random).to_owned());
        asked.answers.push(QuestionAnswer { finding: skipped, state: FindingState::Unknown });
        let said = findings[0]["id"].as_str().unwrap().to_owned();
        asked.answers.push(QuestionAnswer { finding: FindingId(said), state: FindingState::Unknown });
        assert!(level(&assess(&asked)) >= before, "{findings:?}");
    }
}

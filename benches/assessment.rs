//! What an assessment costs: `cargo bench --bench assessment`.

#![expect(clippy::disallowed_methods, reason = "natively, and time is what a bench measures")]

use chrono::NaiveDate;
use serde_json::json;
use std::hint::black_box;
use std::time::{Duration, Instant};
use virtual_doctor::diagnosis::assess::assess;
use virtual_doctor::diagnosis::case::Case;
use virtual_doctor::diagnosis::inference::rank;
use virtual_doctor::diagnosis::model::{Assess, Input};
use virtual_doctor::diagnosis::questions;
use virtual_doctor::http::Invalid;
use virtual_doctor::knowledge::diagnosis;

const TIMES: u32 = 200;
const FINDINGS: usize = 25;
const STORY: &str = "For three days I have had a cough with green phlegm and a fever of 38.9, no chest pain, but I get short of \
    breath on the stairs. My wife had a cold last week. I do not smoke, and I take amlodipine for my blood pressure. ";

fn input(text: Option<&str>, findings: usize) -> Option<Input> {
    let rows = &diagnosis().findings;
    // Spread over all systems; every fifth absent.
    let ids = (0..findings).map(|at| rows[at * rows.len() / FINDINGS].id).enumerate();
    let findings: Vec<_> =
        ids.map(|(at, id)| json!({ "id": id, "state": if at % 5 == 0 { "absent" } else { "present" } })).collect();
    let request = json!({ "patient": { "age_years": 54, "sex": "female", "pregnancy": "not_pregnant", "allergies": [] },
                          "text": text, "findings": findings });
    let asked = deserr::deserialize::<Assess, _, Invalid>(request).ok()?;
    Some(Input { asked, answers: Vec::new(), by_patient: false, on: NaiveDate::default() })
}

fn each(mut work: impl FnMut()) -> Duration {
    // The tables are unpacked and indexed once; that is not the assessment's.
    work();
    let begun = Instant::now();
    (0..TIMES).for_each(|_| work());
    begun.elapsed() / TIMES
}

fn story(bytes: usize) -> String {
    STORY.repeat(bytes / STORY.len() + 1).chars().take(bytes).collect()
}

fn main() {
    let (Some(many), Some(short), Some(long)) =
        (input(None, FINDINGS), input(Some(&story(1024)), 0), input(Some(&story(8192)), 0))
    else {
        println!("the request does not parse");
        return;
    };
    let whole = each(|| drop(black_box(assess(black_box(&many)))));
    let case = Case::read(&many);
    let ranked = rank(&case.patient, case.states());
    let question = each(|| drop(black_box(questions::next(&case, &ranked, 0))));
    let (one, eight) = (each(|| drop(black_box(assess(&short)))), each(|| drop(black_box(assess(&long)))));
    println!(
        "an assessment of {FINDINGS} findings over {} conditions: {} µs (limit 2,000)",
        ranked.len(),
        whole.as_micros()
    );
    println!("the next question: {} µs (limit 10,000)", question.as_micros());
    println!(
        "1 KiB of text: {} µs, 8 KiB: {} µs, {:.1} times (limit 10)",
        one.as_micros(),
        eight.as_micros(),
        eight.as_secs_f64() / one.as_secs_f64()
    );
}

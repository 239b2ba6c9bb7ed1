//! The engine on cases that were written without it.

mod extractor;
mod hits;
mod properties;
mod statistics;
mod treatments;
mod triage;
mod vignettes;

use chrono::NaiveDate;
use deserr::deserialize;
use serde::Deserialize;
use serde_json::{Value, json};
use std::fmt::Debug;
use virtual_doctor::diagnosis::assess::assess;
use virtual_doctor::diagnosis::model::{Assess, Input};
use virtual_doctor::diagnosis::outcome::Outcome;
use virtual_doctor::http::Invalid;

/// What the engine says of a patient with this story and these measurements, if the request is a good one.
fn outcome(patient: &Value, text: &str, vitals: &Value) -> Outcome {
    let request = json!({ "patient": patient, "text": text, "vitals": vitals });
    let asked: Assess = deserialize::<Assess, _, Invalid>(request).unwrap();
    assess(&Input { asked, answers: Vec::new(), by_patient: true, on: NaiveDate::default() })
}

/// The rows of a file with one JSON object a line.
fn lines<T: for<'de> Deserialize<'de> + Debug>(text: &str) -> Vec<T> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

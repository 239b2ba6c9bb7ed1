//! Medicines: the catalogue, and the check.

mod anything;
mod catalogue;
mod check;
mod patient;

use super::support::{Answer, Installation};
use serde_json::{Value, json};

const CHECK: &str = "/api/v1/medicines/check";

async fn check(patient: Value, medicines: Value) -> Answer {
    Installation::new().post(CHECK, None, json!({ "patient": patient, "medicines": medicines })).await
}

/// The check of these medicines, by name, in this patient.
async fn check_names(patient: Value, names: &[&str]) -> Value {
    let medicines: Vec<Value> = names.iter().map(|name| json!({ "name": name })).collect();
    check(patient, json!(medicines)).await.expect(200)
}

/// Ids of the alerts, as they come.
fn alerts(answer: &Value) -> Vec<&str> {
    answer["alerts"].as_array().unwrap().iter().map(|alert| alert["id"].as_str().unwrap()).collect()
}

#[track_caller]
fn alert<'a>(answer: &'a Value, id: &str) -> &'a Value {
    let found = answer["alerts"].as_array().unwrap().iter().find(|alert| alert["id"] == id);
    assert!(found.is_some(), "{id} is not among {:?}", alerts(answer));
    found.unwrap()
}

/// Whether it was said that this could not be judged for want of this.
fn is_not_assessed(answer: &Value, kind: &str, missing: &str) -> bool {
    answer["not_assessed"].as_array().unwrap().contains(&json!({ "kind": kind, "missing": missing }))
}

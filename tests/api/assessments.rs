//! Assessments: symptoms understood, judged and asked about; and the vocabulary.

mod answers;
mod create;
mod explanation;
mod read;
mod understanding;
mod vocabulary;

use super::support::{Answer, Installation, Person};
use serde_json::{Value, json};

const PATH: &str = "/api/v1/assessments";

/// A signed-in person, and an installation.
async fn ann() -> (Installation, Person) {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    (here, ann)
}

/// A man of 54 from the United Kingdom, who says this.
fn says(text: &str) -> Value {
    json!({ "patient": { "age_years": 54, "sex": "male", "country": "GB", "conditions": ["hypertension"] }, "text": text })
}

/// The example of the contract.
fn example() -> Value {
    json!({
        "patient": { "age_years": 54, "sex": "male", "pregnancy": "not_pregnant", "conditions": ["hypertension"],
                     "medicines": ["amlodipine"], "country": "GB" },
        "text": "crushing chest pain for 30 minutes going into my left arm, sweating",
        "findings": [{ "id": "smoker", "state": "present" }], "vitals": { "heart_rate_per_min": 104 },
        "patient_id": null, "encounter_id": null, "locale": "en"
    })
}

async fn assess(body: Value) -> Value {
    let (here, ann) = ann().await;
    here.post(PATH, Some(&ann), body).await.expect(201)
}

async fn answer(here: &Installation, person: &Person, assessment: &Value, answers: &[(&str, &str)]) -> Answer {
    let path = format!("{PATH}/{}/answers", assessment["id"].as_str().unwrap());
    let answers: Vec<Value> =
        answers.iter().map(|(finding, state)| json!({ "finding": finding, "state": state })).collect();
    here.post(&path, Some(person), json!({ "answers": answers })).await
}

/// The states of a finding, as they were understood in order.
fn states<'a>(assessment: &'a Value, finding: &str) -> Vec<&'a str> {
    let findings = assessment["findings"].as_array().unwrap().iter();
    findings.filter(|seen| seen["id"] == finding).map(|seen| seen["state"].as_str().unwrap()).collect()
}

/// What must hold of every assessment, whatever it is of.
#[track_caller]
fn sound(assessment: &Value) {
    let conditions = assessment["conditions"].as_array().unwrap();
    let probabilities: Vec<f64> = conditions.iter().map(|one| one["probability"].as_f64().unwrap()).collect();
    assert!(conditions.len() <= 10, "{}", conditions.len());
    assert!(probabilities.iter().sum::<f64>() <= 1.0 && probabilities.iter().all(|p| *p > 0.0), "{probabilities:?}");
    assert!(probabilities.is_sorted_by(|a, b| a >= b), "{probabilities:?}");
    for condition in conditions {
        let coding = &condition["codings"][0];
        assert_eq!(coding["code"], condition["icd10"], "{condition}");
        assert!(condition["evidence"].as_array().unwrap().iter().all(|evidence| evidence["weight"].is_number()));
    }
    let understood = assessment["status"] != "not_understood";
    assert_eq!(assessment["triage"].is_object(), understood, "{assessment}");
    if understood {
        assert!(!assessment["triage"]["reasons"].as_array().unwrap().is_empty(), "{assessment}");
        assert!(!assessment["triage"]["actions"].as_array().unwrap().is_empty(), "{assessment}");
    }
    assert!(!assessment["disclaimer"].as_str().unwrap().is_empty());
    assert!(assessment["knowledge_version"].as_str().unwrap().starts_with("k-"));
}

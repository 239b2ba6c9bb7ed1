//! The record of a patient.

mod entries;
mod permissions;
mod statements;
mod use_in_checks;
mod validation;
mod whole;

use super::support::{Answer, Installation, Person};
use serde_json::{Value, json};

/// A patient, the doctor who cares for them, and a stranger.
struct Clinic {
    here: Installation,
    ann: Person,
    dana: Person,
    eve: Person,
}

impl Clinic {
    async fn new() -> Self {
        let here = Installation::new();
        let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
        let eve = here.sign_up("eve@example.org").await;
        here.room(&ann, &dana).await;
        Self { here, ann, dana, eve }
    }

    /// A path of Ann's record.
    fn path(&self, rest: &str) -> String {
        format!("/api/v1/patients/{}/{rest}", self.ann.patient_id)
    }

    async fn post(&self, person: &Person, kind: &str, body: Value) -> Answer {
        self.here.post(&self.path(kind), Some(person), body).await
    }

    /// A new entry, and its path.
    async fn entry(&self, person: &Person, kind: &str, body: Value) -> (Value, String) {
        let answer = self.post(person, kind, body).await;
        let path = answer.header("location").to_owned();
        (answer.expect(201), path)
    }

    async fn get(&self, person: &Person, rest: &str) -> Answer {
        self.here.get(&self.path(rest), Some(person)).await
    }

    async fn change(&self, person: &Person, method: &str, path: &str, version: i64, body: Option<Value>) -> Answer {
        self.here.call(method, path, Some(person), &[("if-match", &format!("\"{version}\""))], body).await
    }
}

/// Contents that are right, one of each kind.
fn contents() -> [(&'static str, Value); 8] {
    [
        ("problems", json!({ "name": "asthma", "onset_date": "1990" })),
        ("allergies", json!({ "substance": "penicillin", "reaction": "anaphylaxis", "severity": "severe" })),
        ("medications", json!({ "name": "Coumadin", "dose_text": "5 mg at night", "started_on": "2024-03" })),
        ("procedures", json!({ "name": "appendicectomy", "date": "1999-12-31" })),
        ("immunizations", json!({ "vaccine": "MMR", "date": "1975", "lot": "A1" })),
        ("family-history", json!({ "relation": "mother", "condition": "asthma", "age_of_onset_years": 12 })),
        ("social-history", json!({ "smoking_status": "former", "pack_years": 12.5, "occupation": "baker" })),
        ("observations", json!({ "code": "weight", "value": 61, "unit": "kg" })),
    ]
}

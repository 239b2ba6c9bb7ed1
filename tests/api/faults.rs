//! Wherever a host breaks while something is done, before the write or after it with the answer lost: what is
//! stored is the old state or the new one, and a retry comes to exactly one effect.

mod accounts;
mod jobs;
mod play;
mod records;
mod rooms;
mod state;

use super::support::{Installation, Person, request};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

/// A call that can be sent again.
struct Call {
    method: &'static str,
    path: String,
    person: Option<Person>,
    header: Option<(&'static str, &'static str)>,
    body: Option<Value>,
}

impl Call {
    fn post(path: impl Into<String>, person: &Person, body: Value) -> Self {
        Self { method: "POST", path: path.into(), person: Some(person.clone()), header: None, body: Some(body) }
    }

    /// A POST under an Idempotency-Key.
    fn once(path: impl Into<String>, person: &Person, body: Value) -> Self {
        Self { header: Some(("idempotency-key", "the-same-key")), ..Self::post(path, person, body) }
    }

    fn request(&self) -> Request<Body> {
        request(self.method, &self.path, self.person.as_ref(), self.header.as_slice(), self.body.clone())
    }
}

/// Sends the call, and says how it was answered.
async fn send(here: &Installation, call: &Call) -> u16 {
    here.send(call.request()).await.status.as_u16()
}

/// A patient and the doctor who cares for them.
async fn two(here: &Installation) -> (Person, Person) {
    let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    here.room(&ann, &dana).await;
    (ann, dana)
}

/// A prescription for the patient.
fn prescription(patient: &Person) -> Value {
    let item = json!({ "medicine_id": "amoxicillin", "dose": { "value": 500, "unit": "mg" }, "as_needed": true });
    json!({ "patient_id": patient.patient_id, "items": [item] })
}

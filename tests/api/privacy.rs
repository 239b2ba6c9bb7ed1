//! Copies of what is held on a person, their erasure, and what they agreed to.

mod consents;
mod erasure;
mod export;
mod holdings;
mod marks;
mod rotation;

use super::support::{Installation, Person};
use serde_json::json;
use virtual_doctor::privacy::sweep;
use virtual_doctor::services::App;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Lets the clock's work be done once.
async fn sweep(here: &Installation) {
    sweep::run(&App::outside(here.services.clone(), "test")).await;
}

/// Signs in again: a token lasts 15 minutes.
async fn again(here: &Installation, email: &str) -> Person {
    here.sign_in(email, super::support::PASSWORD).await
}

/// Everything that Ann can write, each with a mark of its own in it. The room that she has with Dana.
async fn write_everywhere(here: &Installation, ann: &Person, dana: &Person) -> String {
    let subject = json!({ "kind": "consultation", "participants": [dana.user_id], "subject": "MARK-subject" });
    let room = here.post("/api/v1/rooms", Some(ann), subject).await.expect(201);
    let room = room["id"].as_str().unwrap().to_owned();
    let messages = format!("/api/v1/rooms/{room}/messages");
    here.post(&messages, Some(ann), json!({ "client_id": "a", "body": "MARK-message" })).await.expect(201);
    here.post(&messages, Some(dana), json!({ "client_id": "a", "body": "DANA-message" })).await.expect(201);
    let patient = json!({ "age_years": 54, "sex": "female", "conditions": ["MARK-condition"] });
    for filed in [json!(null), json!(ann.patient_id)] {
        let assess = json!({ "patient": patient, "text": "a cough MARK-text", "patient_id": filed });
        here.post_once("/api/v1/assessments", ann, &format!("k-{filed}"), &assess).await.expect(201);
    }
    for (signed, mark) in [(false, "MARK-draft"), (true, "MARK-signed")] {
        let items = json!([{ "medicine_id": "amoxicillin", "dose": { "value": 500, "unit": "mg" }, "as_needed": true, "instructions": mark }]);
        let body = json!({ "patient_id": ann.patient_id, "items": items });
        let draft = here.post("/api/v1/prescriptions", Some(dana), body).await.expect(201);
        if signed {
            let path = format!("/api/v1/prescriptions/{}/sign", draft["id"].as_str().unwrap());
            here.call("POST", &path, Some(dana), &[], None).await.expect(200);
        }
    }
    here.post("/api/v1/me/consents", Some(ann), json!({ "purpose": "research", "version": "1", "given": true }))
        .await
        .expect(201);
    room
}

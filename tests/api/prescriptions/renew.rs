//! Renewing a prescription: the same medicines, judged anew.

use super::super::support::{Answer, PASSWORD};
use super::{Clinic, PATH, interrupting, overrides};
use serde_json::{Value, json};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

async fn renew(clinic: &Clinic, path: &str, body: Value) -> Answer {
    clinic.here.post(&format!("{path}/renew"), Some(&clinic.dana), body).await
}

#[tokio::test]
async fn it_is_a_draft_of_the_same_that_tells_what_it_renews() {
    let clinic = Clinic::new().await;
    let path = clinic.draft(&["amoxicillin"]).await;
    renew(&clinic, &path, json!({})).await.problem(409, "conflict");
    clinic.sign(&path).await.expect(200);
    let earlier = clinic.here.get(&path, Some(&clinic.dana)).await.expect(200);
    clinic.here.clock.advance(8 * DAY_MS);
    let dana = clinic.here.sign_in("dana@example.org", PASSWORD).await;
    let clinic = Clinic { dana, ..clinic };
    let renewed = renew(&clinic, &path, json!({})).await.expect(201);
    assert_eq!((&renewed["status"], &renewed["renews"]), (&json!("draft"), &earlier["id"]));
    assert_eq!(renewed["items"], earlier["items"]);
    let path = format!("{PATH}/{}", renewed["id"].as_str().unwrap());
    assert_eq!(clinic.sign(&path).await.expect(200)["renews"], earlier["id"]);
    assert_eq!(clinic.here.get(&path, Some(&clinic.dana)).await.expect(200)["renews"], earlier["id"]);
}

#[tokio::test]
async fn what_became_known_since_stops_it() {
    let clinic = Clinic::new().await;
    let path = clinic.signed(&["amoxicillin"]).await;
    let allergy = json!({ "substance": "penicillin", "reaction": "anaphylaxis", "severity": "severe" });
    let record = format!("/api/v1/patients/{}/allergies", clinic.ann.patient_id);
    clinic.here.post(&record, Some(&clinic.ann), allergy).await.expect(201);
    let refused = renew(&clinic, &path, json!({})).await.problem(409, "unsafe-prescription");
    assert_eq!(refused["alerts"][0]["kind"], "allergy");
}

#[tokio::test]
async fn what_was_overridden_must_be_decided_about_again_after_90_days() {
    let clinic = Clinic::new().await;
    let refused = clinic.prescribe(&["warfarin", "ibuprofen"]).await.problem(409, "unsafe-prescription");
    let mut body = clinic.body(&["warfarin", "ibuprofen"]);
    body["overrides"] = overrides(&interrupting(&refused));
    let draft = clinic.here.post(PATH, Some(&clinic.dana), body).await.expect(201);
    let path = format!("{PATH}/{}", draft["id"].as_str().unwrap());
    clinic.sign(&path).await.expect(200);
    clinic.here.clock.advance(91 * DAY_MS);
    let dana = clinic.here.sign_in("dana@example.org", PASSWORD).await;
    let clinic = Clinic { dana, ..clinic };
    let refused = renew(&clinic, &path, json!({})).await.problem(409, "unsafe-prescription");
    let decided = json!({ "overrides": overrides(&interrupting(&refused)) });
    renew(&clinic, &path, decided).await.expect(201);
}

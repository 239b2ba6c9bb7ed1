//! What is written into a record, and who may read it.

use super::play::{Play, database};
use super::{Call, prescription, send, two};
use crate::api::support::{Installation, PASSWORD};
use serde_json::json;
use virtual_doctor::visits::consent::VERSION;

#[tokio::test]
async fn prescribing() {
    let prepare = async |here: &Installation| {
        let (ann, dana) = two(here).await;
        Call::once("/api/v1/prescriptions", &dana, prescription(&ann))
    };
    Play::default().breaks_everywhere(database, prepare, send).await;
}

#[tokio::test]
async fn signing_a_prescription() {
    let prepare = async |here: &Installation| {
        let (ann, dana) = two(here).await;
        let draft = here.post("/api/v1/prescriptions", Some(&dana), prescription(&ann)).await.expect(201);
        let path = format!("/api/v1/prescriptions/{}/sign", draft["id"].as_str().unwrap());
        Call { body: None, ..Call::post(path, &dana, json!({})) }
    };
    Play::default().breaks_everywhere(database, prepare, send).await;
}

#[tokio::test]
async fn asking_for_a_visit() {
    let prepare = async |here: &Installation| {
        let (ann, clinic) = (here.sign_up("ann@example.org").await, here.organization("Clinic").await);
        here.doctor_of(&clinic, "dana@example.org").await;
        let consent = json!({ "telehealth": true, "version": VERSION });
        let body = json!({
            "patient_id": ann.patient_id, "organization_id": clinic, "reason": "a cough", "consent": consent
        });
        Call::once("/api/v1/visits", &ann, body)
    };
    Play::default().breaks_everywhere(database, prepare, send).await;
}

#[tokio::test]
async fn correcting_an_entry_of_the_record() {
    let prepare = async |here: &Installation| {
        let ann = here.sign_up("ann@example.org").await;
        let problems = format!("/api/v1/patients/{}/problems", ann.patient_id);
        let entry = here.post(&problems, Some(&ann), json!({ "name": "asthma" })).await.expect(201);
        let path = format!("{problems}/{}", entry["id"].as_str().unwrap());
        let body = json!({ "note": "mild" });
        Call { method: "PATCH", header: Some(("if-match", "\"1\"")), ..Call::post(path, &ann, body) }
    };
    Play::default().breaks_everywhere(database, prepare, send).await;
}

#[tokio::test]
async fn granting_access() {
    let prepare = async |here: &Installation| {
        let ann = here.sign_up("ann@example.org").await;
        let pam = here.sign_up("pam@example.org").await;
        here.post("/api/v1/access-requests", Some(&pam), json!({ "email": "ann@example.org" })).await.expect(202);
        let requests = here.get("/api/v1/access-requests", Some(&ann)).await.expect(200);
        let path = format!("/api/v1/access-requests/{}/grant", requests["items"][0]["id"].as_str().unwrap());
        Call::post(path, &ann, json!({ "scope": "read" }))
    };
    Play::default().breaks_everywhere(database, prepare, send).await;
}

#[tokio::test]
async fn ending_a_care_relationship() {
    let prepare = async |here: &Installation| {
        let (ann, dana) = two(here).await;
        let path = format!("/api/v1/patients/{}/care-team/{}", ann.patient_id, dana.user_id);
        Call { method: "DELETE", header: Some(("if-match", "*")), body: None, ..Call::post(path, &ann, json!({})) }
    };
    Play::default().breaks_everywhere(database, prepare, send).await;
}

#[tokio::test]
async fn joining_an_organization() {
    let prepare = async |here: &Installation| {
        let clinic = here.organization("Clinic").await;
        let adam = here.sign_up("adam@example.org").await;
        here.join(&clinic, &adam, "admin").await;
        let (adam, dana) = (here.sign_in("adam@example.org", PASSWORD).await, here.sign_up("dana@example.org").await);
        let invite = json!({ "email": "dana@example.org", "role": "doctor" });
        here.post(&format!("/api/v1/organizations/{clinic}/invitations"), Some(&adam), invite).await.expect(202);
        here.work().await;
        let text = here.mailer.mails().last().unwrap().text.clone();
        let token = text.split_once("?invitation=").unwrap().1.split_whitespace().next().unwrap();
        Call::post("/api/v1/invitations/accept", &dana, json!({ "token": token }))
    };
    Play::default().breaks_everywhere(database, prepare, send).await;
}

//! What a patient took until lately still acts: what was prescribed, and what the record says was stopped.

use super::super::support::PASSWORD;
use super::{Clinic, PATH};
use serde_json::json;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

impl Clinic {
    /// The same clinic some days later.
    async fn after_days(mut self, days: i64) -> Self {
        self.here.clock.advance(days * DAY_MS);
        self.dana = self.here.sign_in("dana@example.org", PASSWORD).await;
        self
    }

    /// Whether a prescription of this one is refused for what the patient takes or took.
    async fn refuses(&self, medicine: &str) -> bool {
        let answer = self.prescribe(&[medicine]).await;
        if answer.status == 201 {
            return false;
        }
        answer.problem(409, "unsafe-prescription");
        true
    }

    /// A signed prescription of warfarin for a week, with a repeat or without.
    async fn a_week_of_warfarin(&self, repeats: u32) -> String {
        let mut body = self.body(&["warfarin"]);
        body["items"][0]["repeats"] = json!(repeats);
        let draft = self.here.post(PATH, Some(&self.dana), body).await.expect(201);
        let path = format!("{PATH}/{}", draft["id"].as_str().unwrap());
        self.sign(&path).await.expect(200);
        path
    }
}

#[tokio::test]
async fn a_prescription_that_is_over_counts_until_it_no_longer_acts() {
    let clinic = Clinic::new().await;
    clinic.a_week_of_warfarin(0).await;
    assert!(clinic.refuses("ibuprofen").await);
    // Clotting factors take five days to return.
    let clinic = clinic.after_days(11).await;
    assert!(clinic.refuses("ibuprofen").await, "the fourth day after the last dose");
    let clinic = clinic.after_days(1).await;
    assert!(!clinic.refuses("ibuprofen").await, "the fifth");
}

#[tokio::test]
async fn a_repeat_makes_it_longer() {
    let clinic = Clinic::new().await;
    clinic.a_week_of_warfarin(1).await;
    let clinic = clinic.after_days(18).await;
    assert!(clinic.refuses("ibuprofen").await, "two weeks and four days");
    assert!(!clinic.after_days(1).await.refuses("ibuprofen").await);
}

#[tokio::test]
async fn what_is_handed_over_late_is_taken_from_then_on() {
    let clinic = Clinic::new().await;
    let (organization, _) = clinic.here.pharmacy("phil@example.org").await;
    let path = clinic.a_week_of_warfarin(0).await;
    let to = json!({ "organization_id": organization });
    clinic.here.post(&format!("{path}/send"), Some(&clinic.dana), to).await.expect(200);
    let clinic = clinic.after_days(30).await;
    assert!(!clinic.refuses("ibuprofen").await);
    let phil = clinic.here.sign_in("phil@example.org", PASSWORD).await;
    let item = json!({ "medicine_id": "warfarin", "quantity": { "value": 21, "unit": "{tablet}" } });
    clinic.here.post(&format!("{path}/dispense"), Some(&phil), json!({ "items": [item] })).await.expect(200);
    assert!(clinic.refuses("ibuprofen").await);
    let clinic = clinic.after_days(11).await;
    assert!(clinic.refuses("ibuprofen").await);
    assert!(!clinic.after_days(1).await.refuses("ibuprofen").await);
}

#[tokio::test]
async fn what_was_taken_back_counts_from_that_day_on() {
    let clinic = Clinic::new().await;
    let path = clinic.a_week_of_warfarin(0).await;
    let clinic = clinic.after_days(2).await;
    let why = json!({ "reason": "INR too high." });
    clinic.here.post(&format!("{path}/cancel"), Some(&clinic.dana), why).await.expect(200);
    let clinic = clinic.after_days(4).await;
    assert!(clinic.refuses("ibuprofen").await);
    assert!(!clinic.after_days(1).await.refuses("ibuprofen").await);
}

#[tokio::test]
async fn what_the_record_says_was_stopped_counts_too() {
    let clinic = Clinic::new().await;
    let stopped = json!({ "name": "fluoxetine", "stopped_on": "2026-11-18" });
    let path = format!("/api/v1/patients/{}/medications", clinic.ann.patient_id);
    clinic.here.post(&path, Some(&clinic.dana), stopped).await.expect(201);
    let check = json!({ "medicines": [{ "name": "phenelzine" }], "patient_id": clinic.ann.patient_id });
    let clinic = clinic.after_days(34).await;
    let answer = clinic.here.post("/api/v1/medicines/check", Some(&clinic.dana), check.clone()).await.expect(200);
    assert_eq!(answer["alerts"][0]["severity"], "contraindicated", "{answer}");
    let clinic = clinic.after_days(1).await;
    let answer = clinic.here.post("/api/v1/medicines/check", Some(&clinic.dana), check).await.expect(200);
    let of_both = |alert: &serde_json::Value| alert["medicines"].as_array().unwrap().len() > 1;
    assert!(!answer["alerts"].as_array().unwrap().iter().any(of_both), "{answer}");
}

#[tokio::test]
async fn what_is_taken_again_is_taken_and_not_its_own_duplicate() {
    let clinic = Clinic::new().await;
    clinic.a_week_of_warfarin(0).await;
    let clinic = clinic.after_days(8).await;
    let draft = clinic.prescribe(&["warfarin"]).await.expect(201);
    let of_two = |alert: &serde_json::Value| alert["medicines"].as_array().unwrap().len() > 1;
    assert!(!draft["alerts"].as_array().unwrap().iter().any(of_two), "{draft}");
}

//! From the doctor's signature to the pharmacist's hand.

use super::super::support::{Answer, PASSWORD, Person};
use super::{Clinic, PATH};
use serde_json::{Value, json};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A clinic, and a pharmacy with a pharmacist.
struct Pharmacy {
    clinic: Clinic,
    phil: Person,
    organization: String,
}

impl Pharmacy {
    async fn new() -> Self {
        let clinic = Clinic::new().await;
        let (organization, phil) = clinic.here.pharmacy("phil@example.org").await;
        Self { clinic, phil, organization }
    }

    async fn post(&self, path: &str, by: &Person, body: Value) -> Answer {
        self.clinic.here.post(path, Some(by), body).await
    }

    async fn send(&self, path: &str) -> Answer {
        self.post(&format!("{path}/send"), &self.clinic.dana, json!({ "organization_id": self.organization })).await
    }

    /// A signed one that the pharmacy has.
    async fn sent(&self) -> String {
        let path = self.clinic.signed(&["amoxicillin"]).await;
        self.send(&path).await.expect(200);
        path
    }

    async fn dispense(&self, path: &str, tablets: f64) -> Answer {
        let item = json!({ "medicine_id": "amoxicillin", "quantity": { "value": tablets, "unit": "{tablet}" } });
        self.post(&format!("{path}/dispense"), &self.phil, json!({ "items": [item] })).await
    }

    async fn received(&self) -> usize {
        let path = format!("/api/v1/organizations/{}/prescriptions", self.organization);
        self.clinic.here.get(&path, Some(&self.phil)).await.expect(200)["items"].as_array().unwrap().len()
    }
}

#[tokio::test]
async fn it_goes_to_the_pharmacy_and_is_handed_over_in_parts() {
    let it = Pharmacy::new().await;
    let path = it.clinic.signed(&["amoxicillin"]).await;
    it.clinic.here.get(&path, Some(&it.phil)).await.problem(404, "not-found");
    let sent = it.send(&path).await.expect(200);
    assert_eq!((&sent["status"], &sent["pharmacy_id"]), (&json!("sent"), &json!(it.organization)));
    assert_eq!(it.received().await, 1);
    it.clinic.here.get(&path, Some(&it.phil)).await.expect(200);
    // 21 tablets were prescribed.
    assert_eq!(it.dispense(&path, 10.0).await.expect(200)["status"], "partly_dispensed");
    it.dispense(&path, 12.0).await.problem(422, "invalid");
    let all = it.dispense(&path, 11.0).await.expect(200);
    assert_eq!((&all["status"], all["dispensed"].as_array().unwrap().len()), (&json!("dispensed"), 2));
    assert_eq!(it.received().await, 0);
    it.dispense(&path, 1.0).await.problem(409, "conflict");
}

#[tokio::test]
async fn the_signature_still_holds_after_all_that() {
    let it = Pharmacy::new().await;
    let path = it.sent().await;
    let before = it.clinic.here.get(&path, Some(&it.clinic.dana)).await.expect(200)["signature"].clone();
    it.dispense(&path, 21.0).await.expect(200);
    assert_eq!(it.clinic.here.get(&path, Some(&it.clinic.dana)).await.expect(200)["signature"], before);
}

#[tokio::test]
async fn the_patient_may_send_it_and_only_to_a_pharmacy() {
    let it = Pharmacy::new().await;
    let path = it.clinic.signed(&["amoxicillin"]).await;
    let clinic = it.clinic.here.organization("No pharmacy").await;
    let to = |organization: &str| json!({ "organization_id": organization });
    it.post(&format!("{path}/send"), &it.clinic.ann, to(&clinic)).await.problem(422, "invalid");
    it.post(&format!("{path}/send"), &it.clinic.ann, to(&it.organization)).await.expect(200);
    it.send(&path).await.problem(409, "conflict");
}

#[tokio::test]
async fn a_draft_goes_nowhere() {
    let it = Pharmacy::new().await;
    let path = it.clinic.draft(&["amoxicillin"]).await;
    it.send(&path).await.problem(409, "conflict");
    it.post(&format!("{path}/cancel"), &it.clinic.dana, json!({ "reason": "x" })).await.problem(409, "conflict");
}

#[tokio::test]
async fn what_the_pharmacy_gives_back_it_reads_no_more() {
    let it = Pharmacy::new().await;
    let path = it.sent().await;
    let back = it.post(&format!("{path}/return"), &it.phil, json!({ "reason": "Not in stock." })).await.expect(200);
    assert_eq!((&back["status"], &back["pharmacy_id"]), (&json!("signed"), &Value::Null));
    it.clinic.here.get(&path, Some(&it.phil)).await.problem(404, "not-found");
    it.send(&path).await.expect(200);
}

#[tokio::test]
async fn a_pharmacist_asks_the_prescriber_in_a_room_without_the_patient() {
    let it = Pharmacy::new().await;
    let path = it.clinic.signed(&["amoxicillin"]).await;
    let ask = json!({ "subject": "500 mg or 250 mg?" });
    it.post(&format!("{path}/room"), &it.phil, ask.clone()).await.problem(404, "not-found");
    it.send(&path).await.expect(200);
    let room = it.post(&format!("{path}/room"), &it.phil, ask).await.expect(201);
    let messages = format!("/api/v1/rooms/{}/messages", room["id"].as_str().unwrap());
    let say = |id: &str, body: &str| json!({ "client_id": id, "body": body });
    it.post(&messages, &it.phil, say("a", "Is the dose right?")).await.expect(201);
    it.post(&messages, &it.clinic.dana, say("b", "Yes.")).await.expect(201);
    let said = it.clinic.here.get(&messages, Some(&it.phil)).await.expect(200);
    assert_eq!(said["items"].as_array().unwrap().len(), 2);
    it.clinic.here.get(&messages, Some(&it.clinic.ann)).await.problem(404, "not-found");
}

#[tokio::test]
async fn what_is_taken_back_counts_as_taken_no_more() {
    let it = Pharmacy::new().await;
    let path = it.clinic.signed(&["warfarin"]).await;
    it.clinic.prescribe(&["ibuprofen"]).await.problem(409, "unsafe-prescription");
    let cancelled = it.post(&format!("{path}/cancel"), &it.clinic.dana, json!({ "reason": "INR too high." })).await;
    assert_eq!(cancelled.expect(200)["status"], "cancelled");
    it.clinic.prescribe(&["ibuprofen"]).await.expect(201);
    it.send(&path).await.problem(409, "conflict");
}

#[tokio::test]
async fn after_90_days_it_is_handed_over_no_more() {
    let it = Pharmacy::new().await;
    let path = it.sent().await;
    it.clinic.here.clock.advance(90 * DAY_MS);
    let phil = it.clinic.here.sign_in("phil@example.org", PASSWORD).await;
    let it = Pharmacy { phil, ..it };
    assert_eq!(it.clinic.here.get(&path, Some(&it.phil)).await.expect(200)["status"], "expired");
    it.dispense(&path, 1.0).await.problem(409, "conflict");
}

#[tokio::test]
async fn repeats_are_handed_over_again() {
    let it = Pharmacy::new().await;
    let mut body = it.clinic.body(&["amoxicillin"]);
    body["items"][0]["repeats"] = json!(1);
    body["items"][0]["substitution_allowed"] = json!(false);
    let draft = it.post(PATH, &it.clinic.dana, body.clone()).await.expect(201);
    assert_eq!((&draft["items"][0]["repeats"], &draft["items"][0]["substitution_allowed"]), (&json!(1), &json!(false)));
    let path = format!("{PATH}/{}", draft["id"].as_str().unwrap());
    it.clinic.sign(&path).await.expect(200);
    it.send(&path).await.expect(200);
    assert_eq!(it.dispense(&path, 21.0).await.expect(200)["status"], "partly_dispensed");
    assert_eq!(it.dispense(&path, 21.0).await.expect(200)["status"], "dispensed");
    body["items"][0]["repeats"] = json!(13);
    it.post(PATH, &it.clinic.dana, body).await.problem(422, "invalid");
}

#[tokio::test]
async fn of_two_who_hand_it_over_at_the_same_moment_one_does() {
    let it = Pharmacy::new().await;
    let path = it.sent().await;
    let (one, other) = tokio::join!(it.dispense(&path, 21.0), it.dispense(&path, 21.0));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert!(statuses == [200, 409], "{statuses:?}");
}

#[tokio::test]
async fn what_happened_is_ciphertext_and_audited() {
    let it = Pharmacy::new().await;
    let path = it.sent().await;
    it.post(&format!("{path}/return"), &it.phil, json!({ "reason": "Xylophone out of stock." })).await.expect(200);
    assert!(!it.clinic.here.storage().await.contains("Xylophone"));
}

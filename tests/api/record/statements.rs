//! Statements that there is nothing.

use super::super::support::request;
use super::Clinic;
use serde_json::{Value, json};

async fn put(clinic: &Clinic, person: &super::Person, version: i64, body: Value) -> super::Answer {
    clinic.change(person, "PUT", &clinic.path("statements"), version, Some(body)).await
}

#[tokio::test]
async fn a_statement_holds_until_the_first_entry_to_the_contrary() {
    let clinic = Clinic::new().await;
    let nothing = clinic.get(&clinic.ann, "statements").await;
    assert_eq!(nothing.header("etag"), "\"0\"");
    assert_eq!(nothing.expect(200)["no_known_allergies"], Value::Null);
    let stated = put(&clinic, &clinic.ann, 0, json!({ "no_known_allergies": true, "takes_no_medicines": true })).await;
    assert_eq!(stated.header("etag"), "\"2\"");
    assert_eq!(stated.expect(200)["no_known_allergies"]["asserter"], "patient");
    // One that is refuted says nothing to the contrary.
    clinic.entry(&clinic.dana, "allergies", json!({ "substance": "latex", "certainty": "refuted" })).await;
    assert!(clinic.get(&clinic.dana, "summary").await.expect(200)["statements"]["no_known_allergies"].is_object());
    clinic.entry(&clinic.dana, "allergies", json!({ "substance": "penicillin" })).await;
    let after = clinic.get(&clinic.ann, "statements").await;
    assert_eq!(after.header("etag"), "\"3\"");
    let after = after.expect(200);
    assert_eq!(after["no_known_allergies"], Value::Null);
    assert!(after["takes_no_medicines"].is_object());
    put(&clinic, &clinic.ann, 3, json!({ "no_known_allergies": true })).await.problem(409, "conflict");
}

#[tokio::test]
async fn a_problem_that_comes_back_ends_it_too() {
    let clinic = Clinic::new().await;
    let body = json!({ "name": "asthma", "clinical_status": "resolved" });
    let (_, path) = clinic.entry(&clinic.ann, "problems", body).await;
    put(&clinic, &clinic.ann, 0, json!({ "has_no_conditions": true })).await.expect(200);
    clinic.change(&clinic.ann, "PATCH", &path, 1, Some(json!({ "clinical_status": "active" }))).await.expect(200);
    assert_eq!(clinic.get(&clinic.ann, "statements").await.expect(200)["has_no_conditions"], Value::Null);
}

#[tokio::test]
async fn it_is_withdrawn_by_who_may_and_as_last_read() {
    let clinic = Clinic::new().await;
    put(&clinic, &clinic.dana, 0, json!({ "no_known_allergies": true })).await.expect(200);
    put(&clinic, &clinic.dana, 0, json!({})).await.problem(412, "stale");
    put(&clinic, &clinic.ann, 1, json!({})).await.problem(403, "forbidden");
    assert_eq!(put(&clinic, &clinic.dana, 1, json!({})).await.expect(200)["no_known_allergies"], Value::Null);
    let path = clinic.path("statements");
    clinic.here.call("PUT", &path, Some(&clinic.ann), &[], Some(json!({}))).await.problem(428, "precondition-required");
    assert_eq!(
        put(&clinic, &clinic.ann, 2, json!({ "no_known_allergies": 1, "x": true })).await.invalid(),
        ["/no_known_allergies", "/x"]
    );
}

#[tokio::test]
async fn a_statement_and_an_allergy_at_once_never_both_hold() {
    for _ in 0..4 {
        let clinic = Clinic::new().await;
        let stated = json!({ "no_known_allergies": true });
        let path = clinic.path("statements");
        let requests = [
            request("PUT", &path, Some(&clinic.ann), &[("if-match", "\"0\"")], Some(stated.clone())),
            request("POST", &clinic.path("allergies"), Some(&clinic.dana), &[], Some(json!({ "substance": "latex" }))),
            request("PUT", &path, Some(&clinic.dana), &[("if-match", "\"0\"")], Some(stated)),
        ];
        let answers = clinic.here.at_once(requests).await;
        assert_eq!(answers[1].status, 201);
        assert_eq!(clinic.get(&clinic.ann, "statements").await.expect(200)["no_known_allergies"], Value::Null);
    }
}

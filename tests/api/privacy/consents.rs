//! `/api/v1/me/consents`

use super::super::support::Installation;
use serde_json::json;

const PATH: &str = "/api/v1/me/consents";

#[tokio::test]
async fn what_was_agreed_to_and_taken_back_stays_visible() {
    let here = Installation::new();
    let (ann, bob) = (here.sign_up("ann@example.org").await, here.sign_up("bob@example.org").await);
    let body = |given: bool| json!({ "purpose": "research", "version": "2026-11", "given": given });
    here.post(PATH, Some(&ann), body(true)).await.expect(201);
    here.clock.advance(1000);
    here.post(PATH, Some(&ann), body(false)).await.expect(201);
    let page = here.get(PATH, Some(&ann)).await.expect(200);
    let given: Vec<bool> = page["items"].as_array().unwrap().iter().map(|item| item["given"] == true).collect();
    assert_eq!(given, [false, true]);
    assert_eq!(page["items"][1]["at"], "2026-11-18T11:06:40.000Z");
    assert_eq!(here.get(PATH, Some(&bob)).await.expect(200)["items"], json!([]));
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM audit WHERE action LIKE 'consent.%'").await, 2);
    here.get(PATH, None).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn for_a_patient_it_takes_somebody_who_acts_for_them() {
    let here = Installation::new();
    let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    let bob = here.sign_up("bob@example.org").await;
    here.room(&ann, &dana).await;
    let body = json!({ "purpose": "research", "version": "1", "given": true, "patient_id": ann.patient_id });
    here.post(PATH, Some(&ann), body.clone()).await.expect(201);
    here.post(PATH, Some(&dana), body.clone()).await.problem(403, "forbidden");
    here.post(PATH, Some(&bob), body).await.problem(404, "not-found");
}

#[tokio::test]
async fn a_key_gives_one_consent_and_bad_fields_are_told_at_once() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    let body = json!({ "purpose": "research", "version": "1", "given": true });
    let first = here.post_once(PATH, &ann, "k", &body).await.expect(201);
    assert_eq!(here.post_once(PATH, &ann, "k", &body).await.expect(201), first);
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM consents").await, 1);
    let bad = json!({ "purpose": "Ann Example, 5 High Street", "version": "", "given": "yes", "at": 1 });
    assert_eq!(here.post(PATH, Some(&ann), bad).await.invalid(), ["/at", "/given", "/purpose", "/version"]);
}

//! `POST /api/v1/visits`, `GET` and `cancel`

use super::super::support::request;
use super::{Clinic, PATH, VERSION, anonymous};
use serde_json::json;

const EMERGENCY: &str = "crushing chest pain for 30 minutes going into my left arm, sweating";

#[tokio::test]
async fn a_request_waits_with_its_consent_and_place() {
    let clinic = Clinic::new().await;
    let answer = clinic.here.post(PATH, Some(&clinic.ann), clinic.body(&clinic.ann)).await;
    let location = answer.header("location").to_owned();
    assert_eq!(answer.header("etag"), "\"1\"");
    let visit = answer.expect(201);
    assert_eq!(visit["status"], "requested");
    assert_eq!((&visit["position"], &visit["ahead"]), (&json!(1), &json!(0)));
    assert_eq!(
        visit["consent"],
        json!({ "telehealth": true, "version": VERSION, "given_at": "2026-11-18T11:06:40.000Z" })
    );
    assert_eq!(visit["triage_level"], json!(null));
    assert_eq!(clinic.here.get(&location, Some(&clinic.ann)).await.expect(200), visit);
    let list = format!("{PATH}?patient_id={}", clinic.ann.patient_id);
    assert_eq!(clinic.here.get(&list, Some(&clinic.ann)).await.expect(200)["items"], json!([visit]));
    assert!(!clinic.here.storage().await.contains("secret cough"));
    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'visit.requested'").await, 1);
}

#[tokio::test]
async fn the_consent_is_the_one_in_force_and_given() {
    let clinic = Clinic::new().await;
    let consent = clinic.here.get("/api/v1/visits/consent", Some(&clinic.ann)).await.expect(200);
    assert_eq!(consent["version"], VERSION);
    assert!(consent["text"].as_str().unwrap().len() > 100);
    for (consent, pointers) in [
        (json!({ "telehealth": true, "version": "2020-01-01" }), vec!["/consent/version"]),
        (json!({ "telehealth": false, "version": VERSION }), vec!["/consent/telehealth"]),
        (json!({ "telehealth": "yes", "version": 1 }), vec!["/consent/telehealth", "/consent/version"]),
        (json!({}), vec!["/consent/telehealth", "/consent/version"]),
        (json!(null), vec!["/consent"]),
    ] {
        let mut body = clinic.body(&clinic.ann);
        body["consent"] = consent;
        assert_eq!(clinic.here.post(PATH, Some(&clinic.ann), body).await.invalid(), pointers);
    }
    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM visits").await, 0);
}

#[tokio::test]
async fn an_emergency_is_told_what_to_do_and_queued_only_once_that_was_read() {
    let clinic = Clinic::new().await;
    let mut body = clinic.body(&clinic.ann);
    body["assessment_id"] = json!(clinic.assessment(&clinic.ann, EMERGENCY).await);
    let refused = clinic.here.post(PATH, Some(&clinic.ann), body.clone()).await.problem(409, "emergency-first");
    assert_eq!(refused["actions"][0]["kind"], "call");
    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM visit_queue").await, 0);
    body["acknowledged_emergency"] = json!(true);
    let visit = clinic.here.post(PATH, Some(&clinic.ann), body).await.expect(201);
    assert_eq!((&visit["triage_level"], &visit["acknowledged_emergency"]), (&json!("emergency"), &json!(true)));
}

#[tokio::test]
async fn an_assessment_of_ones_own_counts_and_anothers_does_not() {
    let clinic = Clinic::new().await;
    let eve = clinic.here.sign_up("eve@example.org").await;
    let mut body = clinic.body(&clinic.ann);
    for id in [clinic.assessment(&eve, "cough").await, clinic.here.services.new_id().unwrap().to_string()] {
        body["assessment_id"] = json!(id);
        assert_eq!(clinic.here.post(PATH, Some(&clinic.ann), body.clone()).await.invalid(), ["/assessment_id"]);
    }
    let unfiled = json!({ "patient": { "age_years": 54, "sex": "male" }, "text": EMERGENCY });
    let unfiled = clinic.here.post("/api/v1/assessments", Some(&clinic.ann), unfiled).await.expect(201);
    body["assessment_id"] = unfiled["id"].clone();
    clinic.here.post(PATH, Some(&clinic.ann), body).await.problem(409, "emergency-first");
}

#[tokio::test]
async fn a_patient_has_one_open_visit_an_organization() {
    let clinic = Clinic::new().await;
    let twin = || request("POST", PATH, Some(&clinic.ann), &[], Some(clinic.body(&clinic.ann)));
    let answers = clinic.here.at_once((0..10).map(|_| twin())).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status == 409).count(), 9);
    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM encounters").await, 1);
    let id = answers.iter().find(|answer| answer.status == 201).unwrap().json()["id"].clone();
    let refused = clinic.here.post(PATH, Some(&clinic.ann), clinic.body(&clinic.ann)).await.problem(409, "conflict");
    assert_eq!(refused["visit_id"], id);
    clinic.act(&format!("{PATH}/{}", id.as_str().unwrap()), "cancel", &clinic.ann).await.expect(200);
    clinic.request(&clinic.ann).await;
}

#[tokio::test]
async fn the_same_key_asks_once() {
    let clinic = Clinic::new().await;
    let first = clinic.here.post_once(PATH, &clinic.ann, "k", &clinic.body(&clinic.ann)).await.expect(201);
    let again = clinic.here.post_once(PATH, &clinic.ann, "k", &clinic.body(&clinic.ann)).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.expect(201), first);
    let eve = clinic.here.sign_up("eve@example.org").await;
    let headers = [("idempotency-key", "k")];
    let twin = || request("POST", PATH, Some(&eve), &headers, Some(clinic.body(&eve)));
    let answers = clinic.here.at_once((0..10).map(|_| twin())).await;
    assert!(answers.iter().all(|answer| answer.status == 201 && answer.json() == answers[0].json()));
    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM visits").await, 2);
}

#[tokio::test]
async fn one_is_asked_for_by_who_acts_for_the_patient_of_an_organization_with_doctors() {
    let clinic = Clinic::new().await;
    let eve = clinic.here.sign_up("eve@example.org").await;
    clinic.here.post(PATH, None, clinic.body(&clinic.ann)).await.problem(401, "unauthenticated");
    for stranger in [&eve, &clinic.dana, &clinic.adam] {
        clinic.here.post(PATH, Some(stranger), clinic.body(&clinic.ann)).await.problem(404, "not-found");
    }
    let mut body = clinic.body(&clinic.ann);
    body["organization_id"] = json!(clinic.here.services.new_id().unwrap());
    assert_eq!(clinic.here.post(PATH, Some(&clinic.ann), body).await.invalid(), ["/organization_id"]);
    let bad = json!({ "patient_id": 1, "organization_id": "x", "reason": " ", "consent": {}, "colour": "red" });
    assert_eq!(
        clinic.here.post(PATH, Some(&clinic.ann), bad).await.invalid(),
        ["/colour", "/consent/telehealth", "/consent/version", "/organization_id", "/patient_id", "/reason"]
    );
}

#[tokio::test]
async fn it_is_cancelled_by_the_patients_side_before_it_is_taken() {
    let clinic = Clinic::on_duty().await;
    let path = clinic.request(&clinic.ann).await;
    clinic.act(&path, "cancel", &clinic.otto).await.problem(404, "not-found");
    clinic.act(&path, "cancel", &clinic.dana).await.problem(403, "forbidden");
    assert_eq!(clinic.act(&path, "cancel", &clinic.ann).await.expect(200)["status"], "cancelled");
    clinic.act(&path, "cancel", &clinic.ann).await.problem(409, "conflict");
    clinic.act(&path, "accept", &clinic.dana).await.problem(409, "conflict");
    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM visit_queue").await, 0);
    let path = clinic.taken().await;
    clinic.act(&path, "cancel", &clinic.ann).await.problem(409, "conflict");
}

#[tokio::test]
async fn to_strangers_and_doctors_of_elsewhere_it_is_not_there() {
    let clinic = Clinic::on_duty().await;
    let path = clinic.taken().await;
    clinic.sign(&path, &clinic.dana).await;
    let nothing = format!("{PATH}/{}", clinic.here.services.new_id().unwrap());
    let eve = clinic.here.sign_up("eve@example.org").await;
    let body = json!({ "practitioner_id": clinic.dora.user_id });
    for stranger in [&clinic.otto, &eve, &clinic.adam] {
        for (method, end, body) in [
            ("GET", "", None),
            ("POST", "/cancel", None),
            ("POST", "/accept", None),
            ("POST", "/hand-over", Some(body.clone())),
            ("POST", "/close", None),
            ("GET", "/note", None),
            ("PUT", "/note", Some(json!({ "plan": "x" }))),
            ("POST", "/note/sign", None),
            ("POST", "/note/amendments", Some(json!({ "text": "x" }))),
        ] {
            let ask = |path: &str| {
                request(method, &format!("{path}{end}"), Some(stranger), &[("if-match", "*")], body.clone())
            };
            let there = clinic.here.send(ask(&path)).await;
            let not_there = clinic.here.send(ask(&nothing)).await;
            assert_eq!(there.status, 404, "{method} {end}");
            assert_eq!(anonymous(&there), anonymous(&not_there), "{method} {end}");
        }
    }
    let nowhere = format!("/api/v1/organizations/{}/queue", clinic.here.services.new_id().unwrap());
    for stranger in [&clinic.otto, &clinic.ann, &eve] {
        let there = clinic.here.get(&clinic.queue(), Some(stranger)).await;
        assert_eq!(anonymous(&there), anonymous(&clinic.here.get(&nowhere, Some(stranger)).await));
        assert_eq!(there.status, 404);
        clinic.set_duty(stranger, true).await.problem(404, "not-found");
    }
}

#[tokio::test]
async fn a_colleague_reads_the_reason_only_while_anyone_may_take_it() {
    let clinic = Clinic::on_duty().await;
    let path = clinic.request(&clinic.ann).await;
    assert_eq!(clinic.here.get(&path, Some(&clinic.dora)).await.expect(200)["reason"], "a secret cough");
    clinic.act(&path, "accept", &clinic.dana).await.expect(200);
    assert_eq!(clinic.here.get(&path, Some(&clinic.dora)).await.expect(200)["reason"], json!(null));
    assert_eq!(clinic.here.get(&path, Some(&clinic.dana)).await.expect(200)["reason"], "a secret cough");
    clinic.here.get(&format!("{path}/note"), Some(&clinic.dora)).await.problem(403, "forbidden");
    let taken = clinic.here.get(PATH, Some(&clinic.dana)).await.expect(200);
    assert_eq!(taken["items"].as_array().unwrap().len(), 1);
    assert_eq!(clinic.here.get(PATH, Some(&clinic.dora)).await.expect(200)["items"], json!([]));
    clinic.here.get(PATH, Some(&clinic.ann)).await.problem(403, "forbidden");
    clinic.here.execute("UPDATE users SET suspended_at = 1").await;
    assert_eq!(clinic.here.get(PATH, Some(&clinic.dana)).await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn signed_out_nothing_of_it_is_reached() {
    let clinic = Clinic::new().await;
    for (method, path) in [
        ("GET", "/api/v1/visits"),
        ("GET", "/api/v1/visits/consent"),
        ("GET", "/api/v1/visits/x"),
        ("POST", "/api/v1/visits/x/cancel"),
        ("POST", "/api/v1/visits/x/accept"),
        ("POST", "/api/v1/visits/x/hand-over"),
        ("POST", "/api/v1/visits/x/close"),
        ("GET", "/api/v1/visits/x/note"),
        ("PUT", "/api/v1/visits/x/note"),
        ("POST", "/api/v1/visits/x/note/sign"),
        ("POST", "/api/v1/visits/x/note/amendments"),
        ("GET", "/api/v1/organizations/x/queue"),
        ("GET", "/api/v1/organizations/x/duty"),
        ("PUT", "/api/v1/organizations/x/duty"),
    ] {
        let body = (method != "GET").then(|| json!({}));
        let answer = clinic.here.call(method, path, None, &[("if-match", "*")], body).await;
        answer.problem(401, "unauthenticated");
    }
}

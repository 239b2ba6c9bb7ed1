//! Care relationships, and records opened in an emergency.

use super::super::support::{Installation, PASSWORD, Person, request};
use super::{Practice, bare, delete, joins, organization_of, step_up};
use serde_json::{Value, json};

#[tokio::test]
async fn the_patient_sees_who_cares_for_them_and_ends_it() {
    let practice = Practice::new().await;
    let (assessment, prescription) = (practice.assessment(&practice.ann).await, practice.draft().await);
    let (mine, Practice { here, ann, dana, room }) = (practice.assessment(&practice.dana).await, &practice);
    let team = here.get(&practice.of_ann("/care-team"), Some(ann)).await.expect(200);
    assert_eq!(team["items"][0]["practitioner_id"], json!(dana.user_id));
    assert_eq!(team["items"][0]["began_by"], "patient_opened_room");
    let end = practice.of_ann(&format!("/care-team/{}", dana.user_id));
    here.call("DELETE", &end, Some(ann), &[], None).await.problem(428, "precondition-required");
    delete(here, ann, &end, "\"7\"").await.problem(412, "stale");
    // The doctor does not end it in the patient's place.
    delete(here, dana, &end, "*").await.problem(403, "forbidden");
    delete(here, ann, &end, &format!("\"{}\"", team["items"][0]["version"])).await.expect(204);
    bare(delete(here, ann, &end, "*").await);
    let nowhere = here.services.new_id().unwrap().to_string();
    for (path, method, body) in [
        (practice.of_ann(""), "GET", None),
        (practice.of_ann(""), "PATCH", Some(json!({ "weight_kg": 60 }))),
        (practice.of_ann("/care-team"), "GET", None),
        (practice.of_ann("/access"), "GET", None),
        (practice.of_ann("/handover"), "POST", None),
        (assessment.clone(), "GET", None),
        (mine, "GET", None),
        (format!("/api/v1/assessments?patient_id={}", ann.patient_id), "GET", None),
        (format!("/api/v1/prescriptions?patient_id={}", ann.patient_id), "GET", None),
        ("/api/v1/prescriptions".to_owned(), "POST", Some(practice.prescription())),
    ] {
        let any = [("if-match", "*")];
        let known = bare(here.call(method, &path, Some(dana), &any, body.clone()).await);
        let [path, body] = [path, body.map_or_else(String::new, |body| body.to_string())].map(|text| {
            text.replace(&ann.patient_id, &nowhere).replace(assessment.rsplit('/').next().unwrap(), &nowhere)
        });
        let body = serde_json::from_str::<Value>(&body).ok();
        assert_eq!(known, bare(here.call(method, &path, Some(dana), &any, body).await), "{method} {path}");
    }
    // What they wrote they may read still, as the table says, but not sign.
    here.get(&prescription, Some(dana)).await.expect(200);
    here.call("POST", &format!("{prescription}/sign"), Some(dana), &[], None).await.problem(403, "forbidden");
    // The room stays, without its link to the record.
    let seen = here.get(&format!("/api/v1/rooms/{room}"), Some(dana)).await.expect(200);
    assert_eq!(seen["patient_id"], json!(null));
    assert_eq!(here.get("/api/v1/rooms", Some(dana)).await.expect(200)["items"][0]["patient_id"], json!(null));
    let seen = here.get(&format!("/api/v1/rooms/{room}"), Some(ann)).await.expect(200);
    assert_eq!(seen["patient_id"], json!(ann.patient_id));
}

#[tokio::test]
async fn consent_opens_the_record_to_a_doctor_or_to_those_of_an_organization() {
    let here = Installation::new();
    let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    let clinic = organization_of(&here, &dana).await;
    let dora = joins(&here, "dora@example.org", clinic, "doctor").await;
    let phil = joins(&here, "phil@example.org", clinic, "pharmacist").await;
    let path = format!("/api/v1/patients/{}", ann.patient_id);
    let consents = format!("{path}/consents");
    bare(here.get(&path, Some(&dana)).await);
    bare(here.post(&consents, Some(&dana), json!({ "practitioner_id": dana.user_id })).await);
    assert_eq!(here.post(&consents, Some(&ann), json!({})).await.invalid(), ["/practitioner_id"]);
    // Dora has no verified licence yet, Phil is no doctor.
    for user_id in [&dora.user_id, &phil.user_id, &ann.user_id] {
        let body = json!({ "practitioner_id": user_id });
        assert_eq!(here.post(&consents, Some(&ann), body).await.invalid(), ["/practitioner_id"]);
    }
    let of_clinic = json!({ "organization_id": clinic });
    let consented = here.post(&consents, Some(&ann), of_clinic.clone()).await.expect(201);
    assert_eq!(consented["practitioner_ids"], json!([dana.user_id]));
    here.get(&path, Some(&dana)).await.expect(200);
    bare(here.get(&path, Some(&dora)).await);
    here.license(&dora, clinic).await;
    bare(here.get(&path, Some(&dora)).await);
    let consented = here.post(&consents, Some(&ann), of_clinic).await.expect(201);
    assert_eq!(consented["practitioner_ids"].as_array().unwrap().len(), 2);
    here.get(&path, Some(&dora)).await.expect(200);
    bare(here.get(&path, Some(&phil)).await);
    let nowhere = json!({ "organization_id": here.services.new_id().unwrap() });
    assert_eq!(here.post(&consents, Some(&ann), nowhere).await.invalid(), ["/organization_id"]);
}

#[tokio::test]
async fn without_a_verified_licence_a_doctor_does_not_act_as_one() {
    let practice = Practice::new().await;
    let draft = practice.draft().await;
    let Practice { here, ann, dana, .. } = &practice;
    here.execute("UPDATE licences SET verified_at = NULL").await;
    here.post("/api/v1/prescriptions", Some(dana), practice.prescription()).await.problem(403, "forbidden");
    here.call("POST", &format!("{draft}/sign"), Some(dana), &[], None).await.problem(403, "forbidden");
    assert_eq!(here.get("/api/v1/practitioners", Some(ann)).await.expect(200)["items"], json!([]));
    let room = json!({ "kind": "consultation", "participants": [dana.user_id], "subject": "x" });
    assert_eq!(here.post("/api/v1/rooms", Some(ann), room.clone()).await.invalid(), ["/participants/0"]);
    // What the patient opened before stays readable.
    here.get(&practice.of_ann(""), Some(dana)).await.expect(200);
    // An invitation that is accepted opens no record to who may not act as a doctor.
    let bob = here.sign_up("bob@example.org").await;
    let invite = json!({ "kind": "consultation", "participants": [bob.user_id], "subject": "x" });
    let invited = here.post("/api/v1/rooms", Some(dana), invite).await.expect(201);
    let accept = format!("/api/v1/rooms/{}/accept", invited["id"].as_str().unwrap());
    here.call("POST", &accept, Some(&bob), &[], None).await.expect(200);
    bare(here.get(&format!("/api/v1/patients/{}", bob.patient_id), Some(dana)).await);

    let lax = Practice::with(&[("REQUIRE_VERIFIED_LICENCE", "off")]).await;
    lax.here.execute("DELETE FROM licences").await;
    let draft = lax.draft().await;
    lax.here.call("POST", &format!("{draft}/sign"), Some(&lax.dana), &[], None).await.expect(200);
}

/// A licence of another organization, or of one where the doctor works no more, does not count.
#[tokio::test]
async fn care_counts_in_the_organization_for_which_it_began() {
    let practice = Practice::new().await;
    let Practice { here, dana, .. } = &practice;
    here.make_staff(dana, "doctor").await;
    here.get(&practice.of_ann(""), Some(dana)).await.expect(200);
    here.execute(
        "UPDATE staff SET ended_at = 1 WHERE organization_id = (SELECT organization_id FROM care_relationships)",
    )
    .await;
    bare(here.get(&practice.of_ann(""), Some(dana)).await);
    // A new act of the patient's begins it for the other one.
    let room = json!({ "kind": "consultation", "participants": [dana.user_id], "subject": "x" });
    here.post("/api/v1/rooms", Some(&practice.ann), room).await.expect(201);
    here.get(&practice.of_ann(""), Some(dana)).await.expect(200);
}

const REASON: &str = "Unconscious in our emergency department, no relatives here.";

fn break_glass(person: &Person, path: &str) -> axum::http::Request<axum::body::Body> {
    request("POST", path, Some(person), &[], Some(json!({ "reason": REASON })))
}

#[tokio::test]
async fn in_an_emergency_a_licensed_doctor_reads_for_an_hour_and_the_patient_is_told() {
    let practice = Practice::new().await;
    let (assessment, prescription) = (practice.assessment(&practice.ann).await, practice.draft().await);
    let (here, path) = (&practice.here, practice.of_ann("/break-glass"));
    let dora = here.doctor("dora@example.org").await;
    here.work().await;
    step_up(here, &dora).await;
    bare(here.get(&practice.of_ann(""), Some(&dora)).await);
    let opening = here.send(break_glass(&dora, &path)).await.expect(201);
    assert_eq!(opening["patient_id"], json!(practice.ann.patient_id));
    here.work().await;
    let mail = here.mailer.mails().pop().unwrap();
    assert_eq!(mail.to, "ann@example.org");
    assert!(mail.text.contains("Name of dora@example.org"), "{}", mail.text);
    let audited = "SELECT COUNT(*) AS n FROM audit WHERE action = 'record.break_glass' AND patient_id IS NOT NULL";
    assert_eq!(here.count(audited).await, 1);
    assert!(!here.storage().await.contains("Unconscious"));
    for path in [practice.of_ann(""), assessment.clone(), prescription.clone()] {
        here.get(&path, Some(&dora)).await.expect(200);
    }
    let assess = json!({ "patient": { "age_years": 54, "sex": "male" }, "text": "cough", "patient_id": practice.ann.patient_id });
    for (method, path, body) in [
        ("PATCH", practice.of_ann(""), Some(json!({ "weight_kg": 60 }))),
        ("POST", "/api/v1/prescriptions".to_owned(), Some(practice.prescription())),
        ("POST", format!("{prescription}/sign"), None),
        ("POST", "/api/v1/assessments".to_owned(), Some(assess)),
        ("POST", practice.of_ann("/consents"), Some(json!({ "practitioner_id": dora.user_id }))),
        ("GET", practice.of_ann("/access"), None),
    ] {
        here.call(method, &path, Some(&dora), &[("if-match", "*")], body).await.problem(403, "forbidden");
    }
    here.clock.advance(60 * 60 * 1000 - 1);
    let dora = here.sign_in("dora@example.org", PASSWORD).await;
    here.get(&practice.of_ann(""), Some(&dora)).await.expect(200);
    here.clock.advance(1);
    bare(here.get(&practice.of_ann(""), Some(&dora)).await);
}

#[tokio::test]
async fn breaking_the_glass_takes_a_second_factor_a_licence_and_a_reason() {
    let practice = Practice::new().await;
    let (here, path) = (&practice.here, practice.of_ann("/break-glass"));
    let nowhere = format!("/api/v1/patients/{}/break-glass", here.services.new_id().unwrap());
    let (dora, eve) = (here.doctor("dora@example.org").await, here.sign_up("eve@example.org").await);
    // The answer tells nothing of whether there is such a record.
    for path in [&path, &nowhere] {
        here.send(break_glass(&dora, path)).await.problem(403, "step-up-required");
        bare(here.send(break_glass(&eve, path)).await);
    }
    for person in [&dora, &eve, &practice.dana] {
        step_up(here, person).await;
    }
    assert_eq!(bare(here.send(break_glass(&dora, &nowhere)).await), bare(here.send(break_glass(&eve, &path)).await));
    let short = json!({ "reason": "nineteen characters" });
    assert_eq!(here.post(&path, Some(&dora), short).await.invalid(), ["/reason"]);
    here.send(break_glass(&practice.dana, &path)).await.problem(409, "conflict");
    // Ten minutes later the second factor counts no more.
    here.clock.advance(600_000);
    here.send(break_glass(&dora, &path)).await.problem(403, "step-up-required");
    step_up(here, &dora).await;
    here.execute("UPDATE licences SET verified_at = NULL").await;
    bare(here.send(break_glass(&dora, &path)).await);
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM emergency_openings").await, 0);
}

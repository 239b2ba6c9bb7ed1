//! `POST /api/v1/users/{id}/suspend` and `/reinstate`

use super::super::support::Person;
use super::{Practice, bare, joins, organization_of};
use serde_json::json;

/// What somebody who is suspended reaches: nothing, by any path to a record or a room.
async fn reaches_nothing(practice: &Practice, person: &Person, paths: &[String]) {
    for path in paths {
        bare(practice.here.get(path, Some(person)).await);
    }
    let message = json!({ "client_id": "c", "body": "x" });
    let room = format!("/api/v1/rooms/{}", practice.room);
    bare(practice.here.post(&format!("{room}/messages"), Some(person), message).await);
    bare(practice.here.call("POST", &format!("{room}/tickets"), Some(person), &[], None).await);
    assert_eq!(practice.here.get("/api/v1/rooms", Some(person)).await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn whom_an_operator_suspends_reaches_no_record_at_once() {
    let practice = Practice::new().await;
    let Practice { here, ann, dana, room } = &practice;
    let (assessment, draft) = (practice.assessment(ann).await, practice.draft().await);
    let room = format!("/api/v1/rooms/{room}");
    let message = json!({ "client_id": "before", "body": "x" });
    for person in [ann, dana] {
        here.post(&format!("{room}/messages"), Some(person), message.clone()).await.expect(201);
    }
    let olga = here.operator("olga@example.org").await;
    let paths = [
        practice.of_ann(""),
        assessment,
        draft.clone(),
        format!("/api/v1/assessments?patient_id={}", ann.patient_id),
        format!("/api/v1/prescriptions?patient_id={}", ann.patient_id),
        room.clone(),
        format!("{room}/messages"),
    ];
    for person in [ann, dana] {
        let users = format!("/api/v1/users/{}", person.user_id);
        here.post(&format!("{users}/suspend"), Some(&olga), json!({})).await.invalid();
        here.post(&format!("{users}/suspend"), Some(&olga), json!({ "reason": "Fraud case 7" })).await.expect(204);
        here.post(&format!("{users}/suspend"), Some(&olga), json!({ "reason": "x" })).await.problem(409, "conflict");
        reaches_nothing(&practice, person, &paths).await;
        assert!(!here.storage().await.contains("Fraud"));
        bare(here.call("POST", &format!("{draft}/sign"), Some(person), &[], None).await);
        bare(here.get("/api/v1/assessments", Some(person)).await);
        here.call("POST", &format!("{users}/reinstate"), Some(&olga), &[], None).await.expect(204);
        for path in &paths {
            here.get(path, Some(person)).await.expect(200);
        }
        here.call("POST", &format!("{users}/reinstate"), Some(&olga), &[], None).await.problem(409, "conflict");
    }
}

#[tokio::test]
async fn an_admin_suspends_and_reinstates_the_roles_of_their_own_staff() {
    let practice = Practice::new().await;
    let Practice { here, ann, dana, .. } = &practice;
    let clinic = organization_of(here, dana).await;
    let ada = joins(here, "ada@example.org", clinic, "admin").await;
    let draft = practice.draft().await;
    let users = format!("/api/v1/users/{}", dana.user_id);
    let reason = json!({ "reason": "Under investigation" });
    here.post(&format!("{users}/suspend"), Some(&ada), reason.clone()).await.expect(204);
    bare(here.get(&practice.of_ann(""), Some(dana)).await);
    here.call("POST", &format!("{draft}/sign"), Some(dana), &[], None).await.problem(403, "forbidden");
    assert_eq!(here.get("/api/v1/practitioners", Some(ann)).await.expect(200)["items"], json!([]));
    // As a person they stay who they are.
    here.get(&format!("/api/v1/patients/{}", dana.patient_id), Some(dana)).await.expect(200);
    here.call("POST", &format!("{users}/reinstate"), Some(&ada), &[], None).await.expect(204);
    here.get(&practice.of_ann(""), Some(dana)).await.expect(200);
    here.call("POST", &format!("{draft}/sign"), Some(dana), &[], None).await.expect(200);
    // Patients are not theirs to suspend, and neither are they themselves.
    bare(here.post(&format!("/api/v1/users/{}/suspend", ann.user_id), Some(&ada), reason.clone()).await);
    let oneself = format!("/api/v1/users/{}/suspend", ada.user_id);
    here.post(&oneself, Some(&ada), reason.clone()).await.problem(409, "conflict");
    bare(here.post(&format!("{users}/suspend"), Some(ann), reason).await);
}

//! A doctor's room, which is an invitation: `POST /api/v1/rooms/{id}/accept`

use super::super::support::{Installation, Person};
use serde_json::{Value, json};

/// A doctor who has asked a patient into a room.
async fn invitation() -> (Installation, Person, Person, String) {
    let here = Installation::new();
    let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    let body = json!({ "kind": "consultation", "participants": [ann.user_id], "subject": "your results" });
    let room = here.post("/api/v1/rooms", Some(&dana), body).await.expect(201);
    assert_eq!(room["patient_id"], Value::Null);
    let path = format!("/api/v1/rooms/{}", room["id"].as_str().unwrap());
    (here, ann, dana, path)
}

fn state(room: &Value, person: &Person) -> Value {
    let member =
        room["participants"].as_array().unwrap().iter().find(|member| member["user_id"] == person.user_id.as_str());
    member.unwrap()["state"].clone()
}

fn message(body: &str) -> Value {
    json!({ "client_id": body, "body": body })
}

#[tokio::test]
async fn it_opens_no_record_until_it_is_accepted() {
    let (here, ann, dana, path) = invitation().await;
    let prescriptions = format!("/api/v1/prescriptions?patient_id={}", ann.patient_id);
    here.get(&prescriptions, Some(&dana)).await.problem(404, "not-found");
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM care_relationships").await, 0);

    let room = here.call("POST", &format!("{path}/accept"), Some(&ann), &[], None).await.expect(200);
    assert_eq!((state(&room, &ann), &room["patient_id"]), (json!("joined"), &json!(ann.patient_id)));
    here.get(&prescriptions, Some(&dana)).await.expect(200);
    assert_eq!(
        here.count("SELECT COUNT(*) AS n FROM care_relationships WHERE began_by = 'patient_accepted_invitation'").await,
        1
    );
}

#[tokio::test]
async fn who_is_asked_sees_the_room_but_nothing_that_is_said() {
    let (here, ann, dana, path) = invitation().await;
    let room = here.get(&path, Some(&ann)).await.expect(200);
    assert_eq!((state(&room, &ann), state(&room, &dana)), (json!("invited"), json!("joined")));
    let messages = format!("{path}/messages");
    here.post(&messages, Some(&dana), message("hello")).await.expect(201);
    here.get(&messages, Some(&ann)).await.problem(404, "not-found");
    here.post(&messages, Some(&ann), message("hi")).await.problem(404, "not-found");
    here.call("POST", &format!("{path}/tickets"), Some(&ann), &[], None).await.problem(404, "not-found");

    here.call("POST", &format!("{path}/accept"), Some(&ann), &[], None).await.expect(200);
    here.post(&messages, Some(&ann), message("hi")).await.expect(201);
    let said = here.get(&messages, Some(&ann)).await.expect(200);
    assert_eq!(said["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn it_is_accepted_once_and_by_who_was_asked() {
    let (here, ann, dana, path) = invitation().await;
    let accept = format!("{path}/accept");
    let eve = here.sign_up("eve@example.org").await;
    here.call("POST", &accept, None, &[], None).await.problem(401, "unauthenticated");
    here.call("POST", &accept, Some(&eve), &[], None).await.problem(404, "not-found");
    here.call("POST", &accept, Some(&dana), &[], None).await.problem(409, "conflict");
    here.call("POST", &accept, Some(&ann), &[], None).await.expect(200);
    here.call("POST", &accept, Some(&ann), &[], None).await.problem(409, "conflict");
}

#[tokio::test]
async fn twins_accept_once() {
    let (here, ann, _, path) = invitation().await;
    let accept = format!("{path}/accept");
    let twin = || super::super::support::request("POST", &accept, Some(&ann), &[], None);
    let answers = here.at_once((0..5).map(|_| twin())).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status == 409).count(), 4);
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'room.accepted'").await, 1);
}

#[tokio::test]
async fn a_doctor_asks_nobody_in_who_is_not_there() {
    let (here, ann, dana, _) = invitation().await;
    let nobody = here.services.new_id().unwrap().to_string();
    let body = json!({ "kind": "consultation", "participants": [ann.user_id, nobody], "subject": "x" });
    assert_eq!(here.post("/api/v1/rooms", Some(&dana), body).await.invalid(), ["/participants/1"]);
}

#[tokio::test]
async fn other_doctors_are_in_it_at_once_and_get_the_record_with_the_acceptance() {
    let (here, ann, dana, _) = invitation().await;
    let dora = here.doctor("dora@example.org").await;
    let body = json!({ "kind": "consultation", "participants": [ann.user_id, dora.user_id], "subject": "x" });
    let room = here.post("/api/v1/rooms", Some(&dana), body).await.expect(201);
    assert_eq!((state(&room, &dora), state(&room, &ann)), (json!("joined"), json!("invited")));
    let prescriptions = format!("/api/v1/prescriptions?patient_id={}", ann.patient_id);
    here.get(&prescriptions, Some(&dora)).await.problem(404, "not-found");
    let accept = format!("/api/v1/rooms/{}/accept", room["id"].as_str().unwrap());
    here.call("POST", &accept, Some(&ann), &[], None).await.expect(200);
    here.get(&prescriptions, Some(&dora)).await.expect(200);
}

#[tokio::test]
async fn who_accepts_while_the_rooms_are_cut_off_is_in_when_they_are_back() {
    let (here, ann, dana, path) = invitation().await;
    let messages = format!("{path}/messages");
    here.post(&messages, Some(&dana), message("hello")).await.expect(201);
    here.rooms.set_cut(true);
    here.call("POST", &format!("{path}/accept"), Some(&ann), &[], None).await;
    here.rooms.set_cut(false);
    assert_eq!(state(&here.get(&path, Some(&ann)).await.expect(200), &ann), "joined");
    here.post(&messages, Some(&ann), message("hi")).await.expect(201);
    assert_eq!(here.get(&messages, Some(&ann)).await.expect(200)["items"].as_array().unwrap().len(), 2);
}

//! `POST`, `GET /api/v1/rooms` and `GET /api/v1/rooms/{id}`

use super::super::support::{Installation, Person};
use serde_json::{Value, json};

const PATH: &str = "/api/v1/rooms";

async fn ann_and_dana() -> (Installation, Person, Person) {
    let here = Installation::new();
    let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    (here, ann, dana)
}

fn room_with(ids: &[&str]) -> Value {
    json!({ "kind": "consultation", "participants": ids, "subject": "a cough" })
}

#[tokio::test]
async fn a_patient_opens_one_with_a_doctor() {
    let (here, ann, dana) = ann_and_dana().await;
    let answer = here.post(PATH, Some(&ann), room_with(&[&dana.user_id])).await;
    let location = answer.header("location").to_owned();
    let room = answer.expect(201);
    assert_eq!(location, format!("{PATH}/{}", room["id"].as_str().unwrap()));
    assert_eq!((&room["kind"], &room["subject"]), (&json!("consultation"), &json!("a cough")));
    assert_eq!(room["patient_id"], ann.patient_id.as_str());
    assert_eq!(room["created_at"], "2026-11-18T11:06:40.000Z");
    let member = |person: &Person, name: &str, role: &str| json!({ "user_id": person.user_id, "name": name, "role": role, "state": "joined" });
    let participants = room["participants"].as_array().unwrap();
    assert_eq!(participants.len(), 2);
    assert!(participants.contains(&member(&ann, "Name of ann@example.org", "patient")));
    assert!(participants.contains(&member(&dana, "Name of dana@example.org", "doctor")));
    // Members that are as old stand in no order.
    let sorted = |mut room: Value| {
        room["participants"].as_array_mut().unwrap().sort_by_key(ToString::to_string);
        room
    };
    let room = sorted(room);
    for person in [&ann, &dana] {
        assert_eq!(sorted(here.get(&location, Some(person)).await.expect(200)), room);
        let items = here.get(PATH, Some(person)).await.expect(200)["items"].clone();
        assert_eq!(items.as_array().unwrap().len(), 1);
        assert_eq!(sorted(items[0].clone()), room);
    }
}

#[tokio::test]
async fn opening_one_begins_a_care_relationship() {
    let (here, ann, dana) = ann_and_dana().await;
    let prescriptions = format!("/api/v1/prescriptions?patient_id={}", ann.patient_id);
    here.get(&prescriptions, Some(&dana)).await.problem(404, "not-found");
    here.room(&ann, &dana).await;
    here.get(&prescriptions, Some(&dana)).await.expect(200);
    assert_eq!(
        here.count("SELECT COUNT(*) AS n FROM care_relationships WHERE began_by = 'patient_opened_room'").await,
        1
    );
}

#[tokio::test]
async fn a_second_one_with_the_same_doctor_begins_no_second_relationship() {
    let (here, ann, dana) = ann_and_dana().await;
    assert_ne!(here.room(&ann, &dana).await, here.room(&ann, &dana).await);
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM care_relationships").await, 1);
}

#[tokio::test]
async fn a_relationship_that_ended_begins_again_with_a_new_room() {
    let (here, ann, dana) = ann_and_dana().await;
    here.room(&ann, &dana).await;
    here.execute("UPDATE care_relationships SET ended_at = 1").await;
    let prescriptions = format!("/api/v1/prescriptions?patient_id={}", ann.patient_id);
    here.get(&prescriptions, Some(&dana)).await.problem(404, "not-found");
    here.room(&ann, &dana).await;
    here.get(&prescriptions, Some(&dana)).await.expect(200);
}

#[tokio::test]
async fn a_patient_opens_none_with_who_is_no_doctor() {
    let (here, ann, dana) = ann_and_dana().await;
    let eve = here.sign_up("eve@example.org").await;
    let phil = here.staff("phil@example.org", "pharmacist").await;
    let nobody = here.services.new_id().unwrap().to_string();
    let body = room_with(&[&eve.user_id, &dana.user_id, &phil.user_id, &nobody]);
    let answer = here.post(PATH, Some(&ann), body).await;
    assert_eq!(answer.invalid(), ["/participants/0", "/participants/2", "/participants/3"]);
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM rooms").await, 0);
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM care_relationships").await, 0);
}

#[tokio::test]
async fn a_doctor_who_left_is_no_doctor() {
    let (here, ann, dana) = ann_and_dana().await;
    here.execute("UPDATE staff SET ended_at = 1").await;
    assert_eq!(here.post(PATH, Some(&ann), room_with(&[&dana.user_id])).await.invalid(), ["/participants/0"]);
    assert_eq!(here.get("/api/v1/practitioners", Some(&ann)).await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn one_with_nobody_else_is_refused() {
    let (here, ann, _) = ann_and_dana().await;
    assert_eq!(here.post(PATH, Some(&ann), room_with(&[&ann.user_id])).await.invalid(), ["/participants/0"]);
    assert_eq!(here.post(PATH, Some(&ann), room_with(&[])).await.invalid(), ["/participants"]);
}

#[tokio::test]
async fn who_is_named_twice_is_in_it_once() {
    let (here, ann, dana) = ann_and_dana().await;
    let room = here.post(PATH, Some(&ann), room_with(&[&dana.user_id, &dana.user_id])).await.expect(201);
    assert_eq!(room["participants"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_bad_participant_is_pointed_at_where_it_stands() {
    let (here, ann, _) = ann_and_dana().await;
    let nobody = here.services.new_id().unwrap().to_string();
    let answer = here.post(PATH, Some(&ann), room_with(&[&ann.user_id, &nobody])).await;
    assert_eq!(answer.invalid(), ["/participants/1"]);
}

#[tokio::test]
async fn nobody_opens_one_for_a_patient_who_is_not_theirs() {
    let (here, ann, dana) = ann_and_dana().await;
    let eve = here.sign_up("eve@example.org").await;
    let mut body = room_with(&[&dana.user_id]);
    body["patient_id"] = json!(ann.patient_id);
    here.post(PATH, Some(&eve), body.clone()).await.problem(404, "not-found");
    body["patient_id"] = json!(here.services.new_id().unwrap());
    here.post(PATH, Some(&eve), body.clone()).await.problem(404, "not-found");
    body["patient_id"] = json!(eve.patient_id);
    here.post(PATH, Some(&eve), body).await.expect(201);
}

#[tokio::test]
async fn bad_fields_are_reported_at_once() {
    let (here, ann, _) = ann_and_dana().await;
    here.post(PATH, None, json!({})).await.problem(401, "unauthenticated");
    assert_eq!(here.post(PATH, Some(&ann), json!({})).await.invalid(), ["/kind", "/participants", "/subject"]);
    let bad = json!({ "kind": "party", "participants": ["x", 1], "subject": " ", "patient_id": "x", "colour": "red" });
    assert_eq!(
        here.post(PATH, Some(&ann), bad).await.invalid(),
        ["/colour", "/kind", "/participants/0", "/participants/1", "/patient_id", "/subject"]
    );
}

#[tokio::test]
async fn the_list_holds_ones_own_rooms_latest_first() {
    let (here, ann, dana) = ann_and_dana().await;
    let eve = here.sign_up("eve@example.org").await;
    let first = here.room(&ann, &dana).await;
    here.clock.advance(1000);
    let second = here.room(&eve, &dana).await;
    let ids = |page: Value| -> Vec<Value> {
        page["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect()
    };
    assert_eq!(ids(here.get(PATH, Some(&ann)).await.expect(200)), [json!(first)]);
    assert_eq!(ids(here.get(PATH, Some(&eve)).await.expect(200)), [json!(second)]);
    assert_eq!(ids(here.get(PATH, Some(&dana)).await.expect(200)), [json!(second), json!(first)]);
}

#[tokio::test]
async fn one_is_opened_while_the_rooms_are_cut_off_and_used_when_they_are_back() {
    let (here, ann, dana) = ann_and_dana().await;
    here.rooms.set_cut(true);
    let room = here.room(&ann, &dana).await;
    let messages = format!("{PATH}/{room}/messages");
    let message = json!({ "client_id": "c", "body": "hello" });
    let answer = here.post(&messages, Some(&ann), message.clone()).await;
    assert!(answer.headers.contains_key("retry-after"));
    answer.problem(503, "unavailable");
    here.rooms.set_cut(false);
    assert_eq!(here.post(&messages, Some(&ann), message).await.expect(201)["seq"], 1);
    assert_eq!(here.get(&messages, Some(&dana)).await.expect(200)["items"].as_array().unwrap().len(), 1);
}

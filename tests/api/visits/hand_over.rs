//! `POST /api/v1/visits/{id}/hand-over`

use super::super::support::request;
use super::{Clinic, PATH, join};
use serde_json::json;
use virtual_doctor::id::Id;

#[tokio::test]
async fn it_goes_to_a_colleague_with_record_room_and_draft() {
    let clinic = Clinic::on_duty().await;
    let path = clinic.taken().await;
    clinic.write(&path, &clinic.dana, "*").await.expect(200);
    let visit = clinic.hand_over(&path, &clinic.dana, &clinic.dora).await.expect(200);
    assert_eq!((&visit["practitioner_id"], &visit["reason"]), (&json!(clinic.dora.user_id), &json!(null)));
    assert!(clinic.reads_record(&clinic.dora, &clinic.ann).await);
    assert!(!clinic.reads_record(&clinic.dana, &clinic.ann).await);
    let messages = format!("/api/v1/rooms/{}/messages", visit["room_id"].as_str().unwrap());
    clinic.here.get(&messages, Some(&clinic.dora)).await.expect(200);
    clinic.here.get(&messages, Some(&clinic.ann)).await.expect(200);
    clinic.here.get(&messages, Some(&clinic.dana)).await.problem(404, "not-found");
    let note = clinic.here.get(&format!("{path}/note"), Some(&clinic.dora)).await;
    assert_eq!(note.header("etag"), "\"2\"");
    assert_eq!(note.expect(200)["author_id"], clinic.dora.user_id.as_str());
    clinic.write(&path, &clinic.dana, "*").await.problem(403, "forbidden");
    clinic.act(&path, "note/sign", &clinic.dana).await.problem(403, "forbidden");
    clinic.act(&path, "close", &clinic.dana).await.problem(403, "forbidden");
    assert_eq!(clinic.act(&path, "note/sign", &clinic.dora).await.expect(200)["status"], "signed");
    clinic.hand_over(&path, &clinic.dora, &clinic.dana).await.problem(409, "conflict");
}

#[tokio::test]
async fn a_relationship_that_was_there_before_stays_and_goes_back_and_forth() {
    let clinic = Clinic::on_duty().await;
    clinic.here.license(&clinic.dana, Id::parse(&clinic.organization).unwrap()).await;
    clinic.here.room(&clinic.ann, &clinic.dana).await;
    let path = clinic.taken().await;
    clinic.hand_over(&path, &clinic.dana, &clinic.dora).await.expect(200);
    assert!(clinic.reads_record(&clinic.dana, &clinic.ann).await);
    assert!(clinic.reads_record(&clinic.dora, &clinic.ann).await);
    clinic.hand_over(&path, &clinic.dora, &clinic.dana).await.expect(200);
    assert!(clinic.reads_record(&clinic.dana, &clinic.ann).await);
    assert!(!clinic.reads_record(&clinic.dora, &clinic.ann).await);
    let visit = clinic.here.get(&path, Some(&clinic.dana)).await.expect(200);
    let messages = format!("/api/v1/rooms/{}/messages", visit["room_id"].as_str().unwrap());
    clinic.here.get(&messages, Some(&clinic.dana)).await.expect(200);
    clinic.here.get(&messages, Some(&clinic.dora)).await.problem(404, "not-found");
}

#[tokio::test]
async fn it_goes_to_a_doctor_on_duty_there_and_to_nobody_else() {
    let clinic = Clinic::on_duty().await;
    let path = clinic.taken().await;
    let idle = join(&clinic.here, &clinic.organization, "idle@example.org", "doctor").await;
    for other in [&clinic.dana, &clinic.otto, &clinic.adam, &clinic.ann, &idle] {
        assert_eq!(clinic.hand_over(&path, &clinic.dana, other).await.invalid(), ["/practitioner_id"]);
    }
    clinic.hand_over(&path, &clinic.dora, &clinic.dora).await.problem(403, "forbidden");
    clinic.hand_over(&path, &clinic.ann, &clinic.dora).await.problem(403, "forbidden");
    let waiting = clinic.here.sign_up("eve@example.org").await;
    let waiting = clinic.request(&waiting).await;
    clinic.hand_over(&waiting, &clinic.dana, &clinic.dora).await.problem(403, "forbidden");
    assert!(clinic.reads_record(&clinic.dana, &clinic.ann).await);
}

#[tokio::test]
async fn of_many_hand_overs_at_once_one_is_done() {
    let clinic = Clinic::on_duty().await;
    let path = format!("{}/hand-over", clinic.taken().await);
    let body = json!({ "practitioner_id": clinic.dora.user_id });
    let twin = || request("POST", &path, Some(&clinic.dana), &[], Some(body.clone()));
    let answers = clinic.here.at_once((0..10).map(|_| twin())).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert!(answers.iter().all(|answer| [200, 403, 409].contains(&answer.status.as_u16())));
    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM care_relationships WHERE ended_at IS NULL").await, 1);
    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'visit.handed_over'").await, 1);
}

#[tokio::test]
async fn a_second_visit_with_the_same_doctor_elsewhere_keeps_the_record_open() {
    let clinic = Clinic::on_duty().await;
    let path = clinic.taken().await;
    // Dana practises in another organization too, where Ann has a visit as well.
    clinic.here.make_staff(&clinic.dana, "doctor").await;
    let own = clinic.here.get("/api/v1/practitioners", Some(&clinic.ann)).await.expect(200);
    let elsewhere = own["items"].as_array().unwrap().iter().find(|item| {
        item["id"] == clinic.dana.user_id.as_str() && item["organization_id"] != clinic.organization.as_str()
    });
    let elsewhere = elsewhere.unwrap()["organization_id"].as_str().unwrap().to_owned();
    let mut body = clinic.body(&clinic.ann);
    body["organization_id"] = json!(elsewhere);
    let second = clinic.here.post(PATH, Some(&clinic.ann), body).await.expect(201);
    clinic.here.go_on_duty(&elsewhere, &clinic.dana).await;
    clinic.act(&format!("{PATH}/{}", second["id"].as_str().unwrap()), "accept", &clinic.dana).await.expect(200);
    clinic.hand_over(&path, &clinic.dana, &clinic.dora).await.expect(200);
    assert!(clinic.reads_record(&clinic.dana, &clinic.ann).await);
}

#[tokio::test]
async fn the_first_doctor_is_out_of_the_room_even_when_it_was_cut_off() {
    let clinic = Clinic::on_duty().await;
    let path = clinic.taken().await;
    clinic.here.work().await;
    clinic.here.rooms.set_cut(true);
    let visit = clinic.hand_over(&path, &clinic.dana, &clinic.dora).await.expect(200);
    clinic.here.rooms.set_cut(false);
    assert_eq!(clinic.here.work().await, [true]);
    let messages = format!("/api/v1/rooms/{}/messages", visit["room_id"].as_str().unwrap());
    clinic.here.get(&messages, Some(&clinic.dana)).await.problem(404, "not-found");
    clinic.here.get(&messages, Some(&clinic.dora)).await.expect(200);
}

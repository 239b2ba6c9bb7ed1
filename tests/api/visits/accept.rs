//! `POST /api/v1/visits/{id}/accept` and `close`

use super::super::support::request;
use super::{Clinic, join};
use serde_json::json;

#[tokio::test]
async fn of_twenty_who_try_at_once_exactly_one_gets_it() {
    let clinic = Clinic::new().await;
    let mut doctors = Vec::new();
    for at in 0..20 {
        let email = format!("doctor{at}@example.org");
        let doctor = join(&clinic.here, &clinic.organization, &email, "doctor").await;
        clinic.go_on_duty(&doctor).await;
        doctors.push(doctor);
    }
    let path = clinic.request(&clinic.ann).await;
    let accept = format!("{path}/accept");
    let answers =
        clinic.here.at_once(doctors.iter().map(|doctor| request("POST", &accept, Some(doctor), &[], None))).await;
    let winners: Vec<usize> = (0..20).filter(|at| answers[*at].status == 200).collect();
    assert_eq!(winners.len(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status == 409).count(), 19);
    for (at, doctor) in doctors.iter().enumerate() {
        assert_eq!(clinic.reads_record(doctor, &clinic.ann).await, at == winners[0]);
    }
    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM rooms").await, 1);
    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM care_relationships").await, 1);
    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'visit.accepted'").await, 1);
    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM outbox WHERE kind = 'align_room'").await, 1);
}

#[tokio::test]
async fn it_opens_the_record_and_a_room_in_which_both_talk_at_once() {
    let clinic = Clinic::on_duty().await;
    let path = clinic.request(&clinic.ann).await;
    assert!(!clinic.reads_record(&clinic.dana, &clinic.ann).await);
    let visit = clinic.act(&path, "accept", &clinic.dana).await.expect(200);
    assert_eq!((&visit["status"], &visit["practitioner_id"]), (&json!("in_progress"), &json!(clinic.dana.user_id)));
    assert_eq!((&visit["position"], &visit["ahead"]), (&json!(null), &json!(null)));
    assert!(clinic.reads_record(&clinic.dana, &clinic.ann).await);
    assert!(!clinic.reads_record(&clinic.dora, &clinic.ann).await);
    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM care_relationships WHERE began_by = 'consent'").await, 1);
    let messages = format!("/api/v1/rooms/{}/messages", visit["room_id"].as_str().unwrap());
    for (at, person) in [&clinic.ann, &clinic.dana].into_iter().enumerate() {
        let message = json!({ "client_id": format!("c{at}"), "body": "hello" });
        assert_eq!(clinic.here.post(&messages, Some(person), message).await.expect(201)["seq"], at + 1);
    }
    clinic.here.get(&messages, Some(&clinic.dora)).await.problem(404, "not-found");
    assert_eq!(clinic.here.get(&path, Some(&clinic.ann)).await.expect(200)["room_id"], visit["room_id"]);
    assert!(clinic.here.work().await.into_iter().all(|done| done));
}

#[tokio::test]
async fn who_took_it_and_lost_the_answer_gets_it_again() {
    let clinic = Clinic::on_duty().await;
    let path = clinic.request(&clinic.ann).await;
    let first = clinic.act(&path, "accept", &clinic.dana).await.expect(200);
    assert_eq!(clinic.act(&path, "accept", &clinic.dana).await.expect(200), first);
    clinic.act(&path, "accept", &clinic.dora).await.problem(409, "conflict");
    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM rooms").await, 1);
}

#[tokio::test]
async fn the_room_follows_when_the_rooms_are_cut_off() {
    let clinic = Clinic::on_duty().await;
    let path = clinic.request(&clinic.ann).await;
    clinic.here.rooms.set_cut(true);
    let visit = clinic.act(&path, "accept", &clinic.dana).await.expect(200);
    assert_eq!(clinic.here.work().await.last(), Some(&false));
    clinic.here.rooms.set_cut(false);
    clinic.here.clock.advance(120_000);
    assert_eq!(clinic.here.sweep().await, 1);
    assert_eq!(clinic.here.work().await, [true]);
    let messages = format!("/api/v1/rooms/{}/messages", visit["room_id"].as_str().unwrap());
    clinic.here.get(&messages, Some(&clinic.ann)).await.expect(200);
}

#[tokio::test]
async fn only_who_is_on_duty_takes_one() {
    let clinic = Clinic::new().await;
    let path = clinic.request(&clinic.ann).await;
    clinic.act(&path, "accept", &clinic.dana).await.problem(409, "conflict");
    clinic.go_on_duty(&clinic.dana).await;
    clinic.set_duty(&clinic.dana, false).await.expect(200);
    clinic.act(&path, "accept", &clinic.dana).await.problem(409, "conflict");
    clinic.go_on_duty(&clinic.dana).await;
    clinic.act(&path, "accept", &clinic.dana).await.expect(200);
}

#[tokio::test]
async fn nobody_takes_a_visit_of_a_patient_for_whom_they_act() {
    let clinic = Clinic::on_duty().await;
    let path = clinic.request(&clinic.dana).await;
    clinic.act(&path, "accept", &clinic.dana).await.problem(409, "conflict");
    clinic.act(&path, "accept", &clinic.dora).await.expect(200);
}

#[tokio::test]
async fn one_is_closed_with_a_signed_note_or_a_reason() {
    let clinic = Clinic::on_duty().await;
    let path = clinic.taken().await;
    clinic.act(&path, "close", &clinic.dana).await.problem(409, "conflict");
    clinic.write(&path, &clinic.dana, "*").await.expect(200);
    clinic.act(&path, "close", &clinic.dana).await.problem(409, "conflict");
    let close = format!("{path}/close");
    assert_eq!(clinic.here.post(&close, Some(&clinic.dana), json!({ "reason": "tired" })).await.invalid(), ["/reason"]);
    clinic.here.post(&close, Some(&clinic.ann), json!({ "reason": "no_show" })).await.problem(403, "forbidden");
    clinic.here.post(&close, Some(&clinic.dora), json!({ "reason": "no_show" })).await.problem(403, "forbidden");
    clinic.act(&path, "note/sign", &clinic.dana).await.expect(200);
    let closed = clinic.act(&path, "close", &clinic.dana).await.expect(200);
    assert_eq!((&closed["status"], &closed["close_reason"]), (&json!("closed"), &json!(null)));
    clinic.act(&path, "close", &clinic.dana).await.problem(409, "conflict");
    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM encounters WHERE status = 'finished'").await, 1);
    let path = clinic.taken().await;
    let gone = clinic.here.post(&format!("{path}/close"), Some(&clinic.dana), json!({ "reason": "no_show" })).await;
    assert_eq!(gone.expect(200)["close_reason"], "no_show");
    clinic.write(&path, &clinic.dana, "*").await.problem(409, "conflict");
}

//! A database that fails at every call of an act in turn, before the write or
//! after it: what is stored is the old state or the new, and a retry converges.

use super::super::support::{Answer, Person};
use super::Clinic;
use virtual_doctor::platform::native::Fault;

/// How long the isolate relies on what it knows of a session.
const FRESH_MS: i64 = 5_000;

/// One call while the call number `at` of the database breaks; whether that came.
async fn cut(
    clinic: &Clinic,
    (at, fault): (u32, Fault),
    person: &Person,
    path: &str,
    body: Option<serde_json::Value>,
) -> (Answer, bool) {
    clinic.here.clock.advance(FRESH_MS);
    let breaker = &clinic.here.database.breaker;
    breaker.plan(Some((at, fault)));
    let answer = clinic.here.call("POST", path, Some(person), &[], body).await;
    let came = breaker.calls() > at;
    breaker.plan(None);
    (answer, came)
}

/// Whether the visit is taken in every table, or in none.
async fn is_taken(clinic: &Clinic) -> bool {
    let counts = [
        clinic.here.count("SELECT COUNT(*) AS n FROM visits WHERE status = 'in_progress'").await,
        clinic.here.count("SELECT COUNT(*) AS n FROM encounters WHERE status = 'in_progress'").await,
        1 - clinic.here.count("SELECT COUNT(*) AS n FROM visit_queue").await,
        clinic.here.count("SELECT COUNT(*) AS n FROM rooms").await,
        clinic.here.count("SELECT COUNT(*) AS n FROM room_members").await / 2,
        clinic.here.count("SELECT COUNT(*) AS n FROM care_relationships").await,
        clinic.here.count("SELECT COUNT(*) AS n FROM outbox WHERE kind = 'align_room'").await,
        clinic.here.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'visit.accepted'").await,
    ];
    assert!(counts.iter().all(|count| *count == counts[0]), "half a state: {counts:?}");
    counts[0] == 1
}

#[tokio::test]
async fn taking_a_visit_is_done_or_not_wherever_the_database_fails() {
    for fault in [Fault::NotWritten, Fault::AnswerLost] {
        let mut points = 0;
        for at in 0.. {
            let clinic = Clinic::on_duty().await;
            let path = clinic.request(&clinic.ann).await;
            let (answer, came) = cut(&clinic, (at, fault), &clinic.dana, &format!("{path}/accept"), None).await;
            if !came {
                answer.expect(200);
                break;
            }
            points += 1;
            assert!([200, 503].contains(&answer.status.as_u16()), "{}", answer.text);
            let taken = is_taken(&clinic).await;
            assert!(taken || answer.status == 503);
            let visit = clinic.act(&path, "accept", &clinic.dana).await.expect(200);
            assert!(is_taken(&clinic).await);
            clinic.here.clock.advance(120_000);
            clinic.here.sweep().await;
            clinic.here.work().await;
            let messages = format!("/api/v1/rooms/{}/messages", visit["room_id"].as_str().unwrap());
            clinic.here.get(&messages, Some(&clinic.ann)).await.expect(200);
        }
        assert!(points >= 5, "{points} calls");
    }
}

#[tokio::test]
async fn handing_one_over_is_done_or_not_wherever_the_database_fails() {
    for fault in [Fault::NotWritten, Fault::AnswerLost] {
        for at in 0.. {
            let clinic = Clinic::on_duty().await;
            let path = clinic.taken().await;
            let body = serde_json::json!({ "practitioner_id": clinic.dora.user_id });
            let (_, came) = cut(&clinic, (at, fault), &clinic.dana, &format!("{path}/hand-over"), Some(body)).await;
            let practitioner = clinic.here.get(&path, Some(&clinic.ann)).await.expect(200)["practitioner_id"].clone();
            let done = practitioner == clinic.dora.user_id.as_str();
            assert_eq!(clinic.reads_record(&clinic.dora, &clinic.ann).await, done);
            assert_eq!(clinic.reads_record(&clinic.dana, &clinic.ann).await, !done);
            if !came {
                assert!(done);
                break;
            }
            let again = clinic.hand_over(&path, &clinic.dana, &clinic.dora).await.status.as_u16();
            assert_eq!(again, if done { 403 } else { 200 });
            assert!(clinic.reads_record(&clinic.dora, &clinic.ann).await);
        }
    }
}

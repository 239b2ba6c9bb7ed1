//! `Idempotency-Key` on every POST that creates.

use super::super::support::{Answer, Installation, PASSWORD, Person, request};
use serde_json::{Value, json};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A patient and their doctor.
struct Clinic {
    here: Installation,
    ann: Person,
    dana: Person,
}

impl Clinic {
    async fn new() -> Self {
        let here = Installation::new();
        let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
        here.room(&ann, &dana).await;
        Self { here, ann, dana }
    }

    /// Each path that creates: who calls it, and two bodies that are right.
    fn calls(&self) -> [(&'static str, &Person, Value, Value); 3] {
        let room = |subject| json!({ "kind": "consultation", "participants": [self.dana.user_id], "subject": subject });
        let assess = |text| json!({ "patient": { "age_years": 30, "sex": "male" }, "text": text });
        let prescribe = |medicine| {
            let timing = json!({ "frequency": 3, "period": 1, "period_unit": "d" });
            let item = json!({ "medicine_id": medicine, "dose": { "value": 500, "unit": "mg" }, "timing": timing });
            json!({ "patient_id": self.ann.patient_id, "items": [item] })
        };
        [
            ("/api/v1/rooms", &self.ann, room("a cough"), room("a cold")),
            ("/api/v1/assessments", &self.ann, assess("a cough"), assess("a runny nose")),
            ("/api/v1/prescriptions", &self.dana, prescribe("amoxicillin"), prescribe("paracetamol")),
        ]
    }

    async fn created(&self) -> i64 {
        self.here
            .count(
                "SELECT (SELECT COUNT(*) FROM rooms) + (SELECT COUNT(*) FROM assessments)
                      + (SELECT COUNT(*) FROM prescriptions) AS n",
            )
            .await
    }
}

#[track_caller]
fn replayed(answer: &Answer) -> bool {
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.header("idempotency-replayed") == "true"
}

#[tokio::test]
async fn the_same_request_again_gets_the_stored_answer() {
    let clinic = Clinic::new().await;
    for (path, person, body, _) in clinic.calls() {
        let before = clinic.created().await;
        let first = clinic.here.post_once(path, person, "key", &body).await;
        assert!(!replayed(&first), "{path}");
        clinic.here.clock.advance(60_000);
        let again = clinic.here.post_once(path, person, "key", &body).await;
        assert!(replayed(&again), "{path}");
        for header in ["location", "etag", "content-type"] {
            assert_eq!(again.header(header), first.header(header), "{header} of {path}");
        }
        assert_eq!(again.json(), first.json(), "{path}");
        assert_eq!(clinic.created().await, before + 1, "{path}");
    }
}

#[tokio::test]
async fn the_same_key_with_another_body_is_refused() {
    let clinic = Clinic::new().await;
    for (path, person, body, other) in clinic.calls() {
        clinic.here.post_once(path, person, "key", &body).await.expect(201);
        let before = clinic.created().await;
        clinic.here.post_once(path, person, "key", &other).await.problem(422, "idempotency-mismatch");
        assert_eq!(clinic.created().await, before, "{path}");
        assert!(replayed(&clinic.here.post_once(path, person, "key", &body).await), "{path}");
    }
}

#[tokio::test]
async fn a_key_is_kept_for_24_hours_and_then_free_again() {
    for at in 0..3 {
        let clinic = Clinic::new().await;
        let (path, person, body, other) = &clinic.calls()[at];
        clinic.here.post_once(path, person, "key", body).await.expect(201);
        clinic.here.clock.advance(DAY_MS - 1);
        let email = if person.user_id == clinic.ann.user_id { "ann@example.org" } else { "dana@example.org" };
        let person = clinic.here.sign_in(email, PASSWORD).await;
        assert!(replayed(&clinic.here.post_once(path, &person, "key", body).await), "{path}");
        clinic.here.clock.advance(1);
        assert!(!replayed(&clinic.here.post_once(path, &person, "key", other).await), "{path}");
        assert!(replayed(&clinic.here.post_once(path, &person, "key", other).await), "{path}");
    }
}

#[tokio::test]
async fn of_twenty_twins_one_creates_and_all_get_its_answer() {
    let clinic = Clinic::new().await;
    for (path, person, body, _) in clinic.calls() {
        let before = clinic.created().await;
        let twin = || request("POST", path, Some(person), &[("idempotency-key", "key")], Some(body.clone()));
        let answers = clinic.here.at_once((0..20).map(|_| twin())).await;
        assert_eq!(answers.iter().filter(|answer| !replayed(answer)).count(), 1, "{path}");
        assert!(answers.iter().all(|answer| answer.json()["id"] == answers[0].json()["id"]), "{path}");
        assert_eq!(clinic.created().await, before + 1, "{path}");
    }
}

#[tokio::test]
async fn a_key_has_1_to_255_visible_characters() {
    let clinic = Clinic::new().await;
    let (longest, too_long) = ("k".repeat(255), "k".repeat(256));
    for (path, person, body, _) in clinic.calls() {
        let before = clinic.created().await;
        for key in ["", &too_long] {
            clinic.here.post_once(path, person, key, &body).await.problem(400, "malformed-request");
        }
        assert_eq!(clinic.created().await, before, "{path}");
        for key in [&longest, "k", "a key: {1}"] {
            assert!(!replayed(&clinic.here.post_once(path, person, key, &body).await), "{path}");
        }
    }
}

#[tokio::test]
async fn a_key_is_the_callers_own_and_the_paths_own() {
    let clinic = Clinic::new().await;
    let eve = clinic.here.sign_up("eve@example.org").await;
    let [(rooms, _, room, _), (assessments, _, assess, _), _] = clinic.calls();
    for (path, person, body) in [
        (rooms, &clinic.ann, &room),
        (assessments, &clinic.ann, &assess),
        (rooms, &eve, &room),
        (assessments, &eve, &assess),
    ] {
        assert!(!replayed(&clinic.here.post_once(path, person, "key", body).await), "{path}");
    }
}

#[tokio::test]
async fn a_request_that_was_refused_leaves_its_key_free() {
    let clinic = Clinic::new().await;
    for (path, person, body, _) in clinic.calls() {
        clinic.here.post_once(path, person, "key", &json!({})).await.problem(422, "invalid");
        clinic.here.database.set_cut(true);
        clinic.here.post_once(path, person, "key", &body).await.problem(503, "unavailable");
        clinic.here.database.set_cut(false);
        assert!(!replayed(&clinic.here.post_once(path, person, "key", &body).await), "{path}");
    }
}

#[tokio::test]
async fn stored_answers_are_ciphertext() {
    let clinic = Clinic::new().await;
    for (path, person, body, _) in clinic.calls() {
        clinic.here.post_once(path, person, "key", &body).await.expect(201);
    }
    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM idempotency").await, 3);
    let storage = clinic.here.storage().await;
    assert!(["cough", "amoxicillin", "example.org"].iter().all(|word| !storage.contains(word)), "{storage}");
}

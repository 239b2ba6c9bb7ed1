//! `/api/v1/me/erasure`, and what is left afterwards.

use super::super::support::{Installation, PASSWORD, Person};
use super::{DAY_MS, again, sweep, write_everywhere};
use serde::Deserialize;
use serde_json::{Value, json};
use virtual_doctor::platform::Statement;
use virtual_doctor::platform::native::SqliteDatabase;
use virtual_doctor::privacy::erase::archive_keys;
use virtual_doctor::services::App;

const PATH: &str = "/api/v1/me/erasure";

async fn ask(here: &Installation, person: &Person) -> Value {
    here.post(PATH, Some(person), json!({ "password": PASSWORD })).await.expect(202)
}

/// Ann asks, and the days go by.
async fn erased(here: &Installation, ann: &Person) {
    ask(here, ann).await;
    here.clock.advance(14 * DAY_MS);
    sweep(here).await;
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM erasures WHERE done_at IS NOT NULL").await, 1);
}

#[tokio::test]
async fn it_is_due_after_the_days_of_grace_and_asking_again_changes_nothing() {
    let here = Installation::new();
    let mut ann = here.sign_up("ann@example.org").await;
    here.get(PATH, Some(&ann)).await.problem(404, "not-found");
    let asked = ask(&here, &ann).await;
    assert_eq!(asked["due_at"], "2026-12-02T11:06:40.000Z");
    here.clock.advance(1000);
    assert_eq!(ask(&here, &ann).await, asked);
    assert_eq!(here.get(PATH, Some(&ann)).await.expect(200), asked);
    here.clock.advance(14 * DAY_MS - 1001);
    sweep(&here).await;
    ann = again(&here, "ann@example.org").await;
    here.get("/api/v1/me", Some(&ann)).await.expect(200);
    here.clock.advance(1);
    sweep(&here).await;
    here.get("/api/v1/me", Some(&ann)).await.problem(404, "not-found");
}

#[tokio::test]
async fn it_can_be_taken_back_until_it_is_due_and_mails_tell_of_both() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    here.work().await;
    ask(&here, &ann).await;
    here.call("DELETE", PATH, Some(&ann), &[], None).await.expect(204);
    here.call("DELETE", PATH, Some(&ann), &[], None).await.problem(404, "not-found");
    here.work().await;
    let subjects: Vec<String> = here.mailer.mails().into_iter().map(|mail| mail.subject).skip(1).collect();
    assert_eq!(subjects, ["Your account will be erased on 2026-12-02", "Your account will not be erased"]);
    here.clock.advance(15 * DAY_MS);
    sweep(&here).await;
    let ann = again(&here, "ann@example.org").await;
    ask(&here, &ann).await;
    here.clock.advance(14 * DAY_MS - 60_000);
    let ann = again(&here, "ann@example.org").await;
    here.clock.advance(60_000);
    here.call("DELETE", PATH, Some(&ann), &[], None).await.problem(404, "not-found");
}

#[tokio::test]
async fn a_wrong_password_does_not_do() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    let wrong = here.post(PATH, Some(&ann), json!({ "password": "another password" })).await;
    assert_eq!(wrong.invalid(), ["/password"]);
    assert_eq!(
        here.post(PATH, Some(&ann), json!({ "password": 5, "now": true })).await.invalid(),
        ["/now", "/password"]
    );
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM erasures").await, 0);
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'erasure.refused'").await, 1);
    here.call("POST", PATH, None, &[], None).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn the_account_is_gone_and_its_address_free() {
    let here = Installation::new();
    let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    write_everywhere(&here, &ann, &dana).await;
    erased(&here, &ann).await;
    here.post("/api/v1/auth/login", None, json!({ "email": "ann@example.org", "password": PASSWORD }))
        .await
        .problem(401, "wrong-credentials");
    here.post("/api/v1/auth/refresh", None, json!({ "refresh_token": ann.refresh }))
        .await
        .problem(401, "session-ended");
    let new = here.sign_up("ann@example.org").await;
    assert_ne!((&new.user_id, &new.patient_id), (&ann.user_id, &ann.patient_id));
    assert_eq!(here.get("/api/v1/rooms", Some(&new)).await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn nothing_that_anybody_asks_afterwards_is_a_failure_of_ours() {
    let here = Installation::new();
    let (ann, mut dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    let room = write_everywhere(&here, &ann, &dana).await;
    let prescription =
        here.get(&format!("/api/v1/prescriptions?patient_id={}", ann.patient_id), Some(&dana)).await.expect(200);
    let prescription = prescription["items"][0]["id"].as_str().unwrap().to_owned();
    ask(&here, &ann).await;
    here.clock.advance(14 * DAY_MS - 60_000);
    let ann = again(&here, "ann@example.org").await;
    here.clock.advance(60_000);
    sweep(&here).await;
    dana = again(&here, "dana@example.org").await;
    let patient = &ann.patient_id;
    for path in [
        format!("/api/v1/prescriptions?patient_id={patient}"),
        format!("/api/v1/prescriptions/{prescription}"),
        format!("/api/v1/assessments?patient_id={patient}"),
        format!("/api/v1/patients/{patient}/audit"),
        "/api/v1/me".to_owned(),
        "/api/v1/me/exports".to_owned(),
        "/api/v1/assessments".to_owned(),
        "/api/v1/rooms".to_owned(),
        format!("/api/v1/rooms/{room}"),
        format!("/api/v1/rooms/{room}/messages"),
    ] {
        for person in [&ann, &dana] {
            let answer = here.get(&path, Some(person)).await;
            assert!(answer.status.as_u16() < 500, "{path}: {}", answer.status);
        }
    }
    for path in ["/api/v1/me/export", PATH] {
        assert!(here.call("POST", path, Some(&ann), &[], None).await.status.as_u16() < 500, "{path}");
    }
    assert!(here.call("DELETE", PATH, Some(&ann), &[], None).await.status.as_u16() < 500);
    let consult = json!({ "kind": "consultation", "participants": [dana.user_id], "subject": "again" });
    assert!(here.post("/api/v1/rooms", Some(&ann), consult).await.status.as_u16() < 500);
    assert!(here.work().await.iter().all(|done| *done));
}

#[tokio::test]
async fn in_a_room_the_others_words_stay_and_theirs_go() {
    let here = Installation::new();
    let (ann, mut dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    let room = write_everywhere(&here, &ann, &dana).await;
    erased(&here, &ann).await;
    dana = again(&here, "dana@example.org").await;
    for _ in 0..2 {
        let said = here.get(&format!("/api/v1/rooms/{room}/messages"), Some(&dana)).await.expect(200);
        let bodies: Vec<&str> =
            said["items"].as_array().unwrap().iter().map(|item| item["body"].as_str().unwrap()).collect();
        assert_eq!(bodies, ["", "DANA-message"]);
        here.rooms.evict_all();
    }
    let known = here.get(&format!("/api/v1/rooms/{room}"), Some(&dana)).await.expect(200);
    let of_ann = known["participants"].as_array().unwrap().iter().find(|one| one["user_id"] == ann.user_id).unwrap();
    assert_eq!((&known["subject"], &of_ann["name"]), (&json!("[erased]"), &json!("[erased]")));
    let path = format!("/api/v1/rooms/{room}/messages");
    here.post(&path, Some(&dana), json!({ "client_id": "b", "body": "and still here" })).await.expect(201);
}

#[tokio::test]
async fn when_the_last_one_goes_a_room_loses_its_key() {
    let here = Installation::new();
    let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    here.room(&ann, &dana).await;
    erased(&here, &ann).await;
    let dana = again(&here, "dana@example.org").await;
    ask(&here, &dana).await;
    here.clock.advance(14 * DAY_MS);
    sweep(&here).await;
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM rooms WHERE wrapped_key LIKE 'erased.%'").await, 1);
}

#[tokio::test]
async fn with_rooms_down_nothing_is_final_and_it_is_done_later() {
    let here = Installation::new();
    let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    here.room(&ann, &dana).await;
    ask(&here, &ann).await;
    here.clock.advance(14 * DAY_MS);
    here.rooms.set_cut(true);
    sweep(&here).await;
    assert!(here.log.lines().iter().any(|line| line.contains("sweep_failed")));
    again(&here, "ann@example.org").await;
    here.rooms.set_cut(false);
    here.clock.advance(10 * 60_000);
    let (one, other) = (sweep(&here), sweep(&here));
    tokio::join!(one, other);
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'person.erased'").await, 2);
}

#[tokio::test]
async fn the_audit_stays_whole() {
    let here = Installation::new();
    let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    write_everywhere(&here, &ann, &dana).await;
    let before = here.count("SELECT COUNT(*) AS n FROM audit").await;
    erased(&here, &ann).await;
    assert!(here.count("SELECT COUNT(*) AS n FROM audit").await > before);
    let app = App::outside(here.services.clone(), "test");
    let chain = virtual_doctor::audit::verify::chain(&app, &ann.patient_id).await.unwrap();
    assert_eq!((chain.ok, chain.problems), (true, Vec::new()));
}

#[derive(Deserialize)]
struct Archived {
    subject_id: String,
    content_sealed: String,
    kept_until: i64,
}

#[tokio::test]
async fn what_was_signed_is_kept_apart_for_as_long_as_the_law_says() {
    let here = Installation::new();
    let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    write_everywhere(&here, &ann, &dana).await;
    let signed_at = here.services.now().0;
    erased(&here, &ann).await;
    let archived: Vec<Archived> =
        here.rows(Statement::new("SELECT subject_id, content_sealed, kept_until FROM legal_archive")).await;
    assert_eq!(archived.len(), 1);
    let app = App::outside(here.services.clone(), "test");
    let about = format!("legal_archive.content:prescription:{}", archived[0].subject_id);
    let content = archive_keys(&app).open(&about, &archived[0].content_sealed).unwrap();
    let content: Value = serde_json::from_slice(&content).unwrap();
    assert_eq!(content["patient"]["name"], "Name of ann@example.org");
    assert_eq!(content["prescription"]["content"]["items"][0]["instructions"], "MARK-signed");
    assert!(here.services.config.master_keys.open(&about, &archived[0].content_sealed).is_err());
    let years = (archived[0].kept_until - signed_at) / DAY_MS;
    assert!((3652..=3653).contains(&years), "{years}");
    here.clock.advance(archived[0].kept_until - here.services.now().0);
    sweep(&here).await;
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM legal_archive").await, 0);
}

#[tokio::test]
async fn waiting_mails_and_stored_answers_go_with_them_and_nobody_elses() {
    let here = Installation::new();
    let (ann, bob) = (here.sign_up("ann@example.org").await, here.sign_up("bob@example.org").await);
    // Nobody takes the mails: both people's registrations wait, and Ann's erasure.
    ask(&here, &ann).await;
    here.clock.advance(14 * DAY_MS - 1000);
    let (ann, bob) = (again(&here, "ann@example.org").await, (bob, again(&here, "bob@example.org").await).1);
    here.call("POST", "/api/v1/me/export", Some(&ann), &[], None).await.expect(202);
    let consent = json!({ "purpose": "research", "version": "1", "given": true });
    for person in [&ann, &bob] {
        here.post_once("/api/v1/me/consents", person, "k", &consent).await.expect(201);
    }
    here.clock.advance(1000);
    sweep(&here).await;
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM outbox WHERE done_at IS NULL").await, 1);
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM idempotency").await, 1);
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM exports").await, 0);
    drop(here.queue.take());
    here.clock.advance(60_000);
    assert_eq!((here.sweep().await, here.work().await), (1, vec![true]));
    assert_eq!(here.mailer.mails().iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), ["bob@example.org"]);
}

/// Marks of Ann's that must be nowhere in plain.
const MARKS: &[&str] = &["MARK-", "ann@example.org", "Name of ann", "1972-04-05", "DANA-message", "correct horse"];

#[tokio::test]
async fn no_byte_that_is_left_tells_of_them() {
    let path = std::env::temp_dir().join(format!("virtual-doctor-erasure-{}.sqlite", std::process::id()));
    drop(std::fs::remove_file(&path));
    let here = Installation::over(SqliteDatabase::in_file(&path).unwrap(), &[]);
    let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    write_everywhere(&here, &ann, &dana).await;
    here.call("POST", "/api/v1/me/export", Some(&ann), &[], None).await.expect(202);
    here.work().await;
    for (name, path) in [("bad", "/api/v1/assessments"), ("worse", "/api/v1/rooms")] {
        let body = json!({ "text": format!("MARK-{name}"), "MARK-field": "MARK-value" });
        let answer = here.post(path, Some(&ann), body).await;
        assert_eq!(answer.status, 422);
    }
    here.database.set_cut(true);
    let failed = here
        .post("/api/v1/me/consents", Some(&ann), json!({ "purpose": "research", "version": "1", "given": true }))
        .await;
    assert_eq!(failed.status, 503);
    here.database.set_cut(false);
    #[derive(Deserialize)]
    struct Key {
        wrapped_key: String,
    }
    let keys = "SELECT wrapped_key FROM users WHERE id = ?1 UNION ALL SELECT wrapped_key FROM patients WHERE id = ?2";
    let keys: Vec<Key> = here.rows(Statement::new(keys).bind(&ann.user_id).bind(&ann.patient_id)).await;
    let holds = |bytes: &[u8], mark: &str| bytes.windows(mark.len()).any(|window| window == mark.as_bytes());
    let before = std::fs::read(&path).unwrap();
    assert_eq!(keys.iter().filter(|key| holds(&before, &key.wrapped_key)).count(), 2);
    erased(&here, &ann).await;
    let bytes = std::fs::read(&path).unwrap();
    for mark in MARKS {
        assert!(!holds(&bytes, mark), "{mark} is in the database");
        for (name, file) in here.files.all() {
            assert!(!holds(&file, mark) && !name.contains(mark), "{mark} is in {name}");
        }
        for line in here.log.lines() {
            assert!(!line.contains(mark), "{mark} in {line}");
        }
    }
    // Not even the wrapped keys are left in a free part of a page.
    for key in keys {
        assert!(!holds(&bytes, &key.wrapped_key), "a key is left in the database");
    }
    assert!(!here.files.all().keys().any(|name| name.starts_with("exports/")));
    drop(here);
    std::fs::remove_file(&path).unwrap();
}

//! `/api/v1/me/erasure`, and what is left afterwards.

use super::super::support::{Installation, PASSWORD, Person};
use super::marks::{MARK, Marked, OF_ANN, holds};
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
async fn whoever_is_suspended_meanwhile_is_erased_all_the_same() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    ask(&here, &ann).await;
    here.execute("UPDATE users SET suspended_at = 1").await;
    here.clock.advance(14 * DAY_MS);
    sweep(&here).await;
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM erasures WHERE done_at IS NOT NULL").await, 1);
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

/// Files of a folder of this test's own.
fn files(folder: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| (path.display().to_string(), std::fs::read(&path).unwrap())).collect()
}

#[tokio::test]
async fn no_byte_that_is_left_tells_of_them() {
    let folder = std::env::temp_dir().join(format!("virtual-doctor-erasure-{}", std::process::id()));
    drop(std::fs::remove_dir_all(&folder));
    std::fs::create_dir(&folder).unwrap();
    let mut it = Marked::new(Installation::in_folder(&folder)).await;
    it.plant().await;
    it.plant_staff().await;
    let (here, ann) = (&it.here, &it.ann);
    here.call("POST", "/api/v1/me/export", Some(ann), &[], None).await.expect(202);
    here.work().await;
    // Another one waits, beside what waits in the outbox.
    here.call("POST", "/api/v1/me/export", Some(ann), &[], None).await.expect(202);
    assert!(here.files.all().keys().any(|name| name.starts_with("exports/")));
    erased(here, ann).await;
    let mut left = files(&folder);
    assert!(left.len() >= 4, "the database and a file for each room");
    left.extend(
        here.files
            .all()
            .into_iter()
            .flat_map(|(name, bytes)| [(name.clone(), name.clone().into_bytes()), (name, bytes)]),
    );
    left.extend(here.log.lines().into_iter().map(|line| ("the log".to_owned(), line.into_bytes())));
    left.push(("the queue".to_owned(), here.queue.take().concat().into_bytes()));
    println!("{} marked values in {} files, objects and lines", it.marks(), left.len());
    for (name, bytes) in &left {
        for text in [MARK].iter().chain(OF_ANN) {
            assert!(!holds(bytes, text), "{text} is in {name}");
        }
    }
    assert!(!here.files.all().keys().any(|name| name.starts_with("exports/")));
    drop(it);
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Where a row has kept its size, its key has stood in one place only. A row that has changed its size has been
/// elsewhere before, and what is left there opens with the master key of that time alone.
#[tokio::test]
async fn a_key_is_overwritten_where_it_stands() {
    let path = std::env::temp_dir().join(format!("virtual-doctor-erased-keys-{}.sqlite", std::process::id()));
    drop(std::fs::remove_file(&path));
    let here = Installation::over(SqliteDatabase::in_file(&path).unwrap(), &[]);
    let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    write_everywhere(&here, &ann, &dana).await;
    #[derive(Deserialize)]
    struct Key {
        wrapped_key: String,
    }
    let keys = "SELECT wrapped_key FROM users WHERE id = ?1 UNION ALL SELECT wrapped_key FROM patients WHERE id = ?2";
    let keys: Vec<Key> = here.rows(Statement::new(keys).bind(&ann.user_id).bind(&ann.patient_id)).await;
    let found = |bytes: &[u8]| keys.iter().filter(|key| holds(bytes, &key.wrapped_key)).count();
    assert_eq!(found(&std::fs::read(&path).unwrap()), 2);
    erased(&here, &ann).await;
    assert_eq!(found(&std::fs::read(&path).unwrap()), 0);
    drop(here);
    std::fs::remove_file(&path).unwrap();
}

#[tokio::test]
async fn signed_notes_are_kept_apart_with_what_was_added_to_them() {
    let mut it = Marked::new(Installation::new()).await;
    it.plant().await;
    erased(&it.here, &it.ann).await;
    #[derive(Deserialize)]
    struct Kept {
        kind: String,
        subject_id: String,
        content_sealed: String,
        kept_until: i64,
    }
    let select = "SELECT kind, subject_id, content_sealed, kept_until FROM legal_archive ORDER BY kind";
    let kept: Vec<Kept> = it.here.rows(Statement::new(select)).await;
    let kinds: Vec<&str> = kept.iter().map(|row| row.kind.as_str()).collect();
    assert_eq!(kinds, ["prescription", "visit_note", "visit_note_amendment"]);
    let app = App::outside(it.here.services.clone(), "test");
    let opened: Vec<Value> = kept
        .iter()
        .map(|row| {
            let about = format!("legal_archive.content:{}:{}", row.kind, row.subject_id);
            serde_json::from_slice(&archive_keys(&app).open(&about, &row.content_sealed).unwrap()).unwrap()
        })
        .collect();
    let (note, added) = (&opened[1]["visit_note"], &opened[2]["visit_note_amendment"]);
    for member in ["subjective", "objective", "assessment", "plan"] {
        assert!(holds(note["content"][member].as_str().unwrap().as_bytes(), MARK), "{note}");
    }
    assert!(holds(added["text"].as_str().unwrap().as_bytes(), MARK), "{added}");
    assert_eq!((&added["encounter_id"], &added["author_id"]), (&note["id"], &json!(it.dana.user_id)));
    assert!(note["signature"].is_string() && added["signature"].is_string());
    assert_eq!(kept[1].kept_until, kept[2].kept_until);
}

#[tokio::test]
async fn who_waited_in_a_queue_or_asked_for_something_is_out_of_it_and_nothing_fails() {
    let mut it = Marked::new(Installation::new()).await;
    it.plant().await;
    it.plant_staff().await;
    let bob = it.here.sign_up("bob@example.org").await;
    let ask = json!({ "email": "bob@example.org" });
    it.here.post("/api/v1/access-requests", Some(&it.ann), ask).await.expect(202);
    let queue = format!("/api/v1/organizations/{}/queue", it.clinic);
    assert_eq!(it.here.get(&queue, Some(&it.dana)).await.expect(200)["counts"]["total"], 1);
    ask_both(&it).await;
    for email in ["bob@example.org", "otto@example.org", "adam@example.org", "olga@example.org"] {
        let person = again(&it.here, email).await;
        for (path, known) in gets(&it, &bob) {
            let answer = it.here.get(&path, Some(&person)).await;
            assert!(answer.status.as_u16() < 500, "{email} {path} of {known}: {}", answer.text);
        }
    }
    let adam = again(&it.here, "adam@example.org").await;
    assert_eq!(it.here.get(&queue, Some(&adam)).await.expect(200)["counts"]["total"], 0);
    let olga = again(&it.here, "olga@example.org").await;
    for act in ["suspend", "reinstate"] {
        let path = format!("/api/v1/users/{}/{act}", it.ann.user_id);
        it.here.post(&path, Some(&olga), json!({ "reason": "once more" })).await.problem(404, "not-found");
    }
    for left in [
        "SELECT COUNT(*) AS n FROM visit_queue",
        "SELECT COUNT(*) AS n FROM access_requests",
        "SELECT COUNT(*) AS n FROM visits WHERE status IN ('requested', 'in_progress')",
        "SELECT COUNT(*) AS n FROM email_changes",
        "SELECT COUNT(*) AS n FROM practitioner_profiles",
    ] {
        assert_eq!(it.here.count(left).await, 0, "{left}");
    }
}

/// Ann is erased, and her doctor is too.
async fn ask_both(it: &Marked) {
    for person in [&it.ann, &it.dana] {
        ask(&it.here, person).await;
    }
    it.here.clock.advance(14 * DAY_MS);
    sweep(&it.here).await;
    assert_eq!(it.here.count("SELECT COUNT(*) AS n FROM erasures WHERE done_at IS NOT NULL").await, 2);
}

/// Every path of the document that can be read, with ids of what there was.
fn gets(it: &Marked, bob: &Person) -> Vec<(String, String)> {
    let document = virtual_doctor::openapi::document();
    let known = [&it.ann.patient_id, &it.ann.user_id, &it.room, &it.clinic, &bob.patient_id];
    let mut all = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for id in known.iter().filter(|_| !operations["get"].is_null()) {
            let mut path = path.replace("{kind}", "problems").replace("{id}", id);
            while let (Some(from), Some(to)) = (path.find('{'), path.find('}')) {
                path.replace_range(from..=to, id);
            }
            for query in ["".to_owned(), format!("?patient_id={id}")] {
                all.push((format!("{path}{query}"), (*id).clone()));
            }
        }
    }
    all
}

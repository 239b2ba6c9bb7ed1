//! The audit: what is recorded, who sees it, and that it shows when somebody changes it.

use super::support::{Installation, PASSWORD, Person};
use serde::Deserialize;
use serde_json::{Value, json};
use virtual_doctor::audit::{self, Entry, seal};
use virtual_doctor::id::Id;
use virtual_doctor::platform::{Database, Files, Statement};
use virtual_doctor::services::App;

const VERIFY: &str = "/api/v1/operations/audit/verify";
const MINUTE_MS: i64 = 60_000;

fn app(here: &Installation) -> App {
    App::outside(here.services.clone(), "test")
}

async fn record(here: &Installation, patient: &Person, action: &'static str) {
    let patient_id = Id::parse(&patient.patient_id);
    let entry = Entry { patient_id, actor_id: None, action, subject_id: None };
    here.database.query(audit::record(&app(here), entry).unwrap()).await.unwrap();
}

/// A patient whose chain has these many rows, sealed, with a checkpoint.
async fn chain(rows: usize) -> (Installation, Person) {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    // Registering was the first.
    for _ in 1..rows {
        here.clock.advance(1);
        record(&here, &ann, "test.done").await;
    }
    seal::rows(&app(&here)).await.unwrap();
    seal::checkpoints(&app(&here)).await.unwrap();
    (here, ann)
}

async fn verify(here: &Installation, person: &Person) -> Value {
    here.post(VERIFY, Some(person), json!({ "patient_id": person.patient_id })).await.expect(200)
}

/// Runs SQL on Ann's chain as somebody who owns the database: `?1` is the patient.
async fn tamper(here: &Installation, ann: &Person, statements: &[&'static str]) {
    for trigger in ["DROP TRIGGER IF EXISTS audit_rows_stay", "DROP TRIGGER IF EXISTS audit_rows_are_kept"] {
        here.database.query(Statement::new(trigger)).await.unwrap();
    }
    for sql in statements {
        here.database.query(Statement::new(sql).bind(&ann.patient_id)).await.unwrap();
    }
}

fn kinds(verification: &Value) -> Vec<(String, i64)> {
    let problems = verification["problems"].as_array().unwrap().iter();
    problems
        .map(|problem| (problem["kind"].as_str().unwrap().to_owned(), problem["sequence"].as_i64().unwrap_or(-1)))
        .collect()
}

#[derive(Debug, Deserialize, PartialEq)]
struct Sealed {
    id: String,
    sequence: i64,
}

async fn sealed(here: &Installation, ann: &Person) -> Vec<Sealed> {
    let select = Statement::new("SELECT id, sequence FROM audit WHERE chain = ?1 ORDER BY sequence");
    here.rows(select.bind(&ann.patient_id)).await
}

#[tokio::test]
async fn an_untouched_chain_is_whole() {
    let (here, ann) = chain(5).await;
    let whole = verify(&here, &ann).await;
    assert_eq!((&whole["ok"], &whole["checked"], &whole["problems"]), (&json!(true), &json!(5), &json!([])));
}

#[tokio::test]
async fn sealing_again_changes_nothing_and_twins_seal_once() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    for _ in 0..250 {
        record(&here, &ann, "test.done").await;
    }
    let (one, other) = (app(&here), app(&here));
    let (first, second) = tokio::join!(seal::rows(&one), seal::rows(&other));
    assert!(first.unwrap() + second.unwrap() <= 253);
    while seal::rows(&one).await.unwrap() > 0 {}
    let places: Vec<i64> = sealed(&here, &ann).await.iter().map(|row| row.sequence).collect();
    assert_eq!(places, (1..=251).collect::<Vec<_>>());
    assert_eq!(seal::rows(&one).await.unwrap(), 0);
    assert_eq!(verify(&here, &ann).await["ok"], true);
}

#[tokio::test]
async fn one_run_seals_a_bounded_number_of_rows() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    for _ in 0..1100 {
        record(&here, &ann, "test.done").await;
    }
    assert_eq!(seal::rows(&app(&here)).await.unwrap(), 1000);
    assert!(here.count("SELECT COUNT(*) AS n FROM audit WHERE hash IS NULL").await > 0);
}

#[tokio::test]
async fn a_row_with_an_older_id_that_commits_late_stands_behind_what_was_sealed() {
    let (here, ann) = chain(3).await;
    let late = Statement::new(
        "INSERT INTO audit (id, patient_id, action, request_id, at) VALUES ('00000000-0000-7000-8000-000000000000', ?1, 'test.late', 'r', 5)",
    );
    here.database.query(late.bind(&ann.patient_id)).await.unwrap();
    seal::rows(&app(&here)).await.unwrap();
    let rows = sealed(&here, &ann).await;
    assert_eq!((rows.len(), rows[3].id.starts_with("00000000")), (4, true));
    assert_eq!(verify(&here, &ann).await["ok"], true);
}

#[tokio::test]
async fn rows_of_nobodys_record_are_a_chain_a_day() {
    let here = Installation::new();
    here.operator("operator@example.org").await;
    here.clock.advance(24 * 60 * MINUTE_MS);
    here.post("/api/v1/auth/login", None, json!({ "email": "eve@example.org", "password": "not a password" })).await;
    seal::rows(&app(&here)).await.unwrap();
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM audit_chains WHERE id LIKE 'day-%'").await, 2);
    // Tokens last 15 minutes.
    let operator = here.sign_in("operator@example.org", PASSWORD).await;
    assert_eq!(here.post(VERIFY, Some(&operator), json!({})).await.expect(200)["ok"], true);
}

#[tokio::test]
async fn a_changed_column_is_found_whichever_it_is() {
    for sql in [
        "UPDATE audit SET action = 'x.y' WHERE chain = ?1 AND sequence = 3",
        "UPDATE audit SET actor_id = 'somebody else' WHERE chain = ?1 AND sequence = 3",
        "UPDATE audit SET subject_id = 'another' WHERE chain = ?1 AND sequence = 3",
        "UPDATE audit SET request_id = 'r9' WHERE chain = ?1 AND sequence = 3",
        "UPDATE audit SET at = at + 1 WHERE chain = ?1 AND sequence = 3",
        "UPDATE audit SET id = 'x' WHERE chain = ?1 AND sequence = 3",
    ] {
        let (here, ann) = chain(5).await;
        tamper(&here, &ann, &[sql]).await;
        assert_eq!(kinds(&verify(&here, &ann).await), [("changed".to_owned(), 3)], "{sql}");
    }
}

#[tokio::test]
async fn a_removed_row_is_found_wherever_it_stood() {
    let (here, ann) = chain(5).await;
    tamper(&here, &ann, &["DELETE FROM audit WHERE chain = ?1 AND sequence = 3"]).await;
    assert_eq!(kinds(&verify(&here, &ann).await), [("removed".to_owned(), 3)]);
    tamper(&here, &ann, &["DELETE FROM audit WHERE chain = ?1 AND sequence = 1"]).await;
    assert_eq!(kinds(&verify(&here, &ann).await), [("removed".to_owned(), 1), ("removed".to_owned(), 3)]);
    let (here, ann) = chain(5).await;
    // Moved to another chain it is missing here, and wrong there.
    tamper(&here, &ann, &["UPDATE audit SET patient_id = NULL WHERE patient_id = ?1 AND sequence = 2"]).await;
    assert_eq!(kinds(&verify(&here, &ann).await), [("removed".to_owned(), 2)]);
}

#[tokio::test]
async fn rows_in_another_order_are_found() {
    let (here, ann) = chain(5).await;
    let swap = "UPDATE audit SET sequence = 5 - sequence WHERE chain = ?1 AND sequence IN (2, 3)";
    tamper(&here, &ann, &[swap]).await;
    assert_eq!(kinds(&verify(&here, &ann).await), [("reordered".to_owned(), 2), ("reordered".to_owned(), 3)]);
}

#[tokio::test]
async fn a_tail_that_was_cut_off_is_found_by_the_head_and_by_the_checkpoint() {
    let (here, ann) = chain(5).await;
    tamper(&here, &ann, &["DELETE FROM audit WHERE chain = ?1 AND sequence > 3"]).await;
    assert_eq!(kinds(&verify(&here, &ann).await), [("truncated".to_owned(), 4)]);
    // The head made to fit: only what is kept apart from the database still tells.
    let head = "UPDATE audit_chains SET sequence = 3, hash = (SELECT hash FROM audit WHERE chain = ?1 AND sequence = 3) WHERE id = ?1";
    tamper(&here, &ann, &[head]).await;
    assert_eq!(kinds(&verify(&here, &ann).await), [("truncated".to_owned(), 4)]);
    // And it does so when the chain has grown again.
    for _ in 0..5 {
        record(&here, &ann, "test.done").await;
    }
    here.clock.advance(10 * MINUTE_MS);
    seal::rows(&app(&here)).await.unwrap();
    seal::checkpoints(&app(&here)).await.unwrap();
    assert_eq!(kinds(&verify(&here, &ann).await), [("truncated".to_owned(), 5)]);
}

#[tokio::test]
async fn a_chain_that_is_gone_altogether_is_found_by_its_checkpoint() {
    let (here, ann) = chain(3).await;
    let operator = here.operator("operator@example.org").await;
    tamper(&here, &ann, &["DELETE FROM audit WHERE chain = ?1", "DELETE FROM audit_chains WHERE id = ?1"]).await;
    let all = here.post(VERIFY, Some(&operator), json!({})).await.expect(200);
    assert_eq!(kinds(&all), [("truncated".to_owned(), 1)]);
}

#[tokio::test]
async fn a_forged_checkpoint_is_found() {
    let (here, ann) = chain(3).await;
    let name = format!("audit/{}/000000000003", ann.patient_id);
    let text = String::from_utf8(here.files.get(&name).await.unwrap().unwrap()).unwrap();
    here.files.put(&name, text.replace("\"count\":3", "\"count\":2").as_bytes()).await.unwrap();
    assert_eq!(kinds(&verify(&here, &ann).await), [("changed".to_owned(), 3)]);
}

#[tokio::test]
async fn a_row_that_is_not_sealed_in_time_is_found() {
    let (here, ann) = chain(3).await;
    record(&here, &ann, "test.done").await;
    assert_eq!(verify(&here, &ann).await["ok"], true);
    here.clock.advance(10 * MINUTE_MS);
    assert_eq!(kinds(&verify(&here, &ann).await), [("unsealed".to_owned(), -1)]);
}

#[tokio::test]
async fn rows_are_only_added() {
    let (here, _) = chain(3).await;
    for sql in [
        "UPDATE audit SET action = 'x.y'",
        "UPDATE audit SET hash = NULL",
        "UPDATE audit SET sequence = 7",
        "DELETE FROM audit",
        "REPLACE INTO audit (id, action, request_id, at) SELECT id, 'x.y', request_id, at FROM audit",
        "INSERT INTO audit (id, action, request_id, at, sequence, hash) VALUES ('x', 'x.y', 'r', 0, 1, 'k1.x')",
    ] {
        assert!(here.database.query(Statement::new(sql)).await.is_err(), "{sql}");
    }
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'x.y'").await, 0);
}

#[tokio::test]
async fn with_the_database_cut_off_sealing_fails_and_goes_on_later() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    here.database.set_cut(true);
    assert!(seal::rows(&app(&here)).await.is_err());
    here.database.set_cut(false);
    here.files.set_broken(true);
    seal::rows(&app(&here)).await.unwrap();
    assert!(seal::checkpoints(&app(&here)).await.is_err());
    here.files.set_broken(false);
    assert!(seal::checkpoints(&app(&here)).await.unwrap() > 0);
    assert_eq!(seal::checkpoints(&app(&here)).await.unwrap(), 0);
    assert_eq!(verify(&here, &ann).await["ok"], true);
}

#[tokio::test]
async fn a_chain_is_verified_by_the_patients_people_and_by_operators() {
    let (here, ann) = chain(3).await;
    let (bob, dana) = (here.sign_up("bob@example.org").await, here.doctor("dana@example.org").await);
    here.room(&ann, &dana).await;
    let operator = here.operator("operator@example.org").await;
    let hers = || json!({ "patient_id": ann.patient_id });
    here.post(VERIFY, Some(&operator), hers()).await.expect(200);
    here.post(VERIFY, Some(&dana), hers()).await.problem(403, "forbidden");
    here.post(VERIFY, Some(&bob), hers()).await.problem(404, "not-found");
    here.post(VERIFY, Some(&ann), json!({})).await.problem(403, "forbidden");
    here.post(VERIFY, None, hers()).await.problem(401, "unauthenticated");
    let bad = json!({ "patient_id": "x", "cursor": 5, "all": true });
    assert_eq!(here.post(VERIFY, Some(&operator), bad).await.invalid(), ["/all", "/cursor", "/patient_id"]);
    here.post(VERIFY, Some(&operator), json!({ "cursor": "x" })).await.problem(422, "invalid");
}

#[tokio::test]
async fn all_chains_are_verified_in_pages() {
    let here = Installation::new();
    let operator = here.operator("operator@example.org").await;
    for n in 0..30 {
        here.sign_up(&format!("p{n}@example.org")).await;
    }
    seal::rows(&app(&here)).await.unwrap();
    let first = here.post(VERIFY, Some(&operator), json!({})).await.expect(200);
    let rest = here.post(VERIFY, Some(&operator), json!({ "cursor": first["next_cursor"] })).await.expect(200);
    assert_eq!((&first["ok"], &rest["ok"], &rest["next_cursor"]), (&json!(true), &json!(true), &Value::Null));
    let checked = first["checked"].as_i64().unwrap() + rest["checked"].as_i64().unwrap();
    assert_eq!(checked, here.count("SELECT COUNT(*) AS n FROM audit WHERE hash IS NOT NULL").await);
}

/// Acts of a patient's access log, oldest first, with who did them.
async fn log(here: &Installation, ann: &Person) -> Vec<(String, String)> {
    let path = format!("/api/v1/patients/{}/audit?limit=100", ann.patient_id);
    let page = here.get(&path, Some(ann)).await.expect(200);
    let items = page["items"].as_array().unwrap().iter().rev();
    items
        .map(|item| {
            let role = item["actor"]["role"].as_str().unwrap_or("nobody");
            (item["act"].as_str().unwrap().to_owned(), role.to_owned())
        })
        .collect()
}

#[tokio::test]
async fn whoever_opens_changes_or_is_refused_a_record_is_in_its_log() {
    let here = Installation::new();
    let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    let bob = here.sign_up("bob@example.org").await;
    let room = here.room(&ann, &dana).await;
    let assess =
        json!({ "patient": { "age_years": 54, "sex": "female" }, "text": "a cough", "patient_id": ann.patient_id });
    let assessment = here.post("/api/v1/assessments", Some(&ann), assess).await.expect(201);
    let assessment = format!("/api/v1/assessments/{}", assessment["id"].as_str().unwrap());
    let items = json!([{ "medicine_id": "amoxicillin", "dose": { "value": 500, "unit": "mg" }, "as_needed": true }]);
    let body = json!({ "patient_id": ann.patient_id, "items": items });
    let draft = here.post("/api/v1/prescriptions", Some(&dana), body.clone()).await.expect(201);
    let draft = format!("/api/v1/prescriptions/{}", draft["id"].as_str().unwrap());
    let lists = ["assessments", "prescriptions"].map(|kind| format!("/api/v1/{kind}?patient_id={}", ann.patient_id));
    for path in [&assessment, &draft, &lists[0], &lists[1], &format!("/api/v1/rooms/{room}")] {
        here.clock.advance(1);
        here.get(path, Some(&dana)).await.expect(200);
        here.clock.advance(1);
        here.get(path, Some(&bob)).await.problem(404, "not-found");
    }
    here.clock.advance(1);
    here.post("/api/v1/prescriptions", Some(&ann), body).await.problem(403, "forbidden");
    here.clock.advance(1);
    let expected = [
        ("user.registered", "patient"),
        ("room.opened", "patient"),
        ("assessment.made", "patient"),
        ("record.used_in_check", "doctor"),
        ("prescription.drafted", "doctor"),
        ("assessment.read", "doctor"),
        ("record.refused", "patient"),
        ("prescription.read", "doctor"),
        ("record.refused", "patient"),
        ("assessment.listed", "doctor"),
        ("record.refused", "patient"),
        ("prescription.listed", "doctor"),
        ("record.refused", "patient"),
        ("room.read", "doctor"),
        ("record.refused", "patient"),
        ("record.refused", "patient"),
    ];
    let mut found = log(&here, &ann).await;
    let mut expected = expected.map(|(act, role)| (act.to_owned(), role.to_owned()));
    // The first five are of the same millisecond.
    found[..5].sort();
    expected[..5].sort();
    assert_eq!(found, expected);
    here.clock.advance(1);
    // That the log was read is in it as well, with a name.
    let page = here.get(&format!("/api/v1/patients/{}/audit?limit=1", ann.patient_id), Some(&ann)).await.expect(200);
    assert_eq!(
        (&page["items"][0]["act"], &page["items"][0]["actor"]["name"]),
        (&json!("audit.read"), &json!("Name of ann@example.org"))
    );
    assert!(page["next_cursor"].is_string());
}

#[tokio::test]
async fn reading_costs_the_round_trips_that_it_did() {
    let here = Installation::new();
    let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    let room = here.room(&ann, &dana).await;
    let assess =
        json!({ "patient": { "age_years": 54, "sex": "female" }, "text": "a cough", "patient_id": ann.patient_id });
    let assessment = here.post("/api/v1/assessments", Some(&ann), assess).await.expect(201);
    let paths = [
        (format!("/api/v1/assessments/{}", assessment["id"].as_str().unwrap()), 2),
        (format!("/api/v1/assessments?patient_id={}", ann.patient_id), 2),
        (format!("/api/v1/prescriptions?patient_id={}", ann.patient_id), 2),
        (format!("/api/v1/rooms/{room}"), 1),
    ];
    for (at, (path, calls)) in paths.iter().enumerate() {
        let id = format!("r{at}");
        here.call("GET", path, Some(&ann), &[("x-request-id", &id)], None).await.expect(200);
        assert_eq!(here.logged(&id)["database_calls"], *calls, "{path}");
    }
}

#[tokio::test]
async fn the_log_is_for_those_who_act_for_the_patient() {
    let here = Installation::new();
    let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    let (bob, operator) = (here.sign_up("bob@example.org").await, here.operator("operator@example.org").await);
    here.room(&ann, &dana).await;
    let path = format!("/api/v1/patients/{}/audit", ann.patient_id);
    here.get(&path, Some(&dana)).await.problem(403, "forbidden");
    for person in [&bob, &operator] {
        here.get(&path, Some(person)).await.problem(404, "not-found");
    }
    here.get(&path, None).await.problem(401, "unauthenticated");
    here.get("/api/v1/patients/x/audit", Some(&ann)).await.problem(404, "not-found");
    here.get(&format!("{path}?limit=0"), Some(&ann)).await.problem(422, "invalid");
}

#[tokio::test]
async fn refused_sign_ins_are_recorded_with_whom_they_were_about() {
    let here = Installation::with(&[("VERIFY_EMAIL", "off")]);
    let ann = here.sign_up("ann@example.org").await;
    here.post("/api/v1/auth/login", None, json!({ "email": "ann@example.org", "password": "a wrong one" })).await;
    here.post("/api/v1/auth/login", None, json!({ "email": "no@example.org", "password": "a wrong one" })).await;
    here.call("POST", "/api/v1/auth/logout", Some(&ann), &[], None).await;
    here.post("/api/v1/auth/refresh", None, json!({ "refresh_token": ann.refresh }))
        .await
        .problem(401, "session-ended");
    let refused = "SELECT COUNT(*) AS n FROM audit WHERE action = 'session.refused'";
    assert_eq!(here.count(refused).await, 3);
    let about_ann =
        "SELECT COUNT(*) AS n FROM audit WHERE action = 'session.refused' AND subject_id IN (SELECT id FROM users)";
    assert_eq!(here.count(about_ann).await, 1);
    let of_session =
        "SELECT COUNT(*) AS n FROM audit WHERE action = 'session.refused' AND subject_id IN (SELECT id FROM sessions)";
    assert_eq!(here.count(of_session).await, 1);
}

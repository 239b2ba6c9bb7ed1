//! `/api/v1/me/export` and `/api/v1/me/exports`

use super::super::support::{Installation, Person, request};
use super::marks::{MARK, Marked, OF_ANN, holds};
use super::{DAY_MS, again, sweep, write_everywhere};
use serde_json::{Value, json};

async fn made(here: &Installation, ann: &Person) -> String {
    let asked = here.call("POST", "/api/v1/me/export", Some(ann), &[], None).await;
    let path = asked.header("location").to_owned();
    assert_eq!(asked.expect(202)["status"], "pending");
    assert!(here.work().await.iter().all(|done| *done));
    path
}

#[tokio::test]
async fn it_holds_what_is_held() {
    let here = Installation::new();
    let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    write_everywhere(&here, &ann, &dana).await;
    let path = made(&here, &ann).await;
    let answer = here.get(&path, Some(&ann)).await;
    assert!(answer.header("content-disposition").starts_with("attachment"));
    let copy = answer.expect(200);
    assert_eq!(copy["user"]["account"][0]["email"], "ann@example.org");
    assert_eq!(copy["user"]["account"][0]["name"], "Name of ann@example.org");
    assert_eq!(copy["patients"][0]["patient"][0]["birth_date"], "1972-04-05");
    assert_eq!(copy["patients"][0]["prescriptions"].as_array().unwrap().len(), 2);
    assert_eq!(copy["user"]["consents"][0]["purpose"], "research");
    assert!(!copy["user"]["sessions"].as_array().unwrap().is_empty());
    assert!(!copy["patients"][0]["audit"].as_array().unwrap().is_empty());
    assert_eq!(copy["rooms"][0]["messages"][0]["body"], "MARK-message");
    let text = copy.to_string();
    for mark in
        ["MARK-subject", "MARK-message", "MARK-text", "MARK-condition", "MARK-draft", "MARK-signed", "DANA-message"]
    {
        assert!(text.contains(mark), "{mark}");
    }
    for secret in ["wrapped_key", "password", "argon2", "_sealed"] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn every_text_that_was_written_of_somebody_is_in_it() {
    let mut it = Marked::new(Installation::new()).await;
    it.plant().await;
    it.plant_staff().await;
    let path = made(&it.here, &it.ann).await;
    let copy = it.here.get(&path, Some(&it.ann)).await.expect(200);
    let of_ann = &copy["patients"][0];
    for (kind, rows) in [
        ("record", 8),
        ("record_versions", 8),
        ("visits", 2),
        ("visit_notes", 1),
        ("visit_note_amendments", 1),
        ("waiting", 1),
        ("opened_in_emergency", 1),
        ("assessments", 1),
        ("prescriptions", 2),
    ] {
        assert_eq!(of_ann[kind].as_array().unwrap().len(), rows, "{kind}");
    }
    assert_eq!(of_ann["patient"][0]["profile"]["emergency_contact"]["phone"], OF_ANN[2]);
    assert!(holds(copy["user"]["changes_of_address"][0]["email"].as_str().unwrap().as_bytes(), MARK));
    // The doctor's copy has her own practice, and nothing of the patient's record.
    let path = made(&it.here, &it.dana).await;
    let doctors = it.here.get(&path, Some(&it.dana)).await.expect(200);
    assert!(holds(doctors["user"]["practitioner"][0].to_string().as_bytes(), MARK));
    assert!(doctors["user"]["licences"].as_array().unwrap().iter().any(|one| one["country"] == "FR"));
    assert_eq!(doctors["user"]["duty"][0]["is_on"], 1);
    assert!(!doctors["patients"].to_string().contains("acute"));
    for secret in ["wrapped_key", "argon2", "_sealed", "_hash", "erased."] {
        assert!(!copy.to_string().contains(secret) && !doctors.to_string().contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_guardian_has_the_childs_too_which_its_log_tells_and_not_once_they_are_of_age() {
    let here = Installation::new();
    let pam = here.sign_up("pam@example.org").await;
    let kim = json!({ "name": "Kim Little", "birth_date": "2008-12-24", "relation": "child" });
    let kim = here.post("/api/v1/patients", Some(&pam), kim).await.expect(201);
    let path = made(&here, &pam).await;
    let copy = here.get(&path, Some(&pam)).await.expect(200);
    assert_eq!(copy["patients"].as_array().unwrap().len(), 2);
    assert!(copy["patients"].to_string().contains("Kim Little"));
    let log =
        here.get(&format!("/api/v1/patients/{}/audit", kim["id"].as_str().unwrap()), Some(&pam)).await.expect(200);
    assert!(log["items"].as_array().unwrap().iter().any(|row| row["act"] == "record.exported"), "{log}");
    here.clock.advance(60 * DAY_MS);
    let pam = again(&here, "pam@example.org").await;
    let path = made(&here, &pam).await;
    let copy = here.get(&path, Some(&pam)).await.expect(200);
    assert!(!copy["patients"].to_string().contains("Kim Little"));
}

#[tokio::test]
async fn the_file_is_sealed_and_nobody_elses() {
    let here = Installation::new();
    let (ann, bob) = (here.sign_up("ann@example.org").await, here.sign_up("bob@example.org").await);
    let path = made(&here, &ann).await;
    for (name, bytes) in here.files.all() {
        assert!(!String::from_utf8_lossy(&bytes).contains("example.org"), "{name}");
    }
    here.get(&path, Some(&bob)).await.problem(404, "not-found");
    here.get(&path, None).await.problem(401, "unauthenticated");
    here.get("/api/v1/me/exports/x", Some(&ann)).await.problem(404, "not-found");
    assert_eq!(here.get("/api/v1/me/exports", Some(&bob)).await.expect(200)["items"], json!([]));
    assert_eq!(here.get("/api/v1/me/exports", Some(&ann)).await.expect(200)["items"][0]["status"], "ready");
    here.get(&path, Some(&ann)).await.expect(200);
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'export.fetched'").await, 1);
}

#[tokio::test]
async fn asking_at_once_is_asking_once() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    let twins = (0..5).map(|_| request("POST", "/api/v1/me/export", Some(&ann), &[], None));
    let ids: Vec<Value> =
        here.at_once(twins).await.into_iter().map(|answer| answer.expect(202)["id"].clone()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let path = format!("/api/v1/me/exports/{}", ids[0].as_str().unwrap());
    here.get(&path, Some(&ann)).await.problem(409, "conflict");
    here.work().await;
    here.get(&path, Some(&ann)).await.expect(200);
    assert_ne!(made(&here, &ann).await, path);
}

#[tokio::test]
async fn it_expires_and_its_file_goes() {
    let here = Installation::new();
    let mut ann = here.sign_up("ann@example.org").await;
    let path = made(&here, &ann).await;
    here.clock.advance(7 * DAY_MS - 1);
    ann = again(&here, "ann@example.org").await;
    here.get(&path, Some(&ann)).await.expect(200);
    here.clock.advance(1);
    here.get(&path, Some(&ann)).await.problem(404, "not-found");
    sweep(&here).await;
    assert!(!here.files.all().keys().any(|name| name.starts_with("exports/")));
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM exports").await, 0);
}

#[tokio::test]
async fn with_the_files_down_it_is_made_later_and_with_a_room_down_it_says_so() {
    let here = Installation::new();
    let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    here.room(&ann, &dana).await;
    here.work().await;
    here.files.set_broken(true);
    here.call("POST", "/api/v1/me/export", Some(&ann), &[], None).await.expect(202);
    assert_eq!(here.work().await, [false]);
    here.files.set_broken(false);
    here.rooms.set_cut(true);
    // The longest wait after a first failure.
    here.clock.advance(60_000);
    assert_eq!((here.sweep().await, here.work().await), (1, vec![true]));
    let id = here.get("/api/v1/me/exports", Some(&ann)).await.expect(200)["items"][0]["id"].clone();
    let copy = here.get(&format!("/api/v1/me/exports/{}", id.as_str().unwrap()), Some(&ann)).await.expect(200);
    assert_eq!((&copy["rooms"][0]["messages"], &copy["rooms"][0]["unavailable"]), (&Value::Null, &json!(true)));
}

#[tokio::test]
async fn whoever_is_suspended_fetches_nothing_at_once() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    let path = made(&here, &ann).await;
    here.get(&path, Some(&ann)).await.expect(200);
    here.execute("UPDATE users SET suspended_at = 1").await;
    here.get(&path, Some(&ann)).await.problem(404, "not-found");
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'export.fetched'").await, 1);
}

//! What callers see when a host fails: next to nothing, and what the log knows.

use super::super::support::{Installation, PASSWORD};
use serde_json::json;

#[tokio::test]
async fn without_its_database_it_asks_for_patience_and_then_goes_on() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    here.database.set_cut(true);
    for (method, path, body) in [
        ("GET", "/api/v1/me", None),
        ("GET", "/api/v1/rooms", None),
        ("POST", "/api/v1/assessments", Some(json!({ "patient": { "age_years": 1, "sex": "male" }, "text": "fever" }))),
        ("POST", "/api/v1/auth/login", Some(json!({ "email": "ann@example.org", "password": PASSWORD }))),
    ] {
        let answer = here.call(method, path, Some(&ann), &[], body).await;
        assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0, "{path}");
        assert!(!answer.text.contains("cut off"), "{}", answer.text);
        let problem = answer.problem(503, "unavailable");
        assert!(problem["detail"].is_null());
    }
    here.database.set_cut(false);
    here.get("/api/v1/me", Some(&ann)).await.expect(200);
}

#[tokio::test]
async fn the_process_is_alive_without_its_database_but_not_ready() {
    let here = Installation::new();
    assert_eq!(here.get("/ready", None).await.expect(200)["status"], "ok");
    here.database.set_cut(true);
    let health = here.get("/health", None).await.expect(200);
    assert_eq!(health["status"], "ok");
    assert!(health["knowledge_version"].as_str().unwrap().starts_with("k-"));
    let ready = here.get("/ready", None).await.expect(503);
    assert_eq!(ready["status"], "unavailable");
    let states: Vec<_> = ready["dependencies"].as_array().unwrap().iter().map(|d| (&d["name"], &d["ok"])).collect();
    assert_eq!(states, [(&json!("database"), &json!(false)), (&json!("cache"), &json!(true))]);
    here.database.set_cut(false);
    here.get("/ready", None).await.expect(200);
}

#[tokio::test]
async fn what_needs_no_database_goes_on_without_it() {
    let here = Installation::new();
    here.database.set_cut(true);
    here.get("/api/v1/medicines?search=warfarin", None).await.expect(200);
    here.get("/api/v1/conditions", None).await.expect(200);
    here.post("/api/v1/medicines/check", None, json!({ "medicines": [{ "name": "warfarin" }] })).await.expect(200);
}

#[tokio::test]
async fn a_failure_says_nothing_but_its_request_id_and_is_logged_under_it() {
    let here = Installation::new();
    let answer = here.call("POST", "/dev/failure", None, &[("x-request-id", "r1")], None).await;
    assert!(!answer.text.contains("5ecr3t"), "{}", answer.text);
    let problem = answer.problem(500, "internal");
    let names: Vec<&String> = problem.as_object().unwrap().keys().collect();
    assert_eq!(names, ["instance", "request_id", "status", "title", "type"]);
    let line = here.logged("r1");
    assert_eq!((&line["level"], &line["status"]), (&json!("error"), &json!(500)));
    assert!(line["cause"].as_str().unwrap().contains("5ecr3t"));
}

#[tokio::test]
async fn a_value_that_somebody_changed_in_storage_does_not_open() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    // Ids are in the order of time.
    here.clock.advance(1);
    here.sign_up("eve@example.org").await;
    // Moved from another row, so it was sealed by us, but not for this place.
    here.execute(
        "UPDATE users SET name_sealed = (SELECT name_sealed FROM users ORDER BY id DESC LIMIT 1)
         WHERE id = (SELECT id FROM users ORDER BY id LIMIT 1)",
    )
    .await;
    let answer = here.call("GET", "/api/v1/me", Some(&ann), &[("x-request-id", "r1")], None).await;
    answer.problem(500, "internal");
    assert!(here.logged("r1")["cause"].as_str().unwrap().contains("users.name"));
}

#[tokio::test]
async fn a_queue_that_is_down_loses_no_account() {
    let here = Installation::new();
    here.queue.set_broken(true);
    here.sign_up("ann@example.org").await;
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM outbox WHERE done_at IS NULL").await, 1);
}

//! The log: one structured line a request, and no personal data.

use super::super::support::{Installation, PASSWORD};
use serde_json::{Value, json};

#[tokio::test]
async fn a_request_is_one_line() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    let before = here.log.lines().len();
    here.call("GET", "/api/v1/me?x=1", Some(&ann), &[("x-request-id", "r1")], None).await.expect(200);
    assert_eq!(here.log.lines().len(), before + 1);
    let line = here.logged("r1");
    assert_eq!(line["level"], "info");
    assert_eq!((&line["method"], &line["route"], &line["status"]), (&json!("GET"), &json!("/api/v1/me"), &json!(200)));
    // The session, and the account.
    assert_eq!(line["database_calls"], 2);
    assert!(line["duration_ms"].is_i64() && line["database_ms"].is_i64());
    let known = ["level", "request_id", "method", "route", "status", "duration_ms", "database_calls", "database_ms"];
    assert!(line.as_object().unwrap().keys().all(|name| known.contains(&name.as_str())), "{line}");
}

#[tokio::test]
async fn a_route_stands_for_its_path() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    let path = format!("/api/v1/rooms/{}", ann.user_id);
    here.call("GET", &path, Some(&ann), &[("x-request-id", "r1")], None).await.problem(404, "not-found");
    assert_eq!(here.logged("r1")["route"], "/api/v1/rooms/{id}");
    here.call("GET", "/ann@example.org", None, &[("x-request-id", "r2")], None).await.problem(404, "not-found");
    assert_eq!(here.logged("r2")["route"], "unmatched");
}

#[tokio::test]
async fn nothing_in_it_is_about_a_person() {
    let here = Installation::new();
    let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    let wrong = json!({ "email": "ann@example.org", "password": "a wrong password" });
    here.post("/api/v1/auth/login", None, wrong).await;
    here.sign_in("ann@example.org", PASSWORD).await;
    let register = json!({ "email": "ann@example.org", "password": PASSWORD, "name": "Name of ann@example.org" });
    here.post("/api/v1/auth/register", None, register).await;
    here.get("/api/v1/medicines?search=ann@example.org", None).await;
    let room = here.room(&ann, &dana).await;
    let message = json!({ "client_id": "a", "body": "my secret cough" });
    here.post(&format!("/api/v1/rooms/{room}/messages"), Some(&ann), message).await;
    let assess = json!({ "patient": { "age_years": 54, "sex": "male" }, "text": "my secret cough" });
    here.post("/api/v1/assessments", Some(&ann), assess).await;
    here.database.set_cut(true);
    here.post("/api/v1/assessments", Some(&ann), json!({ "text": "my secret cough" })).await;
    here.database.set_cut(false);
    here.mailer.set_broken(true);
    here.work().await;
    for line in here.log.lines() {
        serde_json::from_str::<Value>(&line).unwrap();
        for secret in
            ["example.org", "Name of", "cough", PASSWORD, "a wrong password", &ann.access, &ann.refresh, "argon2"]
        {
            assert!(!line.contains(secret), "{secret} in {line}");
        }
    }
}

#[tokio::test]
async fn a_refused_request_is_logged_as_well() {
    let here = Installation::new();
    here.call("GET", "/health", None, &[("host", "evil.example.org"), ("x-request-id", "r1")], None).await;
    assert_eq!(here.logged("r1")["status"], 421);
    here.call("POST", "/api/v1/me", None, &[("x-request-id", "r2")], None).await;
    assert_eq!(here.logged("r2")["status"], 405);
}

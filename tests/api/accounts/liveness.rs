//! How long an access token outlives what it rests on.

use super::super::support::{Installation, PASSWORD};
use serde_json::json;

const ME: &str = "/api/v1/me";

#[tokio::test]
async fn a_session_that_is_ended_here_works_no_longer() {
    let here = Installation::new();
    let desk = here.sign_up("ann@example.org").await;
    let phone = here.sign_in("ann@example.org", PASSWORD).await;
    here.get(ME, Some(&phone)).await.expect(200);
    here.post("/api/v1/auth/logout", Some(&desk), json!({ "everywhere": true })).await.expect(204);
    here.get(ME, Some(&desk)).await.problem(401, "unauthenticated");
    here.get(ME, Some(&phone)).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn what_ends_elsewhere_works_for_less_than_5_seconds() {
    for end in [
        "UPDATE sessions SET ended_at = 1",
        "UPDATE users SET suspended_at = 1",
        "UPDATE sessions SET user_id = (SELECT id FROM users WHERE id <> user_id)",
    ] {
        let here = Installation::new();
        let ann = here.sign_up("ann@example.org").await;
        here.sign_up("eve@example.org").await;
        here.get(ME, Some(&ann)).await.expect(200);
        here.execute(end).await;
        here.clock.advance(4_999);
        here.get(ME, Some(&ann)).await.expect(200);
        here.clock.advance(1);
        here.get(ME, Some(&ann)).await.problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn a_role_that_was_taken_away_works_for_less_than_5_seconds() {
    let here = Installation::new();
    let dana = here.doctor("dana@example.org").await;
    let prescribe = json!({ "patient_id": dana.patient_id, "items": [] });
    here.get("/api/v1/practitioners", Some(&dana)).await.expect(200);
    here.execute("UPDATE staff SET ended_at = 1").await;
    here.clock.advance(5_000);
    let answer = here.post("/api/v1/prescriptions", Some(&dana), prescribe).await;
    assert_ne!(answer.status, 201);
    let assess = json!({ "patient": { "age_years": 54, "sex": "male" }, "text": "cough" });
    here.post("/api/v1/assessments", Some(&dana), assess).await.expect(201);
}

#[tokio::test]
async fn the_database_is_asked_once_in_5_seconds_and_never_for_what_is_public() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    let calls = async |path: &str, person| {
        let answer = here.get(path, person).await;
        here.logged(answer.header("x-request-id"))["database_calls"].as_i64().unwrap()
    };
    assert_eq!(calls(ME, Some(&ann)).await, 2);
    assert_eq!(calls(ME, Some(&ann)).await, 1);
    here.clock.advance(5_000);
    assert_eq!(calls(ME, Some(&ann)).await, 2);
    assert_eq!(calls("/api/v1/medicines", None).await, 0);
}

//! `POST /api/v1/auth/step-up`

use super::super::support::{Installation, PASSWORD, request};
use super::factors::Ann;
use serde_json::json;

const PATH: &str = "/api/v1/auth/step-up";
/// Needs a step-up, and says 409 to an account without a factor that has one.
const GRAVE: &str = "/api/v1/me/recovery-codes";

#[tokio::test]
async fn it_holds_for_five_minutes() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    here.post(GRAVE, Some(&ann), json!({})).await.problem(403, "step-up-required");
    let answer = here.post(PATH, Some(&ann), json!({ "password": PASSWORD })).await.expect(200);
    assert_eq!(answer, json!({ "expires_in_s": 300 }));
    here.clock.advance(5 * 60 * 1000 - 1);
    here.post(GRAVE, Some(&ann), json!({})).await.problem(409, "conflict");
    here.clock.advance(1);
    here.post(GRAVE, Some(&ann), json!({})).await.problem(403, "step-up-required");
}

#[tokio::test]
async fn it_is_of_one_session_only() {
    let here = Installation::new();
    let desk = here.sign_up("ann@example.org").await;
    let phone = here.sign_in("ann@example.org", PASSWORD).await;
    here.post(PATH, Some(&desk), json!({ "password": PASSWORD })).await.expect(200);
    here.post(GRAVE, Some(&phone), json!({})).await.problem(403, "step-up-required");
}

#[tokio::test]
async fn whoever_has_a_factor_confirms_with_it_and_once_with_each_code() {
    let ann = Ann::new().await;
    let post = |body| ann.here.post(PATH, Some(&ann.person), body);
    assert_eq!(post(json!({ "password": PASSWORD })).await.invalid(), ["/code"]);
    post(json!({ "code": ann.code(0) })).await.expect(200);
    post(json!({ "code": ann.code(0) })).await.problem(401, "wrong-code");
    post(json!({ "code": ann.codes[3] })).await.expect(200);
    post(json!({ "code": ann.codes[3] })).await.problem(401, "wrong-code");
}

#[tokio::test]
async fn the_fifth_wrong_one_ends_the_session_also_of_many_at_once() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    let wrong = || request("POST", PATH, Some(&ann), &[], Some(json!({ "password": "wrong wrong" })));
    let answers = here.at_once((0..50).map(|_| wrong())).await;
    assert!(answers.iter().all(|answer| answer.status == 401));
    assert_eq!(answers.iter().filter(|answer| answer.text.contains("/problems/wrong-credentials")).count(), 4);
    assert_eq!(here.count("SELECT step_up_tries AS n FROM sessions").await, 5);
    here.get("/api/v1/me", Some(&ann)).await.problem(401, "unauthenticated");
    here.post("/api/v1/auth/refresh", None, json!({ "refresh_token": ann.refresh }))
        .await
        .problem(401, "session-ended");
}

#[tokio::test]
async fn a_right_one_lets_the_tries_begin_anew() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    for _ in 0..3 {
        for _ in 0..4 {
            let wrong = json!({ "password": "wrong wrong" });
            here.post(PATH, Some(&ann), wrong).await.problem(401, "wrong-credentials");
        }
        here.post(PATH, Some(&ann), json!({ "password": PASSWORD })).await.expect(200);
    }
}

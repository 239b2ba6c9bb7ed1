//! `POST /api/v1/auth/login`

use super::super::support::{Installation, PASSWORD};
use serde_json::{Value, json};

const PATH: &str = "/api/v1/auth/login";

fn without_request_id(mut document: Value) -> Value {
    document.as_object_mut().unwrap().remove("request_id");
    document
}

#[tokio::test]
async fn the_answer_holds_a_pair_of_tokens_and_the_user() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    let answer = here.post(PATH, None, json!({ "email": " ANN@example.org", "password": PASSWORD })).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let tokens = answer.expect(200);
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in_s"], 900);
    assert_eq!(tokens["user"]["id"], ann.user_id.as_str());
    assert!(tokens["access_token"].is_string() && tokens["refresh_token"].is_string());
    assert!(!tokens.to_string().contains("argon2"));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_answer_alike() {
    let here = Installation::new();
    here.sign_up("ann@example.org").await;
    let wrong = here.post(PATH, None, json!({ "email": "ann@example.org", "password": "wrong wrong" })).await;
    let unknown = here.post(PATH, None, json!({ "email": "eve@example.org", "password": PASSWORD })).await;
    let (wrong, unknown) = (wrong.problem(401, "wrong-credentials"), unknown.problem(401, "wrong-credentials"));
    assert_eq!(without_request_id(wrong), without_request_id(unknown));
}

#[tokio::test]
async fn a_suspended_account_answers_like_a_wrong_password() {
    let here = Installation::new();
    here.sign_up("ann@example.org").await;
    let wrong = here.post(PATH, None, json!({ "email": "ann@example.org", "password": "wrong wrong" })).await;
    here.execute("UPDATE users SET suspended_at = 1").await;
    let suspended = here.post(PATH, None, json!({ "email": "ann@example.org", "password": PASSWORD })).await;
    let (wrong, suspended) = (wrong.problem(401, "wrong-credentials"), suspended.problem(401, "wrong-credentials"));
    assert_eq!(without_request_id(wrong), without_request_id(suspended));
}

#[tokio::test]
async fn a_password_is_taken_as_it_is() {
    let here = Installation::new();
    here.sign_up("ann@example.org").await;
    for password in [format!(" {PASSWORD}"), PASSWORD.to_uppercase(), String::new()] {
        let body = json!({ "email": "ann@example.org", "password": password });
        here.post(PATH, None, body).await.problem(401, "wrong-credentials");
    }
}

#[tokio::test]
async fn bad_fields_are_reported_at_once() {
    let here = Installation::new();
    assert_eq!(here.post(PATH, None, json!({})).await.invalid(), ["/email", "/password"]);
    let bad = json!({ "email": "no address", "password": 1, "remember": true });
    assert_eq!(here.post(PATH, None, bad).await.invalid(), ["/email", "/password", "/remember"]);
}

#[tokio::test]
async fn signing_in_and_being_refused_are_audited_without_the_address() {
    let here = Installation::new();
    here.sign_up("ann@example.org").await;
    here.post(PATH, None, json!({ "email": "eve@example.org", "password": PASSWORD }))
        .await
        .problem(401, "wrong-credentials");
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'session.begun'").await, 1);
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'session.refused'").await, 1);
    assert!(!here.storage().await.contains("example.org"));
}

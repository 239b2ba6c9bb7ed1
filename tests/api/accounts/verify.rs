//! `POST /api/v1/auth/verify`

use super::super::support::{Installation, PASSWORD};
use serde_json::json;

const PATH: &str = "/api/v1/auth/verify";
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Registers and gives the token from the mail.
async fn token(here: &Installation) -> String {
    let body = json!({ "email": "ann@example.org", "password": PASSWORD, "name": "Ann" });
    here.post("/api/v1/auth/register", None, body).await.expect(202);
    here.work().await;
    let text = here.mailer.mails().last().unwrap().text.clone();
    text.split_once("?verify=").unwrap().1.split_whitespace().next().unwrap().to_owned()
}

#[tokio::test]
async fn the_link_in_the_mail_verifies_once() {
    let here = Installation::new();
    let token = token(&here).await;
    assert_eq!(here.post(PATH, None, json!({ "token": token })).await.expect(200), json!({ "status": "verified" }));
    assert_eq!(here.post(PATH, None, json!({ "token": token })).await.invalid(), ["/token"]);
    let ann = here.sign_in("ann@example.org", PASSWORD).await;
    assert_eq!(here.get("/api/v1/me", Some(&ann)).await.expect(200)["email_verified"], true);
}

#[tokio::test]
async fn twins_verify_once() {
    let here = Installation::new();
    let token = token(&here).await;
    let twin = || super::super::support::request("POST", PATH, None, &[], Some(json!({ "token": token })));
    let mut statuses: Vec<u16> =
        here.at_once((0..5).map(|_| twin())).await.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422, 422, 422, 422]);
}

#[tokio::test]
async fn the_link_works_for_24_hours() {
    let here = Installation::new();
    let token = token(&here).await;
    here.clock.advance(DAY_MS - 1);
    here.post(PATH, None, json!({ "token": token })).await.expect(200);
}

#[tokio::test]
async fn the_link_is_of_no_use_after_24_hours() {
    let here = Installation::new();
    let token = token(&here).await;
    here.clock.advance(DAY_MS);
    assert_eq!(here.post(PATH, None, json!({ "token": token })).await.invalid(), ["/token"]);
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM users WHERE email_verified_at IS NOT NULL").await, 0);
}

#[tokio::test]
async fn a_token_that_was_never_sent_is_refused() {
    let here = Installation::new();
    token(&here).await;
    for wrong in ["", "x", "0000000000000000000000000000000000000000000"] {
        assert_eq!(here.post(PATH, None, json!({ "token": wrong })).await.invalid(), ["/token"]);
    }
    assert_eq!(here.post(PATH, None, json!({})).await.invalid(), ["/token"]);
}

#[tokio::test]
async fn the_token_is_not_stored_readable() {
    let here = Installation::new();
    let token = token(&here).await;
    assert!(!here.storage().await.contains(&token));
}

#[tokio::test]
async fn signing_in_waits_for_it_where_addresses_are_verified() {
    let here = Installation::with(&[("VERIFY_EMAIL", "on")]);
    let token = token(&here).await;
    let login = json!({ "email": "ann@example.org", "password": PASSWORD });
    here.post("/api/v1/auth/login", None, login.clone()).await.problem(403, "email-not-verified");
    let wrong = json!({ "email": "ann@example.org", "password": "a wrong password" });
    here.post("/api/v1/auth/login", None, wrong).await.problem(401, "wrong-credentials");
    here.post(PATH, None, json!({ "token": token })).await.expect(200);
    here.post("/api/v1/auth/login", None, login).await.expect(200);
}

#[tokio::test]
async fn who_signs_in_after_the_link_has_expired_gets_a_new_one() {
    let here = Installation::with(&[("VERIFY_EMAIL", "on")]);
    token(&here).await;
    let login = json!({ "email": "ann@example.org", "password": PASSWORD });
    let mails = async || {
        here.post("/api/v1/auth/login", None, login.clone()).await.problem(403, "email-not-verified");
        here.work().await;
        here.mailer.mails()
    };
    assert_eq!(mails().await.len(), 1, "the first link is still good");
    here.clock.advance(DAY_MS);
    let again = mails().await;
    assert_eq!(again.len(), 2);
    let token = again[1].text.split_once("?verify=").unwrap().1.split_whitespace().next().unwrap().to_owned();
    here.post(PATH, None, json!({ "token": token })).await.expect(200);
    here.post("/api/v1/auth/login", None, login.clone()).await.expect(200);
}

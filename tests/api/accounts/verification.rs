//! `POST /api/v1/auth/verification`

use super::super::support::{Installation, PASSWORD};
use super::password_reset::{ask, token_in_last_mail};
use serde_json::json;

const PATH: &str = "/api/v1/auth/verification";
const VERIFY: &str = "/api/v1/auth/verify";
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Somebody who has registered and not verified, their first mail sent.
async fn registered() -> Installation {
    let here = Installation::with(&[("VERIFY_EMAIL", "on")]);
    let body = json!({ "email": "ann@example.org", "password": PASSWORD, "name": "Ann", "locale": "fr" });
    here.post("/api/v1/auth/register", None, body).await.expect(202);
    here.work().await;
    here
}

#[tokio::test]
async fn another_mail_is_sent_and_the_older_link_ends() {
    let here = registered().await;
    let first = token_in_last_mail(&here, "verify");
    ask(&here, PATH, " ANN@example.org").await;
    let second = token_in_last_mail(&here, "verify");
    assert_ne!(first, second);
    let mails = here.mailer.mails();
    assert_eq!((mails.len(), &mails[0].subject, mails[1].to.as_str()), (2, &mails[1].subject, "ann@example.org"));
    assert_eq!(here.post(VERIFY, None, json!({ "token": first })).await.invalid(), ["/token"]);
    here.post(VERIFY, None, json!({ "token": second })).await.expect(200);
    here.sign_in("ann@example.org", PASSWORD).await;
}

#[tokio::test]
async fn the_link_works_for_24_hours_to_the_millisecond() {
    for (milliseconds, status) in [(DAY_MS - 1, 200), (DAY_MS, 422)] {
        let here = registered().await;
        here.clock.advance(5 * DAY_MS);
        ask(&here, PATH, "ann@example.org").await;
        let token = token_in_last_mail(&here, "verify");
        here.clock.advance(milliseconds);
        here.post(VERIFY, None, json!({ "token": token })).await.expect(status);
    }
}

#[tokio::test]
async fn who_is_verified_unknown_or_suspended_gets_none() {
    let here = registered().await;
    ask(&here, PATH, "nobody@example.org").await;
    here.execute("UPDATE users SET suspended_at = 1").await;
    ask(&here, PATH, "ann@example.org").await;
    here.execute("UPDATE users SET suspended_at = NULL, email_verified_at = 1").await;
    ask(&here, PATH, "ann@example.org").await;
    assert_eq!(here.mailer.mails().len(), 1);
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM outbox WHERE done_at IS NULL").await, 0);
}

#[tokio::test]
async fn asking_for_a_new_password_does_not_end_the_verification_link() {
    let here = registered().await;
    let token = token_in_last_mail(&here, "verify");
    ask(&here, "/api/v1/auth/password-reset", "ann@example.org").await;
    here.post(VERIFY, None, json!({ "token": token })).await.expect(200);
}

#[tokio::test]
async fn what_is_no_address_is_refused() {
    let here = Installation::new();
    assert_eq!(here.post(PATH, None, json!({ "email": "ann" })).await.invalid(), ["/email"]);
    assert_eq!(here.post(PATH, None, json!({ "mail": "ann@example.org" })).await.invalid(), ["/email", "/mail"]);
}

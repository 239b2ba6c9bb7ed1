//! `POST /api/v1/auth/password-reset` and `/confirm`

use super::super::support::{Installation, PASSWORD, request};
use serde_json::{Value, json};

const PATH: &str = "/api/v1/auth/password-reset";
const CONFIRM: &str = "/api/v1/auth/password-reset/confirm";
const NEW: &str = "another horse battery";
const LIFE_MS: i64 = 30 * 60 * 1000;

/// Asks for a mail and lets it be sent.
pub async fn ask(here: &Installation, path: &str, email: &str) {
    let answer = here.post(path, None, json!({ "email": email })).await;
    assert_eq!(answer.expect(202), json!({ "status": "check_email" }));
    assert_eq!(here.work().await, [true]);
}

/// The token of the link in the mail that was sent last.
pub fn token_in_last_mail(here: &Installation, parameter: &str) -> String {
    let text = here.mailer.mails().last().unwrap().text.clone();
    let token = text.split_once(&format!("/?{parameter}=")).unwrap().1.split_whitespace().next().unwrap();
    assert_eq!(token.len(), 43, "256 bits");
    token.to_owned()
}

/// Somebody with a session, and a link to a new password.
async fn asked() -> (Installation, String) {
    let here = Installation::new();
    here.sign_up("ann@example.org").await;
    here.work().await;
    ask(&here, PATH, "ann@example.org").await;
    let token = token_in_last_mail(&here, "reset");
    (here, token)
}

fn confirm(token: &str) -> Value {
    json!({ "token": token, "password": NEW })
}

#[tokio::test]
async fn the_link_sets_a_new_password_and_tells_the_owner() {
    let (here, token) = asked().await;
    let changed = here.post(CONFIRM, None, confirm(&token)).await.expect(200);
    assert_eq!(changed, json!({ "status": "password_changed" }));
    let old = json!({ "email": "ann@example.org", "password": PASSWORD });
    here.post("/api/v1/auth/login", None, old).await.problem(401, "wrong-credentials");
    here.sign_in("ann@example.org", NEW).await;
    here.work().await;
    let mails = here.mailer.mails();
    assert_eq!(mails.last().unwrap().to, "ann@example.org");
    assert_eq!(mails.last().unwrap().subject, "Your password was changed");
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'user.password_reset'").await, 1);
}

#[tokio::test]
async fn mails_are_in_the_language_of_the_account() {
    let (here, _) = asked().await;
    here.execute("UPDATE users SET locale = 'fr-CA'").await;
    ask(&here, PATH, "ann@example.org").await;
    assert_eq!(here.mailer.mails().last().unwrap().subject, "Choisissez un nouveau mot de passe");
}

#[tokio::test]
async fn it_ends_every_session() {
    let (here, token) = asked().await;
    let sessions = [here.sign_in("ann@example.org", PASSWORD).await, here.sign_in("ann@example.org", PASSWORD).await];
    let eve = here.sign_up("eve@example.org").await;
    here.post(CONFIRM, None, confirm(&token)).await.expect(200);
    for session in &sessions {
        let refresh = json!({ "refresh_token": session.refresh });
        here.post("/api/v1/auth/refresh", None, refresh).await.problem(401, "session-ended");
    }
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM sessions WHERE end_reason = 'reset'").await, 3);
    here.post("/api/v1/auth/refresh", None, json!({ "refresh_token": eve.refresh })).await.expect(200);
}

#[tokio::test]
async fn no_session_that_begins_beside_it_with_the_old_password_outlives_it() {
    for _ in 0..5 {
        let (here, token) = asked().await;
        let login = json!({ "email": "ann@example.org", "password": PASSWORD });
        let login = || request("POST", "/api/v1/auth/login", None, &[], Some(login.clone()));
        let reset = request("POST", CONFIRM, None, &[], Some(confirm(&token)));
        let answers = here.at_once([login(), login(), reset, login(), login()]).await;
        assert_eq!(answers[2].status, 200);
        for answer in answers {
            assert!(matches!(answer.status.as_u16(), 200 | 401 | 409), "{}", answer.text);
        }
        assert_eq!(here.count("SELECT COUNT(*) AS n FROM sessions WHERE ended_at IS NULL").await, 0);
    }
}

#[tokio::test]
async fn the_link_works_once() {
    let (here, token) = asked().await;
    here.post(CONFIRM, None, confirm(&token)).await.expect(200);
    assert_eq!(here.post(CONFIRM, None, confirm(&token)).await.invalid(), ["/token"]);
}

#[tokio::test]
async fn of_twins_one_sets_the_password_and_one_mail_tells_of_it() {
    let (here, token) = asked().await;
    let twins = (0..5).map(|n| {
        let body = json!({ "token": token, "password": format!("the password of twin {n}") });
        request("POST", CONFIRM, None, &[], Some(body))
    });
    let answers = here.at_once(twins).await;
    let right: Vec<usize> = (0..5).filter(|n| answers[*n].status == 200).collect();
    assert_eq!(right.len(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status == 422).count(), 4);
    here.sign_in("ann@example.org", &format!("the password of twin {}", right[0])).await;
    assert_eq!(here.work().await, [true]);
}

#[tokio::test]
async fn the_link_works_for_30_minutes_to_the_millisecond() {
    for (milliseconds, status) in [(LIFE_MS - 1, 200), (LIFE_MS, 422), (LIFE_MS + 1, 422)] {
        let (here, token) = asked().await;
        here.clock.advance(milliseconds);
        here.post(CONFIRM, None, confirm(&token)).await.expect(status);
    }
}

#[tokio::test]
async fn asking_again_ends_the_older_link() {
    let (here, first) = asked().await;
    ask(&here, PATH, "Ann@Example.org").await;
    let second = token_in_last_mail(&here, "reset");
    assert_eq!(here.post(CONFIRM, None, confirm(&first)).await.invalid(), ["/token"]);
    here.post(CONFIRM, None, confirm(&second)).await.expect(200);
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM email_tokens WHERE purpose = 'reset'").await, 1);
}

#[tokio::test]
async fn of_twins_that_ask_the_last_link_works() {
    let (here, _) = asked().await;
    let twins = (0..5).map(|_| request("POST", PATH, None, &[], Some(json!({ "email": "ann@example.org" }))));
    for answer in here.at_once(twins).await {
        assert_eq!(answer.status, 202);
    }
    here.work().await;
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM email_tokens WHERE purpose = 'reset'").await, 1);
    let mut right = 0;
    for mail in here.mailer.mails().iter().rev().take(5) {
        let token = mail.text.split_once("/?reset=").unwrap().1.split_whitespace().next().unwrap();
        right += usize::from(here.post(CONFIRM, None, confirm(token)).await.status == 200);
    }
    assert_eq!(right, 1);
}

#[tokio::test]
async fn it_verifies_the_address_for_the_link_came_through_it() {
    let here = Installation::with(&[("VERIFY_EMAIL", "on")]);
    let body = json!({ "email": "ann@example.org", "password": PASSWORD, "name": "Ann" });
    here.post("/api/v1/auth/register", None, body).await.expect(202);
    here.work().await;
    ask(&here, PATH, "ann@example.org").await;
    here.post(CONFIRM, None, confirm(&token_in_last_mail(&here, "reset"))).await.expect(200);
    here.sign_in("ann@example.org", NEW).await;
}

#[tokio::test]
async fn one_links_token_is_none_of_the_other_kind() {
    let (here, reset) = asked().await;
    assert_eq!(here.post("/api/v1/auth/verify", None, json!({ "token": reset })).await.invalid(), ["/token"]);
    let here = Installation::new();
    here.sign_up("ann@example.org").await;
    here.work().await;
    let verify = token_in_last_mail(&here, "verify");
    assert_eq!(here.post(CONFIRM, None, confirm(&verify)).await.invalid(), ["/token"]);
    here.post("/api/v1/auth/verify", None, json!({ "token": verify })).await.expect(200);
}

#[tokio::test]
async fn a_suspended_account_gets_no_mail_and_a_link_that_it_has_does_nothing() {
    let (here, token) = asked().await;
    here.execute("UPDATE users SET suspended_at = 1").await;
    let mails = here.mailer.mails().len();
    assert_eq!(here.post(CONFIRM, None, confirm(&token)).await.invalid(), ["/token"]);
    ask(&here, PATH, "ann@example.org").await;
    assert_eq!(here.mailer.mails().len(), mails);
    let login = |password: &str| json!({ "email": "ann@example.org", "password": password });
    here.post("/api/v1/auth/login", None, login(NEW)).await.problem(401, "wrong-credentials");
    here.post("/api/v1/auth/login", None, login(PASSWORD)).await.problem(401, "wrong-credentials");
    here.execute("UPDATE users SET suspended_at = NULL").await;
    here.sign_in("ann@example.org", PASSWORD).await;
}

#[tokio::test]
async fn every_bad_field_is_reported_and_the_token_stays() {
    let (here, token) = asked().await;
    assert_eq!(here.post(CONFIRM, None, json!({})).await.invalid(), ["/password", "/token"]);
    let short = json!({ "token": token, "password": "short", "email": "x" });
    assert_eq!(here.post(CONFIRM, None, short).await.invalid(), ["/email", "/password"]);
    for wrong in ["", "x", &token[1..], &format!("{token}A")] {
        assert_eq!(here.post(CONFIRM, None, confirm(wrong)).await.invalid(), ["/token"]);
    }
    here.post(CONFIRM, None, confirm(&token)).await.expect(200);
}

#[tokio::test]
async fn neither_token_nor_address_is_stored_readable() {
    let (here, token) = asked().await;
    here.post(PATH, None, json!({ "email": "nobody@example.org" })).await.expect(202);
    let storage = here.storage().await;
    for secret in [token.as_str(), "ann@example.org", "nobody@example.org"] {
        assert!(!storage.contains(secret), "{secret}");
        assert!(!here.log.lines().iter().any(|line| line.contains(secret)), "{secret}");
    }
}

#[tokio::test]
async fn what_fails_half_way_changes_nothing_and_the_link_still_works() {
    let (here, token) = asked().await;
    here.database.set_cut(true);
    here.post(CONFIRM, None, confirm(&token)).await.problem(503, "unavailable");
    here.post(PATH, None, json!({ "email": "ann@example.org" })).await.problem(503, "unavailable");
    here.post(PATH, None, json!({ "email": "nobody@example.org" })).await.problem(503, "unavailable");
    here.database.set_cut(false);
    here.post(CONFIRM, None, confirm(&token)).await.expect(200);
}

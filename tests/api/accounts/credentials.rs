//! Changes of password and e-mail address.

use super::super::support::{Installation, PASSWORD, Person};
use super::factors::Ann;
use serde_json::json;

const NEW: &str = "battery staple horse";

async fn step_up(here: &Installation, person: &Person) {
    here.post("/api/v1/auth/step-up", Some(person), json!({ "password": PASSWORD })).await.expect(200);
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions_and_is_told() {
    let here = Installation::new();
    let desk = here.sign_up("ann@example.org").await;
    let phone = here.sign_in("ann@example.org", PASSWORD).await;
    here.get("/api/v1/me", Some(&phone)).await.expect(200);
    let path = "/api/v1/me/password";
    let wrong = json!({ "current_password": "wrong wrong", "new_password": NEW });
    here.post(path, Some(&desk), wrong).await.problem(401, "wrong-credentials");
    let short = json!({ "current_password": PASSWORD, "new_password": "short" });
    assert_eq!(here.post(path, Some(&desk), short).await.invalid(), ["/new_password"]);
    let right = json!({ "current_password": PASSWORD, "new_password": NEW });
    here.post(path, Some(&desk), right).await.expect(204);
    here.get("/api/v1/me", Some(&desk)).await.expect(200);
    here.get("/api/v1/me", Some(&phone)).await.problem(401, "unauthenticated");
    let old = json!({ "email": "ann@example.org", "password": PASSWORD });
    here.post("/api/v1/auth/login", None, old).await.problem(401, "wrong-credentials");
    here.sign_in("ann@example.org", NEW).await;
    here.work().await;
    assert!(here.mailer.mails().iter().any(|mail| mail.subject == "Your password was changed"));
}

#[tokio::test]
async fn with_a_second_factor_a_new_password_needs_a_step_up() {
    let ann = Ann::new().await;
    let body = json!({ "current_password": PASSWORD, "new_password": NEW });
    let post = || ann.here.post("/api/v1/me/password", Some(&ann.person), body.clone());
    post().await.problem(403, "step-up-required");
    ann.here.post("/api/v1/auth/step-up", Some(&ann.person), json!({ "code": ann.code(0) })).await.expect(200);
    post().await.expect(204);
}

#[tokio::test]
async fn an_address_changes_when_the_link_to_it_is_used() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    let eve = here.sign_up("eve@example.org").await;
    let body = json!({ "email": "ann@new.example.org" });
    here.post("/api/v1/me/email", Some(&ann), body.clone()).await.problem(403, "step-up-required");
    for (path, person) in [("/api/v1/me/email/confirm", Some(&ann)), ("/api/v1/auth/verify", None)] {
        step_up(&here, &ann).await;
        here.post("/api/v1/me/email", Some(&ann), body.clone()).await.expect(202);
        here.work().await;
        let mails = here.mailer.mails();
        let last: Vec<(&str, &str)> =
            mails.iter().rev().take(2).map(|mail| (mail.to.as_str(), mail.subject.as_str())).collect();
        assert!(last.contains(&("ann@new.example.org", "Please confirm your new e-mail address")), "{last:?}");
        assert!(last.contains(&("ann@example.org", "Your e-mail address is about to change")), "{last:?}");
        let mail = mails.iter().rfind(|mail| mail.to == "ann@new.example.org").unwrap();
        let token = mail.text.split("verify=").nth(1).unwrap().split_whitespace().next().unwrap();
        let spend = json!({ "token": token });
        let confirm = "/api/v1/me/email/confirm";
        assert_eq!(here.post(confirm, Some(&eve), spend.clone()).await.invalid(), ["/token"]);
        here.sign_in("ann@example.org", PASSWORD).await;
        here.post(path, person, spend.clone()).await.expect(200);
        assert_eq!(here.post(path, person, spend).await.invalid(), ["/token"]);
        here.sign_in("ann@new.example.org", PASSWORD).await;
        let old = json!({ "email": "ann@example.org", "password": PASSWORD });
        here.post("/api/v1/auth/login", None, old).await.problem(401, "wrong-credentials");
        // Back again, for the next way to confirm.
        step_up(&here, &ann).await;
        here.post("/api/v1/me/email", Some(&ann), json!({ "email": "ann@example.org" })).await.expect(202);
        here.work().await;
        let mails = here.mailer.mails();
        let mail = mails.iter().rfind(|mail| mail.subject.starts_with("Please confirm your new")).unwrap();
        let token = mail.text.split("verify=").nth(1).unwrap().split_whitespace().next().unwrap();
        here.post("/api/v1/auth/verify", None, json!({ "token": token })).await.expect(200);
    }
}

#[tokio::test]
async fn an_address_that_another_account_has_answers_alike() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    here.sign_up("eve@example.org").await;
    step_up(&here, &ann).await;
    let path = "/api/v1/me/email";
    let free = here.post(path, Some(&ann), json!({ "email": "free@example.org" })).await.expect(202);
    let taken = here.post(path, Some(&ann), json!({ "email": "eve@example.org" })).await.expect(202);
    assert_eq!(free, taken);
    here.work().await;
    let mails = here.mailer.mails();
    let to_eve = mails.iter().rfind(|mail| mail.to == "eve@example.org").unwrap();
    assert_eq!(to_eve.subject, "You already have an account");
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM users").await, 2);
}

#[tokio::test]
async fn a_link_works_for_24_hours() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    step_up(&here, &ann).await;
    here.post("/api/v1/me/email", Some(&ann), json!({ "email": "new@example.org" })).await.expect(202);
    here.work().await;
    let mails = here.mailer.mails();
    let mail = mails.iter().rfind(|mail| mail.to == "new@example.org").unwrap();
    let token = mail.text.split("verify=").nth(1).unwrap().split_whitespace().next().unwrap();
    here.clock.advance(24 * 60 * 60 * 1000);
    assert_eq!(here.post("/api/v1/auth/verify", None, json!({ "token": token })).await.invalid(), ["/token"]);
}

//! Second factors: setting one up, signing in with it, removing it.

use super::super::support::{Answer, Installation, PASSWORD, Person, request};
use serde_json::{Value, json};
use virtual_doctor::accounts::totp;

const MFA: &str = "/api/v1/auth/mfa";

/// A person with an authenticator app.
pub struct Ann {
    pub here: Installation,
    pub person: Person,
    pub secret: Vec<u8>,
    pub codes: Vec<String>,
}

impl Ann {
    pub async fn new() -> Self {
        let here = Installation::new();
        let person = here.sign_up("ann@example.org").await;
        let begun = here.post("/api/v1/me/factors/totp", Some(&person), json!({})).await;
        assert_eq!(begun.header("location"), "/api/v1/me/factors/totp");
        let begun = begun.expect(201);
        let secret = begun["secret"].as_str().unwrap();
        assert!(begun["otpauth_uri"].as_str().unwrap().ends_with(&format!("?secret={secret}&issuer=Virtual%20Doctor")));
        let secret = totp::from_base32(secret).unwrap();
        let code = totp::code(&secret, here.services.now().0 / 30_000);
        let confirm = json!({ "code": code });
        let codes = here.post("/api/v1/me/factors/totp/confirm", Some(&person), confirm).await.expect(200);
        let codes: Vec<String> = serde_json::from_value(codes["recovery_codes"].clone()).unwrap();
        here.clock.advance(30_000);
        Self { here, person, secret, codes }
    }

    pub fn code(&self, steps: i64) -> String {
        totp::code(&self.secret, self.here.services.now().0 / 30_000 + steps)
    }

    async fn token(&self) -> String {
        let body = json!({ "email": "ann@example.org", "password": PASSWORD });
        let answer = self.here.post("/api/v1/auth/login", None, body).await.expect(200);
        assert_eq!((&answer["mfa_required"], &answer["access_token"]), (&json!(true), &Value::Null));
        assert_eq!(answer["methods"], json!(["totp", "recovery_code"]));
        answer["mfa_token"].as_str().unwrap().to_owned()
    }

    async fn give(&self, token: &str, method: &str, code: &str) -> Answer {
        self.here.post(MFA, None, json!({ "mfa_token": token, "method": method, "code": code })).await
    }
}

#[tokio::test]
async fn signing_in_takes_a_code_beside_the_password() {
    let ann = Ann::new().await;
    let token = ann.token().await;
    let tokens = ann.give(&token, "totp", &ann.code(0)).await.expect(200);
    assert_eq!(tokens["user"]["id"], ann.person.user_id.as_str());
    let person = Person { access: tokens["access_token"].as_str().unwrap().into(), ..ann.person.clone() };
    let factors = ann.here.get("/api/v1/me/factors", Some(&person)).await.expect(200);
    assert_eq!(factors, json!({ "totp": true, "recovery_codes_left": 10 }));
    ann.give(&token, "totp", &ann.code(1)).await.problem(401, "mfa-ended");
}

#[tokio::test]
async fn a_code_is_taken_once_and_none_before_it() {
    let ann = Ann::new().await;
    let code = ann.code(0);
    ann.give(&ann.token().await, "totp", &code).await.expect(200);
    ann.give(&ann.token().await, "totp", &code).await.problem(401, "wrong-code");
    ann.give(&ann.token().await, "totp", &ann.code(-1)).await.problem(401, "wrong-code");
    ann.give(&ann.token().await, "totp", &ann.code(1)).await.expect(200);
}

#[tokio::test]
async fn one_code_at_two_sign_ins_at_once_lets_one_in() {
    let ann = Ann::new().await;
    let code = ann.code(0);
    let mut requests = Vec::new();
    for _ in 0..10 {
        let body = json!({ "mfa_token": ann.token().await, "method": "totp", "code": code });
        requests.push(request("POST", MFA, None, &[], Some(body)));
    }
    let answers = ann.here.at_once(requests).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status == 401).count(), 9);
}

#[tokio::test]
async fn a_recovery_code_works_once_however_it_is_written() {
    let ann = Ann::new().await;
    assert_eq!(ann.codes.len(), 10);
    let written = ann.codes[0].to_uppercase().replace('-', " ");
    ann.give(&ann.token().await, "recovery_code", &written).await.expect(200);
    ann.give(&ann.token().await, "recovery_code", &ann.codes[0]).await.problem(401, "wrong-code");
    ann.give(&ann.token().await, "totp", &ann.codes[1]).await.problem(401, "wrong-code");
    ann.give(&ann.token().await, "recovery_code", &ann.codes[1]).await.expect(200);
}

#[tokio::test]
async fn fifty_wrong_codes_at_once_are_five_tries_and_no_more() {
    let ann = Ann::new().await;
    let token = ann.token().await;
    let wrong = json!({ "mfa_token": token, "method": "totp", "code": "00000" });
    let answers = ann.here.at_once((0..50).map(|_| request("POST", MFA, None, &[], Some(wrong.clone())))).await;
    let of = |slug: &str| answers.iter().filter(|answer| answer.text.contains(slug)).count();
    assert_eq!((of("/problems/wrong-code"), of("/problems/mfa-ended")), (5, 45));
    assert_eq!(ann.here.count("SELECT tries AS n FROM mfa_attempts").await, 5);
    ann.give(&token, "totp", &ann.code(0)).await.problem(401, "mfa-ended");
    ann.give(&ann.token().await, "totp", &ann.code(0)).await.expect(200);
}

#[tokio::test]
async fn the_fifth_code_may_still_be_right() {
    let ann = Ann::new().await;
    let token = ann.token().await;
    for _ in 0..4 {
        ann.give(&token, "totp", "00000").await.problem(401, "wrong-code");
    }
    ann.give(&token, "totp", &ann.code(0)).await.expect(200);
}

#[tokio::test]
async fn a_sign_in_waits_for_five_minutes() {
    let ann = Ann::new().await;
    let (first, second) = (ann.token().await, ann.token().await);
    ann.here.clock.advance(5 * 60 * 1000 - 1);
    ann.give(&first, "totp", &ann.code(0)).await.expect(200);
    ann.here.clock.advance(1);
    ann.give(&second, "totp", &ann.code(1)).await.problem(401, "mfa-ended");
}

#[tokio::test]
async fn nothing_that_opens_an_account_is_stored_readable() {
    let ann = Ann::new().await;
    let token = ann.token().await;
    let storage = ann.here.storage().await;
    for secret in [&token, &totp::base32(&ann.secret), &ann.codes[0], &ann.codes[0].replace('-', "")] {
        assert!(!storage.contains(secret.as_str()));
    }
}

#[tokio::test]
async fn what_is_wrong_in_a_body_is_told_and_costs_no_try() {
    let ann = Ann::new().await;
    assert_eq!(ann.here.post(MFA, None, json!({})).await.invalid(), ["/code", "/method", "/mfa_token"]);
    let bad = json!({ "mfa_token": ann.token().await, "method": "sms", "code": "1" });
    assert_eq!(ann.here.post(MFA, None, bad).await.invalid(), ["/method"]);
    assert_eq!(ann.here.count("SELECT tries AS n FROM mfa_attempts").await, 0);
    ann.give("unknown", "totp", "123456").await.problem(401, "mfa-ended");
}

#[tokio::test]
async fn an_app_counts_once_a_code_of_it_was_confirmed_and_is_not_replaced() {
    let here = Installation::new();
    let eve = here.sign_up("eve@example.org").await;
    let path = "/api/v1/me/factors/totp";
    here.post(&format!("{path}/confirm"), Some(&eve), json!({ "code": "123456" })).await.problem(409, "conflict");
    let first = here.post(path, Some(&eve), json!({})).await.expect(201);
    let second = here.post(path, Some(&eve), json!({})).await.expect(201);
    assert_ne!(first["secret"], second["secret"]);
    assert_eq!(here.post(&format!("{path}/confirm"), Some(&eve), json!({ "code": "1" })).await.invalid(), ["/code"]);
    here.sign_in("eve@example.org", PASSWORD).await;
    let ann = Ann::new().await;
    ann.here.post(path, Some(&ann.person), json!({})).await.problem(409, "conflict");
}

#[tokio::test]
async fn removing_it_and_new_codes_need_a_step_up() {
    let ann = Ann::new().await;
    let (path, renew) = ("/api/v1/me/factors/totp", "/api/v1/me/recovery-codes");
    ann.here.call("DELETE", path, Some(&ann.person), &[], None).await.problem(403, "step-up-required");
    ann.here.post(renew, Some(&ann.person), json!({})).await.problem(403, "step-up-required");
    let confirm = json!({ "code": ann.code(0) });
    ann.here.post("/api/v1/auth/step-up", Some(&ann.person), confirm).await.expect(200);
    let renewed = ann.here.post(renew, Some(&ann.person), json!({})).await.expect(200);
    ann.give(&ann.token().await, "recovery_code", &ann.codes[0]).await.problem(401, "wrong-code");
    let code = renewed["recovery_codes"][0].as_str().unwrap();
    ann.give(&ann.token().await, "recovery_code", code).await.expect(200);
    ann.here.call("DELETE", path, Some(&ann.person), &[], None).await.expect(204);
    ann.here.sign_in("ann@example.org", PASSWORD).await;
    assert_eq!(ann.here.count("SELECT COUNT(*) AS n FROM recovery_codes").await, 0);
    ann.here.call("DELETE", path, Some(&ann.person), &[], None).await.problem(404, "not-found");
    ann.here.post(renew, Some(&ann.person), json!({})).await.problem(409, "conflict");
}

#[tokio::test]
async fn staff_who_need_one_can_only_set_one_up() {
    let here = Installation::with(&[("MFA_REQUIRED_FOR_STAFF", "on")]);
    let dana = here.doctor("dana@example.org").await;
    here.get("/api/v1/rooms", Some(&dana)).await.problem(403, "second-factor-required");
    here.get("/api/v1/me/sessions", Some(&dana)).await.problem(403, "second-factor-required");
    here.get("/api/v1/me", Some(&dana)).await.expect(200);
    let begun = here.post("/api/v1/me/factors/totp", Some(&dana), json!({})).await.expect(201);
    let secret = totp::from_base32(begun["secret"].as_str().unwrap()).unwrap();
    let code = totp::code(&secret, here.services.now().0 / 30_000);
    here.post("/api/v1/me/factors/totp/confirm", Some(&dana), json!({ "code": code })).await.expect(200);
    here.get("/api/v1/rooms", Some(&dana)).await.expect(200);
    let pat = here.sign_up("pat@example.org").await;
    here.get("/api/v1/rooms", Some(&pat)).await.expect(200);
}

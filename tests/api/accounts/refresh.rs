//! `POST /api/v1/auth/refresh`

use super::super::support::{Answer, Installation, Person, request};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use virtual_doctor::accounts::refresh::RefreshToken;
use virtual_doctor::accounts::token;
use virtual_doctor::authorization::Role;
use virtual_doctor::encryption::KeyRing;
use virtual_doctor::http::Caller;
use virtual_doctor::id::Id;

const PATH: &str = "/api/v1/auth/refresh";
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

async fn refresh(here: &Installation, token: &str) -> Answer {
    here.post(PATH, None, json!({ "refresh_token": token })).await
}

fn refresh_token(pair: &Value) -> String {
    pair["refresh_token"].as_str().unwrap().to_owned()
}

async fn ann() -> (Installation, Person) {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    (here, ann)
}

#[tokio::test]
async fn a_token_gives_a_new_pair() {
    let (here, ann) = ann().await;
    here.clock.advance(60_000);
    let pair = refresh(&here, &ann.refresh).await.expect(200);
    assert_ne!(refresh_token(&pair), ann.refresh);
    assert_ne!(pair["access_token"], ann.access.as_str());
    assert_eq!(pair["user"]["id"], ann.user_id.as_str());
    let mut now = ann.clone();
    now.access = pair["access_token"].as_str().unwrap().to_owned();
    here.get("/api/v1/me", Some(&now)).await.expect(200);
    refresh(&here, &refresh_token(&pair)).await.expect(200);
}

#[tokio::test]
async fn a_retry_within_10_seconds_gives_the_same_pair() {
    let (here, ann) = ann().await;
    here.clock.advance(60_000);
    let first = refresh(&here, &ann.refresh).await.expect(200);
    here.clock.advance(10_000);
    assert_eq!(refresh(&here, &ann.refresh).await.expect(200), first);
}

#[tokio::test]
async fn a_token_used_again_later_ends_the_session_for_both_and_tells_its_owner() {
    let (here, ann) = ann().await;
    here.work().await;
    let pair = refresh(&here, &ann.refresh).await.expect(200);
    here.clock.advance(10_001);
    refresh(&here, &ann.refresh).await.problem(401, "session-ended");
    refresh(&here, &refresh_token(&pair)).await.problem(401, "session-ended");
    here.work().await;
    let mail = here.mailer.mails().pop().unwrap();
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), ("ann@example.org", "You were signed out for your safety"));
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'session.reuse_detected'").await, 1);
}

#[tokio::test]
async fn a_token_two_generations_old_ends_the_session_at_once() {
    let (here, ann) = ann().await;
    let second = refresh_token(&refresh(&here, &ann.refresh).await.expect(200));
    let third = refresh_token(&refresh(&here, &second).await.expect(200));
    refresh(&here, &ann.refresh).await.problem(401, "session-ended");
    refresh(&here, &third).await.problem(401, "session-ended");
}

#[tokio::test]
async fn other_sessions_go_on_when_one_ends() {
    let (here, ann) = ann().await;
    let phone = here.sign_in("ann@example.org", super::super::support::PASSWORD).await;
    refresh(&here, &ann.refresh).await.expect(200);
    here.clock.advance(10_001);
    refresh(&here, &ann.refresh).await.problem(401, "session-ended");
    refresh(&here, &phone.refresh).await.expect(200);
}

#[tokio::test]
async fn twins_get_the_same_pair() {
    let (here, ann) = ann().await;
    here.clock.advance(60_000);
    let twin = || request("POST", PATH, None, &[], Some(json!({ "refresh_token": ann.refresh })));
    let mut answers = here.at_once((0..10).map(|_| twin())).await;
    let first = answers.remove(0).expect(200);
    for answer in answers {
        assert_eq!(answer.expect(200), first);
    }
    assert_eq!(here.count("SELECT generation AS n FROM sessions").await, 1);
}

#[tokio::test]
async fn a_session_lives_for_30_days_from_its_last_refresh() {
    let (here, ann) = ann().await;
    here.clock.advance(29 * DAY_MS);
    let pair = refresh(&here, &ann.refresh).await.expect(200);
    here.clock.advance(29 * DAY_MS);
    let pair = refresh(&here, &refresh_token(&pair)).await.expect(200);
    here.clock.advance(30 * DAY_MS);
    refresh(&here, &refresh_token(&pair)).await.problem(401, "session-ended");
}

#[tokio::test]
async fn what_was_not_made_here_is_refused() {
    let (here, ann) = ann().await;
    let parts: Vec<&str> = ann.refresh.split('.').collect();
    let [kid, session, generation, mac] = parts[..] else { unreachable!("{}", ann.refresh) };
    let eve = here.sign_up("eve@example.org").await;
    let other = eve.refresh.split('.').nth(1).unwrap();
    for token in [
        String::new(),
        ann.access.clone(),
        format!("{kid}.{session}.1.{mac}"),
        format!("k9.{session}.{generation}.{mac}"),
        format!("{kid}.{other}.{generation}.{mac}"),
        format!("{kid}.{session}.{generation}."),
    ] {
        refresh(&here, &token).await.problem(401, "session-ended");
    }
    assert_eq!(here.post(PATH, None, json!({})).await.invalid(), ["/refresh_token"]);
    refresh(&here, &ann.refresh).await.expect(200);
}

#[tokio::test]
async fn a_suspended_account_stays_signed_in_no_longer() {
    let (here, ann) = ann().await;
    here.execute("UPDATE users SET suspended_at = 1").await;
    refresh(&here, &ann.refresh).await.problem(401, "session-ended");
}

#[tokio::test]
async fn new_roles_stand_in_the_next_token() {
    let (here, ann) = ann().await;
    here.make_staff(&ann, "doctor").await;
    let pair = refresh(&here, &ann.refresh).await.expect(200);
    assert_eq!(pair["user"]["roles"], json!(["patient", "doctor"]));
}

#[tokio::test]
async fn keys_rotate_without_signing_anyone_out() {
    let old = "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let ring = format!("k2:BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA,{old}");
    let here = Installation::with(&[("SIGNING_KEYS", &ring)]);
    let mut ann = here.sign_up("ann@example.org").await;
    let session_id = Id::parse(ann.refresh.split('.').nth(1).unwrap()).unwrap();
    let (old, user_id) = (KeyRing::parse(old).unwrap(), Id::parse(&ann.user_id).unwrap());
    let caller = Caller { user_id, session_id, roles: vec![Role::Patient] };
    ann.access = token::issue(&old, &caller, here.services.now()).unwrap();
    here.get("/api/v1/me", Some(&ann)).await.expect(200);

    let pair = refresh(&here, &RefreshToken { session_id, generation: 0 }.write(&old)).await.expect(200);
    let header = pair["access_token"].as_str().unwrap().split('.').next().unwrap().to_owned();
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    assert_eq!(header["kid"], "k2");
    assert!(refresh_token(&pair).starts_with("k2."));
}

#[tokio::test]
async fn a_key_that_was_taken_away_opens_nothing() {
    let here = Installation::with(&[("SIGNING_KEYS", "k2:BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]);
    let mut ann = here.sign_up("ann@example.org").await;
    let session_id = Id::parse(ann.refresh.split('.').nth(1).unwrap()).unwrap();
    let old = KeyRing::parse("k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").unwrap();
    let caller = Caller { user_id: Id::parse(&ann.user_id).unwrap(), session_id, roles: vec![Role::Patient] };
    ann.access = token::issue(&old, &caller, here.services.now()).unwrap();
    here.get("/api/v1/me", Some(&ann)).await.problem(401, "unauthenticated");
    refresh(&here, &RefreshToken { session_id, generation: 0 }.write(&old)).await.problem(401, "session-ended");
}

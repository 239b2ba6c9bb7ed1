//! The access token: what is accepted as one, and what stands in it.

use super::super::support::{Installation, Person};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use virtual_doctor::encryption::hmac_sha256;

/// The key of every installation in these tests: 32 bytes of 0.
const KEY: [u8; 32] = [0; 32];

fn part(token: &str, at: usize) -> Value {
    let part = token.split('.').nth(at).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn unsigned(header: &Value, claims: &Value) -> String {
    [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".")
}

fn signed(header: &Value, claims: &Value) -> String {
    let body = unsigned(header, claims);
    let mac = URL_SAFE_NO_PAD.encode(hmac_sha256(&KEY, body.as_bytes()));
    format!("{body}.{mac}")
}

/// What `GET /me` answers to a token.
async fn status(here: &Installation, token: &str) -> u16 {
    let authorization = format!("Bearer {token}");
    let answer = here.call("GET", "/api/v1/me", None, &[("authorization", &authorization)], None).await;
    let status = answer.status.as_u16();
    if status == 401 {
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        answer.problem(401, "unauthenticated");
    }
    status
}

async fn ann() -> (Installation, Person) {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    (here, ann)
}

#[tokio::test]
async fn it_holds_no_personal_data() {
    let (_, ann) = ann().await;
    assert_eq!(part(&ann.access, 0), json!({ "typ": "JWT", "alg": "HS256", "kid": "k1" }));
    let claims = part(&ann.access, 1);
    let names: Vec<&String> = claims.as_object().unwrap().keys().collect();
    assert_eq!(names, ["exp", "iat", "roles", "sid", "sub"]);
    assert_eq!(claims["sub"], ann.user_id.as_str());
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 900);
}

#[tokio::test]
async fn one_made_by_the_rules_is_accepted() {
    let (here, ann) = ann().await;
    // What the other tests change one thing of.
    assert_eq!(status(&here, &signed(&part(&ann.access, 0), &part(&ann.access, 1))).await, 200);
}

#[tokio::test]
async fn one_without_a_signature_is_refused() {
    let (here, ann) = ann().await;
    for algorithm in ["none", "None", "NONE"] {
        let header = json!({ "typ": "JWT", "alg": algorithm, "kid": "k1" });
        let body = unsigned(&header, &part(&ann.access, 1));
        for token in [format!("{body}."), body] {
            assert_eq!(status(&here, &token).await, 401, "{algorithm}");
        }
    }
    let body = ann.access.rsplit_once('.').unwrap().0;
    assert_eq!(status(&here, &format!("{body}.")).await, 401);
}

#[tokio::test]
async fn one_of_another_algorithm_is_refused() {
    let (here, ann) = ann().await;
    for algorithm in ["HS384", "HS512", "RS256", "ES256", "EdDSA"] {
        let header = json!({ "typ": "JWT", "alg": algorithm, "kid": "k1" });
        assert_eq!(status(&here, &signed(&header, &part(&ann.access, 1))).await, 401, "{algorithm}");
    }
}

#[tokio::test]
async fn one_under_another_key_is_refused() {
    let (here, ann) = ann().await;
    for kid in [json!("k2"), json!(""), json!("../k1"), Value::Null] {
        let header = json!({ "typ": "JWT", "alg": "HS256", "kid": kid });
        assert_eq!(status(&here, &signed(&header, &part(&ann.access, 1))).await, 401, "{kid}");
    }
    let header = json!({ "typ": "JWT", "alg": "HS256" });
    assert_eq!(status(&here, &signed(&header, &part(&ann.access, 1))).await, 401);
}

#[tokio::test]
async fn one_with_a_changed_claim_is_refused() {
    let (here, ann) = ann().await;
    let eve = here.sign_up("eve@example.org").await;
    for (claim, value) in [("sub", json!(eve.user_id)), ("roles", json!(["doctor"])), ("exp", json!(i64::MAX))] {
        let mut claims = part(&ann.access, 1);
        claims[claim] = value;
        let mac = ann.access.rsplit_once('.').unwrap().1;
        assert_eq!(status(&here, &format!("{}.{mac}", unsigned(&part(&ann.access, 0), &claims))).await, 401, "{claim}");
    }
}

#[tokio::test]
async fn one_without_a_claim_that_is_needed_is_refused() {
    let (here, ann) = ann().await;
    for claim in ["sub", "sid", "roles", "iat", "exp"] {
        let mut claims = part(&ann.access, 1);
        claims.as_object_mut().unwrap().remove(claim);
        assert_eq!(status(&here, &signed(&part(&ann.access, 0), &claims)).await, 401, "{claim}");
    }
}

#[tokio::test]
async fn it_expires_after_15_minutes() {
    let (here, ann) = ann().await;
    here.clock.advance(15 * 60 * 1000 - 1000);
    assert_eq!(status(&here, &ann.access).await, 200);
    here.clock.advance(1000);
    assert_eq!(status(&here, &ann.access).await, 401);
    here.clock.advance(60 * 1000);
    assert_eq!(status(&here, &ann.access).await, 401);
}

#[tokio::test]
async fn one_that_has_not_begun_is_refused() {
    let (here, ann) = ann().await;
    let mut claims = part(&ann.access, 1);
    let now = claims["iat"].as_i64().unwrap();
    claims["nbf"] = json!(now);
    assert_eq!(status(&here, &signed(&part(&ann.access, 0), &claims)).await, 200);
    claims["nbf"] = json!(now + 60);
    assert_eq!(status(&here, &signed(&part(&ann.access, 0), &claims)).await, 401);
    claims["nbf"] = Value::Null;
    claims["iat"] = json!(now + 3600);
    assert_eq!(status(&here, &signed(&part(&ann.access, 0), &claims)).await, 401);
}

#[tokio::test]
async fn what_is_no_token_is_refused() {
    let (here, ann) = ann().await;
    for token in ["", ".", "..", "a.b.c", "ä", &ann.refresh] {
        assert_eq!(status(&here, token).await, 401, "{token}");
    }
    for authorization in ["", "Bearer", "Basic YW5uOnB3", &ann.access] {
        let answer = here.call("GET", "/api/v1/me", None, &[("authorization", authorization)], None).await;
        answer.problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn the_scheme_is_read_in_any_case() {
    let (here, ann) = ann().await;
    let authorization = format!("bEARER {}", ann.access);
    here.call("GET", "/api/v1/me", None, &[("authorization", &authorization)], None).await.expect(200);
}

//! Signing in with cookies, and other sites that would like to use them.

use super::super::support::{Answer, Installation, PASSWORD, Person};
use serde_json::{Value, json};

const OURS: &str = "http://localhost:8787";
const LOGIN: &str = "/api/v1/auth/login";
const REFRESH: &str = "/api/v1/auth/refresh";
const LOGOUT: &str = "/api/v1/auth/logout";
/// Changes something, and takes any body.
const UNSAFE: &str = "/api/v1/auth/step-up";
const NAMES: [&str; 3] = ["__Host-access", "__Host-refresh", "__Host-csrf"];

/// A browser: what it keeps, and the headers that it adds by itself.
#[derive(Clone)]
struct Browser {
    cookies: Vec<(String, String)>,
    origin: Option<&'static str>,
    /// What the page's script puts into `X-CSRF-Token`.
    csrf: Option<String>,
}

impl Browser {
    fn new() -> Self {
        Self { cookies: Vec::new(), origin: Some(OURS), csrf: None }
    }

    async fn call(&mut self, here: &Installation, method: &str, path: &str, body: Option<Value>) -> Answer {
        let kept: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let (kept, mut headers) = (kept.join("; "), Vec::new());
        headers.extend((!kept.is_empty()).then_some(("cookie", kept.as_str())));
        headers.extend(self.origin.map(|origin| ("origin", origin)));
        headers.extend(self.csrf.as_deref().map(|token| ("x-csrf-token", token)));
        let answer = here.call(method, path, None, &headers, body).await;
        for (name, value, rest) in set_cookies(&answer) {
            self.cookies.retain(|(kept, _)| *kept != name);
            if !rest.contains("Max-Age=0") {
                self.cookies.push((name, value));
            }
        }
        answer
    }

    async fn post(&mut self, here: &Installation, path: &str, body: Value) -> Answer {
        self.call(here, "POST", path, Some(body)).await
    }

    /// As the page does, which reads the token off its cookie.
    async fn sign_in(here: &Installation, email: &str) -> Self {
        let mut browser = Self::new();
        let body = json!({ "email": email, "password": PASSWORD, "cookies": true });
        browser.post(here, LOGIN, body).await.expect(200);
        browser.csrf = Some(browser.cookie("__Host-csrf"));
        browser
    }

    fn cookie(&self, name: &str) -> String {
        self.cookies.iter().find(|(kept, _)| kept == name).map(|(_, value)| value.clone()).unwrap()
    }

    fn from(self, origin: Option<&'static str>) -> Self {
        Self { origin, ..self }
    }
}

/// Name, value and attributes of each cookie that an answer sets.
fn set_cookies(answer: &Answer) -> Vec<(String, String, String)> {
    let all = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    all.map(|text| {
        let (pair, rest) = text.split_once("; ").unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        (name.to_owned(), value.to_owned(), rest.to_owned())
    })
    .collect()
}

async fn ann() -> (Installation, Person, Browser) {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    let browser = Browser::sign_in(&here, "ann@example.org").await;
    (here, ann, browser)
}

#[tokio::test]
async fn the_tokens_are_in_cookies_that_no_script_reads_and_nowhere_else() {
    let (here, ann, mut browser) = ann().await;
    let body = json!({ "email": "ann@example.org", "password": PASSWORD, "cookies": true });
    let answer = Browser::new().post(&here, LOGIN, body).await;
    let set = set_cookies(&answer);
    let attributes: Vec<(&str, &str)> = set.iter().map(|(name, _, rest)| (name.as_str(), rest.as_str())).collect();
    let closed = "Path=/; Secure; SameSite=Strict; HttpOnly";
    assert_eq!(attributes, [(NAMES[0], closed), (NAMES[1], closed), (NAMES[2], "Path=/; Secure; SameSite=Strict")]);
    for (_, value, _) in &set {
        assert!(value.len() > 40 && !answer.text.contains(value), "{}", answer.text);
    }
    let mut document = answer.expect(200);
    let user = document.as_object_mut().unwrap().remove("user").unwrap();
    assert_eq!((&user["id"], document), (&json!(ann.user_id), json!({ "expires_in_s": 900 })));
    let me = browser.call(&here, "GET", "/api/v1/me", None).await.expect(200);
    assert_eq!(me["id"], ann.user_id.as_str());
}

#[tokio::test]
async fn who_does_not_ask_for_cookies_gets_none() {
    let here = Installation::new();
    here.sign_up("ann@example.org").await;
    for body in [json!({}), json!({ "cookies": false })] {
        let mut whole = json!({ "email": "ann@example.org", "password": PASSWORD });
        whole.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        let answer = Browser::new().post(&here, LOGIN, whole).await;
        assert!(set_cookies(&answer).is_empty());
        let tokens = answer.expect(200);
        let refreshed = here.post(REFRESH, None, json!({ "refresh_token": tokens["refresh_token"] })).await;
        assert!(set_cookies(&refreshed).is_empty());
        assert!(refreshed.expect(200)["access_token"].is_string());
    }
}

#[tokio::test]
async fn cookies_are_given_to_our_own_pages_only() {
    let here = Installation::with(&[("ALLOWED_ORIGINS", "https://app.example.org")]);
    here.sign_up("ann@example.org").await;
    let body = json!({ "email": "ann@example.org", "password": PASSWORD, "cookies": true });
    for origin in [None, Some("null"), Some("https://evil.example.org"), Some("http://localhost"), Some("")] {
        let answer = Browser::new().from(origin).post(&here, LOGIN, body.clone()).await;
        assert!(set_cookies(&answer).is_empty());
        answer.problem(403, "foreign-origin");
        let factor = json!({ "mfa_token": "x", "method": "totp", "code": "1", "cookies": true });
        let answer = Browser::new().from(origin).post(&here, "/api/v1/auth/mfa", factor).await;
        answer.problem(403, "foreign-origin");
    }
    for origin in [OURS, "https://app.example.org"] {
        Browser::new().from(Some(origin)).post(&here, LOGIN, body.clone()).await.expect(200);
    }
    let headers = [("origin", OURS), ("sec-fetch-site", "cross-site")];
    here.call("POST", LOGIN, None, &headers, Some(body)).await.problem(403, "foreign-origin");
}

#[tokio::test]
async fn what_changes_something_needs_the_token_of_this_very_session() {
    let (here, _, browser) = ann().await;
    let other = Browser::sign_in(&here, "ann@example.org").await;
    let right = json!({ "password": PASSWORD });
    let token = browser.csrf.clone().unwrap();
    let mut flipped = token.clone();
    flipped.pop();
    for csrf in [None, other.csrf, Some(String::new()), Some("k1.".into()), Some(flipped), Some(format!("{token}A"))] {
        let mut without = Browser { csrf: csrf.clone(), ..browser.clone() };
        let answer = without.post(&here, UNSAFE, right.clone()).await;
        assert_eq!(answer.status, 403, "{csrf:?}: {}", answer.text);
        answer.problem(403, "csrf-token");
        without.post(&here, REFRESH, json!({})).await.problem(403, "csrf-token");
        without.call(&here, "DELETE", "/api/v1/me/factors/totp", None).await.problem(403, "csrf-token");
        // The cookie beside it says nothing: whoever plants both has not made them.
        without.cookies.retain(|(name, _)| name != "__Host-csrf");
        without.cookies.push(("__Host-csrf".into(), csrf.unwrap_or_default()));
        without.post(&here, UNSAFE, right.clone()).await.problem(403, "csrf-token");
        without.call(&here, "GET", "/api/v1/me", None).await.expect(200);
    }
    let mut same = browser.clone();
    same.post(&here, UNSAFE, right).await.expect(200);
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'session.step_up_refused'").await, 0);
}

#[tokio::test]
async fn what_changes_something_comes_from_our_own_pages() {
    let here = Installation::with(&[("ALLOWED_ORIGINS", "https://app.example.org")]);
    here.sign_up("ann@example.org").await;
    let browser = Browser::sign_in(&here, "ann@example.org").await;
    let right = json!({ "password": PASSWORD });
    for origin in [None, Some("null"), Some("https://evil.example.org"), Some("http://localhost:8788")] {
        let mut elsewhere = browser.clone().from(origin);
        for path in [UNSAFE, REFRESH, LOGOUT, "/api/v1/medicines/check"] {
            elsewhere.post(&here, path, json!({})).await.problem(403, "foreign-origin");
        }
        elsewhere.call(&here, "GET", "/api/v1/me", None).await.expect(200);
    }
    for origin in [OURS, "https://app.example.org"] {
        browser.clone().from(Some(origin)).post(&here, UNSAFE, right.clone()).await.expect(200);
    }
}

#[tokio::test]
async fn authorization_is_judged_alone() {
    let (here, ann, browser) = ann().await;
    let eve = here.sign_up("eve@example.org").await;
    let kept = format!("__Host-access={}; __Host-refresh={}", browser.cookie(NAMES[0]), browser.cookie(NAMES[1]));
    let beside = [("cookie", kept.as_str()), ("origin", "https://evil.example.org")];
    // Neither origin nor token are asked for, and it is Eve who calls.
    let body = Some(json!({ "password": PASSWORD }));
    here.call("POST", UNSAFE, Some(&eve), &beside, body).await.expect(200);
    let me = here.call("GET", "/api/v1/me", Some(&eve), &beside, None).await.expect(200);
    assert_eq!(me["id"], eve.user_id.as_str());
    // A wrong one is not made good by a cookie, and neither is another scheme.
    for wrong in ["Bearer x", "Bearer ", "Basic YTpi", "x"] {
        let headers = [("cookie", kept.as_str()), ("origin", OURS), ("authorization", wrong)];
        here.call("GET", "/api/v1/me", None, &headers, None).await.problem(401, "unauthenticated");
        let answer = here.call("POST", REFRESH, None, &headers, Some(json!({}))).await;
        assert_eq!(answer.invalid(), ["/refresh_token"]);
    }
    // An API key or a refresh token is no access token, wherever it stands.
    for token in [browser.cookie(NAMES[1]), "vd_x".into(), String::new()] {
        let cookie = format!("__Host-access={token}");
        let headers = [("cookie", cookie.as_str())];
        here.call("GET", "/api/v1/me", None, &headers, None).await.problem(401, "unauthenticated");
    }
    // An answer to whoever signed in with a header touches no cookies.
    let answer = here.call("POST", LOGOUT, Some(&ann), &[("cookie", kept.as_str())], None).await;
    assert!(set_cookies(&answer).is_empty());
    assert_eq!(answer.status, 204);
}

#[tokio::test]
async fn a_refresh_rotates_both_cookies_and_a_stolen_one_ends_the_session() {
    let (here, _, mut browser) = ann().await;
    let thief = browser.clone();
    here.clock.advance(60_000);
    let answer = browser.post(&here, REFRESH, json!({})).await;
    assert_eq!(set_cookies(&answer).len(), 3);
    let document = answer.expect(200);
    assert!(document["access_token"].is_null() && document["refresh_token"].is_null(), "{document}");
    for name in &NAMES[..2] {
        assert_ne!(browser.cookie(name), thief.cookie(name));
    }
    assert_eq!(browser.cookie(NAMES[2]), thief.cookie(NAMES[2]), "the token is the session's");
    browser.call(&here, "GET", "/api/v1/me", None).await.expect(200);
    // A retry within the grace has the same pair.
    let mut retry = thief.clone();
    here.clock.advance(10_000);
    retry.post(&here, REFRESH, json!({})).await.expect(200);
    assert_eq!(retry.cookies, browser.cookies);
    here.clock.advance(1);
    thief.clone().post(&here, REFRESH, json!({})).await.problem(401, "session-ended");
    browser.post(&here, REFRESH, json!({})).await.problem(401, "session-ended");
    browser.call(&here, "GET", "/api/v1/me", None).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn an_access_cookie_that_has_expired_is_401_until_it_is_refreshed() {
    let (here, _, mut browser) = ann().await;
    here.clock.advance(15 * 60 * 1000);
    browser.call(&here, "GET", "/api/v1/me", None).await.problem(401, "unauthenticated");
    browser.post(&here, REFRESH, json!({})).await.expect(200);
    browser.call(&here, "GET", "/api/v1/me", None).await.expect(200);
}

#[tokio::test]
async fn signing_out_clears_all_of_them() {
    let (here, _, mut browser) = ann().await;
    let before = browser.clone();
    let answer = browser.call(&here, "POST", LOGOUT, None).await;
    let cleared: Vec<String> =
        set_cookies(&answer).iter().map(|(name, value, rest)| format!("{name}={value}; {rest}")).collect();
    let closed = "=; Path=/; Secure; SameSite=Strict; HttpOnly; Max-Age=0";
    let open = "=; Path=/; Secure; SameSite=Strict; Max-Age=0";
    assert_eq!(cleared, [[NAMES[0], closed].concat(), [NAMES[1], closed].concat(), [NAMES[2], open].concat()]);
    assert_eq!((answer.status.as_u16(), browser.cookies.len()), (204, 0));
    // Whoever kept a copy has nothing.
    before.clone().call(&here, "GET", "/api/v1/me", None).await.problem(401, "unauthenticated");
    before.clone().post(&here, REFRESH, json!({})).await.problem(401, "session-ended");
    browser.call(&here, "POST", LOGOUT, None).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_suspended_user_is_let_in_no_more() {
    let (here, _, mut browser) = ann().await;
    here.execute("UPDATE users SET suspended_at = 1").await;
    here.clock.advance(5_000);
    browser.call(&here, "GET", "/api/v1/me", None).await.problem(401, "unauthenticated");
    browser.post(&here, UNSAFE, json!({ "password": PASSWORD })).await.problem(401, "unauthenticated");
    browser.post(&here, REFRESH, json!({})).await.problem(401, "session-ended");
}

#[tokio::test]
async fn the_second_factor_brings_the_cookies_and_the_password_alone_none() {
    let ann = super::factors::Ann::new().await;
    let here = &ann.here;
    let mut browser = Browser::new();
    let body = json!({ "email": "ann@example.org", "password": PASSWORD, "cookies": true });
    let asked = browser.post(here, LOGIN, body).await.expect(200);
    assert_eq!((&asked["mfa_required"], browser.cookies.len()), (&json!(true), 0));
    let factor = json!({ "mfa_token": asked["mfa_token"], "method": "totp", "code": ann.code(0), "cookies": true });
    let signed_in = browser.post(here, "/api/v1/auth/mfa", factor).await.expect(200);
    assert_eq!(signed_in["user"]["id"], ann.person.user_id.as_str());
    assert!(signed_in["access_token"].is_null());
    assert_eq!(browser.cookies.len(), 3);
    browser.call(here, "GET", "/api/v1/me", None).await.expect(200);
}

#[tokio::test]
async fn no_token_is_stored_or_logged() {
    let (here, _, mut browser) = ann().await;
    let key = [("idempotency-key", "once"), ("origin", OURS)];
    let body = json!({ "email": "ann@example.org", "password": PASSWORD, "cookies": true });
    let twice = [
        here.call("POST", LOGIN, None, &key, Some(body.clone())).await,
        here.call("POST", LOGIN, None, &key, Some(body)).await,
    ];
    assert_ne!(set_cookies(&twice[0]), set_cookies(&twice[1]));
    // What is stored of a creation by cookie is replayed without one.
    let assess = json!({ "patient": { "age_years": 54, "sex": "male" }, "text": "cough" });
    browser.post(&here, "/api/v1/assessments", assess).await.expect(201);
    browser.post(&here, REFRESH, json!({})).await.expect(200);
    let stored = here.storage().await + &here.log.lines().join("\n");
    let given = twice.iter().flat_map(set_cookies).map(|(_, value, _)| value);
    for token in given.chain(browser.cookies.iter().map(|(_, value)| value.clone())) {
        assert!(!stored.contains(&token), "{token}");
    }
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM idempotency").await, 0);
}

#[tokio::test]
async fn the_coarse_limits_count_a_browser_as_its_user() {
    let here = Installation::with(&[("RATE_LIMITS", "on")]);
    here.sign_up("ann@example.org").await;
    let mut browser = Browser::sign_in(&here, "ann@example.org").await;
    let left = async |browser: &mut Browser| {
        let answer = browser.call(&here, "GET", "/api/v1/me", None).await;
        let limit = answer.header("ratelimit").to_owned();
        answer.expect(200);
        limit
    };
    let (first, second) = (left(&mut browser).await, left(&mut browser).await);
    assert_ne!(first, second);
    let mut phone = Browser::sign_in(&here, "ann@example.org").await;
    assert_ne!(left(&mut phone).await, first, "of one user, not of one browser");
}

#[tokio::test]
async fn other_sites_scripts_are_never_let_use_cookies() {
    let here = Installation::with(&[("ALLOWED_ORIGINS", "https://app.example.org")]);
    for origin in ["https://app.example.org", "https://evil.example.org"] {
        let answer = here.call("GET", "/api/v1/me", None, &[("origin", origin)], None).await;
        assert_eq!(answer.header("access-control-allow-credentials"), "");
    }
}

#[tokio::test]
async fn a_socket_is_opened_by_our_own_pages_and_by_programs() {
    let here = Installation::with(&[("ALLOWED_ORIGINS", "https://app.example.org")]);
    let path = "/api/v1/rooms/01932c07-5d3a-7a00-8000-3a5a2c9e1b10/socket?ticket=x";
    let upgrade = async |more: &[(&str, &str)]| {
        let headers = [&[("upgrade", "websocket")], more].concat();
        here.call("GET", path, None, &headers, None).await
    };
    for origin in ["https://evil.example.org", "null", "http://localhost", "file://"] {
        upgrade(&[("origin", origin)]).await.problem(403, "foreign-origin");
    }
    upgrade(&[("cookie", "__Host-access=x")]).await.problem(403, "foreign-origin");
    // Let through: this host has no sockets.
    for more in [&[][..], &[("origin", OURS)], &[("origin", "https://app.example.org")]] {
        upgrade(more).await.problem(400, "malformed-request");
    }
}

#[test]
fn the_document_names_the_cookie_and_the_header() {
    let document = virtual_doctor::openapi::document();
    let schemes = &document["components"]["securitySchemes"];
    for (scheme, place, name) in [("cookie", "cookie", "__Host-access"), ("csrf", "header", "X-CSRF-Token")] {
        assert_eq!((&schemes[scheme]["type"], &schemes[scheme]["in"]), (&json!("apiKey"), &json!(place)));
        assert_eq!(schemes[scheme]["name"], name);
    }
    let mut ways = 0;
    for operations in document["paths"].as_object().unwrap().values() {
        for (method, operation) in operations.as_object().unwrap() {
            let Some(security) = operation["security"].as_array() else { continue };
            let cookie = if method == "get" { json!({ "cookie": [] }) } else { json!({ "cookie": [], "csrf": [] }) };
            assert_eq!(security.last(), Some(&cookie), "{}", operation["operationId"]);
            ways += 1;
        }
    }
    assert!(ways > 50, "{ways}");
}

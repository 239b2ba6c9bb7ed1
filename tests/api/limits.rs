//! Limits: signing in, what is guarded like it, and a fair share for everybody.

use super::support::{Installation, PASSWORD, Person, request};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use virtual_doctor::authorization::Role;
use virtual_doctor::config::Config;
use virtual_doctor::limits::policies::{By, Policy, Who};
use virtual_doctor::limits::{ClientAddress, Guard, Rule, throttle};

const LOGIN: &str = "/api/v1/auth/login";
const HOME: &str = "192.0.2.1";

fn limited() -> Installation {
    Installation::with(&[("RATE_LIMITS", "on")])
}

fn sign_in(from: &str, email: &str, password: &str) -> Request<Body> {
    let body = json!({ "email": email, "password": password });
    request("POST", LOGIN, None, &[("cf-connecting-ip", from)], Some(body))
}

/// An address that was not asked for before.
fn somewhere(number: usize) -> String {
    format!("198.51.{}.{}", 100 + number / 250, 1 + number % 250)
}

async fn try_in(here: &Installation, from: &str, email: &str, password: &str) -> u16 {
    here.send(sign_in(from, email, password)).await.status.as_u16()
}

async fn at_once(here: &Installation, requests: Vec<Request<Body>>) -> (usize, usize) {
    let answers = here.at_once(requests).await;
    let count = |status: u16| answers.iter().filter(|answer| answer.status.as_u16() == status).count();
    assert_eq!(count(401) + count(429), answers.len());
    (count(401), count(429))
}

#[tokio::test]
async fn of_fifty_attempts_at_once_ten_get_through_to_the_password() {
    let here = limited();
    here.sign_up("ann@example.org").await;
    let known = (0..50).map(|_| sign_in("192.0.2.2", "ann@example.org", "wrong wrong")).collect();
    assert_eq!(at_once(&here, known).await, (10, 40));
    let unknown = (0..50).map(|_| sign_in("192.0.2.3", "eve@example.org", "wrong wrong")).collect();
    assert_eq!(at_once(&here, unknown).await, (10, 40));
    let many = (0..50).map(|n| sign_in("192.0.2.4", &format!("p{n}@example.org"), "wrong wrong")).collect();
    assert_eq!(at_once(&here, many).await, (10, 40));
    // Each refused one left no trace; each other one an audit row.
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'session.refused'").await, 30);
}

#[tokio::test]
async fn of_fifty_addresses_at_once_thirty_get_through_to_one_account() {
    let here = limited();
    let swarm = (0..50).map(|n| sign_in(&somewhere(n), "ann@example.org", "wrong wrong")).collect();
    assert_eq!(at_once(&here, swarm).await, (30, 20));
}

#[tokio::test]
async fn a_refusal_is_the_same_for_an_account_that_exists_and_one_that_does_not() {
    let here = limited();
    here.sign_up("ann@example.org").await;
    let mut refusals = Vec::new();
    for (from, email) in [("192.0.2.2", "ann@example.org"), ("192.0.2.3", "eve@example.org")] {
        for _ in 0..10 {
            assert_eq!(try_in(&here, from, email, "wrong wrong").await, 401);
        }
        // Not even the right password tells.
        let answer = here.send(sign_in(from, email, PASSWORD)).await;
        assert_eq!(answer.header("retry-after"), "60");
        let mut problem = answer.problem(429, "too-many-requests");
        problem.as_object_mut().unwrap().remove("request_id");
        refusals.push(problem);
    }
    assert_eq!(refusals[0], refusals[1]);
}

#[tokio::test]
async fn the_delays_of_whoever_goes_on_failing_grow() {
    let here = limited();
    let (mut waits, mut failures) = (Vec::new(), 0);
    while failures < 25 {
        let answer = here.send(sign_in(HOME, "ann@example.org", "wrong wrong")).await;
        if answer.status == 401 {
            failures += 1;
            continue;
        }
        let wait: i64 = answer.header("retry-after").parse().unwrap();
        waits.push(wait);
        here.clock.advance((wait - 1) * 1000);
        assert_eq!(try_in(&here, HOME, "ann@example.org", "wrong wrong").await, 429);
        here.clock.advance(1000);
    }
    assert_eq!((waits[0], waits[1]), (60, 60));
    assert!(waits.last().unwrap() > &200, "{waits:?}");
}

#[tokio::test]
async fn the_right_password_counts_as_no_failure_and_clears_those_before_it() {
    let here = limited();
    here.sign_up("ann@example.org").await;
    for _ in 0..40 {
        assert_eq!(try_in(&here, HOME, "ann@example.org", PASSWORD).await, 200);
    }
    for _ in 0..5 {
        for _ in 0..9 {
            assert_eq!(try_in(&here, HOME, "ann@example.org", "wrong wrong").await, 401);
        }
        assert_eq!(try_in(&here, HOME, "ann@example.org", PASSWORD).await, 200);
        // The address itself has to wait for its own.
        here.clock.advance(60_000);
    }
}

#[tokio::test]
async fn an_attack_on_an_account_does_not_lock_its_owner_out() {
    let here = limited();
    here.sign_up("ann@example.org").await;
    assert_eq!(try_in(&here, HOME, "ann@example.org", PASSWORD).await, 200);
    for number in 0..40 {
        try_in(&here, &somewhere(number), "ann@example.org", "wrong wrong").await;
    }
    // From where nobody signed in before, everyone waits, for two minutes at most.
    let new = here.send(sign_in("203.0.113.9", "ann@example.org", PASSWORD)).await;
    let wait: i64 = new.header("retry-after").parse().unwrap();
    assert!(new.status == 429 && wait <= 120, "{wait}");
    assert_eq!(try_in(&here, HOME, "ann@example.org", PASSWORD).await, 200);
    // What the owner was made to wait for is not held against them afterwards.
    here.clock.advance(wait * 1000);
    assert_eq!(try_in(&here, "203.0.113.9", "ann@example.org", PASSWORD).await, 200);
    // Ninety days later home is as unknown as any other place.
    here.clock.advance(91 * 86_400_000);
    for number in 100..140 {
        try_in(&here, &somewhere(number), "ann@example.org", "wrong wrong").await;
    }
    assert_eq!(try_in(&here, HOME, "ann@example.org", PASSWORD).await, 429);
}

#[tokio::test]
async fn an_address_counts_by_its_network() {
    let here = limited();
    for host in 0..10 {
        let from = format!("2001:db8:1:2:{host:x}::7");
        assert_eq!(try_in(&here, &from, &format!("p{host}@example.org"), "wrong wrong").await, 401);
    }
    assert_eq!(try_in(&here, "2001:db8:1:2:ffff::1", "q@example.org", "wrong wrong").await, 429);
    assert_eq!(try_in(&here, "2001:db8:1:3::1", "q@example.org", "wrong wrong").await, 401);
    // Whoever has no address shares with all who have none.
    for n in 0..10 {
        assert_eq!(try_in(&here, &format!("no address {n}"), &format!("p{n}@example.org"), "wrong wrong").await, 401);
    }
    assert_eq!(try_in(&here, "nor this", "r@example.org", "wrong wrong").await, 429);
}

#[tokio::test]
async fn while_nobody_counts_nobody_signs_in_or_registers() {
    let here = limited();
    let ann = here.sign_up("ann@example.org").await;
    here.limiter.set_cut(true);
    let refused = here.send(sign_in(HOME, "ann@example.org", PASSWORD)).await;
    assert!(!refused.header("retry-after").is_empty());
    refused.problem(503, "unavailable");
    let body = json!({ "email": "bob@example.org", "password": PASSWORD, "name": "Bob" });
    here.post("/api/v1/auth/register", None, body).await.problem(503, "unavailable");
    // A refresh token cannot be guessed.
    here.post("/api/v1/auth/refresh", None, json!({ "refresh_token": ann.refresh })).await.expect(200);
    here.get("/api/v1/me", Some(&ann)).await.expect(200);
    here.limiter.set_cut(false);
    assert_eq!(try_in(&here, HOME, "ann@example.org", PASSWORD).await, 200);
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM users").await, 1);
}

#[tokio::test]
async fn registering_and_refreshing_are_guarded_too() {
    let here = limited();
    let register = |from: &str, email: &str| {
        let body = json!({ "email": email, "password": PASSWORD, "name": "Ann" });
        request("POST", "/api/v1/auth/register", None, &[("cf-connecting-ip", from)], Some(body))
    };
    for number in 0..5 {
        here.send(register(&somewhere(number), "ann@example.org")).await.expect(202);
    }
    here.send(register(HOME, "ann@example.org")).await.problem(429, "too-many-requests");
    let many = here.at_once((0..30).map(|n| register(HOME, &format!("p{n}@example.org")))).await;
    // One of the address's 20 went to the attempt that its subject refused.
    assert_eq!(many.iter().filter(|answer| answer.status == 202).count(), 19);

    let mut refresh = here.sign_in("ann@example.org", PASSWORD).await.refresh;
    for _ in 0..30 {
        let pair = here.post("/api/v1/auth/refresh", None, json!({ "refresh_token": refresh })).await.expect(200);
        refresh = pair["refresh_token"].as_str().unwrap().to_owned();
    }
    let body = json!({ "refresh_token": refresh });
    here.post("/api/v1/auth/refresh", None, body).await.problem(429, "too-many-requests");
}

#[tokio::test]
async fn each_guard_is_exact_and_apart_from_the_others() {
    let here = limited();
    let client = ClientAddress("somebody".to_owned());
    for (guard, expected) in [
        (Guard::Register, 5),
        (Guard::PasswordReset, 3),
        (Guard::Verification, 3),
        (Guard::SecondFactor, 5),
        (Guard::Refresh, 30),
    ] {
        let mut through = 0;
        for _ in 0..50 {
            match throttle(&here.services, guard, &client, "ann@example.org").await {
                Ok(()) => through += 1,
                Err(error) => assert_eq!(error.into_problem().kind.status, 429),
            }
        }
        // Of reset and verification the address has 20: 17 refused by the subject used them up.
        assert_eq!(through, expected, "{guard:?}");
    }
    here.limiter.set_cut(true);
    for guard in [Guard::Register, Guard::PasswordReset, Guard::Verification, Guard::SecondFactor] {
        let away = throttle(&here.services, guard, &client, "ann@example.org").await.unwrap_err();
        assert_eq!(away.into_problem().kind.status, 503, "{guard:?}");
    }
    assert!(throttle(&here.services, Guard::Refresh, &client, "ann@example.org").await.is_ok());
}

#[tokio::test]
async fn what_is_counted_names_nobody() {
    let here = limited();
    here.sign_up("ann@example.org").await;
    try_in(&here, HOME, "ann@example.org", PASSWORD).await;
    try_in(&here, "2001:db8:1:2::1", "ann@example.org", "wrong wrong").await;
    let everything = format!("{:?} {} {:?}", here.limiter.names(), here.storage().await, here.log.lines());
    for readable in [HOME, "2001:db8", "ann@"] {
        assert!(!everything.contains(readable), "{readable}");
    }
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM known_addresses").await, 2);
}

fn policy(name: &'static str, path: &'static str, who: Who, by: By, quota: u32) -> Policy {
    Policy { name, method: None, path, who, by, rule: Rule::new(quota, 60) }
}

fn with_policies(policies: Vec<Policy>) -> Installation {
    Installation::with_policies(&[("RATE_LIMITS", "on")], policies)
}

async fn ask(here: &Installation, path: &str, person: Option<&Person>, from: &str) -> (u16, String, String) {
    let answer = here.call("GET", path, person, &[("cf-connecting-ip", from)], None).await;
    (answer.status.as_u16(), answer.header("ratelimit-policy").into(), answer.header("ratelimit").into())
}

#[tokio::test]
async fn a_limited_answer_says_what_is_left() {
    let here = with_policies(vec![policy("two", "/api/v1/medicines/*", Who::Anyone, By::Address, 2)]);
    let path = "/api/v1/medicines/amoxicillin";
    let two = "\"two\";q=2;w=60".to_owned();
    assert_eq!(ask(&here, path, None, HOME).await, (200, two.clone(), "\"two\";r=1;t=30".into()));
    assert_eq!(ask(&here, path, None, HOME).await, (200, two.clone(), "\"two\";r=0;t=60".into()));
    let refused = here.call("GET", path, None, &[("cf-connecting-ip", HOME)], None).await;
    assert_eq!((refused.header("ratelimit-policy"), refused.header("ratelimit")), (two.as_str(), "\"two\";r=0;t=60"));
    assert_eq!(refused.header("retry-after"), "30");
    refused.problem(429, "too-many-requests");
    assert_eq!(ask(&here, path, None, "192.0.2.9").await.0, 200);
    here.clock.advance(30_000);
    assert_eq!(ask(&here, path, None, HOME).await.0, 200);
    // No policy, no headers.
    assert_eq!(ask(&here, "/api/v1/conditions", None, HOME).await, (200, String::new(), String::new()));
}

#[tokio::test]
async fn each_kind_of_caller_has_its_own_limit() {
    let here = with_policies(vec![
        policy("list", "/api/v1/rooms", Who::Anyone, By::Caller, 1),
        policy("doctor", "/api/v1/*", Who::Holder(Role::Doctor), By::Caller, 3),
        policy("signed-out", "/api/v1/medicines", Who::SignedOut, By::Address, 2),
        policy("everyone", "/api/v1/me", Who::Anyone, By::Caller, 2),
    ]);
    let (ann, bob) = (here.sign_up("ann@example.org").await, here.sign_up("bob@example.org").await);
    let dana = here.doctor("dana@example.org").await;
    let through = async |path: &str, person: Option<&Person>, policy: &str| {
        let mut through = 0;
        for _ in 0..6 {
            let (status, found, _) = ask(&here, path, person, HOME).await;
            assert!(found.starts_with(&format!("\"{policy}\";")), "{found}");
            through += usize::from(status == 200);
        }
        through
    };
    // By user, though all come from one address.
    assert_eq!(through("/api/v1/me", Some(&ann), "everyone").await, 2);
    assert_eq!(through("/api/v1/me", Some(&bob), "everyone").await, 2);
    // The first that matches applies: by route before by role.
    assert_eq!(through("/api/v1/me", Some(&dana), "doctor").await, 3);
    assert_eq!(through("/api/v1/rooms", Some(&dana), "list").await, 1);
    assert_eq!(through("/api/v1/medicines", None, "signed-out").await, 2);
    // A token that is none is nobody's.
    let forged = Person { access: "forged".into(), ..ann.clone() };
    let (status, found, _) = ask(&here, "/api/v1/medicines", Some(&forged), "192.0.2.7").await;
    assert_eq!((status, found.starts_with("\"signed-out\"")), (200, true));
}

#[tokio::test]
async fn health_and_documents_are_not_limited_and_the_switch_stops_all_limits() {
    let here = with_policies(vec![policy("none", "/*", Who::Anyone, By::Address, 1)]);
    for path in ["/health", "/ready", "/problems/invalid"] {
        for _ in 0..5 {
            assert_eq!(ask(&here, path, None, HOME).await, (200, String::new(), String::new()), "{path}");
        }
    }
    let here =
        Installation::with_policies(&[("RATE_LIMITS", "off")], vec![policy("none", "/*", Who::Anyone, By::Address, 1)]);
    here.limiter.set_cut(true);
    for _ in 0..20 {
        assert_eq!(ask(&here, "/api/v1/medicines", None, HOME).await, (200, String::new(), String::new()));
        assert_eq!(try_in(&here, HOME, "ann@example.org", "wrong wrong").await, 401);
    }
}

#[test]
fn production_is_never_without_limits() {
    let read = |environment: &str| {
        Config::read(|name| match name {
            "ENVIRONMENT" => Some(environment.to_owned()),
            "RATE_LIMITS" => Some("off".into()),
            "SIGNING_KEYS" | "MASTER_KEYS" | "INDEX_KEY" => Some(format!("k1:{}", "A".repeat(43))),
            _ => None,
        })
    };
    assert!(read("staging").is_ok());
    let wrong: Value = json!(read("production").err().unwrap());
    assert_eq!(wrong, json!(["RATE_LIMITS cannot be off in production"]));
}

//! Headers of every answer, and those that a request is refused for.

use super::super::support::{Answer, Installation};
use serde_json::json;

async fn health(here: &Installation, headers: &[(&str, &str)]) -> Answer {
    here.call("GET", "/health", None, headers, None).await
}

#[tokio::test]
async fn a_request_id_is_given_back() {
    let here = Installation::new();
    for id in ["x", "01932c07-5d3a-7a00-8000-3a5a2c9e1b10", "A.b_c-9", &"a".repeat(128)] {
        assert_eq!(health(&here, &[("x-request-id", id)]).await.header("x-request-id"), id);
    }
    let answer = here.call("GET", "/nowhere", None, &[("x-request-id", "mine")], None).await;
    assert_eq!(answer.problem(404, "not-found")["request_id"], "mine");
}

#[tokio::test]
async fn a_request_without_a_fitting_id_gets_one() {
    let here = Installation::new();
    let first = health(&here, &[]).await.header("x-request-id").to_owned();
    assert_eq!(first.len(), 36);
    assert_ne!(health(&here, &[]).await.header("x-request-id"), first);
    for bad in ["", "a b", "ann@example.org", "<script>", &"a".repeat(129)] {
        assert_eq!(health(&here, &[("x-request-id", bad)]).await.header("x-request-id").len(), 36, "{bad}");
    }
}

/// Version, trace, span and flags of the answer's `traceparent`.
fn trace(answer: &Answer) -> Vec<String> {
    let parts: Vec<String> = answer.header("traceparent").split('-').map(str::to_owned).collect();
    assert_eq!(parts.iter().map(String::len).collect::<Vec<_>>(), [2, 32, 16, 2]);
    parts
}

#[tokio::test]
async fn a_trace_goes_on_in_a_span_of_our_own() {
    let here = Installation::new();
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let parts = trace(&health(&here, &[("traceparent", parent)]).await);
    assert_eq!((parts[1].as_str(), parts[3].as_str()), ("4bf92f3577b34da6a3ce929d0e0e4736", "01"));
    assert_ne!(parts[2], "00f067aa0ba902b7");
}

#[tokio::test]
async fn a_trace_that_is_not_valid_begins_anew() {
    let here = Installation::new();
    let first = trace(&health(&here, &[]).await);
    assert_ne!(trace(&health(&here, &[]).await)[1], first[1]);
    for bad in [
        "",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
    ] {
        let parts = trace(&health(&here, &[("traceparent", bad)]).await);
        assert_ne!(parts[1].to_lowercase(), "4bf92f3577b34da6a3ce929d0e0e4736", "{bad}");
        assert_ne!(parts[1], "0".repeat(32));
    }
}

#[tokio::test]
async fn a_trace_without_a_parent_or_with_more_fields_begins_anew() {
    let here = Installation::new();
    for bad in [
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
    ] {
        let parts = trace(&health(&here, &[("traceparent", bad)]).await);
        assert_ne!(parts[1], "4bf92f3577b34da6a3ce929d0e0e4736", "{bad}");
    }
}

#[tokio::test]
async fn security_headers_stand_on_every_answer() {
    let here = Installation::new();
    for path in ["/health", "/api/v1/me", "/nowhere", "/problems", "/api/v1/medicines", "/dev/mail"] {
        let answer = here.get(path, None).await;
        for (name, value) in [
            ("cache-control", "no-store"),
            ("cross-origin-resource-policy", "same-site"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("api-version", "2026-11-01"),
        ] {
            assert_eq!(answer.header(name), value, "{name} of {path}");
        }
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert!(answer.header("strict-transport-security").starts_with("max-age="), "{path}");
        assert!(answer.header("permissions-policy").contains("camera=()"), "{path}");
        assert!(!answer.headers.contains_key("server") && !answer.headers.contains_key("x-powered-by"), "{path}");
    }
}

#[tokio::test]
async fn hosts_that_are_not_allowed_are_misdirected() {
    let here = Installation::with(&[("ALLOWED_HOSTS", "api.example.org, localhost")]);
    for host in ["api.example.org", "API.example.org:443", "localhost:8787"] {
        health(&here, &[("host", host)]).await.expect(200);
    }
    for host in [
        "",
        "127.0.0.1",
        "evil.example.org",
        "api.example.org.evil.org",
        "api.example.org:80@evil.org",
        "xapi.example.org",
    ] {
        health(&here, &[("host", host)]).await.problem(421, "misdirected");
    }
}

#[tokio::test]
async fn a_host_is_refused_before_anything_is_done() {
    let here = Installation::new();
    let body = json!({ "email": "ann@example.org", "password": "long enough", "name": "Ann" });
    let headers = [("host", "evil.example.org")];
    here.call("POST", "/api/v1/auth/register", None, &headers, Some(body)).await.problem(421, "misdirected");
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM users").await, 0);
}

#[tokio::test]
async fn a_version_of_the_api_may_be_asked_for() {
    let here = Installation::new();
    let answer = health(&here, &[("api-version", "2026-11-01")]).await;
    assert_eq!(answer.header("api-version"), "2026-11-01");
    for unknown in ["", "2020-01-01", "1", "latest"] {
        let problem = health(&here, &[("api-version", unknown)]).await.problem(400, "unknown-api-version");
        assert_eq!(problem["supported"], json!(["2026-11-01"]), "{unknown}");
    }
}

//! Cross-origin calls from a browser.

use super::super::support::{Answer, Installation};
use virtual_doctor::config::Config;

const FRIEND: &str = "https://app.example.org";

async fn preflight(here: &Installation, origin: &str) -> Answer {
    let headers = [
        ("origin", origin),
        ("access-control-request-method", "PATCH"),
        ("access-control-request-headers", "authorization,if-match,content-type"),
    ];
    here.call("OPTIONS", "/api/v1/me", None, &headers, None).await
}

#[tokio::test]
async fn an_origin_from_the_settings_may_read_answers() {
    let here = Installation::with(&[("ALLOWED_ORIGINS", "https://app.example.org, https://other.example.org")]);
    for origin in [FRIEND, "https://other.example.org"] {
        let answer = here.call("GET", "/health", None, &[("origin", origin)], None).await;
        assert_eq!(answer.header("access-control-allow-origin"), origin);
        assert!(answer.header("vary").to_lowercase().contains("origin"));
        assert!(answer.header("access-control-expose-headers").contains("x-request-id"));
        // Tokens go in a header: cookies have no business here.
        assert_eq!(answer.header("access-control-allow-credentials"), "");
    }
}

#[tokio::test]
async fn errors_can_be_read_across_origins_too() {
    let here = Installation::with(&[("ALLOWED_ORIGINS", FRIEND)]);
    let answer = here.call("GET", "/api/v1/me", None, &[("origin", FRIEND)], None).await;
    assert_eq!(answer.header("access-control-allow-origin"), FRIEND);
    answer.problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_preflight_tells_what_may_be_sent() {
    let here = Installation::with(&[("ALLOWED_ORIGINS", FRIEND)]);
    let answer = preflight(&here, FRIEND).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), FRIEND);
    assert!(answer.header("access-control-allow-methods").contains("PATCH"));
    assert!(answer.header("access-control-allow-headers").contains("if-match"));
    assert!(answer.header("access-control-allow-headers").contains("idempotency-key"));
}

#[tokio::test]
async fn no_other_origin_is_told_anything() {
    let here = Installation::with(&[("ALLOWED_ORIGINS", FRIEND)]);
    for origin in ["https://evil.example.org", "http://app.example.org", "https://app.example.org.evil.org", "null"] {
        let answer = here.call("GET", "/health", None, &[("origin", origin)], None).await;
        assert_eq!(answer.header("access-control-allow-origin"), "", "{origin}");
        assert_eq!(preflight(&here, origin).await.header("access-control-allow-origin"), "", "{origin}");
    }
}

#[tokio::test]
async fn without_settings_no_origin_is_allowed() {
    let here = Installation::new();
    assert_eq!(preflight(&here, FRIEND).await.header("access-control-allow-origin"), "");
}

#[test]
fn what_is_no_origin_is_refused_at_start() {
    let key = "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for origin in ["*", "app.example.org", "https://app.example.org/", "https://app.example.org/path"] {
        let wrong = Config::read(|name| match name {
            "SIGNING_KEYS" | "MASTER_KEYS" | "INDEX_KEY" => Some(key.into()),
            "ALLOWED_ORIGINS" => Some(origin.into()),
            _ => None,
        });
        assert!(wrong.is_err_and(|all| all.len() == 1 && all[0].starts_with("ALLOWED_ORIGINS")), "{origin}");
    }
}

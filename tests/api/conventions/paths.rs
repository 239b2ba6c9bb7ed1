//! Paths, methods and query parameters.

use super::super::support::Installation;
use serde_json::json;

#[tokio::test]
async fn an_unknown_path_is_not_found() {
    let here = Installation::new();
    for path in ["/nowhere", "/api/v1", "/api/v2/me", "/api/v1/me/", "/api/v1/rooms/a/b/c", "//", "/%2e%2e/etc/passwd"]
    {
        let problem = here.get(path, None).await.problem(404, "not-found");
        assert_eq!(problem["instance"], path);
    }
}

#[tokio::test]
async fn a_method_that_a_path_has_not_names_those_that_it_has() {
    let here = Installation::new();
    for (method, path, allowed) in [
        ("DELETE", "/api/v1/me", vec!["GET", "PATCH"]),
        ("GET", "/api/v1/auth/login", vec!["POST"]),
        ("PUT", "/api/v1/rooms", vec!["GET", "POST"]),
        ("PATCH", "/api/v1/medicines", vec!["GET"]),
        ("POST", "/health", vec!["GET"]),
    ] {
        let answer = here.call(method, path, None, &[], None).await;
        let allow = answer.header("allow").to_owned();
        answer.problem(405, "method-not-allowed");
        let mut names: Vec<&str> = allow.split(',').map(str::trim).filter(|name| *name != "HEAD").collect();
        names.sort_unstable();
        assert_eq!(names, allowed, "{method} {path}: {allow}");
    }
}

#[tokio::test]
async fn a_malformed_id_in_a_path_names_nothing() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    for id in ["1", "not-an-id", "%00", "%ff", "01932c07-5d3a-7a00-8000-3a5a2c9e1b1", "'; DROP TABLE users; --"] {
        let id = id.replace(' ', "%20");
        for path in ["rooms", "assessments", "prescriptions"] {
            here.get(&format!("/api/v1/{path}/{id}"), Some(&ann)).await.problem(404, "not-found");
        }
        here.get(&format!("/api/v1/medicines/{id}"), None).await.problem(404, "not-found");
    }
    for path in
        ["rooms/x/messages", "rooms/x/tickets", "rooms/x/accept", "assessments/x/answers", "prescriptions/x/sign"]
    {
        here.post(&format!("/api/v1/{path}"), Some(&ann), json!({})).await.problem(404, "not-found");
    }
}

#[tokio::test]
async fn a_bad_query_parameter_is_named() {
    let here = Installation::new();
    for limit in ["0", "101", "-1", "1.5", "ten", "", "99999999999999999999"] {
        let answer = here.get(&format!("/api/v1/medicines?limit={limit}"), None).await;
        let problem = answer.problem(422, "invalid");
        let error = &problem["errors"][0];
        assert_eq!((&error["parameter"], &error["code"]), (&json!("limit"), &json!("out_of_range")), "{limit}");
        assert!(error["pointer"].is_null());
    }
    for limit in ["1", "100"] {
        here.get(&format!("/api/v1/medicines?limit={limit}"), None).await.expect(200);
    }
}

#[tokio::test]
async fn an_unknown_query_parameter_is_refused_and_all_are_reported_at_once() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    let answer = here.get("/api/v1/medicines?limit=0&page=2&sort=name", None).await;
    assert_eq!(answer.invalid(), ["limit", "page", "sort"]);
    for path in ["rooms", "practitioners", "assessments", "findings", "conditions"] {
        let answer = here.get(&format!("/api/v1/{path}?offset=1"), Some(&ann)).await;
        assert_eq!(answer.invalid(), ["offset"], "{path}");
    }
}

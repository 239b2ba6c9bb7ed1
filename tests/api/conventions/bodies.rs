//! Bodies that cannot be read, and those that say what is not asked for.

use super::super::support::{Answer, Installation, request};
use axum::body::Body;
use serde_json::json;

const CHECK: &str = "/api/v1/medicines/check";
const MIB: usize = 1 << 20;

async fn post(here: &Installation, content_type: &str, body: impl Into<Body>) -> Answer {
    let mut request = request("POST", CHECK, None, &[("content-type", content_type)], None);
    *request.body_mut() = body.into();
    here.send(request).await
}

#[tokio::test]
async fn what_is_not_json_is_told_with_its_line_and_column() {
    let here = Installation::new();
    let problem = post(&here, "application/json", "{\n  \"medicines\": [,]\n}").await.problem(400, "malformed-json");
    assert_eq!((&problem["line"], &problem["column"]), (&json!(2), &json!(17)));
    assert!(problem["detail"].as_str().unwrap().contains("line 2 column 17"), "{problem}");
}

#[tokio::test]
async fn what_is_nearly_json_is_not_json() {
    let here = Installation::new();
    let deep = "[".repeat(10_000);
    for body in ["", " ", "{", "{} {}", "{'medicines': []}", "{\"medicines\": NaN}", "{\"a\": \"\u{1}\"}", &deep] {
        post(&here, "application/json", body.to_owned()).await.problem(400, "malformed-json");
    }
    post(&here, "application/json", b"{\"medicines\": \"\xff\"}".to_vec()).await.problem(400, "malformed-json");
}

#[tokio::test]
async fn a_body_of_another_shape_is_invalid_as_a_whole() {
    let here = Installation::new();
    for body in ["[]", "null", "1", "\"text\""] {
        let problem = post(&here, "application/json", body).await.problem(422, "invalid");
        assert_eq!(
            (&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]),
            (&json!(""), &json!("wrong_type"))
        );
    }
}

#[tokio::test]
async fn unknown_fields_are_refused_wherever_they_stand() {
    let here = Installation::new();
    let body = json!({ "medicines": [{ "name": "warfarin", "dosis": 1 }], "patient": { "age": 5, "a/b~c": 1 }, "extra": null });
    assert_eq!(
        here.post(CHECK, None, body).await.invalid(),
        ["/extra", "/medicines/0/dosis", "/patient/age", "/patient/a~1b~0c"]
    );
}

#[tokio::test]
async fn a_body_holds_at_most_one_mebibyte() {
    let here = Installation::new();
    let body = |bytes: usize| {
        let body = json!({ "medicines": [{ "name": "warfarin" }], "patient": { "conditions": [] } }).to_string();
        format!("{body}{}", " ".repeat(bytes - body.len()))
    };
    post(&here, "application/json", body(MIB)).await.expect(200);
    post(&here, "application/json", body(MIB + 1)).await.problem(413, "payload-too-large");
}

#[tokio::test]
async fn only_json_is_understood() {
    let here = Installation::new();
    let body = json!({ "medicines": [{ "name": "warfarin" }] }).to_string();
    for good in ["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"] {
        post(&here, good, body.clone()).await.expect(200);
    }
    for bad in
        ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp"]
    {
        post(&here, bad, body.clone()).await.problem(415, "unsupported-media-type");
    }
    let mut bare = request("POST", CHECK, None, &[], None);
    *bare.body_mut() = body.into();
    here.send(bare).await.problem(415, "unsupported-media-type");
}

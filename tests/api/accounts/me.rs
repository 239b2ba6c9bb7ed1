//! `GET` and `PATCH /api/v1/me`

use super::super::support::{Answer, Installation, Person, request};
use serde_json::{Value, json};

const PATH: &str = "/api/v1/me";

async fn patch(here: &Installation, person: &Person, if_match: &str, body: Value) -> Answer {
    here.call("PATCH", PATH, Some(person), &[("if-match", if_match)], Some(body)).await
}

#[tokio::test]
async fn the_account_is_read_with_its_version() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    let answer = here.get(PATH, Some(&ann)).await;
    assert_eq!(answer.header("etag"), "\"1\"");
    let me = answer.expect(200);
    assert_eq!(me["id"], ann.user_id.as_str());
    assert_eq!((&me["country"], &me["locale"], &me["staff"]), (&json!("GB"), &json!("en"), &json!([])));
    assert_eq!((&me["version"], &me["password_hash"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn staff_see_their_roles_by_organization() {
    let here = Installation::new();
    let dana = here.doctor("dana@example.org").await;
    let me = here.get(PATH, Some(&dana)).await.expect(200);
    assert_eq!(me["roles"], json!(["patient", "doctor"]));
    assert_eq!(me["staff"][0]["role"], "doctor");
    assert!(me["staff"][0]["organization_id"].is_string());
}

#[tokio::test]
async fn a_change_gives_a_new_version() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    let change = json!({ "name": "Änne O’Neil", "country": "DE", "locale": "de" });
    let answer = patch(&here, &ann, "\"1\"", change.clone()).await;
    assert_eq!(answer.header("etag"), "\"2\"");
    let changed = answer.expect(200);
    for field in ["name", "country", "locale"] {
        assert_eq!(changed[field], change[field]);
    }
    assert_eq!(here.get(PATH, Some(&ann)).await.expect(200), changed);
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'user.changed'").await, 1);
}

#[tokio::test]
async fn what_is_left_out_stays_and_null_removes() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    let me = patch(&here, &ann, "\"1\"", json!({ "country": null })).await.expect(200);
    assert_eq!(me["country"], Value::Null);
    assert_eq!(me["name"], "Name of ann@example.org");
    patch(&here, &ann, "\"2\"", json!({ "locale": "fr" })).await.expect(200);
    assert_eq!(patch(&here, &ann, "\"3\"", json!({ "locale": null })).await.expect(200)["locale"], "en");
    assert_eq!(patch(&here, &ann, "\"4\"", json!({})).await.expect(200)["name"], "Name of ann@example.org");
}

#[tokio::test]
async fn a_name_cannot_be_removed() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    assert_eq!(patch(&here, &ann, "\"1\"", json!({ "name": null })).await.invalid(), ["/name"]);
    assert_eq!(here.get(PATH, Some(&ann)).await.header("etag"), "\"1\"");
}

#[tokio::test]
async fn a_change_must_say_which_version_it_is_of() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    let change = || Some(json!({ "name": "Ann" }));
    here.call("PATCH", PATH, Some(&ann), &[], change()).await.problem(428, "precondition-required");
    for stale in ["\"0\"", "\"2\"", "\"x\"", "W/\"1\"", ""] {
        patch(&here, &ann, stale, json!({ "name": "Ann" })).await.problem(412, "stale");
    }
    patch(&here, &ann, "\"1\"", json!({ "name": "Ann" })).await.expect(200);
    patch(&here, &ann, "\"1\"", json!({ "name": "Anna" })).await.problem(412, "stale");
    patch(&here, &ann, "*", json!({ "name": "Anna" })).await.expect(200);
}

#[tokio::test]
async fn of_twins_one_is_told_that_it_was_too_late() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    let twins = (0..6).map(|n| {
        let change = json!({ "name": format!("Ann {n}") });
        request("PATCH", PATH, Some(&ann), &[("if-match", "\"1\"")], Some(change))
    });
    let answers = here.at_once(twins).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status == 412).count(), 5);
    assert_eq!(here.get(PATH, Some(&ann)).await.header("etag"), "\"2\"");
}

#[tokio::test]
async fn bad_fields_are_reported_at_once() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    let bad = json!({ "name": "Ann\nOther", "country": "Germany", "locale": 5, "email": "eve@example.org", "roles": ["admin"] });
    let answer = patch(&here, &ann, "\"1\"", bad).await;
    assert_eq!(answer.invalid(), ["/country", "/email", "/locale", "/name", "/roles"]);
}

#[tokio::test]
async fn nobody_is_nobody() {
    let here = Installation::new();
    here.get(PATH, None).await.problem(401, "unauthenticated");
    here.call("PATCH", PATH, None, &[("if-match", "*")], Some(json!({}))).await.problem(401, "unauthenticated");
}

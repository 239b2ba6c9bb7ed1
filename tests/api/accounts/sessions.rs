//! `/api/v1/me/sessions`, and mails about new devices.

use super::super::support::{Installation, PASSWORD, Person};
use serde_json::{Value, json};

const PATH: &str = "/api/v1/me/sessions";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

async fn login(here: &Installation, agent: &str, device_id: Option<&str>) -> Value {
    let body = json!({ "email": "ann@example.org", "password": PASSWORD, "device_id": device_id });
    here.call("POST", "/api/v1/auth/login", None, &[("user-agent", agent)], Some(body)).await.expect(200)
}

fn new_device_mails(here: &Installation) -> usize {
    here.mailer.mails().iter().filter(|mail| mail.subject.contains("new device")).count()
}

#[tokio::test]
async fn they_are_listed_with_device_and_last_use_to_the_minute() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    here.clock.advance(61_000);
    login(&here, FIREFOX, None).await;
    here.sign_up("eve@example.org").await;
    let list = here.get(PATH, Some(&ann)).await.expect(200);
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert_eq!((&items[0]["device"], &items[0]["current"]), (&json!("Firefox on Linux"), &json!(false)));
    assert_eq!((&items[1]["device"], &items[1]["current"]), (&json!("Unknown device"), &json!(true)));
    for item in items {
        assert!(item["last_used_at"].as_str().unwrap().ends_with(":00.000Z"), "{item}");
    }
    assert!(!here.storage().await.contains("Firefox"));
}

#[tokio::test]
async fn one_is_ended_by_its_owner_and_by_nobody_else() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    let phone = here.sign_in("ann@example.org", PASSWORD).await;
    let eve = here.sign_up("eve@example.org").await;
    let path = format!("{PATH}/{}", phone.refresh.split('.').nth(1).unwrap());
    here.get("/api/v1/me", Some(&phone)).await.expect(200);
    here.call("DELETE", &path, Some(&eve), &[], None).await.problem(404, "not-found");
    here.call("DELETE", &path, Some(&ann), &[], None).await.expect(204);
    here.get("/api/v1/me", Some(&phone)).await.problem(401, "unauthenticated");
    here.call("DELETE", &path, Some(&ann), &[], None).await.problem(404, "not-found");
    here.call("DELETE", &format!("{PATH}/x"), Some(&ann), &[], None).await.problem(404, "not-found");
    here.get("/api/v1/me", Some(&ann)).await.expect(200);
}

#[tokio::test]
async fn a_device_that_is_new_to_the_account_is_told_to_its_owner_once() {
    let here = Installation::new();
    let _: Person = here.sign_up("ann@example.org").await;
    here.work().await;
    assert_eq!(new_device_mails(&here), 0, "the first device is expected");
    for (agent, device_id, mails) in [
        (FIREFOX, None, 1),
        (FIREFOX, None, 1),
        (FIREFOX, Some("0123456789abcdef"), 2),
        ("curl/8", Some("0123456789abcdef"), 2),
    ] {
        login(&here, agent, device_id).await;
        here.work().await;
        assert_eq!(new_device_mails(&here), mails, "{agent} {device_id:?}");
    }
    let bad = json!({ "email": "ann@example.org", "password": PASSWORD, "device_id": "short" });
    assert_eq!(here.post("/api/v1/auth/login", None, bad).await.invalid(), ["/device_id"]);
}

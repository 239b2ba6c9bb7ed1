//! `GET` and `POST /api/v1/rooms/{id}/messages`

use super::super::support::{Installation, Person};
use serde_json::{Value, json};

/// A room with a patient and a doctor, and the path of its messages.
async fn room() -> (Installation, Person, Person, String) {
    let here = Installation::new();
    let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    let path = format!("/api/v1/rooms/{}/messages", here.room(&ann, &dana).await);
    (here, ann, dana, path)
}

fn message(n: u64) -> Value {
    json!({ "client_id": format!("c{n}"), "body": format!("message {n}") })
}

async fn seqs(here: &Installation, path: &str, person: &Person) -> Vec<u64> {
    let page = here.get(path, Some(person)).await.expect(200);
    page["items"].as_array().unwrap().iter().map(|item| item["seq"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn a_message_is_numbered_and_read_by_everyone_in_the_room() {
    let (here, ann, dana, path) = room().await;
    let body = json!({ "client_id": "6b0f8f6e-3b0c-4f0e-9d5e-0d4f0c8f6f10", "body": "I cough ü 🩺\nat night" });
    let sent = here.post(&path, Some(&ann), body.clone()).await.expect(201);
    assert_eq!((&sent["seq"], &sent["kind"], &sent["reply_to"]), (&json!(1), &json!("text"), &Value::Null));
    assert_eq!((&sent["client_id"], &sent["body"]), (&body["client_id"], &body["body"]));
    assert_eq!((&sent["sender_id"], &sent["attachments"]), (&json!(ann.user_id), &json!([])));
    assert_eq!(sent["sent_at"], "2026-11-18T11:06:40.000Z");
    let answer = json!({ "client_id": "c2", "body": "since when?", "reply_to": 1 });
    assert_eq!(here.post(&path, Some(&dana), answer).await.expect(201)["reply_to"], 1);
    for person in [&ann, &dana] {
        let page = here.get(&path, Some(person)).await.expect(200);
        assert_eq!(page["items"][0], sent);
        assert_eq!((&page["items"][1]["seq"], &page["next_cursor"]), (&json!(2), &Value::Null));
    }
}

#[tokio::test]
async fn the_same_client_id_again_is_the_same_message_again() {
    let (here, ann, dana, path) = room().await;
    let first = here.post(&path, Some(&ann), message(1)).await.expect(201);
    let mut other = message(1);
    other["body"] = json!("another text");
    assert_eq!(here.post(&path, Some(&ann), other).await.expect(200), first);
    // Another author's is another message.
    assert_eq!(here.post(&path, Some(&dana), message(1)).await.expect(201)["seq"], 2);
    assert_eq!(seqs(&here, &path, &ann).await, [1, 2]);
}

#[tokio::test]
async fn history_is_read_between_bounds() {
    let (here, ann, _, path) = room().await;
    for n in 1..=12 {
        here.post(&path, Some(&ann), message(n)).await.expect(201);
    }
    for (query, expected) in [
        ("", (1..=12).collect::<Vec<u64>>()),
        ("?limit=3", vec![10, 11, 12]),
        ("?after=3&limit=3", vec![4, 5, 6]),
        ("?before=6&limit=3", vec![3, 4, 5]),
        ("?after=3&before=6", vec![4, 5]),
        ("?after=0&limit=1", vec![1]),
        ("?after=12", vec![]),
        ("?before=1", vec![]),
        ("?after=9007199254740992", vec![]),
    ] {
        assert_eq!(seqs(&here, &format!("{path}{query}"), &ann).await, expected, "{query}");
    }
    let more = async |query: &str| here.get(&format!("{path}{query}"), Some(&ann)).await.expect(200)["more"].clone();
    assert_eq!((more("?limit=3").await, more("?after=9&limit=3").await), (json!(true), json!(false)));
}

#[tokio::test]
async fn bounds_that_are_none_are_refused() {
    let (here, ann, _, path) = room().await;
    let answer = here.get(&format!("{path}?after=-1&before=x&limit=0&cursor=x"), Some(&ann)).await;
    assert_eq!(answer.invalid(), ["after", "before", "cursor", "limit"]);
    assert_eq!(here.get(&format!("{path}?after=9007199254740993"), Some(&ann)).await.invalid(), ["after"]);
}

#[tokio::test]
async fn bad_fields_are_reported_at_once() {
    let (here, ann, _, path) = room().await;
    assert_eq!(here.post(&path, Some(&ann), json!({})).await.invalid(), ["/body", "/client_id"]);
    let bad = json!({ "client_id": "two words", "body": 1, "reply_to": -1, "sender_id": "x" });
    assert_eq!(here.post(&path, Some(&ann), bad).await.invalid(), ["/body", "/client_id", "/reply_to", "/sender_id"]);
    for client_id in ["", &"x".repeat(65), "a\nb"] {
        let body = json!({ "client_id": client_id, "body": "x" });
        assert_eq!(here.post(&path, Some(&ann), body).await.invalid(), ["/client_id"]);
    }
}

#[tokio::test]
async fn a_body_has_something_in_it_and_at_most_8_kib() {
    let (here, ann, _, path) = room().await;
    let post = async |body: String| here.post(&path, Some(&ann), json!({ "client_id": "c", "body": body })).await;
    assert_eq!(post(String::new()).await.invalid(), ["/body"]);
    assert_eq!(post(" \n\t".into()).await.invalid(), ["/body"]);
    assert_eq!(post("x".repeat(8193)).await.invalid(), ["/body"]);
    assert_eq!(post("ü".repeat(4097)).await.invalid(), ["/body"]);
    assert_eq!(post("x".repeat(8192)).await.expect(201)["seq"], 1);
}

#[tokio::test]
async fn a_reply_is_to_a_message_that_is_there() {
    let (here, ann, _, path) = room().await;
    for seq in [0, 1, 99] {
        let body = json!({ "client_id": "c", "body": "x", "reply_to": seq });
        assert_eq!(here.post(&path, Some(&ann), body).await.invalid(), ["/reply_to"]);
    }
}

#[tokio::test]
async fn who_writes_too_much_waits() {
    let (here, ann, dana, path) = room().await;
    for n in 1..=20 {
        here.post(&path, Some(&ann), message(n)).await.expect(201);
    }
    here.clock.advance(3_500);
    let refused = here.post(&path, Some(&ann), message(21)).await;
    assert_eq!(refused.header("retry-after"), "7");
    refused.problem(429, "too-many-requests");
    // A repetition is no new message, and others are not held up.
    here.post(&path, Some(&ann), message(20)).await.expect(200);
    here.post(&path, Some(&dana), message(1)).await.expect(201);
    here.rooms.evict_all();
    here.post(&path, Some(&ann), message(21)).await.problem(429, "too-many-requests");
    here.clock.advance(6_500);
    assert_eq!(here.post(&path, Some(&ann), message(21)).await.expect(201)["seq"], 22);
}

#[tokio::test]
async fn the_rate_is_a_setting() {
    let here = Installation::with(&[("CHAT_MESSAGES_PER_10_S", "1")]);
    let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    let path = format!("/api/v1/rooms/{}/messages", here.room(&ann, &dana).await);
    here.post(&path, Some(&ann), message(1)).await.expect(201);
    here.post(&path, Some(&ann), message(2)).await.problem(429, "too-many-requests");
}

#[tokio::test]
async fn eviction_keeps_everything() {
    let (here, ann, dana, path) = room().await;
    let first = here.post(&path, Some(&ann), message(1)).await.expect(201);
    here.rooms.evict_all();
    assert_eq!(here.post(&path, Some(&ann), message(1)).await.expect(200), first);
    assert_eq!(here.post(&path, Some(&dana), message(2)).await.expect(201)["seq"], 2);
    here.rooms.evict_all();
    assert_eq!(seqs(&here, &path, &dana).await, [1, 2]);
    let eve = here.sign_up("eve@example.org").await;
    here.get(&path, Some(&eve)).await.problem(404, "not-found");
}

//! Whom a room is nothing to, and what its storage gives away.

use super::super::support::{Answer, Installation};
use serde_json::{Value, json};
use virtual_doctor::chat::protocol::{Message, MessageKind};
use virtual_doctor::chat::room::{Member, Row};
use virtual_doctor::chat::shell::key_about;
use virtual_doctor::chat::store::{RoomStorage, RoomStore};
use virtual_doctor::encryption::DataKey;
use virtual_doctor::platform::{HostError, Rows, Statement};

/// An answer without what differs from request to request.
fn bare(answer: Answer) -> (Value, Vec<(String, String)>) {
    let own = ["x-request-id", "traceparent"];
    let headers = answer.headers.iter().filter(|(name, _)| !own.contains(&name.as_str()));
    let mut headers: Vec<_> =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    headers.sort();
    let mut document = answer.problem(404, "not-found");
    document.as_object_mut().unwrap().retain(|name, _| name != "request_id" && name != "instance");
    (document, headers)
}

#[tokio::test]
async fn to_a_stranger_a_room_is_as_if_it_were_not_there() {
    let here = Installation::new();
    let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    let there = here.room(&ann, &dana).await;
    let nowhere = here.services.new_id().unwrap().to_string();
    let strangers = [
        here.sign_up("eve@example.org").await,
        here.doctor("dora@example.org").await,
        here.staff("ada@example.org", "admin").await,
    ];
    let message = json!({ "client_id": "c", "body": "x" });
    for stranger in &strangers {
        for (method, rest, body) in [
            ("GET", "", None),
            ("POST", "/accept", None),
            ("GET", "/messages", None),
            ("POST", "/messages", Some(&message)),
            ("POST", "/tickets", None),
        ] {
            let mut answers = Vec::new();
            for room in [&there, &nowhere] {
                let path = format!("/api/v1/rooms/{room}{rest}");
                answers.push(bare(here.call(method, &path, Some(stranger), &[], body.cloned()).await));
            }
            assert_eq!(answers[0], answers[1], "{method} {rest}");
        }
    }
}

#[tokio::test]
async fn signed_out_nothing_of_a_room_is_reached() {
    let here = Installation::new();
    let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    let room = here.room(&ann, &dana).await;
    here.get("/api/v1/rooms", None).await.problem(401, "unauthenticated");
    here.get(&format!("/api/v1/rooms/{room}"), None).await.problem(401, "unauthenticated");
    let messages = format!("/api/v1/rooms/{room}/messages");
    here.get(&messages, None).await.problem(401, "unauthenticated");
    here.post(&messages, None, json!({})).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn the_directory_holds_names_and_subjects_as_ciphertext() {
    let here = Installation::new();
    let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    here.room(&ann, &dana).await;
    let storage = here.storage().await;
    assert!(storage.contains(&ann.user_id));
    for word in ["Name of", "example.org", "a cough", "1972-04-05", super::super::support::PASSWORD] {
        assert!(!storage.contains(word), "{word}");
    }
}

struct Nowhere;

impl RoomStorage for Nowhere {
    fn run(&self, _: &Statement) -> Result<Rows, HostError> {
        Ok(Rows::default())
    }

    fn transaction(&self, _: &[Statement]) -> Result<(), HostError> {
        Ok(())
    }
}

#[tokio::test]
async fn a_rooms_own_storage_holds_messages_and_names_as_ciphertext() {
    let here = Installation::new();
    let (entropy, masters) = (here.services.entropy.as_ref(), &here.services.config.master_keys);
    let (key, _) = DataKey::generate(entropy, masters, &key_about("r1")).unwrap();
    let store = RoomStore { storage: &Nowhere, entropy, key: &key, room_id: "r1" };
    let message = Message {
        seq: 1,
        id: "m1".into(),
        client_id: "c1".into(),
        sender_id: "u1".into(),
        kind: MessageKind::Text,
        body: "my secret cough".into(),
        reply_to: None,
        sent_at: here.services.now(),
    };
    let member = Member {
        user_id: "u1".into(),
        name: "Ann Other".into(),
        role: "patient".into(),
        read_seq: 0,
        joined_at_ms: 0,
        left_at_ms: None,
    };
    let rows = [Row::Message(message), Row::Member(member)];
    let written = format!("{:?}", store.statements(&rows).unwrap());
    assert!(written.contains("c1") && written.contains("u1"), "{written}");
    assert!(!written.contains("cough") && !written.contains("Ann"), "{written}");
    // The same text twice is not the same ciphertext.
    assert_ne!(written, format!("{:?}", store.statements(&rows).unwrap()));
}

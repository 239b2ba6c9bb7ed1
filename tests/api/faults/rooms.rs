//! A room's object: opened, written to, and with other members.

use super::play::{Play, database, rooms};
use super::{Call, send, two};
use crate::api::support::{Installation, Person};
use serde_json::json;

/// The object is told of its room after the directory: at once, by a job, or by whoever asks first.
const DIRECTORY_FIRST: Play = Play {
    on_the_way: &["room:room", "room:members", "room:messages", "room:tickets"],
    later: &["outbox", "room:room", "room:members"],
    asked_again: &[],
};

async fn to_open(here: &Installation) -> Call {
    let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    let body = json!({ "kind": "consultation", "participants": [dana.user_id], "subject": "a cough" });
    Call::once("/api/v1/rooms", &ann, body)
}

/// Opens the room, and reads what was said there.
async fn open(here: &Installation, call: &Call) -> u16 {
    let answer = here.send(call.request()).await;
    if answer.status != 201 {
        return answer.status.as_u16();
    }
    let path = format!("/api/v1/rooms/{}/messages", answer.json()["id"].as_str().unwrap());
    here.get(&path, call.person.as_ref()).await.status.as_u16()
}

#[tokio::test]
async fn opening() {
    DIRECTORY_FIRST.breaks_everywhere(database, to_open, open).await;
    DIRECTORY_FIRST.breaks_everywhere(rooms, to_open, open).await;
}

/// Ann's room with Dana.
async fn room(here: &Installation) -> (Person, String) {
    let (ann, _) = two(here).await;
    let rooms = here.get("/api/v1/rooms", Some(&ann)).await.expect(200);
    let path = format!("/api/v1/rooms/{}/messages", rooms["items"][0]["id"].as_str().unwrap());
    (ann, path)
}

#[tokio::test]
async fn posting_a_message() {
    let prepare = async |here: &Installation| {
        let (ann, path) = room(here).await;
        Call::post(path, &ann, json!({ "client_id": "the-same", "body": "Good morning" }))
    };
    Play::default().breaks_everywhere(database, prepare, send).await;
    Play::default().breaks_everywhere(rooms, prepare, send).await;
}

/// The same with an object that was evicted, so that it has to be loaded.
#[tokio::test]
async fn posting_a_message_to_an_object_that_slept() {
    let prepare = async |here: &Installation| {
        let (ann, path) = room(here).await;
        here.post(&path, Some(&ann), json!({ "client_id": "first", "body": "Hello" })).await.expect(201);
        here.rooms.evict_all();
        Call::post(path, &ann, json!({ "client_id": "the-same", "body": "Good morning" }))
    };
    Play::default().breaks_everywhere(rooms, prepare, send).await;
}

#[tokio::test]
async fn getting_a_ticket() {
    let prepare = async |here: &Installation| {
        let (ann, path) = room(here).await;
        Call { body: None, ..Call::post(path.replace("messages", "tickets"), &ann, json!({})) }
    };
    // Each ticket is another one; one that nobody was given lets nobody in.
    let play = Play { on_the_way: &["room:tickets"], asked_again: &["room:tickets"], ..Play::default() };
    play.breaks_everywhere(database, prepare, send).await;
    play.breaks_everywhere(rooms, prepare, send).await;
}

#[tokio::test]
async fn joining() {
    let prepare = async |here: &Installation| {
        let (bob, dana) = (here.sign_up("bob@example.org").await, here.doctor("dana@example.org").await);
        let invite = json!({ "kind": "consultation", "participants": [bob.user_id], "subject": "x" });
        let room = here.post("/api/v1/rooms", Some(&dana), invite).await.expect(201);
        let path = format!("/api/v1/rooms/{}/accept", room["id"].as_str().unwrap());
        Call { body: None, ..Call::post(path, &bob, json!({})) }
    };
    DIRECTORY_FIRST.breaks_everywhere(database, prepare, send).await;
    DIRECTORY_FIRST.breaks_everywhere(rooms, prepare, send).await;
}

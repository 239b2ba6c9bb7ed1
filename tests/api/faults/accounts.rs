//! Registering, passwords, and leaving.

use super::play::{Play, database, rooms};
use super::{Call, prescription, send, two};
use crate::api::support::{Installation, PASSWORD};
use serde_json::json;
use virtual_doctor::id::Id;
use virtual_doctor::privacy::erase;
use virtual_doctor::services::App;

fn open(path: &str, body: serde_json::Value) -> Call {
    Call { method: "POST", path: format!("/api/v1/auth/{path}"), person: None, header: None, body: Some(body) }
}

/// The token in the latest mail.
async fn token(here: &Installation, parameter: &str) -> String {
    here.work().await;
    let text = here.mailer.mails().last().unwrap().text.clone();
    text.split_once(parameter).unwrap().1.split_whitespace().next().unwrap().to_owned()
}

/// Whoever registers again is told by mail that there is an account.
#[tokio::test]
async fn registering() {
    let play = Play { asked_again: &["outbox", "mails"], ..Play::default() };
    let body = || json!({ "email": "ann@example.org", "password": PASSWORD, "name": "Ann" });
    play.breaks_everywhere(database, async |_: &Installation| open("register", body()), send).await;
}

#[tokio::test]
async fn setting_a_new_password() {
    let prepare = async |here: &Installation| {
        here.sign_up("ann@example.org").await;
        here.post("/api/v1/auth/password-reset", None, json!({ "email": "ann@example.org" })).await.expect(202);
        let token = token(here, "?reset=").await;
        open("password-reset/confirm", json!({ "token": token, "password": "another horse battery" }))
    };
    // Sockets of the sessions that end are closed at once, or by the job that was written down with the rest.
    Play { later: &["outbox"], ..Play::default() }.breaks_everywhere(database, prepare, send).await;
}

#[tokio::test]
async fn asking_to_be_erased() {
    let prepare = async |here: &Installation| {
        let ann = here.sign_up("ann@example.org").await;
        Call::post("/api/v1/me/erasure", &ann, json!({ "password": PASSWORD }))
    };
    Play::default().breaks_everywhere(database, prepare, send).await;
}

/// Somebody who wrote in a room, was prescribed something and has a copy of it all.
async fn to_be_erased(here: &Installation) -> Id {
    let (ann, dana) = two(here).await;
    let draft = here.post("/api/v1/prescriptions", Some(&dana), prescription(&ann)).await.expect(201);
    let sign = format!("/api/v1/prescriptions/{}/sign", draft["id"].as_str().unwrap());
    here.call("POST", &sign, Some(&dana), &[], None).await.expect(200);
    let rooms = here.get("/api/v1/rooms", Some(&ann)).await.expect(200);
    let messages = format!("/api/v1/rooms/{}/messages", rooms["items"][0]["id"].as_str().unwrap());
    here.post(&messages, Some(&ann), json!({ "client_id": "a", "body": "Good morning" })).await.expect(201);
    here.call("POST", "/api/v1/me/export", Some(&ann), &[], None).await.expect(202);
    here.work().await;
    here.call("POST", "/api/v1/auth/password-reset", None, &[], Some(json!({ "email": "ann@example.org" })))
        .await
        .expect(202);
    here.post("/api/v1/me/erasure", Some(&ann), json!({ "password": PASSWORD })).await.expect(202);
    Id::parse(&ann.user_id).unwrap()
}

async fn erase(here: &Installation, user_id: &Id) -> u16 {
    let app = App::outside(here.services.clone(), "test");
    if erase::person(&app, *user_id).await.is_ok() { 200 } else { 503 }
}

/// What is kept apart, rooms, jobs and files come before what makes it final.
const ERASING: Play = Play {
    on_the_way: &["legal_archive", "outbox", "files", "room:room", "room:members", "room:messages", "room:tickets"],
    later: &[],
    asked_again: &[],
};

#[tokio::test]
async fn erasing_with_a_broken_database() {
    ERASING.breaks_everywhere(database, to_be_erased, erase).await;
}

#[tokio::test]
async fn erasing_with_a_broken_room() {
    ERASING.breaks_everywhere(rooms, to_be_erased, erase).await;
}

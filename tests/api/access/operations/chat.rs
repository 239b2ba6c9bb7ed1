//! Rooms.

use super::super::relationships::Thing;
use super::About::{Own, Public, Thing as Of};
use super::{About, Operation, row};
use serde_json::json;
use virtual_doctor::authorization::{Action as A, Relationship as R};

const ROOM: About = Of(Thing::Room, A::UseRoom);

pub const OPERATIONS: &[Operation] = &[
    row("list_rooms", "/api/v1/rooms", Own(R::Participant, A::UseRoom)),
    row("open_room", "/api/v1/rooms", Of(Thing::Patient, A::OpenRoom)).sending(|it| {
        json!({ "kind": "consultation", "participants": [it["doctor"]], "subject": "x", "patient_id": it["patient"] })
    }),
    row("read_room", "/api/v1/rooms/{room}", ROOM),
    row("accept_invitation", "/api/v1/rooms/{room}/accept", ROOM),
    row("accept_invitation", "/api/v1/rooms/{invitation}/accept", ROOM),
    row("list_messages", "/api/v1/rooms/{room}/messages", ROOM),
    row("post_message", "/api/v1/rooms/{room}/messages", ROOM)
        .sending(|_| json!({ "client_id": "one", "body": "hello" })),
    row("create_ticket", "/api/v1/rooms/{room}/tickets", ROOM),
    // The ticket is what lets in, whoever brings it.
    row("connect", "/api/v1/rooms/{room}/socket?ticket=x", Public).refusing(401),
];

//! The frames of a room's socket (subprotocol `virtual-doctor.v1`): what a client may say, what the room answers,
//! and the stable codes of errors and closes. Reading a frame never panics and says which field was wrong.

use serde::{Deserialize, Serialize};

use crate::id::Timestamp;

mod client;
mod fault;

pub use client::{CLIENT_ID_BYTES, ClientFrame, Draft, is_client_id};
pub use fault::{CloseCode, ErrorCode, Fault};

/// The subprotocol that a client must ask for on the upgrade.
pub const SUBPROTOCOL: &str = "virtual-doctor.v1";

/// Who speaks in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// A member.
    Text,
    /// The room itself ("closed by …").
    System,
    /// The assistant.
    Assistant,
}

/// A stored message: what a row holds (the body encrypted by the shell) and what its frame is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its place in the room, from 1, without gaps.
    pub seq: u64,
    /// Its id, UUIDv7.
    pub id: String,
    /// The author's own name for it.
    pub client_id: String,
    /// The author.
    pub sender_id: String,
    /// Who speaks.
    pub kind: MessageKind,
    /// The text, in the clear.
    pub body: String,
    /// The `seq` of the message that this one answers.
    pub reply_to: Option<u64>,
    /// When the room took it.
    pub sent_at: Timestamp,
}

/// What the room sends, one JSON object a text frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// The first frame on every socket.
    Welcome {
        /// The room.
        room_id: String,
        /// Its newest message; 0 while there is none.
        last_seq: u64,
        /// Its members.
        participants: Vec<Participant>,
    },
    /// A message, new or replayed.
    Message {
        /// Its place in the room.
        seq: u64,
        /// Its id.
        id: String,
        /// The author's own name for it.
        client_id: String,
        /// The author.
        sender_id: String,
        /// Who speaks.
        kind: MessageKind,
        /// The text.
        body: String,
        /// The message that this one answers.
        reply_to: Option<u64>,
        /// Files; always empty for now.
        attachments: Vec<String>,
        /// When the room took it.
        sent_at: Timestamp,
    },
    /// The message is stored, and survives a crash.
    Ack {
        /// The author's own name for it.
        client_id: String,
        /// Its place in the room.
        seq: u64,
        /// Its id.
        id: String,
        /// It was stored before, by an earlier frame with the same `client_id`.
        duplicate: bool,
    },
    /// Another member began or stopped typing.
    Typing {
        /// The member.
        user_id: String,
        /// Whether they type.
        on: bool,
    },
    /// A member's read mark moved on.
    Read {
        /// The member.
        user_id: String,
        /// The last message they have read.
        seq: u64,
    },
    /// A member's first socket opened or last one closed.
    Presence {
        /// The member.
        user_id: String,
        /// Whether they have a socket open.
        online: bool,
    },
    /// A frame was refused.
    Error {
        /// Why, as a stable code.
        code: ErrorCode,
        /// Why, for the client's developer.
        detail: String,
        /// The message that it was about.
        #[serde(skip_serializing_if = "Option::is_none")]
        client_id: Option<String>,
    },
    /// The answer to `ping`.
    Pong,
}

/// A member as `welcome` shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Participant {
    /// The user.
    pub user_id: String,
    /// The name to show.
    pub name: String,
    /// What they are in this room.
    pub role: String,
    /// Whether they have a socket open.
    pub online: bool,
    /// The last message they have read.
    pub read_seq: u64,
}

impl From<&Message> for ServerFrame {
    fn from(message: &Message) -> Self {
        Self::Message {
            seq: message.seq,
            id: message.id.clone(),
            client_id: message.client_id.clone(),
            sender_id: message.sender_id.clone(),
            kind: message.kind,
            body: message.body.clone(),
            reply_to: message.reply_to,
            attachments: Vec::new(),
            sent_at: message.sent_at,
        }
    }
}

impl ServerFrame {
    /// The frame's text.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Only a map with keys that are no strings, or a failing writer, could fail here; a frame has neither.
        serde_json::to_string(self).unwrap_or_default()
    }
}

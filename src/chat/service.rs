//! What the API asks of a room's object, and what that answers. Both cross from
//! one isolate to another as JSON.

use super::protocol::Message;
use crate::id::Timestamp;
use serde::{Deserialize, Serialize};

/// Somebody who is let into a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admission {
    /// The user.
    pub user_id: String,
    /// The name to show.
    pub name: String,
    /// What they are in this room.
    pub role: String,
}

/// A call to a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoomCall {
    /// Makes the room what the directory says of it: the first time, or after a
    /// change of members.
    Open {
        /// The room's key, wrapped by a master key.
        wrapped_key: String,
        /// Everyone who is in it.
        members: Vec<Admission>,
    },
    /// A message without a socket.
    Post {
        /// The author.
        user_id: String,
        /// The author's own name for it.
        client_id: String,
        /// The text.
        body: String,
        /// The message that it answers.
        reply_to: Option<u64>,
    },
    /// A page of messages, ascending, bounds exclusive.
    History {
        /// Who reads.
        user_id: String,
        /// After this one.
        after: Option<u64>,
        /// Before this one.
        before: Option<u64>,
        /// At most this many.
        limit: u64,
    },
    /// Makes the messages and the name of somebody who was erased unreadable.
    Erase {
        /// Who was erased.
        user_id: String,
        /// Whether nobody else is left in it: then its key goes, and all that was said with it.
        alone: bool,
    },
    /// Closes the sockets of a session that has ended, and ends the tickets that its user has not used.
    EndSession {
        /// Whose session.
        user_id: String,
        /// Which one.
        session_id: String,
    },
    /// The same key, wrapped by another master key.
    Rewrap {
        /// The room's key as it is wrapped now.
        wrapped_key: String,
    },
    /// Remembers a ticket for a socket.
    Ticket {
        /// Who may connect with it.
        user_id: String,
        /// SHA-256 of the ticket.
        hash: String,
        /// Until when.
        expires_at_ms: i64,
    },
}

/// What a client asked for when it upgraded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SocketRequest {
    /// SHA-256 of the ticket.
    pub ticket_hash: String,
    /// The session that the ticket was given to.
    pub session_id: Option<String>,
    /// The last message that the client has.
    pub after: Option<u64>,
    /// Whether it asked for the subprotocol.
    pub subprotocol: bool,
}

/// A message as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MessageView {
    /// Its place in the room, from 1, without gaps.
    pub seq: u64,
    /// Its id.
    pub id: String,
    /// The author's own name for it.
    pub client_id: String,
    /// The author.
    pub sender_id: String,
    /// `text`, `system` or `assistant`.
    #[schema(value_type = String)]
    pub kind: super::protocol::MessageKind,
    /// The text.
    pub body: String,
    /// The `seq` of the message that this one answers.
    pub reply_to: Option<u64>,
    /// Files; always empty for now.
    pub attachments: Vec<String>,
    /// When the room took it.
    #[schema(value_type = String)]
    pub sent_at: Timestamp,
}

impl From<Message> for MessageView {
    fn from(message: Message) -> Self {
        Self {
            seq: message.seq,
            id: message.id,
            client_id: message.client_id,
            sender_id: message.sender_id,
            kind: message.kind,
            body: message.body,
            reply_to: message.reply_to,
            attachments: Vec::new(),
            sent_at: message.sent_at,
        }
    }
}

/// What a room answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoomReply {
    /// Done.
    Done,
    /// The object has not been told what room it is: open it and ask again.
    NotOpened,
    /// The caller is not in this room.
    NotAMember,
    /// The ticket was used, has expired, or was never given out.
    BadTicket,
    /// The message, stored.
    Message {
        /// The message.
        message: MessageView,
        /// It was stored before.
        duplicate: bool,
    },
    /// A page of messages.
    Messages {
        /// Ascending.
        messages: Vec<MessageView>,
        /// Whether there are more in the direction of reading.
        more: bool,
    },
    /// The message was refused.
    Refused {
        /// Stable code, as on the socket.
        code: String,
        /// Why.
        detail: String,
        /// When it may go through.
        retry_after_ms: Option<u64>,
    },
}

//! Why a frame or a post is refused, and why a socket is closed.

use std::borrow::Cow;

use serde::Serialize;

use super::{CLIENT_ID_BYTES, ServerFrame};

/// Why a frame or a post was refused. The codes are part of the contract: add, never rename.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// A binary frame; the protocol is text only.
    BinaryFrame,
    /// Not JSON, or nested too deep.
    InvalidJson,
    /// JSON, but of no known `type`.
    UnknownType,
    /// A known type with a field missing, of the wrong type, or unknown; `detail` names it.
    InvalidFrame,
    /// The body is empty once trimmed.
    BodyEmpty,
    /// The body is longer than allowed.
    BodyTooLong,
    /// `reply_to` is not a message of this room.
    ReplyToUnknown,
    /// Files can't be attached yet.
    AttachmentsUnavailable,
    /// The room is closed.
    RoomClosed,
    /// Too many messages in too short a time; send it again later with the same `client_id`.
    RateLimited,
    /// The author is not a member of the room (REST only: a socket would have been closed).
    NotAMember,
}

impl ErrorCode {
    /// The text for the client's developer where there is nothing more precise to say.
    fn detail(self) -> &'static str {
        match self {
            Self::BinaryFrame => "frames are text",
            Self::InvalidJson => "the frame is not JSON",
            Self::UnknownType => "type: must be send, typing, read, sync or ping",
            Self::InvalidFrame => "the frame must be a JSON object",
            Self::BodyEmpty => "body: must not be empty",
            Self::BodyTooLong => "body: too long",
            Self::ReplyToUnknown => "reply_to: no such message in this room",
            Self::AttachmentsUnavailable => "attachment_ids: must be empty",
            Self::RoomClosed => "the room is closed",
            Self::RateLimited => "too many messages",
            Self::NotAMember => "not a member of this room",
        }
    }
}

/// Why the room closes a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseCode {
    /// 1008: too many bad frames.
    BadFrames,
    /// 1009: a frame over the limit.
    TooBig,
    /// 4403: the user is not, or no longer, a member.
    NotAMember,
    /// 4401: the session that opened it has ended, or its user is suspended.
    SignedOut,
}

impl CloseCode {
    /// The WebSocket close code.
    #[must_use]
    pub fn code(self) -> u16 {
        match self {
            Self::BadFrames => 1008,
            Self::TooBig => 1009,
            Self::NotAMember => 4403,
            Self::SignedOut => 4401,
        }
    }

    /// The WebSocket close reason.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::BadFrames => "too many bad frames",
            Self::TooBig => "frame too big",
            Self::NotAMember => "not a member",
            Self::SignedOut => "signed out",
        }
    }
}

/// A refusal: of a frame (sent as an `error`) or of a post (answered as a problem).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Why, as a stable code.
    pub code: ErrorCode,
    /// Why, for the client's developer.
    pub detail: Cow<'static, str>,
    /// The message that it was about, where it could be read.
    pub client_id: Option<String>,
    /// When it may go through, for `rate_limited` (`Retry-After`).
    pub retry_after_ms: Option<u64>,
}

impl Fault {
    /// A refusal with the code's own detail.
    #[must_use]
    pub fn new(code: ErrorCode) -> Self {
        Self { code, detail: Cow::Borrowed(code.detail()), client_id: None, retry_after_ms: None }
    }

    /// Says which message it was about.
    #[must_use]
    pub fn about(self, client_id: &str) -> Self {
        Self { client_id: Some(client_id.to_owned()), ..self }
    }

    /// Says something more precise.
    #[must_use]
    pub fn saying(self, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    pub(super) fn field(name: &str, must: &str) -> Self {
        let name: String = name.chars().take(CLIENT_ID_BYTES).collect();
        Self::new(ErrorCode::InvalidFrame).saying(format!("{name}: {must}"))
    }
}

impl From<Fault> for ServerFrame {
    fn from(fault: Fault) -> Self {
        Self::Error { code: fault.code, detail: fault.detail.into_owned(), client_id: fault.client_id }
    }
}

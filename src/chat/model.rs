//! What people send and get about rooms.

use crate::authorization::Role;
use crate::http::{IdInBody, Invalid, Reason};
use crate::id::{Id, Timestamp};
use crate::records::clinical_data::Term;
use deserr::Deserr;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Kind of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserr, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[deserr(rename_all = lowercase)]
pub enum RoomKind {
    /// A patient with those who care for them.
    Consultation,
}

/// One to twenty other people.
#[derive(Debug, Clone, Deserr)]
#[deserr(error = Invalid, try_from(Vec<IdInBody>) = Participants::new -> Reason)]
pub struct Participants(pub Vec<IdInBody>);

impl Participants {
    fn new(ids: Vec<IdInBody>) -> Result<Self, Reason> {
        if (1..=20).contains(&ids.len()) {
            let mut once: Vec<IdInBody> = Vec::new();
            for id in ids {
                if !once.contains(&id) {
                    once.push(id);
                }
            }
            Ok(Self(once))
        } else {
            Err(Reason::out_of_range("must hold 1 to 20 user ids beside your own"))
        }
    }
}

/// `POST /rooms`
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct OpenRoom {
    /// Kind of the room.
    pub kind: RoomKind,
    /// Users beside the caller.
    #[schema(value_type = Vec<String>)]
    pub participants: Participants,
    /// What it is about.
    #[schema(value_type = String)]
    pub subject: Term,
    /// The patient; the caller's own record when left out.
    #[deserr(default)]
    #[schema(value_type = Option<String>)]
    pub patient_id: Option<IdInBody>,
}

/// `POST /rooms/{id}/messages`
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct PostMessage {
    /// The author's own name for it: the same one again is the same message again.
    #[schema(value_type = String)]
    pub client_id: ClientId,
    /// The text, at most 8 KiB.
    pub body: String,
    /// The `seq` of the message that this one answers.
    #[deserr(default)]
    pub reply_to: Option<u64>,
}

/// The author's own name for a message.
#[derive(Debug, Clone, Deserr)]
#[deserr(try_from(String) = ClientId::parse -> Reason)]
pub struct ClientId(pub String);

impl ClientId {
    fn parse(text: String) -> Result<Self, Reason> {
        if super::protocol::is_client_id(&text) {
            Ok(Self(text))
        } else {
            Err(Reason::invalid("must be a UUID, or other short printable text without spaces"))
        }
    }
}

/// Whether somebody is in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Membership {
    /// Asked in.
    Invited,
    /// In it.
    Joined,
    /// Not any more.
    Left,
}

/// Somebody of a room.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RoomMember {
    /// The user.
    #[schema(value_type = String)]
    pub user_id: Id,
    /// The name to show.
    pub name: String,
    /// What they are in this room.
    pub role: Role,
    /// Whether they are in it.
    pub state: Membership,
}

/// A room as the directory knows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RoomSummary {
    /// The room.
    #[schema(value_type = String)]
    pub id: Id,
    /// Its kind.
    pub kind: RoomKind,
    /// What it is about.
    pub subject: String,
    /// The patient that it is about.
    #[schema(value_type = Option<String>)]
    pub patient_id: Option<Id>,
    /// Everyone in it, and everyone asked in.
    pub participants: Vec<RoomMember>,
    /// When it was opened.
    #[schema(value_type = String)]
    pub created_at: Timestamp,
    /// When it was closed.
    #[schema(value_type = Option<String>)]
    pub closed_at: Option<Timestamp>,
}

/// A ticket for a socket.
#[derive(Debug, Serialize, ToSchema)]
pub struct Ticket {
    /// For `?ticket=`, once.
    pub ticket: String,
    /// Its life in seconds.
    pub expires_in_s: i64,
}

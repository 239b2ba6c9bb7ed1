//! What must follow a change: written to the outbox in the batch of the change,
//! offered to the queue after it, done once by the consumer, and offered again by
//! a sweep when a send or a try failed.

pub mod backoff;
pub mod consumer;
pub mod dead_letters;
pub mod mail_message;
pub mod mail_providers;
pub mod mailbox;
pub mod outbox;
pub mod routes;
pub mod store;

use crate::accounts::mails::Template;
use crate::id::Id;
use serde::{Deserialize, Serialize};

/// What there is to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Job {
    /// Send a mail to a person.
    SendMail {
        /// Which text.
        template: Template,
        /// To whom.
        to: String,
        /// In which language.
        locale: String,
        /// What is put in, by name.
        values: Vec<(String, String)>,
    },
    /// Make the copy of what is held on a person.
    ExportPerson {
        /// The person.
        user_id: Id,
        /// The export.
        export_id: Id,
    },
    /// Stands for a mail to an address that nobody has here, so that asking for one
    /// takes the same time whether there is an account or not.
    SendNothing,
    /// Make a room's object what the directory says of the room.
    AlignRoom {
        /// Which room.
        room_id: Id,
    },
    /// Close the sockets of sessions that have ended.
    CloseSockets {
        /// Whose.
        user_id: Id,
    },
}

impl Job {
    fn kind(&self) -> &'static str {
        match self {
            Self::SendMail { .. } | Self::SendNothing => "send_mail",
            Self::ExportPerson { .. } => "export_person",
            Self::AlignRoom { .. } => "align_room",
            Self::CloseSockets { .. } => "close_sockets",
        }
    }
}

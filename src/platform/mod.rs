//! The ports: what the domains need of a host, as small traits, and one folder
//! a host that provides them.
//!
//! Futures are `Send` on every host, so that one set of handlers serves all;
//! the Cloudflare adapters wrap JavaScript futures to keep that promise.

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
pub mod cloudflare;
#[cfg(not(target_family = "wasm"))]
pub mod native;
#[cfg(target_os = "wasi")]
pub mod spin;

mod database;
mod database_limiter;

pub use database::{Database, DatabaseError, Rows, Statement, Value, split_guards};
pub use database_limiter::DatabaseLimiter;

use crate::chat::service::{RoomCall, RoomReply, SocketRequest};
use crate::limits::{Call, Outcome};
use async_trait::async_trait;

/// A host's service did not do what it was asked to. The text is for the log
/// alone: it may name what an answer must not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostError {
    /// Not reachable at present; the same call may go through later.
    Unavailable(String),
    /// Refused or broken.
    Failed(String),
}

/// Now, in milliseconds since 1970-01-01T00:00:00Z. `std::time` traps on
/// `wasm32-unknown-unknown`, so nothing else may read the time.
pub trait Clock: Send + Sync {
    /// The present time in milliseconds.
    fn now_ms(&self) -> i64;
}

/// Random bytes fit for keys.
pub trait Entropy: Send + Sync {
    /// Fills the slice.
    ///
    /// # Errors
    /// When the host has no randomness to give; nothing was made then.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), HostError>;
}

/// Where structured log lines go, one JSON object each.
pub trait Log: Send + Sync {
    /// Writes one line.
    fn line(&self, json: &str);
}

/// A cache that may be stale by a minute and may forget: flags, rendered
/// documents, overlays of knowledge. Never sessions, limits or permissions.
#[async_trait]
pub trait Cache: Send + Sync {
    /// The value under the key, if it is there.
    async fn get(&self, key: &str) -> Result<Option<String>, HostError>;
    /// Stores a value for at least a minute.
    async fn put(&self, key: &str, value: &str, ttl_s: u32) -> Result<(), HostError>;
}

/// Hands job ids to a consumer: at least once, in any order.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Offers one job by the id of its outbox row.
    async fn send(&self, job_id: &str) -> Result<(), HostError>;
}

/// A mail to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Id of the job that asked for it; a provider that knows it sends nothing twice.
    pub id: String,
    /// Address of the recipient.
    pub to: String,
    /// Subject line.
    pub subject: String,
    /// Plain text body.
    pub text: String,
}

/// A mail was not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotSent {
    /// Whether another try would end alike.
    pub permanent: bool,
    /// What kind of failure, such as `provider_422`. It is stored and shown to
    /// operators: nothing of the mail or its reader stands in it.
    pub class: String,
}

impl NotSent {
    /// Another try may go through.
    pub fn later(class: impl Into<String>) -> Self {
        Self { permanent: false, class: class.into() }
    }

    /// No other try will go through.
    pub fn refused(class: impl Into<String>) -> Self {
        Self { permanent: true, class: class.into() }
    }
}

/// Sends mail. Sending the same id again must not send a second mail where the
/// provider can tell.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Sends the mail.
    async fn send(&self, mail: &Mail) -> Result<(), NotSent>;
}

/// Files by name, for what is large or must be apart from the database.
#[async_trait]
pub trait Files: Send + Sync {
    /// Stores a file; one of the same name is replaced.
    async fn put(&self, name: &str, bytes: &[u8]) -> Result<(), HostError>;
    /// The file's bytes, if it is there.
    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, HostError>;
    /// Names that begin with `prefix` and come after `after`, sorted, at most `limit` (up to 1000) of them.
    async fn list(&self, prefix: &str, after: Option<&str>, limit: u32) -> Result<Vec<String>, HostError>;
    /// Removes a file; one that is not there is no error.
    async fn delete(&self, name: &str) -> Result<(), HostError>;
}

/// One addressable, single-threaded object with storage of its own for each chat room.
#[async_trait]
pub trait Rooms: Send + Sync {
    /// Calls the room's object and waits for what it answers.
    async fn call(&self, room_id: &str, call: &RoomCall) -> Result<RoomReply, HostError>;
    /// Connects a socket to the room's object.
    async fn connect(&self, room_id: &str, request: &SocketRequest) -> Result<Connected, HostError>;
}

/// What became of a socket.
pub enum Connected {
    /// It is open; the answer carries it.
    Upgraded(axum::response::Response),
    /// The ticket was not good.
    Refused,
    /// This host has no sockets.
    Unsupported,
}

/// Counts exactly, for all isolates together. Whoever calls it must not let
/// through what it did not allow, and so nothing while it does not answer.
#[async_trait]
pub trait Limiter: Send + Sync {
    /// Does what is asked with the buckets of this owner, at once and as one, and
    /// gives the outcome of each charge, in their order. Owners are many, each
    /// apart from the others, so that no single place counts for everybody.
    async fn call(&self, owner: &str, call: &Call) -> Result<Vec<Outcome>, HostError>;
}

//! All SQL of a room's own storage, over a port that a Durable Object, or SQLite
//! in a test, provides. Bodies and names are sealed under the room's key.

use super::protocol::{Message, MessageKind};
use super::room::{Key, Known, Member, Row, Stored};
use crate::encryption::{DataKey, is_erased};
use crate::error::Result;
use crate::id::Timestamp;
use crate::platform::{Entropy, HostError, Rows, Statement};
use serde::Deserialize;

/// The storage of one room: synchronous, single-threaded.
pub trait RoomStorage {
    /// Runs one statement.
    ///
    /// # Errors
    /// When the host's storage refuses it.
    fn run(&self, statement: &Statement) -> Result<Rows, HostError>;

    /// Runs the statements as one transaction.
    ///
    /// # Errors
    /// When one is refused; none is stored then.
    fn transaction(&self, statements: &[Statement]) -> Result<(), HostError>;
}

/// The tables, made when the object begins.
pub const SCHEMA: [&str; 6] = [
    "CREATE TABLE IF NOT EXISTS room (one INTEGER PRIMARY KEY CHECK (one = 1), id TEXT NOT NULL,
       wrapped_key TEXT NOT NULL, last_seq INTEGER NOT NULL DEFAULT 0, closed INTEGER NOT NULL DEFAULT 0)",
    "CREATE TABLE IF NOT EXISTS members (user_id TEXT PRIMARY KEY, name_sealed TEXT NOT NULL, role TEXT NOT NULL,
       read_seq INTEGER NOT NULL, joined_at INTEGER NOT NULL, left_at INTEGER)",
    "CREATE TABLE IF NOT EXISTS messages (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, client_id TEXT NOT NULL,
       sender_id TEXT NOT NULL, kind TEXT NOT NULL, body_sealed TEXT NOT NULL, reply_to INTEGER, sent_at INTEGER NOT NULL)",
    "CREATE UNIQUE INDEX IF NOT EXISTS messages_by_author ON messages (sender_id, client_id)",
    "CREATE TABLE IF NOT EXISTS tickets (hash TEXT PRIMARY KEY, user_id TEXT NOT NULL, expires_at INTEGER NOT NULL)",
    "CREATE INDEX IF NOT EXISTS tickets_by_end ON tickets (expires_at)",
];

/// A room's storage with its key.
pub struct RoomStore<'a> {
    /// The storage.
    pub storage: &'a dyn RoomStorage,
    /// Randomness for nonces.
    pub entropy: &'a dyn Entropy,
    /// The room's key.
    pub key: &'a DataKey,
    /// The room's id.
    pub room_id: &'a str,
}

#[derive(Deserialize)]
struct RoomRow {
    id: String,
    wrapped_key: String,
    last_seq: u64,
    closed: i64,
}

/// What the object knows of itself before it has its key.
pub struct Identity {
    /// The room's id.
    pub id: String,
    /// Its key, wrapped.
    pub wrapped_key: String,
    /// The newest message.
    pub last_seq: u64,
    /// Whether it is closed.
    pub closed: bool,
}

/// Which room the object is; `None` before it was opened.
///
/// # Errors
/// When the storage fails.
pub fn identity(storage: &dyn RoomStorage) -> Result<Option<Identity>, HostError> {
    let rows = storage.run(&Statement::new("SELECT id, wrapped_key, last_seq, closed FROM room"))?;
    let row: Option<RoomRow> = first(&rows)?;
    Ok(row.map(|row| Identity {
        id: row.id,
        wrapped_key: row.wrapped_key,
        last_seq: row.last_seq,
        closed: row.closed != 0,
    }))
}

/// Makes the object the room with this id.
#[must_use]
pub fn insert_identity(room_id: &str, wrapped_key: &str) -> Statement {
    Statement::new("INSERT INTO room (one, id, wrapped_key) VALUES (1, ?1, ?2) ON CONFLICT (one) DO NOTHING")
        .bind(room_id)
        .bind(wrapped_key)
}

/// Remembers a ticket; expired ones go.
#[must_use]
pub fn insert_ticket(hash: &str, user_id: &str, expires_at_ms: i64, now_ms: i64) -> [Statement; 2] {
    [
        Statement::new("DELETE FROM tickets WHERE expires_at <= ?1").bind(now_ms),
        Statement::new("INSERT INTO tickets (hash, user_id, expires_at) VALUES (?1, ?2, ?3)")
            .bind(hash)
            .bind(user_id)
            .bind(expires_at_ms),
    ]
}

/// Spends a ticket: whose it was, if it was good.
///
/// # Errors
/// When the storage fails.
pub fn spend_ticket(storage: &dyn RoomStorage, hash: &str, now_ms: i64) -> Result<Option<String>, HostError> {
    #[derive(Deserialize)]
    struct Ticket {
        user_id: String,
        expires_at: i64,
    }
    let delete = Statement::new("DELETE FROM tickets WHERE hash = ?1 RETURNING user_id, expires_at").bind(hash);
    let ticket: Option<Ticket> = first(&storage.run(&delete)?)?;
    Ok(ticket.filter(|ticket| now_ms < ticket.expires_at).map(|ticket| ticket.user_id))
}

/// Ends all tickets of a user that hold still; a device of theirs that goes on asks for another one.
#[must_use]
pub fn end_tickets(user_id: &str, now_ms: i64) -> Statement {
    Statement::new("DELETE FROM tickets WHERE expires_at > ?1 AND user_id = ?2").bind(now_ms).bind(user_id)
}

/// Overwrites what somebody said, and their name, by random text of the same length. SQLite writes it over the old
/// bytes, where text of another length would leave them in a free part of a page.
#[must_use]
pub fn erase_member(user_id: &str) -> [Statement; 2] {
    [
        Statement::new(
            "UPDATE messages SET body_sealed =
               substr('erased.' || hex(randomblob(length(body_sealed))), 1, length(body_sealed)) WHERE sender_id = ?1",
        )
        .bind(user_id),
        Statement::new(
            "UPDATE members SET name_sealed =
               substr('erased.' || hex(randomblob(length(name_sealed))), 1, length(name_sealed)) WHERE user_id = ?1",
        )
        .bind(user_id),
    ]
}

/// Puts the room's key, wrapped again, in place of what it was.
#[must_use]
pub fn set_key(wrapped_key: &str) -> Statement {
    Statement::new("UPDATE room SET wrapped_key = ?1").bind(wrapped_key)
}

/// Overwrites the room's key: nothing of it opens any more.
#[must_use]
pub fn erase_key() -> Statement {
    Statement::new(
        "UPDATE room SET wrapped_key =
           substr('erased.' || hex(randomblob(length(wrapped_key))), 1, length(wrapped_key))",
    )
}

#[derive(Deserialize)]
struct MemberRow {
    user_id: String,
    name_sealed: String,
    role: String,
    read_seq: u64,
    joined_at: i64,
    left_at: Option<i64>,
}

#[derive(Deserialize)]
struct MessageRow {
    seq: u64,
    id: String,
    client_id: String,
    sender_id: String,
    kind: MessageKind,
    body_sealed: String,
    reply_to: Option<u64>,
    sent_at: i64,
}

const MESSAGE_COLUMNS_AFTER: &str = "SELECT seq, id, client_id, sender_id, kind, body_sealed, reply_to, sent_at
FROM messages WHERE seq > ?1 AND seq < ?2 ORDER BY seq LIMIT ?3";
const MESSAGE_COLUMNS_BEFORE: &str = "SELECT seq, id, client_id, sender_id, kind, body_sealed, reply_to, sent_at
FROM messages WHERE seq > ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3";

impl RoomStore<'_> {
    /// Everything that a room in memory is made of.
    ///
    /// # Errors
    /// When the storage fails or a name does not open.
    pub fn load(&self, identity: &Identity, recent_since_ms: i64) -> Result<Stored, HostError> {
        #[derive(Deserialize)]
        struct Recent {
            sender_id: String,
            sent_at: i64,
        }
        let members: Vec<MemberRow> = all(&self
            .storage
            .run(&Statement::new("SELECT user_id, name_sealed, role, read_seq, joined_at, left_at FROM members"))?)?;
        let recent: Vec<Recent> = all(&self.storage.run(
            // The last few hundred rows by seq hold the window: no index by time is needed.
            &Statement::new(
                "SELECT sender_id, sent_at FROM messages
                 WHERE seq > ?1 AND kind = 'text' AND sent_at >= ?2 ORDER BY seq",
            )
            .bind(whole(identity.last_seq) - 1000)
            .bind(recent_since_ms),
        )?)?;
        let members = members.into_iter().map(|row| {
            let name = self.opened("members", &row.user_id, &row.name_sealed)?;
            Ok(Member {
                user_id: row.user_id,
                name,
                role: row.role,
                read_seq: row.read_seq,
                joined_at_ms: row.joined_at,
                left_at_ms: row.left_at,
            })
        });
        Ok(Stored {
            id: identity.id.clone(),
            last_seq: identity.last_seq,
            closed: identity.closed,
            members: members.collect::<Result<_, HostError>>()?,
            recent: recent.into_iter().map(|row| (row.sender_id, row.sent_at)).collect(),
        })
    }

    /// Which of these keys are stored.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn known<'k>(&self, keys: impl Iterator<Item = &'k Key>) -> Result<Known, HostError> {
        #[derive(Deserialize)]
        struct Found {
            seq: u64,
            id: String,
            sender_id: String,
            client_id: String,
        }
        let pairs: Vec<[&str; 2]> = keys.map(|key| [key.user_id.as_str(), key.client_id.as_str()]).collect();
        if pairs.is_empty() {
            return Ok(Known::new());
        }
        let json = serde_json::to_string(&pairs).map_err(|error| HostError::Failed(error.to_string()))?;
        let found: Vec<Found> = all(&self.storage.run(
            &Statement::new(
                "SELECT m.seq, m.id, m.sender_id, m.client_id FROM json_each(?1) k
                 JOIN messages m ON m.sender_id = k.value ->> 0 AND m.client_id = k.value ->> 1",
            )
            .bind(json),
        )?)?;
        Ok(found
            .into_iter()
            .map(|row| (Key { user_id: row.sender_id, client_id: row.client_id }, (row.seq, row.id)))
            .collect())
    }

    /// The statements that write a step's rows.
    ///
    /// # Errors
    /// When the host has no randomness.
    pub fn statements(&self, rows: &[Row]) -> Result<Vec<Statement>, HostError> {
        rows.iter().map(|row| self.statement(row)).collect()
    }

    fn statement(&self, row: &Row) -> Result<Statement, HostError> {
        Ok(match row {
            Row::Member(member) => Statement::new(
                "INSERT OR REPLACE INTO members (user_id, name_sealed, role, read_seq, joined_at, left_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )
            .bind(&member.user_id)
            .bind(self.key.seal(self.entropy, &self.about("members", &member.user_id), &member.name)?)
            .bind(&member.role)
            .bind(whole(member.read_seq))
            .bind(member.joined_at_ms)
            .bind(member.left_at_ms),
            Row::Message(message) => Statement::new(
                "INSERT INTO messages (seq, id, client_id, sender_id, kind, body_sealed, reply_to, sent_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )
            .bind(whole(message.seq))
            .bind(&message.id)
            .bind(&message.client_id)
            .bind(&message.sender_id)
            .bind(kind_name(message.kind))
            .bind(self.key.seal(self.entropy, &self.about("messages", &message.seq.to_string()), &message.body)?)
            .bind(message.reply_to.map(whole))
            .bind(message.sent_at.0),
            Row::Read { user_id, seq } => {
                Statement::new("UPDATE members SET read_seq = ?1 WHERE user_id = ?2 AND read_seq < ?1")
                    .bind(whole(*seq))
                    .bind(user_id)
            }
            Row::Room { last_seq, closed } => Statement::new("UPDATE room SET last_seq = ?1, closed = ?2")
                .bind(whole(*last_seq))
                .bind(i64::from(*closed)),
        })
    }

    /// Messages between two bounds, both exclusive, ascending: the first `limit`
    /// after the lower one, or the last before the upper one.
    ///
    /// # Errors
    /// When the storage fails or a body does not open.
    pub fn messages(&self, after: u64, before: u64, limit: u64, last: bool) -> Result<Vec<Message>, HostError> {
        let sql = if last { MESSAGE_COLUMNS_BEFORE } else { MESSAGE_COLUMNS_AFTER };
        let statement = Statement::new(sql).bind(whole(after)).bind(whole(before)).bind(whole(limit));
        let mut rows: Vec<MessageRow> = all(&self.storage.run(&statement)?)?;
        if last {
            rows.reverse();
        }
        rows.into_iter().map(|row| self.message(row)).collect()
    }

    fn message(&self, row: MessageRow) -> Result<Message, HostError> {
        Ok(Message {
            seq: row.seq,
            body: self.opened("messages", &row.seq.to_string(), &row.body_sealed)?,
            id: row.id,
            client_id: row.client_id,
            sender_id: row.sender_id,
            kind: row.kind,
            reply_to: row.reply_to,
            sent_at: Timestamp(row.sent_at),
        })
    }

    /// A name or a body; nothing is left of what was erased.
    fn opened(&self, table: &str, row: &str, sealed: &str) -> Result<String, HostError> {
        if is_erased(sealed) { Ok(String::new()) } else { self.key.open(&self.about(table, row), sealed) }
    }

    fn about(&self, table: &str, row: &str) -> String {
        ["room:", self.room_id, ":", table, ":", row].concat()
    }
}

fn kind_name(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Text => "text",
        MessageKind::System => "system",
        MessageKind::Assistant => "assistant",
    }
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn all<T: serde::de::DeserializeOwned>(rows: &Rows) -> Result<Vec<T>, HostError> {
    rows.all().map_err(|_| HostError::Failed("a row of the room has another shape".into()))
}

fn first<T: serde::de::DeserializeOwned>(rows: &Rows) -> Result<Option<T>, HostError> {
    Ok(all(rows)?.into_iter().next())
}

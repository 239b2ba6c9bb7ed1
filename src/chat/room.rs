//! A chat room as a pure state machine: inputs (connect, frame, post, membership, alarm) to rows and effects.
//! No clock, no I/O, no `await`: the shell (a Durable Object, or a REST host) reads, writes and sends.
//!
//! # One turn of the shell
//! 1. [`Room::load`] from storage and from the attachments of the open sockets, when the room is not in memory.
//! 2. [`Room::batch`] with everything that arrived together; look up [`Batch::keys`] in storage (one query).
//! 3. [`Room::handle`], which takes the room by value and returns a [`Step`].
//! 4. Write [`Step::rows`] in one transaction.
//! 5. [`Step::commit`] gives the room back, and the effects, to be carried out in order.
//!
//! # What a failure means
//! The effects, and the room itself, can be had only by [`Step::commit`]. When the transaction fails the shell drops
//! the step: nothing was sent, and there is no room left in memory that could disagree with storage, so the next turn
//! begins with `load`. Frames of a dropped batch are lost like frames on a bad line (their senders get no ack and
//! send them again); posts and changes of membership are answered with an error. Two kinds of input must not be lost:
//! a `Disconnect` is given again in the next batch, and a socket whose `Connect` was dropped is closed (1011).
//! When effects could not all be carried out after a commit, the shell closes every socket (1012): the clients come
//! back with `after`.
//!
//! # What outlives hibernation
//! After every commit the room in memory equals what `load` would build: members, read marks, `last_seq` and the
//! closed flag from the rows, sockets from their attachments ([`Effect::Attach`]), the rate window from the messages'
//! own times. Only the alarm that was asked for is forgotten, and asked for again.

mod load;
mod members;
mod messages;
mod model;
mod sockets;
mod step;
#[cfg(test)]
mod tests;
mod typing;

use litemap::LiteMap;
use std::collections::VecDeque;

pub use self::load::Batch;
pub use self::model::{Attachment, CallId, Effect, Input, Key, Known, Limits, Member, Receipt, Row, SocketId, Stored};

/// A room in memory.
#[derive(Debug)]
pub struct Room {
    id: String,
    limits: Limits,
    last_seq: u64,
    closed: bool,
    members: LiteMap<String, Member>,
    sockets: LiteMap<SocketId, Socket>,
    /// How many sockets each user has open; none is no entry.
    online: LiteMap<String, usize>,
    /// Until when a socket's user types on it.
    typing: LiteMap<SocketId, i64>,
    /// When each user's latest messages were taken.
    recent: LiteMap<String, VecDeque<i64>>,
    /// The alarm that was asked for.
    alarm_ms: Option<i64>,
    /// Sockets found on loading that no member owns: closed in the next step.
    strays: Vec<Attachment>,
}

#[derive(Debug)]
struct Socket {
    user_id: String,
    session_id: Option<String>,
    device: Option<String>,
    bad_frames: u32,
}

/// What a batch comes to. Write the rows, then commit; or drop it, and load the room again.
#[derive(Debug)]
#[must_use = "write the rows, then commit; a dropped step is a batch that never happened"]
pub struct Step {
    room: Room,
    rows: Vec<Row>,
    effects: Vec<Effect>,
}

impl Step {
    /// What to write, in one transaction; often nothing.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The rows are written: the room as it is now, and what to do.
    #[must_use]
    pub fn commit(self) -> (Room, Vec<Effect>) {
        (self.room, self.effects)
    }
}

impl Room {
    /// The room's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The newest message; 0 while there is none.
    #[must_use]
    pub fn last_seq(&self) -> u64 {
        self.last_seq
    }

    /// Whether nothing can be sent.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Everyone who is or was a member, by user id.
    pub fn members(&self) -> impl Iterator<Item = &Member> {
        self.members.values()
    }

    /// Whether a user is a member now.
    #[must_use]
    pub fn is_member(&self, user_id: &str) -> bool {
        self.members.get(user_id).is_some_and(|member| member.left_at_ms.is_none())
    }

    /// Everyone who is a member now.
    pub fn member_ids(&self) -> impl Iterator<Item = &str> {
        let here = self.members.iter().filter(|(_, member)| member.left_at_ms.is_none());
        here.map(|(user_id, _)| user_id.as_str())
    }

    /// Whether a user has a socket open.
    #[must_use]
    pub fn is_online(&self, user_id: &str) -> bool {
        self.online.contains_key(user_id)
    }

    /// What every open socket has in its attachment, by socket.
    pub fn attachments(&self) -> impl Iterator<Item = Attachment> {
        self.sockets.iter().map(|(id, socket)| self.attachment(*id, socket))
    }

    fn attachment(&self, id: SocketId, socket: &Socket) -> Attachment {
        Attachment {
            socket: id,
            user_id: socket.user_id.clone(),
            session_id: socket.session_id.clone(),
            device: socket.device.clone(),
            bad_frames: socket.bad_frames,
            typing_until_ms: self.typing.get(&id).copied(),
            closed: false,
        }
    }

    fn is_typing(&self, user_id: &str) -> bool {
        self.typing.keys().any(|id| self.sockets.get(id).is_some_and(|socket| socket.user_id == user_id))
    }
}

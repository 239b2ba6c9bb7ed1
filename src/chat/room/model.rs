//! What goes into a room and comes out of it.

use litemap::LiteMap;

use serde::{Deserialize, Serialize};

use crate::chat::protocol::{CloseCode, Draft, Fault, Message, MessageKind, ServerFrame};

/// A socket, as the shell numbers them. The number is kept in the attachment, and must not be given to another socket
/// while the first may still be heard of (a random one below 2^53 serves).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SocketId(pub u64);

/// A REST call that waits for its [`Effect::Answer`], as the shell numbers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub u64);

/// The limits of a room. A configuration for load tests raises them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest frame, in bytes; one over it closes the socket.
    pub frame_bytes: usize,
    /// The largest body, in bytes.
    pub body_bytes: usize,
    /// The bad frame that closes the socket.
    pub bad_frames: u32,
    /// How many messages are replayed at most.
    pub replay: u64,
    /// How long typing lasts by itself.
    pub typing_ms: i64,
    /// How many messages a user may send in `window_ms`.
    pub sends: usize,
    /// The time over which messages are counted.
    pub window_ms: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            frame_bytes: 16 * 1024,
            body_bytes: 8 * 1024,
            bad_frames: 20,
            replay: 500,
            typing_ms: 6_000,
            sends: 20,
            window_ms: 10_000,
        }
    }
}

/// A member, present or former (their messages stay).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The user.
    pub user_id: String,
    /// The name to show.
    pub name: String,
    /// What they are in this room.
    pub role: String,
    /// The last message they have read.
    pub read_seq: u64,
    /// When they joined, last.
    pub joined_at_ms: i64,
    /// When they left; `None` while they are a member.
    pub left_at_ms: Option<i64>,
}

/// What a socket keeps through hibernation, as JSON (a few hundred bytes).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The socket's number.
    pub socket: SocketId,
    /// Who is connected.
    pub user_id: String,
    /// The session that opened it; none of a socket from before sessions were kept.
    #[serde(default)]
    pub session_id: Option<String>,
    /// The device, as the client names it.
    pub device: Option<String>,
    /// How many bad frames it has sent.
    pub bad_frames: u32,
    /// Until when its user types on it.
    pub typing_until_ms: Option<i64>,
    /// The room has closed it; the host may list it for a while yet.
    pub closed: bool,
}

/// What storage holds of a room. The messages themselves stay there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stored {
    /// The room's id.
    pub id: String,
    /// The newest message; 0 while there is none.
    pub last_seq: u64,
    /// Whether the room is closed.
    pub closed: bool,
    /// Everyone who is or was a member.
    pub members: Vec<Member>,
    /// Author and time (ms) of the `text` messages of the last [`Limits::window_ms`], oldest first: the rate window.
    pub recent: Vec<(String, i64)>,
}

/// What happens to a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A socket was accepted with a valid ticket.
    Connect {
        /// The new socket.
        socket: SocketId,
        /// The ticket's user.
        user_id: String,
        /// The last message the client has; `None` replays nothing.
        after: Option<u64>,
        /// The session that the ticket was given to.
        session_id: Option<String>,
        /// The device, as the client names it.
        device: Option<String>,
    },
    /// A text frame.
    Frame {
        /// Where it came in.
        socket: SocketId,
        /// Its text.
        text: String,
    },
    /// A binary frame.
    Binary {
        /// Where it came in.
        socket: SocketId,
        /// Its length.
        bytes: usize,
    },
    /// A socket closed or failed. Telling it twice does no harm.
    Disconnect {
        /// Which.
        socket: SocketId,
        /// What was saved with it: a host may wake the room for a close and list the socket no more, and a room that
        /// was loaded without it must still tell the others who left. `None` if its `Connect` was never committed.
        attachment: Option<Attachment>,
    },
    /// A message by REST, or by the shell itself.
    Post {
        /// The call to answer.
        call: CallId,
        /// The author. For `system` and `assistant` the shell vouches for it: it need not be a member.
        user_id: String,
        /// Who speaks. Only `text` is rate limited; only `system` can be said in a closed room.
        kind: MessageKind,
        /// The message.
        draft: Draft,
    },
    /// A user becomes a member, again perhaps, or has a new name or role.
    MemberAdded {
        /// The user.
        user_id: String,
        /// The name to show.
        name: String,
        /// What they are in this room.
        role: String,
    },
    /// A user is a member no longer; their sockets are closed.
    MemberRemoved {
        /// The user.
        user_id: String,
    },
    /// A session has ended; the sockets that it opened are closed.
    SessionEnded {
        /// The session.
        session_id: String,
    },
    /// The room closes: nothing can be sent, everything can be read.
    Close,
    /// The room opens again.
    Reopen,
    /// The alarm went off, early or late, once or more.
    Alarm,
}

/// What must be written. All rows of a step go into one transaction, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// A member, new or changed: insert or replace.
    Member(Member),
    /// A new message: insert. `seq` is unique in the room, and so is (`sender_id`, `client_id`).
    Message(Message),
    /// A read mark that moved on: update.
    Read {
        /// The member.
        user_id: String,
        /// The new mark.
        seq: u64,
    },
    /// The room itself: update. It is kept apart from the messages, so that `seq` goes on after they are erased.
    Room {
        /// The newest message's `seq`.
        last_seq: u64,
        /// Whether the room is closed.
        closed: bool,
    },
}

/// What is done once the rows are written, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Save this with its socket. All of these come first.
    Attach(Attachment),
    /// Send a frame to these sockets (make its text once). A socket that is gone is no error.
    Send {
        /// The sockets, never none.
        to: Vec<SocketId>,
        /// The frame.
        frame: ServerFrame,
    },
    /// Read the messages `after < seq <= through` from storage and send them, ascending, now: before the next effect.
    /// There are never more than [`Limits::replay`] of them.
    Replay {
        /// The socket.
        socket: SocketId,
        /// The message before the first.
        after: u64,
        /// The last message. What this very step has stored beyond it follows as `Send`.
        through: u64,
    },
    /// Close a socket. It gets nothing more, and its `Disconnect` changes nothing.
    CloseSocket {
        /// The socket.
        socket: SocketId,
        /// Why.
        code: CloseCode,
    },
    /// Answer a post.
    Answer {
        /// The call.
        call: CallId,
        /// Where the message is stored, or why it is not.
        outcome: Result<Receipt, Fault>,
    },
    /// Ask for an [`Input::Alarm`] at this time; it replaces an earlier wish.
    SetAlarm {
        /// When.
        at_ms: i64,
    },
}

/// The author's own name for a message: the key under which a repeated one is found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The author.
    pub user_id: String,
    /// The author's name for the message.
    pub client_id: String,
}

/// Where a message is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Its place in the room.
    pub seq: u64,
    /// Its id.
    pub id: String,
    /// It was stored before.
    pub duplicate: bool,
}

/// What storage knows of a batch's keys: `seq` and `id` of each that is stored.
pub type Known = LiteMap<Key, (u64, String)>;

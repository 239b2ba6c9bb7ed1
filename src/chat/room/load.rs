//! Into memory: a room from storage and attachments, a batch from what arrived.

use litemap::LiteMap;
use std::collections::VecDeque;

use super::{Attachment, CallId, Input, Key, Limits, Room, Socket, SocketId, Stored};
use crate::chat::protocol::{ClientFrame, Draft, ErrorCode, Fault, MessageKind};

/// The longest device name that is kept with a socket, in characters.
const DEVICE_CHARS: usize = 64;

/// What arrived together, read once: to be handled in one step and stored in one transaction.
#[derive(Debug)]
pub struct Batch {
    pub(super) items: Vec<Item>,
    keys: LiteMap<Key, ()>,
}

/// An input with its frame read.
#[derive(Debug)]
pub(super) enum Item {
    Connect { attachment: Attachment, after: Option<u64> },
    Frame { socket: SocketId, frame: Result<ClientFrame, Fault> },
    TooBig { socket: SocketId },
    Disconnect { socket: SocketId, saved: Option<Attachment> },
    Post { call: CallId, user_id: String, kind: MessageKind, draft: Draft },
    MemberAdded { user_id: String, name: String, role: String },
    MemberRemoved { user_id: String },
    SessionEnded { session_id: String },
    Closed(bool),
    Alarm,
}

impl Batch {
    /// The messages to look up in storage before [`Room::handle`]: those found there go into [`super::Known`].
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Key> {
        self.keys.keys()
    }
}

impl Room {
    /// A room from what is stored and from the attachments of the sockets that the host holds open. A socket without
    /// an attachment has not been connected yet: leave it out.
    ///
    /// A step that removed a member may have been stored by an object that died before it closed their sockets. Such
    /// sockets get nothing, and the next step closes them.
    #[must_use]
    pub fn load(stored: Stored, sockets: impl IntoIterator<Item = Attachment>, limits: Limits) -> Self {
        let mut recent = LiteMap::<String, VecDeque<i64>>::new();
        for (user_id, at_ms) in stored.recent {
            recent.entry(user_id).or_default().push_back(at_ms);
        }
        let mut room = Self {
            id: stored.id,
            limits,
            last_seq: stored.last_seq,
            closed: stored.closed,
            members: stored.members.into_iter().map(|member| (member.user_id.clone(), member)).collect(),
            sockets: LiteMap::new(),
            online: LiteMap::new(),
            typing: LiteMap::new(),
            recent,
            alarm_ms: None,
            strays: Vec::new(),
        };
        for attachment in sockets.into_iter().filter(|attachment| !attachment.closed) {
            if room.is_member(&attachment.user_id) {
                room.admit(attachment);
            } else {
                room.strays.push(attachment);
            }
        }
        room
    }

    /// Adds an open socket of a member. Whether it is the user's first.
    pub(super) fn admit(&mut self, attachment: Attachment) -> bool {
        if let Some(until_ms) = attachment.typing_until_ms {
            self.typing.insert(attachment.socket, until_ms);
        }
        let open = self.online.entry(attachment.user_id.clone()).or_default();
        *open = open.saturating_add(1);
        let first = *open == 1;
        let device = attachment.device.map(|device| device.chars().take(DEVICE_CHARS).collect());
        self.sockets.insert(
            attachment.socket,
            Socket {
                user_id: attachment.user_id,
                session_id: attachment.session_id,
                device,
                bad_frames: attachment.bad_frames,
            },
        );
        first
    }

    /// Reads what arrived together, in the order of its arrival. The batch is for this room's next
    /// [`handle`](Self::handle).
    #[must_use]
    pub fn batch(&self, inputs: Vec<Input>) -> Batch {
        let mut joined = LiteMap::<SocketId, String>::new();
        // A frame may come in just before the close of a socket that the room was loaded without.
        for input in &inputs {
            if let Input::Disconnect { socket, attachment: Some(saved) } = input {
                joined.insert(*socket, saved.user_id.clone());
            }
        }
        let mut keys = LiteMap::new();
        let mut items = Vec::with_capacity(inputs.len());
        for input in inputs {
            let item = self.read(input);
            match &item {
                Item::Connect { attachment, .. } => {
                    joined.insert(attachment.socket, attachment.user_id.clone());
                }
                Item::Frame { socket, frame: Ok(ClientFrame::Send(draft)) } => {
                    let user_id = match self.sockets.get(socket) {
                        Some(open) => Some(&open.user_id),
                        None => joined.get(socket),
                    };
                    if let Some(user_id) = user_id {
                        keys.insert(Key { user_id: user_id.clone(), client_id: draft.client_id.clone() }, ());
                    }
                }
                Item::Post { user_id, draft, .. } => {
                    keys.insert(Key { user_id: user_id.clone(), client_id: draft.client_id.clone() }, ());
                }
                _ => {}
            }
            items.push(item);
        }
        Batch { items, keys }
    }

    fn read(&self, input: Input) -> Item {
        let too_big = |bytes| bytes > self.limits.frame_bytes;
        match input {
            Input::Connect { socket, user_id, after, session_id, device } => {
                let (bad_frames, typing_until_ms, closed) = (0, None, false);
                let attachment =
                    Attachment { socket, user_id, session_id, device, bad_frames, typing_until_ms, closed };
                Item::Connect { attachment, after }
            }
            Input::Frame { socket, text } if too_big(text.len()) => Item::TooBig { socket },
            Input::Frame { socket, text } => Item::Frame { socket, frame: ClientFrame::parse(&text) },
            Input::Binary { socket, bytes } if too_big(bytes) => Item::TooBig { socket },
            Input::Binary { socket, .. } => Item::Frame { socket, frame: Err(Fault::new(ErrorCode::BinaryFrame)) },
            Input::Disconnect { socket, attachment } => Item::Disconnect { socket, saved: attachment },
            Input::Post { call, user_id, kind, draft } => Item::Post { call, user_id, kind, draft },
            Input::MemberAdded { user_id, name, role } => Item::MemberAdded { user_id, name, role },
            Input::MemberRemoved { user_id } => Item::MemberRemoved { user_id },
            Input::SessionEnded { session_id } => Item::SessionEnded { session_id },
            Input::Close => Item::Closed(true),
            Input::Reopen => Item::Closed(false),
            Input::Alarm => Item::Alarm,
        }
    }
}

//! One step: a batch handled in order, its rows and effects gathered.

use litemap::LiteMap;

use super::load::Item;
use super::{Attachment, Batch, Effect, Known, Room, Row, SocketId, Step};
use crate::chat::protocol::{CloseCode, Message, ServerFrame};

impl Room {
    /// Handles a batch of this room. `known` says which of [`Batch::keys`] are stored; `ids` gives a new message's
    /// id (UUIDv7). The clock may jump either way.
    pub fn handle(self, now_ms: i64, batch: Batch, known: Known, ids: &mut dyn FnMut() -> String) -> Step {
        let mut turn = Turn {
            before: (self.last_seq, self.closed),
            room: self,
            now_ms,
            known,
            ids,
            messages: Vec::new(),
            members: LiteMap::new(),
            reads: LiteMap::new(),
            attach: LiteMap::new(),
            effects: Vec::new(),
        };
        turn.readmit(&batch.items);
        turn.close_strays();
        turn.end_typing();
        for item in batch.items {
            turn.take(item);
        }
        turn.set_alarm();
        turn.finish()
    }
}

/// A step in the making.
pub(super) struct Turn<'a> {
    pub(super) room: Room,
    before: (u64, bool),
    pub(super) now_ms: i64,
    pub(super) known: Known,
    pub(super) ids: &'a mut dyn FnMut() -> String,
    pub(super) messages: Vec<Message>,
    /// Members whose row changed.
    pub(super) members: LiteMap<String, ()>,
    /// Members whose read mark moved on.
    pub(super) reads: LiteMap<String, ()>,
    /// Sockets whose attachment changed; with the last one of those that were closed.
    pub(super) attach: LiteMap<SocketId, Option<Attachment>>,
    pub(super) effects: Vec<Effect>,
}

impl Turn<'_> {
    fn take(&mut self, item: Item) {
        match item {
            Item::Connect { attachment, after } => self.connect(attachment, after),
            Item::Frame { socket, frame } => self.frame(socket, frame),
            Item::TooBig { socket } => self.close(socket, CloseCode::TooBig),
            Item::Disconnect { socket, .. } => self.leave(socket),
            Item::Post { call, user_id, kind, draft } => {
                let outcome = self.post(&user_id, kind, draft);
                self.effects.push(Effect::Answer { call, outcome });
            }
            Item::MemberAdded { user_id, name, role } => self.add_member(user_id, name, role),
            Item::MemberRemoved { user_id } => self.remove_member(&user_id),
            Item::SessionEnded { session_id } => self.end_session(&session_id),
            Item::Closed(closed) => self.set_closed(closed),
            Item::Alarm => self.room.alarm_ms = None,
        }
    }

    fn finish(mut self) -> Step {
        let mut rows = Vec::new();
        for user_id in self.members.keys() {
            rows.extend(self.room.members.get(user_id).cloned().map(Row::Member));
        }
        rows.extend(self.messages.drain(..).map(Row::Message));
        for user_id in self.reads.keys().filter(|user_id| !self.members.contains_key(*user_id)) {
            if let Some(member) = self.room.members.get(user_id) {
                rows.push(Row::Read { user_id: user_id.clone(), seq: member.read_seq });
            }
        }
        let (last_seq, closed) = (self.room.last_seq, self.room.closed);
        if self.before != (last_seq, closed) {
            rows.push(Row::Room { last_seq, closed });
        }

        let mut effects = Vec::with_capacity(self.attach.len().saturating_add(self.effects.len()));
        for (id, closed) in self.attach {
            let open = || self.room.sockets.get(&id).map(|socket| self.room.attachment(id, socket));
            effects.extend(closed.or_else(open).map(Effect::Attach));
        }
        effects.append(&mut self.effects);
        Step { room: self.room, rows, effects }
    }

    pub(super) fn send(&mut self, to: Vec<SocketId>, frame: impl Into<ServerFrame>) {
        if !to.is_empty() {
            self.effects.push(Effect::Send { to, frame: frame.into() });
        }
    }

    pub(super) fn everyone(&self) -> Vec<SocketId> {
        self.room.sockets.keys().copied().collect()
    }

    pub(super) fn others(&self, user_id: &str) -> Vec<SocketId> {
        self.room.sockets.iter().filter(|(_, socket)| socket.user_id != user_id).map(|(id, _)| *id).collect()
    }

    pub(super) fn user_of(&self, socket: SocketId) -> Option<String> {
        self.room.sockets.get(&socket).map(|open| open.user_id.clone())
    }
}

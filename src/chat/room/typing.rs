//! Who is typing: begun and ended by frames, ended by time, by sending and by leaving.

use litemap::LiteMap;

use super::step::Turn;
use super::{Effect, SocketId};
use crate::chat::protocol::ServerFrame;

impl Turn<'_> {
    pub(super) fn start_typing(&mut self, socket: SocketId, user_id: String) {
        let until_ms = self.now_ms.saturating_add(self.room.limits.typing_ms);
        let was_typing = self.room.is_typing(&user_id);
        self.room.typing.insert(socket, until_ms);
        self.attach.insert(socket, None);
        if !was_typing {
            self.send(self.others(&user_id), ServerFrame::Typing { user_id, on: true });
        }
    }

    /// Ends typing on some sockets, and tells the others of a user who then types on none.
    pub(super) fn stop_typing(&mut self, which: impl Fn(SocketId, &str) -> bool) {
        let mut users = LiteMap::<String, ()>::new();
        let sockets = &self.room.sockets;
        let attach = &mut self.attach;
        self.room.typing.retain(|id, _| {
            let Some(open) = sockets.get(id) else {
                return false;
            };
            let stops = which(*id, &open.user_id);
            if stops {
                attach.insert(*id, None);
                users.insert(open.user_id.clone(), ());
            }
            !stops
        });
        for (user_id, ()) in users {
            if !self.room.is_typing(&user_id) {
                self.send(self.others(&user_id), ServerFrame::Typing { user_id, on: false });
            }
        }
    }

    /// Ends what has lasted its time. A deadline further off than any can be was set before the clock jumped back.
    pub(super) fn end_typing(&mut self) {
        let (now_ms, typing_ms) = (self.now_ms, self.room.limits.typing_ms);
        let over: LiteMap<SocketId, ()> = self
            .room
            .typing
            .iter()
            .filter(|(_, until_ms)| **until_ms <= now_ms || **until_ms > now_ms.saturating_add(typing_ms))
            .map(|(id, _)| (*id, ()))
            .collect();
        if !over.is_empty() {
            self.stop_typing(|id, _| over.contains_key(&id));
        }
    }

    /// Asks for an alarm at the first deadline, unless an earlier one is due. One that comes too early asks again, so
    /// that going on typing costs no write.
    pub(super) fn set_alarm(&mut self) {
        let Some(at_ms) = self.room.typing.values().copied().min() else {
            return;
        };
        let now_ms = self.now_ms;
        if self.room.alarm_ms.is_none_or(|alarm_ms| at_ms < alarm_ms || alarm_ms <= now_ms) {
            self.room.alarm_ms = Some(at_ms);
            self.effects.push(Effect::SetAlarm { at_ms });
        }
    }
}

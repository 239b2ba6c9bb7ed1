//! Who belongs to the room, and whether it is open.

use litemap::LiteMap;

use super::step::Turn;
use super::{Effect, Member, SocketId};
use crate::chat::protocol::CloseCode;

impl Turn<'_> {
    pub(super) fn add_member(&mut self, user_id: String, name: String, role: String) {
        let old = self.room.members.get(&user_id);
        let here = old.filter(|member| member.left_at_ms.is_none());
        let member = Member {
            user_id: user_id.clone(),
            name,
            role,
            read_seq: old.map_or(0, |member| member.read_seq),
            joined_at_ms: here.map_or(self.now_ms, |member| member.joined_at_ms),
            left_at_ms: None,
        };
        if old != Some(&member) {
            self.room.members.insert(user_id.clone(), member);
            self.members.insert(user_id, ());
        }
    }

    pub(super) fn remove_member(&mut self, user_id: &str) {
        let Some(member) = self.room.members.get_mut(user_id).filter(|member| member.left_at_ms.is_none()) else {
            return;
        };
        member.left_at_ms = Some(self.now_ms);
        self.members.insert(user_id.to_owned(), ());
        let open = self.room.sockets.iter().filter(|(_, socket)| socket.user_id == user_id);
        let open: Vec<SocketId> = open.map(|(id, _)| *id).collect();
        // Closed before, in this very step, for something else.
        let closed = self.attach.iter().filter_map(|(id, saved)| Some((*id, saved.as_ref()?)));
        let closed = closed.filter(|(_, saved)| saved.user_id == user_id).map(|(id, _)| id);
        let gone: LiteMap<SocketId, ()> = closed.chain(open.iter().copied()).map(|id| (id, ())).collect();
        // Once this step is stored they are no member, and no frame of it may reach them.
        self.effects.retain_mut(|effect| match effect {
            Effect::Send { to, .. } => {
                to.retain(|id| !gone.contains_key(id));
                !to.is_empty()
            }
            Effect::Replay { socket, .. } => !gone.contains_key(socket),
            _ => true,
        });
        for socket in open {
            self.close(socket, CloseCode::NotAMember);
        }
    }

    pub(super) fn set_closed(&mut self, closed: bool) {
        self.room.closed = closed;
        if closed {
            self.stop_typing(|_, _| true);
        }
    }
}

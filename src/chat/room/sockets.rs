//! Sockets: opened, read from, replayed to and closed.

use litemap::LiteMap;

use super::load::Item;
use super::step::Turn;
use super::{Attachment, Effect, Receipt, SocketId};
use crate::chat::protocol::{ClientFrame, CloseCode, ErrorCode, Fault, MessageKind, Participant, ServerFrame};

impl Turn<'_> {
    pub(super) fn connect(&mut self, attachment: Attachment, after: Option<u64>) {
        let (socket, user_id) = (attachment.socket, attachment.user_id.clone());
        if !self.room.is_member(&user_id) {
            self.effects.push(Effect::CloseSocket { socket, code: CloseCode::NotAMember });
            return;
        }
        if self.room.sockets.contains_key(&socket) {
            return;
        }
        let first = self.room.admit(attachment);
        self.attach.insert(socket, None);
        let welcome = self.welcome();
        self.send(vec![socket], welcome);
        if let Some(after) = after {
            self.replay(socket, after);
        }
        let typing = self.room.typing.keys().filter_map(|id| Some((self.user_of(*id)?, ())));
        let typing: LiteMap<String, ()> = typing.filter(|(other, ())| *other != user_id).collect();
        for (other, ()) in typing {
            self.send(vec![socket], ServerFrame::Typing { user_id: other, on: true });
        }
        if first {
            self.send(self.others(&user_id), ServerFrame::Presence { user_id, online: true });
        }
    }

    pub(super) fn welcome(&self) -> ServerFrame {
        let here = self.room.members.values().filter(|member| member.left_at_ms.is_none());
        ServerFrame::Welcome {
            room_id: self.room.id.clone(),
            last_seq: self.room.last_seq,
            participants: here
                .map(|member| Participant {
                    user_id: member.user_id.clone(),
                    name: member.name.clone(),
                    role: member.role.clone(),
                    online: self.room.is_online(&member.user_id),
                    read_seq: member.read_seq,
                })
                .collect(),
        }
    }

    /// What was missed, up to now: messages of this very batch beyond it come as `Send`, after it. So a socket never
    /// gets one twice, and never a new one before an old one.
    pub(super) fn replay(&mut self, socket: SocketId, after: u64) {
        let through = self.room.last_seq;
        let after = after.max(through.saturating_sub(self.room.limits.replay));
        if after < through {
            self.effects.push(Effect::Replay { socket, after, through });
        }
    }

    /// Sockets that this batch says are gone, and that the room was loaded without: as if they had been there.
    pub(super) fn readmit(&mut self, items: &[Item]) {
        for item in items {
            let Item::Disconnect { socket, saved: Some(saved) } = item else {
                continue;
            };
            let unknown = !self.room.sockets.contains_key(socket);
            if unknown && !saved.closed && self.room.is_member(&saved.user_id) {
                self.room.admit(Attachment { socket: *socket, ..saved.clone() });
            }
        }
    }

    pub(super) fn leave(&mut self, socket: SocketId) {
        let Some(Attachment { user_id, .. }) = self.remove_socket(socket) else {
            return;
        };
        if !self.room.is_online(&user_id) {
            self.send(self.everyone(), ServerFrame::Presence { user_id, online: false });
        }
    }

    /// Takes a socket out of the room, with what its user typed on it.
    pub(super) fn remove_socket(&mut self, socket: SocketId) -> Option<Attachment> {
        self.stop_typing(|id, _| id == socket);
        let open = self.room.sockets.remove(&socket)?;
        let attachment = self.room.attachment(socket, &open);
        if let Some(count) = self.room.online.get_mut(&attachment.user_id) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.room.online.remove(&attachment.user_id);
            }
        }
        self.attach.remove(&socket);
        Some(attachment)
    }

    /// Closes a socket. Its attachment says so, as the host may list it until the client has answered the close.
    pub(super) fn close(&mut self, socket: SocketId, code: CloseCode) {
        let Some(open) = self.room.sockets.get(&socket) else {
            return;
        };
        let attachment = Attachment { closed: true, ..self.room.attachment(socket, open) };
        self.effects.push(Effect::CloseSocket { socket, code });
        self.leave(socket);
        self.attach.insert(socket, Some(attachment));
    }

    pub(super) fn end_session(&mut self, session_id: &str) {
        let open = self.room.sockets.iter().filter(|(_, socket)| socket.session_id.as_deref() == Some(session_id));
        let open: Vec<SocketId> = open.map(|(id, _)| *id).collect();
        for socket in open {
            self.close(socket, CloseCode::SignedOut);
        }
    }

    pub(super) fn close_strays(&mut self) {
        for stray in std::mem::take(&mut self.room.strays) {
            let socket = stray.socket;
            self.effects.push(Effect::CloseSocket { socket, code: CloseCode::NotAMember });
            self.send(self.everyone(), ServerFrame::Presence { user_id: stray.user_id.clone(), online: false });
            self.attach.insert(socket, Some(Attachment { closed: true, ..stray }));
        }
    }

    pub(super) fn frame(&mut self, socket: SocketId, frame: Result<ClientFrame, Fault>) {
        // A frame still on its way when its socket was closed.
        let Some(user_id) = self.user_of(socket) else {
            return;
        };
        match frame {
            Ok(ClientFrame::Send(draft)) => {
                let client_id = draft.client_id.clone();
                let answer = match self.post(&user_id, MessageKind::Text, draft) {
                    Ok(Receipt { seq, id, duplicate }) => ServerFrame::Ack { client_id, seq, id, duplicate },
                    Err(fault) => fault.into(),
                };
                self.send(vec![socket], answer);
            }
            Ok(ClientFrame::Typing { on: true }) if self.room.closed => {
                self.send(vec![socket], Fault::new(ErrorCode::RoomClosed));
            }
            Ok(ClientFrame::Typing { on: true }) => self.start_typing(socket, user_id),
            Ok(ClientFrame::Typing { on: false }) => self.stop_typing(|id, _| id == socket),
            Ok(ClientFrame::Read { seq }) => self.read(socket, user_id, seq),
            Ok(ClientFrame::Sync { after }) => self.replay(socket, after),
            Ok(ClientFrame::Ping) => self.send(vec![socket], ServerFrame::Pong),
            Err(fault) => self.bad_frame(socket, fault),
        }
    }

    pub(super) fn bad_frame(&mut self, socket: SocketId, fault: Fault) {
        self.send(vec![socket], fault);
        let Some(open) = self.room.sockets.get_mut(&socket) else {
            return;
        };
        open.bad_frames = open.bad_frames.saturating_add(1);
        self.attach.insert(socket, None);
        if open.bad_frames >= self.room.limits.bad_frames {
            self.close(socket, CloseCode::BadFrames);
        }
    }

    pub(super) fn read(&mut self, socket: SocketId, user_id: String, seq: u64) {
        let seq = seq.min(self.room.last_seq);
        let Some(member) = self.room.members.get_mut(&user_id) else {
            return;
        };
        if seq <= member.read_seq {
            return;
        }
        member.read_seq = seq;
        self.reads.insert(user_id.clone(), ());
        let to = self.room.sockets.keys().copied().filter(|id| *id != socket).collect();
        self.send(to, ServerFrame::Read { user_id, seq });
    }
}

//! A socket, as the server holds it: every frame is checked as it leaves, before the network has its way with it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use virtual_doctor::chat::protocol::ServerFrame;
use virtual_doctor::chat::room::Attachment;

use super::storage::{Checked, Storage, ensure};

/// A socket, and what a client on a perfect line would know from it.
pub struct Link {
    pub user_id: String,
    pub attachment: Option<Attachment>,
    /// Closed by the room; the host still lists it.
    pub closed: bool,
    /// On the way to the client; `None` is the close.
    pub down: VecDeque<Option<ServerFrame>>,
    /// The newest message that was sent as new, or skipped by the welcome.
    head: Option<u64>,
    /// It asked for what came after this, and has not been sent it.
    owed: Option<u64>,
    online: BTreeSet<String>,
    typing: BTreeSet<String>,
    reads: BTreeMap<String, u64>,
}

impl Link {
    pub fn new(user_id: &str, after: Option<u64>) -> Self {
        Self {
            user_id: user_id.to_owned(),
            attachment: None,
            closed: false,
            down: VecDeque::new(),
            head: None,
            owed: after,
            online: BTreeSet::new(),
            typing: BTreeSet::new(),
            reads: BTreeMap::new(),
        }
    }

    pub fn close(&mut self) {
        self.closed = true;
        self.down.push_back(None);
    }

    pub fn is_typing(&self) -> bool {
        self.attachment.as_ref().is_some_and(|saved| saved.typing_until_ms.is_some())
    }

    /// Stored messages leave; new ones follow them.
    pub fn replay(&mut self, after: u64, through: u64, storage: &Storage, limit: u64) -> Checked {
        let may = !self.closed && storage.is_member(&self.user_id);
        ensure!(may, "a replay to {}, who may not", self.user_id);
        ensure!(self.head == Some(through), "a replay up to {through} where {:?} was sent", self.head);
        ensure!(through.saturating_sub(after) <= limit, "a replay of {after}..{through}");
        if let Some(asked) = self.owed.take() {
            let first = asked.max(through.saturating_sub(limit));
            ensure!(after == first, "a replay after {after}, asked for after {asked}");
        }
        for seq in after.saturating_add(1)..=through {
            let message = storage.message(seq);
            let message = message.ok_or_else(|| format!("{seq} is replayed and not stored"))?;
            self.down.push_back(Some(message.into()));
        }
        Ok(())
    }

    /// A frame leaves.
    pub fn send(&mut self, frame: &ServerFrame, storage: &Storage) -> Checked {
        let me = &self.user_id;
        ensure!(storage.is_member(me), "{me} is no member and is sent {frame:?}");
        let open = !self.closed && self.attachment.is_some();
        ensure!(open, "{me} has no open socket and is sent {frame:?}");
        let welcome = matches!(frame, ServerFrame::Welcome { .. });
        ensure!(self.head.is_none() == welcome, "{me} is sent {frame:?}: welcome comes first, once");
        match frame {
            ServerFrame::Welcome { last_seq, participants, .. } => {
                let online = participants.iter().filter(|p| p.online);
                let reads = participants.iter().map(|p| (p.user_id.clone(), p.read_seq));
                self.head = Some(*last_seq);
                self.owed = self.owed.filter(|after| after < last_seq);
                self.online = online.map(|p| p.user_id.clone()).collect();
                self.reads = reads.collect();
            }
            ServerFrame::Message { seq, .. } => {
                ensure!(self.head == seq.checked_sub(1), "{seq} is sent after {:?}", self.head);
                ensure!(self.owed.is_none(), "{seq} is sent before what was missed");
                let stored = storage.message(*seq).map(ServerFrame::from);
                ensure!(stored.as_ref() == Some(frame), "{seq} is sent and not stored");
                self.head = Some(*seq);
            }
            ServerFrame::Ack { client_id, seq, id, .. } => {
                let stored = storage.find(me, client_id);
                let stored = stored.is_some_and(|(at, as_id)| at == seq && as_id == id);
                ensure!(stored, "{client_id} of {me} is acked and not stored");
            }
            ServerFrame::Typing { user_id, on } => {
                let news = match on {
                    true => self.typing.insert(user_id.clone()),
                    false => self.typing.remove(user_id),
                };
                ensure!(news && user_id != me, "{me} is sent {frame:?}");
            }
            ServerFrame::Read { user_id, seq } => {
                let old = self.reads.insert(user_id.clone(), *seq).unwrap_or_default();
                ensure!(old < *seq, "{me} is sent {frame:?} after {old}");
            }
            ServerFrame::Presence { user_id, online } => {
                ensure!(user_id != me, "{me} is sent {frame:?}");
                match online {
                    true => self.online.insert(user_id.clone()),
                    false => self.online.remove(user_id),
                };
            }
            ServerFrame::Error { .. } | ServerFrame::Pong => {}
        }
        self.down.push_back(Some(frame.clone()));
        Ok(())
    }

    /// What it was told is what is so.
    pub fn compare(&self, storage: &Storage, online: &BTreeSet<&str>, typing: &BTreeSet<&str>) -> Checked {
        let me = self.user_id.as_str();
        ensure!(storage.is_member(me), "{me}, who is no member, has a socket open");
        ensure!(self.online.iter().eq(online), "{me} knows {:?} online: {online:?}", self.online);
        let others = typing.iter().filter(|user| **user != me);
        ensure!(self.typing.iter().eq(others), "{me} knows {:?} typing: {typing:?}", self.typing);
        ensure!(self.owed.is_none(), "{me} was never sent what was missed");
        ensure!(self.head == Some(storage.last_seq), "{me} has been sent up to {:?}", self.head);
        for member in storage.members.values().filter(|member| member.user_id != me) {
            let seq = self.reads.get(&member.user_id).copied().unwrap_or_default();
            // Of a member who came after the welcome, nothing is told until they read on.
            let right = seq == member.read_seq || member.left_at_ms.is_some() || seq == 0;
            ensure!(right, "{me} knows that {} has read {seq}: {}", member.user_id, member.read_seq);
        }
        Ok(())
    }
}

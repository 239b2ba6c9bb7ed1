//! What the object has stored. A transaction is checked as it is written: no gap, no duplicate, no mark that goes back.

use std::collections::{BTreeMap, HashMap};

use virtual_doctor::chat::protocol::{Message, MessageKind};
use virtual_doctor::chat::room::{Key, Known, Limits, Member, Row, Stored};

/// `Err` says which promise is broken.
pub type Checked = Result<(), String>;

/// Fails with the message unless the condition holds.
macro_rules! ensure {
    ($holds:expr, $($message:tt)+) => {
        if !$holds {
            return Err(format!($($message)+));
        }
    };
}
pub(super) use ensure;

#[derive(Default)]
pub struct Storage {
    pub last_seq: u64,
    pub closed: bool,
    pub members: BTreeMap<String, Member>,
    pub messages: Vec<Message>,
    keys: HashMap<Key, (u64, String)>,
}

impl Storage {
    pub fn is_member(&self, user_id: &str) -> bool {
        self.members.get(user_id).is_some_and(|member| member.left_at_ms.is_none())
    }

    pub fn message(&self, seq: u64) -> Option<&Message> {
        self.messages.get(usize::try_from(seq.checked_sub(1)?).ok()?)
    }

    pub fn find(&self, user_id: &str, client_id: &str) -> Option<&(u64, String)> {
        self.keys.get(&Key { user_id: user_id.to_owned(), client_id: client_id.to_owned() })
    }

    pub fn known<'a>(&self, keys: impl Iterator<Item = &'a Key>) -> Known {
        keys.filter_map(|key| Some((key.clone(), self.keys.get(key)?.clone()))).collect()
    }

    pub fn load(&self, now_ms: i64, limits: &Limits) -> Stored {
        let in_window = |message: &&Message| {
            message.kind == MessageKind::Text && now_ms.abs_diff(message.sent_at.0) < limits.window_ms.unsigned_abs()
        };
        let recent = self.messages.iter().filter(in_window);
        Stored {
            id: "room".to_owned(),
            last_seq: self.last_seq,
            closed: self.closed,
            members: self.members.values().cloned().collect(),
            recent: recent.map(|message| (message.sender_id.clone(), message.sent_at.0)).collect(),
        }
    }

    /// One transaction.
    pub fn write(&mut self, rows: &[Row]) -> Checked {
        let before: Vec<String> = self.members.keys().filter(|user| self.is_member(user)).cloned().collect();
        for row in rows {
            self.write_row(row, &before)?;
        }
        let stored = u64::try_from(self.messages.len()).unwrap_or(u64::MAX);
        ensure!(self.last_seq == stored, "last_seq is {} with {stored} messages stored", self.last_seq);
        Ok(())
    }

    /// One row; alone only to show what a transaction that is none would do.
    pub fn write_row(&mut self, row: &Row, before: &[String]) -> Checked {
        match row {
            Row::Member(member) => {
                let old = self.members.insert(member.user_id.clone(), member.clone());
                ensure!(old.is_none_or(|old| old.read_seq <= member.read_seq), "a read mark went back: {member:?}");
            }
            Row::Message(message) => {
                let next = u64::try_from(self.messages.len()).unwrap_or(u64::MAX).saturating_add(1);
                ensure!(message.seq == next, "seq {} is stored where {next} comes next", message.seq);
                let sender = &message.sender_id;
                let may = message.kind != MessageKind::Text || self.is_member(sender) || before.contains(sender);
                ensure!(may, "{sender} is no member and has sent {}", message.seq);
                ensure!(!message.body.trim().is_empty(), "message {} is empty", message.seq);
                let reply_to = message.reply_to.unwrap_or(1);
                ensure!(message.reply_to.is_none() || (1..next).contains(&reply_to), "a reply to {reply_to}");
                let key = Key { user_id: sender.clone(), client_id: message.client_id.clone() };
                let twice = self.keys.insert(key, (message.seq, message.id.clone()));
                ensure!(twice.is_none(), "{} of {sender} is stored twice", message.client_id);
                self.messages.push(message.clone());
            }
            Row::Read { user_id, seq } => {
                let mark = self.members.get_mut(user_id).map(|member| &mut member.read_seq);
                let mark = mark.ok_or_else(|| format!("a read mark of {user_id}, who is no member"))?;
                let stored = u64::try_from(self.messages.len()).unwrap_or(u64::MAX);
                ensure!(*seq > *mark && *seq <= stored, "the read mark of {user_id} goes from {mark} to {seq}");
                *mark = *seq;
            }
            Row::Room { last_seq, closed } => {
                ensure!(*last_seq >= self.last_seq, "last_seq goes back to {last_seq}");
                self.last_seq = *last_seq;
                self.closed = *closed;
            }
        }
        Ok(())
    }
}

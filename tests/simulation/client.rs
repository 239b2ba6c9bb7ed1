//! A device: what it has seen, what it still has to send, and how it recovers.

use std::collections::{BTreeMap, VecDeque};

use virtual_doctor::chat::protocol::{Message, ServerFrame};
use virtual_doctor::chat::room::SocketId;

use super::storage::{Checked, ensure};

/// The `client_id` of a message that is no good.
pub const GARBAGE_ID: &str = "bad";

/// A message that the user wrote.
pub struct Outgoing {
    pub client_id: String,
    pub body: String,
    pub reply_to: Option<u64>,
    pub acked: Option<(u64, String)>,
}

pub struct Device {
    pub user_id: String,
    pub socket: Option<SocketId>,
    /// How often it was signed out.
    pub sign_outs: u32,
    /// Frames on their way to the server.
    pub up: VecDeque<String>,
    /// Every message it has, by seq.
    pub log: BTreeMap<u64, ServerFrame>,
    /// It has all messages up to here.
    pub cursor: u64,
    pub outgoing: Vec<Outgoing>,
    reads: BTreeMap<String, u64>,
}

impl Device {
    pub fn new(user_id: &str) -> Self {
        Self {
            user_id: user_id.to_owned(),
            socket: None,
            sign_outs: 0,
            up: VecDeque::new(),
            log: BTreeMap::new(),
            cursor: 0,
            outgoing: Vec::new(),
            reads: BTreeMap::new(),
        }
    }

    /// The server's side of the line is given up with what was on it.
    pub fn drop_line(&mut self) -> Option<SocketId> {
        self.up.clear();
        self.socket.take()
    }

    pub fn read_mark(&self, user_id: &str) -> u64 {
        self.reads.get(user_id).copied().unwrap_or_default()
    }

    pub fn send_text(message: &Outgoing) -> String {
        let reply_to = message.reply_to.map_or("null".to_owned(), |seq| seq.to_string());
        let (client_id, body) = (&message.client_id, &message.body);
        format!(
            r#"{{"type":"send","client_id":"{client_id}","body":"{body}","attachment_ids":[],"reply_to":{reply_to}}}"#
        )
    }

    /// A frame arrives; in any order, perhaps again.
    pub fn receive(&mut self, frame: ServerFrame) -> Checked {
        match frame {
            ServerFrame::Message { seq, .. } => {
                self.note(seq, frame)?;
                if seq > self.cursor && self.up.len() < 4 {
                    self.up.push_back(format!(r#"{{"type":"sync","after":{}}}"#, self.cursor));
                }
            }
            ServerFrame::Ack { client_id, seq, id, .. } => self.acked(&client_id, seq, &id)?,
            ServerFrame::Welcome { participants, .. } => {
                ensure!(participants.iter().any(|p| p.user_id == self.user_id && p.online), "a welcome without me");
                for participant in participants {
                    self.saw_read(participant.user_id, participant.read_seq);
                }
            }
            ServerFrame::Read { user_id, seq } => self.saw_read(user_id, seq),
            ServerFrame::Error { detail, client_id: Some(id), .. } => {
                let mine = id == GARBAGE_ID || self.outgoing.iter().any(|message| message.client_id == id);
                ensure!(mine, "an error about {id}, which is not mine: {detail}");
            }
            ServerFrame::Error { .. }
            | ServerFrame::Typing { .. }
            | ServerFrame::Presence { .. }
            | ServerFrame::Pong => {}
        }
        Ok(())
    }

    fn saw_read(&mut self, user_id: String, seq: u64) {
        let mark = self.reads.entry(user_id).or_default();
        *mark = seq.max(*mark);
    }

    /// A page of history by REST.
    pub fn backfill<'a>(&mut self, page: impl Iterator<Item = &'a Message>) -> Checked {
        for message in page {
            self.note(message.seq, message.into())?;
        }
        Ok(())
    }

    fn note(&mut self, seq: u64, frame: ServerFrame) -> Checked {
        match self.log.get(&seq) {
            Some(old) => ensure!(*old == frame, "{seq} was {old:?} and is {frame:?}"),
            None => {
                self.log.insert(seq, frame);
            }
        }
        while self.log.contains_key(&self.cursor.saturating_add(1)) {
            self.cursor = self.cursor.saturating_add(1);
        }
        Ok(())
    }

    pub fn acked(&mut self, client_id: &str, seq: u64, id: &str) -> Checked {
        let message = self.outgoing.iter_mut().find(|message| message.client_id == client_id);
        let message = message.ok_or_else(|| format!("an ack of {client_id}, which is not mine"))?;
        let ack = (seq, id.to_owned());
        match &message.acked {
            Some(first) => ensure!(*first == ack, "{client_id} is acked as {first:?} and as {ack:?}"),
            None => message.acked = Some(ack),
        }
        Ok(())
    }
}

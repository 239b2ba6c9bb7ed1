//! One test a rule.

mod membership;
mod messages;
mod presence;
mod sockets;

use std::collections::BTreeMap;

use super::*;
use crate::chat::protocol::{Draft, Message, MessageKind, ServerFrame};

/// The least shell: storage, attachments, and a log of what each socket got, as JSON.
pub(super) struct Shell {
    pub room: Option<Room>,
    pub stored: Stored,
    pub messages: Vec<Message>,
    pub attachments: BTreeMap<SocketId, Attachment>,
    pub effects: Vec<Effect>,
    pub now_ms: i64,
    pub limits: Limits,
    ids: u32,
}

pub(super) const NOW_MS: i64 = 1_700_000_000_000;

impl Shell {
    /// A room with ann, bob and cyd.
    pub fn new() -> Self {
        let stored = Stored { id: "room".to_owned(), ..Stored::default() };
        let mut shell = Self {
            room: None,
            stored,
            messages: Vec::new(),
            attachments: BTreeMap::new(),
            effects: Vec::new(),
            now_ms: NOW_MS,
            limits: Limits::default(),
            ids: 0,
        };
        shell.run(["ann", "bob", "cyd"].map(added).to_vec());
        shell
    }

    /// The same, with ann on socket 1 and bob on socket 2.
    pub fn connected() -> Self {
        let mut shell = Self::new();
        shell.run(vec![connect(1, "ann", None), connect(2, "bob", None)]);
        shell
    }

    pub fn step(&mut self, inputs: Vec<Input>) -> Step {
        let room = self.room.take().unwrap_or_else(|| self.load());
        let batch = room.batch(inputs);
        let stored =
            |key: &&Key| self.messages.iter().find(|m| m.sender_id == key.user_id && m.client_id == key.client_id);
        let known = batch.keys().filter_map(|key| Some((key.clone(), stored(&key).map(|m| (m.seq, m.id.clone()))?)));
        let known = known.collect();
        room.handle(self.now_ms, batch, known, &mut || {
            self.ids += 1;
            format!("id-{}", self.ids)
        })
    }

    pub fn load(&self) -> Room {
        let since = self.now_ms - self.limits.window_ms;
        let recent = self.messages.iter().filter(|m| m.sent_at.0 > since);
        let recent = recent.map(|m| (m.sender_id.clone(), m.sent_at.0)).collect();
        let stored = Stored { recent, ..self.stored.clone() };
        Room::load(stored, self.attachments.values().cloned(), self.limits)
    }

    /// One turn; what each socket got in it.
    pub fn run(&mut self, inputs: Vec<Input>) -> Got {
        let gone = inputs.iter().filter_map(|input| match input {
            Input::Disconnect { socket, .. } => Some(*socket),
            _ => None,
        });
        let gone: Vec<_> = gone.collect();
        let step = self.step(inputs);
        for row in step.rows() {
            self.write(row);
        }
        let (room, effects) = step.commit();
        self.room = Some(room);
        self.effects = effects.clone();
        let mut got = Got::default();
        for effect in effects {
            match effect {
                Effect::Attach(attachment) => {
                    self.attachments.insert(attachment.socket, attachment);
                }
                Effect::Send { to, frame } => to.iter().for_each(|socket| got.push(*socket, frame.to_json())),
                Effect::Replay { socket, after, through } => {
                    for message in self.messages.iter().filter(|m| m.seq > after && m.seq <= through) {
                        got.push(socket, ServerFrame::from(message).to_json());
                    }
                }
                Effect::CloseSocket { socket, code } => got.push(socket, format!("close {}", code.code())),
                Effect::Answer { .. } | Effect::SetAlarm { .. } => {}
            }
        }
        self.attachments.retain(|socket, _| !gone.contains(socket));
        got
    }

    /// One frame of one socket.
    pub fn say(&mut self, socket: u64, text: impl Into<String>) -> Got {
        self.run(vec![frame(socket, text)])
    }

    pub fn post(&mut self, user_id: &str, kind: MessageKind, client_id: &str, body: &str) -> Result<Receipt, String> {
        let draft = Draft { client_id: client_id.to_owned(), body: body.to_owned(), ..Draft::default() };
        self.run(vec![Input::Post { call: CallId(7), user_id: user_id.to_owned(), kind, draft }]);
        let answer = self.effects.iter().find_map(|effect| match effect {
            Effect::Answer { call: CallId(7), outcome } => Some(outcome.clone()),
            _ => None,
        });
        let fault = |fault| serde_json::to_value(ServerFrame::from(fault)).map(|json| json["code"].to_string());
        answer.expect("a post is answered").map_err(|f| fault(f).expect("a frame is JSON").replace('"', ""))
    }

    fn write(&mut self, row: &Row) {
        match row {
            Row::Member(member) => {
                self.stored.members.retain(|old| old.user_id != member.user_id);
                self.stored.members.push(member.clone());
            }
            Row::Message(message) => self.messages.push(message.clone()),
            Row::Read { user_id, seq } => {
                self.stored.members.iter_mut().filter(|m| m.user_id == *user_id).for_each(|m| m.read_seq = *seq);
            }
            Row::Room { last_seq, closed } => (self.stored.last_seq, self.stored.closed) = (*last_seq, *closed),
        }
    }

    pub fn alarms(&self) -> Vec<i64> {
        let at = |effect: &Effect| {
            if let Effect::SetAlarm { at_ms } = effect { Some(*at_ms) } else { None }
        };
        self.effects.iter().filter_map(at).collect()
    }

    pub fn read_seq(&self, user_id: &str) -> u64 {
        self.stored.members.iter().find(|m| m.user_id == user_id).map_or(0, |m| m.read_seq)
    }
}

/// What each socket got, in order.
#[derive(Debug, Default)]
pub(super) struct Got(BTreeMap<u64, Vec<String>>);

impl Got {
    fn push(&mut self, socket: SocketId, what: String) {
        self.0.entry(socket.0).or_default().push(what);
    }

    /// The frames of a socket, each with only the named fields, in their order: `message 1`.
    pub fn at(&self, socket: u64, fields: &[&str]) -> Vec<String> {
        let brief = |text: &String| match serde_json::from_str::<serde_json::Value>(text) {
            Ok(json) => {
                let shown = ["type"].iter().chain(fields).filter_map(|name| json.get(name));
                shown.map(|value| value.to_string().replace('"', "")).collect::<Vec<_>>().join(" ")
            }
            Err(_) => text.clone(),
        };
        self.0.get(&socket).into_iter().flatten().map(brief).collect()
    }

    /// The frames of a socket as they are.
    pub fn raw(&self, socket: u64) -> Vec<String> {
        self.0.get(&socket).cloned().unwrap_or_default()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

pub(super) fn connect(socket: u64, user_id: &str, after: Option<u64>) -> Input {
    Input::Connect { socket: SocketId(socket), user_id: user_id.to_owned(), after, session_id: None, device: None }
}

/// By the ticket of a session.
pub(super) fn connect_in(session_id: &str, socket: u64, user_id: &str) -> Input {
    let session_id = Some(session_id.to_owned());
    Input::Connect { socket: SocketId(socket), user_id: user_id.to_owned(), after: None, session_id, device: None }
}

pub(super) fn disconnect(socket: u64) -> Input {
    Input::Disconnect { socket: SocketId(socket), attachment: None }
}

pub(super) fn frame(socket: u64, text: impl Into<String>) -> Input {
    Input::Frame { socket: SocketId(socket), text: text.into() }
}

pub(super) fn added(user_id: &str) -> Input {
    Input::MemberAdded { user_id: user_id.to_owned(), name: user_id.to_uppercase(), role: "patient".to_owned() }
}

pub(super) fn removed(user_id: &str) -> Input {
    Input::MemberRemoved { user_id: user_id.to_owned() }
}

pub(super) fn send(client_id: &str, body: &str) -> String {
    serde_json::json!({"type": "send", "client_id": client_id, "body": body}).to_string()
}

pub(super) const TYPING: &str = r#"{"type":"typing","on":true}"#;

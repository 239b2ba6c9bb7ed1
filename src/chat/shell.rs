//! Runs the state machine over a room's storage and sockets, on any host. There
//! is no `await` from loading to sending: nothing else can happen in between,
//! so what arrived together is stored in one transaction and sent in order.

use super::protocol::{Draft, MessageKind, ServerFrame};
use super::room::{Attachment, CallId, Effect, Input, Limits, Receipt, Room, SocketId};
use super::service::{Admission, MessageView, RoomCall, RoomReply};
use super::store::{self, Identity, RoomStorage, RoomStore};
use crate::config::Config;
use crate::encryption::{DataKey, is_erased};
use crate::id::Id;
use crate::platform::{Clock, Entropy, HostError};

/// The sockets that a host holds open for a room.
pub trait Sockets {
    /// Attachments of all open sockets.
    fn attachments(&self) -> Vec<Attachment>;
    /// Saves an attachment with its socket.
    fn attach(&self, attachment: &Attachment);
    /// Sends one text to these sockets; those that are gone are no error.
    fn send(&self, to: &[SocketId], text: &str);
    /// Closes a socket.
    fn close(&self, socket: SocketId, code: u16, reason: &str);
    /// Asks to be called again at this time.
    fn set_alarm(&self, at_ms: i64);
}

/// What a shell needs of its host.
pub struct Host<'a> {
    /// The room's storage.
    pub storage: &'a dyn RoomStorage,
    /// Its sockets.
    pub sockets: &'a dyn Sockets,
    /// Time.
    pub clock: &'a dyn Clock,
    /// Randomness.
    pub entropy: &'a dyn Entropy,
    /// Settings.
    pub config: &'a Config,
}

/// A room's object between two turns: the room in memory, or nothing, when it
/// has to be loaded.
#[derive(Default)]
pub struct Shell {
    open: Option<Opened>,
}

struct Opened {
    key: DataKey,
    room: Room,
}

/// The place that a room's key belongs to.
#[must_use]
pub fn key_about(room_id: &str) -> String {
    ["rooms.wrapped_key:", room_id].concat()
}

impl Shell {
    /// Answers a call of the API.
    ///
    /// # Errors
    /// When the storage fails; nothing was stored then.
    pub fn call(&mut self, host: &Host, room_id: &str, call: RoomCall) -> Result<RoomReply, HostError> {
        if let RoomCall::Open { wrapped_key, members } = call {
            return self.open(host, room_id, &wrapped_key, members);
        }
        let Some(opened) = self.loaded(host)? else { return Ok(RoomReply::NotOpened) };
        let member = |user_id: &str| opened.room.is_member(user_id);
        match call {
            RoomCall::Open { .. } => Ok(RoomReply::Done),
            RoomCall::Erase { user_id, alone } => self.erase(host, user_id, alone),
            RoomCall::EndSession { user_id, session_id } => {
                host.storage.transaction(&[store::end_tickets(&user_id, host.clock.now_ms())])?;
                self.handle(host, vec![Input::SessionEnded { session_id }])?;
                Ok(RoomReply::Done)
            }
            RoomCall::Rewrap { wrapped_key } => {
                host.storage.transaction(&[store::set_key(&wrapped_key)])?;
                Ok(RoomReply::Done)
            }
            RoomCall::Ticket { user_id, hash, expires_at_ms } => {
                if !member(&user_id) {
                    return Ok(RoomReply::NotAMember);
                }
                let now = host.clock.now_ms();
                host.storage.transaction(&store::insert_ticket(&hash, &user_id, expires_at_ms, now))?;
                Ok(RoomReply::Done)
            }
            RoomCall::History { user_id, after, before, limit } => {
                if !member(&user_id) {
                    return Ok(RoomReply::NotAMember);
                }
                history(host, opened, after, before, limit)
            }
            RoomCall::Post { user_id, client_id, body, reply_to } => {
                if !member(&user_id) {
                    return Ok(RoomReply::NotAMember);
                }
                let draft = Draft { client_id, body, attachment_ids: Vec::new(), reply_to };
                self.post(host, user_id, draft)
            }
        }
    }

    /// Handles what arrived together.
    ///
    /// # Errors
    /// When the storage fails: nothing was stored or sent, and the room is loaded anew next time.
    pub fn handle(&mut self, host: &Host, inputs: Vec<Input>) -> Result<Vec<(CallId, Outcome)>, HostError> {
        if self.loaded(host)?.is_none() {
            return Ok(Vec::new());
        }
        let Some(Opened { key, room }) = self.open.take() else { return Ok(Vec::new()) };
        let room_id = room.id().to_owned();
        let store = RoomStore { storage: host.storage, entropy: host.entropy, key: &key, room_id: &room_id };
        let batch = room.batch(inputs);
        let known = store.known(batch.keys())?;
        let mut no_entropy = None;
        let mut new_id = || match Id::new(host.clock, host.entropy) {
            Ok(id) => id.to_string(),
            Err(error) => {
                no_entropy = Some(error);
                String::new()
            }
        };
        let step = room.handle(host.clock.now_ms(), batch, known, &mut new_id);
        if let Some(error) = no_entropy {
            return Err(error);
        }
        let statements = store.statements(step.rows())?;
        if !statements.is_empty() {
            host.storage.transaction(&statements)?;
        }
        let (room, effects) = step.commit();
        let answers = carry_out(host, &store, effects)?;
        self.open = Some(Opened { key, room });
        Ok(answers)
    }

    fn open(
        &mut self,
        host: &Host,
        room_id: &str,
        wrapped_key: &str,
        members: Vec<Admission>,
    ) -> Result<RoomReply, HostError> {
        host.storage.transaction(&[store::insert_identity(room_id, wrapped_key)])?;
        // Who is in the room is decided by the directory: whom it names no more is out.
        let here = self.loaded(host)?.into_iter().flat_map(|opened| opened.room.member_ids());
        let gone = here.filter(|user_id| members.iter().all(|member| member.user_id != **user_id));
        let mut inputs: Vec<Input> = gone.map(|user_id| Input::MemberRemoved { user_id: user_id.to_owned() }).collect();
        inputs.extend(members.iter().cloned().map(|member| Input::MemberAdded {
            user_id: member.user_id,
            name: member.name,
            role: member.role,
        }));
        self.handle(host, inputs)?;
        Ok(RoomReply::Done)
    }

    fn erase(&mut self, host: &Host, user_id: String, alone: bool) -> Result<RoomReply, HostError> {
        let erased = store::erase_member(&user_id);
        // Their sockets close, and whoever else is there is told.
        self.handle(host, vec![Input::MemberRemoved { user_id }])?;
        host.storage.transaction(&erased)?;
        if alone {
            host.storage.transaction(&[store::erase_key()])?;
        }
        // What is in memory still has the name, and perhaps the key.
        self.open = None;
        Ok(RoomReply::Done)
    }

    fn post(&mut self, host: &Host, user_id: String, draft: Draft) -> Result<RoomReply, HostError> {
        let call = CallId(0);
        let input = Input::Post { call, user_id, kind: MessageKind::Text, draft };
        let answers = self.handle(host, vec![input])?;
        let outcome = answers.into_iter().find(|(answered, _)| *answered == call).map(|(_, outcome)| outcome);
        let Some(opened) = &self.open else { return Ok(RoomReply::NotOpened) };
        match outcome {
            Some(Ok(receipt)) => {
                let room_id = opened.room.id();
                let store = RoomStore { storage: host.storage, entropy: host.entropy, key: &opened.key, room_id };
                let stored = store.messages(receipt.seq - 1, receipt.seq + 1, 1, false)?;
                let message = stored.into_iter().next().ok_or_else(|| lost(receipt.seq))?;
                Ok(RoomReply::Message { message: message.into(), duplicate: receipt.duplicate })
            }
            Some(Err(fault)) => Ok(RoomReply::Refused {
                code: serde_json::to_value(fault.code)
                    .ok()
                    .and_then(|code| code.as_str().map(str::to_owned))
                    .unwrap_or_default(),
                detail: fault.detail.into_owned(),
                retry_after_ms: fault.retry_after_ms,
            }),
            None => Err(HostError::Failed("the room did not answer a post".into())),
        }
    }

    fn loaded(&mut self, host: &Host) -> Result<Option<&Opened>, HostError> {
        if self.open.is_none() {
            let identity = store::identity(host.storage)?.filter(|identity| !is_erased(&identity.wrapped_key));
            let Some(identity) = identity else { return Ok(None) };
            self.open = Some(load(host, &identity)?);
        }
        Ok(self.open.as_ref())
    }
}

/// What became of a post.
pub type Outcome = Result<Receipt, super::protocol::Fault>;

fn lost(seq: u64) -> HostError {
    HostError::Failed(["message ", &seq.to_string(), " was stored and is not there"].concat())
}

fn load(host: &Host, identity: &Identity) -> Result<Opened, HostError> {
    let key = DataKey::unwrap_with(&host.config.master_keys, &key_about(&identity.id), &identity.wrapped_key)?;
    let limits = Limits {
        sends: usize::try_from(host.config.chat_messages_per_10_s).unwrap_or(usize::MAX),
        ..Limits::default()
    };
    let store = RoomStore { storage: host.storage, entropy: host.entropy, key: &key, room_id: &identity.id };
    let stored = store.load(identity, host.clock.now_ms() - limits.window_ms)?;
    let room = Room::load(stored, host.sockets.attachments(), limits);
    Ok(Opened { key, room })
}

fn history(
    host: &Host,
    opened: &Opened,
    after: Option<u64>,
    before: Option<u64>,
    limit: u64,
) -> Result<RoomReply, HostError> {
    let room_id = opened.room.id();
    let store = RoomStore { storage: host.storage, entropy: host.entropy, key: &opened.key, room_id };
    // With a lower bound one reads forwards from it; otherwise the last page before the upper one.
    let last = after.is_none();
    let (low, high) = (after.unwrap_or(0), before.unwrap_or(u64::MAX));
    let mut messages = store.messages(low, high, limit + 1, last)?;
    let more = messages.len() as u64 > limit;
    if more && last {
        messages.remove(0);
    } else if more {
        messages.pop();
    }
    Ok(RoomReply::Messages { messages: messages.into_iter().map(MessageView::from).collect(), more })
}

fn carry_out(host: &Host, store: &RoomStore, effects: Vec<Effect>) -> Result<Vec<(CallId, Outcome)>, HostError> {
    let mut answers = Vec::new();
    for effect in effects {
        match effect {
            Effect::Attach(attachment) => host.sockets.attach(&attachment),
            Effect::Send { to, frame } => host.sockets.send(&to, &frame.to_json()),
            Effect::Replay { socket, after, through } => {
                for message in store.messages(after, through + 1, through.saturating_sub(after), false)? {
                    host.sockets.send(&[socket], &ServerFrame::from(&message).to_json());
                }
            }
            Effect::CloseSocket { socket, code } => host.sockets.close(socket, code.code(), code.reason()),
            Effect::Answer { call, outcome } => answers.push((call, outcome)),
            Effect::SetAlarm { at_ms } => host.sockets.set_alarm(at_ms),
        }
    }
    Ok(answers)
}

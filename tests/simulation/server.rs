//! The shell, as the Durable Object has it, with faults; and what it must never send.

use std::collections::{BTreeMap, BTreeSet};

use virtual_doctor::chat::protocol::{CloseCode, Fault, ServerFrame};
use virtual_doctor::chat::room::{
    Attachment, CallId, Effect, Input, Known, Limits, Receipt, Room, Row, SocketId, Step,
};

use super::link::Link;
use super::random::Random;
use super::storage::{Checked, Storage, ensure};

/// Where a turn breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// Nowhere.
    No,
    /// The process dies, nothing written.
    BeforeWrite,
    /// The transaction fails, and the process lives on.
    WriteFails,
    /// The process dies, everything written, nothing sent.
    AfterWrite,
    /// The process dies after so many effects.
    AfterEffects(usize),
}

/// A mistake planted in the shell on purpose, to see that the simulation notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defect {
    SkipDedupe,
    SendBeforeStore,
    KeepRoomAfterFailedWrite,
    SplitTransaction,
    ForgetLastSeq,
    ForgetReadMark,
    ForgetAttachment,
    ForgetCursor,
    ReplayLast,
    ReplayBeyondStep,
    KeepRemovedSocket,
    KeepSignedOutSocket,
    LoseAlarm,
    SendToAll,
    LoseDisconnect,
    ReverseEffects,
    SendTwice,
}

pub type Answer = (CallId, Result<Receipt, Fault>);

pub struct Server {
    pub limits: Limits,
    pub storage: Storage,
    pub links: BTreeMap<SocketId, Link>,
    pub inbox: Vec<Input>,
    pub alarm_ms: Option<i64>,
    pub answers: Vec<Answer>,
    defect: Option<Defect>,
    room: Option<Room>,
    /// Sockets that are gone but whose `Disconnect` waits.
    leaving: Vec<Attachment>,
    ids: u64,
    /// How often the history came to what is worth coming to.
    pub reached: BTreeMap<String, u64>,
}

impl Server {
    pub fn new(limits: Limits, defect: Option<Defect>) -> Self {
        Self {
            limits,
            storage: Storage::default(),
            links: BTreeMap::new(),
            inbox: Vec::new(),
            alarm_ms: None,
            answers: Vec::new(),
            defect,
            room: None,
            leaving: Vec::new(),
            ids: 0,
            reached: BTreeMap::new(),
        }
    }

    fn reach(&mut self, what: impl Into<String>) {
        let times = self.reached.entry(what.into()).or_default();
        *times = times.saturating_add(1);
    }

    fn has(&self, defect: Defect) -> bool {
        self.defect == Some(defect)
    }

    // What the network does to it.

    pub fn accept(&mut self, socket: SocketId, user_id: &str, session_id: String, after: Option<u64>) {
        self.links.insert(socket, Link::new(user_id, after));
        let device = Some("phone".to_owned());
        self.inbox.push(Input::Connect {
            socket,
            user_id: user_id.to_owned(),
            after,
            session_id: Some(session_id),
            device,
        });
    }

    pub fn hang_up(&mut self, socket: SocketId) {
        if let Some(link) = self.links.remove(&socket) {
            self.leaving.extend(link.attachment.clone());
            self.inbox.push(Input::Disconnect { socket, attachment: link.attachment });
        }
    }

    /// No socket that the session opened is open.
    pub fn is_signed_out(&self, session_id: &str) -> Checked {
        let saved = self.links.values().filter(|link| !link.closed).filter_map(|link| link.attachment.as_ref());
        let open = saved.filter(|saved| saved.session_id.as_deref() == Some(session_id)).count();
        ensure!(open == 0, "{session_id} has ended and has {open} sockets open");
        Ok(())
    }

    /// Hibernation: memory goes, sockets stay.
    pub fn evict(&mut self) {
        self.room = None;
    }

    fn die(&mut self) {
        self.room = None;
        self.links.clear();
        self.inbox.clear();
        self.leaving.clear();
    }

    pub fn someone_types(&self) -> bool {
        self.links.values().any(|link| !link.closed && link.is_typing())
    }

    // One turn.

    pub fn turn(&mut self, now_ms: i64, fault: Break, random: &mut Random) -> Checked {
        let inputs = std::mem::take(&mut self.inbox);
        let again = self.survivors(&inputs);
        let alarm = inputs.contains(&Input::Alarm);
        let room = match self.room.take() {
            Some(room) => room,
            None => self.load(now_ms, random),
        };
        let batch = room.batch(inputs);
        let known = if self.has(Defect::SkipDedupe) { Known::new() } else { self.storage.known(batch.keys()) };
        let ids = &mut self.ids;
        let step = room.handle(now_ms, batch, known, &mut || {
            *ids = ids.wrapping_add(1);
            format!("id-{ids}")
        });
        self.reach(format!("break {fault:?}"));
        match fault {
            Break::BeforeWrite => {
                if self.has(Defect::SendBeforeStore) {
                    let (room, effects) = step.commit();
                    self.carry_out(&room, effects)?;
                } else if self.has(Defect::SplitTransaction) {
                    step.rows().iter().take(1).try_for_each(|row| self.storage.write_row(row, &[]))?;
                }
                self.die();
                self.alarm_again(alarm, now_ms);
                return Ok(());
            }
            Break::WriteFails => {
                self.fail(step, again);
                self.alarm_again(alarm, now_ms);
                return Ok(());
            }
            Break::No | Break::AfterWrite | Break::AfterEffects(_) => {}
        }
        self.write(step.rows())?;
        let (room, mut effects) = step.commit();
        match fault {
            Break::AfterWrite => effects.clear(),
            Break::AfterEffects(n) => effects.truncate(n),
            _ => {}
        }
        self.carry_out(&room, effects)?;
        self.leaving.clear();
        if fault == Break::No {
            self.compare(&room)?;
            self.room = Some(room);
        } else {
            self.die();
        }
        Ok(())
    }

    fn load(&mut self, now_ms: i64, random: &mut Random) -> Room {
        // A host may or may not list a socket whose close it is just telling us of.
        let leaving = self.leaving.iter().filter(|_| random.percent(50)).cloned();
        let listed = self.links.values().filter_map(|link| link.attachment.clone());
        Room::load(self.storage.load(now_ms, &self.limits), listed.chain(leaving), self.limits)
    }

    /// What must be handled again if the transaction fails.
    fn survivors(&self, inputs: &[Input]) -> Vec<Input> {
        let kept = |input: &&Input| match input {
            Input::Disconnect { .. } => !self.has(Defect::LoseDisconnect),
            Input::Connect { .. } => true,
            _ => false,
        };
        inputs.iter().filter(kept).cloned().collect()
    }

    fn fail(&mut self, step: Step, again: Vec<Input>) {
        if self.has(Defect::KeepRoomAfterFailedWrite) {
            self.room = Some(step.commit().0);
        }
        for input in again {
            match input {
                Input::Connect { socket, .. } => {
                    self.links.remove(&socket);
                }
                other => self.inbox.push(other),
            }
        }
    }

    fn alarm_again(&mut self, alarm: bool, now_ms: i64) {
        if alarm {
            self.alarm_ms = self.alarm_ms.or(Some(now_ms));
        }
    }

    fn write(&mut self, rows: &[Row]) -> Checked {
        let forgotten = |row: &&Row| match row {
            Row::Read { .. } => self.has(Defect::ForgetReadMark),
            Row::Room { .. } => self.has(Defect::ForgetLastSeq),
            _ => false,
        };
        let rows: Vec<Row> = rows.iter().filter(|row| !forgotten(row)).cloned().collect();
        self.storage.write(&rows)
    }

    /// What is in memory is what would be loaded.
    fn compare(&self, room: &Room) -> Checked {
        let storage = &self.storage;
        ensure!(room.members().eq(storage.members.values()), "members in memory and in storage differ");
        let (memory, stored) = ((room.last_seq(), room.is_closed()), (storage.last_seq, storage.closed));
        ensure!(memory == stored, "the room is {memory:?} in memory and {stored:?} in storage");
        let open = || self.links.values().filter(|link| !link.closed);
        let saved = || open().filter_map(|link| link.attachment.clone());
        ensure!(room.attachments().eq(saved()), "sockets in memory and their attachments differ");
        let online: BTreeSet<&str> = open().map(|link| link.user_id.as_str()).collect();
        let typing = open().filter(|link| link.is_typing());
        let typing: BTreeSet<&str> = typing.map(|link| link.user_id.as_str()).collect();
        open().try_for_each(|link| link.compare(storage, &online, &typing))
    }

    // What it does.

    fn carry_out(&mut self, room: &Room, mut effects: Vec<Effect>) -> Checked {
        if self.has(Defect::ReplayLast) {
            effects.sort_by_key(|effect| matches!(effect, Effect::Replay { .. }));
        }
        if self.has(Defect::ReverseEffects) {
            effects.reverse();
        }
        for effect in effects {
            match effect {
                Effect::Attach(_) if self.has(Defect::ForgetAttachment) => {}
                Effect::Attach(attachment) => {
                    if let Some(link) = self.links.get_mut(&attachment.socket) {
                        link.attachment = Some(attachment);
                    }
                }
                Effect::Send { to, frame } => {
                    let to = if self.has(Defect::SendToAll) { self.links.keys().copied().collect() } else { to };
                    self.reach(name(&frame));
                    for socket in to {
                        self.send(socket, &frame)?;
                        if self.has(Defect::SendTwice) {
                            self.send(socket, &frame)?;
                        }
                    }
                }
                Effect::Replay { .. } if self.has(Defect::ForgetCursor) => {}
                Effect::Replay { socket, after, through } => self.replay(socket, after, through, room.last_seq())?,
                Effect::CloseSocket { code: CloseCode::NotAMember, .. } if self.has(Defect::KeepRemovedSocket) => {}
                Effect::CloseSocket { code: CloseCode::SignedOut, .. } if self.has(Defect::KeepSignedOutSocket) => {}
                Effect::CloseSocket { socket, code } => {
                    self.reach(format!("close {}", code.code()));
                    if let Some(link) = self.links.get_mut(&socket) {
                        link.close();
                    }
                }
                Effect::Answer { call, outcome } => {
                    self.reach("answer");
                    self.answers.push((call, outcome));
                }
                Effect::SetAlarm { .. } if self.has(Defect::LoseAlarm) => {}
                Effect::SetAlarm { at_ms } => self.alarm_ms = Some(at_ms),
            }
        }
        Ok(())
    }

    fn replay(&mut self, socket: SocketId, after: u64, through: u64, newest: u64) -> Checked {
        let through = if self.has(Defect::ReplayBeyondStep) { newest } else { through };
        if let Some(link) = self.links.get_mut(&socket) {
            link.replay(after, through, &self.storage, self.limits.replay)?;
            let cut = after > 0 && through.saturating_sub(after) == self.limits.replay;
            self.reach(if cut { "replay cut short" } else { "replay" });
        }
        Ok(())
    }

    fn send(&mut self, socket: SocketId, frame: &ServerFrame) -> Checked {
        match self.links.get_mut(&socket) {
            Some(link) => link.send(frame, &self.storage),
            None => Ok(()),
        }
    }
}

/// What to count a frame as.
fn name(frame: &ServerFrame) -> String {
    match frame {
        ServerFrame::Welcome { .. } => "welcome".to_owned(),
        ServerFrame::Message { .. } => "message".to_owned(),
        ServerFrame::Ack { duplicate, .. } => format!("ack duplicate {duplicate}"),
        ServerFrame::Typing { on, .. } => format!("typing {on}"),
        ServerFrame::Read { .. } => "read".to_owned(),
        ServerFrame::Presence { online, .. } => format!("presence {online}"),
        ServerFrame::Error { code, .. } => format!("error {code:?}"),
        ServerFrame::Pong => "pong".to_owned(),
    }
}

//! Everything at once: devices, a bad network, the server, a clock that jumps. One seed is one history.

use std::collections::BTreeMap;

use virtual_doctor::chat::protocol::{Draft, MessageKind};
use virtual_doctor::chat::room::{CallId, Input, Limits, SocketId};

use super::client::{Device, Outgoing};
use super::random::Random;
use super::server::{Break, Defect, Server};
use super::storage::Checked;

/// Users and their devices; `eve` never is a member, `dan` only sometimes.
const DEVICES: [&str; 7] = ["ann", "ann", "bob", "bob", "cyd", "dan", "eve"];

/// Small, so that a short history reaches them.
pub const LIMITS: Limits = Limits {
    frame_bytes: 400,
    body_bytes: 60,
    bad_frames: 4,
    replay: 5,
    typing_ms: 6_000,
    sends: 6,
    window_ms: 10_000,
};

/// Frames that are no good, and some that are well formed but refused.
const GARBAGE: [&str; 13] = [
    "nope",
    "[[[[[[[[",
    "{}",
    r#"{"type":"edit"}"#,
    r#"{"type":"ping","x":1}"#,
    r#"{"type":"read","seq":-1}"#,
    r#"{"type":"typing","on":"yes"}"#,
    r#"{"type":"send","client_id":"bad","body":7}"#,
    r#"{"type":"send","client_id":"bad","body":" "}"#,
    r#"{"type":"send","client_id":"bad","body":"0123456789012345678901234567890123456789012345678901234567890"}"#,
    r#"{"type":"send","client_id":"bad","body":"x","reply_to":999}"#,
    r#"{"type":"send","client_id":"bad","body":"x","attachment_ids":["f"]}"#,
    BINARY,
];

/// Stands for a binary frame.
const BINARY: &str = "binary";

pub struct World {
    pub server: Server,
    pub devices: Vec<Device>,
    calls: BTreeMap<CallId, (usize, String)>,
    random: Random,
    pub now_ms: i64,
    sockets: u64,
    names: u64,
    trace: bool,
}

impl World {
    pub fn new(seed: u64, defect: Option<Defect>, trace: bool) -> Self {
        Self {
            server: Server::new(LIMITS, defect),
            devices: DEVICES.iter().map(|user| Device::new(user)).collect(),
            calls: BTreeMap::new(),
            random: Random::new(seed),
            now_ms: 1_700_000_000_000,
            sockets: 0,
            names: 0,
            trace,
        }
    }

    /// A history of so many events, then peace, then the reckoning.
    pub fn run(&mut self, events: usize) -> Checked {
        for user in ["ann", "bob", "cyd"] {
            self.add_member(user);
        }
        self.turn(Break::No)?;
        (0..self.devices.len()).for_each(|device| self.connect(device));
        for _ in 0..events {
            self.event()?;
        }
        self.quiesce()?;
        self.reckon()
    }

    fn event(&mut self) -> Checked {
        let device = self.random.index(self.devices.len());
        match self.random.below(100) {
            0..12 => self.write_message(device),
            12..16 => self.resend(device),
            16..22 => self.say(device, r#"{"type":"typing","on":true}"#.to_owned()),
            22..24 => self.say(device, r#"{"type":"typing","on":false}"#.to_owned()),
            24..29 => {
                let seq = self.random.below(self.devices[device].cursor.saturating_add(3));
                self.say(device, format!(r#"{{"type":"read","seq":{seq}}}"#));
            }
            29..32 => self.garbage(device),
            32..36 => self.connect(device),
            36..38 => self.cut(device),
            38..50 => self.carry_up(),
            50..62 => self.carry_down()?,
            62..83 => {
                let fault = self.fault();
                self.turn(fault)?;
            }
            83 => self.sign_out(device)?,
            84..87 => {
                self.log("evict");
                self.server.evict();
            }
            87..90 => {
                let by = i64::try_from(self.random.below(4_000)).unwrap_or_default();
                self.now_ms = self.now_ms.saturating_add(by);
            }
            90 => self.jump(),
            91..94 => self.alarm(),
            94..96 => self.change_members(),
            96 => {
                let input = if self.random.percent(30) { Input::Close } else { Input::Reopen };
                self.server.inbox.push(input);
            }
            97..99 => self.post(device),
            _ => self.backfill(device)?,
        }
        Ok(())
    }

    pub fn log(&self, what: impl AsRef<str>) {
        if self.trace {
            eprintln!("  {} {}", self.now_ms, what.as_ref());
        }
    }

    fn fault(&mut self) -> Break {
        match self.random.below(100) {
            0..84 => Break::No,
            84..90 => Break::WriteFails,
            90..93 => Break::BeforeWrite,
            93..96 => Break::AfterWrite,
            _ => Break::AfterEffects(self.random.index(6)),
        }
    }

    pub fn turn(&mut self, fault: Break) -> Checked {
        if self.trace {
            let inbox: Vec<String> = self.server.inbox.iter().map(|input| format!("{input:?}")).collect();
            self.log(format!("turn, breaks: {fault:?}\n      {}", inbox.join("\n      ")));
        }
        self.server.turn(self.now_ms, fault, &mut self.random)?;
        for (call, outcome) in std::mem::take(&mut self.server.answers) {
            let lost = fault != Break::No || self.random.percent(30);
            if let (Some((device, client_id)), Ok(receipt), false) = (self.calls.remove(&call), outcome, lost) {
                self.devices[device].acked(&client_id, receipt.seq, &receipt.id)?;
            }
        }
        Ok(())
    }

    // What people do.

    fn compose(&mut self, device: usize) -> Outgoing {
        self.names = self.names.wrapping_add(1);
        let reply_to = self.random.percent(20).then(|| self.devices[device].cursor).filter(|seq| *seq > 0);
        Outgoing { client_id: format!("c{}", self.names), body: format!("text {}", self.names), reply_to, acked: None }
    }

    fn write_message(&mut self, device: usize) {
        let message = self.compose(device);
        self.say(device, Device::send_text(&message));
        self.devices[device].outgoing.push(message);
    }

    pub fn resend(&mut self, device: usize) {
        let waiting = self.devices[device].outgoing.iter().filter(|message| message.acked.is_none());
        let texts: Vec<String> = waiting.map(Device::send_text).collect();
        texts.into_iter().for_each(|text| self.say(device, text));
    }

    fn post(&mut self, device: usize) {
        if self.devices[device].outgoing.iter().all(|message| message.acked.is_some()) || self.random.percent(50) {
            let message = self.compose(device);
            self.devices[device].outgoing.push(message);
        }
        let Some(message) = self.devices[device].outgoing.iter().rfind(|message| message.acked.is_none()) else {
            return;
        };
        self.names = self.names.wrapping_add(1);
        let call = CallId(self.names);
        self.calls.insert(call, (device, message.client_id.clone()));
        let draft = Draft {
            client_id: message.client_id.clone(),
            body: message.body.clone(),
            attachment_ids: Vec::new(),
            reply_to: message.reply_to,
        };
        let user_id = self.devices[device].user_id.clone();
        self.server.inbox.push(Input::Post { call, user_id, kind: MessageKind::Text, draft });
    }

    fn garbage(&mut self, device: usize) {
        if self.random.percent(10) {
            self.say(device, "x".repeat(500));
        }
        for _ in 0..=self.random.below(3) {
            let text = GARBAGE[self.random.index(GARBAGE.len())];
            self.say(device, text.to_owned());
        }
        if self.random.percent(20) {
            self.say(device, r#"{"type":"ping"}"#.to_owned());
        }
    }

    fn say(&mut self, device: usize, text: String) {
        if self.devices[device].socket.is_some() {
            self.devices[device].up.push_back(text);
        }
    }

    pub fn connect(&mut self, device: usize) {
        self.cut_line(device, 50);
        self.sockets = self.sockets.wrapping_add(1);
        let socket = SocketId(self.sockets);
        let client = &mut self.devices[device];
        let after = (client.cursor > 0 || self.random.percent(50)).then_some(client.cursor);
        client.socket = Some(socket);
        let user_id = client.user_id.clone();
        self.log(format!("{user_id} ({device}) connects as {socket:?} after {after:?}"));
        let session_id = self.session(device);
        self.server.accept(socket, &user_id, session_id, after);
    }

    fn session(&self, device: usize) -> String {
        format!("session {} of device {device}", self.devices[device].sign_outs)
    }

    /// The device is signed out, wherever from: what was connected before is closed, and later it signs in again.
    fn sign_out(&mut self, device: usize) -> Checked {
        let session_id = self.session(device);
        self.log(&session_id);
        self.devices[device].sign_outs = self.devices[device].sign_outs.wrapping_add(1);
        self.server.inbox.push(Input::SessionEnded { session_id: session_id.clone() });
        self.turn(Break::No)?;
        self.server.is_signed_out(&session_id)
    }

    fn cut(&mut self, device: usize) {
        self.cut_line(device, 70);
    }

    /// The server hears of it at once, or much later: a half-open socket.
    fn cut_line(&mut self, device: usize, heard_percent: u64) {
        if let Some(socket) = self.devices[device].drop_line()
            && self.random.percent(heard_percent)
        {
            self.log(format!("{socket:?} is cut"));
            self.server.hang_up(socket);
        }
    }

    fn change_members(&mut self) {
        let user = ["ann", "bob", "cyd", "dan", "dan"][self.random.index(5)];
        let here = self.server.storage.is_member(user);
        if here && self.random.percent(60) {
            self.server.inbox.push(Input::MemberRemoved { user_id: user.to_owned() });
        } else {
            self.add_member(user);
        }
    }

    fn add_member(&mut self, user: &str) {
        let (user_id, name, role) = (user.to_owned(), user.to_uppercase(), "patient".to_owned());
        self.server.inbox.push(Input::MemberAdded { user_id, name, role });
    }

    // What the network and the clock do.

    fn carry_up(&mut self) {
        (0..self.devices.len()).for_each(|device| self.carry_up_from(device));
    }

    fn carry_up_from(&mut self, device: usize) {
        for _ in 0..=self.random.below(4) {
            let client = &mut self.devices[device];
            let Some(text) = client.up.pop_front() else {
                return;
            };
            let fate = self.random.below(100);
            if fate < 6 {
                continue;
            }
            if fate < 12 {
                client.up.push_back(text.clone());
            }
            if fate >= 94 {
                client.up.push_back(text);
                continue;
            }
            if let Some(socket) = client.socket.filter(|socket| self.server.links.contains_key(socket)) {
                let binary = Input::Binary { socket, bytes: 10 };
                let input = if text == BINARY { binary } else { Input::Frame { socket, text } };
                self.server.inbox.push(input);
            }
        }
    }

    fn carry_down(&mut self) -> Checked {
        (0..self.devices.len()).try_for_each(|device| self.carry_down_to(device))
    }

    fn carry_down_to(&mut self, device: usize) -> Checked {
        let Some(socket) = self.devices[device].socket else {
            return Ok(());
        };
        for _ in 0..=self.random.below(6) {
            let Some(link) = self.server.links.get_mut(&socket) else {
                // The server has died or hung up; sooner or later the client notices.
                if self.random.percent(50) {
                    self.devices[device].drop_line();
                }
                return Ok(());
            };
            let Some(frame) = link.down.pop_front() else {
                return Ok(());
            };
            let Some(frame) = frame else {
                self.devices[device].drop_line();
                self.server.hang_up(socket);
                return Ok(());
            };
            let fate = self.random.below(100);
            if fate < 6 {
                continue;
            }
            if fate < 12 {
                link.down.push_back(Some(frame.clone()));
            }
            if fate >= 92 {
                link.down.push_back(Some(frame));
                continue;
            }
            self.devices[device].receive(frame)?;
        }
        Ok(())
    }

    fn jump(&mut self) {
        let by = [3_600_000, -3_600_000, 86_400_000, -60_000, 11_000][self.random.index(5)];
        self.log(format!("the clock jumps by {by} ms"));
        self.now_ms = self.now_ms.saturating_add(by);
    }

    /// Due, or early; once, or twice.
    fn alarm(&mut self) {
        let due = self.server.alarm_ms.is_some_and(|at_ms| at_ms <= self.now_ms);
        if due {
            self.server.alarm_ms = None;
        }
        if due || self.random.percent(20) {
            self.server.inbox.push(Input::Alarm);
        }
        if self.random.percent(20) {
            self.server.inbox.push(Input::Alarm);
        }
    }

    pub fn backfill(&mut self, device: usize) -> Checked {
        let client = &mut self.devices[device];
        if !self.server.storage.is_member(&client.user_id) {
            return Ok(());
        }
        let after = usize::try_from(client.cursor).unwrap_or(usize::MAX);
        client.backfill(self.server.storage.messages.iter().skip(after).take(20))
    }
}

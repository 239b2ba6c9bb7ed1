//! The end of a history: peace, in which everyone catches up, and the reckoning.

use virtual_doctor::chat::room::Input;

use super::client::Device;
use super::server::Break;
use super::storage::{Checked, ensure};
use super::world::{LIMITS, World};

impl World {
    pub fn quiesce(&mut self) -> Checked {
        self.log("peace");
        self.server.inbox.push(Input::Reopen);
        self.turn(Break::No)?;
        self.end_of_typing()?;
        for _ in 0..40 {
            self.round()?;
            if self.is_settled() {
                return Ok(());
            }
        }
        Err("no peace: some message is never acked or never seen".to_owned())
    }

    /// Typing ends by the alarm alone: nothing else happens.
    fn end_of_typing(&mut self) -> Checked {
        for _ in 0..4 {
            self.now_ms = self.now_ms.saturating_add(LIMITS.typing_ms);
            if self.server.alarm_ms.take_if(|at_ms| *at_ms <= self.now_ms).is_some() {
                self.server.inbox.push(Input::Alarm);
                self.turn(Break::No)?;
            }
        }
        ensure!(!self.server.someone_types(), "someone still types, and no alarm will end it");
        Ok(())
    }

    /// Every device that may comes back, says what it still has to say, and hears everything.
    fn round(&mut self) -> Checked {
        self.now_ms = self.now_ms.saturating_add(LIMITS.window_ms);
        for device in 0..self.devices.len() {
            self.backfill(device)?;
            if let Some(socket) = self.devices[device].drop_line() {
                self.server.hang_up(socket);
            }
            self.connect(device);
        }
        self.turn(Break::No)?;
        for device in 0..self.devices.len() {
            self.devices[device].up.clear();
            self.resend(device);
            let socket = self.devices[device].socket;
            let texts = std::mem::take(&mut self.devices[device].up);
            if let Some(socket) = socket.filter(|socket| self.server.links.contains_key(socket)) {
                self.server.inbox.extend(texts.into_iter().map(|text| Input::Frame { socket, text }));
            }
        }
        self.turn(Break::No)?;
        for device in 0..self.devices.len() {
            let Some(link) = self.devices[device].socket.and_then(|socket| self.server.links.get_mut(&socket)) else {
                continue;
            };
            for frame in std::mem::take(&mut link.down).into_iter().flatten() {
                self.devices[device].receive(frame)?;
            }
        }
        Ok(())
    }

    fn members(&self) -> impl Iterator<Item = &Device> {
        self.devices.iter().filter(|device| self.server.storage.is_member(&device.user_id))
    }

    fn is_settled(&self) -> bool {
        let settled = |device: &Device| {
            device.cursor == self.server.storage.last_seq
                && device.outgoing.iter().all(|message| message.acked.is_some())
        };
        self.members().all(settled)
    }

    pub fn reckon(&self) -> Checked {
        let storage = &self.server.storage;
        for device in self.members() {
            let same = device.log.len() == storage.messages.len();
            ensure!(same, "{} has {} of {} messages", device.user_id, device.log.len(), storage.messages.len());
            for member in storage.members.values().filter(|member| member.left_at_ms.is_none()) {
                let seen = device.read_mark(&member.user_id);
                ensure!(seen == member.read_seq, "{} saw {seen} as read by {}", device.user_id, member.user_id);
            }
        }
        for device in &self.devices {
            let eve = device.user_id == "eve";
            ensure!(!eve || device.log.is_empty(), "eve has messages");
            for (seq, frame) in &device.log {
                let stored = storage.message(*seq).is_some_and(|message| *frame == message.into());
                ensure!(stored, "{} has {seq} otherwise than it is stored", device.user_id);
            }
            for message in &device.outgoing {
                let stored = storage.find(&device.user_id, &message.client_id);
                let kept = message.acked.is_none() || stored == message.acked.as_ref();
                ensure!(kept, "{} was acked as {:?} and is {stored:?}", message.client_id, message.acked);
                ensure!(!eve || stored.is_none(), "eve has sent {}", message.client_id);
            }
        }
        Ok(())
    }
}

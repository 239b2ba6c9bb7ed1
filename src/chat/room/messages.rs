//! Messages: taken once, numbered without gaps, counted against their author's rate.

use super::step::Turn;
use super::{Key, Receipt};
use crate::chat::protocol::{Draft, ErrorCode, Fault, Message, MessageKind, is_client_id};
use crate::id::Timestamp;

impl Turn<'_> {
    pub(super) fn post(&mut self, user_id: &str, kind: MessageKind, draft: Draft) -> Result<Receipt, Fault> {
        let client_id = draft.client_id.clone();
        self.accept(user_id, kind, draft).map_err(|fault| fault.about(&client_id))
    }

    /// The order of the checks matters: a message that is stored is acked again, whatever has changed since.
    pub(super) fn accept(&mut self, user_id: &str, kind: MessageKind, draft: Draft) -> Result<Receipt, Fault> {
        if kind == MessageKind::Text && !self.room.is_member(user_id) {
            return Err(Fault::new(ErrorCode::NotAMember));
        }
        let key = Key { user_id: user_id.to_owned(), client_id: draft.client_id };
        if let Some((seq, id)) = self.known.get(&key) {
            return Ok(Receipt { seq: *seq, id: id.clone(), duplicate: true });
        }
        if self.room.closed && kind != MessageKind::System {
            return Err(Fault::new(ErrorCode::RoomClosed));
        }
        if !is_client_id(&key.client_id) {
            return Err(Fault::new(ErrorCode::InvalidFrame).saying("client_id: must be a UUID"));
        }
        if !draft.attachment_ids.is_empty() {
            return Err(Fault::new(ErrorCode::AttachmentsUnavailable));
        }
        if draft.body.trim().is_empty() {
            return Err(Fault::new(ErrorCode::BodyEmpty));
        }
        let most = self.room.limits.body_bytes;
        if draft.body.len() > most {
            return Err(Fault::new(ErrorCode::BodyTooLong).saying(format!("body: at most {most} bytes")));
        }
        if draft.reply_to.is_some_and(|seq| seq == 0 || seq > self.room.last_seq) {
            return Err(Fault::new(ErrorCode::ReplyToUnknown));
        }
        if kind == MessageKind::Text {
            self.spend(user_id)?;
        }

        self.stop_typing(|_, user| user == user_id);
        self.room.last_seq = self.room.last_seq.saturating_add(1);
        let message = Message {
            seq: self.room.last_seq,
            id: (self.ids)(),
            client_id: key.client_id.clone(),
            sender_id: user_id.to_owned(),
            kind,
            body: draft.body,
            reply_to: draft.reply_to,
            sent_at: Timestamp(self.now_ms),
        };
        let receipt = Receipt { seq: message.seq, id: message.id.clone(), duplicate: false };
        // The same message again in this very batch is a repetition too.
        self.known.insert(key, (receipt.seq, receipt.id.clone()));
        self.send(self.everyone(), &message);
        self.messages.push(message);
        Ok(receipt)
    }

    /// Counts a message against its author's rate.
    pub(super) fn spend(&mut self, user_id: &str) -> Result<(), Fault> {
        let (now_ms, limits) = (self.now_ms, self.room.limits);
        let window_ms = limits.window_ms.unsigned_abs();
        let recent = self.room.recent.entry(user_id.to_owned()).or_default();
        // A clock that jumped, either way, leaves no one waiting for longer than the window.
        recent.retain(|at_ms| now_ms.abs_diff(*at_ms) < window_ms);
        if recent.len() < limits.sends {
            recent.push_back(now_ms);
            return Ok(());
        }
        let oldest_ms = recent.iter().copied().min().unwrap_or(now_ms);
        let free_ms = oldest_ms.saturating_add(limits.window_ms).saturating_sub(now_ms);
        let retry_after_ms = free_ms.clamp(1, limits.window_ms.max(1)).unsigned_abs();
        let detail = format!("at most {} messages in {window_ms} ms; try again in {retry_after_ms} ms", limits.sends);
        Err(Fault { retry_after_ms: Some(retry_after_ms), ..Fault::new(ErrorCode::RateLimited).saying(detail) })
    }
}

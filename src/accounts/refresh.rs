//! Refresh tokens: `kid.session.generation.mac`. Nothing of them is stored but the
//! session's generation, so a stolen database gives no token; a token that is one
//! generation old is a client's retry for 10 seconds and a theft afterwards.

use crate::encryption::{KeyRing, hmac_sha256};
use crate::id::{Id, Timestamp};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

/// How long the token before the last still gives the same new pair.
pub const GRACE_MS: i64 = 10_000;
/// How long a session lives without being refreshed.
pub const LIFE_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// What a refresh token says, once its mac was found right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshToken {
    /// Its session.
    pub session_id: Id,
    /// How often the session had been refreshed when it was made.
    pub generation: i64,
}

impl RefreshToken {
    /// Writes the token under the signing key in use.
    #[must_use]
    pub fn write(self, keys: &KeyRing) -> String {
        let key = keys.current();
        let body = [&key.kid, ".", &self.session_id.to_string(), ".", &self.generation.to_string()].concat();
        let mac = URL_SAFE_NO_PAD.encode(mac(&key.key, &body));
        [body, mac].join(".")
    }

    /// Reads a token that was made here; `None` for anything else.
    #[must_use]
    pub fn read(keys: &KeyRing, text: &str) -> Option<Self> {
        let (body, given) = text.rsplit_once('.')?;
        let mut parts = body.split('.');
        let key = keys.get(parts.next()?)?;
        let token = Self { session_id: Id::parse(parts.next()?)?, generation: parts.next()?.parse().ok()? };
        let given = URL_SAFE_NO_PAD.decode(given).ok()?;
        let right = mac(&key.key, body).ct_eq(given.as_slice());
        (parts.next().is_none() && bool::from(right)).then_some(token)
    }
}

fn mac(key: &[u8], body: &str) -> [u8; 32] {
    hmac_sha256(key, ["refresh|", body].concat().as_bytes())
}

/// What a session has to say to a token of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The latest token: rotate.
    Rotate,
    /// The one before, within the grace: the same new pair again.
    Repeat,
    /// An older one: stolen, or its copy is. The session ends.
    Reused,
    /// The session has ended or expired.
    Ended,
}

/// A session as far as a refresh is concerned.
#[derive(Debug, Clone, Copy)]
pub struct SessionState {
    /// How often it was refreshed.
    pub generation: i64,
    /// When it was last refreshed.
    pub rotated_at: Timestamp,
    /// When it ends unless it is refreshed.
    pub expires_at: Timestamp,
    /// Whether it was ended.
    pub ended: bool,
}

/// Judges a token.
#[must_use]
pub fn judge(session: SessionState, generation: i64, now: Timestamp) -> Verdict {
    if session.ended || now >= session.expires_at {
        Verdict::Ended
    } else if generation == session.generation {
        Verdict::Rotate
    } else if generation == session.generation - 1 && now.0 - session.rotated_at.0 <= GRACE_MS {
        Verdict::Repeat
    } else {
        Verdict::Reused
    }
}

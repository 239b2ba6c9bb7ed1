//! Encryption at rest: AES-256-GCM under a data key of each person or room, and
//! that key wrapped by a master key that has an id, so that master keys rotate
//! without touching the data and erasing a person is destroying one key.
//!
//! A sealed value is `base64url(nonce ‖ ciphertext ‖ tag)`; what it belongs to
//! (column and row) is associated data, so a value moved elsewhere does not open.

use crate::platform::{Entropy, HostError};
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

const NONCE_BYTES: usize = 12;
const KEY_BYTES: usize = 32;

/// A secret key with the id under which it is known.
#[derive(Clone)]
pub struct NamedKey {
    /// Id of the key, `kid`.
    pub kid: String,
    /// The key.
    pub key: [u8; KEY_BYTES],
}

/// Keys of one purpose. The first is the one in use, the others still open what they closed.
#[derive(Clone)]
pub struct KeyRing(Vec<NamedKey>);

impl KeyRing {
    /// Reads `kid:base64url,kid:base64url`, each key 32 bytes.
    ///
    /// # Errors
    /// A sentence that says what is wrong, without the key.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut keys = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (kid, encoded) = part.split_once(':').ok_or("each key is written kid:base64url")?;
            let plain = kid.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
            if kid.is_empty() || kid == "erased" || !plain {
                return Err("a kid is letters, digits, - and _".to_owned());
            }
            let bytes = URL_SAFE_NO_PAD
                .decode(encoded)
                .map_err(|_| ["key ", kid, " is not base64url without padding"].concat())?;
            let key = bytes.try_into().map_err(|_| ["key ", kid, " is not 32 bytes"].concat())?;
            keys.push(NamedKey { kid: kid.to_owned(), key });
        }
        if keys.is_empty() { Err("at least one key is needed".to_owned()) } else { Ok(Self(keys)) }
    }

    /// The key in use.
    #[must_use]
    pub fn current(&self) -> &NamedKey {
        // `parse` refuses an empty ring.
        &self.0[0]
    }

    /// The key with this id.
    #[must_use]
    pub fn get(&self, kid: &str) -> Option<&NamedKey> {
        self.0.iter().find(|key| key.kid == kid)
    }

    /// Ids of those that only open.
    #[must_use]
    pub fn older(&self) -> Vec<&str> {
        self.0.iter().skip(1).map(|key| key.kid.as_str()).collect()
    }

    /// A ring for another purpose, with the same ids: what is known of its keys tells nothing of these.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> Self {
        let derived = |key: &NamedKey| NamedKey {
            kid: key.kid.clone(),
            key: hmac_sha256(&key.key, ["derive|", purpose].concat().as_bytes()),
        };
        Self(self.0.iter().map(derived).collect())
    }

    /// Signs a canonical form with HMAC-SHA-256 under the key in use, which the signature names: `kid.mac`.
    #[must_use]
    pub fn sign(&self, canonical: &str) -> String {
        let key = self.current();
        let mac = hmac_sha256(&key.key, canonical.as_bytes());
        [key.kid.as_str(), ".", &URL_SAFE_NO_PAD.encode(mac)].concat()
    }

    /// Whether the signature was made over this form under one of these keys.
    #[must_use]
    pub fn verifies(&self, canonical: &str, signature: &str) -> bool {
        let Some((kid, mac)) = signature.split_once('.') else { return false };
        let (Some(key), Ok(mac)) = (self.get(kid), URL_SAFE_NO_PAD.decode(mac)) else { return false };
        hmac_sha256(&key.key, canonical.as_bytes()).ct_eq(&mac).into()
    }

    /// Closes text under the key in use; the result names it: `kid.sealed`.
    ///
    /// # Errors
    /// When the host has no randomness.
    pub fn seal(&self, entropy: &dyn Entropy, about: &str, plain: &[u8]) -> Result<String, HostError> {
        let current = self.current();
        let sealed = DataKey(current.key).seal_bytes(entropy, about, plain)?;
        Ok([current.kid.as_str(), ".", &sealed].concat())
    }

    /// Opens what [`KeyRing::seal`] closed.
    ///
    /// # Errors
    /// When the key is not known any more, or the value was changed or moved.
    pub fn open(&self, about: &str, sealed: &str) -> Result<Vec<u8>, HostError> {
        let (kid, sealed) = sealed.split_once('.').ok_or_else(|| unreadable(about))?;
        let named = self.get(kid).ok_or_else(|| unreadable(about))?;
        DataKey(named.key).open_bytes(about, sealed)
    }
}

/// The key under which one person's or one room's texts are closed.
#[derive(Clone)]
pub struct DataKey([u8; KEY_BYTES]);

impl DataKey {
    /// A new key, and its form wrapped by the master key in use.
    ///
    /// # Errors
    /// When the host has no randomness.
    pub fn generate(entropy: &dyn Entropy, masters: &KeyRing, owner: &str) -> Result<(Self, String), HostError> {
        let mut key = [0; KEY_BYTES];
        entropy.fill(&mut key)?;
        let wrapped = masters.seal(entropy, owner, &key)?;
        Ok((Self(key), wrapped))
    }

    /// Unwraps a stored key.
    ///
    /// # Errors
    /// When no master key opens it.
    pub fn unwrap_with(masters: &KeyRing, owner: &str, wrapped: &str) -> Result<Self, HostError> {
        let bytes = masters.open(owner, wrapped)?;
        Ok(Self(bytes.try_into().map_err(|_| unreadable(owner))?))
    }

    /// Closes a text that belongs to `about` (`table.column:row`).
    ///
    /// # Errors
    /// When the host has no randomness.
    pub fn seal(&self, entropy: &dyn Entropy, about: &str, text: &str) -> Result<String, HostError> {
        self.seal_bytes(entropy, about, text.as_bytes())
    }

    /// Opens a text.
    ///
    /// # Errors
    /// When the value was changed, moved, or closed under another key.
    pub fn open(&self, about: &str, sealed: &str) -> Result<String, HostError> {
        String::from_utf8(self.open_bytes(about, sealed)?).map_err(|_| unreadable(about))
    }

    /// Closes a value as JSON.
    ///
    /// # Errors
    /// When the host has no randomness.
    pub fn seal_json<T: Serialize>(&self, entropy: &dyn Entropy, about: &str, value: &T) -> Result<String, HostError> {
        let json = serde_json::to_vec(value).map_err(|error| HostError::Failed(error.to_string()))?;
        self.seal_bytes(entropy, about, &json)
    }

    /// Opens a value that was closed as JSON.
    ///
    /// # Errors
    /// When it does not open, or has another shape.
    pub fn open_json<T: DeserializeOwned>(&self, about: &str, sealed: &str) -> Result<T, HostError> {
        crate::json::read(self.open_bytes(about, sealed)?).map_err(|error| HostError::Failed(error.to_string()))
    }

    fn seal_bytes(&self, entropy: &dyn Entropy, about: &str, plain: &[u8]) -> Result<String, HostError> {
        let mut nonce = [0; NONCE_BYTES];
        entropy.fill(&mut nonce)?;
        let payload = Payload { msg: plain, aad: about.as_bytes() };
        let sealed = Aes256Gcm::new(&self.0.into())
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| HostError::Failed("a value was too large to seal".into()))?;
        Ok(URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat()))
    }

    fn open_bytes(&self, about: &str, sealed: &str) -> Result<Vec<u8>, HostError> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| unreadable(about))?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or_else(|| unreadable(about))?;
        Aes256Gcm::new(&self.0.into())
            .decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad: about.as_bytes() })
            .map_err(|_| unreadable(about))
    }
}

/// Whether a key or a sealed value was overwritten when somebody was erased: it never opens again.
#[must_use]
pub fn is_erased(sealed: &str) -> bool {
    sealed.starts_with(ERASED)
}

/// What begins every value that was overwritten. No other does: base64url has no dot, and no key has this id.
const ERASED: &str = "erased.";

fn unreadable(about: &str) -> HostError {
    HostError::Failed(["a sealed value does not open: ", about].concat())
}

/// HMAC-SHA-256.
#[must_use]
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    // HMAC takes a key of any length (RFC 2104, section 2): this cannot fail.
    Hmac::<Sha256>::new_from_slice(key)
        .map(|mac| mac.chain_update(message).finalize().into_bytes().into())
        .unwrap_or_default()
}

/// A keyed fingerprint by which a value is found again without being readable:
/// base64url of the HMAC, of the text lower-cased and trimmed.
#[must_use]
pub fn blind_index(key: &[u8], text: &str) -> String {
    URL_SAFE_NO_PAD.encode(hmac_sha256(key, text.trim().to_lowercase().as_bytes()))
}

/// Base64url of SHA-256.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(bytes))
}

/// Random text of 256 bits, base64url.
///
/// # Errors
/// When the host has no randomness.
pub fn random_token(entropy: &dyn Entropy) -> Result<String, HostError> {
    let mut bytes = [0; 32];
    entropy.fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

//! Password hashes: Argon2id (RFC 9106) in the PHC string format.
//!
//! A hash takes 19 MiB and runs to its end without giving way, and an isolate
//! has one thread: there is never more than one at a time in its 128 MiB.

use crate::config::Config;
use crate::error::{Result, internal};
use crate::platform::Entropy;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

const SALT_BYTES: usize = 16;

fn argon2(config: &Config) -> Result<Argon2<'static>> {
    let params = Params::new(config.argon2_memory_kib, config.argon2_iterations, 1, None).map_err(internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Hashes a password under a new salt.
///
/// # Errors
/// When the host has no randomness.
pub fn hash(config: &Config, entropy: &dyn Entropy, password: &str) -> Result<String> {
    let mut salt = [0; SALT_BYTES];
    entropy.fill(&mut salt)?;
    let hash = argon2(config)?.hash_password_with_salt(password.as_bytes(), &salt).map_err(internal)?;
    Ok(hash.to_string())
}

/// Whether the password is the one that was hashed. Without a hash the same work
/// is done and the answer is no, so that time does not tell whether an account exists.
///
/// # Errors
/// When a stored hash is not readable.
pub fn verify(config: &Config, stored: Option<&str>, password: &str) -> Result<bool> {
    let argon2 = argon2(config)?;
    let Some(stored) = stored else {
        argon2.hash_password_with_salt(password.as_bytes(), &[0; SALT_BYTES]).map_err(internal)?;
        return Ok(false);
    };
    let stored = PasswordHash::new(stored).map_err(internal)?;
    Ok(argon2.verify_password(password.as_bytes(), &stored).is_ok())
}

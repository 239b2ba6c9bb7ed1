//! SQL of links that are mailed: verification and password reset.

use super::store::email_index;
use crate::error::Result;
use crate::id::{Id, Timestamp};
use crate::platform::Statement;
use crate::services::App;
use serde::Deserialize;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Verify an address.
    Verify,
    /// Set a new password.
    Reset,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Reset => "reset",
        }
    }

    /// How long its link works, in milliseconds: 24 hours, or 30 minutes.
    #[must_use]
    pub fn life_ms(self) -> i64 {
        match self {
            Self::Verify => 24 * 60 * 60 * 1000,
            Self::Reset => 30 * 60 * 1000,
        }
    }
}

/// Whoever has the address that somebody asked about.
#[derive(Deserialize)]
pub struct Owner {
    /// The user.
    pub id: Id,
    /// Language for mails.
    pub locale: String,
    /// When the address was verified.
    pub email_verified_at: Option<i64>,
    /// When the account was suspended.
    pub suspended_at: Option<i64>,
}

/// Who has this address. One query on one index, whether there is somebody or not.
///
/// # Errors
/// When the database fails.
pub async fn owner(app: &App, email: &str) -> Result<Option<Owner>> {
    let select = Statement::new("SELECT id, locale, email_verified_at, suspended_at FROM users WHERE email_index = ?1");
    Ok(app.query(select.bind(email_index(app, email))).await?.first()?)
}

/// Stores a link's token in place of an older one for the same purpose; for nobody
/// (`None`) the same statements run and store nothing.
#[must_use]
pub fn replace_token(token_hash: &str, user_id: Option<Id>, purpose: Purpose, now: Timestamp) -> [Statement; 2] {
    let user = user_id.map(|id| id.to_string()).unwrap_or_default();
    [
        Statement::new("DELETE FROM email_tokens WHERE user_id = ?1 AND purpose = ?2")
            .bind(&user)
            .bind(purpose.as_str()),
        Statement::new(
            "INSERT INTO email_tokens (token_hash, user_id, purpose, expires_at)
             SELECT ?1, id, ?3, ?4 FROM users WHERE id = ?2",
        )
        .bind(token_hash)
        .bind(user)
        .bind(purpose.as_str())
        .bind(now.0 + purpose.life_ms()),
    ]
}

/// Whose password a token may set.
#[derive(Deserialize)]
pub struct Resettable {
    /// The user.
    pub id: Id,
    /// Key of the user's own things.
    pub wrapped_key: String,
    /// Address.
    pub email_sealed: String,
    /// Language for mails.
    pub locale: String,
}

/// Whose password this token may set, if it may set one now.
///
/// # Errors
/// When the database fails.
pub async fn resettable(app: &App, token_hash: &str) -> Result<Option<Resettable>> {
    let select = Statement::new(
        "SELECT u.id, u.wrapped_key, u.email_sealed, u.locale FROM email_tokens t JOIN users u ON u.id = t.user_id
         WHERE t.token_hash = ?1 AND t.purpose = 'reset' AND t.used_at IS NULL AND t.expires_at > ?2
           AND u.suspended_at IS NULL",
    );
    Ok(app.query(select.bind(token_hash).bind(app.now().0)).await?.first()?)
}

/// Spends a token and sets the password; the address is verified by it, for the link
/// came through it. A conflict when the token was spent or the account suspended meanwhile.
#[must_use]
pub fn reset_password(token_hash: &str, user_id: Id, password_hash: &str, now: Timestamp) -> [Statement; 2] {
    [
        Statement::new(
            "UPDATE email_tokens SET used_at = ?1
             WHERE token_hash = ?2 AND purpose = 'reset' AND used_at IS NULL AND expires_at > ?1",
        )
        .bind(now.0)
        .bind(token_hash)
        .expect_one(),
        Statement::new(
            "UPDATE users SET password_hash = ?1, email_verified_at = COALESCE(email_verified_at, ?2),
                              version = version + 1, updated_at = ?2
             WHERE id = ?3 AND suspended_at IS NULL",
        )
        .bind(password_hash)
        .bind(now.0)
        .bind(user_id)
        .expect_one(),
    ]
}

/// In the batch that begins a session: a conflict unless the password is still the
/// one that was given, so that no session begins beside a reset and outlives it.
#[must_use]
pub fn password_is_still(user_id: Id, password_hash: &str) -> Statement {
    Statement::new("UPDATE users SET updated_at = updated_at WHERE id = ?1 AND password_hash = ?2")
        .bind(user_id)
        .bind(password_hash)
        .expect_one()
}

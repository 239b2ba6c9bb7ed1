//! All SQL about second factors and what is confirmed with them.

use super::store::about as about_user;
use super::totp;
use crate::encryption::{DataKey, blind_index};
use crate::error::{Result, not_found};
use crate::id::{Id, Timestamp};
use crate::platform::{Rows, Statement};
use crate::services::{App, Services};
use serde::Deserialize;

/// Wrong codes that a sign-in or a session bears.
pub const TRIES: i64 = 5;

fn about_secret(user_id: Id) -> String {
    ["totp_factors.secret:", &user_id.to_string()].concat()
}

/// What a user can prove themselves with.
pub struct Proofs {
    /// Address, still sealed.
    email_sealed: String,
    /// Own key.
    key: DataKey,
    /// PHC string.
    pub password_hash: String,
    /// The authenticator app, confirmed or not.
    pub totp: Option<Totp>,
    /// Recovery codes that were not used.
    pub recovery_codes_left: i64,
}

/// An authenticator app.
pub struct Totp {
    secret: Vec<u8>,
    /// The last step whose code was taken.
    pub last_step: i64,
    /// Whether it was confirmed, that is, counts.
    pub confirmed: bool,
}

impl Totp {
    /// The step whose code this is, if it may be taken now.
    #[must_use]
    pub fn step_of(&self, code: &str, now: Timestamp) -> Option<i64> {
        totp::step_of(&self.secret, code, self.last_step, now)
    }
}

impl Proofs {
    /// Whether a second factor counts.
    #[must_use]
    pub fn has_factor(&self) -> bool {
        self.totp.as_ref().is_some_and(|totp| totp.confirmed)
    }

    /// The address.
    ///
    /// # Errors
    /// When it does not open.
    pub fn email(&self, user_id: Id) -> Result<String> {
        Ok(self.key.open(&about_user::email(user_id), &self.email_sealed)?)
    }
}

/// Reads what a user can prove themselves with.
#[must_use]
pub fn select_proofs(user_id: Id) -> Statement {
    Statement::new(
        "SELECT u.wrapped_key, u.email_sealed, u.password_hash, f.secret_sealed, f.last_step, f.confirmed_at,
                (SELECT COUNT(*) FROM recovery_codes WHERE user_id = u.id AND used_at IS NULL) AS codes_left
         FROM users u LEFT JOIN totp_factors f ON f.user_id = u.id WHERE u.id = ?1",
    )
    .bind(user_id)
}

/// Puts the row of [`select_proofs`] together.
///
/// # Errors
/// When there is no such user, or a value does not open.
pub fn read_proofs(app: &App, user_id: Id, rows: &Rows) -> Result<Proofs> {
    #[derive(Deserialize)]
    struct Row {
        wrapped_key: String,
        email_sealed: String,
        password_hash: String,
        secret_sealed: Option<String>,
        last_step: Option<i64>,
        confirmed_at: Option<i64>,
        codes_left: i64,
    }
    let row: Row = rows.first()?.ok_or_else(not_found)?;
    let key = DataKey::unwrap_with(&app.config.master_keys, &about_user::user_key(user_id), &row.wrapped_key)?;
    let totp = match row.secret_sealed {
        Some(sealed) => {
            let secret = totp::from_base32(&key.open(&about_secret(user_id), &sealed)?).unwrap_or_default();
            let last_step = row.last_step.unwrap_or_default();
            Some(Totp { secret, last_step, confirmed: row.confirmed_at.is_some() })
        }
        None => None,
    };
    Ok(Proofs {
        email_sealed: row.email_sealed,
        key,
        password_hash: row.password_hash,
        totp,
        recovery_codes_left: row.codes_left,
    })
}

/// What a user can prove themselves with.
///
/// # Errors
/// When the database fails.
pub async fn proofs(app: &App, user_id: Id) -> Result<Proofs> {
    read_proofs(app, user_id, &app.query(select_proofs(user_id)).await?)
}

/// Stores the secret of an app that is to be confirmed, in place of one that never
/// was; one that was confirmed stays, and the batch rolls back.
///
/// # Errors
/// When the host has no randomness.
pub fn insert_totp(app: &App, user_id: Id, proofs: &Proofs, secret: &str) -> Result<Statement> {
    let insert = Statement::new(
        "INSERT INTO totp_factors (user_id, secret_sealed, created_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (user_id) DO UPDATE SET secret_sealed = ?2, last_step = 0, created_at = ?3
         WHERE confirmed_at IS NULL",
    );
    let sealed = proofs.key.seal(app.entropy.as_ref(), &about_secret(user_id), secret)?;
    Ok(insert.bind(user_id).bind(sealed).bind(app.now().0).expect_one())
}

/// Confirms an app by the code of this step.
#[must_use]
pub fn confirm_totp(user_id: Id, step: i64, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE totp_factors SET confirmed_at = ?1, last_step = ?2
         WHERE user_id = ?3 AND confirmed_at IS NULL AND last_step < ?2",
    )
    .bind(now.0)
    .bind(step)
    .bind(user_id)
    .expect_one()
}

/// Takes the code of a step, which is not taken again.
#[must_use]
pub fn spend_step(user_id: Id, step: i64) -> Statement {
    Statement::new(
        "UPDATE totp_factors SET last_step = ?1 WHERE user_id = ?2 AND confirmed_at IS NOT NULL AND last_step < ?1",
    )
    .bind(step)
    .bind(user_id)
    .expect_one()
}

/// The keyed fingerprint of a recovery code, however it is written.
fn code_hash(services: &Services, user_id: Id, code: &str) -> String {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    let text = ["recovery:", &user_id.to_string(), ":", &plain].concat();
    blind_index(&services.config.index_key.current().key, &text)
}

/// Takes a recovery code.
#[must_use]
pub fn spend_recovery_code(app: &App, user_id: Id, code: &str) -> Statement {
    Statement::new(
        "UPDATE recovery_codes SET used_at = ?1 WHERE user_id = ?2 AND code_hash = ?3 AND used_at IS NULL
         AND EXISTS (SELECT 1 FROM totp_factors WHERE user_id = ?2 AND confirmed_at IS NOT NULL)",
    )
    .bind(app.now().0)
    .bind(user_id)
    .bind(code_hash(app, user_id, code))
    .expect_one()
}

/// Stores these recovery codes in place of all others.
///
/// # Errors
/// Only when the fingerprints cannot be written as JSON, which would be a defect.
pub fn replace_recovery_codes(app: &App, user_id: Id, codes: &[String]) -> Result<[Statement; 2]> {
    let hashes: Vec<String> = codes.iter().map(|code| code_hash(app, user_id, code)).collect();
    let hashes = serde_json::to_string(&hashes).map_err(crate::error::internal)?;
    Ok([
        delete_recovery_codes(user_id),
        Statement::new("INSERT INTO recovery_codes (user_id, code_hash) SELECT ?1, value FROM json_each(?2)")
            .bind(user_id)
            .bind(hashes),
    ])
}

fn delete_recovery_codes(user_id: Id) -> Statement {
    Statement::new("DELETE FROM recovery_codes WHERE user_id = ?1").bind(user_id)
}

/// Removes the app and the recovery codes with it.
#[must_use]
pub fn delete_totp(user_id: Id) -> [Statement; 2] {
    let factor = Statement::new("DELETE FROM totp_factors WHERE user_id = ?1").bind(user_id).expect_one();
    [factor, delete_recovery_codes(user_id)]
}

/// Stores a sign-in that waits for its factor; the user's attempts that ended are swept.
#[must_use]
pub fn insert_attempt(token_hash: &str, user_id: Id, now: Timestamp, expires_at: Timestamp) -> [Statement; 2] {
    [
        Statement::new("DELETE FROM mfa_attempts WHERE user_id = ?1 AND expires_at <= ?2").bind(user_id).bind(now.0),
        Statement::new("INSERT INTO mfa_attempts (token_hash, user_id, expires_at) VALUES (?1, ?2, ?3)")
            .bind(token_hash)
            .bind(user_id)
            .bind(expires_at.0),
    ]
}

/// Counts a try before the code is looked at, so that codes sent beside each
/// other cannot be more than there may be. `None` when none is left.
///
/// # Errors
/// When the database fails.
pub async fn claim_attempt(app: &App, token_hash: &str) -> Result<Option<Id>> {
    #[derive(Deserialize)]
    struct Row {
        user_id: Id,
    }
    let claim = Statement::new(
        "UPDATE mfa_attempts SET tries = tries + 1
         WHERE token_hash = ?1 AND used_at IS NULL AND expires_at > ?2 AND tries < ?3 RETURNING user_id",
    );
    let row = app.query(claim.bind(token_hash).bind(app.now().0).bind(TRIES)).await?.first::<Row>()?;
    Ok(row.map(|row| row.user_id))
}

/// Ends an attempt with a sign-in.
#[must_use]
pub fn spend_attempt(token_hash: &str, now: Timestamp) -> Statement {
    Statement::new("UPDATE mfa_attempts SET used_at = ?1 WHERE token_hash = ?2 AND used_at IS NULL")
        .bind(now.0)
        .bind(token_hash)
        .expect_one()
}

/// Counts a step-up try, before the proof is looked at: how many there are now.
/// `None` when the session has ended or none is left.
///
/// # Errors
/// When the database fails.
pub async fn claim_step_up(app: &App, session_id: Id) -> Result<Option<i64>> {
    #[derive(Deserialize)]
    struct Row {
        step_up_tries: i64,
    }
    let claim = Statement::new(
        "UPDATE sessions SET step_up_tries = step_up_tries + 1
         WHERE id = ?1 AND ended_at IS NULL AND step_up_tries < ?2 RETURNING step_up_tries",
    );
    Ok(app.query(claim.bind(session_id).bind(TRIES)).await?.first::<Row>()?.map(|row| row.step_up_tries))
}

/// Marks a session as stepped up now; its tries begin anew.
#[must_use]
pub fn step_up(session_id: Id, now: Timestamp) -> Statement {
    Statement::new("UPDATE sessions SET stepped_up_at = ?1, step_up_tries = 0 WHERE id = ?2 AND ended_at IS NULL")
        .bind(now.0)
        .bind(session_id)
        .expect_one()
}

/// Ends a session whose tries are used up. The audit says why.
#[must_use]
pub fn end_exhausted(session_id: Id, now: Timestamp) -> Statement {
    Statement::new("UPDATE sessions SET ended_at = ?1 WHERE id = ?2 AND ended_at IS NULL").bind(now.0).bind(session_id)
}

/// When a session was last stepped up.
///
/// # Errors
/// When the database fails.
pub async fn stepped_up_at(app: &App, session_id: Id) -> Result<Option<Timestamp>> {
    #[derive(Deserialize)]
    struct Row {
        stepped_up_at: Option<i64>,
    }
    let select = Statement::new("SELECT stepped_up_at FROM sessions WHERE id = ?1 AND ended_at IS NULL");
    let row = app.query(select.bind(session_id)).await?.first::<Row>()?;
    Ok(row.and_then(|row| row.stepped_up_at).map(Timestamp))
}

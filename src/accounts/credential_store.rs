//! All SQL about changes of password and address.

use super::store::{about, email_index};
use crate::encryption::DataKey;
use crate::error::{Result, not_found};
use crate::id::{Id, Timestamp};
use crate::platform::Statement;
use crate::services::App;
use serde::Deserialize;

/// Sets a password in place of the one that was read.
#[must_use]
pub fn set_password(user_id: Id, hash: &str, before: &str, now: Timestamp) -> Statement {
    Statement::new("UPDATE users SET password_hash = ?1, updated_at = ?2 WHERE id = ?3 AND password_hash = ?4")
        .bind(hash)
        .bind(now.0)
        .bind(user_id)
        .bind(before)
        .expect_one()
}

/// The statements that let an address wait for its confirmation; `None` when
/// another account has it.
///
/// # Errors
/// When the database fails.
pub async fn begin_email_change(
    app: &App,
    user_id: Id,
    email: &str,
    token_hash: &str,
    expires_at: Timestamp,
) -> Result<Option<Statement>> {
    #[derive(Deserialize)]
    struct Row {
        wrapped_key: String,
        taken: i64,
    }
    let index = email_index(app, email);
    let select = Statement::new(
        "SELECT wrapped_key, EXISTS (SELECT 1 FROM users WHERE email_index = ?2) AS taken FROM users WHERE id = ?1",
    );
    let row: Row = app.query(select.bind(user_id).bind(&index)).await?.first()?.ok_or_else(not_found)?;
    if row.taken != 0 {
        return Ok(None);
    }
    let key = DataKey::unwrap_with(&app.config.master_keys, &about::user_key(user_id), &row.wrapped_key)?;
    let insert = Statement::new(
        "INSERT INTO email_changes (user_id, token_hash, email_index, email_sealed, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (user_id) DO UPDATE SET token_hash = ?2, email_index = ?3, email_sealed = ?4, expires_at = ?5",
    );
    Ok(Some(
        insert
            .bind(user_id)
            .bind(token_hash)
            .bind(index)
            .bind(key.seal(app.entropy.as_ref(), &about::email(user_id), email)?)
            .bind(expires_at.0),
    ))
}

/// Whose change of address a token confirms.
///
/// # Errors
/// When the database fails.
pub async fn owner_of_email_change(app: &App, token_hash: &str) -> Result<Option<Id>> {
    #[derive(Deserialize)]
    struct Row {
        user_id: Id,
    }
    let select = Statement::new("SELECT user_id FROM email_changes WHERE token_hash = ?1 AND expires_at > ?2");
    let row = app.query(select.bind(token_hash).bind(app.now().0)).await?.first::<Row>()?;
    Ok(row.map(|row| row.user_id))
}

/// Makes the waiting address the user's; links that were mailed to the one before end.
#[must_use]
pub fn finish_email_change(user_id: Id, token_hash: &str, now: Timestamp) -> [Statement; 3] {
    [
        Statement::new(
            "UPDATE users SET email_index = c.email_index, email_sealed = c.email_sealed, email_verified_at = ?1,
                    version = version + 1, updated_at = ?1
             FROM email_changes c WHERE c.user_id = users.id AND c.token_hash = ?3 AND c.expires_at > ?1
               AND users.id = ?2",
        )
        .bind(now.0)
        .bind(user_id)
        .bind(token_hash)
        .expect_one(),
        Statement::new("DELETE FROM email_changes WHERE user_id = ?1").bind(user_id),
        Statement::new("DELETE FROM email_tokens WHERE user_id = ?1").bind(user_id),
    ]
}

//! SQL about where people have signed in before.

use super::store::email_index;
use crate::error::Result;
use crate::id::{Id, Timestamp};
use crate::limits::ClientAddress;
use crate::platform::Statement;
use crate::services::App;
use serde::Deserialize;

/// How long an address is known after the last time that somebody signed in from it: 90 days.
pub const KNOWN_MS: i64 = 90 * 24 * 60 * 60 * 1000;

/// Whether the owner of this e-mail address has signed in from here. No, where there is none.
///
/// # Errors
/// When the database fails.
pub async fn is_known_address(app: &App, email: &str, address: &ClientAddress) -> Result<bool> {
    #[derive(Deserialize)]
    struct Row {
        known: i64,
    }
    let select = Statement::new(
        "SELECT EXISTS (SELECT 1 FROM known_addresses
                        WHERE user_id = (SELECT id FROM users WHERE email_index = ?1)
                          AND address_index = ?2 AND seen_at > ?3) AS known",
    )
    .bind(email_index(app, email))
    .bind(&address.0)
    .bind(app.now().0 - KNOWN_MS);
    let row: Option<Row> = app.query(select).await?.first()?;
    Ok(row.is_some_and(|row| row.known != 0))
}

/// Remembers that the user signed in from here.
#[must_use]
pub fn remember_address(user_id: Id, address: &ClientAddress, now: Timestamp) -> Statement {
    Statement::new(
        "INSERT INTO known_addresses (user_id, address_index, seen_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (user_id, address_index) DO UPDATE SET seen_at = excluded.seen_at",
    )
    .bind(user_id)
    .bind(&address.0)
    .bind(now.0)
}

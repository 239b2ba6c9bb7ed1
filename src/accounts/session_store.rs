//! All SQL about a session as its owner sees it, and about its standing.

use super::device::Device;
use super::liveness::Standing;
use super::mails::Template;
use super::model::Me;
use super::refresh::LIFE_MS;
use super::routes::mail;
use super::store::about as about_user;
use crate::authorization::Role;
use crate::encryption::DataKey;
use crate::error::{Result, not_found};
use crate::id::{Id, Timestamp};
use crate::jobs::outbox::{self, Pending};
use crate::platform::Statement;
use crate::services::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a session's device belongs to.
fn about_device(session_id: Id) -> String {
    ["sessions.device:", &session_id.to_string()].concat()
}

/// What the database says of a session; `None` when there is none.
///
/// # Errors
/// When the database fails.
pub async fn standing(app: &App, session_id: Id, now: Timestamp) -> Result<Option<Standing>> {
    #[derive(Deserialize)]
    struct Row {
        user_id: Id,
        alive: i64,
        is_operator: i64,
        has_factor: i64,
        staff: Option<String>,
    }
    let select = Statement::new(
        "SELECT s.user_id, s.ended_at IS NULL AND s.expires_at > ?2 AND u.suspended_at IS NULL AS alive,
                EXISTS (SELECT 1 FROM operators WHERE user_id = s.user_id) AS is_operator,
                EXISTS (SELECT 1 FROM totp_factors WHERE user_id = s.user_id AND confirmed_at IS NOT NULL) AS has_factor,
                (SELECT group_concat(role) FROM staff WHERE user_id = s.user_id AND ended_at IS NULL) AS staff
         FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = ?1",
    );
    let row = app.query(select.bind(session_id).bind(now.0)).await?.first::<Row>()?;
    Ok(row.map(|row| {
        let held = row.staff.unwrap_or_default();
        let mut roles = vec![Role::Patient];
        roles.extend(
            [Role::Doctor, Role::Pharmacist, Role::Admin]
                .into_iter()
                .filter(|role| held.split(',').any(|held| held == role.as_str())),
        );
        roles.extend((row.is_operator != 0).then_some(Role::Operator));
        Standing { user_id: row.user_id, alive: row.alive != 0, roles, has_factor: row.has_factor != 0 }
    }))
}

/// Statements that begin a session on a device, and the mail to the owner where
/// the device is new. The very first one of an account is expected and not told.
///
/// # Errors
/// When the database fails.
pub async fn begin(app: &App, session_id: Id, me: &Me, device: &Device) -> Result<(Vec<Statement>, Option<Pending>)> {
    #[derive(Deserialize)]
    struct Row {
        wrapped_key: String,
        known: i64,
        others: i64,
    }
    let fingerprint = device.fingerprint(app, me.id);
    let select = Statement::new(
        "SELECT wrapped_key, EXISTS (SELECT 1 FROM devices WHERE user_id = ?1 AND device_hash = ?2) AS known,
                EXISTS (SELECT 1 FROM devices WHERE user_id = ?1) AS others FROM users WHERE id = ?1",
    );
    let row: Row = app.query(select.bind(me.id).bind(&fingerprint)).await?.first()?.ok_or_else(not_found)?;
    let key = DataKey::unwrap_with(&app.config.master_keys, &about_user::user_key(me.id), &row.wrapped_key)?;
    let now = app.now().0;
    let insert = Statement::new(
        "INSERT INTO sessions (id, user_id, rotated_at, expires_at, created_at, device_sealed)
         VALUES (?1, ?2, ?3, ?4, ?3, ?5)",
    );
    let mut batch = vec![insert.bind(session_id).bind(me.id).bind(now).bind(now + LIFE_MS).bind(key.seal(
        app.entropy.as_ref(),
        &about_device(session_id),
        &device.name,
    )?)];
    if row.known != 0 {
        return Ok((batch, None));
    }
    let insert = Statement::new(
        "INSERT INTO devices (user_id, device_hash, created_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
    );
    batch.push(insert.bind(me.id).bind(fingerprint).bind(now));
    if row.others == 0 {
        return Ok((batch, None));
    }
    let (job, pending) =
        outbox::add(app, &mail(Template::NewDevice, &me.email, &me.locale, app.config.public_url.clone()))?;
    batch.push(job);
    Ok((batch, Some(pending)))
}

/// A session as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionSummary {
    /// The session.
    #[schema(value_type = String)]
    pub id: Id,
    /// Such as "Firefox on Linux", from what the device said of itself.
    pub device: String,
    /// When it was signed in.
    #[schema(value_type = String)]
    pub created_at: Timestamp,
    /// When it was last refreshed, to the minute.
    #[schema(value_type = String)]
    pub last_used_at: Timestamp,
    /// Whether this request belongs to it.
    pub current: bool,
}

/// The latest 100 sessions of a user that go on, newest first.
///
/// # Errors
/// When the database fails.
pub async fn sessions_of(app: &App, user_id: Id, current: Id) -> Result<Vec<SessionSummary>> {
    #[derive(Deserialize)]
    struct Row {
        id: Id,
        device_sealed: Option<String>,
        created_at: i64,
        rotated_at: i64,
        wrapped_key: String,
    }
    let select = Statement::new(
        "SELECT s.id, s.device_sealed, s.created_at, s.rotated_at, u.wrapped_key
         FROM sessions s JOIN users u ON u.id = s.user_id
         WHERE s.user_id = ?1 AND s.ended_at IS NULL AND s.expires_at > ?2 ORDER BY s.id DESC LIMIT 100",
    );
    let rows: Vec<Row> = app.query(select.bind(user_id).bind(app.now().0)).await?.all()?;
    let Some(wrapped) = rows.first().map(|row| row.wrapped_key.clone()) else { return Ok(Vec::new()) };
    let key = DataKey::unwrap_with(&app.config.master_keys, &about_user::user_key(user_id), &wrapped)?;
    rows.into_iter()
        .map(|row| {
            let device = match row.device_sealed {
                Some(sealed) => key.open(&about_device(row.id), &sealed)?,
                None => "Unknown device".to_owned(),
            };
            Ok(SessionSummary {
                id: row.id,
                device,
                created_at: Timestamp(row.created_at),
                last_used_at: Timestamp(row.rotated_at - row.rotated_at.rem_euclid(60_000)),
                current: row.id == current,
            })
        })
        .collect()
}

/// Ends a session of this user's that goes on.
#[must_use]
pub fn end_own(session_id: Id, user_id: Id, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE sessions SET ended_at = ?1, end_reason = 'logout' WHERE id = ?2 AND user_id = ?3 AND ended_at IS NULL",
    )
    .bind(now.0)
    .bind(session_id)
    .bind(user_id)
    .expect_one()
}

/// Ends all sessions of a user but this one.
#[must_use]
pub fn end_others(user_id: Id, kept: Id, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE sessions SET ended_at = ?1, end_reason = 'reset' WHERE user_id = ?2 AND id <> ?3 AND ended_at IS NULL",
    )
    .bind(now.0)
    .bind(user_id)
    .bind(kept)
}

//! All SQL about exports, consents and erasures that were asked for.

use super::model::{Consent, Erasure, Export};
use crate::error::Result;
use crate::id::{Id, Timestamp};
use crate::platform::Statement;
use crate::services::App;
use serde::Deserialize;

#[derive(Deserialize)]
struct ExportRow {
    id: Id,
    status: String,
    bytes: Option<i64>,
    created_at: i64,
    expires_at: i64,
}

impl From<ExportRow> for Export {
    fn from(row: ExportRow) -> Self {
        let (created_at, expires_at) = (Timestamp(row.created_at), Timestamp(row.expires_at));
        Self { id: row.id, status: row.status, bytes: row.bytes, created_at, expires_at }
    }
}

/// Stores an export that is asked for; a unique index refuses a second one that waits.
#[must_use]
pub fn insert_export(export: &Export, user_id: Id) -> Statement {
    Statement::new(
        "INSERT INTO exports (id, user_id, status, created_at, expires_at) VALUES (?1, ?2, 'pending', ?3, ?4)",
    )
    .bind(export.id)
    .bind(user_id)
    .bind(export.created_at.0)
    .bind(export.expires_at.0)
}

/// The export of this user that waits to be made.
///
/// # Errors
/// When the database fails.
pub async fn pending_export(app: &App, user_id: Id) -> Result<Option<Export>> {
    let select = Statement::new(
        "SELECT id, status, bytes, created_at, expires_at FROM exports WHERE user_id = ?1 AND status = 'pending'",
    );
    Ok(app.query(select.bind(user_id)).await?.first::<ExportRow>()?.map(Into::into))
}

/// A page of the user's exports that have not expired, latest first.
///
/// # Errors
/// When the database fails.
pub async fn exports(app: &App, user_id: Id, before: &str, rows: usize) -> Result<Vec<Export>> {
    let select = Statement::new(
        "SELECT id, status, bytes, created_at, expires_at FROM exports
         WHERE user_id = ?1 AND id < ?2 AND expires_at > ?3 ORDER BY id DESC LIMIT ?4",
    )
    .bind(user_id)
    .bind(before)
    .bind(app.now().0)
    .bind(rows);
    Ok(app.query(select).await?.all::<ExportRow>()?.into_iter().map(Into::into).collect())
}

/// An export of this user that has not expired, unless the user is suspended. That it is fetched is recorded with it, if it is made.
///
/// # Errors
/// When the database fails.
pub async fn export_to_fetch(app: &App, user_id: Id, id: Id) -> Result<Option<Export>> {
    let select = Statement::new(
        "SELECT e.id, e.status, e.bytes, e.created_at, e.expires_at FROM exports e JOIN users u ON u.id = e.user_id
         WHERE e.id = ?1 AND e.user_id = ?2 AND e.expires_at > ?3 AND u.suspended_at IS NULL",
    );
    let record = Statement::new(
        "INSERT INTO audit (id, actor_id, action, subject_id, request_id, at)
         SELECT ?1, ?2, 'export.fetched', e.id, ?3, ?4 FROM exports e JOIN users u ON u.id = e.user_id
         WHERE e.id = ?5 AND e.user_id = ?2 AND e.status = 'ready' AND e.expires_at > ?4 AND u.suspended_at IS NULL",
    );
    let now = app.now().0;
    let record = record.bind(app.new_id()?).bind(user_id).bind(app.request_id()).bind(now).bind(id);
    let rows = app.batch(vec![select.bind(id).bind(user_id).bind(now), record]).await?;
    let row = rows.first().map(crate::platform::Rows::first::<ExportRow>).transpose()?.flatten();
    Ok(row.map(Into::into))
}

/// Whether this export of the user's still waits to be made.
///
/// # Errors
/// When the database fails.
pub async fn is_pending(app: &App, user_id: Id, id: Id) -> Result<bool> {
    Ok(pending_export(app, user_id).await?.is_some_and(|export| export.id == id))
}

/// Notes that an export is made, unless it was purged meanwhile.
#[must_use]
pub fn finish_export(id: Id, bytes: i64) -> Statement {
    Statement::new("UPDATE exports SET status = 'ready', bytes = ?1 WHERE id = ?2 AND status = 'pending'")
        .bind(bytes)
        .bind(id)
        .expect_one()
}

/// Exports that have expired, with their users.
///
/// # Errors
/// When the database fails.
pub async fn expired_exports(app: &App, limit: i64) -> Result<Vec<(Id, Id)>> {
    #[derive(Deserialize)]
    struct Row {
        id: Id,
        user_id: Id,
    }
    let select = Statement::new("SELECT id, user_id FROM exports WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2");
    let rows: Vec<Row> = app.query(select.bind(app.now().0).bind(limit)).await?.all()?;
    Ok(rows.into_iter().map(|row| (row.id, row.user_id)).collect())
}

/// Forgets an export.
#[must_use]
pub fn delete_export(id: Id) -> Statement {
    Statement::new("DELETE FROM exports WHERE id = ?1").bind(id)
}

/// Stores what was agreed to.
#[must_use]
pub fn insert_consent(consent: &Consent, user_id: Id) -> Statement {
    Statement::new(
        "INSERT INTO consents (id, user_id, patient_id, purpose, version, given, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )
    .bind(consent.id)
    .bind(user_id)
    .bind(consent.patient_id)
    .bind(&consent.purpose)
    .bind(&consent.version)
    .bind(i64::from(consent.given))
    .bind(consent.at.0)
}

/// A page of what the user agreed to, latest first.
///
/// # Errors
/// When the database fails.
pub async fn consents(app: &App, user_id: Id, before: &str, rows: usize) -> Result<Vec<Consent>> {
    #[derive(Deserialize)]
    struct Row {
        id: Id,
        patient_id: Option<Id>,
        purpose: String,
        version: String,
        given: i64,
        at: i64,
    }
    let select = Statement::new(
        "SELECT id, patient_id, purpose, version, given, at FROM consents
         WHERE user_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
    )
    .bind(user_id)
    .bind(before)
    .bind(rows);
    let rows: Vec<Row> = app.query(select).await?.all()?;
    let consents = rows.into_iter().map(|row| {
        let (id, patient_id, at) = (row.id, row.patient_id, Timestamp(row.at));
        Consent { id, patient_id, purpose: row.purpose, version: row.version, given: row.given != 0, at }
    });
    Ok(consents.collect())
}

/// Stores that somebody wants to be erased; the primary key refuses a second time.
#[must_use]
pub fn insert_erasure(user_id: Id, erasure: &Erasure) -> Statement {
    Statement::new("INSERT INTO erasures (user_id, requested_at, due_at, next_attempt_at) VALUES (?1, ?2, ?3, ?3)")
        .bind(user_id)
        .bind(erasure.requested_at.0)
        .bind(erasure.due_at.0)
}

/// The erasure that somebody has asked for.
///
/// # Errors
/// When the database fails.
pub async fn erasure(app: &App, user_id: Id) -> Result<Option<Erasure>> {
    #[derive(Deserialize)]
    struct Row {
        requested_at: i64,
        due_at: i64,
    }
    let select = Statement::new("SELECT requested_at, due_at FROM erasures WHERE user_id = ?1");
    let row: Option<Row> = app.query(select.bind(user_id)).await?.first()?;
    Ok(row.map(|row| Erasure { requested_at: Timestamp(row.requested_at), due_at: Timestamp(row.due_at) }))
}

/// Takes an erasure back that is not due yet: once it is, parts of it may be done.
#[must_use]
pub fn delete_erasure(user_id: Id, now: Timestamp) -> Statement {
    Statement::new("DELETE FROM erasures WHERE user_id = ?1 AND done_at IS NULL AND due_at > ?2")
        .bind(user_id)
        .bind(now.0)
        .expect_one()
}

/// Takes erasures that are due, each for this run alone: a run beside it finds the next ones.
///
/// # Errors
/// When the database fails.
pub async fn take_due_erasures(app: &App, again_at_ms: i64, limit: i64) -> Result<Vec<Id>> {
    #[derive(Deserialize)]
    struct Row {
        user_id: Id,
    }
    let take = Statement::new(
        "UPDATE erasures SET next_attempt_at = ?2 WHERE user_id IN
         (SELECT user_id FROM erasures WHERE done_at IS NULL AND next_attempt_at <= ?1
          ORDER BY next_attempt_at LIMIT ?3) RETURNING user_id",
    );
    let rows: Vec<Row> = app.query(take.bind(app.now().0).bind(again_at_ms).bind(limit)).await?.all()?;
    Ok(rows.into_iter().map(|row| row.user_id).collect())
}

/// Forgets answers of idempotency keys that have expired, and what the law does not make one keep any longer.
#[must_use]
pub fn delete_expired(now: Timestamp, limit: i64) -> [Statement; 2] {
    [
        Statement::new(
            "DELETE FROM idempotency WHERE (caller_id, path, key) IN
             (SELECT caller_id, path, key FROM idempotency WHERE created_at <= ?1 ORDER BY created_at LIMIT ?2)",
        )
        .bind(now.0 - crate::http::idempotency::KEPT_MS)
        .bind(limit),
        Statement::new(
            "DELETE FROM legal_archive WHERE (kind, subject_id) IN
             (SELECT kind, subject_id FROM legal_archive WHERE kept_until <= ?1 ORDER BY kept_until LIMIT ?2)",
        )
        .bind(now.0)
        .bind(limit),
    ]
}

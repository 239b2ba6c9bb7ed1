//! The audit: who did what to whose record. A row is written in the batch of
//! the act that it records, so neither is there without the other. Afterwards
//! rows are sealed into chains, so that it shows when one is changed, removed,
//! moved or cut off.

pub mod chain;
pub mod model;
pub mod routes;
pub mod seal;
pub mod store;
pub mod verify;

use crate::error::Result;
use crate::id::Id;
use crate::platform::{Rows, Statement};
use crate::services::App;

/// What is kept of an act. No personal data: ids only.
#[derive(Debug, Clone, Copy, Default)]
pub struct Entry {
    /// Whose record, where it is about one.
    pub patient_id: Option<Id>,
    /// Who did it; `None` for somebody who is not signed in, or the system.
    pub actor_id: Option<Id>,
    /// Stable name of the act, `noun.verb`.
    pub action: &'static str,
    /// The thing it was done to.
    pub subject_id: Option<Id>,
}

/// The statement that records it.
///
/// # Errors
/// When the host has no randomness.
pub fn record(app: &App, entry: Entry) -> Result<Statement> {
    Ok(Statement::new(
        "INSERT INTO audit (id, patient_id, actor_id, action, subject_id, request_id, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )
    .bind(app.new_id()?)
    .bind(entry.patient_id)
    .bind(entry.actor_id)
    .bind(entry.action)
    .bind(entry.subject_id)
    .bind(app.request_id())
    .bind(app.now().0))
}

/// Reads, and records that it was read, in one round trip.
///
/// # Errors
/// When the database fails: what cannot be recorded is not shown.
pub async fn read(app: &App, select: Statement, entry: Entry) -> Result<Rows> {
    let rows = app.batch(vec![select, record(app, entry)?]).await?;
    Ok(rows.into_iter().next().unwrap_or_default())
}

/// The statement that records a read, unless it is the reader's own record.
///
/// # Errors
/// When the host has no randomness.
pub fn record_read(app: &App, entry: Entry) -> Result<Statement> {
    Ok(Statement::new(
        "INSERT INTO audit (id, patient_id, actor_id, action, subject_id, request_id, at)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE NOT EXISTS (
           SELECT 1 FROM patient_access WHERE patient_id = ?2 AND user_id = ?3 AND relation = 'self')",
    )
    .bind(app.new_id()?)
    .bind(entry.patient_id)
    .bind(entry.actor_id)
    .bind(entry.action)
    .bind(entry.subject_id)
    .bind(app.request_id())
    .bind(app.now().0))
}

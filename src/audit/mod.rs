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
use crate::http::Caller;
use crate::id::{Id, Timestamp};
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

impl Entry {
    /// That this caller did this with this patient's record.
    #[must_use]
    pub fn about(patient_id: Id, caller: &Caller, action: &'static str) -> Self {
        Self { patient_id: Some(patient_id), actor_id: Some(caller.user_id), action, subject_id: None }
    }
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
    read_with(app, select, record(app, entry)?).await
}

/// The same, unless it is the reader's own record.
///
/// # Errors
/// As [`read`].
pub async fn read_of_others(app: &App, select: Statement, entry: Entry) -> Result<Rows> {
    read_with(app, select, record_read(app, entry)?).await
}

/// Reads in the batch of the statement that records it.
///
/// # Errors
/// As [`read`].
pub async fn read_with(app: &App, select: Statement, record: Statement) -> Result<Rows> {
    let rows = app.batch(vec![select, record]).await?;
    Ok(rows.into_iter().next().unwrap_or_default())
}

/// How long the same look at the same thing is one row. A page that asks every
/// few seconds would fill the audit otherwise, and say no more.
const AGAIN_MS: i64 = 10 * 60_000;

/// Binds what every statement begins with that records a look at several things,
/// one row each: `?1` an id of which those of the rows are made, `?2` who looks,
/// `?3` the request, `?4` now, `?5` the least id of a row that still counts.
///
/// # Errors
/// When the host has no randomness.
pub fn bind_looks(app: &App, statement: Statement, actor_id: Id) -> Result<Statement> {
    let now = app.now();
    let statement = statement.bind(app.new_id()?).bind(actor_id).bind(app.request_id()).bind(now.0);
    Ok(statement.bind(Id::first_of(Timestamp(now.0 - AGAIN_MS))))
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

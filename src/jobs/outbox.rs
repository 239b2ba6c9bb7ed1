//! The outbox: jobs that are as durable as the change that asked for them.

use super::Job;
use crate::error::{Result, internal};
use crate::id::Id;
use crate::platform::{HostError, Statement};
use crate::services::App;
use serde::Deserialize;

/// How long a job may wait in the queue before the sweep offers it again.
const PATIENCE_MS: i64 = 60_000;
/// Jobs that one sweep offers.
const SWEEP: i64 = 100;

/// A job that is in the outbox once the batch with its statement is committed.
#[must_use = "offer the job to the queue once the batch is committed"]
pub struct Pending(Id);

/// The statement that stores a job.
///
/// # Errors
/// When the host has no randomness.
pub fn add(app: &App, job: &Job) -> Result<(Statement, Pending)> {
    let id = app.new_id()?;
    let plain = serde_json::to_vec(job).map_err(internal)?;
    let sealed = app.config.master_keys.seal(app.entropy.as_ref(), &about(&id.to_string()), &plain)?;
    let now = app.now().0;
    let statement = Statement::new(
        "INSERT INTO outbox (id, kind, payload_sealed, created_at, next_attempt_at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )
    .bind(id)
    .bind(job.kind())
    .bind(sealed)
    .bind(now)
    .bind(now + PATIENCE_MS);
    Ok((statement, Pending(id)))
}

/// Offers a stored job to the queue. A queue that fails loses nothing: the sweep
/// finds the job in the outbox.
pub async fn offer(app: &App, pending: Pending) {
    if app.queue.send(&pending.0.to_string()).await.is_err() {
        app.log.line(r#"{"level":"warn","event":"queue_unavailable"}"#);
    }
}

/// Offers again what has waited too long.
///
/// # Errors
/// When the database or the queue fails; the next sweep goes on.
pub async fn sweep(app: &App) -> Result<usize> {
    #[derive(Deserialize)]
    struct Row {
        id: String,
    }
    let now = app.now().0;
    let select = Statement::new(
        "UPDATE outbox SET next_attempt_at = ?2 WHERE id IN
         (SELECT id FROM outbox WHERE done_at IS NULL AND next_attempt_at <= ?1
          ORDER BY next_attempt_at LIMIT ?3) RETURNING id",
    )
    .bind(now)
    .bind(now + PATIENCE_MS)
    .bind(SWEEP);
    let waiting: Vec<Row> = app.query(select).await?.all()?;
    for row in &waiting {
        app.queue.send(&row.id).await?;
    }
    Ok(waiting.len())
}

/// What there is to do, from a stored payload.
///
/// # Errors
/// When it does not open.
pub fn open(app: &App, id: &str, payload_sealed: &str) -> Result<Job, HostError> {
    let plain = app.config.master_keys.open(&about(id), payload_sealed)?;
    serde_json::from_slice(&plain).map_err(|error| HostError::Failed(error.to_string()))
}

/// What a job's payload belongs to.
fn about(id: &str) -> String {
    ["outbox.payload:", id].concat()
}

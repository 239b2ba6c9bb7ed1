//! The outbox: jobs that are as durable as the change that asked for them.

use super::{Job, consumer, store};
use crate::error::{Result, internal};
use crate::id::{Id, Timestamp};
use crate::platform::{HostError, Statement};
use crate::services::App;
use serde::Deserialize;

/// How long a job may wait in the queue before the sweep offers it again.
const PATIENCE_MS: i64 = 60_000;
/// Jobs that one sweep offers.
const SWEEP: i64 = 100;
/// Jobs that one sweep does by itself while the queue takes none.
const DONE_BY_SWEEP: usize = 20;

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

/// A job that was done by whoever added it needs no queue. Where that cannot be noted the sweep has it done again.
pub async fn settle(app: &App, pending: Pending) {
    drop(app.query(store::done(&pending.0.to_string(), app.now())).await);
}

/// A stored job by its id, to be offered again.
pub(super) fn pending(id: Id) -> Pending {
    Pending(id)
}

/// When the sweep offers a job that is given to the queue now.
pub(super) fn patience(now: Timestamp) -> Timestamp {
    Timestamp(now.0 + PATIENCE_MS)
}

/// Offers again what has waited too long, does some of it itself where the queue
/// takes nothing, and deletes what has served its time.
///
/// # Errors
/// When the database fails; the next sweep goes on.
pub async fn sweep(app: &App) -> Result<usize> {
    #[derive(Deserialize)]
    struct Row {
        id: String,
    }
    let now = app.now();
    let select = Statement::new(
        "UPDATE outbox SET next_attempt_at = ?2 WHERE id IN
         (SELECT id FROM outbox WHERE done_at IS NULL AND dead_at IS NULL AND next_attempt_at <= ?1
          ORDER BY next_attempt_at LIMIT ?3) RETURNING id",
    )
    .bind(now.0)
    .bind(patience(now).0)
    .bind(SWEEP);
    let waiting: Vec<Row> = app.query(select).await?.all()?;
    let mut by_itself = 0;
    for row in &waiting {
        if app.queue.send(&row.id).await.is_ok() {
            continue;
        }
        if by_itself == 0 {
            app.log.line(r#"{"level":"warn","event":"queue_unavailable"}"#);
        }
        if by_itself == DONE_BY_SWEEP {
            // The rest was put off by a minute, and is due again then.
            break;
        }
        by_itself += 1;
        if consumer::run(app, &row.id).await.is_err() {
            app.log.line(r#"{"level":"warn","event":"job_failed"}"#);
        }
    }
    app.batch(store::purge(now)).await?;
    Ok(waiting.len())
}

/// What there is to do, from a stored payload.
///
/// # Errors
/// When it does not open.
pub fn open(app: &App, id: &str, payload_sealed: &str) -> Result<Job, HostError> {
    let plain = app.config.master_keys.open(&about(id), payload_sealed)?;
    crate::json::read(&plain).map_err(|error| HostError::Failed(error.to_string()))
}

/// What a job's payload belongs to.
fn about(id: &str) -> String {
    ["outbox.payload:", id].concat()
}

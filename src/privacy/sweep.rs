//! What is done by the clock about the audit and about privacy: a bounded piece
//! each time, and one thing that fails keeps no other from being done.

use super::{erase, export, rotation, store};
use crate::audit;
use crate::error::Result;
use crate::services::App;

/// Erasures of one run.
const ERASURES: i64 = 5;
/// After how long an erasure that failed is tried again.
const AGAIN_MS: i64 = 10 * 60_000;
/// Exports of one run.
const EXPORTS: i64 = 50;
/// Rows of a kind of one run.
const ROWS: i64 = 500;

/// Erases who is due, forgets what has expired, wraps keys again, seals the audit and puts down checkpoints.
pub async fn run(app: &App) {
    told(app, erase_due(app).await);
    told(app, purge(app).await);
    told(app, rotation::rows(app).await);
    told(app, audit::seal::rows(app).await);
    told(app, audit::seal::checkpoints(app).await);
}

fn told<T>(app: &App, result: Result<T>) {
    if result.is_err() {
        app.log.line(r#"{"level":"warn","event":"sweep_failed"}"#);
    }
}

/// Erases those whose time has come.
///
/// # Errors
/// The last one of those that failed; the others are done.
pub async fn erase_due(app: &App) -> Result<usize> {
    let due = store::take_due_erasures(app, app.now().0 + AGAIN_MS, ERASURES).await?;
    let mut outcome = Ok(due.len());
    for user_id in due {
        if let Err(error) = erase::person(app, user_id).await {
            outcome = Err(error);
        }
    }
    outcome
}

/// Forgets exports, answers and archived rows whose time is over.
///
/// # Errors
/// When the database or the files fail; the next run goes on.
pub async fn purge(app: &App) -> Result<usize> {
    let mut batch = Vec::from(store::delete_expired(app.now(), ROWS));
    let expired = store::expired_exports(app, EXPORTS).await?;
    let count = expired.len();
    for (id, user_id) in expired {
        app.files.delete(&export::file_name(user_id, id)).await?;
        batch.push(store::delete_export(id));
    }
    app.batch(batch).await?;
    Ok(count)
}

//! Does a job, once. The queue delivers at least once and in any order: the
//! outbox row knows what is done, and a mail carries the job's id.

use super::{Job, outbox};
use crate::accounts::mails;
use crate::chat::alignment;
use crate::error::{Error, Result};
use crate::platform::{HostError, Mail, Statement};
use crate::services::App;
use serde::Deserialize;

/// Longest wait between two tries.
const LONGEST_WAIT_MS: i64 = 60 * 60 * 1000;

#[derive(Deserialize)]
struct Row {
    payload_sealed: String,
    attempts: i64,
    done_at: Option<i64>,
}

/// Does the job with this id, unless it is done already or there is none.
///
/// # Errors
/// When it could not be done; it is noted when to try again, and the sweep will.
pub async fn run(app: &App, job_id: &str) -> Result<()> {
    let select = Statement::new("SELECT payload_sealed, attempts, done_at FROM outbox WHERE id = ?1").bind(job_id);
    let Some(row) = app.query(select).await?.first::<Row>()? else { return Ok(()) };
    if row.done_at.is_some() {
        return Ok(());
    }
    let now = app.now().0;
    match perform(app, job_id, &row.payload_sealed).await {
        Ok(()) => {
            // The payload names a person: it does not outlive its purpose.
            let done = Statement::new("UPDATE outbox SET done_at = ?1, payload_sealed = '' WHERE id = ?2")
                .bind(now)
                .bind(job_id);
            app.query(done).await?;
            Ok(())
        }
        Err(error) => {
            let wait = (1000_i64 << row.attempts.clamp(0, 12)).min(LONGEST_WAIT_MS);
            let failed = Statement::new(
                "UPDATE outbox SET attempts = attempts + 1, next_attempt_at = ?1 WHERE id = ?2 AND done_at IS NULL",
            )
            .bind(now + wait)
            .bind(job_id);
            app.query(failed).await?;
            Err(Error::Host(error))
        }
    }
}

async fn perform(app: &App, job_id: &str, payload_sealed: &str) -> std::result::Result<(), HostError> {
    let plain = app.config.master_keys.open(&outbox::about(job_id), payload_sealed)?;
    let job = serde_json::from_slice(&plain).map_err(|error| HostError::Failed(error.to_string()))?;
    match job {
        Job::SendMail { template, to, locale, values } => {
            let (subject, text) = mails::render(template, &locale, &values);
            app.mailer.send(&Mail { id: job_id.to_owned(), to, subject, text }).await
        }
        Job::AlignRoom { room_id } => match alignment::align(app, room_id).await {
            Ok(()) => Ok(()),
            Err(Error::Host(error)) => Err(error),
            Err(Error::Problem(problem)) => Err(HostError::Failed(problem.detail)),
        },
    }
}

//! All SQL of jobs that are in the outbox already: who has one in hand, what
//! became of it, and what is purged.

use crate::http::idempotency;
use crate::id::{Id, Timestamp};
use crate::platform::Statement;

/// How long a try has a job for itself. Longer than a provider is given to answer;
/// what a crash left behind is taken up after it.
pub const LEASE_MS: i64 = 120_000;
/// How long a job that is done is known: as long as a provider knows its id.
pub const DONE_KEPT_MS: i64 = 24 * 60 * 60 * 1000;
/// Rows of a table that one sweep deletes.
pub const PURGED_AT_ONCE: i64 = 500;
/// When the sweep offers a dead letter. The index of what waits stays short by it.
const NEVER: i64 = 9_007_199_254_740_991;

/// Takes a job in hand for the length of a lease, unless somebody else has it, it
/// waits for its next try, or there is nothing left to do.
#[must_use]
pub fn claim(job_id: &str, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE outbox SET attempts = attempts + 1, last_attempt_at = ?2, held_until = ?3, next_attempt_at = ?3
         WHERE id = ?1 AND done_at IS NULL AND dead_at IS NULL AND held_until <= ?2
         RETURNING payload_sealed, attempts",
    )
    .bind(job_id)
    .bind(now.0)
    .bind(now.0 + LEASE_MS)
}

/// The job is done. What names a person does not outlive its purpose.
#[must_use]
pub fn done(job_id: &str, now: Timestamp) -> Statement {
    Statement::new("UPDATE outbox SET done_at = ?2, dead_at = NULL, payload_sealed = '' WHERE id = ?1")
        .bind(job_id)
        .bind(now.0)
}

/// The try failed; another comes at `next`. Says nothing where a later try has begun.
#[must_use]
pub fn failed(job_id: &str, attempt: i64, class: &str, next: Timestamp) -> Statement {
    Statement::new(
        "UPDATE outbox SET held_until = ?4, next_attempt_at = ?4, last_error = ?3
         WHERE id = ?1 AND attempts = ?2 AND done_at IS NULL AND dead_at IS NULL",
    )
    .bind(job_id)
    .bind(attempt)
    .bind(class)
    .bind(next.0)
}

/// The job is given up. Says nothing where a later try has begun.
#[must_use]
pub fn give_up(job_id: &str, attempt: i64, class: &str, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE outbox SET dead_at = ?4, next_attempt_at = ?5, held_until = 0, last_error = ?3
         WHERE id = ?1 AND attempts = ?2 AND done_at IS NULL AND dead_at IS NULL RETURNING attempts",
    )
    .bind(job_id)
    .bind(attempt)
    .bind(class)
    .bind(now.0)
    .bind(NEVER)
}

/// Makes a dead letter a job again, with all its tries; the sweep offers it at `next`.
#[must_use]
pub fn replay(job_id: Id, next: Timestamp) -> Statement {
    Statement::new(
        "UPDATE outbox SET dead_at = NULL, attempts = 0, held_until = 0, next_attempt_at = ?2
         WHERE id = ?1 AND dead_at IS NOT NULL",
    )
    .bind(job_id)
    .bind(next.0)
    .expect_one()
}

/// Dead letters before this id, latest first.
#[must_use]
pub fn select_dead(before: &str, rows: usize) -> Statement {
    Statement::new(
        "SELECT id, kind, attempts, last_error, created_at, last_attempt_at, dead_at
         FROM outbox INDEXED BY outbox_dead WHERE dead_at IS NOT NULL AND id < ?1 ORDER BY id DESC LIMIT ?2",
    )
    .bind(before)
    .bind(rows)
}

/// Deletes what has served its time, oldest first, a bounded number of rows a table.
#[must_use]
pub fn purge(now: Timestamp) -> Vec<Statement> {
    vec![
        Statement::new(
            "DELETE FROM outbox WHERE id IN
             (SELECT id FROM outbox WHERE done_at IS NOT NULL AND done_at <= ?1 ORDER BY done_at LIMIT ?2)",
        )
        .bind(now.0 - DONE_KEPT_MS)
        .bind(PURGED_AT_ONCE),
        Statement::new(
            "DELETE FROM email_tokens WHERE token_hash IN
             (SELECT token_hash FROM email_tokens WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)",
        )
        .bind(now.0)
        .bind(PURGED_AT_ONCE),
        Statement::new(
            "DELETE FROM idempotency WHERE (caller_id, path, key) IN
             (SELECT caller_id, path, key FROM idempotency WHERE created_at <= ?1 ORDER BY created_at LIMIT ?2)",
        )
        .bind(now.0 - idempotency::KEPT_MS)
        .bind(PURGED_AT_ONCE),
    ]
}

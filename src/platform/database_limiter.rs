//! Exact counts on a host that has no objects, as Spin: rows of the database. Memory
//! would not do there, for an instance may live for one request only. A write takes effect
//! only on the state that was read; whoever was overtaken reads again.

use crate::limits::bucket::FullAt;
use crate::limits::{Call, Outcome};
use crate::platform::{Clock, Database, DatabaseError, HostError, Limiter, Statement};
use async_trait::async_trait;
use serde::Deserialize;
use std::sync::Arc;

/// How often one that was overtaken tries again; under more the limit answers 503.
const TRIES: usize = 20;

/// The limiter over a database.
pub struct DatabaseLimiter {
    /// Where the buckets are.
    pub database: Arc<dyn Database>,
    /// Time.
    pub clock: Arc<dyn Clock>,
}

#[derive(Deserialize)]
struct Row {
    full_at: FullAt,
}

#[async_trait]
impl Limiter for DatabaseLimiter {
    async fn call(&self, owner: &str, call: &Call) -> Result<Vec<Outcome>, HostError> {
        for _ in 0..TRIES {
            match self.attempt(owner, call).await {
                Err(DatabaseError::Conflict) => {}
                Ok(outcomes) => return Ok(outcomes),
                Err(DatabaseError::Host(error)) => return Err(error),
                Err(other) => return Err(HostError::Failed(format!("{other:?}"))),
            }
        }
        Err(HostError::Unavailable("a bucket is asked too often at once".into()))
    }
}

impl DatabaseLimiter {
    async fn attempt(&self, owner: &str, call: &Call) -> Result<Vec<Outcome>, DatabaseError> {
        let select = "SELECT full_at FROM limit_buckets WHERE owner = ?1 AND bucket = ?2";
        let charges = call.charges();
        let selects = charges.iter().map(|charge| Statement::new(select).bind(owner).bind(&charge.bucket));
        let rows = self.database.batch(selects.collect()).await?;
        let mut before = Vec::new();
        for rows in &rows {
            before.push(rows.first::<Row>()?.map_or(0, |row| row.full_at));
        }
        let mut states = before.clone();
        let outcomes = call.apply(&mut states, self.clock.now_ms());
        if states == before {
            return Ok(outcomes);
        }
        let writes = charges.iter().zip(before.into_iter().zip(states)).map(|(charge, (before, state))| {
            Statement::new(
                "INSERT INTO limit_buckets (owner, bucket, full_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (owner, bucket) DO UPDATE SET full_at = excluded.full_at WHERE full_at = ?4",
            )
            .bind(owner)
            .bind(&charge.bucket)
            .bind(state)
            .bind(before)
            .expect_one()
        });
        self.database.batch(writes.collect()).await?;
        Ok(outcomes)
    }
}

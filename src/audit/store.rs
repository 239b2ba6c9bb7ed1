//! All SQL about the chains of the audit, and about who opened a record.

use super::chain::{Head, Row};
use super::model::{AccessLogEntry, Actor};
use crate::accounts::store::open_name;
use crate::error::Result;
use crate::id::{Id, Timestamp};
use crate::platform::Statement;
use crate::services::App;
use serde::Deserialize;

/// Rows that wait to be sealed, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn unsealed(app: &App, limit: i64) -> Result<Vec<Row>> {
    let select = Statement::new(
        "SELECT id, chain, patient_id, actor_id, action, subject_id, request_id, at, sequence, hash
         FROM audit WHERE hash IS NULL ORDER BY id LIMIT ?1",
    );
    Ok(app.query(select.bind(limit)).await?.all()?)
}

/// Heads of these chains; those that have none yet are left out.
///
/// # Errors
/// When the database fails.
pub async fn heads(app: &App, chains: &[&str]) -> Result<Vec<Head>> {
    let json = serde_json::to_string(chains).map_err(crate::error::internal)?;
    let select =
        Statement::new("SELECT id, sequence, hash FROM audit_chains WHERE id IN (SELECT value FROM json_each(?1))");
    Ok(app.query(select.bind(json)).await?.all()?)
}

/// Moves a chain's head on from where it was read; `before` is 0 for a chain that begins.
#[must_use]
pub fn move_head(before: i64, head: &Head) -> Statement {
    if before == 0 {
        return Statement::new("INSERT INTO audit_chains (id, sequence, hash) VALUES (?1, ?2, ?3)")
            .bind(&head.id)
            .bind(head.sequence)
            .bind(&head.hash);
    }
    Statement::new("UPDATE audit_chains SET sequence = ?1, hash = ?2 WHERE id = ?3 AND sequence = ?4")
        .bind(head.sequence)
        .bind(&head.hash)
        .bind(&head.id)
        .bind(before)
        .expect_one()
}

/// Seals rows: id, place and hash of each, as JSON.
#[must_use]
pub fn seal_rows(rows: String) -> Statement {
    Statement::new(
        "UPDATE audit SET sequence = k.value ->> 1, hash = k.value ->> 2
         FROM json_each(?1) k WHERE audit.id = k.value ->> 0 AND audit.hash IS NULL",
    )
    .bind(rows)
}

/// Chains that have grown since their last checkpoint, which was made before `before_ms`.
///
/// # Errors
/// When the database fails.
pub async fn without_checkpoint(app: &App, before_ms: i64, limit: i64) -> Result<Vec<Head>> {
    let select = Statement::new(
        "SELECT id, sequence, hash FROM audit_chains
         WHERE sequence > checkpoint_sequence AND checkpoint_at <= ?1 ORDER BY checkpoint_at LIMIT ?2",
    );
    Ok(app.query(select.bind(before_ms).bind(limit)).await?.all()?)
}

/// Notes up to where a chain has a checkpoint.
#[must_use]
pub fn set_checkpoint(head: &Head, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE audit_chains SET checkpoint_sequence = ?1, checkpoint_at = ?2
         WHERE id = ?3 AND checkpoint_sequence < ?1",
    )
    .bind(head.sequence)
    .bind(now.0)
    .bind(&head.id)
}

/// A chain's head, and how many of its rows have waited since before `before_ms` to be sealed.
///
/// # Errors
/// When the database fails.
pub async fn end_of(app: &App, chain: &str, before_ms: i64) -> Result<(Option<Head>, i64)> {
    #[derive(Deserialize)]
    struct Count {
        waiting: i64,
    }
    let head = Statement::new("SELECT id, sequence, hash FROM audit_chains WHERE id = ?1").bind(chain);
    let waiting =
        Statement::new("SELECT COUNT(*) AS waiting FROM audit WHERE chain = ?1 AND sequence IS NULL AND at <= ?2")
            .bind(chain)
            .bind(before_ms);
    let rows = app.batch(vec![head, waiting]).await?;
    let [head, waiting] = rows.as_slice() else { return Ok((None, 0)) };
    Ok((head.first()?, waiting.first::<Count>()?.map_or(0, |count| count.waiting)))
}

/// Sealed rows of a chain behind this place.
///
/// # Errors
/// When the database fails.
pub async fn sealed(app: &App, chain: &str, after: i64, limit: i64) -> Result<Vec<Row>> {
    let select = Statement::new(
        "SELECT id, chain, patient_id, actor_id, action, subject_id, request_id, at, sequence, hash
         FROM audit WHERE chain = ?1 AND sequence > ?2 ORDER BY sequence LIMIT ?3",
    );
    Ok(app.query(select.bind(chain).bind(after).bind(limit)).await?.all()?)
}

/// The next chain by its id, of those that have a head or rows.
///
/// # Errors
/// When the database fails.
pub async fn next_chain(app: &App, after: &str) -> Result<Option<String>> {
    #[derive(Deserialize)]
    struct Next {
        by_head: Option<String>,
        by_row: Option<String>,
    }
    let select = Statement::new(
        "SELECT (SELECT MIN(id) FROM audit_chains WHERE id > ?1) AS by_head,
                (SELECT MIN(chain) FROM audit WHERE chain > ?1) AS by_row",
    );
    let next: Option<Next> = app.query(select.bind(after)).await?.first()?;
    Ok(next.and_then(|next| next.by_head.into_iter().chain(next.by_row).min()))
}

/// A page of what was done with a record, latest first, recorded itself by `record`.
///
/// # Errors
/// When the database fails or a name does not open.
pub async fn access_log(
    app: &App,
    patient_id: Id,
    before: &str,
    rows: usize,
    record: Statement,
) -> Result<Vec<AccessLogEntry>> {
    #[derive(Deserialize)]
    struct Found {
        id: Id,
        at: i64,
        action: String,
        subject_id: Option<Id>,
        actor_id: Option<Id>,
        name_sealed: Option<String>,
        wrapped_key: Option<String>,
        acts: i64,
        role: Option<String>,
    }
    let select = Statement::new(
        "SELECT a.id, a.at, a.action, a.subject_id, a.actor_id, u.name_sealed, u.wrapped_key,
                EXISTS (SELECT 1 FROM patient_access p WHERE p.patient_id = ?1 AND p.user_id = a.actor_id) AS acts,
                (SELECT s.role FROM staff s WHERE s.user_id = a.actor_id AND s.created_at <= a.at
                   AND (s.ended_at IS NULL OR s.ended_at > a.at) ORDER BY s.role = 'admin' LIMIT 1) AS role
         FROM audit a LEFT JOIN users u ON u.id = a.actor_id
         WHERE a.patient_id = ?1 AND a.id < ?2 ORDER BY a.id DESC LIMIT ?3",
    )
    .bind(patient_id)
    .bind(before)
    .bind(rows);
    let answered = app.batch(vec![select, record]).await?;
    let found = answered.first().map(crate::platform::Rows::all::<Found>).transpose()?.unwrap_or_default();
    let entries = found.into_iter().map(|row| {
        let actor = match (row.actor_id, row.wrapped_key, row.name_sealed) {
            (Some(user_id), Some(key), Some(name)) => {
                let role = if row.acts != 0 { None } else { row.role };
                let role = role.unwrap_or_else(|| "patient".to_owned());
                Some(Actor { user_id, name: open_name(app, user_id, &key, &name)?, role })
            }
            _ => None,
        };
        let (id, at, act, subject_id) = (row.id, Timestamp(row.at), row.action, row.subject_id);
        Ok(AccessLogEntry { id, at, actor, act, subject_id })
    });
    entries.collect()
}

//! Seals what was recorded: some rows a run, each behind the last of its chain.
//! Two runs at once do no harm: a head moves on from where it was read, or the
//! whole batch does not happen.

use super::chain::{self, Checkpoint, Head};
use super::store;
use crate::error::{Result, internal};
use crate::platform::DatabaseError;
use crate::services::App;
use litemap::LiteMap;

/// Rows of one batch.
const ROWS: i64 = 100;
/// Batches of one run.
const ROUNDS: usize = 10;
/// Time between two checkpoints of a chain.
const CHECKPOINT_EVERY_MS: i64 = 10 * 60_000;
/// Checkpoints of one run.
const CHECKPOINTS: i64 = 50;

/// Seals what waits. How many rows it were.
///
/// # Errors
/// When the database fails; the next run goes on.
pub async fn rows(app: &App) -> Result<usize> {
    let keys = &app.config.audit_keys;
    let mut sealed = 0;
    for _ in 0..ROUNDS {
        let rows = store::unsealed(app, ROWS).await?;
        let mut chains: Vec<&str> = rows.iter().map(|row| row.chain.as_str()).collect();
        chains.sort_unstable();
        chains.dedup();
        let before: LiteMap<String, Head> =
            store::heads(app, &chains).await?.into_iter().map(|head| (head.id.clone(), head)).collect();
        let mut after: LiteMap<&str, Head> = LiteMap::new();
        let mut places = Vec::with_capacity(rows.len());
        for row in &rows {
            let begins = || Head { id: row.chain.clone(), sequence: 0, hash: String::new() };
            let head =
                after.entry(&row.chain).or_insert_with(|| before.get(&row.chain).cloned().unwrap_or_else(begins));
            head.sequence += 1;
            head.hash = chain::seal(keys, row, head.sequence, &head.hash);
            places.push((&row.id, head.sequence, head.hash.clone()));
        }
        if places.is_empty() {
            break;
        }
        let mut batch: Vec<_> = after
            .values()
            .map(|head| store::move_head(before.get(&head.id).map_or(0, |before| before.sequence), head))
            .collect();
        batch.push(store::seal_rows(serde_json::to_string(&places).map_err(internal)?));
        match app.batch(batch).await {
            Ok(_) => sealed += rows.len(),
            // A twin was faster by a moment, and does the same.
            Err(DatabaseError::Conflict | DatabaseError::Unique(_)) => break,
            Err(error) => return Err(error.into()),
        }
        if rows.len() < usize::try_from(ROWS).unwrap_or(usize::MAX) {
            break;
        }
    }
    Ok(sealed)
}

/// Where the checkpoints of a chain are.
#[must_use]
pub fn folder(chain: &str) -> String {
    [FOLDER, chain, "/"].concat()
}

/// Where all checkpoints are.
pub const FOLDER: &str = "audit/";

/// Puts down where chains end. How many it were.
///
/// # Errors
/// When the database or the files fail; the next run goes on.
pub async fn checkpoints(app: &App) -> Result<usize> {
    let now = app.now();
    let heads = store::without_checkpoint(app, now.0 - CHECKPOINT_EVERY_MS, CHECKPOINTS).await?;
    let mut noted = Vec::with_capacity(heads.len());
    for head in heads {
        // One that is there is never replaced: each tells of its own time.
        let name = [folder(&head.id), format!("{:012}", head.sequence)].concat();
        noted.push(store::set_checkpoint(&head, now));
        let checkpoint = Checkpoint::new(&app.config.audit_keys, head, now.0);
        app.files.put(&name, &serde_json::to_vec(&checkpoint).map_err(internal)?).await?;
    }
    let count = noted.len();
    if count > 0 {
        app.batch(noted).await?;
    }
    Ok(count)
}

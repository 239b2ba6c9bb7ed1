//! Looks along chains for what was changed, removed, moved or cut off.

use super::chain::{Checkpoint, Examination};
use super::model::{Problem, ProblemKind, Verification};
use super::{seal, store};
use crate::error::Result;
use crate::services::App;

/// How long a row may wait to be sealed.
const PATIENCE_MS: i64 = 10 * 60_000;
/// Rows that are read at once.
const PAGE: i64 = 500;
/// Checkpoints that are read of one chain.
const CHECKPOINTS: u32 = 500;
/// Chains of one call.
const CHAINS: usize = 25;
/// Rows after which no further chain is begun.
const ROWS: u64 = 5_000;

/// One chain, whole.
///
/// # Errors
/// When the database or the files fail.
pub async fn chain(app: &App, chain: &str) -> Result<Verification> {
    // First what was put down, then the rows: a chain that grows meanwhile is longer than either says.
    let mut checkpoints = Vec::new();
    for name in app.files.list(&seal::folder(chain), None, CHECKPOINTS).await? {
        let sequence = name.rsplit('/').next().and_then(|sequence| sequence.parse().ok()).unwrap_or_default();
        let bytes = app.files.get(&name).await?.unwrap_or_default();
        checkpoints.push((sequence, crate::json::read::<Checkpoint>(&bytes).ok()));
    }
    let (head, waiting) = store::end_of(app, chain, app.now().0 - PATIENCE_MS).await?;
    let mut examination = Examination::begin(&app.config.audit_keys, chain, checkpoints);
    let mut after = 0;
    loop {
        let most = head.as_ref().map_or(i64::MAX, |head| head.sequence);
        let rows = store::sealed(app, chain, after, PAGE).await?;
        let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        for row in rows {
            after = row.sequence.unwrap_or(after);
            // What was sealed since the head was read is for the next time.
            if after <= most {
                examination.take(row);
            }
        }
        if count < PAGE || after >= most {
            break;
        }
    }
    let checked = examination.checked;
    let mut problems = examination.finish(head.as_ref());
    if waiting > 0 {
        problems.push(Problem { kind: ProblemKind::Unsealed, sequence: None });
    }
    Ok(Verification { checked, ok: problems.is_empty(), problems, next_cursor: None })
}

/// All chains behind this one, as many as one call bears. A chain of which nothing but a checkpoint is left is found too.
///
/// # Errors
/// When the database or the files fail.
pub async fn all(app: &App, after: &str) -> Result<Verification> {
    let mut verification = Verification { ok: true, ..Verification::default() };
    let mut at = after.to_owned();
    for _ in 0..CHAINS {
        let stored = store::next_chain(app, &at).await?;
        let behind = [&seal::folder(&at), "~"].concat();
        let behind = if at.is_empty() { None } else { Some(behind.as_str()) };
        let filed = app.files.list(seal::FOLDER, behind, 1).await?.into_iter().next();
        let filed = filed.and_then(|name| Some(name.strip_prefix(seal::FOLDER)?.split('/').next()?.to_owned()));
        let Some(next) = stored.into_iter().chain(filed).min() else { return Ok(verification) };
        let one = chain(app, &next).await?;
        at = next;
        verification.checked += one.checked;
        verification.ok &= one.ok;
        verification.problems.extend(one.problems);
        if verification.checked >= ROWS {
            break;
        }
    }
    verification.next_cursor = Some(at);
    Ok(verification)
}

//! All SQL about alerts that were shown and overridden.

use super::overrides::{Decided, Kept, Memory};
use crate::error::Result;
use crate::id::{Id, Timestamp};
use crate::platform::{Rows, Statement};
use crate::services::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Selects what this prescriber was shown of this patient; [`open`] reads it.
#[must_use]
pub fn select(patient_id: Id, prescriber_id: Id) -> Statement {
    Statement::new(
        "SELECT alert_key, overridden_at, state_key FROM alert_overrides WHERE patient_id = ?1 AND prescriber_id = ?2",
    )
    .bind(patient_id)
    .bind(prescriber_id)
}

/// Reads what [`select`] found.
///
/// # Errors
/// When a row is of another shape.
pub fn open(rows: &Rows) -> Result<Vec<Decided>> {
    #[derive(Deserialize)]
    struct Row {
        alert_key: String,
        overridden_at: Option<i64>,
        state_key: Option<String>,
    }
    let rows = rows.all::<Row>()?.into_iter().map(|row| Decided {
        alert_key: row.alert_key,
        overridden: row.overridden_at.map(Timestamp).zip(row.state_key),
    });
    Ok(rows.collect())
}

/// Keeps what was shown and decided, and counts it by rule.
#[must_use]
pub fn keep(memory: &Memory, kept: &[Kept]) -> Vec<Statement> {
    let mut batch = Vec::new();
    for one in kept {
        let insert = match &one.state_key {
            Some(state) => Statement::new(
                "INSERT INTO alert_overrides (patient_id, prescriber_id, alert_key, shown_at, overridden_at, state_key)
                 VALUES (?1, ?2, ?3, ?4, ?4, ?5)
                 ON CONFLICT (patient_id, prescriber_id, alert_key)
                 DO UPDATE SET overridden_at = excluded.overridden_at, state_key = excluded.state_key",
            )
            .bind(memory.patient_id)
            .bind(memory.prescriber_id)
            .bind(one.alert_key.as_str())
            .bind(memory.now.0)
            .bind(state.as_str()),
            None => Statement::new(
                "INSERT INTO alert_overrides (patient_id, prescriber_id, alert_key, shown_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (patient_id, prescriber_id, alert_key) DO NOTHING",
            )
            .bind(memory.patient_id)
            .bind(memory.prescriber_id)
            .bind(one.alert_key.as_str())
            .bind(memory.now.0),
        };
        batch.push(insert);
        if one.is_first_shown || one.is_first_overridden {
            let count = Statement::new(
                "INSERT INTO alert_counts (rule, shown, overridden) VALUES (?1, ?2, ?3)
                 ON CONFLICT (rule) DO UPDATE SET shown = shown + excluded.shown, overridden = overridden + excluded.overridden",
            );
            let count = count.bind(one.rule.as_str()).bind(i64::from(one.is_first_shown));
            batch.push(count.bind(i64::from(one.is_first_overridden)));
        }
    }
    batch
}

/// How often a rule is overridden.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RuleCount {
    /// The rule.
    pub rule: String,
    /// To how many prescribers it was shown, each once for a patient.
    pub shown: i64,
    /// How many of them overrode it.
    pub overridden: i64,
}

/// A page of counts, by rule.
///
/// # Errors
/// When the database fails.
pub async fn counts(app: &App, after: &str, rows: usize) -> Result<Vec<RuleCount>> {
    let select =
        Statement::new("SELECT rule, shown, overridden FROM alert_counts WHERE rule > ?1 ORDER BY rule LIMIT ?2");
    Ok(app.query(select.bind(after).bind(rows)).await?.all::<RuleCount>()?)
}

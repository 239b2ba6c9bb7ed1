//! All SQL about assessments. One that is filed in a record is sealed under the
//! patient's key, any other under its author's.

use super::model::Input;
use super::outcome::{Assessment, AssessmentStatus, Outcome};
use crate::audit::{self, Entry};
use crate::encryption::DataKey;
use crate::error::{Result, internal, not_found};
use crate::id::{Id, Timestamp};
use crate::platform::Statement;
use crate::services::App;
use serde::Deserialize;
use serde_json::{Map, Value};

fn input_about(id: Id) -> String {
    ["assessments.input:", &id.to_string()].concat()
}

fn answer_about(id: Id) -> String {
    ["assessments.answer:", &id.to_string()].concat()
}

/// Where an assessment belongs.
pub struct Filing {
    /// The record.
    pub patient_id: Option<Id>,
    /// The organization for which it was made.
    pub organization_id: Option<Id>,
    /// The encounter.
    pub encounter_id: Option<Id>,
    /// Who made it.
    pub recorded_by: Id,
}

/// Stores a new assessment.
///
/// # Errors
/// When the host has no randomness.
pub fn insert(
    app: &App,
    key: &DataKey,
    id: Id,
    filing: &Filing,
    input: &Input,
    outcome: &Outcome,
) -> Result<Statement> {
    let entropy = app.entropy.as_ref();
    Ok(Statement::new(
        "INSERT INTO assessments (id, patient_id, organization_id, encounter_id, recorded_by, status, triage_level,
                                  input_sealed, answer_sealed, knowledge_version, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11)",
    )
    .bind(id)
    .bind(filing.patient_id)
    .bind(filing.organization_id)
    .bind(filing.encounter_id)
    .bind(filing.recorded_by)
    .bind(word(&outcome.status))
    .bind(outcome.triage.as_ref().map(|triage| word(&triage.level)))
    .bind(key.seal_json(entropy, &input_about(id), input)?)
    .bind(key.seal_json(entropy, &answer_about(id), outcome)?)
    .bind(&outcome.knowledge_version)
    .bind(app.now().0))
}

/// Stores what further answers made of it, if it is still of this version.
///
/// # Errors
/// When the host has no randomness.
pub fn update(app: &App, key: &DataKey, id: Id, version: i64, input: &Input, outcome: &Outcome) -> Result<Statement> {
    let entropy = app.entropy.as_ref();
    Ok(Statement::new(
        "UPDATE assessments SET status = ?1, triage_level = ?2, input_sealed = ?3, answer_sealed = ?4,
                knowledge_version = ?5, version = version + 1, updated_at = ?6
         WHERE id = ?7 AND version = ?8",
    )
    .bind(word(&outcome.status))
    .bind(outcome.triage.as_ref().map(|triage| word(&triage.level)))
    .bind(key.seal_json(entropy, &input_about(id), input)?)
    .bind(key.seal_json(entropy, &answer_about(id), outcome)?)
    .bind(&outcome.knowledge_version)
    .bind(app.now().0)
    .bind(id)
    .bind(version)
    .expect_one())
}

/// What an outcome is stored and shown as: once said, it is shown as it was and never read back into rules.
///
/// # Errors
/// None that an outcome can cause.
pub fn shown(outcome: &Outcome) -> Result<Map<String, Value>> {
    match serde_json::to_value(outcome).map_err(internal)? {
        Value::Object(map) => Ok(map),
        other => Err(internal(other)),
    }
}

fn word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// An assessment as it is stored.
#[derive(Deserialize)]
pub struct Stored {
    id: Id,
    /// The record that it is filed in.
    pub patient_id: Option<Id>,
    encounter_id: Option<Id>,
    /// Who made it.
    pub recorded_by: Id,
    /// Whether more can be asked.
    pub status: AssessmentStatus,
    input_sealed: String,
    answer_sealed: String,
    /// Counts changes.
    pub version: i64,
    created_at: i64,
}

impl Stored {
    /// What it was made from.
    ///
    /// # Errors
    /// When it does not open.
    pub fn input(&self, key: &DataKey) -> Result<Input> {
        Ok(key.open_json(&input_about(self.id), &self.input_sealed)?)
    }

    /// As the API shows it.
    ///
    /// # Errors
    /// When it does not open.
    pub fn assessment(&self, key: &DataKey) -> Result<Assessment> {
        let outcome = key.open_json(&answer_about(self.id), &self.answer_sealed)?;
        Ok(self.with_outcome(outcome, self.version))
    }

    /// As the API shows it once it comes to something else.
    #[must_use]
    pub fn with_outcome(&self, outcome: Map<String, Value>, version: i64) -> Assessment {
        Assessment {
            id: self.id,
            patient_id: self.patient_id,
            encounter_id: self.encounter_id,
            outcome,
            created_at: Timestamp(self.created_at),
            version,
        }
    }
}

/// The assessment with this id.
///
/// # Errors
/// 404 when there is none.
pub async fn assessment(app: &App, id: Id) -> Result<Stored> {
    let select = Statement::new(
        "SELECT id, patient_id, encounter_id, recorded_by, status, input_sealed, answer_sealed, version, created_at
         FROM assessments WHERE id = ?1",
    )
    .bind(id);
    app.query(select).await?.first()?.ok_or_else(not_found)
}

/// A page of the assessments that a user made for themselves, latest first.
///
/// # Errors
/// When the database fails.
pub async fn own_assessments(app: &App, user_id: Id, before: &str, rows: usize) -> Result<Vec<Stored>> {
    let select = Statement::new(
        "SELECT id, patient_id, encounter_id, recorded_by, status, input_sealed, answer_sealed, version, created_at
         FROM assessments WHERE recorded_by = ?1 AND patient_id IS NULL AND id < ?2 ORDER BY id DESC LIMIT ?3",
    )
    .bind(user_id)
    .bind(before)
    .bind(rows);
    Ok(app.query(select).await?.all()?)
}

/// A page of the assessments in a record, latest first; that it was read is recorded as `listed`.
///
/// # Errors
/// When the database fails.
pub async fn filed_assessments(
    app: &App,
    patient_id: Id,
    before: &str,
    rows: usize,
    listed: Entry,
) -> Result<Vec<Stored>> {
    let select = Statement::new(
        "SELECT id, patient_id, encounter_id, recorded_by, status, input_sealed, answer_sealed, version, created_at
         FROM assessments WHERE patient_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
    )
    .bind(patient_id)
    .bind(before)
    .bind(rows);
    Ok(audit::read(app, select, listed).await?.all()?)
}

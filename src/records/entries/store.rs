//! All SQL about the entries of a record. Each query is about one patient.

use super::content::Checked;
use super::model::{Asserter, Entry, Kind, Status};
use crate::error::Result;
use crate::id::{Id, Timestamp};
use crate::platform::{Rows, Statement};
use crate::records::store::PatientFile;
use crate::services::App;
use serde::Deserialize;
use serde_json::{Map, Value};

fn about(id: Id) -> String {
    ["record_entries.content:", &id.to_string()].concat()
}

/// A row as it is stored.
#[derive(Deserialize)]
struct Row {
    id: Id,
    kind: Kind,
    encounter_id: Option<Id>,
    recorded_by: Id,
    asserter: Asserter,
    status: Status,
    content_sealed: String,
    effective_at: Option<i64>,
    version: i64,
    created_at: i64,
    updated_at: i64,
}

impl Row {
    fn open(self, file: &PatientFile) -> Result<Entry> {
        let content: Map<String, Value> = file.key.open_json(&about(self.id), &self.content_sealed)?;
        Ok(Entry {
            id: self.id,
            kind: self.kind,
            encounter_id: self.encounter_id,
            status: self.status,
            recorded_by: self.recorded_by,
            asserter: self.asserter,
            recorded_at: Timestamp(self.created_at),
            updated_at: Timestamp(self.updated_at),
            version: self.version,
            content,
            effective_at: self.effective_at.map(Timestamp),
        })
    }
}

/// Opens the rows of any of the queries below.
///
/// # Errors
/// When one does not open.
pub fn open(file: &PatientFile, rows: &Rows) -> Result<Vec<Entry>> {
    rows.all::<Row>()?.into_iter().map(|row| row.open(file)).collect()
}

/// Stores a new entry.
///
/// # Errors
/// When the host has no randomness.
pub fn insert(app: &App, file: &PatientFile, entry: &Entry, checked: &Checked) -> Result<Statement> {
    Ok(Statement::new(
        "INSERT INTO record_entries (id, patient_id, organization_id, encounter_id, kind, code, recorded_by, asserter,
                                     status, is_current, content_sealed, effective_at, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'active', ?9, ?10, ?11, ?12, ?12)",
    )
    .bind(entry.id)
    .bind(file.id)
    .bind(file.organization_id)
    .bind(entry.encounter_id)
    .bind(entry.kind.as_str())
    .bind(checked.code)
    .bind(entry.recorded_by)
    .bind(entry.asserter.as_str())
    .bind(i64::from(checked.is_current))
    .bind(file.key.seal_json(app.entropy.as_ref(), &about(entry.id), &checked.members)?)
    .bind(checked.effective_at.map(|at| at.0))
    .bind(entry.recorded_at.0))
}

/// Keeps this version as it is, before it is corrected: in the batch of the correction, before it.
#[must_use]
pub fn keep_version(file: &PatientFile, id: Id, version: i64) -> Statement {
    Statement::new(
        "INSERT INTO record_entry_versions (entry_id, version, encounter_id, recorded_by, asserter, status,
                                            content_sealed, effective_at, created_at, updated_at)
         SELECT id, version, encounter_id, recorded_by, asserter, status, content_sealed, effective_at, created_at, updated_at
         FROM record_entries WHERE id = ?1 AND patient_id = ?2 AND version = ?3 AND status = 'active'",
    )
    .bind(id)
    .bind(file.id)
    .bind(version)
    .expect_one()
}

/// Puts a correction in the place of the version before it.
///
/// # Errors
/// When the host has no randomness.
pub fn correct(app: &App, file: &PatientFile, entry: &Entry, checked: &Checked) -> Result<Statement> {
    Ok(Statement::new(
        "UPDATE record_entries SET content_sealed = ?1, is_current = ?2, code = ?3, effective_at = ?4, encounter_id = ?5,
                recorded_by = ?6, asserter = ?7, version = version + 1, updated_at = ?8
         WHERE id = ?9 AND patient_id = ?10 AND version = ?11 AND status = 'active'",
    )
    .bind(file.key.seal_json(app.entropy.as_ref(), &about(entry.id), &checked.members)?)
    .bind(i64::from(checked.is_current))
    .bind(checked.code)
    .bind(checked.effective_at.map(|at| at.0))
    .bind(entry.encounter_id)
    .bind(entry.recorded_by)
    .bind(entry.asserter.as_str())
    .bind(app.now().0)
    .bind(entry.id)
    .bind(file.id)
    .bind(entry.version)
    .expect_one())
}

/// Marks this version as entered in error.
#[must_use]
pub fn mark_in_error(
    file: &PatientFile,
    id: Id,
    version: i64,
    by: Id,
    asserter: Asserter,
    now: Timestamp,
) -> Statement {
    Statement::new(
        "UPDATE record_entries SET status = 'entered_in_error', is_current = 0, recorded_by = ?1, asserter = ?2,
                version = version + 1, updated_at = ?3
         WHERE id = ?4 AND patient_id = ?5 AND version = ?6 AND status = 'active'",
    )
    .bind(by)
    .bind(asserter.as_str())
    .bind(now.0)
    .bind(id)
    .bind(file.id)
    .bind(version)
    .expect_one()
}

/// One entry of this kind.
#[must_use]
pub fn select_one(file: &PatientFile, kind: Kind, id: Id) -> Statement {
    Statement::new(
        "SELECT id, kind, encounter_id, recorded_by, asserter, status, content_sealed, effective_at, version, created_at, updated_at
         FROM record_entries WHERE id = ?1 AND patient_id = ?2 AND kind = ?3",
    )
    .bind(id)
    .bind(file.id)
    .bind(kind.as_str())
}

/// What a list of entries shows.
#[derive(Debug, Clone, Copy)]
pub struct Filter {
    /// With this status only.
    pub status: Option<Status>,
    /// What still holds only.
    pub current_only: bool,
}

/// A page of entries of a kind, latest first.
#[must_use]
pub fn select_page(file: &PatientFile, kind: Kind, filter: Filter, before: &str, rows: usize) -> Statement {
    Statement::new(
        "SELECT id, kind, encounter_id, recorded_by, asserter, status, content_sealed, effective_at, version, created_at, updated_at
         FROM record_entries WHERE patient_id = ?1 AND kind = ?2 AND id < ?3
           AND (?4 IS NULL OR status = ?4) AND is_current >= ?5
         ORDER BY id DESC LIMIT ?6",
    )
    .bind(file.id)
    .bind(kind.as_str())
    .bind(before)
    .bind(filter.status.map(Status::as_str))
    .bind(i64::from(filter.current_only))
    .bind(rows)
}

/// Versions of an entry that were corrected, latest first.
#[must_use]
pub fn select_versions(file: &PatientFile, kind: Kind, id: Id, before: i64, rows: usize) -> Statement {
    Statement::new(
        "SELECT v.entry_id AS id, e.kind, v.encounter_id, v.recorded_by, v.asserter, v.status, v.content_sealed,
                v.effective_at, v.version, v.created_at, v.updated_at
         FROM record_entries e JOIN record_entry_versions v ON v.entry_id = e.id
         WHERE e.id = ?1 AND e.patient_id = ?2 AND e.kind = ?3 AND v.version < ?4
         ORDER BY v.version DESC LIMIT ?5",
    )
    .bind(id)
    .bind(file.id)
    .bind(kind.as_str())
    .bind(before)
    .bind(rows)
}

/// A page of active entries of every kind, latest first.
#[must_use]
pub fn select_timeline(file: &PatientFile, before: &str, rows: usize) -> Statement {
    Statement::new(
        "SELECT id, kind, encounter_id, recorded_by, asserter, status, content_sealed, effective_at, version, created_at, updated_at
         FROM record_entries WHERE patient_id = ?1 AND id < ?2 AND status = 'active' ORDER BY id DESC LIMIT ?3",
    )
    .bind(file.id)
    .bind(before)
    .bind(rows)
}

/// All that holds of what a check asks for: problems, allergies, medicines, and statements that there are none.
#[must_use]
pub fn select_current(file: &PatientFile) -> Statement {
    Statement::new(
        "SELECT id, kind, encounter_id, recorded_by, asserter, status, content_sealed, effective_at, version, created_at, updated_at
         FROM record_entries
         WHERE patient_id = ?1 AND kind IN ('problems', 'allergies', 'medications', 'statements') AND is_current = 1
         ORDER BY id DESC",
    )
    .bind(file.id)
}

/// Medicines that were stopped, and written down as such since then. None is stopped later than that is written.
#[must_use]
pub fn select_stopped_since(file: &PatientFile, since: Timestamp) -> Statement {
    Statement::new(
        "SELECT id, kind, encounter_id, recorded_by, asserter, status, content_sealed, effective_at, version, created_at, updated_at
         FROM record_entries
         WHERE patient_id = ?1 AND kind = 'medications' AND is_current = 0 AND status = 'active' AND updated_at > ?2",
    )
    .bind(file.id)
    .bind(since.0)
}

/// The last observation of each code.
///
/// # Errors
/// None that the codes can cause.
pub fn select_last_observations(file: &PatientFile) -> Result<Statement> {
    let codes: Vec<&str> = super::observations::DEFINITIONS.iter().map(|definition| definition.code).collect();
    Ok(Statement::new(
        "SELECT e.id, e.kind, e.encounter_id, e.recorded_by, e.asserter, e.status, e.content_sealed, e.effective_at,
                e.version, e.created_at, e.updated_at
         FROM json_each(?2) JOIN record_entries e ON e.id = (
           SELECT id FROM record_entries WHERE patient_id = ?1 AND kind = 'observations' AND code = json_each.value
             AND status = 'active' ORDER BY effective_at DESC, id DESC LIMIT 1)",
    )
    .bind(file.id)
    .bind(serde_json::to_string(&codes).map_err(crate::error::internal)?))
}

/// Counts the changes to what a check asks for: the number only grows.
#[must_use]
pub fn select_changes(patient_id: Id) -> Statement {
    Statement::new(
        "SELECT COALESCE(SUM(version), 0) AS changes FROM record_entries
         WHERE patient_id = ?1 AND kind IN ('problems', 'allergies', 'medications', 'statements')",
    )
    .bind(patient_id)
}

/// In a batch: rolls it back when what a check asks for has changed since it was read.
#[must_use]
pub fn expect_unchanged(patient_id: Id, changes: i64) -> Statement {
    Statement::new(
        "UPDATE patients SET updated_at = updated_at WHERE id = ?1 AND ?2 = (
           SELECT COALESCE(SUM(version), 0) FROM record_entries
           WHERE patient_id = ?1 AND kind IN ('problems', 'allergies', 'medications', 'statements'))",
    )
    .bind(patient_id)
    .bind(changes)
    .expect_one()
}

/// Ends the statement that there is nothing of this kind: there is now.
#[must_use]
pub fn end_statement(file: &PatientFile, kind: Kind, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE record_entries SET is_current = 0, version = version + 1, updated_at = ?1
         WHERE patient_id = ?2 AND kind = 'statements' AND code = ?3 AND is_current = 1",
    )
    .bind(now.0)
    .bind(file.id)
    .bind(kind.as_str())
}

/// Ends this statement, if it still is of this version.
#[must_use]
pub fn withdraw_statement(file: &PatientFile, id: Id, version: i64, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE record_entries SET is_current = 0, version = version + 1, updated_at = ?1
         WHERE id = ?2 AND patient_id = ?3 AND version = ?4 AND is_current = 1",
    )
    .bind(now.0)
    .bind(id)
    .bind(file.id)
    .bind(version)
    .expect_one()
}

/// States that there is nothing of a kind, unless there is, or it was stated.
///
/// # Errors
/// When the host has no randomness.
pub fn insert_statement(app: &App, file: &PatientFile, entry: &Entry, about_kind: Kind) -> Result<Statement> {
    Ok(Statement::new(
        "INSERT INTO record_entries (id, patient_id, organization_id, kind, code, recorded_by, asserter, status,
                                     is_current, content_sealed, created_at, updated_at)
         SELECT ?1, ?2, ?3, 'statements', ?4, ?5, ?6, 'active', 1, ?7, ?8, ?8
         WHERE NOT EXISTS (SELECT 1 FROM record_entries WHERE patient_id = ?2 AND kind = ?4 AND is_current = 1)
           AND NOT EXISTS (SELECT 1 FROM record_entries
                           WHERE patient_id = ?2 AND kind = 'statements' AND code = ?4 AND is_current = 1)",
    )
    .bind(entry.id)
    .bind(file.id)
    .bind(file.organization_id)
    .bind(about_kind.as_str())
    .bind(entry.recorded_by)
    .bind(entry.asserter.as_str())
    .bind(file.key.seal_json(app.entropy.as_ref(), &about(entry.id), &entry.content)?)
    .bind(entry.recorded_at.0)
    .expect_one())
}

/// Counts the changes to statements: the number only grows.
#[must_use]
pub fn select_statement_changes(patient_id: Id) -> Statement {
    Statement::new(
        "SELECT COALESCE(SUM(version), 0) AS changes FROM record_entries WHERE patient_id = ?1 AND kind = 'statements'",
    )
    .bind(patient_id)
}

/// A sum of versions.
///
/// # Errors
/// When the row has another shape.
pub fn changes(rows: &Rows) -> Result<i64> {
    #[derive(Deserialize)]
    struct Sum {
        changes: i64,
    }
    Ok(rows.first::<Sum>()?.map_or(0, |sum| sum.changes))
}

/// An encounter or an assessment, as an overview shows it.
#[derive(Deserialize)]
pub struct Event {
    /// Its id.
    pub id: Id,
    /// Status of the encounter, level of the assessment's triage.
    pub state: Option<String>,
    /// When it was made.
    pub created_at: i64,
}

/// A page of encounters, latest first.
#[must_use]
pub fn select_encounters(patient_id: Id, before: &str, rows: usize) -> Statement {
    Statement::new(
        "SELECT id, status AS state, created_at FROM encounters WHERE patient_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
    )
    .bind(patient_id)
    .bind(before)
    .bind(rows)
}

/// A page of assessments, latest first.
#[must_use]
pub fn select_assessments(patient_id: Id, before: &str, rows: usize) -> Statement {
    Statement::new(
        "SELECT id, triage_level AS state, created_at FROM assessments
         WHERE patient_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
    )
    .bind(patient_id)
    .bind(before)
    .bind(rows)
}

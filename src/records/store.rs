//! All SQL about patients and the relationships to them.

use crate::authorization::Relationship;
use crate::encryption::{DataKey, is_erased};
use crate::error::{Error, FieldError, Result, invalid, not_found};
use crate::id::{Id, Timestamp};
use crate::platform::Statement;
use crate::services::{App, Subject};
use chrono::NaiveDate;
use serde::Deserialize;

/// The place that a patient's key belongs to.
#[must_use]
pub fn key_about(id: Id) -> String {
    ["patients.wrapped_key:", &id.to_string()].concat()
}

fn name_about(id: Id) -> String {
    ["patients.name:", &id.to_string()].concat()
}

fn birth_date_about(id: Id) -> String {
    ["patients.birth_date:", &id.to_string()].concat()
}

/// Inserts a patient with a data key of its own.
///
/// # Errors
/// When the host has no randomness.
pub fn insert_patient(
    app: &App,
    id: Id,
    name: &str,
    birth_date: Option<NaiveDate>,
    country: Option<&str>,
) -> Result<Statement> {
    let entropy = app.entropy.as_ref();
    let (key, wrapped) = DataKey::generate(entropy, &app.config.master_keys, &key_about(id))?;
    let birth_date = birth_date.map(|date| key.seal(entropy, &birth_date_about(id), &date.to_string()));
    Ok(Statement::new(
        "INSERT INTO patients (id, wrapped_key, name_sealed, birth_date_sealed, country, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
    )
    .bind(id)
    .bind(wrapped)
    .bind(key.seal(entropy, &name_about(id), name)?)
    .bind(birth_date.transpose()?)
    .bind(country.map(str::to_owned))
    .bind(app.now().0))
}

/// A patient's name.
///
/// # Errors
/// When it does not open.
pub fn open_name(app: &App, id: Id, wrapped_key: &str, name_sealed: &str) -> Result<String> {
    let key = DataKey::unwrap_with(&app.config.master_keys, &key_about(id), wrapped_key)?;
    Ok(key.open(&name_about(id), name_sealed)?)
}

/// A patient as somebody stands to them.
pub struct PatientFile {
    /// The patient.
    pub id: Id,
    /// Opens what is in the record.
    pub key: DataKey,
    /// Date of birth, where it is known.
    pub birth_date: Option<NaiveDate>,
    /// Country of residence.
    pub country: Option<String>,
    /// What the caller is to the patient; never empty.
    pub relationships: Vec<Relationship>,
    /// The organization for which the caller cares for the patient.
    pub organization_id: Option<Id>,
}

impl PatientFile {
    /// Age in years, with fractions, on the day of `now`.
    #[must_use]
    pub fn age_years(&self, now: Timestamp) -> Option<f64> {
        let today = chrono::DateTime::from_timestamp_millis(now.0)?.date_naive();
        let days = i32::try_from((today - self.birth_date?).num_days()).ok()?;
        Some(f64::from(days.max(0)) / 365.25)
    }
}

/// The patient, and what the user is to them: one query.
///
/// # Errors
/// 404 when there is no such patient.
pub async fn patient_for(app: &App, patient_id: Id, user_id: Id) -> Result<PatientFile> {
    file(app, patient_id, user_id, None).await
}

/// The same for whoever reads what they have asked for before: recorded with it,
/// if they are anything to the patient.
///
/// # Errors
/// As [`patient_for`].
pub async fn patient_for_reading(
    app: &App,
    patient_id: Id,
    user_id: Id,
    action: &'static str,
    subject_id: Id,
) -> Result<PatientFile> {
    file(app, patient_id, user_id, Some((action, subject_id))).await
}

async fn file(app: &App, patient_id: Id, user_id: Id, read: Option<(&'static str, Id)>) -> Result<PatientFile> {
    #[derive(Deserialize)]
    struct Row {
        wrapped_key: String,
        birth_date_sealed: Option<String>,
        country: Option<String>,
        acts: i64,
        cares: i64,
        organization_id: Option<Id>,
    }
    let now = app.now().0;
    let select = Statement::new(
        "SELECT p.wrapped_key, p.birth_date_sealed, p.country,
                EXISTS (SELECT 1 FROM patient_access a WHERE a.patient_id = p.id AND a.user_id = ?2
                        AND (a.expires_at IS NULL OR a.expires_at > ?3)) AS acts,
                EXISTS (SELECT 1 FROM care_relationships c JOIN staff s ON s.user_id = c.practitioner_id
                        WHERE c.patient_id = p.id AND c.practitioner_id = ?2 AND c.ended_at IS NULL
                          AND s.role = 'doctor' AND s.ended_at IS NULL) AS cares,
                (SELECT c.organization_id FROM care_relationships c
                  WHERE c.patient_id = p.id AND c.practitioner_id = ?2) AS organization_id
         FROM patients p WHERE p.id = ?1",
    )
    .bind(patient_id)
    .bind(user_id)
    .bind(now);
    let mut batch = vec![select];
    if let Some((action, subject_id)) = read {
        let record = Statement::new(
            "INSERT INTO audit (id, patient_id, actor_id, action, subject_id, request_id, at)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
             WHERE EXISTS (SELECT 1 FROM patient_access a WHERE a.patient_id = ?2 AND a.user_id = ?3
                           AND (a.expires_at IS NULL OR a.expires_at > ?7))
                OR EXISTS (SELECT 1 FROM care_relationships c JOIN staff s ON s.user_id = c.practitioner_id
                           WHERE c.patient_id = ?2 AND c.practitioner_id = ?3 AND c.ended_at IS NULL
                             AND s.role = 'doctor' AND s.ended_at IS NULL)",
        );
        let record = record.bind(app.new_id()?).bind(patient_id).bind(user_id).bind(action).bind(subject_id);
        batch.push(record.bind(app.request_id()).bind(now));
    }
    let row: Option<Row> = app.batch(batch).await?.into_iter().next().unwrap_or_default().first()?;
    let row = row.filter(|row| !is_erased(&row.wrapped_key)).ok_or_else(not_found)?;
    app.note_subject(Subject { patient_id, user_id, related: row.acts != 0 || row.cares != 0 });
    let key = DataKey::unwrap_with(&app.config.master_keys, &key_about(patient_id), &row.wrapped_key)?;
    let birth_date = match &row.birth_date_sealed {
        Some(sealed) => key.open(&birth_date_about(patient_id), sealed)?.parse().ok(),
        None => None,
    };
    let mut relationships = Vec::new();
    relationships.extend((row.acts != 0).then_some(Relationship::ActsForPatient));
    relationships.extend((row.cares != 0).then_some(Relationship::CareTeam));
    if relationships.is_empty() {
        relationships.push(Relationship::None);
    }
    Ok(PatientFile {
        id: patient_id,
        key,
        birth_date,
        country: row.country,
        relationships,
        organization_id: row.organization_id,
    })
}

/// The record of the user's own.
///
/// # Errors
/// 404 when the user has none.
pub async fn own_patient(app: &App, user_id: Id) -> Result<Id> {
    #[derive(Deserialize)]
    struct Row {
        patient_id: Id,
    }
    let select = Statement::new("SELECT patient_id FROM patient_access WHERE user_id = ?1 AND relation = 'self'");
    let row: Option<Row> = app.query(select.bind(user_id)).await?.first()?;
    Ok(row.ok_or_else(not_found)?.patient_id)
}

/// Refuses an encounter that is not one of this patient's.
///
/// # Errors
/// 422 on `encounter_id`.
pub async fn require_encounter(app: &App, encounter_id: Id, patient_id: Id) -> Result<()> {
    #[derive(Deserialize)]
    struct Row {
        #[expect(dead_code, reason = "that there is one is what is asked")]
        id: Id,
    }
    let select = Statement::new("SELECT id FROM encounters WHERE id = ?1 AND patient_id = ?2");
    let row: Option<Row> = app.query(select.bind(encounter_id).bind(patient_id)).await?.first()?;
    row.map(|_| ()).ok_or_else(no_encounter)
}

/// 422: what stands in `encounter_id` is no encounter of the patient.
#[must_use]
pub fn no_encounter() -> Error {
    invalid(vec![FieldError::body("/encounter_id", "unknown_encounter", "is not an encounter of this patient")])
}

/// Begins a care relationship by the patient's act, or begins it again.
#[must_use]
pub fn begin_care(
    patient_id: Id,
    practitioner_id: Id,
    organization_id: Option<Id>,
    began_by: &'static str,
    now: Timestamp,
) -> Statement {
    Statement::new(
        "INSERT INTO care_relationships (patient_id, practitioner_id, organization_id, began_by, began_at)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (patient_id, practitioner_id) DO UPDATE
         SET organization_id = excluded.organization_id, began_by = excluded.began_by,
             began_at = excluded.began_at, ended_at = NULL
         WHERE care_relationships.ended_at IS NOT NULL",
    )
    .bind(patient_id)
    .bind(practitioner_id)
    .bind(organization_id)
    .bind(began_by)
    .bind(now.0)
}

/// A page of those who practise here, by user id.
#[must_use]
pub fn select_practitioners(after: &str, rows: usize) -> Statement {
    Statement::new(
        "SELECT u.id, u.wrapped_key, u.name_sealed, s.organization_id, o.name AS organization
         FROM staff s JOIN users u ON u.id = s.user_id JOIN organizations o ON o.id = s.organization_id
         WHERE s.role = 'doctor' AND s.ended_at IS NULL
           AND (s.organization_id || '/' || s.user_id) > ?1 AND u.suspended_at IS NULL
         ORDER BY s.organization_id, s.user_id LIMIT ?2",
    )
    .bind(after)
    .bind(i64::try_from(rows).unwrap_or(i64::MAX))
}

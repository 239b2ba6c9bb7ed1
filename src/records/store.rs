//! All SQL about patients and the relationships to them.

use super::access::model::Scope;
use super::majority::has_reached;
use super::profile::model::Details;
use crate::accounts::model::Relation;
use crate::audit;
use crate::authorization::Relationship;
use crate::encryption::{DataKey, is_erased};
use crate::error::{Error, FieldError, Result, invalid, not_found};
use crate::id::{Id, Timestamp};
use crate::platform::{Rows, Statement};
use crate::services::{App, Subject};
use chrono::NaiveDate;
use serde::Deserialize;

/// What the wrapped key of a patient belongs to.
#[must_use]
pub fn key_about(id: Id) -> String {
    ["patients.wrapped_key:", &id.to_string()].concat()
}

pub(super) fn name_about(id: Id) -> String {
    ["patients.name:", &id.to_string()].concat()
}

pub(super) fn birth_date_about(id: Id) -> String {
    ["patients.birth_date:", &id.to_string()].concat()
}

pub(super) fn profile_about(id: Id) -> String {
    ["patients.profile:", &id.to_string()].concat()
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
    insert_patient_with(app, id, name, birth_date, country, None)
}

/// Inserts a patient of whom more is known.
///
/// # Errors
/// When the host has no randomness.
pub fn insert_patient_with(
    app: &App,
    id: Id,
    name: &str,
    birth_date: Option<NaiveDate>,
    country: Option<&str>,
    details: Option<&Details>,
) -> Result<Statement> {
    let entropy = app.entropy.as_ref();
    let (key, wrapped) = DataKey::generate(entropy, &app.config.master_keys, &key_about(id))?;
    let birth_date = birth_date.map(|date| key.seal(entropy, &birth_date_about(id), &date.to_string()));
    let profile = details.map(|details| key.seal_json(entropy, &profile_about(id), details));
    Ok(Statement::new(
        "INSERT INTO patients (id, wrapped_key, name_sealed, birth_date_sealed, country, profile_sealed,
                               created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
    )
    .bind(id)
    .bind(wrapped)
    .bind(key.seal(entropy, &name_about(id), name)?)
    .bind(birth_date.transpose()?)
    .bind(country.map(str::to_owned))
    .bind(profile.transpose()?)
    .bind(app.now().0))
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

/// What is stored of somebody's standing to a patient.
#[derive(Deserialize)]
struct Standing {
    id: Id,
    wrapped_key: String,
    birth_date_sealed: Option<String>,
    country: Option<String>,
    relation: Option<Relation>,
    scope: Option<Scope>,
    cares: i64,
    licensed: i64,
    opened: i64,
    organization_id: Option<Id>,
    suspended: i64,
}

/// The patient, and what the user is to them: one query. A user who is suspended
/// is nothing to anyone.
///
/// # Errors
/// 404 when there is no such patient.
pub async fn patient_for(app: &App, patient_id: Id, user_id: Id) -> Result<PatientFile> {
    open_file(app, user_id, &app.query(select_standing(app, Some(patient_id), None, user_id)).await?)
}

/// Selects the same of a visit's patient, for a batch; [`open_file`] opens it.
#[must_use]
pub fn select_standing_by_visit(app: &App, visit_id: Id, user_id: Id) -> Statement {
    select_standing(app, None, Some(visit_id), user_id)
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
    let now = app.now().0;
    let record = Statement::new(
        "INSERT INTO audit (id, patient_id, actor_id, action, subject_id, request_id, at)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
         WHERE EXISTS (SELECT 1 FROM users u WHERE u.id = ?3 AND u.suspended_at IS NULL)
           AND (EXISTS (SELECT 1 FROM patient_access a WHERE a.patient_id = ?2 AND a.user_id = ?3
                        AND (a.expires_at IS NULL OR a.expires_at > ?7))
             OR EXISTS (SELECT 1 FROM care_relationships c JOIN staff s ON s.user_id = c.practitioner_id
                        WHERE c.patient_id = ?2 AND c.practitioner_id = ?3 AND c.ended_at IS NULL
                          AND s.role = 'doctor' AND s.ended_at IS NULL)
             OR EXISTS (SELECT 1 FROM emergency_openings e WHERE e.patient_id = ?2 AND e.practitioner_id = ?3
                        AND e.expires_at > ?7))",
    );
    let record = record.bind(app.new_id()?).bind(patient_id).bind(user_id).bind(action).bind(subject_id);
    let record = record.bind(app.request_id()).bind(now);
    let select = select_standing(app, Some(patient_id), None, user_id);
    open_file(app, user_id, &audit::read_with(app, select, record).await?)
}

fn select_standing(app: &App, patient_id: Option<Id>, visit_id: Option<Id>, user_id: Id) -> Statement {
    Statement::new(
        "SELECT p.id, p.wrapped_key, p.birth_date_sealed, p.country, a.relation, a.scope,
                EXISTS (SELECT 1 FROM staff s WHERE s.user_id = c.practitioner_id AND s.role = 'doctor'
                        AND s.ended_at IS NULL
                        AND (c.organization_id IS NULL OR s.organization_id = c.organization_id)) AS cares,
                EXISTS (SELECT 1 FROM staff s WHERE s.user_id = c.practitioner_id AND s.role = 'doctor'
                        AND s.ended_at IS NULL
                        AND (c.organization_id IS NULL OR s.organization_id = c.organization_id)
                        AND (?4 = 0 OR EXISTS (SELECT 1 FROM licences l WHERE l.user_id = s.user_id
                             AND l.organization_id = s.organization_id AND l.verified_at IS NOT NULL))) AS licensed,
                EXISTS (SELECT 1 FROM emergency_openings e JOIN staff s
                          ON s.user_id = e.practitioner_id AND s.organization_id = e.organization_id
                        WHERE e.patient_id = p.id AND e.practitioner_id = u.id AND e.expires_at > ?3
                          AND s.role = 'doctor' AND s.ended_at IS NULL
                          AND (?4 = 0 OR EXISTS (SELECT 1 FROM licences l WHERE l.user_id = s.user_id
                               AND l.organization_id = s.organization_id AND l.verified_at IS NOT NULL))) AS opened,
                c.organization_id, u.suspended_at IS NOT NULL AS suspended
         FROM patients p JOIN users u ON u.id = ?2
         LEFT JOIN patient_access a ON a.patient_id = p.id AND a.user_id = u.id
              AND (a.expires_at IS NULL OR a.expires_at > ?3)
         LEFT JOIN care_relationships c ON c.patient_id = p.id AND c.practitioner_id = u.id AND c.ended_at IS NULL
         WHERE p.id = COALESCE(?1, (SELECT patient_id FROM visits WHERE encounter_id = ?5))",
    )
    .bind(patient_id)
    .bind(user_id)
    .bind(app.now().0)
    .bind(i64::from(app.config.require_verified_licence))
    .bind(visit_id)
}

/// Opens what was selected of somebody's standing to a patient, and notes whose record is asked for.
///
/// # Errors
/// 404 when there is no such patient.
pub fn open_file(app: &App, user_id: Id, rows: &Rows) -> Result<PatientFile> {
    let row: Option<Standing> = rows.first()?;
    let row = row.filter(|row| !is_erased(&row.wrapped_key)).ok_or_else(not_found)?;
    let patient_id = row.id;
    if row.suspended != 0 {
        app.note_subject(Subject { patient_id, user_id, related: false });
        return Err(not_found());
    }
    let (key, birth_date) = open(app, patient_id, &row.wrapped_key, row.birth_date_sealed.as_deref())?;
    let relationships = relationships(app, &row, birth_date);
    app.note_subject(Subject { patient_id, user_id, related: relationships != [Relationship::None] });
    Ok(PatientFile {
        id: patient_id,
        key,
        birth_date,
        country: row.country,
        relationships,
        organization_id: row.organization_id,
    })
}

fn relationships(app: &App, row: &Standing, birth_date: Option<NaiveDate>) -> Vec<Relationship> {
    let mut relationships = Vec::new();
    if let Some(relation) = row.relation.filter(|relation| still_acts(app, *relation, birth_date)) {
        if row.scope == Some(Scope::Read) {
            relationships.push(Relationship::ReadsForPatient);
        } else {
            relationships.push(Relationship::ActsForPatient);
            match relation {
                Relation::Oneself => relationships.push(Relationship::Oneself),
                Relation::Child | Relation::Ward => relationships.push(Relationship::Guardian),
                Relation::Proxy => {}
            }
        }
    }
    relationships.extend((row.cares != 0).then_some(Relationship::CareTeam));
    relationships.extend((row.licensed != 0).then_some(Relationship::LicensedCareTeam));
    relationships.extend((row.opened != 0).then_some(Relationship::BreakGlass));
    if relationships.is_empty() {
        relationships.push(Relationship::None);
    }
    relationships
}

/// Whether a relation still counts: nobody is the guardian of somebody who is of age.
#[must_use]
pub fn still_acts(app: &App, relation: Relation, birth_date: Option<NaiveDate>) -> bool {
    let of_age = |birth| has_reached(birth, app.config.age_of_majority, app.now());
    !matches!(relation, Relation::Child | Relation::Ward) || !birth_date.is_some_and(of_age)
}

/// A patient's key and date of birth, whoever has to do with them: for what an installation does by itself.
///
/// # Errors
/// 404 when there is no such patient.
pub async fn open_patient(app: &App, id: Id) -> Result<(DataKey, Option<NaiveDate>)> {
    #[derive(Deserialize)]
    struct Row {
        wrapped_key: String,
        birth_date_sealed: Option<String>,
    }
    let select = Statement::new("SELECT wrapped_key, birth_date_sealed FROM patients WHERE id = ?1");
    let row: Option<Row> = app.query(select.bind(id)).await?.first()?;
    let row = row.filter(|row| !is_erased(&row.wrapped_key)).ok_or_else(not_found)?;
    open(app, id, &row.wrapped_key, row.birth_date_sealed.as_deref())
}

fn open(app: &App, id: Id, wrapped_key: &str, birth_date_sealed: Option<&str>) -> Result<(DataKey, Option<NaiveDate>)> {
    let key = DataKey::unwrap_with(&app.config.master_keys, &key_about(id), wrapped_key)?;
    let birth_date = birth_date_sealed.map(|sealed| key.open(&birth_date_about(id), sealed)).transpose()?;
    Ok((key, birth_date.and_then(|date| date.parse().ok())))
}

/// The name in this file.
///
/// # Errors
/// When the database fails or the name does not open.
pub async fn name_of(app: &App, file: &PatientFile) -> Result<String> {
    #[derive(Deserialize)]
    struct Row {
        name_sealed: String,
    }
    let select = Statement::new("SELECT name_sealed FROM patients WHERE id = ?1").bind(file.id);
    let row = app.query(select).await?.first::<Row>()?.ok_or_else(not_found)?;
    Ok(file.key.open(&name_about(file.id), &row.name_sealed)?)
}

/// A patient's name and date of birth.
///
/// # Errors
/// When they do not open.
pub fn open_identity(
    app: &App,
    id: Id,
    wrapped_key: &str,
    name_sealed: &str,
    birth_date_sealed: Option<&str>,
) -> Result<(String, Option<NaiveDate>)> {
    let (key, birth_date) = open(app, id, wrapped_key, birth_date_sealed)?;
    Ok((key.open(&name_about(id), name_sealed)?, birth_date))
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
    // Who has taken over a record has it beside the empty one of signing up.
    let select = Statement::new(
        "SELECT a.patient_id FROM patient_access a JOIN users u ON u.id = a.user_id
         WHERE a.user_id = ?1 AND a.relation = 'self' AND u.suspended_at IS NULL
         ORDER BY a.created_at DESC, a.patient_id LIMIT 1",
    );
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
         WHERE care_relationships.ended_at IS NOT NULL OR NOT EXISTS
               (SELECT 1 FROM staff s WHERE s.user_id = care_relationships.practitioner_id AND s.role = 'doctor'
                AND s.organization_id = care_relationships.organization_id AND s.ended_at IS NULL)",
    )
    .bind(patient_id)
    .bind(practitioner_id)
    .bind(organization_id)
    .bind(began_by)
    .bind(now.0)
}

/// A page of those who practise here, by user id.
#[must_use]
pub fn select_practitioners(after: &str, rows: usize, licence_needed: bool) -> Statement {
    Statement::new(
        "SELECT u.id, u.wrapped_key, u.name_sealed, s.organization_id, o.name AS organization
         FROM staff s JOIN users u ON u.id = s.user_id JOIN organizations o ON o.id = s.organization_id
         WHERE s.role = 'doctor' AND s.ended_at IS NULL
           AND (s.organization_id || '/' || s.user_id) > ?1 AND u.suspended_at IS NULL
           AND (?3 = 0 OR EXISTS (SELECT 1 FROM licences l WHERE l.user_id = s.user_id
                AND l.organization_id = s.organization_id AND l.verified_at IS NOT NULL))
         ORDER BY s.organization_id, s.user_id LIMIT ?2",
    )
    .bind(after)
    .bind(rows)
    .bind(i64::from(licence_needed))
}

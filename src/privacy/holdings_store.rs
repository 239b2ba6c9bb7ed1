//! Where a person's things are: one list, from which their export is made, and
//! one of what the law makes one keep. A new table that is about people has a
//! line here.

use crate::encryption::{DataKey, is_erased};
use crate::error::{Result, internal};
use crate::id::{Id, Timestamp};
use crate::platform::Statement;
use crate::services::App;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Rows of one kind that are about somebody.
pub struct Holding {
    /// What they are called in an export.
    pub name: &'static str,
    select: Statement,
    /// Sealed columns, and the place that each belongs to, before the row's id.
    sealed: &'static [(&'static str, &'static str)],
}

impl Holding {
    fn new(name: &'static str, sql: &'static str, id: Id, sealed: &'static [(&'static str, &'static str)]) -> Self {
        Self { name, select: Statement::new(sql).bind(id), sealed }
    }
}

/// What belongs to a user's account, sealed under the user's key where it is sealed.
#[must_use]
pub fn of_user(id: Id) -> Vec<Holding> {
    vec![
        Holding::new(
            "account",
            "SELECT id, email_sealed, name_sealed, locale, country, email_verified_at, suspended_at, created_at, updated_at
             FROM users WHERE id = ?1",
            id,
            &[("email_sealed", "users.email:"), ("name_sealed", "users.name:")],
        ),
        Holding::new(
            "sessions",
            "SELECT id, created_at, rotated_at, expires_at, ended_at, end_reason FROM sessions WHERE user_id = ?1",
            id,
            &[],
        ),
        Holding::new(
            "acts_for",
            "SELECT patient_id, relation, expires_at, created_at FROM patient_access WHERE user_id = ?1",
            id,
            &[],
        ),
        Holding::new(
            "staff",
            "SELECT s.organization_id, o.name AS organization, s.role, s.created_at, s.ended_at
             FROM staff s JOIN organizations o ON o.id = s.organization_id WHERE s.user_id = ?1",
            id,
            &[],
        ),
        Holding::new(
            "consents",
            "SELECT id, patient_id, purpose, version, given, at FROM consents WHERE user_id = ?1 ORDER BY id",
            id,
            &[],
        ),
        Holding::new(
            "assessments",
            "SELECT id, status, triage_level, input_sealed, answer_sealed, knowledge_version, created_at, updated_at
             FROM assessments WHERE recorded_by = ?1 AND patient_id IS NULL ORDER BY id",
            id,
            &[("input_sealed", "assessments.input:"), ("answer_sealed", "assessments.answer:")],
        ),
        Holding::new(
            "acts",
            "SELECT at, action, patient_id, subject_id FROM audit WHERE actor_id = ?1 ORDER BY id",
            id,
            &[],
        ),
    ]
}

/// What is in a record, sealed under the patient's key where it is sealed.
#[must_use]
pub fn of_patient(id: Id) -> Vec<Holding> {
    vec![
        Holding::new(
            "patient",
            "SELECT id, name_sealed, birth_date_sealed, country, created_at, updated_at FROM patients WHERE id = ?1",
            id,
            &[("name_sealed", "patients.name:"), ("birth_date_sealed", "patients.birth_date:")],
        ),
        Holding::new(
            "acting_for_them",
            "SELECT user_id, relation, expires_at, created_at FROM patient_access WHERE patient_id = ?1",
            id,
            &[],
        ),
        Holding::new(
            "care_relationships",
            "SELECT practitioner_id, organization_id, began_by, began_at, ended_at
             FROM care_relationships WHERE patient_id = ?1",
            id,
            &[],
        ),
        Holding::new(
            "encounters",
            "SELECT id, organization_id, practitioner_id, room_id, status, created_at, updated_at
             FROM encounters WHERE patient_id = ?1 ORDER BY id",
            id,
            &[],
        ),
        Holding::new(
            "assessments",
            "SELECT id, encounter_id, recorded_by, status, triage_level, input_sealed, answer_sealed, knowledge_version,
                    created_at, updated_at
             FROM assessments WHERE patient_id = ?1 ORDER BY id",
            id,
            &[("input_sealed", "assessments.input:"), ("answer_sealed", "assessments.answer:")],
        ),
        Holding::new(
            "prescriptions",
            "SELECT id, encounter_id, recorded_by, status, content_sealed, active_until, signed_at, signature, created_at
             FROM prescriptions WHERE patient_id = ?1 ORDER BY id",
            id,
            &[("content_sealed", "prescriptions.content:")],
        ),
        Holding::new(
            "audit",
            "SELECT at, actor_id, action, subject_id FROM audit WHERE patient_id = ?1 ORDER BY id",
            id,
            &[],
        ),
    ]
}

/// What the law makes one keep of a record. Each row has `kept_from`, its `id`, and what is sealed.
#[must_use]
pub fn kept_of_patient(id: Id) -> Vec<Holding> {
    vec![Holding::new(
        "prescription",
        "SELECT id, patient_id, organization_id, encounter_id, recorded_by, content_sealed, signed_at, signature,
                created_at, signed_at AS kept_from
         FROM prescriptions WHERE patient_id = ?1 AND status = 'signed' ORDER BY id",
        id,
        &[("content_sealed", "prescriptions.content:")],
    )]
}

/// The rows of holdings, opened: by name, each an array of objects. One round trip for all.
///
/// # Errors
/// When the database fails or a value does not open.
pub async fn open(app: &App, key: &DataKey, holdings: Vec<Holding>) -> Result<Map<String, Value>> {
    let selects = holdings.iter().map(|holding| holding.select.clone()).collect();
    let answered = app.batch(selects).await?;
    let mut opened = Map::new();
    for (holding, rows) in holdings.iter().zip(answered) {
        let rows: Vec<Map<String, Value>> = rows.all()?;
        let rows = rows.into_iter().map(|row| open_row(key, holding, row));
        opened.insert(holding.name.to_owned(), Value::Array(rows.collect::<Result<_>>()?));
    }
    Ok(opened)
}

fn open_row(key: &DataKey, holding: &Holding, mut row: Map<String, Value>) -> Result<Value> {
    let id = row.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    for (column, place) in holding.sealed {
        let value = row.remove(*column).unwrap_or_default();
        let plain = match value.as_str() {
            Some(sealed) if !sealed.is_empty() && !is_erased(sealed) => {
                let text = key.open(&[*place, &id].concat(), sealed)?;
                serde_json::from_slice(text.as_bytes()).unwrap_or(Value::String(text))
            }
            _ => Value::Null,
        };
        row.insert(column.trim_end_matches("_sealed").to_owned(), plain);
    }
    for (name, value) in &mut row {
        let is_time = name == "at" || name.ends_with("_at") || name == "active_until";
        if let Some(time) = value.as_i64().filter(|_| is_time) {
            *value = serde_json::to_value(Timestamp(time)).map_err(internal)?;
        }
    }
    Ok(Value::Object(row))
}

/// Patients whose record is the user's own.
///
/// # Errors
/// When the database fails.
pub async fn own_patients(app: &App, user_id: Id) -> Result<Vec<Id>> {
    #[derive(Deserialize)]
    struct Row {
        patient_id: Id,
    }
    let select = Statement::new("SELECT patient_id FROM patient_access WHERE user_id = ?1 AND relation = 'self'");
    let rows: Vec<Row> = app.query(select.bind(user_id)).await?.all()?;
    Ok(rows.into_iter().map(|row| row.patient_id).collect())
}

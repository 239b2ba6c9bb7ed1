//! All SQL about patients' profiles.

use super::model::{Details, Patient};
use crate::accounts::model::BirthDate;
use crate::audit::{self, Entry};
use crate::error::{Result, not_found};
use crate::platform::{Rows, Statement};
use crate::records::store::{PatientFile, birth_date_about, name_about, profile_about};
use crate::services::App;
use serde::Deserialize;

/// The patient's profile.
///
/// # Errors
/// When the database fails or the profile does not open.
pub async fn patient(app: &App, file: &PatientFile) -> Result<Patient> {
    open(file, &app.query(select(file)).await?)
}

/// The same for whoever reads it, which is recorded with it.
///
/// # Errors
/// As [`patient`].
pub async fn read_patient(app: &App, file: &PatientFile, read: Entry) -> Result<Patient> {
    open(file, &audit::read_of_others(app, select(file), read).await?)
}

fn select(file: &PatientFile) -> Statement {
    Statement::new("SELECT name_sealed, profile_sealed, country, version FROM patients WHERE id = ?1").bind(file.id)
}

fn open(file: &PatientFile, rows: &Rows) -> Result<Patient> {
    #[derive(Deserialize)]
    struct Row {
        name_sealed: String,
        profile_sealed: Option<String>,
        country: Option<String>,
        version: i64,
    }
    let row: Row = rows.first()?.ok_or_else(not_found)?;
    let details: Details = match &row.profile_sealed {
        Some(sealed) => file.key.open_json(&profile_about(file.id), sealed)?,
        None => Details::default(),
    };
    let name = file.key.open(&name_about(file.id), &row.name_sealed)?;
    Ok(Patient::new(file.id, name, file.birth_date.map(BirthDate), row.country, details, row.version))
}

/// Stores the profile, if it is still of the version that was read.
///
/// # Errors
/// When the host has no randomness.
pub fn update(app: &App, file: &PatientFile, patient: &Patient) -> Result<Statement> {
    let entropy = app.entropy.as_ref();
    let seal_date = |date: BirthDate| file.key.seal(entropy, &birth_date_about(file.id), &date.0.to_string());
    Ok(Statement::new(
        "UPDATE patients SET name_sealed = ?1, birth_date_sealed = ?2, country = ?3, profile_sealed = ?4,
                version = version + 1, updated_at = ?5
         WHERE id = ?6 AND version = ?7",
    )
    .bind(file.key.seal(entropy, &name_about(file.id), &patient.name)?)
    .bind(patient.birth_date.map(seal_date).transpose()?)
    .bind(patient.country.clone())
    .bind(file.key.seal_json(entropy, &profile_about(file.id), &patient.details())?)
    .bind(app.now().0)
    .bind(file.id)
    .bind(patient.version)
    .expect_one())
}

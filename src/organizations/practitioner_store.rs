//! All SQL about practitioners: what they say of their practice, and licences.

use super::model::{Licence, Practice, Practitioner};
use crate::encryption::DataKey;
use crate::error::Result;
use crate::id::{Id, Timestamp};
use crate::platform::Statement;
use crate::services::App;
use serde::Deserialize;

fn profile_about(user_id: Id) -> String {
    ["practitioner_profiles.profile:", &user_id.to_string()].concat()
}

fn number_about(user_id: Id, organization_id: Id, country: &str) -> String {
    ["licences.number:", &user_id.to_string(), "/", &organization_id.to_string(), "/", country].concat()
}

/// The number of a licence.
///
/// # Errors
/// When it does not open.
pub fn open_licence(key: &DataKey, user_id: Id, organization_id: Id, country: &str, sealed: &str) -> Result<String> {
    Ok(key.open(&number_about(user_id, organization_id, country), sealed)?)
}

#[derive(Deserialize)]
struct LicenceRow {
    organization_id: Id,
    country: String,
    number_sealed: String,
    verified_at: Option<i64>,
    created_at: i64,
}

/// What the user says of their practice, and their licences.
///
/// # Errors
/// When the database fails or something does not open.
pub async fn practitioner(app: &App, key: &DataKey, user_id: Id) -> Result<Practitioner> {
    #[derive(Deserialize)]
    struct Row {
        profile_sealed: String,
        version: i64,
    }
    let rows = app
        .batch(vec![
            Statement::new("SELECT profile_sealed, version FROM practitioner_profiles WHERE user_id = ?1")
                .bind(user_id),
            Statement::new(
                "SELECT organization_id, country, number_sealed, verified_at, created_at FROM licences
                 WHERE user_id = ?1 ORDER BY organization_id, country",
            )
            .bind(user_id),
        ])
        .await?;
    let profile = rows.first().map(|rows| rows.first::<Row>()).transpose()?.flatten();
    let (practice, version) = match profile {
        Some(row) => (key.open_json(&profile_about(user_id), &row.profile_sealed)?, row.version),
        None => (Practice::default(), 0),
    };
    let stored = rows.get(1).map(|rows| rows.all::<LicenceRow>()).transpose()?.unwrap_or_default();
    let licences = stored.into_iter().map(|row| licence(key, user_id, row));
    Ok(Practitioner {
        specialties: practice.specialties,
        pharmacy: practice.pharmacy,
        licences: licences.collect::<Result<_>>()?,
        version,
    })
}

fn licence(key: &DataKey, user_id: Id, row: LicenceRow) -> Result<Licence> {
    let number = open_licence(key, user_id, row.organization_id, &row.country, &row.number_sealed)?;
    let verified = row.verified_at.is_some();
    Ok(Licence { organization_id: row.organization_id, country: row.country, number, verified })
}

/// Stores what the user says of their practice, if it is of the version that was read; 0 is none yet.
///
/// # Errors
/// When the host has no randomness.
pub fn put_practice(app: &App, key: &DataKey, user_id: Id, practice: &Practice, version: i64) -> Result<Statement> {
    Ok(Statement::new(
        "INSERT INTO practitioner_profiles (user_id, profile_sealed, version, updated_at) SELECT ?1, ?2, ?3 + 1, ?4
         WHERE ?3 = 0 OR EXISTS (SELECT 1 FROM practitioner_profiles WHERE user_id = ?1)
         ON CONFLICT (user_id) DO UPDATE
         SET profile_sealed = excluded.profile_sealed, version = excluded.version, updated_at = excluded.updated_at
         WHERE practitioner_profiles.version = ?3",
    )
    .bind(user_id)
    .bind(key.seal_json(app.entropy.as_ref(), &profile_about(user_id), practice)?)
    .bind(version)
    .bind(app.now().0)
    .expect_one())
}

/// Stores a licence that is not verified, or states it anew, of somebody who works in the organization.
///
/// # Errors
/// When the host has no randomness.
pub fn put_licence(
    app: &App,
    key: &DataKey,
    user_id: Id,
    organization_id: Id,
    country: &str,
    number: &str,
    stated_at: Timestamp,
) -> Result<Statement> {
    let about = number_about(user_id, organization_id, country);
    Ok(Statement::new(
        "INSERT INTO licences (user_id, organization_id, country, number_sealed, created_at)
         SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS
                (SELECT 1 FROM staff WHERE organization_id = ?2 AND user_id = ?1
                 AND role IN ('doctor', 'pharmacist') AND ended_at IS NULL)
         ON CONFLICT (user_id, organization_id, country) DO UPDATE
         SET number_sealed = excluded.number_sealed, created_at = excluded.created_at,
             verified_at = NULL, verified_by = NULL",
    )
    .bind(user_id)
    .bind(organization_id)
    .bind(country)
    .bind(key.seal(app.entropy.as_ref(), &about, number)?)
    .bind(stated_at.0)
    .expect_one())
}

/// A licence as an admin looks at it, with the moment at which it was stated.
///
/// # Errors
/// When the database fails or the number does not open.
pub async fn stated_licence(
    app: &App,
    key: &DataKey,
    user_id: Id,
    organization_id: Id,
    country: &str,
) -> Result<Option<(Licence, i64)>> {
    let select = Statement::new(
        "SELECT organization_id, country, number_sealed, verified_at, created_at FROM licences
         WHERE user_id = ?1 AND organization_id = ?2 AND country = ?3",
    );
    let row: Option<LicenceRow> = app.query(select.bind(user_id).bind(organization_id).bind(country)).await?.first()?;
    row.map(|row| {
        let created_at = row.created_at;
        Ok((licence(key, user_id, row)?, created_at))
    })
    .transpose()
}

/// Marks the licence that was stated then as verified.
#[must_use]
pub fn verify_licence(
    user_id: Id,
    organization_id: Id,
    country: &str,
    stated_at: i64,
    verified_by: Id,
    now: Timestamp,
) -> Statement {
    Statement::new(
        "UPDATE licences SET verified_at = ?1, verified_by = ?2
         WHERE user_id = ?3 AND organization_id = ?4 AND country = ?5 AND created_at = ?6 AND verified_at IS NULL",
    )
    .bind(now.0)
    .bind(verified_by)
    .bind(user_id)
    .bind(organization_id)
    .bind(country)
    .bind(stated_at)
    .expect_one()
}

//! All SQL about who cares for a patient.

use super::model::CareTeamMember;
use crate::accounts::model::Relation;
use crate::accounts::store::about;
use crate::audit::{self, Entry};
use crate::encryption::DataKey;
use crate::error::Result;
use crate::id::{Id, Timestamp};
use crate::platform::Statement;
use crate::records::store::{PatientFile, still_acts};
use crate::services::App;
use serde::Deserialize;

/// Most doctors that a care team shows.
const MOST: i64 = 100;

/// Those whose care relationship counts now; that it was read is recorded as `read`.
///
/// # Errors
/// When the database fails or a name does not open.
pub async fn care_team(app: &App, patient_id: Id, read: Entry) -> Result<Vec<CareTeamMember>> {
    #[derive(Deserialize)]
    struct Row {
        practitioner_id: Id,
        organization_id: Option<Id>,
        organization: Option<String>,
        began_by: String,
        began_at: i64,
        wrapped_key: String,
        name_sealed: String,
    }
    let select = Statement::new(
        "SELECT c.practitioner_id, c.organization_id, o.name AS organization, c.began_by, c.began_at,
                u.wrapped_key, u.name_sealed
         FROM care_relationships c JOIN users u ON u.id = c.practitioner_id
         LEFT JOIN organizations o ON o.id = c.organization_id
         WHERE c.patient_id = ?1 AND c.ended_at IS NULL AND EXISTS
               (SELECT 1 FROM staff s WHERE s.user_id = c.practitioner_id AND s.role = 'doctor' AND s.ended_at IS NULL
                AND (c.organization_id IS NULL OR s.organization_id = c.organization_id))
         ORDER BY c.practitioner_id LIMIT ?2",
    )
    .bind(patient_id)
    .bind(MOST);
    let members = audit::read_of_others(app, select, read).await?.all::<Row>()?.into_iter().map(|row| {
        let about_key = about::user_key(row.practitioner_id);
        let key = DataKey::unwrap_with(&app.config.master_keys, &about_key, &row.wrapped_key)?;
        Ok(CareTeamMember {
            practitioner_id: row.practitioner_id,
            name: key.open(&about::name(row.practitioner_id), &row.name_sealed)?,
            organization_id: row.organization_id,
            organization: row.organization,
            began_by: row.began_by,
            began_at: Timestamp(row.began_at),
            version: row.began_at,
        })
    });
    members.collect()
}

/// When the patient's care relationship with this doctor began, if it was not ended.
///
/// # Errors
/// When the database fails.
pub async fn care_began(app: &App, patient_id: Id, practitioner_id: Id) -> Result<Option<i64>> {
    #[derive(Deserialize)]
    struct Row {
        began_at: i64,
    }
    let select = Statement::new(
        "SELECT began_at FROM care_relationships
         WHERE patient_id = ?1 AND practitioner_id = ?2 AND ended_at IS NULL",
    );
    let row: Option<Row> = app.query(select.bind(patient_id).bind(practitioner_id)).await?.first()?;
    Ok(row.map(|row| row.began_at))
}

/// Ends the care relationship that began then.
#[must_use]
pub fn end_care(patient_id: Id, practitioner_id: Id, began_at: i64, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE care_relationships SET ended_at = ?1
         WHERE patient_id = ?2 AND practitioner_id = ?3 AND began_at = ?4 AND ended_at IS NULL",
    )
    .bind(now.0)
    .bind(patient_id)
    .bind(practitioner_id)
    .bind(began_at)
    .expect_one()
}

/// What the doctor opened in an emergency is closed with the care relationship.
#[must_use]
pub fn end_openings(patient_id: Id, practitioner_id: Id, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE emergency_openings SET expires_at = ?1
         WHERE patient_id = ?2 AND practitioner_id = ?3 AND expires_at > ?1",
    )
    .bind(now.0)
    .bind(patient_id)
    .bind(practitioner_id)
}

/// A doctor with the organization for which they practise.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Practice {
    /// The doctor.
    pub user_id: Id,
    /// The organization.
    pub organization_id: Id,
}

/// Doctors who may act as such now: this one, those of this organization, or both.
///
/// # Errors
/// When the database fails.
pub async fn practices(
    app: &App,
    practitioner_id: Option<Id>,
    organization_id: Option<Id>,
    rows: i64,
) -> Result<Vec<Practice>> {
    const OF_USER: &str = "SELECT s.user_id, s.organization_id FROM staff s JOIN users u ON u.id = s.user_id
         WHERE s.user_id = ?1 AND s.role = 'doctor' AND s.ended_at IS NULL AND u.suspended_at IS NULL
           AND (?2 = 0 OR EXISTS (SELECT 1 FROM licences l WHERE l.user_id = s.user_id
                AND l.organization_id = s.organization_id AND l.verified_at IS NOT NULL))
         ORDER BY s.organization_id LIMIT ?3";
    const OF_ORGANIZATION: &str = "SELECT s.user_id, s.organization_id FROM staff s JOIN users u ON u.id = s.user_id
         WHERE s.organization_id = ?1 AND s.role = 'doctor' AND s.ended_at IS NULL AND u.suspended_at IS NULL
           AND (?2 = 0 OR EXISTS (SELECT 1 FROM licences l WHERE l.user_id = s.user_id
                AND l.organization_id = s.organization_id AND l.verified_at IS NOT NULL))
         ORDER BY s.user_id LIMIT ?3";
    let (sql, id) = match (practitioner_id, organization_id) {
        (Some(user_id), _) => (OF_USER, user_id),
        (None, Some(organization_id)) => (OF_ORGANIZATION, organization_id),
        (None, None) => return Ok(Vec::new()),
    };
    let needed = i64::from(app.config.require_verified_licence);
    let all: Vec<Practice> = app.query(Statement::new(sql).bind(id).bind(needed).bind(rows)).await?.all()?;
    let meant = |practice: &Practice| organization_id.is_none_or(|id| id == practice.organization_id);
    Ok(all.into_iter().filter(meant).collect())
}

/// Opens a record in an emergency.
///
/// # Errors
/// When the host has no randomness.
pub fn insert_opening(
    app: &App,
    file: &PatientFile,
    id: Id,
    practice: Practice,
    reason: &str,
    expires_at: Timestamp,
) -> Result<Statement> {
    let about = ["emergency_openings.reason:", &id.to_string()].concat();
    Ok(Statement::new(
        "INSERT INTO emergency_openings
                (id, patient_id, practitioner_id, organization_id, reason_sealed, began_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )
    .bind(id)
    .bind(file.id)
    .bind(practice.user_id)
    .bind(practice.organization_id)
    .bind(file.key.seal(app.entropy.as_ref(), &about, reason)?)
    .bind(app.now().0)
    .bind(expires_at.0))
}

/// Somebody to whom a mail goes.
pub struct Recipient {
    /// Address.
    pub email: String,
    /// Language.
    pub locale: String,
}

/// Those who are told what happens to a record: the patient, or who is guardian in their place.
///
/// # Errors
/// When the database fails or an address does not open.
pub async fn keepers(app: &App, file: &PatientFile) -> Result<Vec<Recipient>> {
    #[derive(Deserialize)]
    struct Row {
        id: Id,
        relation: Relation,
        email_sealed: String,
        wrapped_key: String,
        locale: String,
    }
    let select = Statement::new(
        "SELECT u.id, a.relation, u.email_sealed, u.wrapped_key, u.locale
         FROM patient_access a JOIN users u ON u.id = a.user_id
         WHERE a.patient_id = ?1 AND a.relation IN ('self', 'child', 'ward') LIMIT 10",
    )
    .bind(file.id);
    let rows = app.query(select).await?.all::<Row>()?;
    let told = rows.into_iter().filter(|row| still_acts(app, row.relation, file.birth_date)).map(|row| {
        let key = DataKey::unwrap_with(&app.config.master_keys, &about::user_key(row.id), &row.wrapped_key)?;
        Ok(Recipient { email: key.open(&about::email(row.id), &row.email_sealed)?, locale: row.locale })
    });
    told.collect()
}

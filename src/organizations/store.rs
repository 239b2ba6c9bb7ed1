//! All SQL about organizations, who works there, and who may not act any more.

use super::model::{Joined, Licence, Organization, StaffMember};
use super::practitioner_store::open_licence;
use crate::accounts::store::about;
use crate::authorization::{Relationship, Role};
use crate::encryption::{DataKey, is_erased};
use crate::error::{Result, internal};
use crate::http::Caller;
use crate::id::{Id, Timestamp};
use crate::platform::Statement;
use crate::services::App;
use serde::Deserialize;

/// Stores an organization.
#[must_use]
pub fn insert_organization(organization: &Organization, now: Timestamp) -> Statement {
    Statement::new("INSERT INTO organizations (id, name, country, created_at) VALUES (?1, ?2, ?3, ?4)")
        .bind(organization.id)
        .bind(&organization.name)
        .bind(organization.country.clone())
        .bind(now.0)
}

/// The organization with this id.
///
/// # Errors
/// When the database fails.
pub async fn organization(app: &App, id: Id) -> Result<Option<Organization>> {
    let select = Statement::new("SELECT id, name, country FROM organizations WHERE id = ?1").bind(id);
    Ok(app.query(select).await?.first()?)
}

/// What the caller is to an organization by what is stored now, whatever their token says; never empty.
///
/// # Errors
/// When the database fails.
pub async fn standing(app: &App, caller: &Caller, organization_id: Option<Id>) -> Result<Vec<Relationship>> {
    #[derive(Deserialize)]
    struct Row {
        operates: i64,
        works: i64,
        runs: i64,
    }
    let select = Statement::new(
        "SELECT EXISTS (SELECT 1 FROM operators o WHERE o.user_id = u.id) AS operates,
                EXISTS (SELECT 1 FROM staff s WHERE s.organization_id = ?2 AND s.user_id = u.id
                        AND s.ended_at IS NULL) AS works,
                EXISTS (SELECT 1 FROM staff s WHERE s.organization_id = ?2 AND s.user_id = u.id
                        AND s.role = 'admin' AND s.ended_at IS NULL) AS runs
         FROM users u WHERE u.id = ?1 AND u.suspended_at IS NULL",
    );
    let row: Option<Row> = app.query(select.bind(caller.user_id).bind(organization_id)).await?.first()?;
    let mut relationships = Vec::new();
    if let Some(row) = row {
        relationships.extend((row.operates != 0).then_some(Relationship::Operator));
        relationships.extend((row.works != 0).then_some(Relationship::Colleague));
        relationships.extend((row.runs != 0).then_some(Relationship::OrganizationAdmin));
    }
    if relationships.is_empty() {
        relationships.push(Relationship::None);
    }
    Ok(relationships)
}

/// Stores an invitation; the one before it, to the same address, ends.
#[must_use]
pub fn insert_invitation(
    token_hash: &str,
    organization_id: Id,
    email_index: &str,
    role: Role,
    invited_by: Id,
    life: (Timestamp, Timestamp),
) -> [Statement; 2] {
    [
        Statement::new("DELETE FROM invitations WHERE organization_id = ?1 AND email_index = ?2 AND used_at IS NULL")
            .bind(organization_id)
            .bind(email_index),
        Statement::new(
            "INSERT INTO invitations (token_hash, organization_id, email_index, role, invited_by, created_at, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )
        .bind(token_hash)
        .bind(organization_id)
        .bind(email_index)
        .bind(role.as_str())
        .bind(invited_by)
        .bind(life.0.0)
        .bind(life.1.0),
    ]
}

/// Spends an invitation to the user's own address, begins the role, and reads which it was.
#[must_use]
pub fn accept_invitation(token_hash: &str, user_id: Id, verified_only: bool, now: Timestamp) -> [Statement; 3] {
    [
        Statement::new(
            "UPDATE invitations SET used_at = ?1
             WHERE token_hash = ?2 AND used_at IS NULL AND expires_at > ?1
               AND email_index = (SELECT email_index FROM users WHERE id = ?3 AND suspended_at IS NULL
                                  AND (?4 = 0 OR email_verified_at IS NOT NULL))",
        )
        .bind(now.0)
        .bind(token_hash)
        .bind(user_id)
        .bind(i64::from(verified_only))
        .expect_one(),
        Statement::new(
            "INSERT INTO staff (organization_id, user_id, role, created_at)
             SELECT organization_id, ?1, role, ?2 FROM invitations WHERE token_hash = ?3
             ON CONFLICT (organization_id, user_id, role) DO UPDATE
             SET created_at = CASE WHEN staff.ended_at IS NULL THEN staff.created_at ELSE excluded.created_at END,
                 ended_at = NULL, suspended_at = NULL, suspension_reason_sealed = NULL",
        )
        .bind(user_id)
        .bind(now.0)
        .bind(token_hash)
        .expect_one(),
        Statement::new("SELECT organization_id, role FROM invitations WHERE token_hash = ?1").bind(token_hash),
    ]
}

/// What an accepted invitation came to.
///
/// # Errors
/// When the row is not there, which would be a defect.
pub fn joined(rows: &crate::platform::Rows) -> Result<Joined> {
    rows.first()?.ok_or_else(|| internal("an accepted invitation is not there"))
}

#[derive(Deserialize)]
struct StaffRow {
    user_id: Id,
    roles: String,
    since: i64,
    version: i64,
    suspended: i64,
    licences: String,
    wrapped_key: String,
    name_sealed: String,
}

#[derive(Deserialize)]
struct LicenceOfStaff {
    country: String,
    number_sealed: String,
    verified_at: Option<i64>,
}

/// A page of those who work in an organization, by user id.
///
/// # Errors
/// When the database fails or a name does not open.
pub async fn staff(app: &App, organization_id: Id, after: &str, rows: usize) -> Result<Vec<StaffMember>> {
    let select = Statement::new(
        "SELECT s.user_id, json_group_array(s.role) AS roles, MIN(s.created_at) AS since,
                MAX(s.created_at) AS version, u.suspended_at IS NOT NULL AS suspended, u.wrapped_key, u.name_sealed,
                (SELECT json_group_array(json_object('country', l.country, 'number_sealed', l.number_sealed,
                                                     'verified_at', l.verified_at))
                 FROM licences l WHERE l.user_id = s.user_id AND l.organization_id = ?1) AS licences
         FROM staff s JOIN users u ON u.id = s.user_id
         WHERE s.organization_id = ?1 AND s.user_id > ?2 AND s.ended_at IS NULL
         GROUP BY s.user_id ORDER BY s.user_id LIMIT ?3",
    )
    .bind(organization_id)
    .bind(after)
    .bind(rows);
    let members = app.query(select).await?.all::<StaffRow>()?.into_iter().map(|row| {
        let key = DataKey::unwrap_with(&app.config.master_keys, &about::user_key(row.user_id), &row.wrapped_key)?;
        let stored: Vec<LicenceOfStaff> = crate::json::read(&row.licences).map_err(internal)?;
        let licences = stored.into_iter().map(|one| {
            let number = open_licence(&key, row.user_id, organization_id, &one.country, &one.number_sealed)?;
            Ok(Licence { organization_id, country: one.country, number, verified: one.verified_at.is_some() })
        });
        Ok(StaffMember {
            user_id: row.user_id,
            name: key.open(&about::name(row.user_id), &row.name_sealed)?,
            roles: crate::json::read(&row.roles).map_err(internal)?,
            licences: licences.collect::<Result<_>>()?,
            suspended: row.suspended != 0,
            since: Timestamp(row.since),
            version: row.version,
        })
    });
    members.collect()
}

/// When somebody's latest role in an organization began, if they hold one.
///
/// # Errors
/// When the database fails.
pub async fn staff_version(app: &App, organization_id: Id, user_id: Id) -> Result<Option<i64>> {
    #[derive(Deserialize)]
    struct Row {
        version: Option<i64>,
    }
    let select = Statement::new(
        "SELECT MAX(created_at) AS version FROM staff
         WHERE organization_id = ?1 AND user_id = ?2 AND ended_at IS NULL",
    );
    let row: Option<Row> = app.query(select.bind(organization_id).bind(user_id)).await?.first()?;
    Ok(row.and_then(|row| row.version))
}

/// Ends somebody's roles in an organization and the invitations that they sent for it.
#[must_use]
pub fn end_staff(organization_id: Id, user_id: Id, now: Timestamp) -> [Statement; 2] {
    [
        Statement::new(
            "UPDATE staff SET ended_at = ?1, suspended_at = NULL, suspension_reason_sealed = NULL
             WHERE organization_id = ?2 AND user_id = ?3 AND ended_at IS NULL",
        )
        .bind(now.0)
        .bind(organization_id)
        .bind(user_id),
        end_invitations(organization_id, user_id),
    ]
}

fn end_invitations(organization_id: Id, user_id: Id) -> Statement {
    Statement::new("DELETE FROM invitations WHERE organization_id = ?1 AND invited_by = ?2 AND used_at IS NULL")
        .bind(organization_id)
        .bind(user_id)
}

/// At the end of a batch: rolls it back unless this user is an admin of the
/// organization after all of it. So two admins who end one another leave one.
#[must_use]
pub fn still_admin(organization_id: Id, user_id: Id) -> Statement {
    Statement::new(
        "UPDATE organizations SET version = version + 1 WHERE id = ?1 AND EXISTS
         (SELECT 1 FROM staff WHERE organization_id = ?1 AND user_id = ?2 AND role = 'admin' AND ended_at IS NULL)",
    )
    .bind(organization_id)
    .bind(user_id)
    .expect_one()
}

/// At the end of a batch: rolls it back unless the organization has an admin after all of it.
#[must_use]
pub fn still_has_admin(organization_id: Id) -> Statement {
    Statement::new(
        "UPDATE organizations SET version = version + 1 WHERE id = ?1 AND EXISTS
         (SELECT 1 FROM staff WHERE organization_id = ?1 AND role = 'admin' AND ended_at IS NULL)",
    )
    .bind(organization_id)
    .expect_one()
}

/// Organizations that the caller runs and in which the user holds a role, or held one until they were suspended.
///
/// # Errors
/// When the database fails.
pub async fn shared_organizations(app: &App, admin_id: Id, user_id: Id) -> Result<Vec<Id>> {
    #[derive(Deserialize)]
    struct Row {
        organization_id: Id,
    }
    let select = Statement::new(
        "SELECT DISTINCT s.organization_id FROM staff s JOIN users u ON u.id = ?1 AND u.suspended_at IS NULL
         WHERE s.user_id = ?2 AND (s.ended_at IS NULL OR s.suspended_at IS NOT NULL) AND EXISTS
               (SELECT 1 FROM staff a WHERE a.organization_id = s.organization_id AND a.user_id = ?1
                AND a.role = 'admin' AND a.ended_at IS NULL) LIMIT 20",
    );
    let rows: Vec<Row> = app.query(select.bind(admin_id).bind(user_id)).await?.all()?;
    Ok(rows.into_iter().map(|row| row.organization_id).collect())
}

/// Ends somebody's roles in an organization so that they can be given back.
///
/// # Errors
/// When the host has no randomness.
pub fn suspend_staff(
    app: &App,
    key: &DataKey,
    organization_id: Id,
    user_id: Id,
    reason: &str,
) -> Result<[Statement; 2]> {
    let about = ["staff.suspension_reason:", &organization_id.to_string(), "/", &user_id.to_string()].concat();
    let suspend = Statement::new(
        "UPDATE staff SET ended_at = ?1, suspended_at = ?1, suspension_reason_sealed = ?2
         WHERE organization_id = ?3 AND user_id = ?4 AND ended_at IS NULL",
    )
    .bind(app.now().0)
    .bind(key.seal(app.entropy.as_ref(), &about, reason)?)
    .bind(organization_id)
    .bind(user_id);
    Ok([suspend, end_invitations(organization_id, user_id)])
}

/// Gives back the roles that a suspension ended.
#[must_use]
pub fn reinstate_staff(organization_id: Id, user_id: Id) -> Statement {
    Statement::new(
        "UPDATE staff SET ended_at = NULL, suspended_at = NULL, suspension_reason_sealed = NULL
         WHERE organization_id = ?1 AND user_id = ?2 AND suspended_at IS NOT NULL",
    )
    .bind(organization_id)
    .bind(user_id)
}

/// A user whom somebody suspends or reinstates.
#[derive(Deserialize)]
struct UserRow {
    wrapped_key: String,
    suspended_at: Option<i64>,
}

/// The user's key and whether they are suspended.
///
/// # Errors
/// When the database fails or the key does not open.
pub async fn user(app: &App, user_id: Id) -> Result<Option<(DataKey, bool)>> {
    let select = Statement::new("SELECT wrapped_key, suspended_at FROM users WHERE id = ?1").bind(user_id);
    let found = app.query(select).await?.first::<UserRow>()?.filter(|row| !is_erased(&row.wrapped_key));
    let Some(row) = found else { return Ok(None) };
    let key = DataKey::unwrap_with(&app.config.master_keys, &about::user_key(user_id), &row.wrapped_key)?;
    Ok(Some((key, row.suspended_at.is_some())))
}

/// Suspends a user everywhere.
///
/// # Errors
/// When the host has no randomness.
pub fn suspend_user(app: &App, key: &DataKey, user_id: Id, reason: &str) -> Result<Statement> {
    let about = ["users.suspension_reason:", &user_id.to_string()].concat();
    Ok(Statement::new(
        "UPDATE users SET suspended_at = ?1, suspension_reason_sealed = ?2 WHERE id = ?3 AND suspended_at IS NULL",
    )
    .bind(app.now().0)
    .bind(key.seal(app.entropy.as_ref(), &about, reason)?)
    .bind(user_id)
    .expect_one())
}

/// Ends a user's suspension.
#[must_use]
pub fn reinstate_user(user_id: Id) -> Statement {
    Statement::new(
        "UPDATE users SET suspended_at = NULL, suspension_reason_sealed = NULL
         WHERE id = ?1 AND suspended_at IS NOT NULL",
    )
    .bind(user_id)
    .expect_one()
}

//! All SQL about API keys.

use super::model::ApiKey;
use super::scopes;
use crate::accounts::store::{NewUser, about, insert_user};
use crate::authorization::Role;
use crate::encryption::DataKey;
use crate::error::{Result, not_found};
use crate::id::{Id, Timestamp};
use crate::platform::Statement;
use crate::services::App;
use serde::Deserialize;

/// A key as a call with it needs it.
#[derive(Deserialize)]
pub struct StoredKey {
    /// SHA-256 of the secret.
    pub secret_hash: String,
    scopes: String,
    /// When it ends by itself, milliseconds.
    pub expires_at: i64,
    /// When it was ended, milliseconds.
    pub ended_at: Option<i64>,
    /// Day of its last use.
    pub last_used_on: Option<String>,
}

impl StoredKey {
    /// Its scopes, as roles.
    #[must_use]
    pub fn roles(&self) -> Vec<Role> {
        roles(&self.scopes)
    }
}

fn roles(scopes: &str) -> Vec<Role> {
    scopes.split(' ').filter_map(scopes::find).map(|scope| scope.role).collect()
}

/// The key with this id.
///
/// # Errors
/// When the database fails.
pub async fn for_call(app: &App, id: Id) -> Result<Option<StoredKey>> {
    let select =
        Statement::new("SELECT secret_hash, scopes, expires_at, ended_at, last_used_on FROM api_keys WHERE id = ?1");
    Ok(app.query(select.bind(id)).await?.first()?)
}

/// Notes that a key was used on this day.
#[must_use]
pub fn mark_used(id: Id, day: &str) -> Statement {
    Statement::new("UPDATE api_keys SET last_used_on = ?1 WHERE id = ?2").bind(day).bind(id)
}

/// The roles that a user holds in an organization at present; none while they are suspended.
///
/// # Errors
/// When the database fails.
pub async fn roles_in(app: &App, organization_id: Id, user_id: Id) -> Result<Vec<Role>> {
    #[derive(Deserialize)]
    struct Row {
        role: Role,
    }
    let select = Statement::new(
        "SELECT s.role FROM staff s JOIN users u ON u.id = s.user_id
         WHERE s.organization_id = ?1 AND s.user_id = ?2 AND s.ended_at IS NULL AND u.suspended_at IS NULL",
    );
    let rows: Vec<Row> = app.query(select.bind(organization_id).bind(user_id)).await?.all()?;
    Ok(rows.into_iter().map(|row| row.role).collect())
}

/// Stores a key, and the row in `users` under which its acts are recorded. That
/// one has no password, an address that nobody can type, and is suspended.
///
/// # Errors
/// When the host has no randomness.
pub fn insert(app: &App, key: &ApiKey, secret_hash: &str, created_by: Id) -> Result<[Statement; 3]> {
    let email = ["api-key:", &key.id.to_string()].concat();
    let user =
        NewUser { id: key.id, email: &email, name: &key.name, password_hash: "none", locale: "en", country: None };
    let scopes: Vec<&str> = key.scopes.iter().map(|role| role.as_str()).collect();
    Ok([
        insert_user(app, &user)?,
        Statement::new("UPDATE users SET suspended_at = ?1 WHERE id = ?2").bind(key.created_at.0).bind(key.id),
        Statement::new(
            "INSERT INTO api_keys (id, organization_id, secret_hash, scopes, created_by, created_at, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )
        .bind(key.id)
        .bind(key.organization_id)
        .bind(secret_hash)
        .bind(scopes.join(" "))
        .bind(created_by)
        .bind(key.created_at.0)
        .bind(key.expires_at.0),
    ])
}

#[derive(Deserialize)]
struct Row {
    id: Id,
    organization_id: Id,
    name_sealed: String,
    wrapped_key: String,
    scopes: String,
    created_at: i64,
    expires_at: i64,
    ended_at: Option<i64>,
    last_used_on: Option<String>,
    version: i64,
}

fn open(app: &App, row: Row) -> Result<ApiKey> {
    let key = DataKey::unwrap_with(&app.config.master_keys, &about::user_key(row.id), &row.wrapped_key)?;
    Ok(ApiKey {
        id: row.id,
        organization_id: row.organization_id,
        name: key.open(&about::name(row.id), &row.name_sealed)?,
        scopes: roles(&row.scopes),
        created_at: Timestamp(row.created_at),
        expires_at: Timestamp(row.expires_at),
        ended_at: row.ended_at.map(Timestamp),
        last_used_on: row.last_used_on,
        secret: None,
        version: row.version,
    })
}

/// One key of an organization.
///
/// # Errors
/// 404 when the organization has no such key.
pub async fn read(app: &App, organization_id: Id, id: Id) -> Result<ApiKey> {
    let select = Statement::new(
        "SELECT k.id, k.organization_id, u.name_sealed, u.wrapped_key, k.scopes, k.created_at, k.expires_at,
                k.ended_at, k.last_used_on, k.version
         FROM api_keys k JOIN users u ON u.id = k.id WHERE k.id = ?1 AND k.organization_id = ?2",
    );
    let row = app.query(select.bind(id).bind(organization_id)).await?.first()?;
    open(app, row.ok_or_else(not_found)?)
}

/// Keys of an organization, latest first, those before this id.
///
/// # Errors
/// When the database fails.
pub async fn list(app: &App, organization_id: Id, before: &str, rows: usize) -> Result<Vec<ApiKey>> {
    let select = Statement::new(
        "SELECT k.id, k.organization_id, u.name_sealed, u.wrapped_key, k.scopes, k.created_at, k.expires_at,
                k.ended_at, k.last_used_on, k.version
         FROM api_keys k JOIN users u ON u.id = k.id
         WHERE k.organization_id = ?1 AND k.id < ?2 ORDER BY k.id DESC LIMIT ?3",
    )
    .bind(organization_id)
    .bind(before)
    .bind(rows);
    let found: Vec<Row> = app.query(select).await?.all()?;
    found.into_iter().map(|row| open(app, row)).collect()
}

/// Ends a key of this version.
#[must_use]
pub fn end(key: &ApiKey, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE api_keys SET ended_at = ?1, version = version + 1
         WHERE id = ?2 AND version = ?3 AND ended_at IS NULL",
    )
    .bind(now.0)
    .bind(key.id)
    .bind(key.version)
    .expect_one()
}

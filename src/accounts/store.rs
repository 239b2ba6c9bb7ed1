//! All SQL about users, their sessions and their tokens by mail.

use super::model::{BirthDate, Me, PatientSummary, Relation, StaffRole};
use super::refresh::{LIFE_MS, SessionState};
use crate::authorization::Role;
use crate::encryption::{DataKey, blind_index, is_erased};
use crate::error::{Result, not_found};
use crate::id::{Id, Timestamp};
use crate::platform::{Rows, Statement};
use crate::records::store::{open_identity, still_acts};
use crate::services::{App, Services};
use serde::Deserialize;

/// Places that sealed values belong to.
pub mod about {
    use crate::id::Id;

    /// A user's own key.
    #[must_use]
    pub fn user_key(id: Id) -> String {
        ["users.wrapped_key:", &id.to_string()].concat()
    }

    /// A user's address.
    #[must_use]
    pub fn email(id: Id) -> String {
        ["users.email:", &id.to_string()].concat()
    }

    /// A user's name.
    #[must_use]
    pub fn name(id: Id) -> String {
        ["users.name:", &id.to_string()].concat()
    }
}

/// The keyed fingerprint by which an address is found.
#[must_use]
pub fn email_index(services: &Services, email: &str) -> String {
    blind_index(&services.config.index_key.current().key, email)
}

/// A user to be stored.
pub struct NewUser<'a> {
    /// Its id.
    pub id: Id,
    /// Address, lower-cased.
    pub email: &'a str,
    /// Name.
    pub name: &'a str,
    /// PHC string.
    pub password_hash: &'a str,
    /// Language.
    pub locale: &'a str,
    /// Country.
    pub country: Option<&'a str>,
}

/// Inserts a user; the unique index on the address refuses a second one.
///
/// # Errors
/// When the host has no randomness.
pub fn insert_user(app: &App, user: &NewUser) -> Result<Statement> {
    let entropy = app.entropy.as_ref();
    let masters = &app.config.master_keys;
    let (key, wrapped) = DataKey::generate(entropy, masters, &about::user_key(user.id))?;
    let now = app.now().0;
    Ok(Statement::new(
        "INSERT INTO users (id, email_index, email_sealed, name_sealed, wrapped_key, password_hash,
                            locale, country, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)",
    )
    .bind(user.id)
    .bind(email_index(app, user.email))
    .bind(key.seal(entropy, &about::email(user.id), user.email)?)
    .bind(key.seal(entropy, &about::name(user.id), user.name)?)
    .bind(wrapped)
    .bind(user.password_hash)
    .bind(user.locale)
    .bind(user.country.map(str::to_owned))
    .bind(now))
}

/// Inserts the patient record of a user who signed up, and the access to it.
///
/// # Errors
/// When the host has no randomness.
pub fn insert_own_patient(
    app: &App,
    user: &NewUser,
    patient_id: Id,
    birth_date: Option<BirthDate>,
) -> Result<[Statement; 2]> {
    let patient =
        crate::records::store::insert_patient(app, patient_id, user.name, birth_date.map(|date| date.0), user.country)?;
    let access = Statement::new(
        "INSERT INTO patient_access (patient_id, user_id, relation, created_at)
         VALUES (?1, ?2, 'self', ?3)",
    )
    .bind(patient_id)
    .bind(user.id)
    .bind(app.now().0);
    Ok([patient, access])
}

#[derive(Deserialize)]
struct UserRow {
    id: Id,
    email_sealed: String,
    name_sealed: String,
    wrapped_key: String,
    password_hash: String,
    locale: String,
    country: Option<String>,
    email_verified_at: Option<i64>,
    suspended_at: Option<i64>,
    version: i64,
    is_operator: i64,
    has_factor: i64,
}

#[derive(Deserialize)]
struct PatientRow {
    id: Id,
    name_sealed: String,
    birth_date_sealed: Option<String>,
    wrapped_key: String,
    relation: Relation,
}

/// A user with all that signing in needs.
pub struct Account {
    /// What the user sees of themselves.
    pub me: Me,
    /// PHC string.
    pub password_hash: String,
    /// Whether the user may not sign in at present.
    pub suspended: bool,
    /// Whether signing in needs a second factor.
    pub has_factor: bool,
}

const USER: &str = "SELECT id, email_sealed, name_sealed, wrapped_key, password_hash, locale, country,
       email_verified_at, suspended_at, version,
       EXISTS (SELECT 1 FROM operators WHERE user_id = users.id) AS is_operator,
       EXISTS (SELECT 1 FROM totp_factors WHERE user_id = users.id AND confirmed_at IS NOT NULL) AS has_factor
FROM users WHERE id = ?1";
const USER_BY_EMAIL: &str = "SELECT id, email_sealed, name_sealed, wrapped_key, password_hash, locale, country,
       email_verified_at, suspended_at, version,
       EXISTS (SELECT 1 FROM operators WHERE user_id = users.id) AS is_operator,
       EXISTS (SELECT 1 FROM totp_factors WHERE user_id = users.id AND confirmed_at IS NOT NULL) AS has_factor
FROM users WHERE email_index = ?1";
const STAFF: &str = "SELECT organization_id, role FROM staff WHERE user_id = ?1 AND ended_at IS NULL";
const STAFF_BY_EMAIL: &str = "SELECT organization_id, role FROM staff
WHERE user_id = (SELECT id FROM users WHERE email_index = ?1) AND ended_at IS NULL";
const PATIENTS: &str = "SELECT p.id, p.name_sealed, p.birth_date_sealed, p.wrapped_key, a.relation
FROM patient_access a JOIN patients p ON p.id = a.patient_id
WHERE a.user_id = ?1 AND (a.expires_at IS NULL OR a.expires_at > ?2)";
const PATIENTS_BY_EMAIL: &str = "SELECT p.id, p.name_sealed, p.birth_date_sealed, p.wrapped_key, a.relation
FROM patient_access a JOIN patients p ON p.id = a.patient_id
WHERE a.user_id = (SELECT id FROM users WHERE email_index = ?1)
  AND (a.expires_at IS NULL OR a.expires_at > ?2)";

/// The three statements that read an account by its id.
#[must_use]
pub fn select_account(user_id: Id, now: Timestamp) -> [Statement; 3] {
    [
        Statement::new(USER).bind(user_id),
        Statement::new(STAFF).bind(user_id),
        Statement::new(PATIENTS).bind(user_id).bind(now.0),
    ]
}

/// The account with this id.
///
/// # Errors
/// 404 when there is none.
pub async fn account(app: &App, user_id: Id) -> Result<Account> {
    let rows = app.batch(select_account(user_id, app.now()).into()).await?;
    read_account(app, &rows)?.ok_or_else(not_found)
}

/// The account with this address.
///
/// # Errors
/// When the database fails.
pub async fn account_by_email(app: &App, email: &str) -> Result<Option<Account>> {
    let index = email_index(app, email);
    let rows = app
        .batch(vec![
            Statement::new(USER_BY_EMAIL).bind(&index),
            Statement::new(STAFF_BY_EMAIL).bind(&index),
            Statement::new(PATIENTS_BY_EMAIL).bind(&index).bind(app.now().0),
        ])
        .await?;
    read_account(app, &rows)
}

/// What is shown in place of the name of somebody who was erased.
pub const ERASED_NAME: &str = "[erased]";

/// A user's name.
///
/// # Errors
/// When it does not open.
pub fn open_name(app: &App, id: Id, wrapped_key: &str, name_sealed: &str) -> Result<String> {
    if is_erased(wrapped_key) {
        return Ok(ERASED_NAME.to_owned());
    }
    let key = DataKey::unwrap_with(&app.config.master_keys, &about::user_key(id), wrapped_key)?;
    Ok(key.open(&about::name(id), name_sealed)?)
}

/// Puts an account together from the rows of [`select_account`].
///
/// # Errors
/// When a value does not open.
pub fn read_account(app: &App, rows: &[Rows]) -> Result<Option<Account>> {
    let [users, staff, patients, ..] = rows else { return Ok(None) };
    let found = users.first::<UserRow>()?.filter(|user| !is_erased(&user.wrapped_key));
    let Some(user) = found else { return Ok(None) };
    let staff: Vec<StaffRole> = staff.all()?;
    let masters = &app.config.master_keys;
    let key = DataKey::unwrap_with(masters, &about::user_key(user.id), &user.wrapped_key)?;
    let patients = patients.all::<PatientRow>()?.into_iter().filter_map(|row| {
        let birth_date = row.birth_date_sealed.as_deref();
        let opened = open_identity(app, row.id, &row.wrapped_key, &row.name_sealed, birth_date);
        opened
            .map(|(name, birth_date)| {
                still_acts(app, row.relation, birth_date).then_some(PatientSummary {
                    id: row.id,
                    name,
                    relation: row.relation,
                })
            })
            .transpose()
    });
    let mut roles = vec![Role::Patient];
    roles.extend(staff.iter().map(|held| held.role));
    roles.extend((user.is_operator != 0).then_some(Role::Operator));
    roles.sort_unstable();
    roles.dedup();
    Ok(Some(Account {
        me: Me {
            id: user.id,
            email: key.open(&about::email(user.id), &user.email_sealed)?,
            email_verified: user.email_verified_at.is_some(),
            name: key.open(&about::name(user.id), &user.name_sealed)?,
            roles,
            patients: patients.collect::<Result<_>>()?,
            staff,
            locale: user.locale,
            country: user.country,
            version: user.version,
        },
        password_hash: user.password_hash,
        suspended: user.suspended_at.is_some(),
        has_factor: user.has_factor != 0,
    }))
}

/// Changes name, language and country of the version that was read.
///
/// # Errors
/// When the database fails, or 404.
pub async fn update_me(app: &App, me: &Me) -> Result<Statement> {
    let key = user_key(app, me.id).await?;
    Ok(Statement::new(
        "UPDATE users SET name_sealed = ?1, locale = ?2, country = ?3, version = version + 1, updated_at = ?4
         WHERE id = ?5 AND version = ?6",
    )
    .bind(key.seal(app.entropy.as_ref(), &about::name(me.id), &me.name)?)
    .bind(&me.locale)
    .bind(me.country.clone())
    .bind(app.now().0)
    .bind(me.id)
    .bind(me.version)
    .expect_one())
}

#[derive(Deserialize)]
struct SessionRow {
    user_id: Id,
    generation: i64,
    rotated_at: i64,
    expires_at: i64,
    ended_at: Option<i64>,
}

/// A session and whose it is.
///
/// # Errors
/// When the database fails.
pub async fn session(app: &App, session_id: Id) -> Result<Option<(Id, SessionState)>> {
    let select =
        Statement::new("SELECT user_id, generation, rotated_at, expires_at, ended_at FROM sessions WHERE id = ?1")
            .bind(session_id);
    Ok(app.query(select).await?.first::<SessionRow>()?.map(|row| {
        let state = SessionState {
            generation: row.generation,
            rotated_at: Timestamp(row.rotated_at),
            expires_at: Timestamp(row.expires_at),
            ended: row.ended_at.is_some(),
        };
        (row.user_id, state)
    }))
}

/// Moves a session from this generation to the next.
#[must_use]
pub fn rotate_session(session_id: Id, generation: i64, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE sessions SET generation = generation + 1, rotated_at = ?1, expires_at = ?2
         WHERE id = ?3 AND generation = ?4 AND ended_at IS NULL",
    )
    .bind(now.0)
    .bind(now.0 + LIFE_MS)
    .bind(session_id)
    .bind(generation)
    .expect_one()
}

/// Ends one session.
#[must_use]
pub fn end_session(session_id: Id, reason: &'static str, now: Timestamp) -> Statement {
    Statement::new("UPDATE sessions SET ended_at = ?1, end_reason = ?2 WHERE id = ?3 AND ended_at IS NULL")
        .bind(now.0)
        .bind(reason)
        .bind(session_id)
}

/// Ends all sessions of a user.
#[must_use]
pub fn end_sessions(user_id: Id, reason: &'static str, now: Timestamp) -> Statement {
    Statement::new("UPDATE sessions SET ended_at = ?1, end_reason = ?2 WHERE user_id = ?3 AND ended_at IS NULL")
        .bind(now.0)
        .bind(reason)
        .bind(user_id)
}

/// Stores a token that was mailed; older ones for the same purpose end.
#[must_use]
pub fn insert_email_token(token_hash: &str, user_id: Id, expires_at: Timestamp) -> [Statement; 2] {
    [
        Statement::new("DELETE FROM email_tokens WHERE user_id = ?1 AND purpose = 'verify'").bind(user_id),
        Statement::new(
            "INSERT INTO email_tokens (token_hash, user_id, purpose, expires_at) VALUES (?1, ?2, 'verify', ?3)",
        )
        .bind(token_hash)
        .bind(user_id)
        .bind(expires_at.0),
    ]
}

/// Whether a verification link of the user's still works.
///
/// # Errors
/// When the database fails.
pub async fn has_live_verification(app: &App, user_id: Id) -> Result<bool> {
    #[derive(Deserialize)]
    struct Row {
        live: i64,
    }
    let select = Statement::new(
        "SELECT EXISTS (SELECT 1 FROM email_tokens WHERE user_id = ?1 AND purpose = 'verify'
                        AND used_at IS NULL AND expires_at > ?2) AS live",
    );
    let row: Option<Row> = app.query(select.bind(user_id).bind(app.now().0)).await?.first()?;
    Ok(row.is_some_and(|row| row.live != 0))
}

/// Spends a token and marks its user's address as verified.
#[must_use]
pub fn spend_verification(token_hash: &str, now: Timestamp) -> [Statement; 2] {
    [
        Statement::new(
            "UPDATE email_tokens SET used_at = ?1
             WHERE token_hash = ?2 AND purpose = 'verify' AND used_at IS NULL AND expires_at > ?1",
        )
        .bind(now.0)
        .bind(token_hash)
        .expect_one(),
        Statement::new(
            "UPDATE users SET email_verified_at = ?1, version = version + 1, updated_at = ?1
             WHERE id = (SELECT user_id FROM email_tokens WHERE token_hash = ?2)",
        )
        .bind(now.0)
        .bind(token_hash)
        .expect_one(),
    ]
}

/// The key under which a user's own things are sealed.
///
/// # Errors
/// 404 when there is no such user, or it is suspended.
pub async fn user_key(app: &App, user_id: Id) -> Result<DataKey> {
    #[derive(Deserialize)]
    struct Row {
        wrapped_key: String,
    }
    // The row of an API key cannot sign in, and so is suspended, but has a key of its own.
    let select = Statement::new(
        "SELECT wrapped_key FROM users WHERE id = ?1
           AND (suspended_at IS NULL OR EXISTS (SELECT 1 FROM api_keys k WHERE k.id = users.id AND k.ended_at IS NULL))",
    )
    .bind(user_id);
    let row: Option<Row> = app.query(select).await?.first()?;
    let row = row.filter(|row| !is_erased(&row.wrapped_key)).ok_or_else(not_found)?;
    Ok(DataKey::unwrap_with(&app.config.master_keys, &about::user_key(user_id), &row.wrapped_key)?)
}

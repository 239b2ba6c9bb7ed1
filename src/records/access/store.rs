//! All SQL about who acts for whom.

use super::model::{Access, AccessRequest, Scope};
use crate::accounts::model::Relation;
use crate::accounts::store::{about, email_index};
use crate::audit::{self, Entry};
use crate::encryption::DataKey;
use crate::error::Result;
use crate::id::{Id, Timestamp};
use crate::platform::{Rows, Statement};
use crate::records::store::{PatientFile, still_acts};
use crate::services::App;
use serde::Deserialize;

/// Most people that one list shows.
const MOST: i64 = 100;

/// Stores that the user acts for the patient.
#[must_use]
pub fn insert_access(patient_id: Id, user_id: Id, relation: &'static str, now: Timestamp) -> Statement {
    Statement::new("INSERT INTO patient_access (patient_id, user_id, relation, created_at) VALUES (?1, ?2, ?3, ?4)")
        .bind(patient_id)
        .bind(user_id)
        .bind(relation)
        .bind(now.0)
}

/// Somebody who was asked whether another may act for them.
pub struct Asked {
    /// Their record.
    pub patient_id: Id,
    /// Address.
    pub email: String,
    /// Language.
    pub locale: String,
    /// Whether the same person's request waits already, or was granted.
    pub known: bool,
}

/// The person with this address, unless it is the one who asks.
///
/// # Errors
/// When the database fails or the address does not open.
pub async fn asked(app: &App, email: &str, requester_id: Id) -> Result<Option<Asked>> {
    #[derive(Deserialize)]
    struct Row {
        id: Id,
        patient_id: Id,
        email_sealed: String,
        wrapped_key: String,
        locale: String,
        known: i64,
    }
    let select = Statement::new(
        "SELECT u.id, a.patient_id, u.email_sealed, u.wrapped_key, u.locale,
                EXISTS (SELECT 1 FROM access_requests r WHERE r.patient_id = a.patient_id
                        AND r.requester_id = ?2 AND r.expires_at > ?3)
                OR EXISTS (SELECT 1 FROM patient_access o WHERE o.patient_id = a.patient_id AND o.user_id = ?2
                           AND (o.expires_at IS NULL OR o.expires_at > ?3)) AS known
         FROM users u JOIN patient_access a ON a.user_id = u.id AND a.relation = 'self'
         WHERE u.email_index = ?1 AND u.id <> ?2 ORDER BY a.created_at DESC LIMIT 1",
    )
    .bind(email_index(app, email))
    .bind(requester_id)
    .bind(app.now().0);
    let Some(row) = app.query(select).await?.first::<Row>()? else { return Ok(None) };
    let key = DataKey::unwrap_with(&app.config.master_keys, &about::user_key(row.id), &row.wrapped_key)?;
    Ok(Some(Asked {
        patient_id: row.patient_id,
        email: key.open(&about::email(row.id), &row.email_sealed)?,
        locale: row.locale,
        known: row.known != 0,
    }))
}

/// Stores a request; one that has run out is begun again.
#[must_use]
pub fn insert_request(
    id: Id,
    patient_id: Id,
    requester_id: Id,
    now: Timestamp,
    expires_at: Timestamp,
) -> [Statement; 2] {
    [
        Statement::new("DELETE FROM access_requests WHERE patient_id = ?1 AND requester_id = ?2 AND expires_at <= ?3")
            .bind(patient_id)
            .bind(requester_id)
            .bind(now.0),
        Statement::new(
            "INSERT INTO access_requests (id, patient_id, requester_id, created_at, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (patient_id, requester_id) DO NOTHING",
        )
        .bind(id)
        .bind(patient_id)
        .bind(requester_id)
        .bind(now.0)
        .bind(expires_at.0),
    ]
}

/// A request as it is stored.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Request {
    /// Whose record it is about.
    pub patient_id: Id,
    /// Who asks.
    pub requester_id: Id,
    /// Since when, in milliseconds.
    pub created_at: i64,
}

/// The request, while it waits.
///
/// # Errors
/// When the database fails.
pub async fn request(app: &App, id: Id) -> Result<Option<Request>> {
    let select = Statement::new(
        "SELECT patient_id, requester_id, created_at FROM access_requests WHERE id = ?1 AND expires_at > ?2",
    );
    Ok(app.query(select.bind(id).bind(app.now().0)).await?.first()?)
}

/// Requests about the user's own record that wait.
///
/// # Errors
/// When the database fails or a name does not open.
pub async fn requests(app: &App, user_id: Id) -> Result<Vec<AccessRequest>> {
    #[derive(Deserialize)]
    struct Row {
        id: Id,
        patient_id: Id,
        requester_id: Id,
        created_at: i64,
        expires_at: i64,
        wrapped_key: String,
        name_sealed: String,
    }
    let select = Statement::new(
        "SELECT r.id, r.patient_id, r.requester_id, r.created_at, r.expires_at, u.wrapped_key, u.name_sealed
         FROM users me JOIN patient_access a ON a.user_id = me.id AND a.relation = 'self'
         JOIN access_requests r ON r.patient_id = a.patient_id JOIN users u ON u.id = r.requester_id
         WHERE me.id = ?1 AND me.suspended_at IS NULL AND r.expires_at > ?2 ORDER BY r.id LIMIT ?3",
    );
    let rows = app.query(select.bind(user_id).bind(app.now().0).bind(MOST)).await?.all::<Row>()?;
    let requests = rows.into_iter().map(|row| {
        let key = DataKey::unwrap_with(&app.config.master_keys, &about::user_key(row.requester_id), &row.wrapped_key)?;
        Ok(AccessRequest {
            id: row.id,
            patient_id: row.patient_id,
            requester_id: row.requester_id,
            name: key.open(&about::name(row.requester_id), &row.name_sealed)?,
            created_at: Timestamp(row.created_at),
            expires_at: Timestamp(row.expires_at),
            version: row.created_at,
        })
    });
    requests.collect()
}

/// Takes a request away, granted or refused.
#[must_use]
pub fn close_request(id: Id, now: Timestamp) -> Statement {
    Statement::new("DELETE FROM access_requests WHERE id = ?1 AND expires_at > ?2").bind(id).bind(now.0).expect_one()
}

/// Lets the requester act for the patient; a guardian stays one.
#[must_use]
pub fn grant(request: Request, scope: Scope, expires_at: Option<Timestamp>, now: Timestamp) -> Statement {
    Statement::new(
        "INSERT INTO patient_access (patient_id, user_id, relation, scope, expires_at, created_at)
         VALUES (?1, ?2, 'proxy', ?3, ?4, ?5)
         ON CONFLICT (patient_id, user_id) DO UPDATE
         SET scope = excluded.scope, expires_at = excluded.expires_at, created_at = excluded.created_at
         WHERE patient_access.relation = 'proxy'",
    )
    .bind(request.patient_id)
    .bind(request.requester_id)
    .bind(scope.as_str())
    .bind(expires_at.map(|at| at.0))
    .bind(now.0)
}

/// Those who act for the patient now.
///
/// # Errors
/// When the database fails or a name does not open.
pub async fn accesses(app: &App, file: &PatientFile) -> Result<Vec<Access>> {
    open_accesses(app, file, &app.query(select_accesses(app, file)).await?)
}

/// The same for whoever reads them, which is recorded with it.
///
/// # Errors
/// As [`accesses`].
pub async fn read_accesses(app: &App, file: &PatientFile, read: Entry) -> Result<Vec<Access>> {
    open_accesses(app, file, &audit::read_of_others(app, select_accesses(app, file), read).await?)
}

fn select_accesses(app: &App, file: &PatientFile) -> Statement {
    Statement::new(
        "SELECT a.user_id, a.relation, a.scope, a.expires_at, a.created_at, u.wrapped_key, u.name_sealed
         FROM patient_access a JOIN users u ON u.id = a.user_id
         WHERE a.patient_id = ?1 AND (a.expires_at IS NULL OR a.expires_at > ?2) ORDER BY a.user_id LIMIT ?3",
    )
    .bind(file.id)
    .bind(app.now().0)
    .bind(MOST)
}

fn open_accesses(app: &App, file: &PatientFile, rows: &Rows) -> Result<Vec<Access>> {
    #[derive(Deserialize)]
    struct Row {
        user_id: Id,
        relation: Relation,
        scope: Scope,
        expires_at: Option<i64>,
        created_at: i64,
        wrapped_key: String,
        name_sealed: String,
    }
    let rows = rows.all::<Row>()?;
    let accesses = rows.into_iter().filter(|row| still_acts(app, row.relation, file.birth_date)).map(|row| {
        let key = DataKey::unwrap_with(&app.config.master_keys, &about::user_key(row.user_id), &row.wrapped_key)?;
        Ok(Access {
            user_id: row.user_id,
            name: key.open(&about::name(row.user_id), &row.name_sealed)?,
            relation: row.relation,
            scope: row.scope,
            expires_at: row.expires_at.map(Timestamp),
            created_at: Timestamp(row.created_at),
            version: row.created_at,
        })
    });
    accesses.collect()
}

/// Ends an access that began then. One's own record is kept, and so is the last
/// guardian's access, without which nobody could hand the record over.
#[must_use]
pub fn end_access(patient_id: Id, user_id: Id, created_at: i64) -> Statement {
    Statement::new(
        "DELETE FROM patient_access
         WHERE patient_id = ?1 AND user_id = ?2 AND created_at = ?3 AND relation <> 'self'
           AND (relation = 'proxy' OR EXISTS (SELECT 1 FROM patient_access o WHERE o.patient_id = ?1
                AND o.user_id <> ?2 AND o.relation <> 'proxy'))",
    )
    .bind(patient_id)
    .bind(user_id)
    .bind(created_at)
    .expect_one()
}

/// Whether the record is somebody's own already.
///
/// # Errors
/// When the database fails.
pub async fn is_claimed(app: &App, patient_id: Id) -> Result<bool> {
    #[derive(Deserialize)]
    struct Row {
        claimed: i64,
    }
    let select = Statement::new(
        "SELECT EXISTS (SELECT 1 FROM patient_access WHERE patient_id = ?1 AND relation = 'self') AS claimed",
    );
    Ok(app.query(select.bind(patient_id)).await?.first::<Row>()?.is_some_and(|row| row.claimed != 0))
}

/// Stores the code of a handover; the one before it ends.
#[must_use]
pub fn insert_handover(patient_id: Id, code_hash: &str, given_by: Id, expires_at: Timestamp) -> Statement {
    Statement::new(
        "INSERT INTO handovers (patient_id, code_hash, given_by, expires_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (patient_id) DO UPDATE
         SET code_hash = excluded.code_hash, given_by = excluded.given_by, expires_at = excluded.expires_at",
    )
    .bind(patient_id)
    .bind(code_hash)
    .bind(given_by)
    .bind(expires_at.0)
}

/// Whose record this code hands over, unless the user gave it out themselves.
///
/// # Errors
/// When the database fails.
pub async fn handed_over(app: &App, code_hash: &str, user_id: Id) -> Result<Option<Id>> {
    #[derive(Deserialize)]
    struct Row {
        patient_id: Id,
    }
    let select =
        Statement::new("SELECT patient_id FROM handovers WHERE code_hash = ?1 AND expires_at > ?2 AND given_by <> ?3");
    let row: Option<Row> = app.query(select.bind(code_hash).bind(app.now().0).bind(user_id)).await?.first()?;
    Ok(row.map(|row| row.patient_id))
}

/// Spends the code.
#[must_use]
pub fn spend_handover(code_hash: &str, now: Timestamp) -> Statement {
    Statement::new("DELETE FROM handovers WHERE code_hash = ?1 AND expires_at > ?2")
        .bind(code_hash)
        .bind(now.0)
        .expect_one()
}

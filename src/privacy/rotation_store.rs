//! All SQL about keys that older master keys wrap.

use crate::error::{Result, internal};
use crate::platform::Statement;
use crate::services::App;
use serde::Deserialize;

/// Where a wrapped key, or what is sealed like one, stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A user's key.
    User,
    /// A patient's key.
    Patient,
    /// A room's key.
    Room,
    /// What the law makes one keep.
    Archive,
}

/// What an older key wraps.
pub struct Wrapped {
    /// Where.
    pub place: Place,
    /// The row's id.
    pub id: String,
    /// The kind of an archived row.
    pub kind: String,
    /// As it is wrapped now.
    pub sealed: String,
}

const USERS: &str = "SELECT id, '' AS kind, wrapped_key AS sealed FROM users
WHERE substr(wrapped_key, 1, instr(wrapped_key, '.') - 1) IN (SELECT value FROM json_each(?1)) LIMIT 50";
const PATIENTS: &str = "SELECT id, '' AS kind, wrapped_key AS sealed FROM patients
WHERE substr(wrapped_key, 1, instr(wrapped_key, '.') - 1) IN (SELECT value FROM json_each(?1)) LIMIT 50";
const ROOMS: &str = "SELECT id, '' AS kind, wrapped_key AS sealed FROM rooms
WHERE substr(wrapped_key, 1, instr(wrapped_key, '.') - 1) IN (SELECT value FROM json_each(?1)) LIMIT 50";
const ARCHIVE: &str = "SELECT subject_id AS id, kind, content_sealed AS sealed FROM legal_archive
WHERE substr(content_sealed, 1, instr(content_sealed, '.') - 1) IN (SELECT value FROM json_each(?1)) LIMIT 50";

/// Some of what keys with these ids wrap.
///
/// # Errors
/// When the database fails.
pub async fn wrapped_by(app: &App, kids: &[&str]) -> Result<Vec<Wrapped>> {
    #[derive(Deserialize)]
    struct Row {
        id: String,
        kind: String,
        sealed: String,
    }
    let json = serde_json::to_string(kids).map_err(internal)?;
    let places = [(Place::User, USERS), (Place::Patient, PATIENTS), (Place::Room, ROOMS), (Place::Archive, ARCHIVE)];
    let answered = app.batch(places.map(|(_, sql)| Statement::new(sql).bind(&json)).into()).await?;
    let mut all = Vec::new();
    for ((place, _), rows) in places.iter().zip(answered) {
        let rows = rows.all::<Row>()?.into_iter();
        all.extend(rows.map(|row| Wrapped { place: *place, id: row.id, kind: row.kind, sealed: row.sealed }));
    }
    Ok(all)
}

/// Puts what was wrapped again in place of what was read; what has changed since, or was erased, stays.
#[must_use]
pub fn wrap(row: &Wrapped, wrapped: &str) -> Statement {
    let statement = Statement::new(match row.place {
        Place::User => "UPDATE users SET wrapped_key = ?1 WHERE id = ?2 AND wrapped_key = ?3",
        Place::Patient => "UPDATE patients SET wrapped_key = ?1 WHERE id = ?2 AND wrapped_key = ?3",
        Place::Room => "UPDATE rooms SET wrapped_key = ?1 WHERE id = ?2 AND wrapped_key = ?3",
        Place::Archive => {
            "UPDATE legal_archive SET content_sealed = ?1 WHERE subject_id = ?2 AND content_sealed = ?3 AND kind = ?4"
        }
    });
    let statement = statement.bind(wrapped).bind(&row.id).bind(&row.sealed);
    if row.place == Place::Archive { statement.bind(&row.kind) } else { statement }
}

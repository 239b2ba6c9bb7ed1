//! All SQL about notes of visits. A note is sealed under the patient's key.

use super::note_model::{Amendment, Note, NoteContent, NoteStatus};
use crate::audit::Entry;
use crate::encryption::DataKey;
use crate::error::{Result, internal};
use crate::id::{Id, Timestamp};
use crate::platform::Statement;
use crate::services::App;
use serde::Deserialize;

fn content_about(visit_id: Id) -> String {
    ["visit_notes.content:", &visit_id.to_string()].concat()
}

fn text_about(id: Id) -> String {
    ["visit_note_amendments.text:", &id.to_string()].concat()
}

/// Stores a draft, if the note is still of this version and the visit still this
/// doctor's. Version 0 is that there is none yet.
///
/// # Errors
/// When the host has no randomness.
pub fn write(app: &App, key: &DataKey, note: &Note) -> Result<Statement> {
    let sealed = key.seal_json(app.entropy.as_ref(), &content_about(note.visit_id), &note.content())?;
    let insert = Statement::new(
        "INSERT INTO visit_notes (encounter_id, patient_id, author_id, status, content_sealed, created_at, updated_at)
         SELECT v.encounter_id, v.patient_id, ?2, 'draft', ?3, ?4, ?4
         FROM visits v JOIN encounters e ON e.id = v.encounter_id
         WHERE v.encounter_id = ?1 AND v.status = 'in_progress' AND e.practitioner_id = ?2
           AND NOT EXISTS (SELECT 1 FROM visit_notes n WHERE n.encounter_id = ?1)",
    );
    let update = Statement::new(
        "UPDATE visit_notes SET content_sealed = ?3, version = version + 1, updated_at = ?4
         WHERE encounter_id = ?1 AND author_id = ?2 AND status = 'draft' AND version = ?5
           AND EXISTS (SELECT 1 FROM encounters e WHERE e.id = ?1 AND e.practitioner_id = ?2
                       AND e.status = 'in_progress')",
    );
    let bound = |statement: Statement| {
        statement.bind(note.visit_id).bind(note.author_id).bind(sealed.as_str()).bind(app.now().0)
    };
    let statement = if note.version == 0 { bound(insert) } else { bound(update).bind(note.version) };
    Ok(statement.expect_one())
}

/// Makes a draft of this version a signed note, if its author is still the
/// visit's doctor and a doctor there.
#[must_use]
pub fn sign(note: &Note, signed_at: Timestamp, signature: &str) -> Statement {
    Statement::new(
        "UPDATE visit_notes SET status = 'signed', signed_at = ?3, signature = ?4, version = version + 1,
                updated_at = ?3
         WHERE encounter_id = ?1 AND author_id = ?2 AND status = 'draft' AND version = ?5
           AND EXISTS (SELECT 1 FROM encounters e JOIN staff s ON s.organization_id = e.organization_id
                       WHERE e.id = ?1 AND e.practitioner_id = ?2 AND e.status = 'in_progress'
                         AND s.user_id = ?2 AND s.role = 'doctor' AND s.ended_at IS NULL)",
    )
    .bind(note.visit_id)
    .bind(note.author_id)
    .bind(signed_at.0)
    .bind(signature)
    .bind(note.version)
    .expect_one()
}

/// Adds to a signed note.
///
/// # Errors
/// When the host has no randomness.
pub fn amend(app: &App, key: &DataKey, visit_id: Id, amendment: &Amendment) -> Result<Statement> {
    Ok(Statement::new(
        "INSERT INTO visit_note_amendments (id, encounter_id, author_id, text_sealed, signed_at, signature)
         SELECT ?1, n.encounter_id, ?3, ?4, ?5, ?6 FROM visit_notes n
         WHERE n.encounter_id = ?2 AND n.status = 'signed'
           AND EXISTS (SELECT 1 FROM encounters e JOIN staff s ON s.organization_id = e.organization_id
                       WHERE e.id = ?2 AND e.practitioner_id = ?3
                         AND s.user_id = ?3 AND s.role = 'doctor' AND s.ended_at IS NULL)",
    )
    .bind(amendment.id)
    .bind(visit_id)
    .bind(amendment.author_id)
    .bind(key.seal(app.entropy.as_ref(), &text_about(amendment.id), &amendment.text)?)
    .bind(amendment.signed_at.0)
    .bind(&amendment.signature)
    .expect_one())
}

#[derive(Deserialize)]
struct Row {
    patient_id: Id,
    author_id: Id,
    status: NoteStatus,
    content_sealed: String,
    signed_at: Option<i64>,
    signature: Option<String>,
    version: i64,
}

#[derive(Deserialize)]
struct AmendmentRow {
    id: Id,
    author_id: Id,
    text_sealed: String,
    signed_at: i64,
    signature: String,
}

/// The statement that records that a note was read, where there is one for the
/// reader: signed, or their own draft. One's own record is left out, as by [`crate::audit::record_read`].
///
/// # Errors
/// When the host has no randomness.
pub fn record_read(app: &App, read: Entry, visit_id: Id) -> Result<Statement> {
    Ok(Statement::new(
        "INSERT INTO audit (id, patient_id, actor_id, action, subject_id, request_id, at)
         SELECT ?1, ?2, ?3, ?4, n.encounter_id, ?5, ?6 FROM visit_notes n
         WHERE n.encounter_id = ?7 AND (n.status = 'signed' OR n.author_id = ?3)
           AND NOT EXISTS (SELECT 1 FROM patient_access WHERE patient_id = ?2 AND user_id = ?3 AND relation = 'self')",
    )
    .bind(app.new_id()?)
    .bind(read.patient_id)
    .bind(read.actor_id)
    .bind(read.action)
    .bind(app.request_id())
    .bind(app.now().0)
    .bind(visit_id))
}

/// The note of a visit with its amendments, if there is one. `read` goes into the same batch.
///
/// # Errors
/// When the database fails or something does not open.
pub async fn note(app: &App, key: &DataKey, visit_id: Id, read: Option<Statement>) -> Result<Option<Note>> {
    let select = Statement::new(
        "SELECT patient_id, author_id, status, content_sealed, signed_at, signature, version
         FROM visit_notes WHERE encounter_id = ?1",
    );
    let amendments = Statement::new(
        "SELECT id, author_id, text_sealed, signed_at, signature
         FROM visit_note_amendments WHERE encounter_id = ?1 ORDER BY id",
    );
    let batch = [select.bind(visit_id), amendments.bind(visit_id)].into_iter().chain(read);
    let answers = app.batch(batch.collect()).await?;
    let [found, amendments, ..] = answers.as_slice() else { return Err(internal("a batch answered short")) };
    let Some(row) = found.first::<Row>()? else { return Ok(None) };
    let content: NoteContent = key.open_json(&content_about(visit_id), &row.content_sealed)?;
    let amendments = amendments.all::<AmendmentRow>()?.into_iter().map(|row| {
        Ok(Amendment {
            text: key.open(&text_about(row.id), &row.text_sealed)?,
            id: row.id,
            author_id: row.author_id,
            signed_at: Timestamp(row.signed_at),
            signature: row.signature,
        })
    });
    let note = Note {
        visit_id,
        patient_id: row.patient_id,
        author_id: row.author_id,
        status: row.status,
        signed_at: row.signed_at.map(Timestamp),
        signature: row.signature,
        amendments: amendments.collect::<Result<_>>()?,
        version: row.version,
        ..Note::unwritten(visit_id, row.patient_id, row.author_id)
    };
    Ok(Some(note.saying(content)))
}

//! The calls of the REST API about the note of a visit.

use super::access::{self, Seen};
use super::model::VisitStatus;
use super::note_model::{Amend, Amendment, Diagnoses, Note, NoteContent, NoteStatus};
use super::{note_store, notes};
use crate::audit;
use crate::authorization::{Action, Relationship};
use crate::error::{Error, Result, conflict, not_found};
use crate::http::headers::stale;
use crate::http::{Caller, Create, IfMatch, JsonBody, PathOf, created, idempotency, with_etag};
use crate::id::Id;
use crate::platform::{DatabaseError, Statement};
use crate::services::App;
use axum::response::Response;

/// The note, or the empty one that its author has before writing.
async fn note_of(app: &App, seen: &Seen, author_id: Id, read: Option<Statement>) -> Result<Note> {
    let visit = &seen.stored;
    let written = note_store::note(app, &seen.file.key, visit.id, read).await?;
    Ok(written.unwrap_or_else(|| Note::unwritten(visit.id, visit.patient_id, author_id)))
}

/// Read a visit's note
///
/// Once signed, by the patient and those who care for them; a draft by its author alone, to whom one that is not written
/// yet is empty and of version 0.
#[utoipa::path(get, path = "/api/v1/visits/{id}/note", tag = "Visits", security(("bearer" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Note)))]
pub async fn read_note(app: App, caller: Caller, PathOf(id): PathOf<Id>) -> Result<Response> {
    let seen = access::find(&app, &caller, id, Action::ReadNote).await?;
    let read = note_store::record_read(&app, seen.entry(&caller, "note.read"), id)?;
    let note = note_of(&app, &seen, caller.user_id, Some(read)).await?;
    let author = seen.is(Relationship::VisitDoctor) && note.author_id == caller.user_id;
    if note.status == NoteStatus::Draft && !author {
        return Err(not_found());
    }
    Ok(with_etag(note.version, &note))
}

/// Write a visit's note
///
/// A draft, replaced as a whole. `If-Match: "0"` for the first time.
#[utoipa::path(put, path = "/api/v1/visits/{id}/note", tag = "Visits", security(("bearer" = [])),
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = NoteContent,
    responses((status = 200, body = Note)))]
pub async fn write_note(
    app: App,
    caller: Caller,
    PathOf(id): PathOf<Id>,
    if_match: IfMatch,
    JsonBody(mut content): JsonBody<NoteContent>,
) -> Result<Response> {
    let (seen, note) = draft(&app, &caller, id).await?;
    if_match.check(note.version)?;
    content.diagnoses = Diagnoses(content.diagnoses.0.into_iter().map(notes::coded).collect());
    let mut note = note.saying(content);
    let batch = vec![
        note_store::write(&app, &seen.file.key, &note)?,
        audit::record(&app, seen.entry(&caller, "note.drafted"))?,
    ];
    commit(&app, batch, stale).await?;
    note.version += 1;
    Ok(with_etag(note.version, &note))
}

/// The note while it can be written by the caller.
async fn draft(app: &App, caller: &Caller, id: Id) -> Result<(Seen, Note)> {
    let seen = access::find(app, caller, id, Action::WriteNote).await?;
    let note = note_of(app, &seen, caller.user_id, None).await?;
    if note.status == NoteStatus::Signed {
        return Err(conflict("The note is signed and does not change; add an amendment."));
    }
    if seen.stored.status != VisitStatus::InProgress {
        return Err(conflict("The visit is over."));
    }
    Ok((seen, note))
}

async fn commit(app: &App, batch: Vec<Statement>, lost: impl FnOnce() -> Error) -> Result<()> {
    match app.batch(batch).await {
        Ok(_) => Ok(()),
        Err(DatabaseError::Conflict) => Err(lost()),
        Err(error) => Err(error.into()),
    }
}

/// Sign a visit's note
///
/// From then on it is part of the record and does not change.
#[utoipa::path(post, path = "/api/v1/visits/{id}/note/sign", tag = "Visits", security(("bearer" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Note)))]
pub async fn sign_note(app: App, caller: Caller, PathOf(id): PathOf<Id>) -> Result<Response> {
    let (seen, mut note) = draft(&app, &caller, id).await?;
    if note.content().is_blank() {
        return Err(conflict("There is nothing in the note to sign."));
    }
    let signed_at = app.now();
    let signature = notes::sign(&app.config.signing_keys, &note, signed_at);
    let batch =
        vec![note_store::sign(&note, signed_at, &signature), audit::record(&app, seen.entry(&caller, "note.signed"))?];
    commit(&app, batch, || conflict("It was signed or changed at the same moment. Read it again.")).await?;
    note.status = NoteStatus::Signed;
    note.signed_at = Some(signed_at);
    note.signature = Some(signature);
    note.version += 1;
    Ok(with_etag(note.version, &note))
}

/// Add to a signed note
///
/// The note itself stays as it was signed; each amendment is signed for itself.
#[utoipa::path(post, path = "/api/v1/visits/{id}/note/amendments", tag = "Visits", security(("bearer" = [])),
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = Amend,
    responses((status = 201, body = Amendment)))]
pub async fn amend_note(
    app: App,
    caller: Caller,
    PathOf(id): PathOf<Id>,
    Create { value, key }: Create<Amend>,
) -> Result<Response> {
    if let Some(response) = idempotency::replay(&app, &caller, key.as_ref()).await? {
        return Ok(response);
    }
    let seen = access::find(&app, &caller, id, Action::WriteNote).await?;
    let note = note_of(&app, &seen, caller.user_id, None).await?;
    if note.status != NoteStatus::Signed {
        return Err(conflict("The note is not signed: change the draft itself."));
    }
    let mut amendment = Amendment {
        id: app.new_id()?,
        author_id: caller.user_id,
        text: value.text.0,
        signed_at: app.now(),
        signature: String::new(),
    };
    amendment.signature = notes::sign_amendment(&app.config.signing_keys, &note, &amendment);
    let batch = vec![
        note_store::amend(&app, &seen.file.key, id, &amendment)?,
        audit::record(&app, seen.entry(&caller, "note.amended"))?,
    ];
    let location = ["/api/v1/visits/", &id.to_string(), "/note"].concat();
    idempotency::commit(&app, &caller, key.as_ref(), batch, created(&location, 1, &amendment)).await
}

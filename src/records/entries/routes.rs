//! The calls of the REST API about entries: the same for every kind.

use super::content::{self, AnyValue, Checked, Content};
use super::model::{Asserter, Entry, Kind, Status};
use super::store::{self, Filter};
use crate::audit;
use crate::authorization::Action;
use crate::error::{Error, FieldError, Result, conflict, forbidden, internal, invalid, not_found};
use crate::http::cursor::{self, Limit};
use crate::http::headers::stale;
use crate::http::{Caller, Create, IfMatch, Invalid, JsonBody, Page, PathOf, QueryOf, Reason};
use crate::http::{created, idempotency, with_etag};
use crate::id::Id;
use crate::platform::{DatabaseError, Statement};
use crate::records::store::{PatientFile, patient_for, require_encounter};
use crate::services::{App, Services};
use axum::Router;
use axum::http::StatusCode;
use axum::http::Uri;
use axum::response::Response;
use axum::routing::get;
use deserr::Deserr;
use serde_json::{Map, Value};
use std::sync::Arc;

/// Paths of the record.
pub fn routes() -> Router<Arc<Services>> {
    Router::new()
        .route("/api/v1/patients/{id}/{kind}", get(list_entries).post(create_entry))
        .route("/api/v1/patients/{id}/{kind}/{entry_id}", get(read_entry).patch(correct_entry).delete(mark_in_error))
        .route("/api/v1/patients/{id}/{kind}/{entry_id}/versions", get(list_versions))
        .merge(super::statements::routes())
        .merge(super::overview::routes())
}

/// The file of the patient, for whom the table lets read or write it.
pub(super) async fn file_for(app: &App, caller: &Caller, patient_id: Id, action: Action) -> Result<PatientFile> {
    let file = patient_for(app, patient_id, caller.user_id).await?;
    caller.require(&file.relationships, action)?;
    Ok(file)
}

/// Records a read, for the batch that reads.
pub(super) fn read_by(
    app: &App,
    caller: &Caller,
    file: &PatientFile,
    action: &'static str,
    subject_id: Option<Id>,
) -> Result<Statement> {
    let (patient_id, actor_id) = (Some(file.id), Some(caller.user_id));
    audit::record_read(app, audit::Entry { patient_id, actor_id, action, subject_id })
}

fn written_by(
    app: &App,
    caller: &Caller,
    entry: &Entry,
    file: &PatientFile,
    action: &'static str,
) -> Result<Statement> {
    let (patient_id, actor_id, subject_id) = (Some(file.id), Some(caller.user_id), Some(entry.id));
    audit::record(app, audit::Entry { patient_id, actor_id, action, subject_id })
}

fn with_entries(kind: Kind) -> Result<Kind> {
    if kind == Kind::Statements { Err(not_found()) } else { Ok(kind) }
}

/// A body, parted into the members of its kind and `encounter_id`, where that is given.
fn part(body: Value) -> Result<(Map<String, Value>, Option<Value>)> {
    match body {
        Value::Object(mut members) => {
            let encounter_id = members.remove("encounter_id");
            Ok((members, encounter_id))
        }
        _ => Err(invalid(vec![FieldError::body("", "wrong_type", "must be an object")])),
    }
}

/// Reads both parts, with the faults of both.
fn read(
    app: &App,
    kind: Kind,
    members: Map<String, Value>,
    encounter_id: Option<Value>,
) -> Result<(Checked, Option<Id>)> {
    let encounter_id = match encounter_id {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_str().and_then(Id::parse).map(Some).ok_or_else(|| {
            FieldError::body("/encounter_id", "invalid", "must be an id such as 01932c07-5d3a-7a00-8000-3a5a2c9e1b10")
        }),
    };
    match (content::read(kind, members, app.now()), encounter_id) {
        (Ok(checked), Ok(encounter_id)) => Ok((checked, encounter_id)),
        (Ok(_), Err(fault)) => Err(invalid(vec![fault])),
        (Err(Error::Problem(mut problem)), Err(fault)) => {
            problem.errors.push(fault);
            Err(invalid(problem.errors))
        }
        (Err(error), _) => Err(error),
    }
}

/// Add an entry to a record
///
/// What the patient, or who acts for them, writes is marked as theirs; what a doctor writes as a practitioner's.
/// Known names get `codings`; an unknown one is stored as it is written, with `unknown: true`.
#[utoipa::path(post, path = "/api/v1/patients/{id}/{kind}", tag = "Records", security(("bearer" = [])), request_body = Content,
    params(("id" = String, Path), ("kind" = Kind, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = Entry)))]
pub async fn create_entry(
    app: App,
    caller: Caller,
    PathOf((patient_id, kind)): PathOf<(Id, Kind)>,
    Create { value: AnyValue(body), key }: Create<AnyValue>,
) -> Result<Response> {
    let kind = with_entries(kind)?;
    if let Some(response) = idempotency::replay(&app, &caller, key.as_ref()).await? {
        return Ok(response);
    }
    let file = file_for(&app, &caller, patient_id, Action::WriteRecord).await?;
    let (members, encounter_id) = part(body)?;
    let (checked, encounter_id) = read(&app, kind, members, encounter_id)?;
    if let Some(encounter_id) = encounter_id {
        require_encounter(&app, encounter_id, file.id).await?;
    }
    let entry = Entry {
        id: app.new_id()?,
        kind,
        encounter_id,
        status: Status::Active,
        recorded_by: caller.user_id,
        asserter: Asserter::of(&file),
        recorded_at: app.now(),
        updated_at: app.now(),
        version: 1,
        content: checked.members.clone(),
        effective_at: checked.effective_at,
    };
    let mut batch = vec![store::insert(&app, &file, &entry, &checked)?];
    batch.extend(checked.is_current.then(|| store::end_statement(&file, kind, app.now())));
    batch.push(written_by(&app, &caller, &entry, &file, "entry.recorded")?);
    let location = ["/api/v1/patients/", &file.id.to_string(), "/", kind.as_str(), "/", &entry.id.to_string()].concat();
    idempotency::commit(&app, &caller, key.as_ref(), batch, created(&location, 1, &entry)).await
}

/// `?current=true`
#[derive(Debug, Clone, Copy, Default, Deserr)]
#[deserr(try_from(String) = Flag::parse -> Reason)]
struct Flag(bool);

impl Flag {
    fn parse(text: String) -> Result<Self, Reason> {
        text.parse().map(Self).map_err(|_| Reason::invalid("is true or false"))
    }
}

/// `GET /patients/{id}/{kind}`
#[derive(Deserr)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct List {
    #[deserr(default)]
    status: Option<Status>,
    #[deserr(default)]
    current: Flag,
    #[deserr(default)]
    limit: Limit,
    #[deserr(default)]
    cursor: Option<String>,
}

/// List entries of a kind
///
/// Latest first. `current=true` leaves out what is resolved, refuted or stopped. What was entered in error is shown
/// to those who care for the patient only.
#[utoipa::path(get, path = "/api/v1/patients/{id}/{kind}", tag = "Records", security(("bearer" = [])),
    params(("id" = String, Path), ("kind" = Kind, Path), ("status" = Option<Status>, Query), ("current" = Option<bool>, Query),
           ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Vec<Entry>)))]
pub async fn list_entries(
    app: App,
    caller: Caller,
    PathOf((patient_id, kind)): PathOf<(Id, Kind)>,
    uri: Uri,
    QueryOf(query): QueryOf<List>,
) -> Result<Response> {
    let kind = with_entries(kind)?;
    let keys = &app.config.signing_keys;
    let scope = ["entries:", kind.as_str(), ":", &patient_id.to_string()].concat();
    let before = cursor::open_before(keys, &scope, query.cursor.as_deref())?;
    let file = file_for(&app, &caller, patient_id, Action::ReadRecord).await?;
    let status = if Asserter::of(&file) == Asserter::Patient { Some(Status::Active) } else { query.status };
    let filter = Filter { status, current_only: query.current.0 };
    let select = store::select_page(&file, kind, filter, &before, query.limit.rows() + 1);
    let rows = app.batch(vec![select, read_by(&app, &caller, &file, "entries.read", None)?]).await?;
    let items = store::open(&file, rows.first().ok_or_else(|| internal("a batch answered short"))?)?;
    Ok(Page::new(items, query.limit, |last: &Entry| cursor::seal(keys, &scope, &last.id.to_string())).respond(&uri))
}

/// The entry of this kind, where the reader may see it.
async fn find(app: &App, file: &PatientFile, kind: Kind, id: Id, audit: Option<Statement>) -> Result<Entry> {
    let mut batch = vec![store::select_one(file, with_entries(kind)?, id)];
    batch.extend(audit);
    let rows = app.batch(batch).await?;
    let found = rows.first().map(|rows| store::open(file, rows)).transpose()?.and_then(|mut found| found.pop());
    let shown = |entry: &Entry| entry.status == Status::Active || Asserter::of(file) == Asserter::Practitioner;
    found.filter(shown).ok_or_else(not_found)
}

/// Read an entry
#[utoipa::path(get, path = "/api/v1/patients/{id}/{kind}/{entry_id}", tag = "Records", security(("bearer" = [])),
    params(("id" = String, Path), ("kind" = Kind, Path), ("entry_id" = String, Path)),
    responses((status = 200, body = Entry)))]
pub async fn read_entry(
    app: App,
    caller: Caller,
    PathOf((patient_id, kind, id)): PathOf<(Id, Kind, Id)>,
) -> Result<Response> {
    let file = file_for(&app, &caller, patient_id, Action::ReadRecord).await?;
    let audit = read_by(&app, &caller, &file, "entry.read", Some(id))?;
    let entry = find(&app, &file, kind, id, Some(audit)).await?;
    Ok(with_etag(entry.version, &entry))
}

/// The entry that the caller means to change, if it is theirs to change and as they last read it.
async fn find_to_change(
    app: &App,
    caller: &Caller,
    (patient_id, kind, id): (Id, Kind, Id),
    if_match: IfMatch,
) -> Result<(PatientFile, Entry)> {
    let file = file_for(app, caller, patient_id, Action::WriteRecord).await?;
    let entry = find(app, &file, kind, id, None).await?;
    if Asserter::of(&file) == Asserter::Patient && entry.asserter == Asserter::Practitioner {
        return Err(forbidden("A practitioner wrote this. Ask them to correct it, or add what you know."));
    }
    if_match.check(entry.version)?;
    if entry.status == Status::EnteredInError {
        return Err(conflict("It is marked as entered in error and stays as it is."));
    }
    Ok((file, entry))
}

/// What an entry says once a merge patch (RFC 7396) was laid over it. Members that followed from one that changes go with it.
fn merged(entry: &Entry, patch: Map<String, Value>) -> Map<String, Value> {
    let mut members = entry.content.clone();
    let derived = [("name", "medicine_id"), ("medicine_id", "name"), ("code", "unit"), ("value", "gestation_weeks")];
    let is_set = |member: &str| patch.get(member).is_some_and(|value| !value.is_null());
    let follows = derived.into_iter().filter(|(of, member)| is_set(of) && !patch.contains_key(*member));
    let names_are_of_a_medicine = entry.kind == Kind::Medications;
    let gone: Vec<&str> = follows
        .filter(|(of, _)| names_are_of_a_medicine || entry.kind == Kind::Observations && *of != "name")
        .map(|(_, member)| member)
        .collect();
    for member in ["codings", "unknown"].into_iter().chain(gone) {
        members.remove(member);
    }
    for (member, value) in patch {
        if value.is_null() {
            members.remove(&member);
        } else {
            members.insert(member, value);
        }
    }
    members
}

async fn commit(app: &App, batch: Vec<Statement>) -> Result<()> {
    match app.batch(batch).await {
        Ok(_) => Ok(()),
        Err(DatabaseError::Conflict) => Err(stale()),
        Err(error) => Err(error.into()),
    }
}

/// Correct an entry
///
/// A merge patch (RFC 7396). The version before stays. A patient corrects what was written as theirs only.
#[utoipa::path(patch, path = "/api/v1/patients/{id}/{kind}/{entry_id}", tag = "Records", security(("bearer" = [])), request_body = Content,
    params(("id" = String, Path), ("kind" = Kind, Path), ("entry_id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = Entry), (status = 412, description = "/problems/stale")))]
pub async fn correct_entry(
    app: App,
    caller: Caller,
    PathOf(path): PathOf<(Id, Kind, Id)>,
    if_match: IfMatch,
    JsonBody(AnyValue(patch)): JsonBody<AnyValue>,
) -> Result<Response> {
    let (file, mut entry) = find_to_change(&app, &caller, path, if_match).await?;
    let (patch, encounter_id) = part(patch)?;
    let keeps_encounter = encounter_id.is_none();
    let (checked, encounter_id) = read(&app, entry.kind, merged(&entry, patch), encounter_id)?;
    if let Some(encounter_id) = encounter_id {
        require_encounter(&app, encounter_id, file.id).await?;
    }
    if !keeps_encounter {
        entry.encounter_id = encounter_id;
    }
    (entry.recorded_by, entry.asserter) = (caller.user_id, Asserter::of(&file));
    let mut batch = vec![
        store::keep_version(&file, entry.id, entry.version),
        store::correct(&app, &file, &entry, &checked)?,
        written_by(&app, &caller, &entry, &file, "entry.corrected")?,
    ];
    batch.extend(checked.is_current.then(|| store::end_statement(&file, entry.kind, app.now())));
    commit(&app, batch).await?;
    let entry = Entry {
        version: entry.version + 1,
        updated_at: app.now(),
        effective_at: checked.effective_at,
        content: checked.members,
        ..entry
    };
    Ok(with_etag(entry.version, &entry))
}

/// Mark an entry as entered in error
///
/// It is kept, no check uses it, and only those who care for the patient see it.
#[utoipa::path(delete, path = "/api/v1/patients/{id}/{kind}/{entry_id}", tag = "Records", security(("bearer" = [])),
    params(("id" = String, Path), ("kind" = Kind, Path), ("entry_id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 204), (status = 412, description = "/problems/stale")))]
pub async fn mark_in_error(
    app: App,
    caller: Caller,
    PathOf(path): PathOf<(Id, Kind, Id)>,
    if_match: IfMatch,
) -> Result<StatusCode> {
    let (file, entry) = find_to_change(&app, &caller, path, if_match).await?;
    let (by, asserter) = (caller.user_id, Asserter::of(&file));
    let batch = vec![
        store::keep_version(&file, entry.id, entry.version),
        store::mark_in_error(&file, entry.id, entry.version, by, asserter, app.now()),
        written_by(&app, &caller, &entry, &file, "entry.marked_in_error")?,
    ];
    commit(&app, batch).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /patients/{id}/{kind}/{entry_id}/versions`
#[derive(Deserr)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct Versions {
    #[deserr(default)]
    limit: Limit,
    #[deserr(default)]
    cursor: Option<String>,
}

/// List the versions of an entry
///
/// The present one first, then each that was corrected, as it was.
#[utoipa::path(get, path = "/api/v1/patients/{id}/{kind}/{entry_id}/versions", tag = "Records", security(("bearer" = [])),
    params(("id" = String, Path), ("kind" = Kind, Path), ("entry_id" = String, Path),
           ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Vec<Entry>)))]
pub async fn list_versions(
    app: App,
    caller: Caller,
    PathOf((patient_id, kind, id)): PathOf<(Id, Kind, Id)>,
    uri: Uri,
    QueryOf(query): QueryOf<Versions>,
) -> Result<Response> {
    let keys = &app.config.signing_keys;
    let scope = ["versions:", &id.to_string()].concat();
    let before = cursor::open(keys, &scope, query.cursor.as_deref())?.and_then(|version| version.parse().ok());
    let file = file_for(&app, &caller, patient_id, Action::ReadRecord).await?;
    let audit = read_by(&app, &caller, &file, "entry.read", Some(id))?;
    let present = find(&app, &file, kind, id, Some(audit)).await?;
    let before = before.unwrap_or(present.version + 1);
    let select = store::select_versions(&file, kind, id, before, query.limit.rows() + 1);
    let older = store::open(&file, &app.query(select).await?)?;
    let shows_present = before > present.version;
    let items = shows_present.then_some(present).into_iter().chain(older).collect();
    let page = Page::new(items, query.limit, |last: &Entry| cursor::seal(keys, &scope, &last.version.to_string()));
    Ok(page.respond(&uri))
}

//! Statements that there is nothing: no known allergies, no medicines, no
//! conditions. Absence never says so by itself; the first entry to the contrary ends one.

use super::model::{Asserter, Entry, Kind, Status};
use super::routes::{file_for, read_by};
use super::store;
use crate::audit;
use crate::authorization::Action;
use crate::error::{Result, conflict, forbidden, internal};
use crate::http::headers::stale;
use crate::http::{Caller, IfMatch, Invalid, JsonBody, PathOf, with_etag};
use crate::id::{Id, Timestamp};
use crate::platform::{DatabaseError, Statement};
use crate::records::store::PatientFile;
use crate::services::{App, Services};
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use deserr::Deserr;
use serde::Serialize;
use serde_json::{Map, json};
use std::sync::Arc;
use utoipa::ToSchema;

/// Path of the statements.
pub fn routes() -> Router<Arc<Services>> {
    Router::new().route("/api/v1/patients/{id}/statements", get(read_statements).put(put_statements))
}

/// `PUT /patients/{id}/statements`
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct PutStatements {
    /// The patient has no allergy that they know of.
    #[deserr(default)]
    pub no_known_allergies: bool,
    /// The patient takes no medicines.
    #[deserr(default)]
    pub takes_no_medicines: bool,
    /// The patient has no conditions.
    #[deserr(default)]
    pub has_no_conditions: bool,
}

/// Who stated it, and when.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Stated {
    /// When.
    #[schema(value_type = String)]
    pub stated_at: Timestamp,
    /// Who.
    #[schema(value_type = String)]
    pub stated_by: Id,
    /// As whom.
    pub asserter: Asserter,
}

/// What was stated and still holds; `null` where nothing was.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Statements {
    /// The patient has no allergy that they know of.
    pub no_known_allergies: Option<Stated>,
    /// The patient takes no medicines.
    pub takes_no_medicines: Option<Stated>,
    /// The patient has no conditions.
    pub has_no_conditions: Option<Stated>,
}

impl Statements {
    /// Of current entries.
    #[must_use]
    pub fn of(entries: &[Entry]) -> Self {
        let stated = |kind| {
            statement(entries, kind).map(|entry| Stated {
                stated_at: entry.recorded_at,
                stated_by: entry.recorded_by,
                asserter: entry.asserter,
            })
        };
        Self {
            no_known_allergies: stated(Kind::Allergies),
            takes_no_medicines: stated(Kind::Medications),
            has_no_conditions: stated(Kind::Problems),
        }
    }
}

fn statement(entries: &[Entry], kind: Kind) -> Option<&Entry> {
    entries.iter().find(|entry| entry.kind == Kind::Statements && entry.text("about") == Some(kind.as_str()))
}

/// Current entries, and how often statements were changed: one round trip.
async fn load(app: &App, file: &PatientFile, audit: Option<Statement>) -> Result<(Vec<Entry>, i64)> {
    let mut batch = vec![store::select_current(file), store::select_statement_changes(file.id)];
    batch.extend(audit);
    let rows = app.batch(batch).await?;
    let [current, changes, ..] = rows.as_slice() else { return Err(internal("a batch answered short")) };
    Ok((store::open(file, current)?, store::changes(changes)?))
}

/// Read what was stated not to be there
#[utoipa::path(get, path = "/api/v1/patients/{id}/statements", tag = "Records", security(("bearer" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Statements)))]
pub async fn read_statements(app: App, caller: Caller, PathOf(patient_id): PathOf<Id>) -> Result<Response> {
    let file = file_for(&app, &caller, patient_id, Action::ReadRecord).await?;
    let audit = read_by(&app, &caller, &file, "statements.read", None)?;
    let (entries, version) = load(&app, &file, Some(audit)).await?;
    Ok(with_etag(version, &Statements::of(&entries)))
}

/// State that there is nothing
///
/// Replaces what was stated before. 409 where an entry says otherwise.
#[utoipa::path(put, path = "/api/v1/patients/{id}/statements", tag = "Records", security(("bearer" = [])), request_body = PutStatements,
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = Statements), (status = 409, description = "/problems/conflict"), (status = 412, description = "/problems/stale")))]
pub async fn put_statements(
    app: App,
    caller: Caller,
    PathOf(patient_id): PathOf<Id>,
    if_match: IfMatch,
    JsonBody(body): JsonBody<PutStatements>,
) -> Result<Response> {
    let file = file_for(&app, &caller, patient_id, Action::WriteRecord).await?;
    let (mut entries, mut version) = load(&app, &file, None).await?;
    if_match.check(version)?;
    let mut batch = Vec::new();
    for (wanted, kind, name) in [
        (body.no_known_allergies, Kind::Allergies, "no_known_allergies"),
        (body.takes_no_medicines, Kind::Medications, "takes_no_medicines"),
        (body.has_no_conditions, Kind::Problems, "has_no_conditions"),
    ] {
        match (wanted, statement(&entries, kind).cloned()) {
            (true, None) if entries.iter().any(|entry| entry.kind == kind) => {
                return Err(conflict(["The record has ", kind.as_str(), " that say otherwise."].concat()));
            }
            (true, None) => {
                let entry = made(&app, &caller, &file, kind, name)?;
                batch.push(store::insert_statement(&app, &file, &entry, kind)?);
                entries.push(entry);
            }
            (false, Some(held)) => {
                if Asserter::of(&file) == Asserter::Patient && held.asserter == Asserter::Practitioner {
                    return Err(forbidden(
                        "A practitioner stated this. Add what you know to the contrary, and it ends.",
                    ));
                }
                batch.push(store::withdraw_statement(&file, held.id, held.version, app.now()));
                entries.retain(|entry| entry.id != held.id);
            }
            (true, Some(_)) | (false, None) => continue,
        }
        version += 1;
    }
    if !batch.is_empty() {
        batch.push(audit::record(&app, audit::Entry::about(file.id, &caller, "statements.changed"))?);
        match app.batch(batch).await {
            Ok(_) => {}
            Err(DatabaseError::Conflict) => return Err(stale()),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(with_etag(version, &Statements::of(&entries)))
}

fn made(app: &App, caller: &Caller, file: &PatientFile, kind: Kind, name: &str) -> Result<Entry> {
    let members = [("statement", name), ("about", kind.as_str())];
    Ok(Entry {
        id: app.new_id()?,
        kind: Kind::Statements,
        encounter_id: None,
        status: Status::Active,
        recorded_by: caller.user_id,
        asserter: Asserter::of(file),
        recorded_at: app.now(),
        updated_at: app.now(),
        version: 1,
        content: members.into_iter().map(|(member, text)| (member.to_owned(), json!(text))).collect::<Map<_, _>>(),
        effective_at: None,
    })
}

//! The calls of the REST API about visits, from the patient's side, and the
//! paths of the whole domain.

use super::consent::{self, Consent};
use super::model::{RequestVisit, StoredConsent, Visit, VisitStatus};
use super::{access, note_routes, queue_routes, store, taking};
use crate::accounts::store::user_key;
use crate::audit::{self, Entry};
use crate::authorization::{Action, Relationship};
use crate::diagnosis::store as assessments;
use crate::error::{Error, FieldError, Problem, Result, conflict, invalid};
use crate::http::cursor::{self, Limit};
use crate::http::idempotency::Key;
use crate::http::{Caller, Create, IdInBody, Invalid, Json, Page, PathOf, QueryOf, created, idempotency, with_etag};
use crate::id::Id;
use crate::knowledge::tables::Urgency;
use crate::platform::DatabaseError;
use crate::problem;
use crate::records::store::{PatientFile, patient_for};
use crate::services::{App, Services};
use axum::Router;
use axum::http::Uri;
use axum::response::Response;
use axum::routing::{get, post};
use deserr::Deserr;
use serde::Deserialize;
use std::sync::Arc;

/// Paths of this domain.
pub fn routes() -> Router<Arc<Services>> {
    Router::new()
        .route("/api/v1/visits", get(list_visits).post(request_visit))
        .route("/api/v1/visits/consent", get(read_consent))
        .route("/api/v1/visits/{id}", get(read_visit))
        .route("/api/v1/visits/{id}/cancel", post(cancel_visit))
        .route("/api/v1/visits/{id}/accept", post(taking::accept_visit))
        .route("/api/v1/visits/{id}/hand-over", post(taking::hand_over_visit))
        .route("/api/v1/visits/{id}/close", post(taking::close_visit))
        .route("/api/v1/visits/{id}/note", get(note_routes::read_note).put(note_routes::write_note))
        .route("/api/v1/visits/{id}/note/sign", post(note_routes::sign_note))
        .route("/api/v1/visits/{id}/note/amendments", post(note_routes::amend_note))
        .route("/api/v1/organizations/{id}/queue", get(queue_routes::read_queue))
        .route("/api/v1/organizations/{id}/duty", get(queue_routes::read_duty).put(queue_routes::change_duty))
}

/// Read what a patient consents to
#[utoipa::path(get, path = "/api/v1/visits/consent", tag = "Visits", security(("bearer" = [])),
    responses((status = 200, body = Consent)))]
pub async fn read_consent(caller: Caller) -> Result<Json<Consent>> {
    caller.require(&[Relationship::Anyone], Action::ReadConsent)?;
    Ok(Json(consent::current()))
}

/// Ask for a visit
///
/// It waits in the organization's queue by the level of its assessment. An emergency is not queued silently: 409 with
/// what to do first, unless `acknowledged_emergency` says that it was read; then it is the first of the queue.
#[utoipa::path(post, path = "/api/v1/visits", tag = "Visits", security(("bearer" = [])), request_body = RequestVisit,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = Visit), (status = 409, description = "/problems/emergency-first, or there is an open visit")))]
pub async fn request_visit(app: App, caller: Caller, Create { value, key }: Create<RequestVisit>) -> Result<Response> {
    if let Some(response) = idempotency::replay(&app, &caller, key.as_ref()).await? {
        return Ok(response);
    }
    match ask(&app, &caller, &value, key.as_ref()).await {
        // A twin that ran beside the first finds the first one's visit in its way: its answer is the first one's.
        Err(error) if key.is_some() => idempotency::replay(&app, &caller, key.as_ref()).await?.ok_or(error),
        outcome => outcome,
    }
}

async fn ask(app: &App, caller: &Caller, value: &RequestVisit, key: Option<&Key>) -> Result<Response> {
    let file = patient_for(app, value.patient_id.0, caller.user_id).await?;
    caller.require(&file.relationships, Action::RequestVisit)?;
    let triage_level = triage_level(app, caller, &file, value).await?;
    let organization_id = value.organization_id.0;
    let askable = store::askable(app, organization_id, file.id).await?;
    if !askable.has_doctors() {
        let message = "is not an organization with doctors; take one from /api/v1/practitioners";
        return Err(invalid(vec![FieldError::body("/organization_id", "unknown_organization", message)]));
    }
    if let Some(open) = askable.open_visit {
        return Err(open_already(open));
    }
    let now = app.now();
    let mut visit = Visit {
        id: app.new_id()?,
        status: VisitStatus::Requested,
        patient_id: file.id,
        organization_id,
        assessment_id: value.assessment_id.map(|id| id.0),
        triage_level,
        acknowledged_emergency: value.acknowledged_emergency && triage_level == Some(Urgency::Emergency),
        reason: Some(value.reason.0.clone()),
        consent: StoredConsent { telehealth: true, version: consent::VERSION.to_owned(), given_at: now },
        practitioner_id: None,
        room_id: None,
        position: None,
        ahead: None,
        requested_at: now,
        accepted_at: None,
        closed_at: None,
        close_reason: None,
        warnings: Vec::new(),
        version: 1,
    };
    let mut batch = store::insert(app, &file.key, &visit, value, caller.user_id)?;
    let entry = Entry {
        patient_id: Some(file.id),
        actor_id: Some(caller.user_id),
        action: "visit.requested",
        subject_id: Some(visit.id),
    };
    batch.push(audit::record(app, entry)?);
    let ahead = super::queue_store::ahead_of_new(app, organization_id, triage_level).await?;
    (visit.ahead, visit.position) = (Some(ahead), Some(ahead + 1));
    let location = ["/api/v1/visits/", &visit.id.to_string()].concat();
    idempotency::commit(app, caller, key, batch, created(&location, 1, &visit)).await
}

fn open_already(visit_id: Id) -> Error {
    let detail = "The patient has an open visit there already: wait for it, or cancel it.";
    Problem::new(&problem::CONFLICT, detail).with("visit_id", visit_id).into()
}

/// The level of the assessment that the request names.
async fn triage_level(app: &App, caller: &Caller, file: &PatientFile, asked: &RequestVisit) -> Result<Option<Urgency>> {
    #[derive(Deserialize)]
    struct Triage {
        level: Urgency,
        actions: serde_json::Value,
    }
    let Some(IdInBody(id)) = asked.assessment_id else { return Ok(None) };
    let stored = match assessments::assessment(app, id).await {
        Ok(stored) => stored,
        Err(Error::Problem(problem)) if problem.kind.status == 404 => return Err(no_assessment()),
        Err(error) => return Err(error),
    };
    // It is in this record, or the caller keeps it to themselves.
    let key = match stored.patient_id {
        Some(patient_id) if patient_id == file.id => file.key.clone(),
        None if stored.recorded_by == caller.user_id => user_key(app, caller.user_id).await?,
        _ => return Err(no_assessment()),
    };
    let triage = stored.assessment(&key)?.outcome.remove("triage").unwrap_or_default();
    let triage: Option<Triage> = crate::json::read_value(triage).map_err(crate::error::internal)?;
    let Some(triage) = triage else { return Ok(None) };
    if triage.level == Urgency::Emergency && !asked.acknowledged_emergency {
        let problem = Problem::new(&problem::EMERGENCY_FIRST, problem::EMERGENCY_FIRST.meaning);
        return Err(problem.with("actions", triage.actions).into());
    }
    Ok(Some(triage.level))
}

fn no_assessment() -> Error {
    let message = "is not an assessment of this patient or of your own";
    invalid(vec![FieldError::body("/assessment_id", "unknown_assessment", message)])
}

/// Read a visit
///
/// While it waits it says how many are before it, and nothing of them.
#[utoipa::path(get, path = "/api/v1/visits/{id}", tag = "Visits", security(("bearer" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Visit)))]
pub async fn read_visit(app: App, caller: Caller, PathOf(id): PathOf<Id>) -> Result<Response> {
    let visit = access::read(&app, &caller, id).await?;
    Ok(with_etag(visit.version, &visit))
}

/// `GET /visits`
#[derive(Deserr)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct List {
    #[deserr(default)]
    patient_id: Option<IdInBody>,
    #[deserr(default)]
    limit: Limit,
    #[deserr(default)]
    cursor: Option<String>,
}

/// List visits
///
/// A patient's, or, without `patient_id`, those that the caller took as a doctor; these come without their reasons.
#[utoipa::path(get, path = "/api/v1/visits", tag = "Visits", security(("bearer" = [])),
    params(("patient_id" = Option<String>, Query), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Vec<Visit>)))]
pub async fn list_visits(app: App, caller: Caller, uri: Uri, QueryOf(query): QueryOf<List>) -> Result<Response> {
    let keys = &app.config.signing_keys;
    let (scope, items) = match query.patient_id {
        Some(IdInBody(patient_id)) => {
            let file = patient_for(&app, patient_id, caller.user_id).await?;
            caller.require(&file.relationships, Action::ReadVisit)?;
            let scope = ["visits:", &file.id.to_string()].concat();
            let before = cursor::open_before(keys, &scope, query.cursor.as_deref())?;
            let listed = Entry::about(file.id, &caller, "visit.listed");
            let stored = store::visits_of(&app, file.id, &before, query.limit.rows() + 1, listed).await?;
            let items: Result<Vec<Visit>> = stored.iter().map(|visit| visit.visit(Some(&file.key))).collect();
            (scope, items?)
        }
        None => {
            caller.require(&[Relationship::VisitDoctor], Action::ReadVisit)?;
            let scope = ["visits taken:", &caller.user_id.to_string()].concat();
            let before = cursor::open_before(keys, &scope, query.cursor.as_deref())?;
            let stored = store::visits_taken_by(&app, caller.user_id, &before, query.limit).await?;
            let items: Result<Vec<Visit>> = stored.iter().map(|visit| visit.visit(None)).collect();
            (scope, items?)
        }
    };
    let page = Page::new(items, query.limit, |last| cursor::seal(keys, &scope, &last.id.to_string()));
    Ok(page.respond(&uri))
}

/// Cancel a request
///
/// By the patient's side, before a doctor takes it.
#[utoipa::path(post, path = "/api/v1/visits/{id}/cancel", tag = "Visits", security(("bearer" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Visit)))]
pub async fn cancel_visit(app: App, caller: Caller, PathOf(id): PathOf<Id>) -> Result<Response> {
    let seen = access::find(&app, &caller, id, Action::CancelVisit).await?;
    let mut batch = store::cancel(id, app.now());
    batch.push(audit::record(&app, seen.entry(&caller, "visit.cancelled"))?);
    match app.batch(batch).await {
        Ok(_) => {}
        Err(DatabaseError::Conflict) => {
            return Err(conflict("It does not wait any more: a doctor has taken it, or it is over."));
        }
        Err(error) => return Err(error.into()),
    }
    let visit = access::find(&app, &caller, id, Action::CancelVisit).await?.visit()?;
    Ok(with_etag(visit.version, &visit))
}

//! The calls of the REST API about acting for others.

use super::handover;
use super::model::{Access, AccessRequest, Grant, Guardianship, NewPatient, RequestAccess};
use super::store;
use crate::accounts::mails::Template;
use crate::accounts::model::{BirthDate, Relation};
use crate::accounts::routes::Status;
use crate::accounts::store::account;
use crate::audit::{self, Entry};
use crate::authorization::{Action, Relationship};
use crate::error::{FieldError, Result, conflict, invalid, not_found};
use crate::http::{Caller, Create, IfMatch, Json, JsonBody, Page, PathOf, created, idempotency};
use crate::id::{Id, Timestamp};
use crate::jobs::Job;
use crate::jobs::outbox;
use crate::platform::DatabaseError;
use crate::records::majority::{has_reached, today};
use crate::records::profile::model::{Details, Patient};
use crate::records::store::{insert_patient_with, patient_for};
use crate::services::{App, Services};
use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{delete, get, post};
use std::sync::Arc;

/// Life of a request.
const REQUEST_LIFE_MS: i64 = 14 * 24 * 60 * 60 * 1000;

/// Paths of acting for others.
pub fn routes() -> Router<Arc<Services>> {
    Router::new()
        .route("/api/v1/patients", post(add_patient))
        .route("/api/v1/patients/claim", post(handover::claim))
        .route("/api/v1/patients/{id}/handover", post(handover::hand_over))
        .route("/api/v1/patients/{id}/access", get(list_access))
        .route("/api/v1/patients/{id}/access/{user_id}", delete(end_access))
        .route("/api/v1/access-requests", get(list_access_requests).post(request_access))
        .route("/api/v1/access-requests/{id}", delete(refuse_access))
        .route("/api/v1/access-requests/{id}/grant", post(grant_access))
}

/// Add a child or ward
///
/// Makes a record of its own for somebody who is not of age; the caller acts for them until they are.
#[utoipa::path(post, path = "/api/v1/patients", tag = "Records", security(("bearer" = [])), request_body = NewPatient,
    params(("Idempotency-Key" = Option<String>, Header)), responses((status = 201, body = Patient)))]
pub async fn add_patient(app: App, caller: Caller, Create { value, key }: Create<NewPatient>) -> Result<Response> {
    caller.require(&[Relationship::Anyone], Action::AddPatient)?;
    if let Some(response) = idempotency::replay(&app, &caller, key.as_ref()).await? {
        return Ok(response);
    }
    // A suspended user has no account to act from.
    crate::accounts::store::user_key(&app, caller.user_id).await?;
    check_birth_date(&app, value.birth_date)?;
    let id = app.new_id()?;
    let now = app.now();
    let details = Details { sex: value.sex, ..Details::default() };
    let country = value.country.map(|country| country.0);
    let relation = match value.relation {
        Guardianship::Child => "child",
        Guardianship::Ward => "ward",
    };
    let entry =
        Entry { patient_id: Some(id), actor_id: Some(caller.user_id), action: "patient.added", subject_id: Some(id) };
    let birth_date = Some(value.birth_date.0);
    let batch = vec![
        insert_patient_with(&app, id, &value.name.0, birth_date, country.as_deref(), Some(&details))?,
        store::insert_access(id, caller.user_id, relation, now),
        audit::record(&app, entry)?,
    ];
    let patient = Patient::new(id, value.name.0, Some(value.birth_date), country, details, 1);
    let location = ["/api/v1/patients/", &id.to_string()].concat();
    idempotency::commit(&app, &caller, key.as_ref(), batch, created(&location, 1, &patient)).await
}

fn check_birth_date(app: &App, birth_date: BirthDate) -> Result<()> {
    let message = if birth_date.0 > today(app.now()) {
        "must not be in the future"
    } else if has_reached(birth_date.0, app.config.age_of_majority, app.now()) {
        "is of somebody who is of age: they sign up themselves and may let you act for them"
    } else {
        return Ok(());
    };
    Err(invalid(vec![FieldError::body("/birth_date", "invalid", message)]))
}

/// Ask to act for another person
///
/// By their address. The answer is the same whether there is such a person or not; they get a mail and decide.
#[utoipa::path(post, path = "/api/v1/access-requests", tag = "Records", security(("bearer" = [])),
    request_body = RequestAccess, responses((status = 202, body = Status)))]
pub async fn request_access(
    app: App,
    caller: Caller,
    JsonBody(body): JsonBody<RequestAccess>,
) -> Result<(StatusCode, Json<Status>)> {
    caller.require(&[Relationship::Anyone], Action::RequestAccess)?;
    let requester = account(&app, caller.user_id).await?;
    if requester.suspended {
        return Err(not_found());
    }
    let asked = store::asked(&app, &body.email.0, caller.user_id).await?.filter(|asked| !asked.known);
    let entry = Entry { actor_id: Some(caller.user_id), action: "access.requested", ..Entry::default() };
    let mut batch = Vec::new();
    let mut mail = None;
    if let Some(asked) = asked {
        let id = app.new_id()?;
        let now = app.now();
        let expires_at = Timestamp(now.0 + REQUEST_LIFE_MS);
        batch.extend(store::insert_request(id, asked.patient_id, caller.user_id, now, expires_at));
        let values = vec![("name".to_owned(), requester.me.name), ("link".to_owned(), app.config.public_url.clone())];
        let template = Template::AccessRequested;
        let job = Job::SendMail { template, to: asked.email, locale: asked.locale, values };
        let (job, pending) = outbox::add(&app, &job)?;
        batch.push(job);
        mail = Some(pending);
        batch.push(audit::record(&app, Entry { patient_id: Some(asked.patient_id), ..entry })?);
    } else {
        batch.push(audit::record(&app, entry)?);
    }
    app.batch(batch).await?;
    if let Some(pending) = mail {
        outbox::offer(&app, pending).await;
    }
    Ok((StatusCode::ACCEPTED, Json(Status { status: "requested" })))
}

/// List who asks to act for oneself
#[utoipa::path(get, path = "/api/v1/access-requests", tag = "Records", security(("bearer" = [])),
    responses((status = 200, body = Vec<AccessRequest>)))]
pub async fn list_access_requests(app: App, caller: Caller) -> Result<Json<Page<AccessRequest>>> {
    caller.require(&[Relationship::Anyone], Action::UseOwnAccount)?;
    Ok(Json(Page { items: store::requests(&app, caller.user_id).await?, next_cursor: None }))
}

/// The request, for the patient whose record it is about.
async fn asked_of(app: &App, caller: &Caller, id: Id) -> Result<store::Request> {
    let request = store::request(app, id).await?.ok_or_else(not_found)?;
    let file = patient_for(app, request.patient_id, caller.user_id).await?;
    caller.require(&file.relationships, Action::GrantAccess)?;
    Ok(request)
}

/// Let somebody act for oneself
#[utoipa::path(post, path = "/api/v1/access-requests/{id}/grant", tag = "Records", security(("bearer" = [])),
    params(("id" = String, Path)), request_body = Grant, responses((status = 200, body = Access)))]
pub async fn grant_access(
    app: App,
    caller: Caller,
    PathOf(id): PathOf<Id>,
    JsonBody(body): JsonBody<Grant>,
) -> Result<Json<Access>> {
    let request = asked_of(&app, &caller, id).await?;
    let now = app.now();
    let expires_at = body.expires_at.map(|at| at.0);
    if expires_at.is_some_and(|at| at <= now) {
        return Err(invalid(vec![FieldError::body("/expires_at", "invalid", "must be in the future")]));
    }
    let entry = Entry {
        patient_id: Some(request.patient_id),
        actor_id: Some(caller.user_id),
        action: "access.granted",
        subject_id: Some(request.requester_id),
    };
    let batch = vec![
        store::close_request(id, now),
        store::grant(request, body.scope, expires_at, now),
        audit::record(&app, entry)?,
    ];
    match app.batch(batch).await {
        Ok(_) => {}
        Err(DatabaseError::Conflict) => return Err(not_found()),
        Err(error) => return Err(error.into()),
    }
    let file = patient_for(&app, request.patient_id, caller.user_id).await?;
    let granted = store::accesses(&app, &file).await?.into_iter().find(|one| one.user_id == request.requester_id);
    Ok(Json(granted.ok_or_else(not_found)?))
}

/// Refuse somebody who asks to act for oneself
#[utoipa::path(delete, path = "/api/v1/access-requests/{id}", tag = "Records", security(("bearer" = [])),
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 204)))]
pub async fn refuse_access(app: App, caller: Caller, PathOf(id): PathOf<Id>, if_match: IfMatch) -> Result<StatusCode> {
    let request = asked_of(&app, &caller, id).await?;
    if_match.check(request.created_at)?;
    let entry = Entry {
        patient_id: Some(request.patient_id),
        actor_id: Some(caller.user_id),
        action: "access.refused",
        subject_id: Some(request.requester_id),
    };
    match app.batch(vec![store::close_request(id, app.now()), audit::record(&app, entry)?]).await {
        Ok(_) => Ok(StatusCode::NO_CONTENT),
        Err(DatabaseError::Conflict) => Err(not_found()),
        Err(error) => Err(error.into()),
    }
}

/// List who acts for a patient
#[utoipa::path(get, path = "/api/v1/patients/{id}/access", tag = "Records", security(("bearer" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Vec<Access>)))]
pub async fn list_access(app: App, caller: Caller, PathOf(id): PathOf<Id>) -> Result<Json<Page<Access>>> {
    let file = patient_for(&app, id, caller.user_id).await?;
    caller.require(&file.relationships, Action::ListAccess)?;
    let read = Entry::about(id, &caller, "access.listed");
    Ok(Json(Page { items: store::read_accesses(&app, &file, read).await?, next_cursor: None }))
}

/// End somebody's access
///
/// The patient ends anybody's; everybody gives up their own.
#[utoipa::path(delete, path = "/api/v1/patients/{id}/access/{user_id}", tag = "Records", security(("bearer" = [])),
    params(("id" = String, Path), ("user_id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 204)))]
pub async fn end_access(
    app: App,
    caller: Caller,
    PathOf((id, user_id)): PathOf<(Id, Id)>,
    if_match: IfMatch,
) -> Result<StatusCode> {
    let file = patient_for(&app, id, caller.user_id).await?;
    let action = if user_id == caller.user_id { Action::RenounceAccess } else { Action::EndAccess };
    caller.require(&file.relationships, action)?;
    let accesses = store::accesses(&app, &file).await?;
    let access = accesses.into_iter().find(|access| access.user_id == user_id).ok_or_else(not_found)?;
    if_match.check(access.version)?;
    if access.relation == Relation::Oneself {
        return Err(conflict("It is their own record: that does not end."));
    }
    let entry = Entry {
        patient_id: Some(id),
        actor_id: Some(caller.user_id),
        action: "access.ended",
        subject_id: Some(user_id),
    };
    match app.batch(vec![store::end_access(id, user_id, access.version), audit::record(&app, entry)?]).await {
        Ok(_) => Ok(StatusCode::NO_CONTENT),
        Err(DatabaseError::Conflict) => {
            Err(conflict("It has ended already, or nobody else is left who could hand the record over."))
        }
        Err(error) => Err(error.into()),
    }
}

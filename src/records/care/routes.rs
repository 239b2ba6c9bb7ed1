//! The calls of the REST API about who cares for a patient.

use super::emergency;
use super::model::{CareTeamMember, Consent, Consented};
use super::store::{self, Practice};
use crate::audit::{self, Entry};
use crate::authorization::Action;
use crate::error::{Error, FieldError, Result, invalid, not_found};
use crate::http::{Caller, Create, IfMatch, Json, Page, PathOf, created, headers, idempotency};
use crate::id::Id;
use crate::platform::DatabaseError;
use crate::records::store::{begin_care, patient_for};
use crate::services::{App, Services};
use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{delete, get, post};
use std::sync::Arc;

/// Doctors to whom one consent to an organization opens a record.
const MOST_DOCTORS: i64 = 50;

/// Paths of care relationships.
pub fn routes() -> Router<Arc<Services>> {
    Router::new()
        .route("/api/v1/patients/{id}/care-team", get(read_care_team))
        .route("/api/v1/patients/{id}/care-team/{practitioner_id}", delete(end_care))
        .route("/api/v1/patients/{id}/consents", post(consent))
        .route("/api/v1/patients/{id}/break-glass", post(emergency::break_glass))
}

/// Read who cares for a patient
#[utoipa::path(get, path = "/api/v1/patients/{id}/care-team", tag = "Records", security(("bearer" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Vec<CareTeamMember>)))]
pub async fn read_care_team(app: App, caller: Caller, PathOf(id): PathOf<Id>) -> Result<Json<Page<CareTeamMember>>> {
    let file = patient_for(&app, id, caller.user_id).await?;
    caller.require(&file.relationships, Action::ReadCareTeam)?;
    let read = Entry::about(id, &caller, "care_team.read");
    Ok(Json(Page { items: store::care_team(&app, id, read).await?, next_cursor: None }))
}

/// End a care relationship
///
/// At once the record is to that doctor as if it were not there; what they prescribed they may still read.
#[utoipa::path(delete, path = "/api/v1/patients/{id}/care-team/{practitioner_id}", tag = "Records", security(("bearer" = [])),
    params(("id" = String, Path), ("practitioner_id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 204)))]
pub async fn end_care(
    app: App,
    caller: Caller,
    PathOf((id, practitioner_id)): PathOf<(Id, Id)>,
    if_match: IfMatch,
) -> Result<StatusCode> {
    let file = patient_for(&app, id, caller.user_id).await?;
    caller.require(&file.relationships, Action::EndCare)?;
    let began_at = store::care_began(&app, id, practitioner_id).await?.ok_or_else(not_found)?;
    if_match.check(began_at)?;
    let entry = Entry {
        patient_id: Some(id),
        actor_id: Some(caller.user_id),
        action: "care.ended",
        subject_id: Some(practitioner_id),
    };
    let now = app.now();
    let batch = vec![
        store::end_care(id, practitioner_id, began_at, now),
        store::end_openings(id, practitioner_id, now),
        audit::record(&app, entry)?,
    ];
    match app.batch(batch).await {
        Ok(_) => Ok(StatusCode::NO_CONTENT),
        Err(DatabaseError::Conflict) => Err(headers::stale()),
        Err(error) => Err(error.into()),
    }
}

/// Consent to care
///
/// Opens the record to a doctor, or to those who practise in an organization at this moment. Who begins to work there
/// later is not among them.
#[utoipa::path(post, path = "/api/v1/patients/{id}/consents", tag = "Records", security(("bearer" = [])),
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = Consent,
    responses((status = 201, body = Consented)))]
pub async fn consent(
    app: App,
    caller: Caller,
    PathOf(id): PathOf<Id>,
    Create { value, key }: Create<Consent>,
) -> Result<Response> {
    if let Some(response) = idempotency::replay(&app, &caller, key.as_ref()).await? {
        return Ok(response);
    }
    let file = patient_for(&app, id, caller.user_id).await?;
    caller.require(&file.relationships, Action::Consent)?;
    let doctors = meant(&app, &value).await?;
    let now = app.now();
    let mut batch = Vec::new();
    for doctor in &doctors {
        let entry = Entry {
            patient_id: Some(id),
            actor_id: Some(caller.user_id),
            action: "care.consented",
            subject_id: Some(doctor.user_id),
        };
        batch.push(begin_care(id, doctor.user_id, Some(doctor.organization_id), "consent", now));
        batch.push(audit::record(&app, entry)?);
    }
    let practitioner_ids = doctors.iter().map(|doctor| doctor.user_id).collect();
    let location = ["/api/v1/patients/", &id.to_string(), "/care-team"].concat();
    let response = created(&location, now.0, &Consented { patient_id: id, practitioner_ids });
    idempotency::commit(&app, &caller, key.as_ref(), batch, response).await
}

/// The doctors that a consent is to, or what is wrong with it.
async fn meant(app: &App, consent: &Consent) -> Result<Vec<Practice>> {
    let practitioner = consent.practitioner_id.map(|id| id.0);
    let organization = consent.organization_id.map(|id| id.0);
    let wrong = |pointer, code, message| -> Error { invalid(vec![FieldError::body(pointer, code, message)]) };
    if practitioner.is_none() && organization.is_none() {
        return Err(wrong("/practitioner_id", "missing", "or organization_id is required"));
    }
    let mut found = store::practices(app, practitioner, organization, MOST_DOCTORS).await?;
    if practitioner.is_some() {
        found.truncate(1);
        let message = "is not a practitioner here; take one from /api/v1/practitioners";
        return if found.is_empty() { Err(wrong("/practitioner_id", "invalid", message)) } else { Ok(found) };
    }
    let message = "has no practitioner; take one from /api/v1/practitioners";
    if found.is_empty() { Err(wrong("/organization_id", "invalid", message)) } else { Ok(found) }
}

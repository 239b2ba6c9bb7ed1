//! The calls of the REST API about what becomes of a signed prescription: sent to a
//! pharmacy, dispensed in part or whole, given back, taken back.

use super::lifecycle::{self, Event, EventContent, EventKind};
use super::model::{AskBack, BecauseOf, Dispense, Prescription, Send, Status};
use super::routes::find;
use super::{pharmacy_store, store};
use crate::audit::{self, Entry};
use crate::authorization::{Action, Relationship, Role, require};
use crate::chat::directory::candidates;
use crate::chat::model::{Membership, RoomSummary};
use crate::chat::opening::{self, Plan};
use crate::error::{Error, FieldError, Result, conflict, invalid, not_found, unauthenticated};
use crate::http::cursor::{self};
use crate::http::{Caller, Create, JsonBody, Page, PageQuery, PathOf, QueryOf, idempotency, with_etag};
use crate::id::Id;
use crate::integrations::store::roles_in;
use crate::medicine::prescriptions::pharmacy_store::Received;
use crate::platform::{DatabaseError, Statement};
use crate::records::store::PatientFile;
use crate::services::{App, Services};
use axum::Router;
use axum::http::Uri;
use axum::response::Response;
use axum::routing::{get, post};
use std::sync::Arc;

/// Paths of what becomes of prescriptions.
pub fn routes() -> Router<Arc<Services>> {
    Router::new()
        .route("/api/v1/prescriptions/{id}/send", post(send_prescription))
        .route("/api/v1/prescriptions/{id}/cancel", post(cancel_prescription))
        .route("/api/v1/prescriptions/{id}/dispense", post(dispense_prescription))
        .route("/api/v1/prescriptions/{id}/return", post(return_prescription))
        .route("/api/v1/prescriptions/{id}/room", post(ask_prescriber))
        .route("/api/v1/organizations/{id}/prescriptions", get(list_received_prescriptions))
}

/// Records the event with what goes along, and answers with the prescription as it is then.
async fn happen(
    app: &App,
    caller: &Caller,
    file: &PatientFile,
    prescription: Prescription,
    event: Event,
    action: &'static str,
    along: Vec<Statement>,
) -> Result<Response> {
    let entry = Entry { subject_id: Some(prescription.id), ..Entry::about(file.id, caller, action) };
    let mut batch =
        vec![store::add_event(app, file, &prescription, caller.user_id, &event)?, audit::record(app, entry)?];
    batch.extend(along);
    match app.batch(batch).await {
        Ok(_) => {}
        Err(DatabaseError::Conflict) => {
            return Err(conflict("Something else happened to it at the same moment. Read it again."));
        }
        Err(error) => return Err(error.into()),
    }
    let after = store::prescription(app, file, prescription.id).await?.ok_or_else(not_found)?;
    Ok(with_etag(after.version, &after))
}

/// The state does not allow it.
pub fn not_now(status: Status) -> Error {
    let told = match status {
        Status::Draft => "It is not signed yet.",
        Status::Signed => "It is not at a pharmacy.",
        Status::Sent => "It is at a pharmacy already.",
        Status::PartlyDispensed => "Some of it was handed over already.",
        Status::Dispensed => "All of it was handed over.",
        Status::Cancelled => "It was cancelled.",
        Status::Expired => "It has expired.",
    };
    conflict(told)
}

/// Send a prescription to a pharmacy
///
/// A signed one, to an organization with a pharmacist, who can read it from then on.
#[utoipa::path(post, path = "/api/v1/prescriptions/{id}/send", tag = "Prescriptions", security(("bearer" = [])),
    params(("id" = String, Path)), request_body = Send,
    responses((status = 200, body = Prescription), (status = 409, description = "it is not signed, at a pharmacy already, or over")))]
pub async fn send_prescription(
    app: App,
    caller: Caller,
    PathOf(id): PathOf<Id>,
    JsonBody(body): JsonBody<Send>,
) -> Result<Response> {
    let (file, prescription) = find(&app, &caller, id, Action::SendPrescription).await?;
    to_pharmacy(&app, &caller, &file, prescription, body.organization_id.0, "prescription.sent").await
}

/// Puts a signed prescription that waits before a pharmacy.
///
/// # Errors
/// 409 when it does not wait, 422 when the organization is no pharmacy.
pub async fn to_pharmacy(
    app: &App,
    caller: &Caller,
    file: &PatientFile,
    prescription: Prescription,
    organization_id: Id,
    action: &'static str,
) -> Result<Response> {
    let waits = prescription.pharmacy_id.is_none();
    if !(waits && matches!(prescription.status, Status::Signed | Status::PartlyDispensed)) {
        return Err(not_now(prescription.status));
    }
    if !pharmacy_store::has_pharmacist(app, organization_id).await? {
        let message = "is not an organization with a pharmacist";
        return Err(invalid(vec![FieldError::body("/organization_id", "unknown_pharmacy", message)]));
    }
    let event = Event {
        kind: EventKind::Sent,
        organization_id: Some(organization_id),
        at: app.now(),
        content: EventContent::default(),
    };
    let along = vec![pharmacy_store::send(organization_id, prescription.id, file.id, app.now())];
    happen(app, caller, file, prescription, event, action, along).await
}

/// Cancel a prescription
///
/// Whatever was not handed over is not to be. It no longer counts as taken.
#[utoipa::path(post, path = "/api/v1/prescriptions/{id}/cancel", tag = "Prescriptions", security(("bearer" = [])),
    params(("id" = String, Path)), request_body = BecauseOf,
    responses((status = 200, body = Prescription), (status = 409, description = "it is not signed, or over")))]
pub async fn cancel_prescription(
    app: App,
    caller: Caller,
    PathOf(id): PathOf<Id>,
    JsonBody(body): JsonBody<BecauseOf>,
) -> Result<Response> {
    let (file, prescription) = find(&app, &caller, id, Action::CancelPrescription).await?;
    if !matches!(prescription.status, Status::Signed | Status::Sent | Status::PartlyDispensed | Status::Expired) {
        return Err(not_now(prescription.status));
    }
    let content = EventContent { reason: Some(body.reason.0), ..EventContent::default() };
    let event = Event { kind: EventKind::Cancelled, organization_id: prescription.pharmacy_id, at: app.now(), content };
    let along = vec![pharmacy_store::close(id)];
    happen(&app, &caller, &file, prescription, event, "prescription.cancelled", along).await
}

/// Dispense a prescription
///
/// In part or whole, never more than was prescribed and its repeats allow.
#[utoipa::path(post, path = "/api/v1/prescriptions/{id}/dispense", tag = "Prescriptions", security(("bearer" = [])),
    params(("id" = String, Path)), request_body = Dispense,
    responses((status = 200, body = Prescription), (status = 409, description = "it is not at a pharmacy, or over")))]
pub async fn dispense_prescription(
    app: App,
    caller: Caller,
    PathOf(id): PathOf<Id>,
    JsonBody(body): JsonBody<Dispense>,
) -> Result<Response> {
    let (file, prescription) = find(&app, &caller, id, Action::DispensePrescription).await?;
    if !matches!(prescription.status, Status::Sent | Status::PartlyDispensed) {
        return Err(not_now(prescription.status));
    }
    let faults = lifecycle::faults(&prescription.items, &prescription.events, &body.items);
    let mut errors: Vec<FieldError> = faults
        .into_iter()
        .map(|(at, field, reason)| {
            let pointer = ["/items/", &at.to_string(), "/", field].concat();
            FieldError::body(pointer, reason.code, reason.message)
        })
        .collect();
    if body.items.is_empty() {
        errors.push(FieldError::body("/items", "missing", "must have at least one item"));
    }
    if !errors.is_empty() {
        return Err(invalid(errors));
    }
    let content = EventContent { dispensed: body.items, complete: body.complete, reason: None };
    let event = Event { kind: EventKind::Dispensed, organization_id: prescription.pharmacy_id, at: app.now(), content };
    let mut events = prescription.events.clone();
    events.push(event.clone());
    let after = lifecycle::status(&prescription.items, prescription.signed_at, &events, app.now());
    let along = if after == Status::Dispensed { vec![pharmacy_store::close(id)] } else { Vec::new() };
    happen(&app, &caller, &file, prescription, event, "prescription.dispensed", along).await
}

/// Return a prescription
///
/// The pharmacy gives it back, with why; it can be sent to another one. It can no longer read it.
#[utoipa::path(post, path = "/api/v1/prescriptions/{id}/return", tag = "Prescriptions", security(("bearer" = [])),
    params(("id" = String, Path)), request_body = BecauseOf,
    responses((status = 200, body = Prescription), (status = 409, description = "it is not at a pharmacy, or over")))]
pub async fn return_prescription(
    app: App,
    caller: Caller,
    PathOf(id): PathOf<Id>,
    JsonBody(body): JsonBody<BecauseOf>,
) -> Result<Response> {
    let (file, prescription) = find(&app, &caller, id, Action::DispensePrescription).await?;
    let (Status::Sent | Status::PartlyDispensed, Some(pharmacy)) = (prescription.status, prescription.pharmacy_id)
    else {
        return Err(not_now(prescription.status));
    };
    let content = EventContent { reason: Some(body.reason.0), ..EventContent::default() };
    let event = Event { kind: EventKind::Returned, organization_id: Some(pharmacy), at: app.now(), content };
    let along = vec![pharmacy_store::take_back(pharmacy, id)];
    happen(&app, &caller, &file, prescription, event, "prescription.returned", along).await
}

/// Ask the prescriber
///
/// A room of the pharmacist with the prescriber, about this prescription; the patient is not in it. It counts as one
/// about the patient: who looked into it stands in the record's log.
#[utoipa::path(post, path = "/api/v1/prescriptions/{id}/room", tag = "Prescriptions", security(("bearer" = [])),
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = AskBack,
    responses((status = 201, body = RoomSummary), (status = 409, description = "the prescriber is no longer there")))]
pub async fn ask_prescriber(
    app: App,
    caller: Caller,
    PathOf(id): PathOf<Id>,
    Create { value, key }: Create<AskBack>,
) -> Result<Response> {
    if let Some(response) = idempotency::replay(&app, &caller, key.as_ref()).await? {
        return Ok(response);
    }
    let (file, prescription) = find(&app, &caller, id, Action::DispensePrescription).await?;
    let found = candidates(&app, &[caller.user_id, prescription.prescriber_id]).await?;
    let member = |id: Id, role: Role| {
        found.iter().find(|candidate| candidate.id == id).map(|candidate| candidate.member(role, Membership::Joined))
    };
    let asks = member(caller.user_id, Role::Pharmacist).ok_or_else(unauthenticated)?;
    let answers = member(prescription.prescriber_id, Role::Doctor)
        .ok_or_else(|| conflict("The prescriber is no longer there to be asked."))?;
    let plan = Plan {
        patient_id: Some(file.id),
        organization_id: prescription.pharmacy_id,
        members: vec![asks, answers],
        begins_care: Vec::new(),
    };
    opening::begin(&app, &caller, key.as_ref(), &value.subject.0, plan).await
}

/// List what was sent to a pharmacy
///
/// What is not handed over yet, latest first, for its pharmacists. What is in one tells the prescription itself.
#[utoipa::path(get, path = "/api/v1/organizations/{id}/prescriptions", tag = "Prescriptions", security(("bearer" = [])),
    params(("id" = String, Path), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Vec<Received>)))]
pub async fn list_received_prescriptions(
    app: App,
    caller: Caller,
    uri: Uri,
    PathOf(organization_id): PathOf<Id>,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Response> {
    let roles = roles_in(&app, organization_id, caller.user_id).await?;
    let relationship = if roles.is_empty() { Relationship::None } else { Relationship::Staff };
    require(&roles, &[relationship], Action::ListReceivedPrescriptions)?;
    let keys = &app.config.signing_keys;
    let scope = ["received-prescriptions:", &organization_id.to_string()].concat();
    let before = cursor::open_before(keys, &scope, query.cursor.as_deref())?;
    let items = pharmacy_store::received(&app, organization_id, &before, query.limit.rows() + 1).await?;
    let page = Page::new(items, query.limit, |last| cursor::seal(keys, &scope, &last.prescription_id.to_string()));
    Ok(page.respond(&uri))
}

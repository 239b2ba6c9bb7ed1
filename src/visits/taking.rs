//! Taking a visit, handing it over and closing it: the calls of the visit's doctor.

use super::access::{self, Seen};
use super::model::{CloseVisit, HandOver, Visit, VisitStatus, Warning};
use super::{licences, store};
use crate::audit;
use crate::authorization::{Action, Relationship, Role};
use crate::chat::directory::{self, Candidate, NewRoom};
use crate::chat::model::Membership;
use crate::chat::{alignment, model::RoomMember};
use crate::error::{FieldError, Result, conflict, invalid};
use crate::http::{Caller, JsonBody, OptionalBody, PathOf, with_etag};
use crate::id::Id;
use crate::platform::DatabaseError;
use crate::records::store::begin_care;
use crate::services::App;
use axum::response::Response;

/// What a room of a visit is about; the reason itself stays in the record.
const SUBJECT: &str = "Visit";

/// Take a patient from the queue
///
/// Of all who try at once exactly one gets the visit. It opens the patient's record to the doctor, by the patient's own
/// request, and a room for the two. Who took it already gets the same answer again.
#[utoipa::path(post, path = "/api/v1/visits/{id}/accept", tag = "Visits", security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = Visit), (status = 403, description = "/problems/licence-does-not-cover")))]
pub async fn accept_visit(app: App, caller: Caller, PathOf(id): PathOf<Id>) -> Result<Response> {
    let seen = access::find(&app, &caller, id, Action::AcceptVisit).await?;
    if seen.is(Relationship::ActsForPatient) {
        return Err(conflict("You act for this patient; a colleague takes the visit."));
    }
    let country = seen.file.country.as_deref();
    let warnings = licences::require_cover(&app, seen.stored.organization_id, caller.user_id, country).await?;
    let taken_before = seen.stored.status == VisitStatus::InProgress && seen.is(Relationship::VisitDoctor);
    if !taken_before {
        if seen.stored.status != VisitStatus::Requested {
            return Err(taken());
        }
        take(&app, &caller, &seen).await?;
    }
    answer(&app, &caller, id, warnings).await
}

fn taken() -> crate::error::Error {
    conflict("It does not wait any more: a colleague has taken it, or it is over.")
}

async fn take(app: &App, caller: &Caller, seen: &Seen) -> Result<()> {
    let (visit, now) = (&seen.stored, app.now());
    let found = directory::candidates(app, &[caller.user_id, visit.requested_by]).await?;
    let named = |id: Id| found.iter().find(|candidate: &&Candidate| candidate.id == id);
    let (Some(doctor), Some(patient)) = (named(caller.user_id), named(visit.requested_by)) else {
        return Err(conflict("Whoever asked for this visit cannot sign in any more."));
    };
    let members: [RoomMember; 2] =
        [patient.member(Role::Patient, Membership::Joined), doctor.member(Role::Doctor, Membership::Joined)];
    let room = NewRoom {
        id: app.new_id()?,
        subject: SUBJECT,
        patient_id: Some(visit.patient_id),
        organization_id: Some(visit.organization_id),
        created_by: caller.user_id,
    };
    let mut batch = store::take(visit.id, caller.user_id, room.id, now);
    batch.push(directory::insert_room(app, &room)?.0);
    batch.extend(members.iter().map(|member| directory::insert_member(room.id, member, now)));
    batch.push(begin_care(visit.patient_id, caller.user_id, Some(visit.organization_id), "consent", now));
    batch.push(audit::record(app, seen.entry(caller, "visit.accepted"))?);
    let pending = alignment::later(app, room.id, &mut batch)?;
    match app.batch(batch).await {
        Ok(_) => {}
        Err(DatabaseError::Conflict) => return Err(lost(app, caller, visit.id).await),
        Err(error) => return Err(error.into()),
    }
    alignment::now(app, room.id, pending).await;
    Ok(())
}

/// Why the visit was not given: it is gone, or the doctor is not on duty.
async fn lost(app: &App, caller: &Caller, id: Id) -> crate::error::Error {
    match access::find(app, caller, id, Action::AcceptVisit).await {
        Ok(seen) if seen.stored.status == VisitStatus::Requested => {
            conflict("You are not on duty there; go on duty first.")
        }
        Ok(_) => taken(),
        Err(error) => error,
    }
}

async fn answer(app: &App, caller: &Caller, id: Id, warnings: Vec<Warning>) -> Result<Response> {
    let mut visit: Visit = access::find(app, caller, id, Action::ReadVisit).await?.visit()?;
    visit.warnings = warnings;
    Ok(with_etag(visit.version, &visit))
}

/// Hand a visit over
///
/// To another doctor on duty of the same organization, with the room and the draft of the note. The record opens to them and
/// closes to the first doctor, unless it was open to that one before.
#[utoipa::path(post, path = "/api/v1/visits/{id}/hand-over", tag = "Visits", security(("bearer" = [])),
    params(("id" = String, Path)), request_body = HandOver, responses((status = 200, body = Visit)))]
pub async fn hand_over_visit(
    app: App,
    caller: Caller,
    PathOf(id): PathOf<Id>,
    JsonBody(body): JsonBody<HandOver>,
) -> Result<Response> {
    let seen = access::find(&app, &caller, id, Action::ConductVisit).await?;
    let (visit, to, now) = (&seen.stored, body.practitioner_id.0, app.now());
    let (VisitStatus::InProgress, Some(room_id)) = (visit.status, visit.room_id) else {
        return Err(conflict("Only a visit in progress is handed over."));
    };
    if to == caller.user_id {
        return Err(not_a_colleague("is yourself"));
    }
    let on_duty = super::queue_store::duty(&app, visit.organization_id, caller.user_id).await?.doctors;
    if !on_duty.iter().any(|doctor| doctor.id == to) || to == visit.requested_by {
        return Err(not_a_colleague("is not a doctor on duty there; take one from the organization's duty"));
    }
    let warnings = licences::require_cover(&app, visit.organization_id, to, seen.file.country.as_deref()).await?;
    let mut batch = store::hand_over(id, caller.user_id, to, now);
    batch.push(begin_care(visit.patient_id, to, Some(visit.organization_id), "consent", now));
    batch.push(directory::dismiss(room_id, caller.user_id, now));
    batch.push(directory::admit_doctor(room_id, to, now));
    batch.push(audit::record(&app, seen.entry(&caller, "visit.handed_over"))?);
    let pending = alignment::later(&app, room_id, &mut batch)?;
    match app.batch(batch).await {
        Ok(_) => {}
        Err(DatabaseError::Conflict) => {
            return Err(conflict("Its note is signed, or it was handed over or closed at the same moment."));
        }
        Err(error) => return Err(error.into()),
    }
    alignment::now(&app, room_id, pending).await;
    answer(&app, &caller, id, warnings).await
}

fn not_a_colleague(message: &str) -> crate::error::Error {
    invalid(vec![FieldError::body("/practitioner_id", "not_on_duty", message)])
}

/// Close a visit
///
/// Once its note is signed, or with the reason why there is none.
#[utoipa::path(post, path = "/api/v1/visits/{id}/close", tag = "Visits", security(("bearer" = [])),
    params(("id" = String, Path)), request_body = CloseVisit, responses((status = 200, body = Visit)))]
pub async fn close_visit(
    app: App,
    caller: Caller,
    PathOf(id): PathOf<Id>,
    OptionalBody(body): OptionalBody<CloseVisit>,
) -> Result<Response> {
    let seen = access::find(&app, &caller, id, Action::ConductVisit).await?;
    if seen.stored.status != VisitStatus::InProgress {
        return Err(conflict("It is over already."));
    }
    let mut batch = store::close(id, caller.user_id, body.reason, app.now());
    batch.push(audit::record(&app, seen.entry(&caller, "visit.closed"))?);
    match app.batch(batch).await {
        Ok(_) => {}
        Err(DatabaseError::Conflict) => {
            return Err(conflict("Its note is not signed: sign it first, or give the reason why there is none."));
        }
        Err(error) => return Err(error.into()),
    }
    answer(&app, &caller, id, Vec::new()).await
}

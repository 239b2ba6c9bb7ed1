//! Opening a room: who may open which with whom, and whose act opens a record.

use super::directory::{self, Candidate, NewRoom};
use super::model::{Membership, OpenRoom, RoomKind, RoomMember, RoomSummary};
use super::service::RoomCall;
use crate::audit::{self, Entry};
use crate::authorization::{Action, Relationship, Role};
use crate::error::{FieldError, Result, invalid, unauthenticated};
use crate::http::idempotency::Key;
use crate::http::{Caller, Create, created, idempotency};
use crate::id::Id;
use crate::platform::Statement;
use crate::records::store::{begin_care, own_patient, patient_for};
use crate::services::App;
use axum::response::Response;

/// Open a room
///
/// A patient opens one with a doctor, which begins a care relationship; a doctor opens one with a patient as an
/// invitation, which begins nothing until the patient accepts it.
#[utoipa::path(post, path = "/api/v1/rooms", tag = "Chat", security(("bearer" = [])), request_body = OpenRoom,
    params(("Idempotency-Key" = Option<String>, Header)), responses((status = 201, body = RoomSummary)))]
pub async fn open_room(app: App, caller: Caller, Create { value, key }: Create<OpenRoom>) -> Result<Response> {
    if let Some(response) = idempotency::replay(&app, &caller, key.as_ref()).await? {
        return Ok(response);
    }
    let mut ids: Vec<Id> = value.participants.0.iter().map(|id| id.0).collect();
    ids.push(caller.user_id);
    let found = directory::candidates(&app, &ids).await?;
    let others = &ids[..ids.len() - 1];
    // A doctor who names a patient acts for that patient: a parent too may be a doctor.
    let plan = match value.patient_id {
        None if caller.is(Role::Doctor) => invitation(&caller, others, &found)?,
        patient_id => consultation(&app, &caller, others, &found, patient_id.map(|id| id.0)).await?,
    };
    begin(&app, &caller, key.as_ref(), &value.subject.0, plan).await
}

/// Opens the room that was planned.
///
/// # Errors
/// When the database fails.
pub async fn begin(app: &App, caller: &Caller, key: Option<&Key>, subject: &str, plan: Plan) -> Result<Response> {
    let room = NewRoom {
        id: app.new_id()?,
        subject,
        patient_id: plan.patient_id,
        organization_id: plan.organization_id,
        created_by: caller.user_id,
    };
    let (insert, wrapped_key) = directory::insert_room(app, &room)?;
    let mut batch = vec![insert];
    batch.extend(plan.members.iter().map(|member| directory::insert_member(room.id, member, app.now())));
    batch.extend(plan.begins_care.iter().map(|care| care.statement(app)));
    let entry = Entry {
        patient_id: plan.patient_id,
        actor_id: Some(caller.user_id),
        action: "room.opened",
        subject_id: Some(room.id),
    };
    batch.push(audit::record(app, entry)?);
    let summary = RoomSummary {
        id: room.id,
        kind: RoomKind::Consultation,
        subject: subject.to_owned(),
        patient_id: plan.patient_id,
        participants: plan.members,
        created_at: app.now(),
        closed_at: None,
    };
    let location = ["/api/v1/rooms/", &room.id.to_string()].concat();
    let response = idempotency::commit(app, caller, key, batch, created(&location, 1, &summary)).await?;
    if !response.headers().contains_key("idempotency-replayed") {
        let members = directory::admissions(&summary);
        // Should this fail, the first call to the room opens it.
        drop(app.rooms.call(&summary.id.to_string(), &RoomCall::Open { wrapped_key, members }).await);
    }
    Ok(response)
}

/// What opening the room comes to.
pub struct Plan {
    /// Whom the room is about.
    pub patient_id: Option<Id>,
    /// Where the doctor works.
    pub organization_id: Option<Id>,
    /// Who is in it, the caller first.
    pub members: Vec<RoomMember>,
    /// Whose records it opens.
    pub begins_care: Vec<Care>,
}

/// A record that the patient's act opens to a doctor.
pub struct Care {
    patient_id: Id,
    practitioner_id: Id,
    organization_id: Id,
}

impl Care {
    fn statement(&self, app: &App) -> Statement {
        let organization_id = Some(self.organization_id);
        begin_care(self.patient_id, self.practitioner_id, organization_id, "patient_opened_room", app.now())
    }
}

/// A patient, or who acts for one, with doctors: the act that opens the record to them.
async fn consultation(
    app: &App,
    caller: &Caller,
    others: &[Id],
    found: &[Candidate],
    patient_id: Option<Id>,
) -> Result<Plan> {
    let patient_id = match patient_id {
        Some(id) => id,
        None => own_patient(app, caller.user_id).await?,
    };
    let file = patient_for(app, patient_id, caller.user_id).await?;
    caller.require(&file.relationships, Action::OpenRoom)?;
    let mut plan = Plan {
        patient_id: Some(patient_id),
        organization_id: None,
        members: vec![opener(caller, found, Role::Patient)?],
        begins_care: Vec::new(),
    };
    let mut wrong = Vec::new();
    for (at, id) in others.iter().enumerate().filter(|(_, id)| **id != caller.user_id) {
        let doctor = candidate(found, *id).and_then(|doctor| Some((doctor, doctor.doctor_at?)));
        match doctor {
            Some((doctor, organization_id)) => {
                plan.organization_id.get_or_insert(organization_id);
                plan.begins_care.push(Care { patient_id, practitioner_id: *id, organization_id });
                plan.members.push(doctor.member(Role::Doctor, Membership::Joined));
            }
            None => wrong.push((at, "is not a practitioner here; take one from /api/v1/practitioners")),
        }
    }
    checked(plan, &wrong)
}

/// A doctor with others: doctors are in it at once, everybody else is asked in.
fn invitation(caller: &Caller, others: &[Id], found: &[Candidate]) -> Result<Plan> {
    caller.require(&[Relationship::Anyone], Action::InviteToRoom)?;
    let mut plan = Plan {
        patient_id: None,
        organization_id: None,
        members: vec![opener(caller, found, Role::Doctor)?],
        begins_care: Vec::new(),
    };
    let mut wrong = Vec::new();
    for (at, id) in others.iter().enumerate().filter(|(_, id)| **id != caller.user_id) {
        match candidate(found, *id) {
            Some(other) if other.doctor_at.is_some() => {
                plan.members.push(other.member(Role::Doctor, Membership::Joined));
            }
            Some(other) => plan.members.push(other.member(Role::Patient, Membership::Invited)),
            None => wrong.push((at, "is not a user who can be invited")),
        }
    }
    checked(plan, &wrong)
}

fn candidate(found: &[Candidate], id: Id) -> Option<&Candidate> {
    found.iter().find(|candidate| candidate.id == id)
}

fn opener(caller: &Caller, found: &[Candidate], role: Role) -> Result<RoomMember> {
    let own = candidate(found, caller.user_id).ok_or_else(unauthenticated)?;
    Ok(own.member(role, Membership::Joined))
}

fn checked(plan: Plan, wrong: &[(usize, &str)]) -> Result<Plan> {
    let mut errors: Vec<FieldError> = wrong.iter().map(|(at, message)| not_a_participant(*at, message)).collect();
    if errors.is_empty() && plan.members.len() < 2 {
        errors.push(not_a_participant(0, "must be somebody beside yourself"));
    }
    if errors.is_empty() { Ok(plan) } else { Err(invalid(errors)) }
}

fn not_a_participant(at: usize, message: &str) -> FieldError {
    FieldError::body(["/participants/", &at.to_string()].concat(), "invalid", message)
}

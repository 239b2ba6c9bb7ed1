//! The calls of the REST API about patients' profiles.

use super::model::{ChangeEmergencyContact, ChangePatient, EmergencyContact, Patient};
use super::store;
use crate::accounts::model::{Country, Name};
use crate::audit::{self, Entry};
use crate::authorization::Action;
use crate::error::{Error, FieldError, Result, invalid};
use crate::http::patch::Patch;
use crate::http::{Caller, IfMatch, JsonBody, PathOf, headers, with_etag};
use crate::id::{Id, Timestamp};
use crate::platform::DatabaseError;
use crate::records::clinical_data::Sex;
use crate::records::majority::today;
use crate::records::store::patient_for;
use crate::services::{App, Services};
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use std::sync::Arc;

/// Paths of profiles.
pub fn routes() -> Router<Arc<Services>> {
    Router::new().route("/api/v1/patients/{id}", get(read_patient).patch(change_patient))
}

/// Read a patient's profile
#[utoipa::path(get, path = "/api/v1/patients/{id}", tag = "Records", security(("bearer" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Patient)))]
pub async fn read_patient(app: App, caller: Caller, PathOf(id): PathOf<Id>) -> Result<Response> {
    let file = patient_for(&app, id, caller.user_id).await?;
    caller.require(&file.relationships, Action::ReadProfile)?;
    let patient = store::read_patient(&app, &file, Entry::about(id, &caller, "patient.read")).await?;
    Ok(with_etag(patient.version, &patient))
}

/// Change a patient's profile
///
/// Height and weight are as last stated, and it is kept when that was.
#[utoipa::path(patch, path = "/api/v1/patients/{id}", tag = "Records", security(("bearer" = [])),
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = ChangePatient,
    responses((status = 200, body = Patient)))]
pub async fn change_patient(
    app: App,
    caller: Caller,
    PathOf(id): PathOf<Id>,
    if_match: IfMatch,
    JsonBody(change): JsonBody<ChangePatient>,
) -> Result<Response> {
    let file = patient_for(&app, id, caller.user_id).await?;
    caller.require(&file.relationships, Action::ChangeProfile)?;
    if change.birth_date != Patch::Keep {
        caller.require(&file.relationships, Action::ChangeBirthDate)?;
    }
    let mut patient = store::patient(&app, &file).await?;
    if_match.check(patient.version)?;
    apply(&mut patient, change, app.now())?;
    let action = "patient.changed";
    let entry = Entry { patient_id: Some(id), actor_id: Some(caller.user_id), action, subject_id: Some(id) };
    match app.batch(vec![store::update(&app, &file, &patient)?, audit::record(&app, entry)?]).await {
        Ok(_) => patient.version += 1,
        Err(DatabaseError::Conflict) => return Err(headers::stale()),
        Err(error) => return Err(error.into()),
    }
    Ok(with_etag(patient.version, &patient))
}

/// What the profile is after the change; every bad field is named.
fn apply(patient: &mut Patient, change: ChangePatient, now: Timestamp) -> Result<(), Error> {
    let mut wrong = Vec::new();
    match change.name {
        Patch::Keep => {}
        Patch::Set(name) => patient.name = name.0,
        Patch::Remove => wrong.push(FieldError::body("/name", "missing", "cannot be removed")),
    }
    if matches!(&change.birth_date, Patch::Set(date) if date.0 > today(now)) {
        wrong.push(FieldError::body("/birth_date", "invalid", "must not be in the future"));
    }
    match change.emergency_contact {
        Patch::Keep => {}
        Patch::Remove => patient.emergency_contact = None,
        Patch::Set(contact) => match merge_contact(patient.emergency_contact.take(), contact) {
            Some(merged) => patient.emergency_contact = Some(merged),
            None => wrong.push(FieldError::body("/emergency_contact/name", "missing", "is required")),
        },
    }
    if !wrong.is_empty() {
        return Err(invalid(wrong));
    }
    patient.birth_date = change.birth_date.apply(patient.birth_date);
    patient.sex = change.sex.apply(Some(patient.sex)).unwrap_or(Sex::Unknown);
    patient.gender = change.gender.apply(patient.gender.take());
    patient.pronouns = change.pronouns.apply(patient.pronouns.take());
    if change.height_cm != Patch::Keep {
        patient.height_cm = change.height_cm.apply(None);
        patient.height_stated_at = patient.height_cm.map(|_| now);
    }
    if change.weight_kg != Patch::Keep {
        patient.weight_kg = change.weight_kg.apply(None);
        patient.weight_stated_at = patient.weight_kg.map(|_| now);
    }
    patient.country = change.country.apply(patient.country.take().map(Country)).map(|country| country.0);
    match change.languages {
        Patch::Keep => {}
        Patch::Remove => patient.languages.clear(),
        Patch::Set(languages) => patient.languages = languages.0,
    }
    patient.phone = change.phone.apply(patient.phone.take());
    Ok(())
}

/// `None` when no name would be left.
fn merge_contact(present: Option<EmergencyContact>, change: ChangeEmergencyContact) -> Option<EmergencyContact> {
    let present = present.map_or((None, None, None), |old| (Some(Name(old.name)), old.phone, old.relation));
    let (name, phone, relation) = present;
    let relation = match change.relation {
        Patch::Keep => relation,
        Patch::Remove => None,
        Patch::Set(relation) => Some(relation.0),
    };
    Some(EmergencyContact { name: change.name.apply(name)?.0, phone: change.phone.apply(phone), relation })
}

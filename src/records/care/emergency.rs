//! Opening a record in an emergency, without the patient's act.

use super::model::{BreakGlass, EmergencyOpening};
use super::store;
use crate::accounts::mails::Template;
use crate::accounts::step_up::require_step_up;
use crate::accounts::store::account;
use crate::audit::{self, Entry};
use crate::authorization::{Action, Relationship};
use crate::error::{Result, conflict, not_found};
use crate::http::{Caller, Create, PathOf, created, idempotency};
use crate::id::{Id, Timestamp};
use crate::jobs::Job;
use crate::jobs::outbox;
use crate::records::store::patient_for;
use crate::services::App;
use axum::response::Response;

/// How long a record stays open.
const LIFE_MS: i64 = 60 * 60 * 1000;

/// Open a record in an emergency
///
/// For a doctor with a verified licence, after a second factor: the record can be read for an hour. The patient is told
/// by mail, and it stands in the record's audit.
#[utoipa::path(post, path = "/api/v1/patients/{id}/break-glass", tag = "Records", security(("bearer" = [])),
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = BreakGlass,
    responses((status = 201, body = EmergencyOpening),
        (status = 403, description = "/problems/step-up-required")))]
pub async fn break_glass(
    app: App,
    caller: Caller,
    PathOf(id): PathOf<Id>,
    Create { value, key }: Create<BreakGlass>,
) -> Result<Response> {
    let practice = store::practices(&app, Some(caller.user_id), None, 1).await?.pop();
    let standing = practice.map_or(Relationship::None, |_| Relationship::LicensedPractitioner);
    caller.require(&[standing], Action::BreakGlass)?;
    let practice = practice.ok_or_else(not_found)?;
    // Asked before the record is looked for, so that the answer tells nothing of it.
    require_step_up(&app, &caller).await?;
    if let Some(response) = idempotency::replay(&app, &caller, key.as_ref()).await? {
        return Ok(response);
    }
    let file = patient_for(&app, id, caller.user_id).await?;
    if file.relationships.contains(&Relationship::CareTeam) {
        return Err(conflict("The record is open to you already: you are in the patient's care team."));
    }
    let opening = EmergencyOpening { id: app.new_id()?, patient_id: id, expires_at: Timestamp(app.now().0 + LIFE_MS) };
    let entry = Entry {
        patient_id: Some(id),
        actor_id: Some(caller.user_id),
        action: "record.break_glass",
        subject_id: Some(opening.id),
    };
    let insert = store::insert_opening(&app, &file, opening.id, practice, &value.reason.0, opening.expires_at)?;
    let mut batch = vec![insert, audit::record(&app, entry)?];
    let mut mails = Vec::new();
    let doctor = account(&app, caller.user_id).await?.me.name;
    for keeper in store::keepers(&app, &file).await? {
        let link = app.config.public_url.clone();
        let values = vec![("doctor".to_owned(), doctor.clone()), ("link".to_owned(), link)];
        let template = Template::RecordOpened;
        let mail = Job::SendMail { template, to: keeper.email, locale: keeper.locale, values };
        let (job, pending) = outbox::add(&app, &mail)?;
        batch.push(job);
        mails.push(pending);
    }
    let location = ["/api/v1/patients/", &id.to_string()].concat();
    let response = created(&location, 1, &opening);
    let response = idempotency::commit(&app, &caller, key.as_ref(), batch, response).await?;
    for pending in mails {
        outbox::offer(&app, pending).await;
    }
    Ok(response)
}

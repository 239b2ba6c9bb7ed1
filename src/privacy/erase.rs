//! Erases a person. Every step can be done again, and the last one commits what
//! makes it final; whatever fails is tried again by a later sweep.

use super::patient_holdings_store::KEPT_OF_PATIENT;
use super::{erase_store as store, export, holdings_store as holdings};
use crate::accounts::store::account;
use crate::audit::{self, Entry};
use crate::chat::service::RoomCall;
use crate::encryption::KeyRing;
use crate::error::{Error, Result, internal};
use crate::id::Id;
use crate::jobs::{Job, outbox};
use crate::platform::DatabaseError;
use crate::records::store::open_patient;
use crate::services::App;
use serde_json::{Map, Value, json};

const YEAR_MS: i64 = 365 * 24 * 60 * 60 * 1000 + 6 * 60 * 60 * 1000;
/// Files of a person that are removed at once.
const FILES: u32 = 1000;

/// The keys of what the law makes one keep.
#[must_use]
pub fn archive_keys(app: &App) -> KeyRing {
    app.config.master_keys.derive("virtual-doctor/archive")
}

/// Erases the person behind this account.
///
/// # Errors
/// When something is not reachable: nothing is final then, and it is tried again.
pub async fn person(app: &App, user_id: Id) -> Result<()> {
    let me = match account(app, user_id).await {
        Ok(account) => account.me,
        // Erased by a run before this one.
        Err(Error::Problem(_)) => return Ok(()),
        Err(error) => return Err(error),
    };
    let patients = holdings::own_patients(app, user_id).await?;
    for patient_id in &patients {
        let name = me.patients.iter().find(|patient| patient.id == *patient_id).map(|patient| patient.name.as_str());
        archive(app, *patient_id, name).await?;
    }
    for (room_id, alone) in store::rooms_of(app, user_id).await? {
        let call = RoomCall::Erase { user_id: user_id.to_string(), alone };
        app.rooms.call(&room_id.to_string(), &call).await?;
    }
    empty_outbox(app, user_id, &me.email, &me.name).await?;
    delete_exports(app, user_id).await?;
    let mut batch = store::erase(user_id, &patients, app.now())?;
    for patient_id in patients.iter().copied().map(Some).chain([None]) {
        let erased = Entry { patient_id, actor_id: None, action: "person.erased", subject_id: Some(user_id) };
        batch.push(audit::record(app, erased)?);
    }
    match app.batch(batch).await {
        Ok(_) => {}
        // A run beside this one was faster.
        Err(DatabaseError::Conflict) => return Ok(()),
        Err(error) => return Err(error.into()),
    }
    // A copy that was being made meanwhile; its key is gone, so it opens for nobody.
    delete_exports(app, user_id).await
}

async fn delete_exports(app: &App, user_id: Id) -> Result<()> {
    for name in app.files.list(&export::folder(user_id), None, FILES).await? {
        app.files.delete(&name).await?;
    }
    Ok(())
}

/// Puts apart what the law makes one keep, sealed under another key, before the record's key goes.
async fn archive(app: &App, patient_id: Id, name: Option<&str>) -> Result<()> {
    let (key, birth_date) = open_patient(app, patient_id).await?;
    let keys = archive_keys(app);
    let now = app.now();
    let kept_for = i64::from(app.config.retention_years) * YEAR_MS;
    let patient = json!({ "id": patient_id, "name": name, "birth_date": birth_date });
    let mut batch = Vec::new();
    for (kind, rows) in holdings::open(app, &key, KEPT_OF_PATIENT, patient_id).await? {
        for row in rows.as_array().into_iter().flatten().filter_map(Value::as_object) {
            let id = row.get("id").and_then(Value::as_str).ok_or_else(|| internal("what is kept has no id"))?;
            let kept_from = row.get("kept_from").and_then(Value::as_i64).unwrap_or(now.0);
            let mut content = Map::from_iter([("patient".to_owned(), patient.clone())]);
            content.insert(kind.clone(), Value::Object(row.clone()));
            let about = store::archive_about(&kind, id);
            let sealed = keys.seal(app.entropy.as_ref(), &about, Value::Object(content).to_string().as_bytes())?;
            batch.push(store::insert_archived(&kind, id, patient_id, &sealed, kept_from + kept_for, now));
        }
    }
    if !batch.is_empty() {
        app.batch(batch).await?;
    }
    Ok(())
}

/// Jobs that still wait and are to the person, or name them, are done with, undone.
async fn empty_outbox(app: &App, user_id: Id, email: &str, name: &str) -> Result<()> {
    let mut after = (0, String::new());
    loop {
        let jobs = store::waiting_jobs(app, after.0, &after.1).await?;
        let Some(last) = jobs.last() else { return Ok(()) };
        after = (last.next_attempt_at, last.id.clone());
        let mut theirs = Vec::new();
        for job in &jobs {
            // One that does not open is the consumer's to tell of.
            let Ok(opened) = outbox::open(app, &job.id, &job.payload_sealed) else { continue };
            // Every kind of job says here whose it is.
            let about_them = match &opened {
                Job::SendMail { to, values, .. } => to == email || values.iter().any(|(_, value)| value == name),
                Job::ExportPerson { user_id: whose, .. } => *whose == user_id,
                // Sockets still close when their user is erased.
                Job::SendNothing | Job::AlignRoom { .. } | Job::CloseSockets { .. } => false,
            };
            theirs.extend(about_them.then(|| store::empty_job(&job.id, app.now())));
        }
        if !theirs.is_empty() {
            app.batch(theirs).await?;
        }
    }
}

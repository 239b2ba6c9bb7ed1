//! Writing a prescription, and renewing one: what it holds is checked against the patient as they are known today.

use super::item::Item;
use super::model::{Override, Prescribe, Prescription, Renew, Status};
use super::overrides::Memory;
use super::routes::find;
use super::{override_store, safety, store};
use crate::accounts::step_up::require_step_up;
use crate::audit::{self, Entry};
use crate::authorization::Action;
use crate::error::{Result, conflict};
use crate::http::idempotency::Key;
use crate::http::{Caller, Create, IdInBody, PathOf, created, idempotency};
use crate::id::Id;
use crate::medicine::model::{CheckAnswer, NamedMedicine};
use crate::platform::Statement;
use crate::records::entries::clinical_record::{self, ClinicalRecord, Person};
use crate::records::store::{PatientFile, patient_for, require_encounter};
use crate::services::App;
use axum::response::Response;

/// Items that may be prescribed.
pub struct Judged {
    /// The answer.
    pub answer: CheckAnswer,
    /// The record as it was then.
    pub record: ClinicalRecord,
    /// Keeps what was decided.
    pub keeping: Vec<Statement>,
}

/// The items, checked against what the record says and what the prescriber decided lately.
///
/// That it was read is recorded here: alerts tell of the record, and a prescription that is refused leaves no row else
/// than what was shown.
///
/// # Errors
/// 409 with the alerts while one that interrupts is not overridden.
pub async fn judged(
    app: &App,
    caller: &Caller,
    file: &PatientFile,
    items: &[Item],
    overrides: &[Override],
) -> Result<Judged> {
    let read = audit::record_read(app, Entry::about(file.id, caller, "record.used_in_check"))?;
    let earlier = override_store::select(file.id, caller.user_id);
    let (record, earlier) = clinical_record::load_with(app, file, read, earlier).await?;
    let mut known = record.known(&Person::of(file, app.now()), app.now());
    // What was prescribed here is judged with its doses.
    known.data.medicines = record.other_medicines();
    let stale = known.not_assessed();
    let memory = Memory {
        key: &app.config.index_key.current().key,
        patient_id: file.id,
        prescriber_id: caller.user_id,
        now: app.now(),
        earlier: override_store::open(&earlier)?,
    };
    let taken: Vec<NamedMedicine> =
        record.taken.items.iter().map(NamedMedicine::from).chain(record.stopped_medicines(app.now())).collect();
    let mut judgement = safety::judge(&known.data, items, &taken, overrides, &memory)?;
    judgement.answer.not_assessed.extend(stale);
    let keeping = override_store::keep(&memory, &judgement.kept);
    match judgement.pass() {
        Ok(answer) => Ok(Judged { answer, record, keeping }),
        Err(refused) => {
            if !keeping.is_empty() {
                app.batch(keeping).await?;
            }
            Err(refused)
        }
    }
}

/// Write a prescription
///
/// A draft, checked against itself and what the patient takes. 409 with the alerts while one that interrupts is not overridden.
#[utoipa::path(post, path = "/api/v1/prescriptions", tag = "Prescriptions", security(("bearer" = [])), request_body = Prescribe,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = Prescription), (status = 409, description = "/problems/unsafe-prescription", body = CheckAnswer)))]
pub async fn prescribe(app: App, caller: Caller, Create { value, key }: Create<Prescribe>) -> Result<Response> {
    if let Some(response) = idempotency::replay(&app, &caller, key.as_ref()).await? {
        return Ok(response);
    }
    let file = patient_for(&app, value.patient_id.0, caller.user_id).await?;
    caller.require(&file.relationships, Action::Prescribe)?;
    if let Some(IdInBody(encounter_id)) = value.encounter_id {
        require_encounter(&app, encounter_id, file.id).await?;
    }
    let wanted = Wanted {
        encounter_id: value.encounter_id.map(|id| id.0),
        items: value.items.0,
        overrides: value.overrides,
        renews: None,
    };
    draft(&app, &caller, &file, wanted, key.as_ref()).await
}

/// Renew a prescription
///
/// A new draft of the same medicines, checked against what is known today: nothing that was overridden then is taken for
/// overridden now, save what the prescriber decided within the last 90 days. 409 with the alerts likewise.
#[utoipa::path(post, path = "/api/v1/prescriptions/{id}/renew", tag = "Prescriptions", security(("bearer" = [])),
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = Renew,
    responses((status = 201, body = Prescription), (status = 409, description = "/problems/unsafe-prescription, or it is a draft", body = CheckAnswer)))]
pub async fn renew_prescription(
    app: App,
    caller: Caller,
    PathOf(id): PathOf<Id>,
    Create { value, key }: Create<Renew>,
) -> Result<Response> {
    if let Some(response) = idempotency::replay(&app, &caller, key.as_ref()).await? {
        return Ok(response);
    }
    let (file, earlier) = find(&app, &caller, id, Action::Prescribe).await?;
    if earlier.status == Status::Draft {
        return Err(conflict("It is a draft: there is nothing to renew before it is signed."));
    }
    if let Some(IdInBody(encounter_id)) = value.encounter_id {
        require_encounter(&app, encounter_id, file.id).await?;
    }
    let wanted = Wanted {
        encounter_id: value.encounter_id.map(|id| id.0),
        items: earlier.items,
        overrides: value.overrides,
        renews: Some(id),
    };
    draft(&app, &caller, &file, wanted, key.as_ref()).await
}

/// What is to be prescribed.
struct Wanted {
    encounter_id: Option<Id>,
    items: Vec<Item>,
    overrides: Vec<Override>,
    renews: Option<Id>,
}

/// Writes a draft, if it may be prescribed.
async fn draft(app: &App, caller: &Caller, file: &PatientFile, wanted: Wanted, key: Option<&Key>) -> Result<Response> {
    safety::require_known(&wanted.items)?;
    let Judged { answer, keeping, .. } = judged(app, caller, file, &wanted.items, &wanted.overrides).await?;
    let overriding = confirm_override(app, caller, &answer).await?;
    let prescription = Prescription {
        id: app.new_id()?,
        status: Status::Draft,
        patient_id: file.id,
        encounter_id: wanted.encounter_id,
        prescriber_id: caller.user_id,
        renews: wanted.renews,
        items: wanted.items,
        overrides: wanted.overrides,
        alerts: answer.alerts,
        not_assessed: answer.not_assessed,
        knowledge_version: answer.knowledge_version,
        created_at: app.now(),
        signed_at: None,
        signature: None,
        expires_at: None,
        pharmacy_id: None,
        dispensed: Vec::new(),
        patient: None,
        events: Vec::new(),
        version: 1,
    };
    let entry = entry(caller, &prescription, "prescription.drafted");
    let mut batch = vec![store::insert(app, file, &prescription)?, audit::record(app, entry)?];
    batch.extend(keeping);
    batch.extend(overriding.then(|| record_override(app, caller, &prescription)).transpose()?);
    let location = ["/api/v1/prescriptions/", &prescription.id.to_string()].concat();
    idempotency::commit(app, caller, key, batch, created(&location, 1, &prescription)).await
}

/// Whether a contraindication is overridden, which takes a step-up.
///
/// # Errors
/// 403 without one.
pub async fn confirm_override(app: &App, caller: &Caller, answer: &CheckAnswer) -> Result<bool> {
    let overriding = safety::overrides_contraindication(answer);
    if overriding {
        require_step_up(app, caller).await?;
    }
    Ok(overriding)
}

/// Records that a contraindication was overridden.
///
/// # Errors
/// When the host has no randomness.
pub fn record_override(app: &App, caller: &Caller, prescription: &Prescription) -> Result<Statement> {
    audit::record(app, entry(caller, prescription, "prescription.contraindication_overridden"))
}

/// What is recorded of an act on a prescription.
pub fn entry(caller: &Caller, prescription: &Prescription, action: &'static str) -> Entry {
    Entry {
        patient_id: Some(prescription.patient_id),
        actor_id: Some(caller.user_id),
        action,
        subject_id: Some(prescription.id),
    }
}

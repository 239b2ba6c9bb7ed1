//! The calls of the REST API about prescriptions.

use super::model::{Identity, Item, MeantPatient, Override, Prescribe, Prescription, SignRequest, Status};
use super::overrides::Memory;
use super::{lifecycle, override_store, pharmacy_store, safety, signature, store};
use crate::accounts::step_up::require_step_up;
use crate::audit::{self, Entry};
use crate::authorization::{Action, Relationship, Role};
use crate::error::{Result, conflict, not_found};
use crate::http::IdInBody;
use crate::http::cursor::{self, Limit};
use crate::http::{Caller, Create, Invalid, OptionalBody, Page, PathOf, QueryOf, created, idempotency, with_etag};
use crate::id::Id;
use crate::knowledge::tables::Subject;
use crate::knowledge::{self, medicine};
use crate::medicine::catalogue;
use crate::medicine::model::{CheckAnswer, NamedMedicine};
use crate::names::fold;
use crate::platform::{DatabaseError, Statement};
use crate::records::entries::clinical_record::{self, ClinicalRecord, Person};
use crate::records::entries::store::expect_unchanged;
use crate::records::store::{PatientFile, name_of, patient_for, require_encounter};
use crate::services::{App, Services};
use axum::Router;
use axum::http::Uri;
use axum::response::Response;
use axum::routing::{get, post};
use deserr::Deserr;
use std::sync::Arc;

/// Class of medicines whose prescription takes step-up.
const CONTROLLED: &str = "controlled_substance";

/// Paths of prescriptions.
pub fn routes() -> Router<Arc<Services>> {
    Router::new()
        .route("/api/v1/prescriptions", get(list_prescriptions).post(prescribe))
        .merge(super::override_report::routes())
        .merge(super::dispensing::routes())
        .route("/api/v1/prescriptions/{id}", get(read_prescription))
        .route("/api/v1/prescriptions/{id}/sign", post(sign_prescription))
}

/// Items that may be prescribed.
struct Judged {
    answer: CheckAnswer,
    /// The record as it was then.
    record: ClinicalRecord,
    /// Keeps what was decided.
    keeping: Vec<Statement>,
}

/// The items, checked against what the record says and what the prescriber decided lately.
///
/// That it was read is recorded here: alerts tell of the record, and a prescription that is refused leaves no row else
/// than what was shown.
async fn judged(
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
    safety::require_known(&value.items.0)?;
    let Judged { answer, keeping, .. } = judged(&app, &caller, &file, &value.items.0, &value.overrides).await?;
    let overriding = confirm_override(&app, &caller, &answer).await?;
    let prescription = Prescription {
        id: app.new_id()?,
        status: Status::Draft,
        patient_id: file.id,
        encounter_id: value.encounter_id.map(|id| id.0),
        prescriber_id: caller.user_id,
        items: value.items.0,
        overrides: value.overrides,
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
    let entry = entry(&caller, &prescription, "prescription.drafted");
    let mut batch = vec![store::insert(&app, &file, &prescription)?, audit::record(&app, entry)?];
    batch.extend(keeping);
    batch.extend(overriding.then(|| record_override(&app, &caller, &prescription)).transpose()?);
    let location = ["/api/v1/prescriptions/", &prescription.id.to_string()].concat();
    idempotency::commit(&app, &caller, key.as_ref(), batch, created(&location, 1, &prescription)).await
}

/// Whether a contraindication is overridden, which takes a step-up.
async fn confirm_override(app: &App, caller: &Caller, answer: &CheckAnswer) -> Result<bool> {
    let overriding = safety::overrides_contraindication(answer);
    if overriding {
        require_step_up(app, caller).await?;
    }
    Ok(overriding)
}

fn record_override(app: &App, caller: &Caller, prescription: &Prescription) -> Result<Statement> {
    audit::record(app, entry(caller, prescription, "prescription.contraindication_overridden"))
}

fn entry(caller: &Caller, prescription: &Prescription, action: &'static str) -> Entry {
    Entry {
        patient_id: Some(prescription.patient_id),
        actor_id: Some(caller.user_id),
        action,
        subject_id: Some(prescription.id),
    }
}

/// The prescription with the patient's file, for whom the table allows it.
///
/// # Errors
/// 404 when it is not there or not the caller's to know of, 403 when it is not theirs to do this with.
pub async fn find(app: &App, caller: &Caller, id: Id, action: Action) -> Result<(PatientFile, Prescription)> {
    let (patient_id, prescriber_id) = store::owners(app, id).await?.ok_or_else(not_found)?;
    let mut file = patient_for(app, patient_id, caller.user_id).await?;
    if prescriber_id == caller.user_id {
        file.relationships.push(Relationship::Recorder);
    }
    if caller.is(Role::Pharmacist) && pharmacy_store::dispenses(app, id, caller.user_id).await? {
        file.relationships.push(Relationship::DispensesThere);
    }
    caller.require(&file.relationships, action)?;
    let found = match action {
        Action::ReadPrescription => {
            let read = Entry { subject_id: Some(id), ..Entry::about(patient_id, caller, "prescription.read") };
            store::read_prescription(app, &file, id, read).await?
        }
        _ => store::prescription(app, &file, id).await?,
    };
    Ok((file, found.ok_or_else(not_found)?))
}

/// Read a prescription
#[utoipa::path(get, path = "/api/v1/prescriptions/{id}", tag = "Prescriptions", security(("bearer" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Prescription)))]
pub async fn read_prescription(app: App, caller: Caller, PathOf(id): PathOf<Id>) -> Result<Response> {
    let (_, prescription) = find(&app, &caller, id, Action::ReadPrescription).await?;
    Ok(with_etag(prescription.version, &prescription))
}

/// Sign a prescription
///
/// It is checked again: what the patient takes may have changed. Once signed it cannot change. A controlled substance
/// needs step-up. Whom it is for is told in the answer; a patient who is named in the body must be that one.
#[utoipa::path(post, path = "/api/v1/prescriptions/{id}/sign", tag = "Prescriptions", security(("bearer" = [])),
    params(("id" = String, Path)), request_body = SignRequest,
    responses((status = 200, body = Prescription), (status = 409, description = "/problems/unsafe-prescription", body = CheckAnswer)))]
pub async fn sign_prescription(
    app: App,
    caller: Caller,
    PathOf(id): PathOf<Id>,
    OptionalBody(body): OptionalBody<SignRequest>,
) -> Result<Response> {
    let (file, mut prescription) = find(&app, &caller, id, Action::SignPrescription).await?;
    if prescription.prescriber_id != caller.user_id {
        return Err(crate::error::forbidden("Only the doctor who wrote it signs it."));
    }
    if prescription.status != Status::Draft {
        return Err(conflict("It is signed already."));
    }
    let identity = identity(&app, &file).await?;
    if body.patient.is_some_and(|meant| !is_meant(&meant, &identity)) {
        return Err(conflict("It is for another patient than the one who is named."));
    }
    if prescription.items.iter().any(is_controlled) {
        require_step_up(&app, &caller).await?;
    }
    let Judged { answer, record, keeping } =
        judged(&app, &caller, &file, &prescription.items, &prescription.overrides).await?;
    let overriding = confirm_override(&app, &caller, &answer).await?;
    prescription.alerts = answer.alerts;
    prescription.not_assessed = answer.not_assessed;
    prescription.knowledge_version = answer.knowledge_version;
    let signed_at = app.now();
    let mac = signature::sign(&app.config.signing_keys, &prescription, signed_at);
    let mut batch = vec![
        expect_unchanged(file.id, record.changes),
        store::sign(&app, &file, &prescription, &record.taken, signed_at, &mac)?,
        audit::record(&app, entry(&caller, &prescription, "prescription.signed"))?,
    ];
    batch.extend(overriding.then(|| record_override(&app, &caller, &prescription)).transpose()?);
    batch.extend(keeping);
    match app.batch(batch).await {
        Ok(_) => {}
        Err(DatabaseError::Conflict) => {
            return Err(conflict("It, or what is known of the patient, changed at the same moment. Read it again."));
        }
        Err(error) => return Err(error.into()),
    }
    prescription.status = Status::Signed;
    prescription.signed_at = Some(signed_at);
    prescription.expires_at = Some(lifecycle::expires_at(signed_at));
    prescription.signature = Some(mac);
    prescription.version += 1;
    prescription.patient = Some(identity);
    Ok(with_etag(prescription.version, &prescription))
}

/// Whose file it is.
async fn identity(app: &App, file: &PatientFile) -> Result<Identity> {
    Ok(Identity { name: name_of(app, file).await?, birth_date: file.birth_date })
}

/// Names are compared as people read them: without regard to case, accents and spaces.
fn is_meant(meant: &MeantPatient, identity: &Identity) -> bool {
    fold(&meant.name.0) == fold(&identity.name) && Some(meant.birth_date.0) == identity.birth_date
}

/// Whether signing it takes a second confirmation.
fn is_controlled(item: &Item) -> bool {
    let classes = &medicine().classes;
    let class = knowledge::find(classes, CONTROLLED, |class| class.id);
    let parts = catalogue::by_id(&item.medicine_id.0).map(catalogue::with_ingredients).unwrap_or_default();
    class.is_some_and(|class| parts.iter().any(|part| catalogue::is_subject(*part, Subject::Class(class))))
}

/// `GET /prescriptions`
#[derive(Deserr)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct List {
    patient_id: IdInBody,
    #[deserr(default)]
    limit: Limit,
    #[deserr(default)]
    cursor: Option<String>,
}

/// List a patient's prescriptions
#[utoipa::path(get, path = "/api/v1/prescriptions", tag = "Prescriptions", security(("bearer" = [])),
    params(("patient_id" = String, Query), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Vec<Prescription>)))]
pub async fn list_prescriptions(app: App, caller: Caller, uri: Uri, QueryOf(query): QueryOf<List>) -> Result<Response> {
    let file = patient_for(&app, query.patient_id.0, caller.user_id).await?;
    caller.require(&file.relationships, Action::ReadPrescription)?;
    let scope = ["prescriptions:", &file.id.to_string()].concat();
    let keys = &app.config.signing_keys;
    let before = cursor::open_before(keys, &scope, query.cursor.as_deref())?;
    let listed = Entry::about(file.id, &caller, "prescription.listed");
    let items = store::prescriptions(&app, &file, &before, query.limit.rows() + 1, listed).await?;
    let page = Page::new(items, query.limit, |last| cursor::seal(keys, &scope, &last.id.to_string()));
    Ok(page.respond(&uri))
}

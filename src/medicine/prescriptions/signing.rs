//! Signing a prescription: checked again, for the patient whom the prescriber means.

use super::drafting::{Judged, confirm_override, entry, judged, record_override};
use super::item::Item;
use super::model::{Identity, MeantPatient, Prescription, SignRequest, Status};
use super::routes::find;
use super::{lifecycle, signature, store};
use crate::accounts::step_up::require_step_up;
use crate::audit;
use crate::authorization::Action;
use crate::error::{Result, conflict};
use crate::http::{Caller, OptionalBody, PathOf, with_etag};
use crate::id::Id;
use crate::knowledge::tables::Subject;
use crate::knowledge::{self, medicine};
use crate::medicine::catalogue;
use crate::medicine::model::CheckAnswer;
use crate::names::fold;
use crate::platform::DatabaseError;
use crate::records::entries::store::expect_unchanged;
use crate::records::store::{PatientFile, name_of};
use crate::services::App;
use axum::response::Response;

/// Class of medicines whose prescription takes step-up.
const CONTROLLED: &str = "controlled_substance";

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
///
/// # Errors
/// When the database fails or the name does not open.
pub async fn identity(app: &App, file: &PatientFile) -> Result<Identity> {
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

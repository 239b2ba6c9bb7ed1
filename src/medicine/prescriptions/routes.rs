//! The calls of the REST API about prescriptions.

use super::model::Prescription;
use super::{dispensing, drafting, override_report, paper, pharmacy_store, signing, store};
use crate::audit::Entry;
use crate::authorization::{Action, Relationship, Role};
use crate::error::{Result, not_found};
use crate::http::cursor::{self, Limit};
use crate::http::{Caller, IdInBody, Invalid, Page, PathOf, QueryOf, with_etag};
use crate::id::Id;
use crate::records::store::{PatientFile, patient_for};
use crate::services::{App, Services};
use axum::Router;
use axum::http::Uri;
use axum::response::Response;
use axum::routing::{get, post};
use deserr::Deserr;
use std::sync::Arc;

/// Paths of prescriptions.
pub fn routes() -> Router<Arc<Services>> {
    Router::new()
        .route("/api/v1/prescriptions", get(list_prescriptions).post(drafting::prescribe))
        .merge(override_report::routes())
        .merge(dispensing::routes())
        .route("/api/v1/prescriptions/{id}", get(read_prescription))
        .merge(paper::routes())
        .route("/api/v1/prescriptions/{id}/renew", post(drafting::renew_prescription))
        .route("/api/v1/prescriptions/{id}/sign", post(signing::sign_prescription))
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

//! The medicine catalogue and the check. Neither touches the database, but a check for a patient reads the record.

use super::catalogue::{self, MedicineSummary, summary};
use super::check;
use super::model::{CheckAnswer, CheckRequest, NamedMedicine};
use crate::audit;
use crate::authorization::{Action, Relationship};
use crate::error::{Result, not_found, unauthenticated};
use crate::http::cursor::{self, Limit};
use crate::http::{Caller, IdInBody, Invalid, Json, JsonBody, Page, PathOf, QueryOf};
use crate::knowledge::medicine;
use crate::knowledge::tables::Index;
use crate::names::Match;
use crate::records::entries::clinical_record::{self, Person};
use crate::records::majority::today;
use crate::records::store::patient_for;
use crate::services::{App, Services};
use axum::Router;
use axum::http::Uri;
use axum::response::Response;
use axum::routing::{get, post};
use deserr::Deserr;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// More of them help nobody to choose.
const MOST_ALTERNATIVES: usize = 20;

/// Paths of this domain.
pub fn routes() -> Router<Arc<Services>> {
    Router::new()
        .route("/api/v1/medicines", get(list_medicines))
        .route("/api/v1/medicines/check", post(check_medicines))
        .route("/api/v1/medicines/{id}", get(read_medicine))
        .route("/api/v1/medicines/{id}/alternatives", get(list_alternatives))
        .merge(super::dosing::routes::routes())
        .merge(super::prescriptions::routes::routes())
}

/// `GET /medicines`
#[derive(Deserr)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct Search {
    #[deserr(default)]
    search: Option<String>,
    #[deserr(default)]
    atc: Option<String>,
    #[deserr(default)]
    form: Option<String>,
    #[deserr(default)]
    limit: Limit,
    #[deserr(default)]
    cursor: Option<String>,
}

/// Search the medicine catalogue
///
/// By the beginning of a word of the name, a synonym or a brand, with a typo (in a long name two) when nothing else is found;
/// by ATC code or a part of the tree; by dose form.
#[utoipa::path(get, path = "/api/v1/medicines", tag = "Medicines",
    params(("search" = Option<String>, Query, example = "amoxi"), ("atc" = Option<String>, Query), ("form" = Option<String>, Query),
           ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Vec<MedicineSummary>)))]
pub async fn list_medicines(app: App, uri: Uri, QueryOf(query): QueryOf<Search>) -> Result<Response> {
    const SCOPE: &str = "medicines";
    let keys = &app.config.signing_keys;
    let from: usize = cursor::open(keys, SCOPE, query.cursor.as_deref())?.and_then(|at| at.parse().ok()).unwrap_or(0);
    let found: Vec<(Match, Index)> = match query.search.as_deref().map(str::trim) {
        None | Some("") => {
            (0..medicine().medicines.len()).filter_map(|at| Some((Match::Exact, Index::try_from(at).ok()?))).collect()
        }
        Some(text) => catalogue::names().search(text),
    };
    let rows = found.into_iter().filter_map(|(_, at)| catalogue::get(at)).filter(|row| {
        let atc =
            query.atc.as_ref().is_none_or(|code| row.atc.iter().any(|own| own.starts_with(&code.to_ascii_uppercase())));
        let form =
            query.form.as_ref().is_none_or(|form| row.forms.iter().any(|own| own.form.eq_ignore_ascii_case(form)));
        atc && form
    });
    let items = rows.skip(from).take(query.limit.rows() + 1).map(summary).collect();
    let next = from + query.limit.rows();
    Ok(Page::new(items, query.limit, |_| cursor::seal(keys, SCOPE, &next.to_string())).respond(&uri))
}

/// Read one medicine
#[utoipa::path(get, path = "/api/v1/medicines/{id}", tag = "Medicines", params(("id" = String, Path, example = "amoxicillin")),
    responses((status = 200, body = MedicineSummary)))]
pub async fn read_medicine(PathOf(id): PathOf<String>) -> Result<Json<MedicineSummary>> {
    let row = catalogue::by_id(&id).and_then(catalogue::get).ok_or_else(not_found)?;
    Ok(Json(summary(row)))
}

/// Other medicines of the same kind.
#[derive(Serialize, ToSchema)]
pub struct Alternatives {
    /// The closest first.
    pub items: Vec<MedicineSummary>,
}

/// List alternatives to a medicine
///
/// Of the same class and therapeutic group. Whether one of them suits the patient, a check tells.
#[utoipa::path(get, path = "/api/v1/medicines/{id}/alternatives", tag = "Medicines",
    params(("id" = String, Path, example = "simvastatin")), responses((status = 200, body = Alternatives)))]
pub async fn list_alternatives(PathOf(id): PathOf<String>) -> Result<Json<Alternatives>> {
    let index = catalogue::by_id(&id).ok_or_else(not_found)?;
    let rows = catalogue::alternatives(index).into_iter().filter_map(catalogue::get);
    Ok(Json(Alternatives { items: rows.take(MOST_ALTERNATIVES).map(summary).collect() }))
}

/// Check medicines
///
/// Against each other and against the patient. Nothing is stored. What is not known is said. With `patient_id` what the
/// record says counts too: what is stated stands over it, but hides no allergy, condition or medicine that is recorded.
#[utoipa::path(post, path = "/api/v1/medicines/check", tag = "Medicines", request_body = CheckRequest,
    responses((status = 200, body = CheckAnswer)))]
pub async fn check_medicines(
    app: App,
    caller: Option<Caller>,
    JsonBody(body): JsonBody<CheckRequest>,
) -> Result<Json<CheckAnswer>> {
    if let Some(caller) = &caller {
        caller.require(&[Relationship::Anyone], Action::CheckMedicines)?;
    }
    let medicines = &body.medicines.0;
    let Some(IdInBody(patient_id)) = body.patient_id else {
        return Ok(Json(check::check(&body.patient, medicines, today(app.now()))));
    };
    let caller = caller.ok_or_else(unauthenticated)?;
    let file = patient_for(&app, patient_id, caller.user_id).await?;
    caller.require(&file.relationships, Action::ReadRecord)?;
    let entry = audit::Entry::about(file.id, &caller, "record.used_in_check");
    let record = clinical_record::load(&app, &file, Some(audit::record_read(&app, entry)?)).await?;
    let mut known = record.known(&Person::of(&file, app.now()), app.now()).under(body.patient);
    known.without_medicines(medicines);
    let medicines: Vec<NamedMedicine> = medicines.iter().cloned().chain(record.stopped_medicines(app.now())).collect();
    let mut answer = check::check(&known.data, &medicines, today(app.now()));
    answer.not_assessed.extend(known.not_assessed());
    Ok(Json(answer))
}

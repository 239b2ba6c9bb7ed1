//! The call of the REST API about doses. It touches no database.

use super::growth::{Plausibility, plausibility};
use super::model::{DoseAnswer, DoseRequest};
use super::regimens::{Question, doses};
use crate::authorization::{Action, Relationship};
use crate::error::{FieldError, Result, invalid};
use crate::http::{Caller, Json, JsonBody};
use crate::knowledge::text;
use crate::medicine::catalogue;
use crate::medicine::check::unrecognised;
use crate::medicine::model::NamedMedicine;
use crate::records::majority::today;
use crate::services::{App, Services};
use axum::Router;
use axum::routing::post;
use std::sync::Arc;

/// Paths of doses.
pub fn routes() -> Router<Arc<Services>> {
    Router::new().route("/api/v1/medicines/dose", post(work_out_dose))
}

/// Work out a dose
///
/// By indication, age, weight, body surface, kidneys and liver, each step shown, rounded to what can be given. Nothing is
/// stored. What is not known is said; a weight that nobody of this age has is 422.
#[utoipa::path(post, path = "/api/v1/medicines/dose", tag = "Medicines", security(("bearer" = [])), request_body = DoseRequest,
    responses((status = 200, body = DoseAnswer)))]
pub async fn work_out_dose(
    app: App,
    caller: Caller,
    JsonBody(body): JsonBody<DoseRequest>,
) -> Result<Json<DoseAnswer>> {
    caller.require(&[Relationship::Anyone], Action::Calculate)?;
    let named = NamedMedicine { name: Some(body.medicine.clone()), ..NamedMedicine::default() };
    let by_name = catalogue::resolve(&named).or_else(|| catalogue::by_id(&body.medicine.0));
    let medicine = by_name.ok_or_else(|| {
        let names = catalogue::names();
        let similar =
            unrecognised("medicine", &body.medicine.0, names, |at| Some(catalogue::get(at)?.name)).did_you_mean;
        let hint =
            if similar.is_empty() { String::new() } else { [" Did you mean ", &similar.join(", "), "?"].concat() };
        let message = ["is not a medicine of the catalogue.", &hint].concat();
        invalid(vec![FieldError::body("/medicine", "unknown_medicine", message)])
    })?;
    if plausibility(&body.patient) == Plausibility::Impossible {
        let told = text("dose.weight_impossible");
        return Err(invalid(vec![FieldError::body("/patient/weight_kg", "implausible", told)]));
    }
    let question = Question {
        medicine,
        indication: body.indication.as_ref().map(|indication| indication.0.as_str()),
        patient: &body.patient,
        only_reviewed: app.config.require_reviewed_doses,
        today: today(app.now()),
    };
    doses(&question).map(Json).ok_or_else(crate::error::not_found)
}

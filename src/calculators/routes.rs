//! The calls of the REST API about calculators. They touch no database.

use super::model::{CalculatorAnswer, CalculatorSummary};
use super::work;
use crate::authorization::{Action, Relationship};
use crate::error::{Result, invalid, not_found};
use crate::http::{Caller, Json, JsonBody, PathOf};
use crate::knowledge::calculators;
use crate::services::Services;
use axum::Router;
use axum::routing::get;
use serde::Serialize;
use serde_json::{Map, Value};
use std::sync::Arc;
use utoipa::ToSchema;

/// Paths of this domain.
pub fn routes() -> Router<Arc<Services>> {
    Router::new()
        .route("/api/v1/calculators", get(list_calculators))
        .route("/api/v1/calculators/{name}", get(read_calculator).post(run_calculator))
}

/// All calculators.
#[derive(Serialize, ToSchema)]
pub struct CalculatorList {
    /// By id.
    pub items: Vec<CalculatorSummary>,
}

/// List the clinical calculators
///
/// Each with what it asks for, in which unit and within which bounds.
#[utoipa::path(get, path = "/api/v1/calculators", tag = "Calculators", security(("bearer" = [])),
    responses((status = 200, body = CalculatorList)))]
pub async fn list_calculators(caller: Caller) -> Result<Json<CalculatorList>> {
    caller.require(&[Relationship::Anyone], Action::Calculate)?;
    Ok(Json(CalculatorList { items: calculators().calculators.iter().map(CalculatorSummary::from).collect() }))
}

/// Read one clinical calculator
#[utoipa::path(get, path = "/api/v1/calculators/{name}", tag = "Calculators", security(("bearer" = [])),
    params(("name" = String, Path, example = "creatinine_clearance")),
    responses((status = 200, body = CalculatorSummary)))]
pub async fn read_calculator(caller: Caller, PathOf(name): PathOf<String>) -> Result<Json<CalculatorSummary>> {
    caller.require(&[Relationship::Anyone], Action::Calculate)?;
    Ok(Json(work::by_id(&name).ok_or_else(not_found)?.into()))
}

/// Run a clinical calculator
///
/// The body has one member for each input. Nothing is stored. What is not possible, or what the formula was not made
/// for, is 422 with the range.
#[utoipa::path(post, path = "/api/v1/calculators/{name}", tag = "Calculators", security(("bearer" = [])),
    params(("name" = String, Path, example = "bmi")),
    request_body(content = Object, example = json!({"weight_kg": 70, "height_cm": 175})),
    responses((status = 200, body = CalculatorAnswer)))]
pub async fn run_calculator(
    caller: Caller,
    PathOf(name): PathOf<String>,
    JsonBody(given): JsonBody<Value>,
) -> Result<Json<CalculatorAnswer>> {
    caller.require(&[Relationship::Anyone], Action::Calculate)?;
    let calculator = work::by_id(&name).ok_or_else(not_found)?;
    let given = match given {
        Value::Object(given) => given,
        _ => Map::new(),
    };
    work::work_out(calculator, &given).map(Json).map_err(invalid)
}

//! `/health` and `/ready`.

use crate::http::Json;
use crate::platform::Statement;
use crate::services::{App, Services};
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Paths of operations.
pub fn routes() -> Router<Arc<Services>> {
    Router::new().route("/health", get(health)).route("/ready", get(ready))
}

/// The process answers.
#[derive(Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`.
    pub status: &'static str,
    /// Version of the clinical tables.
    pub knowledge_version: &'static str,
}

/// Is the process alive?
///
/// Nothing is read or written for this.
#[utoipa::path(get, path = "/health", tag = "Operations", responses((status = 200, body = Health)))]
pub async fn health() -> Json<Health> {
    Json(Health { status: "ok", knowledge_version: crate::knowledge::version() })
}

/// One thing that requests depend on.
#[derive(Serialize, ToSchema)]
pub struct Dependency {
    /// Which.
    pub name: &'static str,
    /// Whether it answered.
    pub ok: bool,
    /// How long it took.
    pub latency_ms: i64,
}

/// What requests depend on.
#[derive(Serialize, ToSchema)]
pub struct Readiness {
    /// `ok` or `unavailable`.
    pub status: &'static str,
    /// Each dependency.
    pub dependencies: Vec<Dependency>,
}

/// Can requests be served?
///
/// Asks each dependency; 503 when one does not answer.
#[utoipa::path(get, path = "/ready", tag = "Operations",
    responses((status = 200, body = Readiness), (status = 503, body = Readiness)))]
pub async fn ready(app: App) -> Response {
    let began = app.now();
    let database = app.query(Statement::new("SELECT 1 AS one")).await.is_ok();
    let after_database = app.now();
    let cache = app.cache.get("ready").await.is_ok();
    let dependencies = vec![
        Dependency { name: "database", ok: database, latency_ms: after_database.0 - began.0 },
        Dependency { name: "cache", ok: cache, latency_ms: app.now().0 - after_database.0 },
    ];
    let ok = dependencies.iter().all(|dependency| dependency.ok);
    let status = if ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { status: if ok { "ok" } else { "unavailable" }, dependencies })).into_response()
}

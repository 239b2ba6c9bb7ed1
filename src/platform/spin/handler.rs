//! What Spin calls: one request in, one answer out.

use super::ports::{self, StdoutLog};
use crate::app;
use crate::platform::{HostError, Log};
use axum::Router;
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use spin_sdk::http::Request;
use spin_sdk::http_service;
use std::sync::OnceLock;
use tower::ServiceExt;

/// Bodies stream in both directions; the router itself refuses one over its limit.
#[http_service]
async fn handle(request: Request) -> Response {
    match router().await {
        Ok(router) => {
            let Ok(response) = router.oneshot(request.map(Body::new)).await;
            response
        }
        Err(HostError::Failed(cause) | HostError::Unavailable(cause)) => {
            StdoutLog.line(&json!({"level": "error", "event": "not_started", "cause": cause}).to_string());
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The router of this instance, made at its first request, for settings can only
/// be read within one. Two first requests at once may both make it; one stays.
async fn router() -> Result<Router, HostError> {
    static ROUTER: OnceLock<Router> = OnceLock::new();
    if let Some(router) = ROUTER.get() {
        return Ok(router.clone());
    }
    let router = app::router(ports::services().await?);
    Ok(ROUTER.get_or_init(|| router).clone())
}

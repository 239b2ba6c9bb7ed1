//! The router: every domain's routes, and what surrounds them.

use crate::http::{fixed_headers, pipeline, problem_pages};
use crate::services::Services;
use crate::{
    accounts, audit, calculators, chat, diagnosis, integrations, jobs, medicine, operations, organizations, privacy,
    records, visits,
};
use axum::Router;
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::{from_fn_with_state, map_response};
use std::sync::Arc;
use std::time::Duration;
use tower_http::cors::{AllowOrigin, CorsLayer};

/// The whole application, for any host.
pub fn router(services: Arc<Services>) -> Router {
    router_without_fixed_headers(services).layer(map_response(fixed_headers::add))
}

/// For a host that can add [`fixed_headers::FIXED_HEADERS`] more cheaply.
pub fn router_without_fixed_headers(services: Arc<Services>) -> Router {
    let mut routes = Router::new()
        .merge(operations::routes::routes())
        .merge(problem_pages::routes())
        .merge(accounts::routes::routes())
        .merge(accounts::mail_routes::routes())
        .merge(jobs::dead_letters::routes())
        .merge(integrations::routes::routes())
        .merge(organizations::routes::routes())
        .merge(records::routes::routes())
        .merge(records::profile::routes::routes())
        .merge(records::access::routes::routes())
        .merge(records::care::routes::routes())
        .merge(chat::routes::routes())
        .merge(diagnosis::routes::routes())
        .merge(medicine::routes::routes())
        .merge(calculators::routes::routes())
        .merge(visits::routes::routes())
        .merge(audit::routes::routes())
        .merge(privacy::routes::routes());
    if services.config.is_development() {
        routes = routes.merge(operations::development::routes()).merge(jobs::routes::routes());
    }
    // One layer for all that surrounds a handler: each costs every request a few allocations.
    let routes = routes.layer(from_fn_with_state(services.clone(), pipeline::run));
    let origins = &services.config.allowed_origins;
    let routes = if origins.is_empty() { routes } else { routes.layer(cors(origins)) };
    routes.with_state(services)
}

/// Only origins from the settings are told that they may read answers.
fn cors(origins: &[String]) -> CorsLayer {
    let origins = origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    let exposed = [
        "etag",
        "link",
        "location",
        "retry-after",
        "x-request-id",
        "idempotency-replayed",
        "api-version",
        "ratelimit",
        "ratelimit-policy",
    ];
    let accepted =
        ["authorization", "content-type", "idempotency-key", "if-match", "api-version", "x-request-id", "traceparent"];
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers(accepted.map(HeaderName::from_static))
        .expose_headers(exposed.map(HeaderName::from_static))
        .max_age(Duration::from_secs(600))
}

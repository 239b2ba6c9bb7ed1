//! What every answer carries unless it says otherwise.

use super::pipeline::API_VERSIONS;
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;

/// Answers are of one version, and never framed, sniffed, or kept by a shared cache.
pub const FIXED_HEADERS: [(&str, &str); 8] = [
    ("api-version", API_VERSIONS[0]),
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
    ("cross-origin-resource-policy", "same-site"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
    ("referrer-policy", "no-referrer"),
    ("strict-transport-security", "max-age=63072000; includeSubDomains"),
    ("x-content-type-options", "nosniff"),
];

/// Adds those that an answer has no other word for.
pub async fn add(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in FIXED_HEADERS {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    response
}

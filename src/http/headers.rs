//! Versions of a resource (`ETag`, `If-Match`) and answers to what was created.

use super::json::Json;
use crate::error::{Error, Problem};
use crate::problem;
use axum::extract::FromRequestParts;
use axum::http::header::{ETAG, IF_MATCH, LOCATION};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// The version that the caller means to change, from `If-Match`; `*` is any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(Option<i64>);

impl IfMatch {
    /// Whether this version is the one meant.
    ///
    /// # Errors
    /// 412 when it is another one.
    pub fn check(self, version: i64) -> Result<(), Error> {
        match self.0 {
            Some(expected) if expected != version => Err(stale()),
            _ => Ok(()),
        }
    }
}

/// 412: it has changed since.
#[must_use]
pub fn stale() -> Error {
    Problem::new(&problem::STALE, problem::STALE.meaning).into()
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let Some(value) = parts.headers.get(IF_MATCH) else {
            let meaning = problem::PRECONDITION_REQUIRED.meaning;
            return Err(Problem::new(&problem::PRECONDITION_REQUIRED, meaning).into());
        };
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Ok(Self(None));
        }
        // A tag that we never made can match nothing.
        let version = text.trim_matches('"').parse().map_err(|_| stale())?;
        Ok(Self(Some(version)))
    }
}

/// 200 with the resource and its version as a strong `ETag`.
pub fn with_etag<T: Serialize>(version: i64, resource: &T) -> Response {
    tagged(StatusCode::OK, version, Json(resource).into_response())
}

/// 201 with the resource, where it is, and its version.
pub fn created<T: Serialize>(location: &str, version: i64, resource: &T) -> Response {
    located(location, tagged(StatusCode::CREATED, version, Json(resource).into_response()))
}

fn located(location: &str, mut response: Response) -> Response {
    if let Ok(value) = HeaderValue::from_str(location) {
        response.headers_mut().insert(LOCATION, value);
    }
    response
}

fn tagged(status: StatusCode, version: i64, mut response: Response) -> Response {
    // A resource that could not be written is a failure already, and stays one.
    if response.status() == StatusCode::OK {
        *response.status_mut() = status;
    }
    if let Ok(value) = HeaderValue::from_str(&["\"", &version.to_string(), "\""].concat()) {
        response.headers_mut().insert(ETAG, value);
    }
    response
}

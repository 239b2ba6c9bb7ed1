//! The one error type. Domains answer with a [`Problem`] made by the small
//! constructors below; a host's failure turns into one that says nothing, and
//! its own words go to the log.

use crate::platform::{DatabaseError, HostError};
use crate::problem::{self, Kind};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

/// What a handler returns when it does not succeed.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A request that did not succeed.
#[derive(Debug)]
pub enum Error {
    /// The caller's to mend: told in full.
    Problem(Box<Problem>),
    /// Ours to mend: the text is logged, the caller learns the request id.
    Host(HostError),
}

/// A problem document before the request's own members (`instance`, `request_id`) are known.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Its place in the catalogue.
    pub kind: &'static Kind,
    /// What is wrong this time.
    pub detail: String,
    /// Bad fields, for 422.
    pub errors: Vec<FieldError>,
    /// Members beyond those of RFC 9457.
    pub extensions: Map<String, Value>,
    /// Seconds for `Retry-After`.
    pub retry_after_s: Option<u32>,
    /// What the log may know beyond the answer. Never sent.
    pub internal: Option<String>,
    /// Whether the authorization table says no, which the audit tells. Never sent.
    pub refused: bool,
}

/// One bad field.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldError {
    /// JSON Pointer (RFC 6901) to the field in the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Name of the query parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// Stable code: `missing`, `unknown_field`, `wrong_type`, `invalid`…
    pub code: &'static str,
    /// What is wrong and what would be right.
    pub message: String,
}

impl FieldError {
    /// A bad field of the body.
    pub fn body(pointer: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { pointer: Some(pointer.into()), parameter: None, code, message: message.into() }
    }
}

impl Problem {
    /// A problem of this kind with this detail.
    pub fn new(kind: &'static Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            errors: Vec::new(),
            extensions: Map::new(),
            retry_after_s: None,
            internal: None,
            refused: false,
        }
    }

    /// Adds a member beyond those of RFC 9457.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl serde::Serialize) -> Self {
        let value = serde_json::to_value(value).unwrap_or_default();
        self.extensions.insert(name.to_owned(), value);
        self
    }

    /// The document as it is sent.
    #[must_use]
    pub fn document(&self, instance: &str, request_id: &str) -> Value {
        let mut document = self.extensions.clone();
        document.insert("type".into(), ["/problems/", self.kind.slug].concat().into());
        document.insert("title".into(), self.kind.title.into());
        document.insert("status".into(), self.kind.status.into());
        if self.kind.status < 500 {
            document.insert("detail".into(), self.detail.clone().into());
        }
        document.insert("instance".into(), instance.into());
        document.insert("request_id".into(), request_id.into());
        if !self.errors.is_empty() {
            document.insert("errors".into(), serde_json::json!(self.errors));
        }
        Value::Object(document)
    }
}

/// 404: not there, or not theirs to know of.
#[must_use]
pub fn not_found() -> Error {
    Problem::new(&problem::NOT_FOUND, problem::NOT_FOUND.meaning).into()
}

/// 401: no valid access token.
#[must_use]
pub fn unauthenticated() -> Error {
    Problem::new(&problem::UNAUTHENTICATED, problem::UNAUTHENTICATED.meaning).into()
}

/// 403: may know that it exists, but not do this.
pub fn forbidden(detail: impl Into<String>) -> Error {
    Problem::new(&problem::FORBIDDEN, detail).into()
}

/// 409: the state does not allow it.
pub fn conflict(detail: impl Into<String>) -> Error {
    Problem::new(&problem::CONFLICT, detail).into()
}

/// 422 with every bad field.
#[must_use]
pub fn invalid(errors: Vec<FieldError>) -> Error {
    let fields: Vec<&str> = errors
        .iter()
        .filter_map(|error| error.pointer.as_deref().or(error.parameter.as_deref()))
        .map(|field| if field.is_empty() { "the body" } else { field })
        .collect();
    let mut problem = Problem::new(&problem::INVALID, ["Not valid: ", &fields.join(", ")].concat());
    problem.errors = errors;
    problem.into()
}

/// A host or an invariant of ours failed; the text is for the log.
pub fn internal(cause: impl std::fmt::Display) -> Error {
    Error::Host(HostError::Failed(cause.to_string()))
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl From<HostError> for Error {
    fn from(error: HostError) -> Self {
        Self::Host(error)
    }
}

impl From<DatabaseError> for Error {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Host(host) => Self::Host(host),
            // A guarded write that nobody gave a meaning: somebody else was faster.
            DatabaseError::Conflict | DatabaseError::Unique(_) => {
                conflict("It was changed by another request at the same moment. Read it again.")
            }
        }
    }
}

impl Error {
    /// As a problem; a host's words move to where only the log reads them.
    #[must_use]
    pub fn into_problem(self) -> Problem {
        match self {
            Self::Problem(problem) => *problem,
            Self::Host(HostError::Unavailable(cause)) => {
                Problem { retry_after_s: Some(2), internal: Some(cause), ..Problem::new(&problem::UNAVAILABLE, "") }
            }
            Self::Host(HostError::Failed(cause)) => {
                Problem { internal: Some(cause), ..Problem::new(&problem::INTERNAL, "") }
            }
        }
    }
}

impl IntoResponse for Error {
    /// The body is written by the outermost middleware, which knows the request's id.
    fn into_response(self) -> Response {
        let problem = self.into_problem();
        let status = axum::http::StatusCode::from_u16(problem.kind.status)
            .unwrap_or(axum::http::StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(problem);
        response
    }
}

//! Reading what a caller sends.

use super::idempotency::Key;
use super::invalid::{Invalid, Reason};
use crate::encryption::sha256;
use crate::error::{Error, FieldError, Problem, invalid};
use crate::id::{Id, NotAnId};
use crate::problem;
use crate::services::Services;
use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};
use deserr::Deserr;
use http_body_util::LengthLimitError;
use serde_json::Value;
use std::error::Error as _;
use std::sync::Arc;

/// Largest body in bytes, 1 MiB.
pub const MAX_BODY_BYTES: usize = 1 << 20;

/// A JSON body. Unknown fields are refused, and every bad field is reported at once.
pub struct JsonBody<T>(pub T);

impl<T: Deserr<Invalid>> FromRequest<Arc<Services>> for JsonBody<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &Arc<Services>) -> Result<Self, Error> {
        let (headers, bytes) = read(request).await?;
        checked(json(&headers, &bytes)?).map(Self)
    }
}

/// A JSON body that may be left out altogether.
pub struct OptionalBody<T>(pub T);

impl<T: Deserr<Invalid> + Default> FromRequest<Arc<Services>> for OptionalBody<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &Arc<Services>) -> Result<Self, Error> {
        let (headers, bytes) = read(request).await?;
        if bytes.is_empty() { Ok(Self(T::default())) } else { checked(json(&headers, &bytes)?).map(Self) }
    }
}

/// The body of a POST that creates, with its `Idempotency-Key` if there is one.
pub struct Create<T> {
    /// The body.
    pub value: T,
    /// The caller's key for this request.
    pub key: Option<Key>,
}

impl<T: Deserr<Invalid>> FromRequest<Arc<Services>> for Create<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &Arc<Services>) -> Result<Self, Error> {
        let (key, value) = keyed(request).await?;
        Ok(Self { value: checked(value)?, key })
    }
}

async fn keyed(request: Request) -> Result<(Option<Key>, Value), Error> {
    let path = request.uri().path().to_owned();
    let (headers, bytes) = read(request).await?;
    Ok((Key::read(&headers, path, || sha256(&bytes))?, json(&headers, &bytes)?))
}

async fn read(request: Request) -> Result<(HeaderMap, Bytes), Error> {
    let (parts, body) = request.into_parts();
    match to_bytes(body, MAX_BODY_BYTES).await {
        Ok(bytes) => Ok((parts.headers, bytes)),
        Err(error) if error.source().is_some_and(|source| source.is::<LengthLimitError>()) => {
            let meaning = problem::PAYLOAD_TOO_LARGE.meaning;
            Err(Problem::new(&problem::PAYLOAD_TOO_LARGE, meaning).into())
        }
        Err(_) => Err(Problem::new(&problem::MALFORMED_REQUEST, "The body ended before it was whole.").into()),
    }
}

/// The value as a type of ours. All that is the same for every type is done before.
fn checked<T: Deserr<Invalid>>(value: Value) -> Result<T, Error> {
    deserr::deserialize::<T, _, Invalid>(value).map_err(Error::from)
}

fn json(headers: &HeaderMap, bytes: &[u8]) -> Result<Value, Error> {
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = media_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    if essence != "application/json" && !essence.ends_with("+json") {
        let detail = [
            "The body must be sent as application/json, not as ",
            if essence.is_empty() { "nothing" } else { &essence },
            ".",
        ]
        .concat();
        return Err(Problem::new(&problem::UNSUPPORTED_MEDIA_TYPE, detail).into());
    }
    serde_json::from_slice(bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        // serde_json's words end in the position, which stands in members of its own too.
        Problem::new(&problem::MALFORMED_JSON, ["The body is not JSON: ", &error.to_string()].concat())
            .with("line", line)
            .with("column", column)
            .into()
    })
}

/// Query parameters; unknown ones are refused.
pub struct QueryOf<T>(pub T);

impl<T: Deserr<Invalid>> FromRequestParts<Arc<Services>> for QueryOf<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Services>) -> Result<Self, Error> {
        deserr::deserialize::<T, _, Invalid>(parameters(&parts.uri)?).map(Self).map_err(not_as_parameters)
    }
}

fn parameters(uri: &Uri) -> Result<Value, Error> {
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(uri)
        .map_err(|_| Problem::new(&problem::MALFORMED_REQUEST, "The query string is not URL-encoded."))?;
    Ok(Value::Object(pairs.0.into_iter().map(|(name, value)| (name, value.into())).collect()))
}

fn not_as_parameters(bad: Invalid) -> Error {
    invalid(bad.0.into_iter().map(as_parameter).collect())
}

fn as_parameter(error: FieldError) -> FieldError {
    let parameter = error.pointer.map(|pointer| pointer.trim_start_matches('/').to_owned());
    FieldError { pointer: None, parameter, ..error }
}

/// An id in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserr)]
#[deserr(try_from(String) = IdInBody::parse -> Reason)]
pub struct IdInBody(pub Id);

impl IdInBody {
    fn parse(text: String) -> Result<Self, Reason> {
        text.parse().map(Self).map_err(|error: NotAnId| Reason::invalid(error.to_string()))
    }
}

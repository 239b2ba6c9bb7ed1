//! From the runtime's request to the router's, and back. Bodies are read whole,
//! within the limit, and answers are written whole: a stream in either direction
//! would cost a promise a chunk, and every answer of the API is small.

use crate::http::body::MAX_BODY_BYTES;
use axum::body::{Body, to_bytes};
use axum::http::{self, HeaderName, HeaderValue};
use futures_util::StreamExt;
use js_sys::{Array, JSON};
use worker::{Error, Headers, Request, Response, ResponseBuilder, Result, web_sys};

/// Reads a request; the body stops one byte over the limit, which the router then refuses.
///
/// # Errors
/// When the URL or the body cannot be read.
pub async fn read(mut request: Request) -> Result<http::Request<Body>> {
    // Asked of the request itself: the crate's own `url()` brings a parser and the tables of IDNA, its `method()`
    // takes a method that it does not know for GET.
    let method = request.inner().method();
    let mut builder = http::Request::builder().method(method.as_str()).uri(request.inner().url());
    for (name, value) in header_pairs(&request)? {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            builder = builder.header(name, value);
        }
    }
    let bodiless = matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS");
    let body = if bodiless { Vec::new() } else { limited(&mut request).await? };
    builder.body(Body::from(body)).map_err(|error| Error::RustError(error.to_string()))
}

/// All headers in one crossing, as JSON: one by one they would be the dearest part of a small request.
fn header_pairs(request: &Request) -> Result<Vec<(String, String)>> {
    let pairs = Array::from(request.inner().headers().as_ref());
    let json: String = JSON::stringify(&pairs).map_err(Error::from)?.into();
    Ok(serde_json::from_str(&json)?)
}

async fn limited(request: &mut Request) -> Result<Vec<u8>> {
    let length = request.headers().get("content-length")?.and_then(|length| length.parse::<usize>().ok());
    if length.is_some_and(|length| length <= MAX_BODY_BYTES) {
        return request.bytes().await;
    }
    let mut stream = match request.stream() {
        Ok(stream) => stream,
        // No body at all.
        Err(_) => return Ok(Vec::new()),
    };
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next().await {
        bytes.extend(chunk?);
        if bytes.len() > MAX_BODY_BYTES {
            break;
        }
    }
    Ok(bytes)
}

/// Writes an answer.
///
/// # Errors
/// When the runtime refuses a header or the status.
pub async fn write(response: http::Response<Body>) -> Result<Response> {
    let (parts, body) = response.into_parts();
    let pairs: Vec<(&str, &str)> =
        parts.headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect();
    let pairs = JSON::parse(&serde_json::to_string(&pairs)?).map_err(Error::from)?;
    let headers = web_sys::Headers::new_with_str_sequence_sequence(&pairs).map_err(Error::from)?;
    let builder = ResponseBuilder::new().with_status(parts.status.as_u16()).with_headers(Headers(headers));
    let bytes = to_bytes(body, usize::MAX).await.map_err(|error| Error::RustError(error.to_string()))?;
    Ok(if bytes.is_empty() { builder.empty() } else { builder.fixed(bytes.to_vec()) })
}

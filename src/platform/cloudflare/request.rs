//! From the runtime's request to the router's, and back. Bodies are read whole,
//! within the limit, and answers are written whole: a stream in either direction
//! would cost a promise a chunk, and every answer of the API is small.

use crate::http::body::MAX_BODY_BYTES;
use axum::body::{Body, to_bytes};
use axum::http::{self, HeaderName, HeaderValue};
use futures_util::StreamExt;
use worker::{Headers, Request, Response, ResponseBuilder, Result};

/// Reads a request; the body stops one byte over the limit, which the router then refuses.
///
/// # Errors
/// When the URL or the body cannot be read.
pub async fn read(mut request: Request) -> Result<http::Request<Body>> {
    let method = request.method().to_string();
    // Asked of the request itself: the crate's own `url()` brings a parser and the tables of IDNA.
    let url = request.inner().url();
    let mut builder = http::Request::builder().method(method.as_str()).uri(url);
    for (name, value) in request.headers().entries() {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            builder = builder.header(name, value);
        }
    }
    let body =
        if matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS") { Vec::new() } else { limited(&mut request).await? };
    builder.body(Body::from(body)).map_err(|error| worker::Error::RustError(error.to_string()))
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
    let headers = Headers::new();
    for (name, value) in &parts.headers {
        if let Ok(value) = value.to_str() {
            headers.append(name.as_str(), value)?;
        }
    }
    let builder = ResponseBuilder::new().with_status(parts.status.as_u16()).with_headers(headers);
    let bytes = to_bytes(body, usize::MAX).await.map_err(|error| worker::Error::RustError(error.to_string()))?;
    Ok(if bytes.is_empty() { builder.empty() } else { builder.fixed(bytes.to_vec()) })
}

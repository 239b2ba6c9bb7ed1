//! From the runtime's request to the router's, and back. Bodies are read whole,
//! within the limit, and answers are written whole: a stream in either direction
//! would cost a promise a chunk, and every answer of the API is small.

use crate::http::body::MAX_BODY_BYTES;
use crate::http::fixed_headers::FIXED_HEADERS;
use axum::body::{Body, to_bytes};
use axum::http::{self, HeaderName, HeaderValue, header::CONTENT_TYPE};
use futures_util::StreamExt;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::{Error, Request, Result, web_sys};

#[wasm_bindgen(module = "/src/platform/cloudflare/request.mjs")]
extern "C" {
    fn head(request: &web_sys::Request) -> String;
    #[wasm_bindgen(catch)]
    fn respond(
        status: u16,
        usual: &web_sys::Headers,
        own: u32,
        text: &str,
        bytes: Option<&[u8]>,
    ) -> std::result::Result<web_sys::Response, JsValue>;
}

/// Reads a request; the body stops one byte over the limit, which the router then refuses.
///
/// # Errors
/// When the URL or the body cannot be read.
pub async fn read(request: &web_sys::Request) -> Result<http::Request<Body>> {
    let head = head(request);
    let mut lines = head.split('\n');
    let method = lines.next().unwrap_or_default();
    let mut builder = http::Request::builder().method(method).uri(lines.next().unwrap_or_default());
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            builder = builder.header(name, value);
        }
    }
    let bodiless = matches!(method, "GET" | "HEAD" | "OPTIONS");
    let body = if bodiless { Vec::new() } else { limited(Clone::clone(request).into()).await? };
    builder.body(Body::from(body)).map_err(|error| Error::RustError(error.to_string()))
}

async fn limited(mut request: Request) -> Result<Vec<u8>> {
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

const JSON: &str = "application/json";

/// Room for the headers that most answers have of their own.
const HEAD_BYTES: usize = 256;

/// The headers that nearly every answer has, converted once: names and values are
/// dear on their way to the runtime, a copy within it is cheap.
pub struct UsualHeaders(web_sys::Headers);

impl UsualHeaders {
    /// Converts them.
    ///
    /// # Errors
    /// When the runtime refuses one.
    pub fn new() -> Result<Self> {
        let headers = web_sys::Headers::new()?;
        headers.set(CONTENT_TYPE.as_str(), JSON)?;
        for (name, value) in FIXED_HEADERS {
            headers.set(name, value)?;
        }
        Ok(Self(headers))
    }
}

/// Writes an answer.
///
/// # Errors
/// When the runtime refuses a header or the status.
pub async fn write(response: http::Response<Body>, usual: &UsualHeaders) -> Result<web_sys::Response> {
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.map_err(|error| Error::RustError(error.to_string()))?;
    let mut text = String::with_capacity(HEAD_BYTES + bytes.len());
    for (name, value) in &parts.headers {
        let Ok(value) = value.to_str() else { continue };
        if name != CONTENT_TYPE || value != JSON {
            text.extend([name.as_str(), "\n", value, "\n"]);
        }
    }
    if !parts.headers.contains_key(CONTENT_TYPE) {
        text.extend([CONTENT_TYPE.as_str(), "\n\n"]);
    }
    // What stands before the body is ASCII: its length is the same in JavaScript's units.
    let own = text.len() as u32;
    let body = match std::str::from_utf8(&bytes) {
        Ok(body) => {
            text.push_str(body);
            None
        }
        Err(_) => Some(&*bytes),
    };
    Ok(respond(parts.status.as_u16(), &usual.0, own, &text, body)?)
}

//! JSON answers. Written by way of one kind of writer, as is all other JSON of the
//! crate: axum's own would bring every type's code a second time.

use crate::error::internal;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// Answers 200 with the value.
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        respond(serde_json::to_vec(&self.0))
    }
}

fn respond(written: serde_json::Result<Vec<u8>>) -> Response {
    match written {
        Ok(bytes) => ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], bytes).into_response(),
        Err(error) => internal(error).into_response(),
    }
}

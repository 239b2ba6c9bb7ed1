//! The Cloudflare host: D1, KV, R2, Queues, Durable Objects, and the handlers of
//! the events that the runtime calls.

mod bindings;
mod database;
mod events;
mod files;
mod limiter;
mod mailers;
mod request;
mod room_object;
mod room_storage;
mod rooms;

use crate::platform::HostError;

/// What a JavaScript exception says of itself.
fn failed(error: impl std::fmt::Display) -> HostError {
    HostError::Failed(error.to_string())
}

/// The same for a value that was thrown.
fn thrown(value: &wasm_bindgen::JsValue) -> String {
    use wasm_bindgen::JsCast;
    match value.dyn_ref::<js_sys::Error>() {
        Some(error) => error.message().into(),
        None => value.as_string().unwrap_or_else(|| "a value that is no Error was thrown".to_owned()),
    }
}

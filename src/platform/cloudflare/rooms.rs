//! Rooms: a Durable Object each, named by the room's id.

use super::failed;
use crate::chat::service::{RoomCall, RoomReply, SocketRequest};
use crate::platform::{Connected, HostError, Rooms};
use async_trait::async_trait;
use axum::response::{IntoResponse, Response};
use worker::send::{SendFuture, SendWrapper};
use worker::{Headers, Method, ObjectNamespace, Request, RequestInit};

/// The namespace of rooms.
pub struct DurableRooms(pub ObjectNamespace);

/// The runtime's own answer to an upgrade: it carries the socket and is passed on as it is.
#[derive(Clone)]
pub struct Upgraded(pub std::sync::Arc<SendWrapper<std::cell::RefCell<Option<worker::Response>>>>);

/// Header in which the API tells the object which room it is.
pub const ROOM_ID: &str = "x-room-id";

#[async_trait]
impl Rooms for DurableRooms {
    async fn call(&self, room_id: &str, call: &RoomCall) -> Result<RoomReply, HostError> {
        let body = serde_json::to_string(call).map_err(failed)?;
        SendFuture::new(async {
            let mut response = self.fetch(room_id, "call", Some(body)).await?;
            let text = response.text().await.map_err(failed)?;
            crate::json::read(&text).map_err(failed)
        })
        .await
    }

    async fn connect(&self, room_id: &str, request: &SocketRequest) -> Result<Connected, HostError> {
        let body = serde_json::to_string(request).map_err(failed)?;
        SendFuture::new(async {
            let response = self.fetch(room_id, "socket", Some(body)).await?;
            match response.status_code() {
                101 => {}
                401 => return Ok(Connected::Refused),
                other => {
                    return Err(HostError::Failed(["a room answered an upgrade with ", &other.to_string()].concat()));
                }
            }
            let upgraded = Upgraded(std::sync::Arc::new(SendWrapper::new(Some(response).into())));
            // The status of the router's answer is only for the log.
            let mut answer: Response = axum::http::StatusCode::SWITCHING_PROTOCOLS.into_response();
            answer.extensions_mut().insert(upgraded);
            Ok(Connected::Upgraded(answer))
        })
        .await
    }
}

impl DurableRooms {
    async fn fetch(&self, room_id: &str, path: &str, body: Option<String>) -> Result<worker::Response, HostError> {
        let headers = Headers::new();
        headers.set(ROOM_ID, room_id).map_err(failed)?;
        let mut init = RequestInit::new();
        if path == "socket" {
            // An upgrade is a GET and has no body: what is asked travels in a header.
            headers.set("upgrade", "websocket").map_err(failed)?;
            headers.set("x-socket-request", &body.unwrap_or_default()).map_err(failed)?;
        } else {
            init.with_method(Method::Post).with_body(body.map(Into::into));
        }
        init.with_headers(headers);
        let request = Request::new_with_init(&["https://room/", path].concat(), &init).map_err(failed)?;
        let stub = self.0.get_by_name(room_id).map_err(failed)?;
        stub.fetch_with_request(request).await.map_err(|error| HostError::Unavailable(error.to_string()))
    }
}

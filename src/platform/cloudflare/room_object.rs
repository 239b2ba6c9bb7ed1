//! The Durable Object of a room: carries frames between its sockets and the
//! shell. All that must outlive hibernation is in its storage or in a socket's
//! attachment.

use super::bindings::{ConsoleLog, JsClock, JsEntropy, config};
use super::room_storage::ObjectStorage;
use super::rooms::ROOM_ID;
use crate::chat::protocol::SUBPROTOCOL;
use crate::chat::room::{Attachment, Input, SocketId};
use crate::chat::service::{RoomCall, SocketRequest};
use crate::chat::shell::{Host, Shell, Sockets};
use crate::chat::store::{SCHEMA, spend_ticket};
use crate::config::Config;
use crate::platform::{Clock, Entropy, HostError, Log, Statement};
use litemap::LiteMap;
use std::cell::{Cell, RefCell};
use std::time::Duration;
use worker::{
    Delay, DurableObject, Env, Error, Request, Response, ResponseBuilder, Result, State, WebSocket,
    WebSocketIncomingMessage, WebSocketPair, durable_object,
};

/// A room.
#[durable_object]
pub struct RoomObject {
    state: State,
    config: std::result::Result<Config, Vec<String>>,
    shell: RefCell<Shell>,
    sockets: RefCell<Option<LiteMap<SocketId, WebSocket>>>,
    /// What has arrived and waits for the turn that is coming.
    waiting: RefCell<Vec<Input>>,
    turn_is_coming: Cell<bool>,
    alarm: Cell<Option<i64>>,
}

impl DurableObject for RoomObject {
    fn new(state: State, env: Env) -> Self {
        Self {
            config: config(&env),
            state,
            shell: RefCell::default(),
            sockets: RefCell::default(),
            waiting: RefCell::default(),
            turn_is_coming: Cell::new(false),
            alarm: Cell::new(None),
        }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let room_id = request.headers().get(ROOM_ID)?.unwrap_or_default();
        if let Some(asked) = request.headers().get("x-socket-request")? {
            return self.accept(&crate::json::read(&asked)?).await;
        }
        let call: RoomCall = crate::json::read(request.text().await?)?;
        // What arrived before the call comes before it: a socket that connects just now is there to be closed.
        self.turn();
        let reply = self.with_host(|shell, host| {
            if matches!(call, RoomCall::Open { .. }) {
                host.storage.transaction(&SCHEMA.map(Statement::new))?;
            } else if !self.has_tables(host)? {
                return Ok(crate::chat::service::RoomReply::NotOpened);
            }
            shell.call(host, &room_id, call)
        })?;
        self.ask_for_alarm().await?;
        Response::from_json(&reply)
    }

    async fn websocket_message(&self, socket: WebSocket, message: WebSocketIncomingMessage) -> Result<()> {
        let Some(attachment) = attachment(&socket) else { return Ok(()) };
        let socket = attachment.socket;
        self.arrived(match message {
            WebSocketIncomingMessage::String(text) => Input::Frame { socket, text },
            WebSocketIncomingMessage::Binary(bytes) => Input::Binary { socket, bytes: bytes.len() },
        })
        .await
    }

    async fn websocket_close(&self, socket: WebSocket, code: usize, _: String, _: bool) -> Result<()> {
        // Answers the closing handshake; 1005 and 1006 may not be sent.
        let code = u16::try_from(code).ok().filter(|code| !matches!(code, 1005 | 1006));
        socket.close(code, Some("")).ok();
        self.left(&socket).await
    }

    async fn websocket_error(&self, socket: WebSocket, _: Error) -> Result<()> {
        self.left(&socket).await
    }

    async fn alarm(&self) -> Result<Response> {
        self.arrived(Input::Alarm).await?;
        Response::empty()
    }
}

impl RoomObject {
    async fn accept(&self, asked: &SocketRequest) -> Result<Response> {
        let user_id = self.with_host(|_, host| {
            if !self.has_tables(host)? {
                return Ok(None);
            }
            spend_ticket(host.storage, &asked.ticket_hash, host.clock.now_ms())
        })?;
        let Some(user_id) = user_id else { return Response::error("ticket", 401) };
        let pair = WebSocketPair::new()?;
        let socket = new_socket_id()?;
        self.state.accept_web_socket(&pair.server);
        // From the map of open sockets as it is before this one is connected.
        self.open_sockets(|open| open.insert(socket, pair.server.clone()));
        let connect =
            Input::Connect { socket, user_id, after: asked.after, session_id: asked.session_id.clone(), device: None };
        self.arrived(connect).await?;
        let builder = ResponseBuilder::new().with_websocket(pair.client).with_status(101);
        let builder =
            if asked.subprotocol { builder.with_header("sec-websocket-protocol", SUBPROTOCOL)? } else { builder };
        Ok(builder.empty())
    }

    async fn left(&self, socket: &WebSocket) -> Result<()> {
        let Some(attachment) = attachment(socket) else { return Ok(()) };
        let id = attachment.socket;
        self.arrived(Input::Disconnect { socket: id, attachment: Some(attachment) }).await?;
        self.open_sockets(|open| open.remove(&id));
        Ok(())
    }

    /// Puts an input to those that wait. The first one waits for what comes
    /// close behind it, so that a burst is one transaction and not one for each.
    async fn arrived(&self, input: Input) -> Result<()> {
        self.waiting.borrow_mut().push(input);
        if self.turn_is_coming.replace(true) {
            return Ok(());
        }
        Delay::from(Duration::ZERO).await;
        self.turn_is_coming.set(false);
        self.turn();
        self.ask_for_alarm().await
    }

    /// Handles what waits.
    fn turn(&self) {
        let inputs = self.waiting.take();
        if inputs.is_empty() {
            return;
        }
        if let Err(error) = self.with_host(|shell, host| shell.handle(host, inputs).map(|_| ())) {
            // Nothing of the turn was stored, or not all that was stored was sent:
            // the clients come back with what they have, and the room is loaded anew.
            self.start_over();
            ConsoleLog.line(
                &serde_json::json!({ "level": "error", "event": "room_turn_failed", "cause": error.to_string() })
                    .to_string(),
            );
        }
    }

    fn start_over(&self) {
        *self.shell.borrow_mut() = Shell::default();
        self.open_sockets(|open| {
            for (_, socket) in std::mem::take(open) {
                socket.close(Some(1012), Some("connect again")).ok();
            }
        });
    }

    async fn ask_for_alarm(&self) -> Result<()> {
        match self.alarm.take() {
            Some(at_ms) => self.state.storage().set_alarm(at_ms - JsClock.now_ms()).await,
            None => Ok(()),
        }
    }

    /// An object that nobody opened has no tables, and gets none by being asked.
    fn has_tables(&self, host: &Host) -> std::result::Result<bool, HostError> {
        let rows = host.storage.run(&Statement::new("SELECT name FROM sqlite_master WHERE name = 'room'"))?;
        Ok(rows != crate::platform::Rows::default())
    }

    fn with_host<T>(&self, work: impl FnOnce(&mut Shell, &Host) -> std::result::Result<T, HostError>) -> Result<T> {
        let config = self.config.as_ref().map_err(|wrong| Error::RustError(wrong.join("; ")))?;
        let storage = ObjectStorage(&self.state);
        let host = Host { storage: &storage, sockets: self, clock: &JsClock, entropy: &JsEntropy, config };
        work(&mut self.shell.borrow_mut(), &host).map_err(|error| Error::RustError(format!("{error:?}")))
    }

    fn open_sockets<T>(&self, work: impl FnOnce(&mut LiteMap<SocketId, WebSocket>) -> T) -> T {
        let mut sockets = self.sockets.borrow_mut();
        let open = sockets.get_or_insert_with(|| {
            let all = self.state.get_websockets().into_iter();
            all.filter_map(|socket| Some((attachment(&socket)?.socket, socket))).collect()
        });
        work(open)
    }
}

impl Sockets for RoomObject {
    fn attachments(&self) -> Vec<Attachment> {
        self.state.get_websockets().iter().filter_map(attachment).collect()
    }

    fn attach(&self, saved: &Attachment) {
        let Ok(json) = serde_json::to_string(saved) else { return };
        self.open_sockets(|open| open.get(&saved.socket).map(|socket| socket.serialize_attachment(json).ok()));
    }

    fn send(&self, to: &[SocketId], text: &str) {
        self.open_sockets(|open| {
            for socket in to.iter().filter_map(|id| open.get(id)) {
                // A socket that is gone is told by its own close event.
                socket.send_with_str(text).ok();
            }
        });
    }

    fn close(&self, socket: SocketId, code: u16, reason: &str) {
        self.open_sockets(|open| open.get(&socket).map(|socket| socket.close(Some(code), Some(reason)).ok()));
    }

    fn set_alarm(&self, at_ms: i64) {
        self.alarm.set(Some(at_ms));
    }
}

fn attachment(socket: &WebSocket) -> Option<Attachment> {
    let json: String = socket.deserialize_attachment().ok()??;
    crate::json::read(&json).ok()
}

/// A number that no other socket of the room has: 53 random bits.
fn new_socket_id() -> Result<SocketId> {
    let mut bytes = [0; 8];
    JsEntropy.fill(&mut bytes).map_err(|error| Error::RustError(format!("{error:?}")))?;
    Ok(SocketId(u64::from_le_bytes(bytes) >> 11))
}

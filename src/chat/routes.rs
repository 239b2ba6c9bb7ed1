//! The calls of the REST API about rooms.

use super::alignment;
use super::directory::{self, Act};
use super::model::{Membership, PostMessage, RoomSummary, Ticket};
use super::protocol::SUBPROTOCOL;
use super::service::{MessageView, RoomCall, RoomReply, SocketRequest};
use super::sign_out_store;
use crate::audit::{self, Entry};
use crate::authorization::{Action, Relationship, Role};
use crate::encryption::{random_token, sha256};
use crate::error::{Error, FieldError, Problem, Result, conflict, internal, invalid, not_found, unauthenticated};
use crate::http::credentials::Credentials;
use crate::http::cursor::{self, Limit};
use crate::http::{Caller, Invalid, Json, JsonBody, Page, PageQuery, PathOf, QueryOf, Reason, csrf};
use crate::id::Id;
use crate::platform::{Connected, DatabaseError};
use crate::problem;
use crate::records::store::{begin_care, own_patient};
use crate::services::{App, Services};
use axum::Router;
use axum::http::HeaderMap;
use axum::http::Uri;
use axum::http::header::{ORIGIN, SEC_WEBSOCKET_PROTOCOL};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use deserr::Deserr;
use std::sync::Arc;

const TICKET_LIFE_S: i64 = 30;

/// Paths of this domain.
pub fn routes() -> Router<Arc<Services>> {
    Router::new()
        .route("/api/v1/rooms", get(list_rooms).post(super::opening::open_room))
        .route("/api/v1/rooms/{id}", get(read_room))
        .route("/api/v1/rooms/{id}/accept", post(accept_invitation))
        .route("/api/v1/rooms/{id}/messages", get(list_messages).post(post_message))
        .route("/api/v1/rooms/{id}/tickets", post(create_ticket))
        .route("/api/v1/rooms/{id}/socket", get(connect))
}

/// List one's own rooms
#[utoipa::path(get, path = "/api/v1/rooms", tag = "Chat", security(("bearer" = [])),
    params(("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)), responses((status = 200, body = Vec<RoomSummary>)))]
pub async fn list_rooms(app: App, caller: Caller, uri: Uri, QueryOf(query): QueryOf<PageQuery>) -> Result<Response> {
    caller.require(&[Relationship::Participant], Action::UseRoom)?;
    let scope = ["rooms:", &caller.user_id.to_string()].concat();
    let keys = &app.config.signing_keys;
    let before = cursor::open_before(keys, &scope, query.cursor.as_deref())?;
    let items = directory::rooms(&app, caller.user_id, &before, query.limit.rows()).await?;
    let page = Page::new(items, query.limit, |last| cursor::seal(keys, &scope, &last.id.to_string()));
    Ok(page.respond(&uri))
}

/// Read one room
#[utoipa::path(get, path = "/api/v1/rooms/{id}", tag = "Chat", security(("bearer" = [])),
    params(("id" = String, Path)), responses((status = 200, body = RoomSummary)))]
pub async fn read_room(app: App, caller: Caller, PathOf(id): PathOf<Id>) -> Result<Json<RoomSummary>> {
    let room = directory::room(&app, id, caller.user_id).await?.ok_or_else(not_found)?;
    caller.require(&[Relationship::Participant], Action::UseRoom)?;
    Ok(Json(room.summary))
}

/// Accept an invitation to a room
///
/// The patient's act that opens their record to the doctors of the room.
#[utoipa::path(post, path = "/api/v1/rooms/{id}/accept", tag = "Chat", security(("bearer" = [])),
    params(("id" = String, Path)), responses((status = 200, body = RoomSummary)))]
pub async fn accept_invitation(app: App, caller: Caller, PathOf(id): PathOf<Id>) -> Result<Json<RoomSummary>> {
    let room = directory::room(&app, id, caller.user_id).await?.ok_or_else(not_found)?;
    caller.require(&[Relationship::Participant], Action::UseRoom)?;
    let invited =
        room.summary.participants.iter().any(|m| m.user_id == caller.user_id && m.state == Membership::Invited);
    if !invited {
        return Err(conflict("There is no invitation to accept: you are in this room already."));
    }
    let patient_id = own_patient(&app, caller.user_id).await?;
    let now = app.now();
    let mut batch = vec![directory::accept(id, caller.user_id, now)];
    batch.push(directory::set_patient(id, patient_id));
    let in_room = room.summary.participants.iter().filter(|member| member.role == Role::Doctor);
    let doctors: Vec<Id> = in_room.map(|member| member.user_id).collect();
    for doctor in directory::candidates(&app, &doctors).await? {
        // Who may not act as a doctor now is in the room, but the record stays closed to them.
        if let Some(organization_id) = doctor.doctor_at {
            let organization_id = Some(organization_id);
            batch.push(begin_care(patient_id, doctor.id, organization_id, "patient_accepted_invitation", now));
        }
    }
    let entry = Entry {
        patient_id: Some(patient_id),
        actor_id: Some(caller.user_id),
        action: "room.accepted",
        subject_id: Some(id),
    };
    batch.push(audit::record(&app, entry)?);
    let pending = alignment::later(&app, id, &mut batch)?;
    app.batch(batch).await?;
    alignment::now(&app, id, pending).await;
    let room = directory::room(&app, id, caller.user_id).await?.ok_or_else(not_found)?;
    Ok(Json(room.summary))
}

/// Asks the room's object; one that was never opened is opened from the directory first.
async fn ask(app: &App, caller: &Caller, room_id: Id, act: Act, call: &RoomCall) -> Result<RoomReply> {
    caller.require(&[Relationship::Participant], Action::UseRoom)?;
    // The object does not hear of a suspension: the directory is asked each time.
    if !directory::is_in(app, room_id, caller.user_id, act).await? {
        return Err(not_found());
    }
    let name = room_id.to_string();
    let mut reply = app.rooms.call(&name, call).await?;
    // The directory knows better than an object that was cut off while it changed.
    if matches!(reply, RoomReply::NotOpened | RoomReply::NotAMember) {
        let room = directory::room(app, room_id, caller.user_id).await?.ok_or_else(not_found)?;
        app.rooms.call(&name, &alignment::opening(room)).await?;
        reply = app.rooms.call(&name, call).await?;
    }
    match reply {
        RoomReply::NotAMember | RoomReply::NotOpened => Err(not_found()),
        reply => Ok(reply),
    }
}

/// `GET /rooms/{id}/messages`
#[derive(Deserr)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct History {
    #[deserr(default)]
    after: Option<Seq>,
    #[deserr(default)]
    before: Option<Seq>,
    #[deserr(default)]
    limit: Limit,
}

/// A message's place in a room.
#[derive(Debug, Clone, Copy, Deserr)]
#[deserr(try_from(String) = Seq::parse -> Reason)]
struct Seq(u64);

impl Seq {
    fn parse(text: String) -> Result<Self, Reason> {
        let seq = text.parse().ok().filter(|seq| *seq <= 1 << 53);
        seq.map(Self).ok_or_else(|| Reason::invalid("is a message's seq: a whole number"))
    }
}

/// Read messages
///
/// Ascending by `seq`, bounds exclusive; the last page when neither bound is given.
#[utoipa::path(get, path = "/api/v1/rooms/{id}/messages", tag = "Chat", security(("bearer" = [])),
    params(("id" = String, Path), ("after" = Option<u64>, Query), ("before" = Option<u64>, Query), ("limit" = Option<u32>, Query)),
    responses((status = 200, body = Vec<MessageView>)))]
pub async fn list_messages(
    app: App,
    caller: Caller,
    PathOf(id): PathOf<Id>,
    QueryOf(query): QueryOf<History>,
) -> Result<Json<serde_json::Value>> {
    let call = RoomCall::History {
        user_id: caller.user_id.to_string(),
        after: query.after.map(|seq| seq.0),
        before: query.before.map(|seq| seq.0),
        limit: query.limit.rows() as u64,
    };
    let RoomReply::Messages { messages, more } = ask(&app, &caller, id, Act::Read, &call).await? else {
        return Err(internal("the room answered something else than its messages"));
    };
    // `after` and `before` are the cursors of this list: there is no opaque one.
    Ok(Json(serde_json::json!({ "items": messages, "next_cursor": null, "more": more })))
}

/// Send a message without a socket
#[utoipa::path(post, path = "/api/v1/rooms/{id}/messages", tag = "Chat", security(("bearer" = [])),
    params(("id" = String, Path)), request_body = PostMessage, responses((status = 201, body = MessageView)))]
pub async fn post_message(
    app: App,
    caller: Caller,
    PathOf(id): PathOf<Id>,
    JsonBody(body): JsonBody<PostMessage>,
) -> Result<Response> {
    let call = RoomCall::Post {
        user_id: caller.user_id.to_string(),
        client_id: body.client_id.0,
        body: body.body,
        reply_to: body.reply_to,
    };
    match ask(&app, &caller, id, Act::Write, &call).await? {
        RoomReply::Message { message, duplicate } => {
            let status = if duplicate { axum::http::StatusCode::OK } else { axum::http::StatusCode::CREATED };
            Ok((status, Json(message)).into_response())
        }
        RoomReply::Refused { code, detail, retry_after_ms } => Err(refused(&code, detail, retry_after_ms)),
        _ => Err(internal("the room answered something else than a message")),
    }
}

fn refused(code: &str, detail: String, retry_after_ms: Option<u64>) -> Error {
    match code {
        "rate_limited" => {
            let mut problem = Problem::new(&problem::TOO_MANY_REQUESTS, detail);
            let seconds = retry_after_ms.unwrap_or(1000).div_ceil(1000);
            problem.retry_after_s = Some(u32::try_from(seconds).unwrap_or(10));
            problem.into()
        }
        "room_closed" => conflict("The room is closed."),
        "reply_to_unknown" => invalid(vec![FieldError::body("/reply_to", "invalid", detail)]),
        _ => invalid(vec![FieldError::body("/body", "invalid", detail)]),
    }
}

/// Get a ticket for a socket
///
/// Single use, 30 seconds, bound to user and room. The socket ends with the session.
#[utoipa::path(post, path = "/api/v1/rooms/{id}/tickets", tag = "Chat", security(("bearer" = [])),
    params(("id" = String, Path)), responses((status = 201, body = Ticket)))]
pub async fn create_ticket(app: App, caller: Caller, PathOf(id): PathOf<Id>) -> Result<Response> {
    // The session stands in it, so that the socket ends with it: the whole text is what is hashed.
    let session_id = caller.session_id;
    let ticket = [&random_token(app.entropy.as_ref())?, ".", &session_id.to_string()].concat();
    let call = RoomCall::Ticket {
        user_id: caller.user_id.to_string(),
        hash: sha256(ticket.as_bytes()),
        expires_at_ms: app.now().0 + TICKET_LIFE_S * 1000,
    };
    ask(&app, &caller, id, Act::Connect, &call).await?;
    // Last: a session that has ended meanwhile is refused, one that ends from now on finds the room.
    match app.query(sign_out_store::enter(id, caller.user_id, session_id, app.now())).await {
        Ok(_) => {}
        Err(DatabaseError::Conflict) => return Err(not_found()),
        Err(error) => return Err(error.into()),
    }
    let ticket = Ticket { ticket, expires_in_s: TICKET_LIFE_S };
    Ok((axum::http::StatusCode::CREATED, Json(ticket)).into_response())
}

/// `GET /rooms/{id}/socket`
#[derive(Deserr)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct Upgrade {
    ticket: String,
    #[deserr(default)]
    after: Option<Seq>,
}

/// Connect a socket
///
/// WebSocket upgrade, subprotocol `virtual-doctor.v1`; the ticket is the authorization. A browser connects from pages
/// of `PUBLIC_URL` and of `ALLOWED_ORIGINS`. It closes with 4401 when the session ends or its user is suspended, with
/// 4403 when they are not in the room any more.
#[utoipa::path(get, path = "/api/v1/rooms/{id}/socket", tag = "Chat",
    params(("id" = String, Path), ("ticket" = String, Query), ("after" = Option<u64>, Query)),
    responses((status = 101, description = "Switching to virtual-doctor.v1"),
        (status = 403, description = "/problems/foreign-origin")))]
pub async fn connect(
    app: App,
    headers: HeaderMap,
    PathOf(id): PathOf<Id>,
    QueryOf(query): QueryOf<Upgrade>,
) -> Result<Response> {
    let upgrade = headers.get("upgrade").and_then(|value| value.to_str().ok()).unwrap_or("");
    if !upgrade.eq_ignore_ascii_case("websocket") {
        return Err(Problem::new(&problem::MALFORMED_REQUEST, "This path takes WebSocket upgrades only.").into());
    }
    if headers.contains_key(ORIGIN) || Credentials::of(&headers).are_ambient() {
        csrf::require_own_origin(&app.config, &headers)?;
    }
    let offered = headers.get(SEC_WEBSOCKET_PROTOCOL).and_then(|value| value.to_str().ok()).unwrap_or("");
    let request = SocketRequest {
        ticket_hash: sha256(query.ticket.as_bytes()),
        session_id: query.ticket.split_once('.').map(|(_, session_id)| session_id.to_owned()),
        after: query.after.map(|seq| seq.0),
        subprotocol: offered.split(',').any(|name| name.trim() == SUBPROTOCOL),
    };
    match app.rooms.connect(&id.to_string(), &request).await? {
        Connected::Upgraded(response) => Ok(response),
        Connected::Refused => Err(unauthenticated()),
        Connected::Unsupported => Err(Problem::new(
            &problem::MALFORMED_REQUEST,
            "This host has no WebSockets; read and send messages by REST.",
        )
        .into()),
    }
}

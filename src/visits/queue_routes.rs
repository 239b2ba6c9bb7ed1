//! The calls of the REST API about who waits and who is on duty.

use super::model::{ChangeDuty, Duty, QueuePage};
use super::queue_store::{self, Place};
use crate::audit::{self, Entry};
use crate::authorization::{Action, allows};
use crate::error::{FieldError, Result, invalid};
use crate::http::headers::stale;
use crate::http::{Caller, IfMatch, Json, JsonBody, Page, PageQuery, PathOf, QueryOf, cursor, with_etag};
use crate::id::Id;
use crate::platform::DatabaseError;
use crate::services::App;
use axum::http::Uri;
use axum::http::header::LINK;
use axum::response::{IntoResponse, Response};

/// See who waits
///
/// In the order in which they are taken: by level, then by waiting time. Names and reasons are for its doctors; an
/// admin sees levels, times and counts.
#[utoipa::path(get, path = "/api/v1/organizations/{id}/queue", tag = "Visits", security(("bearer" = [])),
    params(("id" = String, Path), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = QueuePage)))]
pub async fn read_queue(
    app: App,
    caller: Caller,
    PathOf(id): PathOf<Id>,
    uri: Uri,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Response> {
    let relationships = queue_store::relationships(&app, id, caller.user_id).await?;
    caller.require(&relationships, Action::ReadQueue)?;
    let told = allows(&caller.roles, &relationships, Action::ReadQueueTexts).then_some(caller.user_id);
    let scope = ["queue:", &id.to_string()].concat();
    let keys = &app.config.signing_keys;
    let after = match cursor::open(keys, &scope, query.cursor.as_deref())? {
        Some(place) => Place::parse(&place).ok_or_else(not_a_cursor)?,
        None => Place::first(),
    };
    let (items, counts) = queue_store::queue(&app, id, &after, query.limit, told).await?;
    let page = Page::new(items, query.limit, |last| cursor::seal(keys, &scope, &last.place));
    let answer = QueuePage { items: page.items, next_cursor: page.next_cursor.clone(), counts };
    let link = Page::<()> { items: Vec::new(), next_cursor: page.next_cursor }.respond(&uri);
    let mut response = Json(answer).into_response();
    if let Some(link) = link.headers().get(LINK) {
        response.headers_mut().insert(LINK, link.clone());
    }
    Ok(response)
}

fn not_a_cursor() -> crate::error::Error {
    let message = "is not a cursor of this list".to_owned();
    invalid(vec![FieldError { pointer: None, parameter: Some("cursor".into()), code: "invalid", message }])
}

/// See who is on duty
#[utoipa::path(get, path = "/api/v1/organizations/{id}/duty", tag = "Visits", security(("bearer" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Duty)))]
pub async fn read_duty(app: App, caller: Caller, PathOf(id): PathOf<Id>) -> Result<Response> {
    let relationships = queue_store::relationships(&app, id, caller.user_id).await?;
    caller.require(&relationships, Action::ReadDuty)?;
    let duty = queue_store::duty(&app, id, caller.user_id).await?;
    Ok(with_etag(duty.version, &duty))
}

/// Go on duty, or off
///
/// Only who is on duty takes patients, and is handed any.
#[utoipa::path(put, path = "/api/v1/organizations/{id}/duty", tag = "Visits", security(("bearer" = [])),
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = ChangeDuty,
    responses((status = 200, body = Duty)))]
pub async fn change_duty(
    app: App,
    caller: Caller,
    PathOf(id): PathOf<Id>,
    if_match: IfMatch,
    JsonBody(body): JsonBody<ChangeDuty>,
) -> Result<Response> {
    let relationships = queue_store::relationships(&app, id, caller.user_id).await?;
    caller.require(&relationships, Action::ChangeDuty)?;
    let before = queue_store::duty(&app, id, caller.user_id).await?;
    if_match.check(before.version)?;
    let action = if body.on { "duty.began" } else { "duty.ended" };
    let entry = Entry { patient_id: None, actor_id: Some(caller.user_id), action, subject_id: Some(id) };
    let batch = vec![
        queue_store::change_duty(id, caller.user_id, body.on, before.version, app.now()),
        audit::record(&app, entry)?,
    ];
    match app.batch(batch).await {
        Ok(_) => {}
        Err(DatabaseError::Conflict) => return Err(stale()),
        Err(error) => return Err(error.into()),
    }
    let duty = queue_store::duty(&app, id, caller.user_id).await?;
    Ok(with_etag(duty.version, &duty))
}

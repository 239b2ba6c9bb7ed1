//! The calls about copies of what is held on a person.

use super::model::Export;
use super::{consent_routes, erasure_routes, export, store};
use crate::audit::{self, Entry};
use crate::authorization::{Action, Relationship};
use crate::error::{Result, conflict, not_found};
use crate::http::{Caller, Json, Page, PageQuery, PathOf, QueryOf, cursor};
use crate::id::{Id, Timestamp};
use crate::jobs::{Job, outbox};
use crate::services::{App, Services};
use axum::Router;
use axum::http::Uri;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use std::sync::Arc;

/// How long an export can be fetched, 7 days.
const EXPORT_LIFE_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// Paths of this domain.
pub fn routes() -> Router<Arc<Services>> {
    let erasure =
        get(erasure_routes::read_erasure).post(erasure_routes::request_erasure).delete(erasure_routes::cancel_erasure);
    Router::new()
        .route("/api/v1/me/export", post(request_export))
        .route("/api/v1/me/exports", get(list_exports))
        .route("/api/v1/me/exports/{id}", get(fetch_export))
        .route("/api/v1/me/erasure", erasure)
        .route("/api/v1/me/consents", get(consent_routes::list_consents).post(consent_routes::give_consent))
}

/// Ask for a copy of what is held on you
///
/// It is made in the background and can be fetched for 7 days. Asking again while it is being made is asking once.
#[utoipa::path(post, path = "/api/v1/me/export", tag = "Privacy", security(("bearer" = [])),
    responses((status = 202, body = Export)))]
pub async fn request_export(app: App, caller: Caller) -> Result<Response> {
    caller.require(&[Relationship::Anyone], Action::UseOwnAccount)?;
    let (user_id, now) = (caller.user_id, app.now());
    let (id, expires_at) = (app.new_id()?, Timestamp(now.0 + EXPORT_LIFE_MS));
    let export = Export { id, status: "pending".into(), bytes: None, created_at: now, expires_at };
    let (job, pending) = outbox::add(&app, &Job::ExportPerson { user_id, export_id: id })?;
    let asked = Entry { actor_id: Some(user_id), action: "export.requested", subject_id: Some(id), ..Entry::default() };
    let export = match app.batch(vec![store::insert_export(&export, user_id), job, audit::record(&app, asked)?]).await {
        Ok(_) => {
            outbox::offer(&app, pending).await;
            export
        }
        Err(error) if error.is_unique("exports.user_id") => {
            let waiting = store::pending_export(&app, user_id).await?;
            waiting.ok_or_else(|| conflict("An export was made at this moment: list them."))?
        }
        Err(error) => return Err(error.into()),
    };
    let mut response = (StatusCode::ACCEPTED, Json(&export)).into_response();
    let location = ["/api/v1/me/exports/", &export.id.to_string()].concat();
    if let Ok(value) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(LOCATION, value);
    }
    Ok(response)
}

/// List one's copies
#[utoipa::path(get, path = "/api/v1/me/exports", tag = "Privacy", security(("bearer" = [])),
    params(("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Vec<Export>)))]
pub async fn list_exports(app: App, caller: Caller, uri: Uri, QueryOf(query): QueryOf<PageQuery>) -> Result<Response> {
    caller.require(&[Relationship::Anyone], Action::UseOwnAccount)?;
    let scope = ["exports:", &caller.user_id.to_string()].concat();
    let keys = &app.config.signing_keys;
    let before = cursor::open_before(keys, &scope, query.cursor.as_deref())?;
    let items = store::exports(&app, caller.user_id, &before, query.limit.rows() + 1).await?;
    let page = Page::new(items, query.limit, |last: &Export| cursor::seal(keys, &scope, &last.id.to_string()));
    Ok(page.respond(&uri))
}

/// Fetch a copy
///
/// The file itself; 409 while it is being made.
#[utoipa::path(get, path = "/api/v1/me/exports/{id}", tag = "Privacy", security(("bearer" = [])),
    params(("id" = String, Path)), responses((status = 200, description = "The copy, as JSON", body = Object)))]
pub async fn fetch_export(app: App, caller: Caller, PathOf(id): PathOf<Id>) -> Result<Response> {
    caller.require(&[Relationship::Anyone], Action::UseOwnAccount)?;
    let export = store::export_to_fetch(&app, caller.user_id, id).await?.ok_or_else(not_found)?;
    if export.status != "ready" {
        return Err(conflict("It is still being made. Ask again in a while."));
    }
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"export.json\"")),
    ];
    Ok((headers, export::open(&app, caller.user_id, id).await?).into_response())
}

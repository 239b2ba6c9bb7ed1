//! Jobs that were given up, for the operator: which there are, and another go.

use super::{outbox, store};
use crate::audit::{self, Entry};
use crate::authorization::{Action, Relationship};
use crate::error::{Result, not_found};
use crate::http::{Caller, Json, Page, PageQuery, PathOf, QueryOf, cursor};
use crate::id::{Id, Timestamp};
use crate::platform::DatabaseError;
use crate::services::{App, Services};
use axum::Router;
use axum::http::StatusCode;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Paths of dead letters.
pub fn routes() -> Router<Arc<Services>> {
    Router::new()
        .route("/api/v1/operations/dead-letters", get(list_dead_letters))
        .route("/api/v1/operations/dead-letters/{id}/replay", post(replay_dead_letter))
}

/// A job that was given up. What it was about stays sealed.
#[derive(Serialize, ToSchema)]
pub struct DeadLetter {
    /// The job.
    #[schema(value_type = String)]
    pub id: Id,
    /// What there was to do, such as `send_mail`.
    pub kind: String,
    /// How often it was tried.
    pub attempts: i64,
    /// What kind of failure the last one was, such as `provider_422`.
    pub last_error: Option<String>,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last tried.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_attempt_at: Option<Timestamp>,
    /// When it was given up.
    #[schema(value_type = String, format = DateTime)]
    pub dead_at: Timestamp,
}

/// What became of a dead letter.
#[derive(Serialize, ToSchema)]
pub struct Replayed {
    /// Always `waiting`: it is a job again, with all its tries.
    pub status: &'static str,
}

/// List dead letters
///
/// Jobs that were given up, after 24 tries or because the mail provider refused them for good. Latest first.
#[utoipa::path(get, path = "/api/v1/operations/dead-letters", tag = "Operations", security(("bearer" = [])),
    params(("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Vec<DeadLetter>)))]
pub async fn list_dead_letters(
    app: App,
    caller: Caller,
    uri: Uri,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Response> {
    #[derive(Deserialize)]
    struct Row {
        id: Id,
        kind: String,
        attempts: i64,
        last_error: Option<String>,
        created_at: i64,
        last_attempt_at: Option<i64>,
        dead_at: i64,
    }
    const SCOPE: &str = "dead-letters";
    caller.require(&[Relationship::Anyone], Action::ReadDeadLetters)?;
    let keys = &app.config.signing_keys;
    let before = cursor::open_before(keys, SCOPE, query.cursor.as_deref())?;
    let rows: Vec<Row> = app.query(store::select_dead(&before, query.limit.rows() + 1)).await?.all()?;
    let letters = rows.into_iter().map(|row| DeadLetter {
        id: row.id,
        kind: row.kind,
        attempts: row.attempts,
        last_error: row.last_error,
        created_at: Timestamp(row.created_at),
        last_attempt_at: row.last_attempt_at.map(Timestamp),
        dead_at: Timestamp(row.dead_at),
    });
    let page = Page::new(letters.collect(), query.limit, |last| cursor::seal(keys, SCOPE, &last.id.to_string()));
    Ok(page.respond(&uri))
}

/// Replay a dead letter
///
/// Makes it a job again and offers it at once. A mail keeps its id, so that a provider which has sent it already sends no second one.
#[utoipa::path(post, path = "/api/v1/operations/dead-letters/{id}/replay", tag = "Operations",
    security(("bearer" = [])), params(("id" = String, Path)), responses((status = 202, body = Replayed)))]
pub async fn replay_dead_letter(app: App, caller: Caller, PathOf(id): PathOf<Id>) -> Result<Response> {
    caller.require(&[Relationship::Anyone], Action::ReplayDeadLetter)?;
    let action = "dead_letter.replayed";
    let entry = Entry { actor_id: Some(caller.user_id), action, subject_id: Some(id), ..Entry::default() };
    let batch = vec![store::replay(id, outbox::patience(app.now())), audit::record(&app, entry)?];
    match app.batch(batch).await {
        Ok(_) => {}
        // There is none, or it is a job again already.
        Err(DatabaseError::Conflict) => return Err(not_found()),
        Err(error) => return Err(error.into()),
    }
    outbox::offer(&app, outbox::pending(id)).await;
    Ok((StatusCode::ACCEPTED, Json(Replayed { status: "waiting" })).into_response())
}

//! The API keys of an organization.

use super::key;
use super::model::{ApiKey, CreateApiKey, LONGEST_MS};
use super::store;
use crate::audit::{self, Entry};
use crate::authorization::{Action, Relationship, Role, require};
use crate::error::{FieldError, Result, conflict, invalid};
use crate::http::{Caller, IfMatch, JsonBody, Page, PageQuery, PathOf, QueryOf, created, cursor, headers, with_etag};
use crate::id::Id;
use crate::platform::DatabaseError;
use crate::services::{App, Services};
use axum::Router;
use axum::http::StatusCode;
use axum::http::Uri;
use axum::response::Response;
use axum::routing::get;
use std::sync::Arc;

/// Paths of this domain.
pub fn routes() -> Router<Arc<Services>> {
    Router::new()
        .route("/api/v1/organizations/{id}/api-keys", get(list_api_keys).post(create_api_key))
        .route("/api/v1/organizations/{id}/api-keys/{key_id}", get(read_api_key).delete(end_api_key))
}

/// By the role held in this organization now: neither one held elsewhere nor one that has ended counts.
async fn require_admin(app: &App, caller: &Caller, organization_id: Id) -> Result<()> {
    let roles = store::roles_in(app, organization_id, caller.user_id).await?;
    let relationship = if roles.is_empty() { Relationship::None } else { Relationship::Staff };
    require(&roles, &[relationship], Action::ManageApiKeys)
}

/// Make an API key
///
/// For another system to call with, as `Authorization: Bearer`. The secret is shown in this answer and never again.
#[utoipa::path(post, path = "/api/v1/organizations/{id}/api-keys", tag = "Integrations", security(("bearer" = [])),
    params(("id" = String, Path)), request_body = CreateApiKey, responses((status = 201, body = ApiKey)))]
pub async fn create_api_key(
    app: App,
    caller: Caller,
    PathOf(organization_id): PathOf<Id>,
    // Not `Create`: an answer with a secret is not stored for a replay.
    JsonBody(body): JsonBody<CreateApiKey>,
) -> Result<Response> {
    require_admin(&app, &caller, organization_id).await?;
    let now = app.now();
    let mut wrong = Vec::new();
    if body.scopes.is_empty() {
        wrong.push(FieldError::body("/scopes", "missing", "must have at least one scope"));
    }
    if body.expires_at.0 <= now || body.expires_at.0.0 > now.0 + LONGEST_MS {
        wrong.push(FieldError::body("/expires_at", "out_of_range", "must be in the future, within 400 days"));
    }
    if !wrong.is_empty() {
        return Err(invalid(wrong));
    }
    let mut scopes: Vec<Role> = body.scopes.iter().map(|scope| scope.0).collect();
    scopes.sort_unstable();
    scopes.dedup();
    let id = app.new_id()?;
    let (secret, hash) = key::generate(app.entropy.as_ref(), id)?;
    let mut made = ApiKey {
        id,
        organization_id,
        name: body.name.0,
        scopes,
        created_at: now,
        expires_at: body.expires_at.0,
        ended_at: None,
        last_used_on: None,
        secret: None,
        version: 1,
    };
    let mut batch = Vec::from(store::insert(&app, &made, &hash, caller.user_id)?);
    batch.push(audit::record(&app, entry(&caller, "api_key.created", id))?);
    app.batch(batch).await?;
    made.secret = Some(secret);
    Ok(created(&location(organization_id, id), 1, &made))
}

/// List API keys
///
/// Latest first, with those that have ended, without their secrets.
#[utoipa::path(get, path = "/api/v1/organizations/{id}/api-keys", tag = "Integrations", security(("bearer" = [])),
    params(("id" = String, Path), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Vec<ApiKey>)))]
pub async fn list_api_keys(
    app: App,
    caller: Caller,
    uri: Uri,
    PathOf(organization_id): PathOf<Id>,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Response> {
    require_admin(&app, &caller, organization_id).await?;
    let scope = ["api-keys:", &organization_id.to_string()].concat();
    let keys = &app.config.signing_keys;
    let before = cursor::open_before(keys, &scope, query.cursor.as_deref())?;
    let items = store::list(&app, organization_id, &before, query.limit.rows() + 1).await?;
    Ok(Page::new(items, query.limit, |last| cursor::seal(keys, &scope, &last.id.to_string())).respond(&uri))
}

/// Read an API key
#[utoipa::path(get, path = "/api/v1/organizations/{id}/api-keys/{key_id}", tag = "Integrations", security(("bearer" = [])),
    params(("id" = String, Path), ("key_id" = String, Path)), responses((status = 200, body = ApiKey)))]
pub async fn read_api_key(
    app: App,
    caller: Caller,
    PathOf((organization_id, id)): PathOf<(Id, Id)>,
) -> Result<Response> {
    require_admin(&app, &caller, organization_id).await?;
    let found = store::read(&app, organization_id, id).await?;
    Ok(with_etag(found.version, &found))
}

/// End an API key
///
/// The next call with it is 401.
#[utoipa::path(delete, path = "/api/v1/organizations/{id}/api-keys/{key_id}", tag = "Integrations", security(("bearer" = [])),
    params(("id" = String, Path), ("key_id" = String, Path), ("If-Match" = String, Header)), responses((status = 204)))]
pub async fn end_api_key(
    app: App,
    caller: Caller,
    PathOf((organization_id, id)): PathOf<(Id, Id)>,
    if_match: IfMatch,
) -> Result<StatusCode> {
    require_admin(&app, &caller, organization_id).await?;
    let found = store::read(&app, organization_id, id).await?;
    if_match.check(found.version)?;
    if found.ended_at.is_some() {
        return Err(conflict("This API key has ended already."));
    }
    let batch = vec![store::end(&found, app.now()), audit::record(&app, entry(&caller, "api_key.ended", id))?];
    match app.batch(batch).await {
        Ok(_) => Ok(StatusCode::NO_CONTENT),
        Err(DatabaseError::Conflict) => Err(headers::stale()),
        Err(error) => Err(error.into()),
    }
}

fn entry(caller: &Caller, action: &'static str, id: Id) -> Entry {
    Entry { actor_id: Some(caller.user_id), action, subject_id: Some(id), ..Entry::default() }
}

fn location(organization_id: Id, id: Id) -> String {
    ["/api/v1/organizations/", &organization_id.to_string(), "/api-keys/", &id.to_string()].concat()
}

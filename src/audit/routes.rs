//! Who opened a record, and whether the audit is as it was written.

use super::model::{AccessLogEntry, Verification, VerifyAudit};
use super::{Entry, record, store, verify};
use crate::authorization::{Action, Relationship, Role};
use crate::error::Result;
use crate::http::{Caller, Json, OptionalBody, Page, PageQuery, PathOf, QueryOf, cursor};
use crate::id::Id;
use crate::records::store::patient_for;
use crate::services::{App, Services};
use axum::Router;
use axum::http::Uri;
use axum::response::Response;
use axum::routing::{get, post};
use std::sync::Arc;

/// Paths of the audit.
pub fn routes() -> Router<Arc<Services>> {
    Router::new()
        .route("/api/v1/patients/{id}/audit", get(read_access_log))
        .route("/api/v1/operations/audit/verify", post(verify_audit))
}

/// See who opened a record
///
/// Latest first: who read or changed what, and who was refused.
#[utoipa::path(get, path = "/api/v1/patients/{id}/audit", tag = "Privacy", security(("bearer" = [])),
    params(("id" = String, Path), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Vec<AccessLogEntry>)))]
pub async fn read_access_log(
    app: App,
    caller: Caller,
    PathOf(id): PathOf<Id>,
    uri: Uri,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Response> {
    let file = patient_for(&app, id, caller.user_id).await?;
    caller.require(&file.relationships, Action::ReadAccessLog)?;
    let scope = ["audit:", &id.to_string()].concat();
    let keys = &app.config.signing_keys;
    let before = cursor::open_before(keys, &scope, query.cursor.as_deref())?;
    let read = Entry::about(id, &caller, "audit.read");
    let items = store::access_log(&app, id, &before, query.limit.rows() + 1, record(&app, read)?).await?;
    let page = Page::new(items, query.limit, |last: &AccessLogEntry| cursor::seal(keys, &scope, &last.id.to_string()));
    Ok(page.respond(&uri))
}

/// Verify the audit
///
/// Whether a record's chain, or every chain, is as it was sealed.
#[utoipa::path(post, path = "/api/v1/operations/audit/verify", tag = "Operations", security(("bearer" = [])),
    request_body = VerifyAudit, responses((status = 200, body = Verification)))]
pub async fn verify_audit(
    app: App,
    caller: Caller,
    OptionalBody(body): OptionalBody<VerifyAudit>,
) -> Result<Json<Verification>> {
    let patient_id = body.patient_id.map(|id| id.0);
    let relationships = match patient_id {
        Some(id) if !caller.is(Role::Operator) => patient_for(&app, id, caller.user_id).await?.relationships,
        _ => vec![Relationship::Anyone],
    };
    caller.require(&relationships, Action::VerifyAudit)?;
    let keys = &app.config.signing_keys;
    const SCOPE: &str = "audit-chains";
    let mut verification = match patient_id {
        Some(id) => verify::chain(&app, &id.to_string()).await?,
        None => {
            let after = cursor::open(keys, SCOPE, body.cursor.as_deref())?.unwrap_or_default();
            verify::all(&app, &after).await?
        }
    };
    verification.next_cursor = verification.next_cursor.map(|last| cursor::seal(keys, SCOPE, &last));
    let verified = Entry { patient_id, actor_id: Some(caller.user_id), action: "audit.verified", subject_id: None };
    app.query(record(&app, verified)?).await?;
    Ok(Json(verification))
}

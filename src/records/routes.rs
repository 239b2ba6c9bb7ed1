//! Who practises here.

use super::store;
use crate::accounts::store::about;
use crate::authorization::{Action, Relationship};
use crate::encryption::DataKey;
use crate::error::Result;
use crate::http::{Caller, Page, PageQuery, QueryOf, cursor};
use crate::id::Id;
use crate::services::{App, Services};
use axum::Router;
use axum::http::Uri;
use axum::response::Response;
use axum::routing::get;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Paths of this domain.
pub fn routes() -> Router<Arc<Services>> {
    Router::new().route("/api/v1/practitioners", get(list_practitioners)).merge(super::entries::routes::routes())
}

/// Somebody with whom a patient may open a room.
#[derive(Debug, Serialize, ToSchema)]
pub struct Practitioner {
    /// The user.
    #[schema(value_type = String)]
    pub id: Id,
    /// Name.
    pub name: String,
    /// Where they practise.
    pub organization: String,
    /// Id of that organization.
    #[schema(value_type = String)]
    pub organization_id: Id,
}

/// List practitioners
#[utoipa::path(get, path = "/api/v1/practitioners", tag = "Records", security(("bearer" = [])),
    params(("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Vec<Practitioner>)))]
pub async fn list_practitioners(
    app: App,
    caller: Caller,
    uri: Uri,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Response> {
    caller.require(&[Relationship::Anyone], Action::ListPractitioners)?;
    #[derive(Deserialize)]
    struct Row {
        id: Id,
        wrapped_key: String,
        name_sealed: String,
        organization_id: Id,
        organization: String,
    }
    const SCOPE: &str = "practitioners";
    let keys = &app.config.signing_keys;
    let after = cursor::open(keys, SCOPE, query.cursor.as_deref())?.unwrap_or_default();
    let licence_needed = app.config.require_verified_licence;
    let select = store::select_practitioners(&after, query.limit.rows() + 1, licence_needed);
    let rows: Vec<Row> = app.query(select).await?.all()?;
    let items = rows.into_iter().map(|row| {
        let key = DataKey::unwrap_with(&app.config.master_keys, &about::user_key(row.id), &row.wrapped_key)?;
        Ok(Practitioner {
            id: row.id,
            name: key.open(&about::name(row.id), &row.name_sealed)?,
            organization: row.organization,
            organization_id: row.organization_id,
        })
    });
    let page = Page::new(items.collect::<Result<_>>()?, query.limit, |last| {
        cursor::seal(keys, SCOPE, &[last.organization_id.to_string(), "/".into(), last.id.to_string()].concat())
    });
    Ok(page.respond(&uri))
}

//! The calls of the REST API about organizations and who works there.

use super::model::{NewOrganization, Organization, StaffMember};
use super::practitioners::{change_practitioner, read_practitioner, state_licence, verify_licence};
use super::{invitations, store, suspension};
use crate::audit::{self, Entry};
use crate::authorization::{Action, Role};
use crate::error::{Result, conflict, not_found};
use crate::http::{Caller, Create, IfMatch, Page, PageQuery, PathOf, QueryOf, created, cursor, idempotency, with_etag};
use crate::id::Id;
use crate::jobs::outbox;
use crate::platform::DatabaseError;
use crate::services::{App, Services};
use axum::Router;
use axum::http::StatusCode;
use axum::http::Uri;
use axum::response::Response;
use axum::routing::{delete, get, post};
use std::sync::Arc;

/// Paths of organizations.
pub fn routes() -> Router<Arc<Services>> {
    Router::new()
        .route("/api/v1/organizations", post(create_organization))
        .route("/api/v1/organizations/{id}", get(read_organization))
        .route("/api/v1/organizations/{id}/invitations", post(invitations::invite_staff))
        .route("/api/v1/invitations/accept", post(invitations::accept_staff_invitation))
        .route("/api/v1/organizations/{id}/staff", get(list_staff))
        .route("/api/v1/organizations/{id}/staff/{user_id}", delete(end_staff))
        .route("/api/v1/organizations/{id}/staff/{user_id}/licences/{country}/verify", post(verify_licence))
        .route("/api/v1/me/practitioner", get(read_practitioner).patch(change_practitioner))
        .route("/api/v1/me/licences", post(state_licence))
        .route("/api/v1/users/{id}/suspend", post(suspension::suspend_user))
        .route("/api/v1/users/{id}/reinstate", post(suspension::reinstate_user))
}

/// Make an organization
///
/// Its first admin is invited by mail.
#[utoipa::path(post, path = "/api/v1/organizations", tag = "Organizations", security(("bearer" = [])),
    request_body = NewOrganization, params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = Organization)))]
pub async fn create_organization(
    app: App,
    caller: Caller,
    Create { value, key }: Create<NewOrganization>,
) -> Result<Response> {
    caller.require(&store::standing(&app, &caller, None).await?, Action::CreateOrganization)?;
    if let Some(response) = idempotency::replay(&app, &caller, key.as_ref()).await? {
        return Ok(response);
    }
    let organization = Organization { id: app.new_id()?, name: value.name.0, country: Some(value.country.0) };
    let (invitation, pending) =
        invitations::invitation(&app, &organization, &value.admin_email.0, Role::Admin, caller.user_id)?;
    let action = "organization.created";
    let entry = Entry { actor_id: Some(caller.user_id), action, subject_id: Some(organization.id), ..Entry::default() };
    let mut batch = vec![store::insert_organization(&organization, app.now()), audit::record(&app, entry)?];
    batch.extend(invitation);
    let location = ["/api/v1/organizations/", &organization.id.to_string()].concat();
    let response = created(&location, 1, &organization);
    let response = idempotency::commit(&app, &caller, key.as_ref(), batch, response).await?;
    outbox::offer(&app, pending).await;
    Ok(response)
}

/// Read an organization
#[utoipa::path(get, path = "/api/v1/organizations/{id}", tag = "Organizations", security(("bearer" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Organization)))]
pub async fn read_organization(app: App, caller: Caller, PathOf(id): PathOf<Id>) -> Result<Response> {
    caller.require(&store::standing(&app, &caller, Some(id)).await?, Action::ReadOrganization)?;
    let organization = store::organization(&app, id).await?.ok_or_else(not_found)?;
    Ok(with_etag(1, &organization))
}

/// List who works in an organization
#[utoipa::path(get, path = "/api/v1/organizations/{id}/staff", tag = "Organizations", security(("bearer" = [])),
    params(("id" = String, Path), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Vec<StaffMember>)))]
pub async fn list_staff(
    app: App,
    caller: Caller,
    PathOf(id): PathOf<Id>,
    uri: Uri,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Response> {
    caller.require(&store::standing(&app, &caller, Some(id)).await?, Action::ListStaff)?;
    let keys = &app.config.signing_keys;
    let scope = ["staff:", &id.to_string()].concat();
    let after = cursor::open(keys, &scope, query.cursor.as_deref())?.unwrap_or_default();
    let items = store::staff(&app, id, &after, query.limit.rows() + 1).await?;
    let page = Page::new(items, query.limit, |last| cursor::seal(keys, &scope, &last.user_id.to_string()));
    Ok(page.respond(&uri))
}

/// End somebody's roles in an organization
///
/// Their care relationships for it count no more, at once. An organization keeps at least one admin.
#[utoipa::path(delete, path = "/api/v1/organizations/{id}/staff/{user_id}", tag = "Organizations", security(("bearer" = [])),
    params(("id" = String, Path), ("user_id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 204)))]
pub async fn end_staff(
    app: App,
    caller: Caller,
    PathOf((id, user_id)): PathOf<(Id, Id)>,
    if_match: IfMatch,
) -> Result<StatusCode> {
    caller.require(&store::standing(&app, &caller, Some(id)).await?, Action::EndStaff)?;
    if_match.check(store::staff_version(&app, id, user_id).await?.ok_or_else(not_found)?)?;
    let entry =
        Entry { actor_id: Some(caller.user_id), action: "staff.ended", subject_id: Some(user_id), ..Entry::default() };
    let mut batch = Vec::from(store::end_staff(id, user_id, app.now()));
    batch.push(audit::record(&app, entry)?);
    batch.push(if user_id == caller.user_id {
        store::still_has_admin(id)
    } else {
        store::still_admin(id, caller.user_id)
    });
    match app.batch(batch).await {
        Ok(_) => Ok(StatusCode::NO_CONTENT),
        Err(DatabaseError::Conflict) => Err(conflict("The organization would be left without you or any admin.")),
        Err(error) => Err(error.into()),
    }
}

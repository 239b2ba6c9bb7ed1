//! Suspending somebody, and taking it back.

use super::model::Suspend;
use super::store;
use crate::audit::{self, Entry};
use crate::authorization::{Action, Relationship};
use crate::chat::sign_outs;
use crate::encryption::DataKey;
use crate::error::{Result, conflict, not_found};
use crate::http::{Caller, JsonBody, PathOf};
use crate::id::Id;
use crate::platform::{DatabaseError, Statement};
use crate::services::App;
use axum::http::StatusCode;

/// Who is to be suspended or reinstated, by whom.
struct Subject {
    key: DataKey,
    suspended: bool,
    /// `None` for an operator: everywhere. Otherwise where the caller is an admin.
    organizations: Option<Vec<Id>>,
}

async fn subject(app: &App, caller: &Caller, user_id: Id) -> Result<Subject> {
    let mut relationships = store::standing(app, caller, None).await?;
    let organizations = store::shared_organizations(app, caller.user_id, user_id).await?;
    if !organizations.is_empty() {
        relationships.push(Relationship::OrganizationAdmin);
    }
    caller.require(&relationships, Action::SuspendUser)?;
    let (key, suspended) = store::user(app, user_id).await?.ok_or_else(not_found)?;
    if user_id == caller.user_id {
        return Err(conflict("Nobody suspends or reinstates themselves."));
    }
    let operates = relationships.contains(&Relationship::Operator) && caller.is(crate::authorization::Role::Operator);
    Ok(Subject { key, suspended, organizations: (!operates).then_some(organizations) })
}

/// Suspend a user
///
/// By an operator: everywhere, at once. By an admin of an organization: their roles there end until they are reinstated.
#[utoipa::path(post, path = "/api/v1/users/{id}/suspend", tag = "Organizations", security(("bearer" = [])),
    params(("id" = String, Path)), request_body = Suspend, responses((status = 204)))]
pub async fn suspend_user(
    app: App,
    caller: Caller,
    PathOf(id): PathOf<Id>,
    JsonBody(body): JsonBody<Suspend>,
) -> Result<StatusCode> {
    let subject = subject(&app, &caller, id).await?;
    let reason = &body.reason.0;
    let mut batch = Vec::new();
    match &subject.organizations {
        None if subject.suspended => return Err(conflict("The user is suspended already.")),
        None => batch.push(store::suspend_user(&app, &subject.key, id, reason)?),
        Some(organizations) => {
            for organization_id in organizations {
                batch.extend(store::suspend_staff(&app, &subject.key, *organization_id, id, reason)?);
            }
        }
    }
    finish(&app, &caller, &subject, batch, id, "user.suspended").await
}

/// Reinstate a user
///
/// By an operator, or by an admin of the organization in which the roles were suspended.
#[utoipa::path(post, path = "/api/v1/users/{id}/reinstate", tag = "Organizations", security(("bearer" = [])),
    params(("id" = String, Path)), responses((status = 204)))]
pub async fn reinstate_user(app: App, caller: Caller, PathOf(id): PathOf<Id>) -> Result<StatusCode> {
    let subject = subject(&app, &caller, id).await?;
    let mut batch = Vec::new();
    match &subject.organizations {
        None if !subject.suspended => return Err(conflict("The user is not suspended.")),
        None => batch.push(store::reinstate_user(id)),
        Some(organizations) => batch.extend(organizations.iter().map(|one| store::reinstate_staff(*one, id))),
    }
    finish(&app, &caller, &subject, batch, id, "user.reinstated").await
}

/// Commits it with its audit, if the caller is an admin still.
async fn finish(
    app: &App,
    caller: &Caller,
    subject: &Subject,
    mut batch: Vec<Statement>,
    user_id: Id,
    action: &'static str,
) -> Result<StatusCode> {
    let entry = Entry { actor_id: Some(caller.user_id), action, subject_id: Some(user_id), ..Entry::default() };
    batch.push(audit::record(app, entry)?);
    let organizations = subject.organizations.iter().flatten();
    batch.extend(organizations.map(|organization_id| store::still_admin(*organization_id, caller.user_id)));
    let closing = sign_outs::close_later(app, user_id, &mut batch)?;
    match app.batch(batch).await {
        Ok(_) => {}
        Err(DatabaseError::Conflict) => return Err(conflict("It was changed at the same moment. Try again.")),
        Err(error) => return Err(error.into()),
    }
    // Who is suspended in an organization only, or reinstated, has none that are to be closed.
    sign_outs::close_now(app, closing).await;
    Ok(StatusCode::NO_CONTENT)
}

//! Staff come by invitation.

use super::model::{AcceptInvitation, Invite, Joined, Organization};
use super::store;
use crate::accounts::mails::Template;
use crate::accounts::routes::Status;
use crate::accounts::store::email_index;
use crate::audit::{self, Entry};
use crate::authorization::{Action, Relationship, Role};
use crate::encryption::{random_token, sha256};
use crate::error::{FieldError, Result, internal, invalid, not_found};
use crate::http::{Caller, Json, JsonBody, PathOf};
use crate::id::{Id, Timestamp};
use crate::jobs::Job;
use crate::jobs::outbox::{self, Pending};
use crate::platform::{DatabaseError, Statement};
use crate::services::App;
use axum::http::StatusCode;

/// Life of an invitation.
const LIFE_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// Statements that store an invitation and the mail with its token; an older one to the same address ends.
///
/// # Errors
/// When the host has no randomness.
pub fn invitation(
    app: &App,
    organization: &Organization,
    email: &str,
    role: Role,
    invited_by: Id,
) -> Result<(Vec<Statement>, Pending)> {
    let token = random_token(app.entropy.as_ref())?;
    let life = (app.now(), Timestamp(app.now().0 + LIFE_MS));
    let index = email_index(app, email);
    let insert = store::insert_invitation(&sha256(token.as_bytes()), organization.id, &index, role, invited_by, life);
    let link = [&app.config.public_url, "/?invitation=", &token].concat();
    let values = vec![("organization".to_owned(), organization.name.clone()), ("link".to_owned(), link)];
    // Nothing is looked up about the address, not even a language.
    let template = Template::StaffInvitation;
    let mail = Job::SendMail { template, to: email.to_owned(), locale: "en".to_owned(), values };
    let (job, pending) = outbox::add(app, &mail)?;
    let mut statements = Vec::from(insert);
    statements.push(job);
    Ok((statements, pending))
}

/// Invite somebody to work in an organization
///
/// By mail, with a link that works once, for 7 days; asking again ends the one before. The answer does not tell whether
/// there is an account with that address.
#[utoipa::path(post, path = "/api/v1/organizations/{id}/invitations", tag = "Organizations", security(("bearer" = [])),
    params(("id" = String, Path)), request_body = Invite, responses((status = 202, body = Status)))]
pub async fn invite_staff(
    app: App,
    caller: Caller,
    PathOf(id): PathOf<Id>,
    JsonBody(body): JsonBody<Invite>,
) -> Result<(StatusCode, Json<Status>)> {
    caller.require(&store::standing(&app, &caller, Some(id)).await?, Action::InviteStaff)?;
    let organization = store::organization(&app, id).await?.ok_or_else(not_found)?;
    let (mut batch, pending) = invitation(&app, &organization, &body.email.0, body.role.role(), caller.user_id)?;
    let entry =
        Entry { actor_id: Some(caller.user_id), action: "staff.invited", subject_id: Some(id), ..Entry::default() };
    batch.push(audit::record(&app, entry)?);
    // Of two invitations to one address at a time the second to commit is the one that counts.
    batch.push(store::still_admin(id, caller.user_id));
    match app.batch(batch).await {
        Ok(_) => {}
        Err(DatabaseError::Conflict) => return Err(not_found()),
        Err(error) => return Err(error.into()),
    }
    outbox::offer(&app, pending).await;
    Ok((StatusCode::ACCEPTED, Json(Status { status: "invited" })))
}

/// Accept an invitation to work in an organization
///
/// With the token from the mail, by the user whose verified address it went to. The role counts from the next access
/// token on: refresh the session.
#[utoipa::path(post, path = "/api/v1/invitations/accept", tag = "Organizations", security(("bearer" = [])),
    request_body = AcceptInvitation, responses((status = 200, body = Joined)))]
pub async fn accept_staff_invitation(
    app: App,
    caller: Caller,
    JsonBody(body): JsonBody<AcceptInvitation>,
) -> Result<Json<Joined>> {
    caller.require(&[Relationship::Anyone], Action::JoinOrganization)?;
    let hash = sha256(body.token.as_bytes());
    let entry = Entry {
        actor_id: Some(caller.user_id),
        action: "staff.joined",
        subject_id: Some(caller.user_id),
        ..Entry::default()
    };
    let mut batch = Vec::from(store::accept_invitation(&hash, caller.user_id, app.config.verify_email, app.now()));
    batch.push(audit::record(&app, entry)?);
    match app.batch(batch).await {
        Ok(rows) => {
            let joined = rows.get(2).ok_or_else(|| internal("a batch answered short"))?;
            Ok(Json(store::joined(joined)?))
        }
        Err(DatabaseError::Conflict) => Err(invalid(vec![FieldError::body(
            "/token",
            "invalid",
            "is not valid for your verified address: it was used, has expired, or a newer one was sent",
        )])),
        Err(error) => Err(error.into()),
    }
}

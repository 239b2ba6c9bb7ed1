//! What begins or ends with a mail: another verification link, and a new password.
//! Whoever asks learns nothing of whether an account has the address: both requests
//! do the same work for every address, down to a job that goes through the queue.

use super::mail_store::{self, Owner, Purpose};
use super::mails::Template;
use super::model::{Password, RequestMail, ResetPassword};
use super::password;
use super::routes::{Status, mail};
use super::store::{about, end_sessions};
use crate::audit::{self, Entry};
use crate::chat::sign_outs;
use crate::encryption::{DataKey, random_token, sha256};
use crate::error::{Error, FieldError, Result, invalid};
use crate::http::Json;
use crate::http::JsonBody;
use crate::id::Timestamp;
use crate::jobs::{Job, outbox};
use crate::platform::DatabaseError;
use crate::services::{App, Services};
use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use std::sync::Arc;

/// Paths that have to do with mail.
pub fn routes() -> Router<Arc<Services>> {
    Router::new()
        .route("/api/v1/auth/verification", post(request_verification))
        .route("/api/v1/auth/password-reset", post(request_password_reset))
        .route("/api/v1/auth/password-reset/confirm", post(confirm_password_reset))
}

/// Ask for another verification mail
///
/// The answer is the same for every address. A mail goes to an address that waits to be verified; links sent before end.
#[utoipa::path(post, path = "/api/v1/auth/verification", tag = "Accounts", request_body = RequestMail,
    responses((status = 202, body = Status)))]
pub async fn request_verification(
    app: App,
    JsonBody(body): JsonBody<RequestMail>,
) -> Result<(StatusCode, Json<Status>)> {
    send_link(&app, &body.email.0, Purpose::Verify).await
}

/// Ask for a link to set a new password
///
/// The answer is the same for every address. The link works once, for 30 minutes; one sent before ends.
#[utoipa::path(post, path = "/api/v1/auth/password-reset", tag = "Accounts", request_body = RequestMail,
    responses((status = 202, body = Status)))]
pub async fn request_password_reset(
    app: App,
    JsonBody(body): JsonBody<RequestMail>,
) -> Result<(StatusCode, Json<Status>)> {
    send_link(&app, &body.email.0, Purpose::Reset).await
}

async fn send_link(app: &App, email: &str, purpose: Purpose) -> Result<(StatusCode, Json<Status>)> {
    let entitled = |owner: &Owner| {
        owner.suspended_at.is_none() && (purpose == Purpose::Reset || owner.email_verified_at.is_none())
    };
    let owner = mail_store::owner(app, email).await?.filter(entitled);
    let token = random_token(app.entropy.as_ref())?;
    let (template, parameter, action) = match purpose {
        Purpose::Verify => (Template::VerifyEmail, "/?verify=", "user.verification_requested"),
        Purpose::Reset => (Template::ResetPassword, "/?reset=", "user.password_reset_requested"),
    };
    let link = [&app.config.public_url, parameter, &token].concat();
    let job = owner.as_ref().map_or(Job::SendNothing, |owner| mail(template, email, &owner.locale, link));
    let (job, pending) = outbox::add(app, &job)?;
    let user_id = owner.map(|owner| owner.id);
    let mut batch = Vec::from(mail_store::replace_token(&sha256(token.as_bytes()), user_id, purpose, app.now()));
    batch.push(audit::record(app, Entry { action, subject_id: user_id, ..Entry::default() })?);
    batch.push(job);
    app.batch(batch).await?;
    outbox::offer(app, pending).await;
    Ok((StatusCode::ACCEPTED, Json(Status { status: "check_email" })))
}

/// Set a new password
///
/// With the token from the mail. It ends every session, verifies the address, and its owner gets a mail about it.
#[utoipa::path(post, path = "/api/v1/auth/password-reset/confirm", tag = "Accounts", request_body = ResetPassword,
    responses((status = 200, body = Status)))]
pub async fn confirm_password_reset(app: App, JsonBody(body): JsonBody<ResetPassword>) -> Result<Json<Status>> {
    let token_hash = sha256(body.token.as_bytes());
    let user = mail_store::resettable(&app, &token_hash).await?.ok_or_else(spent)?;
    let key = DataKey::unwrap_with(&app.config.master_keys, &about::user_key(user.id), &user.wrapped_key)?;
    let email = key.open(&about::email(user.id), &user.email_sealed)?;
    let Password(new) = body.password;
    let hash = password::hash(&app.config, app.entropy.as_ref(), &new)?;
    let now: Timestamp = app.now();
    let link = app.config.public_url.clone();
    let (job, pending) = outbox::add(&app, &mail(Template::PasswordChanged, &email, &user.locale, link))?;
    let changed = Entry { action: "user.password_reset", subject_id: Some(user.id), ..Entry::default() };
    let mut batch = Vec::from(mail_store::reset_password(&token_hash, user.id, &hash, now));
    batch.push(end_sessions(user.id, "reset", now));
    batch.push(audit::record(&app, changed)?);
    batch.push(job);
    let closing = sign_outs::close_later(&app, user.id, &mut batch)?;
    match app.batch(batch).await {
        Ok(_) => {}
        Err(DatabaseError::Conflict) => return Err(spent()),
        Err(error) => return Err(error.into()),
    }
    outbox::offer(&app, pending).await;
    sign_outs::close_now(&app, closing).await;
    Ok(Json(Status { status: "password_changed" }))
}

fn spent() -> Error {
    let message = "is not valid any more: it was used, has expired, or a newer one was sent";
    invalid(vec![FieldError::body("/token", "invalid", message)])
}

//! One's own sessions, password and address.

use super::factor_model::{ChangeEmail, ChangePassword};
use super::mails::Template;
use super::model::Verify;
use super::routes::{Status, mail};
use super::session_store::SessionSummary;
use super::step_up::{claim, refuse, require_step_up};
use super::{credential_store, factor_store, password, session_store, store};
use crate::audit::{self, Entry};
use crate::authorization::{Action, Relationship};
use crate::chat::sign_outs;
use crate::encryption::{random_token, sha256};
use crate::error::{Error, FieldError, Result, invalid, not_found};
use crate::http::{Caller, Json, JsonBody, PathOf};
use crate::id::{Id, Timestamp};
use crate::jobs::outbox;
use crate::platform::DatabaseError;
use crate::services::{App, Services};
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use std::sync::Arc;

/// Life of a link that confirms an address.
const LINK_LIFE_MS: i64 = 24 * 60 * 60 * 1000;

pub(super) fn routes() -> Router<Arc<Services>> {
    Router::new()
        .route("/api/v1/me/sessions", get(list_sessions))
        .route("/api/v1/me/sessions/{id}", delete(end_session))
        .route("/api/v1/me/password", post(change_password))
        .route("/api/v1/me/email", post(change_email))
        .route("/api/v1/me/email/confirm", post(confirm_email))
}

/// List one's own sessions
///
/// Those that go on, newest first, at most 100.
#[utoipa::path(get, path = "/api/v1/me/sessions", tag = "Accounts", security(("bearer" = [])),
    responses((status = 200, body = Vec<SessionSummary>)))]
pub async fn list_sessions(app: App, caller: Caller) -> Result<Json<serde_json::Value>> {
    caller.require(&[Relationship::Anyone], Action::UseOwnAccount)?;
    let items = session_store::sessions_of(&app, caller.user_id, caller.session_id).await?;
    Ok(Json(serde_json::json!({ "items": items, "next_cursor": null })))
}

/// End one of one's own sessions
#[utoipa::path(delete, path = "/api/v1/me/sessions/{id}", tag = "Accounts", security(("bearer" = [])),
    params(("id" = String, Path)), responses((status = 204)))]
pub async fn end_session(app: App, caller: Caller, PathOf(id): PathOf<Id>) -> Result<StatusCode> {
    caller.require(&[Relationship::Anyone], Action::UseOwnAccount)?;
    let actor_id = Some(caller.user_id);
    let entry = Entry { actor_id, action: "session.ended", subject_id: Some(id), ..Entry::default() };
    let end = session_store::end_own(id, caller.user_id, app.now());
    let mut batch = vec![end, audit::record(&app, entry)?];
    let closing = sign_outs::close_later(&app, caller.user_id, &mut batch)?;
    match app.batch(batch).await {
        Ok(_) => app.liveness.forget(id),
        Err(DatabaseError::Conflict) => return Err(not_found()),
        Err(error) => return Err(error.into()),
    }
    sign_outs::close_now(&app, closing).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Change one's password
///
/// Ends all other sessions. An account with a second factor needs a step-up
/// besides; of one without, `current_password` is the step-up, and the fifth wrong
/// one ends the session.
#[utoipa::path(post, path = "/api/v1/me/password", tag = "Accounts", security(("bearer" = [])),
    request_body = ChangePassword, responses((status = 204)))]
pub async fn change_password(app: App, caller: Caller, JsonBody(body): JsonBody<ChangePassword>) -> Result<StatusCode> {
    caller.require(&[Relationship::Anyone], Action::UseOwnAccount)?;
    let account = store::account(&app, caller.user_id).await?;
    if account.has_factor {
        require_step_up(&app, &caller).await?;
    }
    let tries = claim(&app, &caller).await?;
    if !password::verify(&app.config, Some(&account.password_hash), &body.current_password)? {
        return refuse(&app, &caller, tries, false).await;
    }
    let hash = password::hash(&app.config, app.entropy.as_ref(), &body.new_password.0)?;
    let (me, now) = (account.me, app.now());
    let link = app.config.public_url.clone();
    let (job, pending) = outbox::add(&app, &mail(Template::PasswordChanged, &me.email, &me.locale, link))?;
    let action = "user.password_changed";
    let mut batch = vec![
        credential_store::set_password(me.id, &hash, &account.password_hash, now),
        // The password was right: the tries begin anew.
        factor_store::step_up(caller.session_id, now),
        session_store::end_others(me.id, caller.session_id, now),
        audit::record(&app, Entry { actor_id: Some(me.id), action, subject_id: Some(me.id), ..Entry::default() })?,
        job,
    ];
    let closing = sign_outs::close_later(&app, me.id, &mut batch)?;
    app.batch(batch).await?;
    app.liveness.forget_user(me.id);
    outbox::offer(&app, pending).await;
    sign_outs::close_now(&app, closing).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Change one's e-mail address
///
/// It changes when the link in the mail to the new address is used. The answer is
/// the same whether the address was free or not. Needs a step-up.
#[utoipa::path(post, path = "/api/v1/me/email", tag = "Accounts", security(("bearer" = [])),
    request_body = ChangeEmail, responses((status = 202, body = Status)))]
pub async fn change_email(app: App, caller: Caller, JsonBody(body): JsonBody<ChangeEmail>) -> Result<Response> {
    caller.require(&[Relationship::Anyone], Action::UseOwnAccount)?;
    require_step_up(&app, &caller).await?;
    let me = store::account(&app, caller.user_id).await?.me;
    let token = random_token(app.entropy.as_ref())?;
    let expires = Timestamp(app.now().0 + LINK_LIFE_MS);
    let hash = sha256(token.as_bytes());
    let begun = credential_store::begin_email_change(&app, me.id, &body.email.0, &hash, expires).await?;
    let home = app.config.public_url.clone();
    let to_new = match begun {
        Some(_) => mail(Template::ConfirmNewEmail, &body.email.0, &me.locale, [&home, "/?verify=", &token].concat()),
        None => mail(Template::AccountExists, &body.email.0, &me.locale, home.clone()),
    };
    let (to_new, pending_new) = outbox::add(&app, &to_new)?;
    let (to_old, pending_old) = outbox::add(&app, &mail(Template::EmailChanging, &me.email, &me.locale, home))?;
    let action = "user.email_change_begun";
    let entry = Entry { actor_id: Some(me.id), action, subject_id: Some(me.id), ..Entry::default() };
    let mut batch = vec![to_new, to_old, audit::record(&app, entry)?];
    batch.extend(begun);
    app.batch(batch).await?;
    outbox::offer(&app, pending_new).await;
    outbox::offer(&app, pending_old).await;
    Ok((StatusCode::ACCEPTED, Json(Status { status: "check_email" })).into_response())
}

/// Confirm a new e-mail address
///
/// With the token from the mail to it; `/auth/verify` takes it too, without signing in.
#[utoipa::path(post, path = "/api/v1/me/email/confirm", tag = "Accounts", security(("bearer" = [])),
    request_body = Verify, responses((status = 200, body = Status)))]
pub async fn confirm_email(app: App, caller: Caller, JsonBody(body): JsonBody<Verify>) -> Result<Json<Status>> {
    caller.require(&[Relationship::Anyone], Action::UseOwnAccount)?;
    finish_email_change(&app, &sha256(body.token.as_bytes()), Some(caller.user_id)).await
}

/// Makes the address of this token the user's.
///
/// # Errors
/// 422 when the token works no more, is another user's, or the address was taken meanwhile.
pub(super) async fn finish_email_change(app: &App, token_hash: &str, user: Option<Id>) -> Result<Json<Status>> {
    let owner = credential_store::owner_of_email_change(app, token_hash).await?;
    let id = owner.filter(|owner| user.is_none_or(|user| user == *owner)).ok_or_else(spent)?;
    let action = "user.email_changed";
    let mut batch = Vec::from(credential_store::finish_email_change(id, token_hash, app.now()));
    batch.push(audit::record(app, Entry { actor_id: Some(id), action, subject_id: Some(id), ..Entry::default() })?);
    match app.batch(batch).await {
        Ok(_) => Ok(Json(Status { status: "verified" })),
        Err(DatabaseError::Conflict | DatabaseError::Unique(_)) => Err(spent()),
        Err(error) => Err(error.into()),
    }
}

/// 422: the link works no more.
pub(super) fn spent() -> Error {
    invalid(vec![FieldError::body(
        "/token",
        "invalid",
        "is not valid any more: it was used, has expired, or a newer one was sent",
    )])
}

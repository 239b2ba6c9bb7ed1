//! Registering, verifying, and one's own account.

use super::credential_routes::finish_email_change;
use super::mails::Template;
use super::model::{ChangeMe, Me, Register, Verify};
use super::store::{self, NewUser};
use super::{password, password_strength, refresh_routes, session_routes};
use crate::audit::{self, Entry};
use crate::authorization::{Action, Relationship};
use crate::encryption::{random_token, sha256};
use crate::error::{FieldError, Result, invalid};
use crate::http::patch::Patch;
use crate::http::{Caller, IfMatch, Json, JsonBody, headers, with_etag};
use crate::id::{Id, Timestamp};
use crate::jobs::Job;
use crate::jobs::outbox::{self, Pending};
use crate::limits::{ClientAddress, Guard, throttle};
use crate::platform::{DatabaseError, Statement};
use crate::services::{App, Services};
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Life of a verification link.
const VERIFICATION_LIFE_MS: i64 = 24 * 60 * 60 * 1000;

/// Paths of this domain.
pub fn routes() -> Router<Arc<Services>> {
    Router::new()
        .route("/api/v1/auth/register", post(register))
        .route("/api/v1/auth/verify", post(verify))
        .route("/api/v1/auth/login", post(session_routes::login))
        .route("/api/v1/auth/refresh", post(refresh_routes::refresh))
        .route("/api/v1/auth/logout", post(session_routes::logout))
        .route("/api/v1/me", get(read_me).patch(change_me))
        .merge(super::factor_routes::routes())
}

/// What became of a request whose outcome a stranger must not learn.
#[derive(Serialize, ToSchema)]
pub struct Status {
    /// `check_email`, `verified` or `password_changed`.
    pub status: &'static str,
}

/// Register
///
/// The answer is the same whether the address was free or not; its owner gets a mail either way.
#[utoipa::path(post, path = "/api/v1/auth/register", tag = "Accounts", request_body = Register,
    responses((status = 202, body = Status)))]
pub async fn register(app: App, client: ClientAddress, JsonBody(body): JsonBody<Register>) -> Result<Response> {
    let today = chrono::DateTime::from_timestamp_millis(app.now().0).unwrap_or_default().date_naive();
    if body.birth_date.is_some_and(|date| date.0 > today) {
        return Err(invalid(vec![FieldError::body("/birth_date", "invalid", "must not be in the future")]));
    }
    password_strength::check_personal("/password", &body.password.0, &[&body.email.0, &body.name.0])?;
    throttle(&app, Guard::Register, &client, &body.email.0).await?;
    let hash = password::hash(&app.config, app.entropy.as_ref(), &body.password.0)?;
    let locale = body.locale.clone().unwrap_or_default().0;
    let user = NewUser {
        id: app.new_id()?,
        email: &body.email.0,
        name: &body.name.0,
        password_hash: &hash,
        locale: &locale,
        country: body.country.as_ref().map(|country| country.0.as_str()),
    };
    let patient_id = app.new_id()?;
    let (verification, pending) = verification(&app, user.id, user.email, &locale)?;

    let mut batch = vec![store::insert_user(&app, &user)?];
    batch.extend(store::insert_own_patient(&app, &user, patient_id, body.birth_date)?);
    let action = "user.registered";
    batch.push(audit::record(
        &app,
        Entry { patient_id: Some(patient_id), actor_id: Some(user.id), action, subject_id: Some(user.id) },
    )?);
    batch.extend(verification);
    let pending = match app.batch(batch).await {
        Ok(_) => pending,
        Err(error) if error.is_unique("users.email_index") => {
            let link = app.config.public_url.clone();
            let (job, pending) = outbox::add(&app, &mail(Template::AccountExists, user.email, &locale, link))?;
            app.query(job).await?;
            pending
        }
        Err(error) => return Err(error.into()),
    };
    outbox::offer(&app, pending).await;
    Ok((StatusCode::ACCEPTED, Json(Status { status: "check_email" })).into_response())
}

/// Statements that store a new verification link and the mail with it; older links end.
pub(super) fn verification(app: &App, user_id: Id, email: &str, locale: &str) -> Result<(Vec<Statement>, Pending)> {
    let token = random_token(app.entropy.as_ref())?;
    let expires = Timestamp(app.now().0 + VERIFICATION_LIFE_MS);
    let link = [&app.config.public_url, "/?verify=", &token].concat();
    let (job, pending) = outbox::add(app, &mail(Template::VerifyEmail, email, locale, link))?;
    let mut statements = Vec::from(store::insert_email_token(&sha256(token.as_bytes()), user_id, expires));
    statements.push(job);
    Ok((statements, pending))
}

/// A mail with a link, to be sent by the consumer.
pub(super) fn mail(template: Template, to: &str, locale: &str, link: String) -> Job {
    let values = vec![("link".to_owned(), link)];
    Job::SendMail { template, to: to.to_owned(), locale: locale.to_owned(), values }
}

/// Verify an e-mail address
///
/// With the token from the mail; it works once, for 24 hours.
#[utoipa::path(post, path = "/api/v1/auth/verify", tag = "Accounts", request_body = Verify,
    responses((status = 200, body = Status)))]
pub async fn verify(app: App, JsonBody(body): JsonBody<Verify>) -> Result<Json<Status>> {
    let hash = sha256(body.token.as_bytes());
    match app.batch(store::spend_verification(&hash, app.now()).into()).await {
        Ok(_) => Ok(Json(Status { status: "verified" })),
        // It may be of a mail to a new address of an account.
        Err(DatabaseError::Conflict) => finish_email_change(&app, &hash, None).await,
        Err(error) => Err(error.into()),
    }
}

/// Read one's own account
#[utoipa::path(get, path = "/api/v1/me", tag = "Accounts", security(("bearer" = [])),
    responses((status = 200, body = Me)))]
pub async fn read_me(app: App, caller: Caller) -> Result<Response> {
    caller.require(&[Relationship::Anyone], Action::UseOwnAccount)?;
    let me = store::account(&app, caller.user_id).await?.me;
    Ok(with_etag(me.version, &me))
}

/// Change one's own account
#[utoipa::path(patch, path = "/api/v1/me", tag = "Accounts", security(("bearer" = [])),
    request_body = ChangeMe, params(("If-Match" = String, Header)), responses((status = 200, body = Me)))]
pub async fn change_me(
    app: App,
    caller: Caller,
    if_match: IfMatch,
    JsonBody(change): JsonBody<ChangeMe>,
) -> Result<Response> {
    caller.require(&[Relationship::Anyone], Action::UseOwnAccount)?;
    let mut me = store::account(&app, caller.user_id).await?.me;
    if_match.check(me.version)?;
    match change.name {
        Patch::Keep => {}
        Patch::Set(name) => me.name = name.0,
        Patch::Remove => {
            return Err(invalid(vec![FieldError::body("/name", "missing", "cannot be removed")]));
        }
    }
    me.country = change.country.apply(me.country.map(super::model::Country)).map(|country| country.0);
    me.locale = change.locale.apply(Some(super::model::Locale(me.locale))).unwrap_or_default().0;
    let action = "user.changed";
    let batch = vec![
        store::update_me(&app, &me).await?,
        audit::record(&app, Entry { actor_id: Some(me.id), action, subject_id: Some(me.id), ..Entry::default() })?,
    ];
    match app.batch(batch).await {
        Ok(_) => me.version += 1,
        Err(DatabaseError::Conflict) => return Err(headers::stale()),
        Err(error) => return Err(error.into()),
    }
    Ok(with_etag(me.version, &me))
}

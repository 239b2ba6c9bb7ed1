//! Setting up and removing a second factor.

use super::factor_model::{ConfirmTotp, Factors, NewTotp, RecoveryCodes};
use super::step_up::require_step_up;
use super::{factor_store, totp};
use crate::audit::{self, Entry};
use crate::authorization::{Action, Relationship};
use crate::error::{FieldError, Result, conflict, internal, invalid, not_found};
use crate::http::{Caller, Json, JsonBody};
use crate::platform::{DatabaseError, Statement};
use crate::services::{App, Services};
use axum::Router;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use std::sync::Arc;

const PATH: &str = "/api/v1/me/factors/totp";
/// Codes that are made at once.
const RECOVERY_CODES: usize = 10;

/// Paths of second factors, sessions and credentials.
pub fn routes() -> Router<Arc<Services>> {
    Router::new()
        .route("/api/v1/auth/mfa", post(super::session_routes::give_factor))
        .route("/api/v1/auth/step-up", post(super::step_up::step_up))
        .route("/api/v1/me/factors", get(read_factors))
        .route("/api/v1/me/factors/totp", post(begin_totp).delete(remove_totp))
        .route("/api/v1/me/factors/totp/confirm", post(confirm_totp))
        .route("/api/v1/me/recovery-codes", post(renew_recovery_codes))
        .merge(super::credential_routes::routes())
}

fn entry(caller: &Caller, action: &'static str) -> Entry {
    Entry { actor_id: Some(caller.user_id), action, subject_id: Some(caller.user_id), ..Entry::default() }
}

/// Read one's second factors
#[utoipa::path(get, path = "/api/v1/me/factors", tag = "Accounts", security(("bearer" = [])),
    responses((status = 200, body = Factors)))]
pub async fn read_factors(app: App, caller: Caller) -> Result<Json<Factors>> {
    caller.require(&[Relationship::Anyone], Action::UseOwnAccount)?;
    let proofs = factor_store::proofs(&app, caller.user_id).await?;
    Ok(Json(Factors { totp: proofs.has_factor(), recovery_codes_left: proofs.recovery_codes_left }))
}

/// Begin to set up an authenticator app
///
/// The secret is told once; it counts when a code of it was confirmed.
#[utoipa::path(post, path = "/api/v1/me/factors/totp", tag = "Accounts", security(("bearer" = [])),
    responses((status = 201, body = NewTotp)))]
pub async fn begin_totp(app: App, caller: Caller) -> Result<Response> {
    caller.require(&[Relationship::Anyone], Action::UseOwnAccount)?;
    let proofs = factor_store::proofs(&app, caller.user_id).await?;
    let mut secret = [0; totp::SECRET_BYTES];
    app.entropy.fill(&mut secret)?;
    let secret = totp::base32(&secret);
    let batch = vec![
        factor_store::insert_totp(&app, caller.user_id, &proofs, &secret)?,
        audit::record(&app, entry(&caller, "factor.begun"))?,
    ];
    match app.batch(batch).await {
        Ok(_) => {}
        Err(DatabaseError::Conflict) => {
            return Err(conflict("There is an authenticator app already: remove it first."));
        }
        Err(error) => return Err(error.into()),
    }
    let otpauth_uri = totp::otpauth_uri(&proofs.email(caller.user_id)?, &secret);
    Ok((StatusCode::CREATED, [(LOCATION, PATH)], Json(NewTotp { secret, otpauth_uri })).into_response())
}

/// Confirm an authenticator app
///
/// From now on signing in needs it. The recovery codes are told once.
#[utoipa::path(post, path = "/api/v1/me/factors/totp/confirm", tag = "Accounts", security(("bearer" = [])),
    request_body = ConfirmTotp, responses((status = 200, body = RecoveryCodes)))]
pub async fn confirm_totp(
    app: App,
    caller: Caller,
    JsonBody(body): JsonBody<ConfirmTotp>,
) -> Result<Json<RecoveryCodes>> {
    caller.require(&[Relationship::Anyone], Action::UseOwnAccount)?;
    let proofs = factor_store::proofs(&app, caller.user_id).await?;
    let Some(begun) = proofs.totp.filter(|totp| !totp.confirmed) else {
        return Err(conflict("There is no authenticator app that waits to be confirmed."));
    };
    let Some(step) = begun.step_of(&body.code, app.now()) else {
        return Err(invalid(vec![FieldError::body("/code", "invalid", "is not a code of this app at this time")]));
    };
    let (codes, statements) = new_recovery_codes(&app, &caller)?;
    let mut batch = vec![factor_store::confirm_totp(caller.user_id, step, app.now())];
    batch.extend(statements);
    batch.push(audit::record(&app, entry(&caller, "factor.confirmed"))?);
    app.batch(batch).await?;
    app.liveness.forget_user(caller.user_id);
    Ok(Json(codes))
}

/// Make new recovery codes
///
/// Those before work no more. Needs a step-up.
#[utoipa::path(post, path = "/api/v1/me/recovery-codes", tag = "Accounts", security(("bearer" = [])),
    responses((status = 200, body = RecoveryCodes)))]
pub async fn renew_recovery_codes(app: App, caller: Caller) -> Result<Json<RecoveryCodes>> {
    caller.require(&[Relationship::Anyone], Action::UseOwnAccount)?;
    require_step_up(&app, &caller).await?;
    if !factor_store::proofs(&app, caller.user_id).await?.has_factor() {
        return Err(conflict("Recovery codes stand beside an authenticator app: set one up first."));
    }
    let (codes, statements) = new_recovery_codes(&app, &caller)?;
    let mut batch = Vec::from(statements);
    batch.push(audit::record(&app, entry(&caller, "factor.recovery_codes_renewed"))?);
    app.batch(batch).await?;
    Ok(Json(codes))
}

/// Remove the authenticator app
///
/// And the recovery codes with it. Needs a step-up.
#[utoipa::path(delete, path = "/api/v1/me/factors/totp", tag = "Accounts", security(("bearer" = [])),
    responses((status = 204)))]
pub async fn remove_totp(app: App, caller: Caller) -> Result<StatusCode> {
    caller.require(&[Relationship::Anyone], Action::UseOwnAccount)?;
    require_step_up(&app, &caller).await?;
    let mut batch = Vec::from(factor_store::delete_totp(caller.user_id));
    batch.push(audit::record(&app, entry(&caller, "factor.removed"))?);
    match app.batch(batch).await {
        Ok(_) => {}
        Err(DatabaseError::Conflict) => return Err(not_found()),
        Err(error) => return Err(error.into()),
    }
    app.liveness.forget_user(caller.user_id);
    Ok(StatusCode::NO_CONTENT)
}

/// Ten codes of 60 bits, and the statements that store them in place of all others.
fn new_recovery_codes(app: &App, caller: &Caller) -> Result<(RecoveryCodes, [Statement; 2])> {
    let mut recovery_codes = Vec::with_capacity(RECOVERY_CODES);
    for _ in 0..RECOVERY_CODES {
        let mut random = [0; 8];
        app.entropy.fill(&mut random)?;
        let text = totp::base32(&random).to_lowercase();
        let halves = text.get(..6).zip(text.get(6..12));
        let (first, second) = halves.ok_or_else(|| internal("a recovery code is too short"))?;
        recovery_codes.push([first, "-", second].concat());
    }
    let statements = factor_store::replace_recovery_codes(app, caller.user_id, &recovery_codes)?;
    Ok((RecoveryCodes { recovery_codes }, statements))
}

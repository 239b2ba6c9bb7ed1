//! Signing in and signing out.

use super::device::Device;
use super::factor_model::{GiveFactor, Method, MfaRequired};
use super::model::{Login, Logout, Tokens};
use super::refresh::RefreshToken;
use super::routes::verification;
use super::session_answer::{self, Session};
use super::step_up::refusal;
use super::store::{self, Account};
use super::throttling::Attempt;
use super::{address_store, factor_store, mail_store, password, session_store};
use crate::audit::{self, Entry};
use crate::chat::sign_outs;
use crate::encryption::{random_token, sha256};
use crate::error::{Error, Problem, Result};
use crate::http::credentials::Credentials;
use crate::http::{Caller, Json, JsonBody, OptionalBody, cookies, csrf};
use crate::id::{Id, Timestamp};
use crate::jobs::outbox;
use crate::limits::{ClientAddress, Guard, throttle};
use crate::platform::{DatabaseError, Statement};
use crate::problem;
use crate::services::App;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

/// Life of a sign-in that waits for its second factor.
const MFA_LIFE_MS: i64 = 5 * 60 * 1000;

/// Sign in
///
/// A wrong password and an unknown address answer alike, in body and in time.
#[utoipa::path(post, path = "/api/v1/auth/login", tag = "Accounts", request_body = Login,
    responses((status = 200, body = Tokens, description = "Or `MfaRequired`, where the account has a second factor; or `SignedIn`, with the tokens in cookies, where these were asked for")))]
pub async fn login(
    app: App,
    client: ClientAddress,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Login>,
) -> Result<Response> {
    if body.cookies {
        csrf::require_own_origin(&app.config, &headers)?;
    }
    let attempt = Attempt::begin(&app, client, &body.email.0).await?;
    let account = store::account_by_email(&app, &body.email.0).await?;
    let stored = account.as_ref().map(|account| account.password_hash.as_str());
    let right = password::verify(&app.config, stored, &body.password)?;
    let account = match account {
        Some(account) if right && !account.suspended => account,
        account => {
            // Whose account it was is known here, and to the audit; the answer does not tell.
            refuse(&app, account.map(|account| account.me.id)).await?;
            return Err(Problem::new(&problem::WRONG_CREDENTIALS, problem::WRONG_CREDENTIALS.meaning).into());
        }
    };
    attempt.succeeded(&app).await;
    if app.config.verify_email && !account.me.email_verified {
        refuse(&app, Some(account.me.id)).await?;
        renew_verification(&app, &account).await?;
        return Err(Problem::new(&problem::EMAIL_NOT_VERIFIED, problem::EMAIL_NOT_VERIFIED.meaning).into());
    }
    if account.has_factor {
        return Ok(Json(ask_for_factor(&app, account.me.id).await?).into_response());
    }
    let device = Device::of(&headers, body.device_id.as_ref());
    let rests_on = vec![
        mail_store::password_is_still(account.me.id, &account.password_hash),
        attempt.remember(account.me.id, &app),
    ];
    let session = begin(&app, account, &device, rests_on).await?;
    session_answer::answer(&app, session, body.cookies)
}

/// Begins a session in one batch with what it rests on.
async fn begin(app: &App, account: Account, device: &Device, mut batch: Vec<Statement>) -> Result<Session> {
    let session_id = app.new_id()?;
    let user_id = account.me.id;
    let (statements, pending) = session_store::begin(app, session_id, &account.me, device).await?;
    let begun =
        Entry { actor_id: Some(user_id), action: "session.begun", subject_id: Some(session_id), ..Entry::default() };
    batch.extend(statements);
    batch.push(audit::record(app, begun)?);
    app.batch(batch).await?;
    if let Some(pending) = pending {
        outbox::offer(app, pending).await;
    }
    Ok(Session { account, refresh: RefreshToken { session_id, generation: 0 }, issued: app.now() })
}

/// Lets a sign-in with a right password wait for its second factor.
async fn ask_for_factor(app: &App, user_id: Id) -> Result<MfaRequired> {
    let mfa_token = random_token(app.entropy.as_ref())?;
    let now = app.now();
    let statements =
        factor_store::insert_attempt(&sha256(mfa_token.as_bytes()), user_id, now, Timestamp(now.0 + MFA_LIFE_MS));
    app.batch(statements.into()).await?;
    Ok(MfaRequired { mfa_required: true, mfa_token, methods: ["totp", "recovery_code"] })
}

/// Sign in with a second factor
///
/// The second half of a sign-in whose password was right: within 5 minutes, and
/// with at most five codes, each of which counts before it is looked at.
#[utoipa::path(post, path = "/api/v1/auth/mfa", tag = "Accounts", request_body = GiveFactor,
    responses((status = 200, body = Tokens, description = "Or `SignedIn`, where cookies were asked for")))]
pub async fn give_factor(
    app: App,
    client: ClientAddress,
    headers: HeaderMap,
    JsonBody(body): JsonBody<GiveFactor>,
) -> Result<Response> {
    if body.cookies {
        csrf::require_own_origin(&app.config, &headers)?;
    }
    let hash = sha256(body.mfa_token.as_bytes());
    throttle(&app, Guard::SecondFactor, &client, &hash).await?;
    let claimed = factor_store::claim_attempt(&app, &hash).await?;
    let Some(user_id) = claimed else {
        refuse(&app, None).await?;
        return Err(refusal(&problem::MFA_ENDED));
    };
    let mut rows = app.batch(rows_of_attempt(&app, user_id)).await?;
    let proofs = factor_store::read_proofs(&app, user_id, &rows.remove(0))?;
    let account = store::read_account(&app, &rows)?.filter(|account| !account.suspended);
    let account = account.ok_or_else(|| refusal(&problem::MFA_ENDED))?;
    let spend = match body.method {
        Method::RecoveryCode => Some(factor_store::spend_recovery_code(&app, user_id, &body.code)),
        Method::Totp => {
            let totp = proofs.totp.as_ref().filter(|totp| totp.confirmed);
            let step = totp.and_then(|totp| totp.step_of(&body.code, app.now()));
            step.map(|step| factor_store::spend_step(user_id, step))
        }
    };
    let device = Device::of(&headers, body.device_id.as_ref());
    let outcome = match spend {
        Some(spend) => {
            let rests_on = vec![
                factor_store::spend_attempt(&hash, app.now()),
                spend,
                mail_store::password_is_still(user_id, &account.password_hash),
                address_store::remember_address(user_id, &client, app.now()),
            ];
            begin(&app, account, &device, rests_on).await
        }
        None => Err(DatabaseError::Conflict.into()),
    };
    match outcome {
        // A wrong code, or one that was taken a moment ago.
        Err(Error::Problem(problem)) if problem.kind == &problem::CONFLICT => {
            let action = "session.factor_refused";
            app.query(audit::record(&app, Entry { subject_id: Some(user_id), action, ..Entry::default() })?).await?;
            Err(refusal(&problem::WRONG_CODE))
        }
        outcome => session_answer::answer(&app, outcome?, body.cookies),
    }
}

fn rows_of_attempt(app: &App, user_id: Id) -> Vec<Statement> {
    let mut batch = vec![factor_store::select_proofs(user_id)];
    batch.extend(store::select_account(user_id, app.now()));
    batch
}

/// Sign out
///
/// Ends this session, or all of them, and closes their sockets. A browser that signed in with cookies forgets them.
#[utoipa::path(post, path = "/api/v1/auth/logout", tag = "Accounts", security(("bearer" = [])),
    request_body = Logout, responses((status = 204)))]
pub async fn logout(
    app: App,
    caller: Caller,
    headers: HeaderMap,
    OptionalBody(body): OptionalBody<Logout>,
) -> Result<Response> {
    let now = app.now();
    let end = if body.everywhere {
        store::end_sessions(caller.user_id, "logout", now)
    } else {
        store::end_session(caller.session_id, "logout", now)
    };
    let entry = Entry {
        actor_id: Some(caller.user_id),
        action: "session.ended",
        subject_id: Some(caller.session_id),
        ..Entry::default()
    };
    let mut batch = vec![end, audit::record(&app, entry)?];
    let closing = sign_outs::close_later(&app, caller.user_id, &mut batch)?;
    app.batch(batch).await?;
    app.liveness.forget_user(caller.user_id);
    sign_outs::close_now(&app, closing).await;
    let mut response = StatusCode::NO_CONTENT.into_response();
    if Credentials::of(&headers).are_ambient() {
        cookies::clear(response.headers_mut());
    }
    Ok(response)
}

/// Whoever has the password and no link that still works gets a new one.
async fn renew_verification(app: &App, account: &Account) -> Result<()> {
    let me = &account.me;
    if store::has_live_verification(app, me.id).await? {
        return Ok(());
    }
    let (statements, pending) = verification(app, me.id, &me.email, &me.locale)?;
    app.batch(statements).await?;
    outbox::offer(app, pending).await;
    Ok(())
}

/// Records that somebody was not let in.
pub(super) async fn refuse(app: &App, subject_id: Option<Id>) -> Result<()> {
    let refused = Entry { action: "session.refused", subject_id, ..Entry::default() };
    app.query(audit::record(app, refused)?).await?;
    Ok(())
}

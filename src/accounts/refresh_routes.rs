//! Staying signed in.

use super::mails::Template;
use super::model::{Refresh, Tokens};
use super::refresh::{RefreshToken, Verdict, judge};
use super::routes::mail;
use super::session_answer::{self, Session};
use super::session_routes::refuse;
use super::store::{self, Account};
use crate::audit::{self, Entry};
use crate::chat::sign_outs;
use crate::error::{Error, FieldError, Problem, Result, invalid};
use crate::http::credentials::refresh_cookie;
use crate::http::{JsonBody, csrf};
use crate::id::Id;
use crate::jobs::outbox;
use crate::limits::{ClientAddress, Guard, throttle};
use crate::platform::DatabaseError;
use crate::problem;
use crate::services::App;
use axum::http::{HeaderMap, Method};
use axum::response::Response;

/// Refresh a session
///
/// Each refresh token works once. The same one again within 10 seconds gives the
/// same new pair; later it ends the session, for somebody else has a copy. A
/// browser that signed in with cookies sends no token but `X-CSRF-Token`.
#[utoipa::path(post, path = "/api/v1/auth/refresh", tag = "Accounts", request_body = Refresh,
    params(("X-CSRF-Token" = Option<String>, Header, description = "The cookie `__Host-csrf`, with cookies")),
    responses((status = 200, body = Tokens, description = "Or `SignedIn`, with cookies"),
        (status = 403, description = "/problems/csrf-token, with cookies")))]
pub async fn refresh(
    app: App,
    client: ClientAddress,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Refresh>,
) -> Result<Response> {
    let in_cookies = body.refresh_token.is_none();
    let text = body.refresh_token.as_deref().or_else(|| refresh_cookie(&headers));
    let text = text.ok_or_else(|| invalid(vec![FieldError::body("/refresh_token", "missing", "is required")]))?;
    let given = RefreshToken::read(&app.config.signing_keys, text).ok_or_else(ended)?;
    if in_cookies {
        csrf::check(&app.config, &Method::POST, &headers, given.session_id)?;
    }
    throttle(&app, Guard::Refresh, &client, &given.session_id.to_string()).await?;
    session_answer::answer(&app, go_on(&app, given).await?, in_cookies)
}

async fn go_on(app: &App, given: RefreshToken) -> Result<Session> {
    let (user_id, session) = store::session(app, given.session_id).await?.ok_or_else(ended)?;
    let refresh = RefreshToken { generation: given.generation + 1, ..given };
    match judge(session, given.generation, app.now()) {
        Verdict::Ended => {
            refuse(app, Some(given.session_id)).await?;
            Err(ended())
        }
        Verdict::Repeat => Ok(Session { account: signed_in(app, user_id).await?, refresh, issued: session.rotated_at }),
        Verdict::Reused => end_stolen(app, user_id, given.session_id).await,
        Verdict::Rotate => rotate(app, user_id, given, refresh).await,
    }
}

async fn rotate(app: &App, user_id: Id, given: RefreshToken, refresh: RefreshToken) -> Result<Session> {
    let now = app.now();
    let mut batch = vec![store::rotate_session(given.session_id, given.generation, now)];
    batch.extend(store::select_account(user_id, now));
    match app.batch(batch).await {
        Ok(rows) => {
            let account = store::read_account(app, &rows[1..])?.ok_or_else(ended)?;
            if account.suspended {
                refuse(app, Some(user_id)).await?;
                return Err(ended());
            }
            Ok(Session { account, refresh, issued: now })
        }
        // A twin was faster by a moment: its pair is ours too.
        Err(DatabaseError::Conflict) => {
            let (_, session) = store::session(app, given.session_id).await?.ok_or_else(ended)?;
            match judge(session, given.generation, app.now()) {
                Verdict::Repeat => {
                    Ok(Session { account: signed_in(app, user_id).await?, refresh, issued: session.rotated_at })
                }
                _ => Err(ended()),
            }
        }
        Err(error) => Err(error.into()),
    }
}

fn ended() -> Error {
    Problem::new(&problem::SESSION_ENDED, problem::SESSION_ENDED.meaning).into()
}

async fn signed_in(app: &App, user_id: Id) -> Result<Account> {
    let account = store::account(app, user_id).await?;
    if account.suspended { Err(ended()) } else { Ok(account) }
}

async fn end_stolen<T>(app: &App, user_id: Id, session_id: Id) -> Result<T> {
    let account = store::account(app, user_id).await?;
    let link = app.config.public_url.clone();
    let job = mail(Template::SessionReused, &account.me.email, &account.me.locale, link);
    let (job, pending) = outbox::add(app, &job)?;
    let entry = Entry {
        actor_id: Some(user_id),
        action: "session.reuse_detected",
        subject_id: Some(session_id),
        ..Entry::default()
    };
    let mut batch = vec![store::end_session(session_id, "reuse", app.now()), audit::record(app, entry)?, job];
    let closing = sign_outs::close_later(app, user_id, &mut batch)?;
    app.batch(batch).await?;
    app.liveness.forget(session_id);
    outbox::offer(app, pending).await;
    sign_outs::close_now(app, closing).await;
    Err(ended())
}

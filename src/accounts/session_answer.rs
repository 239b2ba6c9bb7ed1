//! How whoever signed in gets the session: in the body, or, for a page in a browser,
//! in cookies that no script reads.

use super::model::{SignedIn, Tokens};
use super::refresh::RefreshToken;
use super::store::Account;
use super::token;
use crate::error::Result;
use crate::http::cookies::{self, Kept};
use crate::http::{Caller, Json, csrf};
use crate::id::Timestamp;
use crate::services::App;
use axum::response::{IntoResponse, Response};

/// A session that has begun or goes on.
pub struct Session {
    /// Whose it is.
    pub account: Account,
    /// Its refresh token.
    pub refresh: RefreshToken,
    /// When that was made. The same moment makes the same pair again.
    pub issued: Timestamp,
}

/// Answers with the session's tokens; they are in the body or in cookies, never in both.
///
/// # Errors
/// Only when the claims cannot be written, which would be a defect.
pub fn answer(app: &App, session: Session, in_cookies: bool) -> Result<Response> {
    let Session { account, refresh, issued } = session;
    let keys = &app.config.signing_keys;
    let session_id = refresh.session_id;
    let caller = Caller { user_id: account.me.id, session_id, roles: account.me.roles.clone() };
    let (access_token, refresh_token) = (token::issue(keys, &caller, issued)?, refresh.write(keys));
    let (user, expires_in_s) = (account.me, token::LIFE_S);
    if !in_cookies {
        let tokens = Tokens { access_token, refresh_token, token_type: "Bearer", expires_in_s, user };
        return Ok(Json(tokens).into_response());
    }
    let csrf = csrf::token(keys, session_id);
    let mut response = Json(SignedIn { expires_in_s, user }).into_response();
    let kept = Kept { access: &access_token, refresh: &refresh_token, csrf: &csrf };
    cookies::keep(response.headers_mut(), &kept);
    Ok(response)
}

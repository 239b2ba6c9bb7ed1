//! Against other sites in the browser of somebody who is signed in with cookies: a
//! browser sends these with whatever makes it call, so an unsafe request has to come
//! from a page of ours (`Origin`) and to carry what only such a page can read (the
//! signed double-submit cookie of OWASP). What comes with `Authorization` needs neither.

use crate::config::Config;
use crate::encryption::KeyRing;
use crate::error::{Problem, Result};
use crate::id::Id;
use crate::problem;
use axum::http::header::ORIGIN;
use axum::http::{HeaderMap, Method};

/// The header in which a script gives back the cookie's token.
pub const HEADER: &str = "x-csrf-token";

/// The token of a session: it belongs to that session alone, and is the same for as long as the signing key is.
#[must_use]
pub fn token(keys: &KeyRing, session_id: Id) -> String {
    keys.sign(&canonical(session_id))
}

fn canonical(session_id: Id) -> String {
    ["csrf|", &session_id.to_string()].concat()
}

/// Checks a request whose session was found by a cookie. The token is compared in constant time with that of the
/// session, not with the cookie: whoever can set a cookie gains nothing.
///
/// # Errors
/// 403 for an unsafe method from a page of another origin, or without this session's token.
pub fn check(config: &Config, method: &Method, headers: &HeaderMap, session_id: Id) -> Result<()> {
    if method.is_safe() {
        return Ok(());
    }
    require_own_origin(config, headers)?;
    let given = text(headers, HEADER).unwrap_or_default();
    if config.signing_keys.verifies(&canonical(session_id), given) {
        return Ok(());
    }
    Err(Problem::new(&problem::CSRF_TOKEN, problem::CSRF_TOKEN.meaning).into())
}

/// Refuses what a page of another origin sends, and what does not say where it comes from: every browser does, but
/// for reads.
///
/// # Errors
/// 403.
pub fn require_own_origin(config: &Config, headers: &HeaderMap) -> Result<()> {
    let ours = text(headers, ORIGIN.as_str()).is_some_and(|origin| config.is_own_origin(origin));
    if ours && text(headers, "sec-fetch-site") != Some("cross-site") {
        return Ok(());
    }
    let detail =
        ["In a browser this is done from the pages of ", &config.public_url, " only: open that address."].concat();
    Err(Problem::new(&problem::FOREIGN_ORIGIN, detail).into())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

//! The cookies of a browser that signed in with them. `__Host-` makes the browser
//! itself insist on `Secure`, `Path=/` and no `Domain`, so that no other host, a
//! subdomain neither, can put one in place of ours.

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};

/// The access token; no script reads it.
pub const ACCESS: &str = "__Host-access";
/// The refresh token; no script reads it.
pub const REFRESH: &str = "__Host-refresh";
/// What the page's script sends back in a header, which no other site's script can read.
pub const CSRF: &str = "__Host-csrf";

/// A session as a browser keeps it.
pub struct Kept<'a> {
    /// The access token.
    pub access: &'a str,
    /// The refresh token.
    pub refresh: &'a str,
    /// The token of [`super::csrf`].
    pub csrf: &'a str,
}

/// The value of a cookie.
#[must_use]
pub fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let texts = headers.get_all(COOKIE).iter().filter_map(|text| text.to_str().ok());
    let mut pairs = texts.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(given, _)| *given == name).map(|(_, value)| value)
}

/// Has the browser keep a session, until it is closed: without `Max-Age` nothing of it stays on a shared computer.
pub fn keep(headers: &mut HeaderMap, session: &Kept) {
    set(headers, ACCESS, session.access, "; HttpOnly");
    set(headers, REFRESH, session.refresh, "; HttpOnly");
    set(headers, CSRF, session.csrf, "");
}

/// Has the browser forget it.
pub fn clear(headers: &mut HeaderMap) {
    set(headers, ACCESS, "", "; HttpOnly; Max-Age=0");
    set(headers, REFRESH, "", "; HttpOnly; Max-Age=0");
    set(headers, CSRF, "", "; Max-Age=0");
}

fn set(headers: &mut HeaderMap, name: &str, value: &str, rest: &str) {
    let cookie = [name, "=", value, "; Path=/; Secure; SameSite=Strict", rest].concat();
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        headers.append(SET_COOKIE, cookie);
    }
}

//! Pages of a list. A cursor says after which item the next page begins; it is
//! signed, so that it stays opaque, and it stays right while rows are inserted.

use super::invalid::{Invalid, Reason};
use super::json::Json;
use crate::encryption::{KeyRing, hmac_sha256};
use crate::error::{Error, FieldError, invalid};
use axum::http::header::LINK;
use axum::http::{HeaderValue, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use deserr::Deserr;
use serde::Serialize;

const TAG_BYTES: usize = 12;

/// How many items a page holds: 1 to 100, 20 when nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserr)]
#[deserr(try_from(String) = Limit::parse -> Reason)]
pub struct Limit(u32);

impl Default for Limit {
    fn default() -> Self {
        Self(20)
    }
}

impl Limit {
    fn parse(text: String) -> Result<Self, Reason> {
        let limit = text.parse().ok().filter(|limit| (1..=100).contains(limit));
        limit.map(Self).ok_or_else(|| Reason::out_of_range("is a whole number from 1 to 100"))
    }

    /// As a number of rows.
    #[must_use]
    pub fn rows(self) -> usize {
        self.0 as usize
    }
}

/// `?limit=&cursor=`, for lists that take nothing else.
#[derive(Debug, Default, Deserr)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct PageQuery {
    /// Items on the page.
    #[deserr(default)]
    pub limit: Limit,
    /// From `next_cursor` of the page before.
    #[deserr(default)]
    pub cursor: Option<String>,
}

/// Makes a cursor for the list that `scope` names: `list:caller`.
#[must_use]
pub fn seal(keys: &KeyRing, scope: &str, last: &str) -> String {
    let current = keys.current();
    let tag = &tag(&current.key, scope, last)[..TAG_BYTES];
    URL_SAFE_NO_PAD.encode([tag, current.kid.as_bytes(), b"|", last.as_bytes()].concat())
}

/// Reads a cursor back.
///
/// # Errors
/// 422 on `cursor` when it was not made here, for this list and caller.
pub fn open(keys: &KeyRing, scope: &str, cursor: Option<&str>) -> Result<Option<String>, Error> {
    let Some(cursor) = cursor else { return Ok(None) };
    let refused = || {
        invalid(vec![FieldError {
            pointer: None,
            parameter: Some("cursor".into()),
            code: "invalid",
            message: "is not a cursor of this list; take next_cursor from the page before".into(),
        }])
    };
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| refused())?;
    let (given, rest) = bytes.split_at_checked(TAG_BYTES).ok_or_else(refused)?;
    let rest = std::str::from_utf8(rest).map_err(|_| refused())?;
    let (kid, last) = rest.split_once('|').ok_or_else(refused)?;
    let key = keys.get(kid).ok_or_else(refused)?;
    if tag(&key.key, scope, last)[..TAG_BYTES] != *given {
        return Err(refused());
    }
    Ok(Some(last.to_owned()))
}

/// Reads back the cursor of a list of ids, latest first: the id before which the page begins.
///
/// # Errors
/// As [`open`].
pub fn open_before(keys: &KeyRing, scope: &str, cursor: Option<&str>) -> Result<String, Error> {
    // Ids are hexadecimal: every one of them is before "g".
    Ok(open(keys, scope, cursor)?.unwrap_or_else(|| "g".to_owned()))
}

fn tag(key: &[u8], scope: &str, last: &str) -> [u8; 32] {
    hmac_sha256(key, ["cursor|", scope, "|", last].concat().as_bytes())
}

/// One page of a list.
#[derive(Debug, Serialize)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins; `null` on the last one.
    pub next_cursor: Option<String>,
}

impl<T: Serialize> Page<T> {
    /// From one item more than the page holds, which tells whether there is a next page.
    pub fn new(mut items: Vec<T>, limit: Limit, seal_last: impl FnOnce(&T) -> String) -> Self {
        let more = items.len() > limit.rows();
        items.truncate(limit.rows());
        let next_cursor = if more { items.last().map(seal_last) } else { None };
        Self { items, next_cursor }
    }

    /// The answer, with the next page as a `Link` (RFC 8288).
    pub fn respond(self, uri: &Uri) -> Response {
        let link = self.next_cursor.as_ref().and_then(|cursor| next(uri, cursor));
        linked(Json(self).into_response(), link)
    }
}

fn next(uri: &Uri, cursor: &str) -> Option<HeaderValue> {
    let kept = uri.query().unwrap_or("").split('&');
    let kept: Vec<&str> = kept.filter(|pair| !pair.is_empty() && !pair.starts_with("cursor=")).collect();
    let separator = if kept.is_empty() { "" } else { "&" };
    let link = ["<", uri.path(), "?", &kept.join("&"), separator, "cursor=", cursor, ">; rel=\"next\""].concat();
    HeaderValue::from_str(&link).ok()
}

fn linked(mut response: Response, link: Option<HeaderValue>) -> Response {
    if let Some(link) = link {
        response.headers_mut().insert(LINK, link);
    }
    response
}

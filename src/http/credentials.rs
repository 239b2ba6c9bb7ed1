//! How a request says who is calling: the one place that looks for it.

use super::cookies;
use crate::accounts::token;
use crate::encryption::KeyRing;
use crate::http::Caller;
use crate::id::Timestamp;
use crate::integrations;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

/// What a request brings. One with `Authorization` is judged by that alone; its cookies are ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credentials<'a> {
    /// Nothing.
    None,
    /// The key of another system.
    ApiKey(&'a str),
    /// `Authorization` with whatever it holds: an access token where it is right, nothing where its scheme is another.
    Bearer(&'a str),
    /// The cookie of a browser that signed in with cookies.
    Cookie(&'a str),
}

impl<'a> Credentials<'a> {
    /// Reads them.
    #[must_use]
    pub fn of(headers: &'a HeaderMap) -> Self {
        match authorization(headers) {
            Some(key) if key.starts_with(integrations::PREFIX) => Self::ApiKey(key),
            Some(token) => Self::Bearer(token),
            None => cookies::find(headers, cookies::ACCESS).map_or(Self::None, Self::Cookie),
        }
    }

    /// Whose access token it is, if it is right and valid now.
    #[must_use]
    pub fn verify(self, keys: &KeyRing, now: Timestamp) -> Option<Caller> {
        match self {
            Self::Bearer(text) | Self::Cookie(text) => token::verify(keys, text, now),
            Self::None | Self::ApiKey(_) => None,
        }
    }

    /// Whether a browser added them by itself, whoever made it call.
    #[must_use]
    pub fn are_ambient(self) -> bool {
        matches!(self, Self::Cookie(_))
    }
}

/// The refresh token of a browser that signed in with cookies.
#[must_use]
pub fn refresh_cookie(headers: &HeaderMap) -> Option<&str> {
    if headers.contains_key(AUTHORIZATION) { None } else { cookies::find(headers, cookies::REFRESH) }
}

/// What follows `Bearer` (RFC 6750); empty where something else is there.
fn authorization(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) =
        headers.get(AUTHORIZATION)?.to_str().ok().and_then(|text| text.split_once(' ')).unwrap_or_default();
    Some(if scheme.eq_ignore_ascii_case("bearer") { token.trim() } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderValue, header::COOKIE};

    fn headers(given: &[(&str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in given {
            let name = if *name == "cookie" { COOKIE } else { AUTHORIZATION };
            headers.append(name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn authorization_is_judged_alone_and_cookies_count_without_it() {
        for (given, wanted) in [
            (&[][..], Credentials::None),
            (&[("cookie", "a=b; __Host-access2=x;__Host-access=t.o.k")], Credentials::Cookie("t.o.k")),
            (&[("cookie", "a=b"), ("cookie", "__Host-access=t")], Credentials::Cookie("t")),
            (&[("cookie", "access=t; __host-access=u; __Host-refresh=v")], Credentials::None),
            (&[("authorization", "bearer t"), ("cookie", "__Host-access=u")], Credentials::Bearer("t")),
            (&[("authorization", "Basic t"), ("cookie", "__Host-access=u")], Credentials::Bearer("")),
            (&[("authorization", ""), ("cookie", "__Host-access=u")], Credentials::Bearer("")),
        ] {
            assert_eq!(Credentials::of(&headers(given)), wanted, "{given:?}");
        }
        let beside = headers(&[("authorization", "Bearer t"), ("cookie", "__Host-refresh=v")]);
        assert_eq!(refresh_cookie(&beside), None);
        assert_eq!(refresh_cookie(&headers(&[("cookie", "__Host-refresh=v")])), Some("v"));
    }
}

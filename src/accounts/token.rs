//! Access tokens: JWT (RFC 7519) signed HS256, 15 minutes, no personal data.
//! The header's `kid` names the key, so keys rotate without signing anyone out.

use super::hs256;
use crate::authorization::Role;
use crate::encryption::KeyRing;
use crate::error::{Result, internal};
use crate::http::Caller;
use crate::id::{Id, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

/// Life of an access token in seconds.
pub const LIFE_S: i64 = 15 * 60;

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: Id,
    sid: Id,
    roles: Vec<Role>,
    iat: i64,
    exp: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
}

/// Makes the token of a session. The same arguments make the same token.
///
/// # Errors
/// Only when the claims cannot be written, which would be a defect.
pub fn issue(keys: &KeyRing, caller: &Caller, issued: Timestamp) -> Result<String> {
    hs256::install();
    let iat = issued.0 / 1000;
    let claims = Claims {
        sub: caller.user_id,
        sid: caller.session_id,
        roles: caller.roles.clone(),
        iat,
        exp: iat + LIFE_S,
        nbf: None,
    };
    let key = keys.current();
    let header = Header { kid: Some(key.kid.clone()), ..Header::new(Algorithm::HS256) };
    jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(&key.key)).map_err(internal)
}

/// Who the token speaks for, if it was made here and is valid now. `None` says
/// no more, so that nothing can be learned from the answer.
#[must_use]
pub fn verify(keys: &KeyRing, token: &str, now: Timestamp) -> Option<Caller> {
    hs256::install();
    let header = jsonwebtoken::decode_header(token).ok()?;
    if header.alg != Algorithm::HS256 {
        return None;
    }
    let key = keys.get(header.kid.as_deref()?)?;
    let mut validation = Validation::new(Algorithm::HS256);
    // The crate reads the system clock, which traps on wasm: times are checked below.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.required_spec_claims.clear();
    let decoding = DecodingKey::from_secret(&key.key);
    let claims = jsonwebtoken::decode::<Claims>(token, &decoding, &validation).ok()?.claims;
    let now = now.0 / 1000;
    let begun = claims.nbf.is_none_or(|nbf| nbf <= now) && claims.iat <= now + 60;
    (begun && now < claims.exp).then_some(Caller { user_id: claims.sub, session_id: claims.sid, roles: claims.roles })
}

//! The key as it is sent, `vd_{id}_{secret}`, and who calls with it.

use super::{scopes, store};
use crate::encryption::{random_token, sha256};
use crate::error::{Error, Result, forbidden, unauthenticated};
use crate::http::Caller;
use crate::id::Id;
use crate::platform::Entropy;
use crate::services::{App, Services};
use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::request::Parts;
use std::sync::Arc;
use subtle::ConstantTimeEq;

/// With what every key begins, so that it is known for one wherever it turns up.
pub const PREFIX: &str = "vd_";

/// The text of a new key, and what is stored of it. The secret has 256 random
/// bits: a plain hash of it cannot be turned back.
///
/// # Errors
/// When the host has no randomness.
pub fn generate(entropy: &dyn Entropy, id: Id) -> Result<(String, String)> {
    let secret = random_token(entropy)?;
    let hash = sha256(secret.as_bytes());
    Ok(([PREFIX, &id.to_string(), "_", &secret].concat(), hash))
}

fn read(text: &str) -> Option<(Id, &str)> {
    let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
    Some((Id::parse(id)?, secret))
}

/// The caller that this key makes.
///
/// # Errors
/// 401 for a key that is none, has expired or was ended; 403 where its scopes do not reach.
pub async fn caller(parts: &mut Parts, services: &Arc<Services>, text: &str) -> Result<Caller, Error> {
    let Ok(app) = App::from_request_parts(parts, services).await;
    let (id, secret) = read(text).ok_or_else(unauthenticated)?;
    let stored = store::for_call(&app, id).await?.ok_or_else(unauthenticated)?;
    let right = bool::from(sha256(secret.as_bytes()).as_bytes().ct_eq(stored.secret_hash.as_bytes()));
    let now = app.now();
    if !right || stored.ended_at.is_some() || now.0 >= stored.expires_at {
        return Err(unauthenticated());
    }
    app.note_caller(id);
    let roles = stored.roles();
    let route = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
    if !scopes::open(&roles, parts.method.as_str(), route) {
        return Err(forbidden("The scopes of this API key do not reach here."));
    }
    let today = now.to_string();
    let today = today.split('T').next().unwrap_or_default();
    if stored.last_used_on.as_deref() != Some(today) {
        app.query(store::mark_used(id, today)).await?;
    }
    Ok(Caller { user_id: id, session_id: id, roles })
}

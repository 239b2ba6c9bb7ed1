//! Who is calling. A handler that takes a [`Caller`] answers 401 to everyone else.

use crate::accounts::{liveness, token};
use crate::authorization::{Action, Relationship, Role, require};
use crate::error::{Error, unauthenticated};
use crate::id::Id;
use crate::services::{App, Services};
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use std::sync::Arc;

/// A person who is signed in.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who it is.
    pub user_id: Id,
    /// The session that the access token belongs to.
    pub session_id: Id,
    /// Roles held when the token was made and still held within the last 5 seconds.
    pub roles: Vec<Role>,
}

impl Caller {
    /// Refuses what the authorization table does not allow.
    ///
    /// # Errors
    /// 403 or 404, see [`require`].
    pub fn require(&self, relationships: &[Relationship], action: Action) -> Result<(), Error> {
        require(&self.roles, relationships, action)
    }

    /// Whether the caller holds this role.
    #[must_use]
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

impl FromRequestParts<Arc<Services>> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, services: &Arc<Services>) -> Result<Self, Error> {
        let header = parts.headers.get(AUTHORIZATION).ok_or_else(unauthenticated)?;
        let text = header.to_str().map_err(|_| unauthenticated())?;
        let (scheme, token) = text.split_once(' ').ok_or_else(unauthenticated)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(unauthenticated());
        }
        let caller = token::verify(&services.config.signing_keys, token.trim(), services.now());
        let caller = caller.ok_or_else(unauthenticated)?;
        let path = parts.uri.path().to_owned();
        let app = App::from_request_parts(parts, services).await.unwrap_or_else(|never| match never {});
        liveness::check(&app, caller, &path).await
    }
}

impl OptionalFromRequestParts<Arc<Services>> for Caller {
    type Rejection = Error;

    /// Nobody without a header; a token that is not valid is still 401.
    async fn from_request_parts(parts: &mut Parts, services: &Arc<Services>) -> Result<Option<Self>, Error> {
        if !parts.headers.contains_key(AUTHORIZATION) {
            return Ok(None);
        }
        <Self as FromRequestParts<Arc<Services>>>::from_request_parts(parts, services).await.map(Some)
    }
}

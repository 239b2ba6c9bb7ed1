//! Who is calling. A handler that takes a [`Caller`] answers 401 to everyone else.

use super::credentials::Credentials;
use super::csrf;
use crate::accounts::liveness;
use crate::authorization::{Action, Relationship, Role, require};
use crate::error::{Error, unauthenticated};
use crate::id::Id;
use crate::integrations;
use crate::limits::middleware::Verified;
use crate::services::{App, Services};
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use std::sync::Arc;

/// A person who is signed in, or the system that an API key was given to: its roles
/// are then the scopes of the key, its user and session the key's id.
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
        let credentials = Credentials::of(&parts.headers);
        if let Credentials::ApiKey(key) = credentials {
            let key = key.to_owned();
            return integrations::caller(parts, services, &key).await;
        }
        let verified = parts.extensions.get().map(|Verified(caller)| caller.clone());
        let verified = verified.or_else(|| credentials.verify(&services.config.signing_keys, services.now()));
        let caller = verified.ok_or_else(unauthenticated)?;
        if credentials.are_ambient() {
            csrf::check(&services.config, &parts.method, &parts.headers, caller.session_id)?;
        }
        let path = parts.uri.path().to_owned();
        let app = App::from_request_parts(parts, services).await.unwrap_or_else(|never| match never {});
        let caller = liveness::check(&app, caller, &path).await?;
        app.note_caller(caller.user_id);
        Ok(caller)
    }
}

impl OptionalFromRequestParts<Arc<Services>> for Caller {
    type Rejection = Error;

    /// Nobody without credentials; those that are not valid are still 401.
    async fn from_request_parts(parts: &mut Parts, services: &Arc<Services>) -> Result<Option<Self>, Error> {
        if Credentials::of(&parts.headers) == Credentials::None {
            return Ok(None);
        }
        <Self as FromRequestParts<Arc<Services>>>::from_request_parts(parts, services).await.map(Some)
    }
}

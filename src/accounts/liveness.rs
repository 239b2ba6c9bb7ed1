//! Whether the session of an access token goes on. The token itself is good for
//! 15 minutes; what is asked of the database here makes the end of a session, a
//! suspension and a role that was taken away work within 5 seconds everywhere,
//! and at once in the isolate that ends the session.

use super::session_store;
use crate::authorization::Role;
use crate::error::{Error, Problem, Result, unauthenticated};
use crate::http::Caller;
use crate::id::{Id, Timestamp};
use crate::platform::HostError;
use crate::problem;
use crate::services::App;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How long an answer of the database is relied on.
const FRESH_MS: i64 = 5_000;
/// Sessions that are remembered.
const CAPACITY: usize = 1_000;

/// Where staff who need a second factor and have none may go: to set one up.
const WITHOUT_FACTOR: [&str; 6] = [
    "/api/v1/me",
    "/api/v1/me/factors",
    "/api/v1/me/factors/totp",
    "/api/v1/me/factors/totp/confirm",
    "/api/v1/auth/step-up",
    "/api/v1/auth/logout",
];

/// What the database said of a session.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Whose it is.
    pub user_id: Id,
    /// Whether it goes on and its user may sign in.
    pub alive: bool,
    /// Roles held now.
    pub roles: Vec<Role>,
    /// Whether a second factor is set up.
    pub has_factor: bool,
}

/// What this isolate remembers of sessions.
#[derive(Default)]
pub struct Liveness(Mutex<HashMap<Id, (Timestamp, Standing)>>);

impl Liveness {
    fn fresh(&self, session_id: Id, now: Timestamp) -> Option<Standing> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (asked_at, standing) = known.get(&session_id)?;
        (0..FRESH_MS).contains(&(now.0 - asked_at.0)).then(|| standing.clone())
    }

    fn remember(&self, session_id: Id, asked_at: Timestamp, standing: Standing) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= CAPACITY {
            known.retain(|_, (at, _)| (0..FRESH_MS).contains(&(asked_at.0 - at.0)));
        }
        if known.len() >= CAPACITY {
            known.clear();
        }
        known.insert(session_id, (asked_at, standing));
    }

    /// Asks the database again at the session's next request: after it was ended or its factors changed.
    pub fn forget(&self, session_id: Id) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&session_id);
    }

    /// As [`Liveness::forget`], for all sessions of a user.
    pub fn forget_user(&self, user_id: Id) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, (_, standing)| standing.user_id != user_id);
    }
}

/// The caller with those of the token's roles that are still held.
///
/// # Errors
/// 401 when the session has ended or the user is suspended; 403 for staff who must
/// set up a second factor first; 503 when the database cannot be asked.
pub async fn check(app: &App, caller: Caller, path: &str) -> Result<Caller> {
    // Taken before the question, so that an answer never counts as newer than it is.
    let asked_at = app.now();
    let standing = match app.liveness.fresh(caller.session_id, asked_at) {
        Some(standing) => standing,
        None => {
            let found = session_store::standing(app, caller.session_id, asked_at).await.map_err(unavailable)?;
            let standing = found.ok_or_else(unauthenticated)?;
            app.liveness.remember(caller.session_id, asked_at, standing.clone());
            standing
        }
    };
    if !standing.alive || standing.user_id != caller.user_id {
        return Err(unauthenticated());
    }
    let is_staff = standing.roles.iter().any(|role| *role != Role::Patient);
    if app.config.mfa_required_for_staff && is_staff && !standing.has_factor && !WITHOUT_FACTOR.contains(&path) {
        let meaning = problem::SECOND_FACTOR_REQUIRED.meaning;
        return Err(Problem::new(&problem::SECOND_FACTOR_REQUIRED, meaning).into());
    }
    let roles = caller.roles.iter().copied().filter(|role| standing.roles.contains(role)).collect();
    Ok(Caller { roles, ..caller })
}

/// Whatever fails here, nobody is let in, and may try again.
fn unavailable(error: Error) -> Error {
    match error {
        Error::Host(HostError::Failed(cause)) => Error::Host(HostError::Unavailable(cause)),
        other => other,
    }
}

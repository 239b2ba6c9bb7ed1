//! Step-up: whoever does something grave has shown within the last 5 minutes that
//! it is them, by a second factor where the account has one, else by the password.

use super::factor_model::{StepUp, SteppedUp};
use super::factor_store::{self, Proofs, TRIES};
use super::password;
use crate::audit::{self, Entry};
use crate::authorization::{Action, Relationship};
use crate::chat::sign_outs;
use crate::error::{FieldError, Problem, Result, invalid};
use crate::http::{Caller, Json, JsonBody};
use crate::platform::{DatabaseError, Statement};
use crate::problem::{self, Kind};
use crate::services::App;

/// How long a step-up holds.
const LIFE_MS: i64 = 5 * 60 * 1000;

/// Refuses a caller whose session was not stepped up within the last 5 minutes.
/// It is asked of the database each time: nothing in a token says so.
///
/// # Errors
/// 403 `/problems/step-up-required`.
pub async fn require_step_up(app: &App, caller: &Caller) -> Result<()> {
    let at = factor_store::stepped_up_at(app, caller.session_id).await?;
    let recent = at.is_some_and(|at| app.now().0 - at.0 < LIFE_MS);
    if recent { Ok(()) } else { Err(refusal(&problem::STEP_UP_REQUIRED)) }
}

/// Confirm that it is you
///
/// With the password, or a code where the account has a second factor. It holds
/// for 5 minutes; the fifth wrong one ends the session.
#[utoipa::path(post, path = "/api/v1/auth/step-up", tag = "Accounts", security(("bearer" = [])), request_body = StepUp,
    responses((status = 200, body = SteppedUp)))]
pub async fn step_up(app: App, caller: Caller, JsonBody(body): JsonBody<StepUp>) -> Result<Json<SteppedUp>> {
    caller.require(&[Relationship::Anyone], Action::UseOwnAccount)?;
    let proofs = factor_store::proofs(&app, caller.user_id).await?;
    let (proof, wanted) = if proofs.has_factor() { (body.code, "/code") } else { (body.password, "/password") };
    let Some(proof) = proof else {
        return Err(invalid(vec![FieldError::body(wanted, "missing", "is what this account confirms itself with")]));
    };
    let tries = claim(&app, &caller).await?;
    // A code of the app is six digits; a recovery code is longer.
    let spent = if proofs.has_factor() {
        spend(&app, &caller, &proofs, &proof)
    } else {
        password::verify(&app.config, Some(&proofs.password_hash), &proof)?.then(Vec::new)
    };
    let Some(mut batch) = spent else { return refuse(&app, &caller, tries, proofs.has_factor()).await };
    batch.push(factor_store::step_up(caller.session_id, app.now()));
    batch.push(audit::record(&app, entry(&caller, "session.stepped_up"))?);
    match app.batch(batch).await {
        Ok(_) => Ok(Json(SteppedUp { expires_in_s: LIFE_MS / 1000 })),
        Err(DatabaseError::Conflict) => refuse(&app, &caller, tries, proofs.has_factor()).await,
        Err(error) => Err(error.into()),
    }
}

/// The statement that takes the code, where it can be right.
fn spend(app: &App, caller: &Caller, proofs: &Proofs, code: &str) -> Option<Vec<Statement>> {
    if code.len() > 6 {
        return Some(vec![factor_store::spend_recovery_code(app, caller.user_id, code)]);
    }
    let step = proofs.totp.as_ref()?.step_of(code, app.now())?;
    Some(vec![factor_store::spend_step(caller.user_id, step)])
}

/// Counts a try of this session.
///
/// # Errors
/// 401 when none is left.
pub(super) async fn claim(app: &App, caller: &Caller) -> Result<i64> {
    let claimed = factor_store::claim_step_up(app, caller.session_id).await?;
    claimed.ok_or_else(|| refusal(&problem::SESSION_ENDED))
}

/// Answers a wrong proof; the last one that may be wrong ends the session.
///
/// # Errors
/// Always: 401.
pub(super) async fn refuse<T>(app: &App, caller: &Caller, tries: i64, has_factor: bool) -> Result<T> {
    let refused = audit::record(app, entry(caller, "session.step_up_refused"))?;
    if tries < TRIES {
        app.query(refused).await?;
        return Err(refusal(if has_factor { &problem::WRONG_CODE } else { &problem::WRONG_CREDENTIALS }));
    }
    let ended = audit::record(app, entry(caller, "session.ended"))?;
    let mut batch = vec![refused, factor_store::end_exhausted(caller.session_id, app.now()), ended];
    let closing = sign_outs::close_later(app, caller.user_id, &mut batch)?;
    app.batch(batch).await?;
    app.liveness.forget(caller.session_id);
    sign_outs::close_now(app, closing).await;
    Err(refusal(&problem::SESSION_ENDED))
}

fn entry(caller: &Caller, action: &'static str) -> Entry {
    Entry { actor_id: Some(caller.user_id), action, subject_id: Some(caller.session_id), ..Entry::default() }
}

pub(super) fn refusal(kind: &'static Kind) -> crate::error::Error {
    Problem::new(kind, kind.meaning).into()
}

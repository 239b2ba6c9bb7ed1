//! What is asked again before an act that could do much harm: a second factor,
//! given in this very session not long ago.

use super::store;
use crate::error::{Problem, Result};
use crate::http::Caller;
use crate::problem;
use crate::services::App;

/// Refuses a caller whose session was not stepped up, or not recently.
///
/// # Errors
/// 403 `/problems/step-up-required`.
pub async fn require(app: &App, caller: &Caller) -> Result<()> {
    if store::is_stepped_up(app, caller.session_id, caller.user_id).await? {
        return Ok(());
    }
    Err(Problem::new(&problem::STEP_UP_REQUIRED, problem::STEP_UP_REQUIRED.meaning).into())
}

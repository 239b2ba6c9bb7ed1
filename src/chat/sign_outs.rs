//! Sockets end with the session that opened them. A room's object does not hear of
//! sign-outs and suspensions by itself: whoever ends a session closes its sockets
//! at once, and a job that is committed with the end makes sure of it.

use super::service::RoomCall;
use super::sign_out_store::{self as store, Entered};
use crate::error::Result;
use crate::id::Id;
use crate::jobs::Job;
use crate::jobs::outbox::{self, Pending};
use crate::platform::Statement;
use crate::services::App;

/// Rooms whose sockets are closed at once.
const AT_ONCE: usize = 20;

/// Sockets that are still to be closed, once the batch is committed.
#[must_use = "close them once the batch is committed"]
pub struct Closing {
    user_id: Id,
    job: Pending,
}

/// Puts the job into the batch that ends sessions of this user, or suspends them.
///
/// # Errors
/// When the host has no randomness.
pub fn close_later(app: &App, user_id: Id, batch: &mut Vec<Statement>) -> Result<Closing> {
    let (statement, job) = outbox::add(app, &Job::CloseSockets { user_id })?;
    batch.push(statement);
    Ok(Closing { user_id, job })
}

/// Closes those in the rooms that were entered last, mostly all; where a room does not answer, or there are more, the
/// job goes on.
pub async fn close_now(app: &App, closing: Closing) {
    match close_some(app, closing.user_id).await {
        Ok(true) => outbox::settle(app, closing.job).await,
        _ => outbox::offer(app, closing.job).await,
    }
}

/// Closes all sockets of the user's sessions that have ended; of all sessions if the user is suspended.
///
/// # Errors
/// When the database or a room does not answer. Doing it again closes what is left.
pub async fn close_all(app: &App, user_id: Id) -> Result<()> {
    while !close_some(app, user_id).await? {}
    Ok(())
}

/// Whether none are left.
async fn close_some(app: &App, user_id: Id) -> Result<bool> {
    let ended = store::entered_by_ended_sessions(app, user_id, AT_ONCE).await?;
    let mut outcome = Ok(ended.len() < AT_ONCE);
    for entered in &ended {
        // A room that does not answer keeps no other one open.
        if let Err(error) = close(app, user_id, entered).await {
            outcome = Err(error);
        }
    }
    outcome
}

async fn close(app: &App, user_id: Id, entered: &Entered) -> Result<()> {
    let call = RoomCall::EndSession { user_id: user_id.to_string(), session_id: entered.session_id.to_string() };
    app.rooms.call(&entered.room_id.to_string(), &call).await?;
    app.query(store::forget_entered(entered)).await?;
    Ok(())
}

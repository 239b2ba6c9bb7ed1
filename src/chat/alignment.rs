//! A room's object follows the directory: who is in the room is decided there.

use super::directory;
use super::service::RoomCall;
use crate::error::Result;
use crate::id::Id;
use crate::jobs::Job;
use crate::jobs::outbox::{self, Pending};
use crate::platform::Statement;
use crate::services::App;

/// Tells a room's object what the directory says of the room. Doing it again changes nothing.
///
/// # Errors
/// When the database or the object does not answer.
pub async fn align(app: &App, room_id: Id) -> Result<()> {
    let Some(room) = directory::any_room(app, room_id).await? else { return Ok(()) };
    app.rooms.call(&room_id.to_string(), &opening(room)).await?;
    Ok(())
}

/// What tells a room's object of the room.
pub fn opening(room: directory::Room) -> RoomCall {
    RoomCall::Open { members: directory::admissions(&room.summary), wrapped_key: room.wrapped_key }
}

/// Adds the job that makes the room follow what the batch changes.
///
/// # Errors
/// When randomness fails.
pub fn later(app: &App, room_id: Id, batch: &mut Vec<Statement>) -> Result<Pending> {
    let (statement, pending) = outbox::add(app, &Job::AlignRoom { room_id })?;
    batch.push(statement);
    Ok(pending)
}

/// The room follows at once; should that fail, the job makes it follow.
pub async fn now(app: &App, room_id: Id, pending: Pending) {
    drop(align(app, room_id).await);
    outbox::offer(app, pending).await;
}

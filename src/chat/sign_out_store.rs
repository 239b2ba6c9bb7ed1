//! All SQL about where a session's sockets may be.

use crate::error::Result;
use crate::id::{Id, Timestamp};
use crate::platform::Statement;
use crate::services::App;
use serde::Deserialize;

/// Notes that a session has had a ticket to a room: refused where the session does not go on, or its user is
/// suspended or not in the room.
#[must_use]
pub fn enter(room_id: Id, user_id: Id, session_id: Id, now: Timestamp) -> Statement {
    Statement::new(
        "INSERT INTO room_sessions (session_id, room_id, asked_at)
         SELECT s.id, m.room_id, ?4 FROM room_members m
         JOIN users u ON u.id = m.user_id JOIN sessions s ON s.user_id = u.id
         WHERE m.room_id = ?1 AND m.user_id = ?2 AND m.state = 'joined' AND u.suspended_at IS NULL
           AND s.id = ?3 AND s.ended_at IS NULL
         ON CONFLICT (session_id, room_id) DO UPDATE SET asked_at = excluded.asked_at",
    )
    .bind(room_id)
    .bind(user_id)
    .bind(session_id)
    .bind(now.0)
    .expect_one()
}

/// A room to which a session has had a ticket.
#[derive(Deserialize)]
pub struct Entered {
    /// The session.
    pub session_id: Id,
    /// The room.
    pub room_id: Id,
    /// When it had the last one.
    pub asked_at: i64,
}

/// Some rooms where sockets of the user's ended sessions may be, those entered last first; of all sessions of a
/// suspended user.
///
/// # Errors
/// When the database fails.
pub async fn entered_by_ended_sessions(app: &App, user_id: Id, rows: usize) -> Result<Vec<Entered>> {
    let select = Statement::new(
        "SELECT e.session_id, e.room_id, e.asked_at FROM sessions s JOIN users u ON u.id = s.user_id
         JOIN room_sessions e ON e.session_id = s.id
         WHERE s.user_id = ?1 AND (s.ended_at IS NOT NULL OR s.expires_at <= ?2 OR u.suspended_at IS NOT NULL)
         ORDER BY e.asked_at DESC LIMIT ?3",
    );
    Ok(app.query(select.bind(user_id).bind(app.now().0).bind(rows)).await?.all()?)
}

/// Forgets a room in which the session has no socket any more, unless it has had another ticket meanwhile.
#[must_use]
pub fn forget_entered(entered: &Entered) -> Statement {
    Statement::new("DELETE FROM room_sessions WHERE session_id = ?1 AND room_id = ?2 AND asked_at = ?3")
        .bind(entered.session_id)
        .bind(entered.room_id)
        .bind(entered.asked_at)
}

//! All SQL of erasing. What is sealed is overwritten by random text of the same
//! length, first and by itself: SQLite then writes it over the old bytes, where a
//! row of another size would leave them in a free part of a page.

use crate::error::Result;
use crate::id::{Id, Timestamp};
use crate::platform::Statement;
use crate::services::App;
use serde::Deserialize;

/// What an archived row belongs to.
#[must_use]
pub fn archive_about(kind: &str, id: &str) -> String {
    ["legal_archive.content:", kind, ":", id].concat()
}

/// Keeps a row apart; one that is kept already stays as it is.
#[must_use]
pub fn insert_archived(
    kind: &str,
    id: &str,
    patient_id: Id,
    content_sealed: &str,
    kept_until: i64,
    now: Timestamp,
) -> Statement {
    Statement::new(
        "INSERT INTO legal_archive (kind, subject_id, patient_id, content_sealed, kept_until, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (kind, subject_id) DO NOTHING",
    )
    .bind(kind)
    .bind(id)
    .bind(patient_id)
    .bind(content_sealed)
    .bind(kept_until)
    .bind(now.0)
}

/// Rooms that the user is or was in, and whether nobody else is left in each.
///
/// # Errors
/// When the database fails.
pub async fn rooms_of(app: &App, user_id: Id) -> Result<Vec<(Id, bool)>> {
    #[derive(Deserialize)]
    struct Row {
        room_id: Id,
        alone: i64,
    }
    let select = Statement::new(
        "SELECT m.room_id, NOT EXISTS (SELECT 1 FROM room_members o WHERE o.room_id = m.room_id
                AND o.user_id <> ?1 AND o.state IN ('invited', 'joined')) AS alone
         FROM room_members m WHERE m.user_id = ?1",
    );
    let rows: Vec<Row> = app.query(select.bind(user_id)).await?.all()?;
    Ok(rows.into_iter().map(|row| (row.room_id, row.alone != 0)).collect())
}

/// A job that waits.
#[derive(Deserialize)]
pub struct WaitingJob {
    /// Its id.
    pub id: String,
    /// What there is to do.
    pub payload_sealed: String,
    /// When it is offered again.
    pub next_attempt_at: i64,
}

/// Some jobs that wait, by when they are offered again, behind this time and id.
///
/// # Errors
/// When the database fails.
pub async fn waiting_jobs(app: &App, after: i64, id: &str) -> Result<Vec<WaitingJob>> {
    let select = Statement::new(
        "SELECT id, payload_sealed, next_attempt_at FROM outbox
         WHERE done_at IS NULL AND (next_attempt_at, id) > (?1, ?2) ORDER BY next_attempt_at, id LIMIT 200",
    );
    Ok(app.query(select.bind(after).bind(id)).await?.all()?)
}

/// Makes a job one that is done, and says nothing any more.
#[must_use]
pub fn empty_job(id: &str, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE outbox SET payload_sealed =
           substr('erased.' || hex(randomblob(length(payload_sealed))), 1, length(payload_sealed)), done_at = ?1
         WHERE id = ?2 AND done_at IS NULL",
    )
    .bind(now.0)
    .bind(id)
}

/// Everything that goes at once, if it has not gone already.
///
/// # Errors
/// None that ids can cause.
pub fn erase(user_id: Id, patients: &[Id], now: Timestamp) -> Result<Vec<Statement>> {
    let patients = serde_json::to_string(patients).map_err(crate::error::internal)?;
    let of_user = |sql| Statement::new(sql).bind(user_id);
    let of_user_now = |sql| Statement::new(sql).bind(user_id).bind(now.0);
    let of_both = |sql| Statement::new(sql).bind(user_id).bind(&patients);
    let of_patients = |sql| Statement::new(sql).bind(&patients);
    Ok(vec![
        of_user_now(DONE).expect_one(),
        // By the fingerprint of their address, which goes next.
        of_user(INVITATIONS),
        of_user(USER_TEXTS),
        of_patients(PATIENT_TEXTS),
        of_both(ROOM_SUBJECTS),
        of_user(ROOM_KEYS),
        of_both(ASSESSMENT_TEXTS),
        of_patients(DRAFT_TEXTS),
        of_patients(VISIT_TEXTS),
        of_patients(DRAFT_NOTE_TEXTS),
        of_user(ANSWERS),
        of_user_now(USER_REST),
        of_patients(PATIENT_REST),
        of_both(ASSESSMENT_REST),
        of_user_now("UPDATE sessions SET ended_at = ?2, end_reason = 'logout' WHERE user_id = ?1 AND ended_at IS NULL"),
        of_user("DELETE FROM room_sessions WHERE session_id IN (SELECT id FROM sessions WHERE user_id = ?1)"),
        of_user("DELETE FROM email_tokens WHERE user_id = ?1"),
        of_user("DELETE FROM email_changes WHERE user_id = ?1"),
        of_user("DELETE FROM totp_factors WHERE user_id = ?1"),
        of_user("DELETE FROM recovery_codes WHERE user_id = ?1"),
        of_user("DELETE FROM mfa_attempts WHERE user_id = ?1"),
        of_user("DELETE FROM devices WHERE user_id = ?1"),
        of_user("DELETE FROM known_addresses WHERE user_id = ?1"),
        of_user("DELETE FROM licences WHERE user_id = ?1"),
        of_user("DELETE FROM practitioner_profiles WHERE user_id = ?1"),
        of_user(DUTY),
        of_user("DELETE FROM access_requests WHERE requester_id = ?1"),
        of_patients("DELETE FROM access_requests WHERE patient_id IN (SELECT value FROM json_each(?1))"),
        of_patients("DELETE FROM pharmacy_prescriptions WHERE patient_id IN (SELECT value FROM json_each(?1))"),
        of_patients("DELETE FROM alert_overrides WHERE patient_id IN (SELECT value FROM json_each(?1))"),
        of_patients("DELETE FROM handovers WHERE patient_id IN (SELECT value FROM json_each(?1))"),
        of_patients(QUEUE),
        Statement::new(VISITS_END).bind(&patients).bind(now.0),
        Statement::new(ENCOUNTERS_END).bind(&patients).bind(now.0),
        of_user("DELETE FROM idempotency WHERE caller_id = ?1"),
        of_user("DELETE FROM exports WHERE user_id = ?1"),
        of_user("DELETE FROM operators WHERE user_id = ?1"),
        of_user_now(STAFF_ENDS),
        of_user_now("UPDATE room_members SET state = 'left', since = ?2 WHERE user_id = ?1 AND state <> 'left'"),
        of_user("DELETE FROM patient_access WHERE user_id = ?1"),
        of_patients("DELETE FROM patient_access WHERE patient_id IN (SELECT value FROM json_each(?1))"),
        Statement::new(CARE_ENDS).bind(&patients).bind(now.0),
    ])
}

const DONE: &str = "UPDATE erasures SET done_at = ?2 WHERE user_id = ?1 AND done_at IS NULL";
const USER_TEXTS: &str = "UPDATE users SET
  wrapped_key = substr('erased.' || hex(randomblob(length(wrapped_key))), 1, length(wrapped_key)),
  email_index = substr('erased.' || hex(randomblob(length(email_index))), 1, length(email_index)),
  email_sealed = substr('erased.' || hex(randomblob(length(email_sealed))), 1, length(email_sealed)),
  name_sealed = substr('erased.' || hex(randomblob(length(name_sealed))), 1, length(name_sealed)),
  password_hash = substr('erased.' || hex(randomblob(length(password_hash))), 1, length(password_hash))
WHERE id = ?1";
const USER_REST: &str =
    "UPDATE users SET country = NULL, suspension_reason_sealed = NULL, email_verified_at = NULL, suspended_at = ?2,
  version = version + 1, updated_at = ?2 WHERE id = ?1";
const PATIENT_TEXTS: &str = "UPDATE patients SET
  wrapped_key = substr('erased.' || hex(randomblob(length(wrapped_key))), 1, length(wrapped_key)),
  name_sealed = substr('erased.' || hex(randomblob(length(name_sealed))), 1, length(name_sealed)),
  birth_date_sealed =
    substr('erased.' || hex(randomblob(length(birth_date_sealed))), 1, length(birth_date_sealed)),
  profile_sealed = substr('erased.' || hex(randomblob(length(profile_sealed))), 1, length(profile_sealed))
WHERE id IN (SELECT value FROM json_each(?1))";
const PATIENT_REST: &str = "UPDATE patients SET country = NULL, version = version + 1
WHERE id IN (SELECT value FROM json_each(?1))";
const ROOM_SUBJECTS: &str = "UPDATE rooms SET
  subject_sealed = substr('erased.' || hex(randomblob(length(subject_sealed))), 1, length(subject_sealed))
WHERE created_by = ?1 OR patient_id IN (SELECT value FROM json_each(?2))";
const ROOM_KEYS: &str = "UPDATE rooms SET
  wrapped_key = substr('erased.' || hex(randomblob(length(wrapped_key))), 1, length(wrapped_key))
WHERE id IN (SELECT m.room_id FROM room_members m WHERE m.user_id = ?1
  AND NOT EXISTS (SELECT 1 FROM room_members o WHERE o.room_id = m.room_id
                  AND o.user_id <> ?1 AND o.state IN ('invited', 'joined')))";
const ASSESSMENT_TEXTS: &str = "UPDATE assessments SET
  input_sealed = substr('erased.' || hex(randomblob(length(input_sealed))), 1, length(input_sealed)),
  answer_sealed = substr('erased.' || hex(randomblob(length(answer_sealed))), 1, length(answer_sealed))
WHERE patient_id IN (SELECT value FROM json_each(?2)) OR (recorded_by = ?1 AND patient_id IS NULL)";
const ASSESSMENT_REST: &str = "UPDATE assessments SET triage_level = NULL
WHERE patient_id IN (SELECT value FROM json_each(?2)) OR (recorded_by = ?1 AND patient_id IS NULL)";
const DRAFT_TEXTS: &str = "UPDATE prescriptions SET
  content_sealed = substr('erased.' || hex(randomblob(length(content_sealed))), 1, length(content_sealed))
WHERE patient_id IN (SELECT value FROM json_each(?1)) AND status = 'draft'";
const VISIT_TEXTS: &str = "UPDATE visits SET
  reason_sealed = substr('erased.' || hex(randomblob(length(reason_sealed))), 1, length(reason_sealed))
WHERE patient_id IN (SELECT value FROM json_each(?1))";
const DRAFT_NOTE_TEXTS: &str = "UPDATE visit_notes SET
  content_sealed = substr('erased.' || hex(randomblob(length(content_sealed))), 1, length(content_sealed))
WHERE status = 'draft'
  AND encounter_id IN (SELECT encounter_id FROM visits WHERE patient_id IN (SELECT value FROM json_each(?1)))";
const QUEUE: &str = "DELETE FROM visit_queue
WHERE encounter_id IN (SELECT encounter_id FROM visits WHERE patient_id IN (SELECT value FROM json_each(?1)))";
const VISITS_END: &str = "UPDATE visits SET closed_at = ?2,
  status = CASE status WHEN 'requested' THEN 'cancelled' ELSE 'closed' END,
  close_reason = CASE status WHEN 'requested' THEN NULL ELSE 'cancelled_by_patient' END
WHERE patient_id IN (SELECT value FROM json_each(?1)) AND status IN ('requested', 'in_progress')";
const ENCOUNTERS_END: &str = "UPDATE encounters SET version = version + 1, updated_at = ?2,
  status = CASE status WHEN 'planned' THEN 'cancelled' ELSE 'finished' END
WHERE patient_id IN (SELECT value FROM json_each(?1)) AND status IN ('planned', 'in_progress')";
const STAFF_ENDS: &str = "UPDATE staff SET ended_at = COALESCE(ended_at, ?2), suspended_at = NULL,
  suspension_reason_sealed = NULL WHERE user_id = ?1";
const DUTY: &str = "DELETE FROM duty WHERE user_id = ?1
  AND organization_id IN (SELECT organization_id FROM staff WHERE user_id = ?1)";
const INVITATIONS: &str = "DELETE FROM invitations
WHERE email_index = (SELECT email_index FROM users WHERE id = ?1) OR (invited_by = ?1 AND used_at IS NULL)";
const ANSWERS: &str = "UPDATE idempotency SET
  answer_sealed = substr('erased.' || hex(randomblob(length(answer_sealed))), 1, length(answer_sealed))
WHERE caller_id = ?1";
const CARE_ENDS: &str = "UPDATE care_relationships SET ended_at = ?2
WHERE patient_id IN (SELECT value FROM json_each(?1)) AND ended_at IS NULL";

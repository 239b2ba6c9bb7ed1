//! All SQL about visits: what a visit has beyond its encounter. What changes one
//! is guarded by what it was, so that of many who try at once one succeeds.

use super::model::{CloseReason, RequestVisit, StoredConsent, Visit, VisitStatus, level_word, rank};
use crate::audit::{self, Entry};
use crate::encryption::DataKey;
use crate::error::Result;
use crate::http::cursor::Limit;
use crate::id::{Id, Timestamp};
use crate::knowledge::tables::Urgency;
use crate::platform::Statement;
use crate::services::App;
use serde::Deserialize;

fn reason_about(id: Id) -> String {
    ["visits.reason:", &id.to_string()].concat()
}

/// Opens why a visit was asked for.
///
/// # Errors
/// When it does not open.
pub fn open_reason(key: &DataKey, id: Id, sealed: &str) -> Result<String> {
    Ok(key.open(&reason_about(id), sealed)?)
}

/// The statements that store a request and put it into the queue.
///
/// # Errors
/// When the host has no randomness.
pub fn insert(app: &App, key: &DataKey, visit: &Visit, asked: &RequestVisit, by: Id) -> Result<Vec<Statement>> {
    let at = visit.requested_at.0;
    let encounter = Statement::new(
        "INSERT INTO encounters (id, patient_id, organization_id, status, created_at, updated_at)
         VALUES (?1, ?2, ?3, 'planned', ?4, ?4)",
    )
    .bind(visit.id)
    .bind(visit.patient_id)
    .bind(visit.organization_id)
    .bind(at);
    let beyond = Statement::new(
        "INSERT INTO visits (encounter_id, patient_id, organization_id, requested_by, assessment_id, status,
                             triage_level, acknowledged_emergency, reason_sealed, consent_version, consented_at)
         VALUES (?1, ?2, ?3, ?4, ?5, 'requested', ?6, ?7, ?8, ?9, ?10)",
    )
    .bind(visit.id)
    .bind(visit.patient_id)
    .bind(visit.organization_id)
    .bind(by)
    .bind(visit.assessment_id)
    .bind(visit.triage_level.map(level_word))
    .bind(i64::from(visit.acknowledged_emergency))
    .bind(key.seal(app.entropy.as_ref(), &reason_about(visit.id), &asked.reason.0)?)
    .bind(&visit.consent.version)
    .bind(at);
    let queued = Statement::new(
        "INSERT INTO visit_queue (encounter_id, organization_id, level, waiting_since) VALUES (?1, ?2, ?3, ?4)",
    )
    .bind(visit.id)
    .bind(visit.organization_id)
    .bind(rank(visit.triage_level))
    .bind(at);
    Ok(vec![encounter, beyond, queued])
}

/// Takes a visit out of the queue, if it is in it.
#[must_use]
pub fn leave_queue(id: Id) -> Statement {
    Statement::new("DELETE FROM visit_queue WHERE encounter_id = ?1").bind(id).expect_one()
}

/// Takes a request back, unless somebody has taken it.
#[must_use]
pub fn cancel(id: Id, now: Timestamp) -> Vec<Statement> {
    let visit = Statement::new(
        "UPDATE visits SET status = 'cancelled', closed_at = ?2 WHERE encounter_id = ?1 AND status = 'requested'",
    );
    let encounter = Statement::new(
        "UPDATE encounters SET status = 'cancelled', version = version + 1, updated_at = ?2 WHERE id = ?1",
    );
    vec![visit.bind(id).bind(now.0).expect_one(), leave_queue(id), encounter.bind(id).bind(now.0).expect_one()]
}

/// Gives a waiting visit to a doctor who is one there, and on duty, at this very
/// moment. Notes whether the record was open to them before: this comes before the care begins.
#[must_use]
pub fn take(id: Id, practitioner_id: Id, room_id: Id, now: Timestamp) -> Vec<Statement> {
    let visit = Statement::new(
        "UPDATE visits SET status = 'in_progress', accepted_at = ?3,
                care_existed = EXISTS (SELECT 1 FROM care_relationships c WHERE c.patient_id = visits.patient_id
                                       AND c.practitioner_id = ?2 AND c.ended_at IS NULL)
         WHERE encounter_id = ?1 AND status = 'requested'
           AND EXISTS (SELECT 1 FROM staff s WHERE s.organization_id = visits.organization_id AND s.user_id = ?2
                       AND s.role = 'doctor' AND s.ended_at IS NULL)
           AND EXISTS (SELECT 1 FROM duty d WHERE d.organization_id = visits.organization_id AND d.user_id = ?2
                       AND d.is_on = 1)",
    );
    let encounter = Statement::new(
        "UPDATE encounters SET status = 'in_progress', practitioner_id = ?2, room_id = ?3,
                version = version + 1, updated_at = ?4
         WHERE id = ?1 AND practitioner_id IS NULL",
    );
    vec![
        visit.bind(id).bind(practitioner_id).bind(now.0).expect_one(),
        leave_queue(id),
        encounter.bind(id).bind(practitioner_id).bind(room_id).bind(now.0).expect_one(),
    ]
}

/// Gives a visit from one doctor to another who is on duty there, with the draft
/// of its note. The record closes to the first unless it was open to them before,
/// or they see the patient in another visit.
#[must_use]
pub fn hand_over(id: Id, from: Id, to: Id, now: Timestamp) -> Vec<Statement> {
    let encounter = Statement::new(
        "UPDATE encounters SET practitioner_id = ?3, version = version + 1, updated_at = ?4
         WHERE id = ?1 AND practitioner_id = ?2 AND status = 'in_progress'
           AND EXISTS (SELECT 1 FROM staff s WHERE s.organization_id = encounters.organization_id AND s.user_id = ?3
                       AND s.role = 'doctor' AND s.ended_at IS NULL)
           AND EXISTS (SELECT 1 FROM duty d WHERE d.organization_id = encounters.organization_id AND d.user_id = ?3
                       AND d.is_on = 1)
           AND NOT EXISTS (SELECT 1 FROM visit_notes n WHERE n.encounter_id = ?1 AND n.status = 'signed')",
    );
    let ends = Statement::new(
        "UPDATE care_relationships SET ended_at = ?3
         WHERE patient_id = (SELECT patient_id FROM visits WHERE encounter_id = ?1 AND care_existed = 0)
           AND practitioner_id = ?2 AND ended_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM encounters e WHERE e.patient_id = care_relationships.patient_id
                           AND e.practitioner_id = ?2 AND e.status = 'in_progress' AND e.id <> ?1)",
    );
    let existed = Statement::new(
        "UPDATE visits SET care_existed = EXISTS (SELECT 1 FROM care_relationships c
                WHERE c.patient_id = visits.patient_id AND c.practitioner_id = ?2 AND c.ended_at IS NULL)
         WHERE encounter_id = ?1 AND status = 'in_progress'",
    );
    let draft = Statement::new(
        "UPDATE visit_notes SET author_id = ?2, version = version + 1, updated_at = ?3
         WHERE encounter_id = ?1 AND status = 'draft'",
    );
    vec![
        encounter.bind(id).bind(from).bind(to).bind(now.0).expect_one(),
        ends.bind(id).bind(from).bind(now.0),
        existed.bind(id).bind(to).expect_one(),
        draft.bind(id).bind(to).bind(now.0),
    ]
}

/// Ends a visit: with its signed note, or with the reason why there is none.
#[must_use]
pub fn close(id: Id, practitioner_id: Id, reason: Option<CloseReason>, now: Timestamp) -> Vec<Statement> {
    let visit = Statement::new(
        "UPDATE visits SET status = 'closed', close_reason = ?2, closed_at = ?3
         WHERE encounter_id = ?1 AND status = 'in_progress'
           AND (?2 IS NOT NULL
                OR EXISTS (SELECT 1 FROM visit_notes n WHERE n.encounter_id = ?1 AND n.status = 'signed'))",
    );
    let encounter = Statement::new(
        "UPDATE encounters SET status = 'finished', version = version + 1, updated_at = ?3
         WHERE id = ?1 AND practitioner_id = ?2 AND status = 'in_progress'",
    );
    vec![
        visit.bind(id).bind(reason.map(CloseReason::as_str)).bind(now.0).expect_one(),
        encounter.bind(id).bind(practitioner_id).bind(now.0).expect_one(),
    ]
}

/// What decides whether an organization can be asked.
#[derive(Deserialize)]
pub struct Askable {
    /// There is such an organization, with a doctor.
    has_doctors: i64,
    /// The patient's open visit there.
    pub open_visit: Option<Id>,
}

impl Askable {
    /// Whether there is a doctor to ask.
    #[must_use]
    pub fn has_doctors(&self) -> bool {
        self.has_doctors != 0
    }
}

/// Whether the organization can be asked for a visit of this patient.
///
/// # Errors
/// When the database fails.
pub async fn askable(app: &App, organization_id: Id, patient_id: Id) -> Result<Askable> {
    let select = Statement::new(
        "SELECT EXISTS (SELECT 1 FROM organizations o JOIN staff s ON s.organization_id = o.id
                        WHERE o.id = ?1 AND s.role = 'doctor' AND s.ended_at IS NULL) AS has_doctors,
                (SELECT encounter_id FROM visits WHERE patient_id = ?2 AND organization_id = ?1
                   AND status IN ('requested', 'in_progress')) AS open_visit",
    )
    .bind(organization_id)
    .bind(patient_id);
    let none = Askable { has_doctors: 0, open_visit: None };
    Ok(app.query(select).await?.first()?.unwrap_or(none))
}

/// A visit as it is stored.
#[derive(Deserialize)]
pub struct Stored {
    /// Its id.
    pub id: Id,
    /// The patient.
    pub patient_id: Id,
    /// The organization that was asked.
    pub organization_id: Id,
    /// Who asked.
    pub requested_by: Id,
    assessment_id: Option<Id>,
    /// Where it stands.
    pub status: VisitStatus,
    triage_level: Option<Urgency>,
    acknowledged_emergency: i64,
    reason_sealed: String,
    consent_version: String,
    consented_at: i64,
    accepted_at: Option<i64>,
    closed_at: Option<i64>,
    close_reason: Option<CloseReason>,
    /// The doctor who took it.
    pub practitioner_id: Option<Id>,
    /// The room to talk in.
    pub room_id: Option<Id>,
    version: i64,
    created_at: i64,
    ahead: Option<i64>,
    practises: i64,
}

impl Stored {
    /// Whether the one who asks is a doctor of the organization.
    #[must_use]
    pub fn practises_there(&self) -> bool {
        self.practises != 0
    }

    /// Whether they do with a licence that the organization verified, where that is asked for.
    #[must_use]
    pub fn is_licensed_there(&self) -> bool {
        self.practises > 1
    }

    /// As the API shows it, the reason only to whom it is told.
    ///
    /// # Errors
    /// When the reason does not open.
    pub fn visit(&self, key: Option<&DataKey>) -> Result<Visit> {
        Ok(Visit {
            id: self.id,
            status: self.status,
            patient_id: self.patient_id,
            organization_id: self.organization_id,
            assessment_id: self.assessment_id,
            triage_level: self.triage_level,
            acknowledged_emergency: self.acknowledged_emergency != 0,
            reason: key.map(|key| open_reason(key, self.id, &self.reason_sealed)).transpose()?,
            consent: StoredConsent {
                telehealth: true,
                version: self.consent_version.clone(),
                given_at: Timestamp(self.consented_at),
            },
            practitioner_id: self.practitioner_id,
            room_id: self.room_id,
            position: self.ahead.map(|ahead| ahead + 1),
            ahead: self.ahead,
            requested_at: Timestamp(self.created_at),
            accepted_at: self.accepted_at.map(Timestamp),
            closed_at: self.closed_at.map(Timestamp),
            close_reason: self.close_reason,
            warnings: Vec::new(),
            version: self.version,
        })
    }
}

/// Selects the visit with this id, how many are before it while it waits, and whether the user practises there.
#[must_use]
pub fn select_visit(app: &App, id: Id, user_id: Id) -> Statement {
    Statement::new(
        "SELECT e.id, v.patient_id, v.organization_id, v.requested_by, v.assessment_id, v.status, v.triage_level,
                v.acknowledged_emergency, v.reason_sealed, v.consent_version, v.consented_at, v.accepted_at,
                v.closed_at, v.close_reason, e.practitioner_id, e.room_id, e.version, e.created_at,
                (SELECT (SELECT COUNT(*) FROM visit_queue o WHERE o.organization_id = q.organization_id
                         AND (o.level, o.waiting_since, o.encounter_id) < (q.level, q.waiting_since, q.encounter_id))
                 FROM visit_queue q WHERE q.encounter_id = e.id) AS ahead,
                COALESCE((SELECT 1 + (?3 = 0 OR EXISTS (SELECT 1 FROM licences l WHERE l.user_id = s.user_id
                            AND l.organization_id = s.organization_id AND l.verified_at IS NOT NULL))
                          FROM staff s WHERE s.organization_id = v.organization_id AND s.user_id = ?2
                            AND s.role = 'doctor' AND s.ended_at IS NULL), 0) AS practises
         FROM visits v JOIN encounters e ON e.id = v.encounter_id WHERE v.encounter_id = ?1",
    )
    .bind(id)
    .bind(user_id)
    .bind(i64::from(app.config.require_verified_licence))
}

/// A page of a patient's visits, latest first; that it was read is recorded as `read`.
///
/// # Errors
/// When the database fails.
pub async fn visits_of(app: &App, patient_id: Id, before: &str, rows: usize, read: Entry) -> Result<Vec<Stored>> {
    let select = Statement::new(
        "SELECT e.id, v.patient_id, v.organization_id, v.requested_by, v.assessment_id, v.status, v.triage_level,
                v.acknowledged_emergency, v.reason_sealed, v.consent_version, v.consented_at, v.accepted_at,
                v.closed_at, v.close_reason, e.practitioner_id, e.room_id, e.version, e.created_at,
                (SELECT (SELECT COUNT(*) FROM visit_queue o WHERE o.organization_id = q.organization_id
                         AND (o.level, o.waiting_since, o.encounter_id) < (q.level, q.waiting_since, q.encounter_id))
                 FROM visit_queue q WHERE q.encounter_id = e.id) AS ahead,
                0 AS practises
         FROM visits v JOIN encounters e ON e.id = v.encounter_id
         WHERE v.patient_id = ?1 AND v.encounter_id < ?2 ORDER BY v.encounter_id DESC LIMIT ?3",
    )
    .bind(patient_id)
    .bind(before)
    .bind(rows);
    Ok(audit::read_of_others(app, select, read).await?.all()?)
}

/// A page of the visits that a doctor took, unless suspended, latest first. The reasons stay closed:
/// each is under another patient's key. Each record has a row of it, one in ten minutes for each doctor.
///
/// # Errors
/// When the database fails.
pub async fn visits_taken_by(app: &App, user_id: Id, before: &str, limit: Limit) -> Result<Vec<Stored>> {
    let looks = Statement::new(
        "INSERT INTO audit (id, patient_id, actor_id, action, subject_id, request_id, at)
         SELECT substr(?1, 1, 24) || lower(hex(randomblob(6))), v.patient_id, ?2, 'visit.listed', v.encounter_id, ?3, ?4
         FROM visits v WHERE v.encounter_id IN
              (SELECT e.id FROM encounters e JOIN visits o ON o.encounter_id = e.id
                      JOIN users u ON u.id = e.practitioner_id
               WHERE e.practitioner_id = ?2 AND e.id < ?6 AND u.suspended_at IS NULL
                 AND EXISTS (SELECT 1 FROM staff s WHERE s.organization_id = o.organization_id AND s.user_id = ?2
                             AND s.role = 'doctor' AND s.ended_at IS NULL)
               ORDER BY e.id DESC LIMIT ?7)
           AND NOT EXISTS (SELECT 1 FROM audit a WHERE a.patient_id = v.patient_id AND a.id >= ?5
                           AND a.actor_id = ?2 AND a.action = 'visit.listed' AND a.subject_id = v.encounter_id)",
    );
    let looks = audit::bind_looks(app, looks, user_id)?.bind(before).bind(limit.rows());
    let select = Statement::new(
        "SELECT e.id, v.patient_id, v.organization_id, v.requested_by, v.assessment_id, v.status, v.triage_level,
                v.acknowledged_emergency, v.reason_sealed, v.consent_version, v.consented_at, v.accepted_at,
                v.closed_at, v.close_reason, e.practitioner_id, e.room_id, e.version, e.created_at, NULL AS ahead,
                1 AS practises
         FROM encounters e JOIN visits v ON v.encounter_id = e.id JOIN users u ON u.id = e.practitioner_id
         WHERE e.practitioner_id = ?1 AND e.id < ?2 AND u.suspended_at IS NULL
           AND EXISTS (SELECT 1 FROM staff s WHERE s.organization_id = v.organization_id AND s.user_id = ?1
                       AND s.role = 'doctor' AND s.ended_at IS NULL)
         ORDER BY e.id DESC LIMIT ?3",
    )
    .bind(user_id)
    .bind(before)
    .bind(limit.rows() + 1);
    Ok(audit::read_with(app, select, looks).await?.all()?)
}

//! What is held on a patient: everything that hangs off their record, sealed under
//! the patient's key where it is sealed; and what of it the law makes one keep.

use super::holdings_store::Holding;

/// Each takes the patient's id.
pub const OF_PATIENT: &[Holding] = &[
    Holding::sealed(
        "patient",
        &[
            ("name_sealed", "patients.name:"),
            ("birth_date_sealed", "patients.birth_date:"),
            ("profile_sealed", "patients.profile:"),
        ],
        "SELECT id, name_sealed, birth_date_sealed, profile_sealed, country, created_at, updated_at
         FROM patients WHERE id = ?1",
    ),
    Holding::plain(
        "acting_for_them",
        "SELECT user_id, relation, scope, expires_at, created_at FROM patient_access WHERE patient_id = ?1",
    ),
    Holding::plain(
        "asking_to_act_for_them",
        "SELECT id, requester_id, created_at, expires_at FROM access_requests WHERE patient_id = ?1",
    ),
    Holding::plain("handover", "SELECT given_by, expires_at FROM handovers WHERE patient_id = ?1"),
    Holding::plain(
        "care_relationships",
        "SELECT practitioner_id, organization_id, began_by, began_at, ended_at
         FROM care_relationships WHERE patient_id = ?1",
    ),
    Holding::sealed(
        "opened_in_emergency",
        &[("reason_sealed", "emergency_openings.reason:")],
        "SELECT id, practitioner_id, organization_id, reason_sealed, began_at, expires_at
         FROM emergency_openings WHERE patient_id = ?1",
    ),
    Holding::plain(
        "consents",
        "SELECT id, user_id, purpose, version, given, at FROM consents WHERE patient_id = ?1 ORDER BY id",
    ),
    Holding::sealed(
        "record",
        &[("content_sealed", "record_entries.content:")],
        "SELECT id, organization_id, encounter_id, kind, code, recorded_by, asserter, status, is_current, content_sealed,
                effective_at, version, created_at, updated_at
         FROM record_entries WHERE patient_id = ?1 ORDER BY id",
    ),
    // A version was sealed as the entry that it was.
    Holding::sealed(
        "record_versions",
        &[("content_sealed", "record_entries.content:")],
        "SELECT v.entry_id AS id, v.version, v.encounter_id, v.recorded_by, v.asserter, v.status, v.content_sealed,
                v.effective_at, v.created_at, v.updated_at
         FROM record_entries e JOIN record_entry_versions v ON v.entry_id = e.id
         WHERE e.patient_id = ?1 ORDER BY v.entry_id, v.version",
    ),
    Holding::plain(
        "encounters",
        "SELECT id, organization_id, practitioner_id, room_id, status, created_at, updated_at
         FROM encounters WHERE patient_id = ?1 ORDER BY id",
    ),
    Holding::sealed(
        "visits",
        &[("reason_sealed", "visits.reason:")],
        "SELECT encounter_id AS id, organization_id, requested_by, assessment_id, status, triage_level,
                acknowledged_emergency, reason_sealed, consent_version, consented_at, care_existed, accepted_at,
                closed_at, close_reason
         FROM visits WHERE patient_id = ?1 ORDER BY encounter_id",
    ),
    Holding::plain(
        "waiting",
        "SELECT q.encounter_id, q.organization_id, q.level, q.waiting_since
         FROM visits v JOIN visit_queue q ON q.encounter_id = v.encounter_id WHERE v.patient_id = ?1",
    ),
    Holding::sealed(
        "visit_notes",
        &[("content_sealed", "visit_notes.content:")],
        "SELECT n.encounter_id AS id, n.author_id, n.status, n.content_sealed, n.signed_at, n.signature, n.created_at,
                n.updated_at
         FROM visits v JOIN visit_notes n ON n.encounter_id = v.encounter_id
         WHERE v.patient_id = ?1 ORDER BY n.encounter_id",
    ),
    Holding::sealed(
        "visit_note_amendments",
        &[("text_sealed", "visit_note_amendments.text:")],
        "SELECT a.id, a.encounter_id, a.author_id, a.text_sealed, a.signed_at, a.signature
         FROM visits v JOIN visit_note_amendments a ON a.encounter_id = v.encounter_id
         WHERE v.patient_id = ?1 ORDER BY a.id",
    ),
    Holding::sealed(
        "assessments",
        &[("input_sealed", "assessments.input:"), ("answer_sealed", "assessments.answer:")],
        "SELECT id, organization_id, encounter_id, recorded_by, status, triage_level, input_sealed, answer_sealed,
                knowledge_version, created_at, updated_at
         FROM assessments WHERE patient_id = ?1 ORDER BY id",
    ),
    Holding::sealed(
        "prescriptions",
        &[("content_sealed", "prescriptions.content:")],
        "SELECT id, organization_id, encounter_id, recorded_by, status, content_sealed, active_until, signed_at,
                signature, created_at, updated_at
         FROM prescriptions WHERE patient_id = ?1 ORDER BY id",
    ),
    Holding::sealed(
        "prescription_events",
        &[("content_sealed", "prescription_events.content:")],
        "SELECT id, prescription_id, kind, organization_id, recorded_by, content_sealed, recorded_at
         FROM prescription_events WHERE patient_id = ?1 ORDER BY id",
    ),
    Holding::plain(
        "at_pharmacies",
        "SELECT organization_id, prescription_id, is_open, sent_at FROM pharmacy_prescriptions WHERE patient_id = ?1",
    ),
    // What was decided stands with its reason in the prescriptions.
    Holding::plain(
        "alerts_decided_about",
        "SELECT prescriber_id, alert_key, shown_at, overridden_at FROM alert_overrides WHERE patient_id = ?1",
    ),
    // What was said in them, and their subjects, stand with the user's own rooms.
    Holding::plain(
        "rooms_about_them",
        "SELECT id, kind, organization_id, created_by, created_at, closed_at FROM rooms WHERE patient_id = ?1 ORDER BY id",
    ),
    Holding::plain("audit", "SELECT at, actor_id, action, subject_id FROM audit WHERE patient_id = ?1 ORDER BY id"),
];

/// What the law makes one keep of a record. Each row has `kept_from`, its `id`, and
/// what is sealed. A note and what was added to it are kept as long as one another.
pub const KEPT_OF_PATIENT: &[Holding] = &[
    Holding::sealed(
        "prescription",
        &[("content_sealed", "prescriptions.content:")],
        "SELECT id, patient_id, organization_id, encounter_id, recorded_by, content_sealed, signed_at, signature,
                created_at, signed_at AS kept_from
         FROM prescriptions WHERE patient_id = ?1 AND status = 'signed' ORDER BY id",
    ),
    Holding::sealed(
        "visit_note",
        &[("content_sealed", "visit_notes.content:")],
        "SELECT n.encounter_id AS id, n.patient_id, v.organization_id, n.author_id, n.content_sealed, n.signed_at,
                n.signature, n.created_at,
                MAX(n.signed_at, COALESCE((SELECT MAX(a.signed_at) FROM visit_note_amendments a
                                           WHERE a.encounter_id = n.encounter_id), 0)) AS kept_from
         FROM visits v JOIN visit_notes n ON n.encounter_id = v.encounter_id
         WHERE v.patient_id = ?1 AND n.status = 'signed' ORDER BY n.encounter_id",
    ),
    Holding::sealed(
        "visit_note_amendment",
        &[("text_sealed", "visit_note_amendments.text:")],
        "SELECT a.id, a.encounter_id, a.author_id, a.text_sealed, a.signed_at, a.signature,
                (SELECT MAX(o.signed_at) FROM visit_note_amendments o WHERE o.encounter_id = a.encounter_id) AS kept_from
         FROM visits v JOIN visit_note_amendments a ON a.encounter_id = v.encounter_id
         WHERE v.patient_id = ?1 ORDER BY a.id",
    ),
];

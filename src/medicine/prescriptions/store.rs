//! All SQL about prescriptions.

use super::lifecycle::{self, Event, EventKind};
use super::model::{Content, Prescription};
use super::taken::Taken;
use crate::audit::{self, Entry};
use crate::encryption::DataKey;
use crate::error::{Result, internal};
use crate::id::{Id, Timestamp};
use crate::medicine::listed::LONGEST_WASHOUT_DAYS;
use crate::platform::{Rows, Statement};
use crate::records::store::PatientFile;
use crate::services::App;
use serde::Deserialize;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

fn about(id: Id) -> String {
    ["prescriptions.content:", &id.to_string()].concat()
}

fn about_event(id: Id) -> String {
    ["prescription_events.content:", &id.to_string()].concat()
}

/// Stores a draft.
///
/// # Errors
/// When the host has no randomness.
pub fn insert(app: &App, file: &PatientFile, prescription: &Prescription) -> Result<Statement> {
    Ok(Statement::new(
        "INSERT INTO prescriptions (id, patient_id, organization_id, encounter_id, recorded_by, status,
                                    content_sealed, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, 'draft', ?6, ?7, ?7)",
    )
    .bind(prescription.id)
    .bind(prescription.patient_id)
    .bind(file.organization_id)
    .bind(prescription.encounter_id)
    .bind(prescription.prescriber_id)
    .bind(seal(app, &file.key, prescription)?)
    .bind(prescription.created_at.0))
}

/// Makes a draft of this version a signed prescription. That the prescriber is
/// still a doctor who cares for the patient, licensed and not suspended, and that nothing was signed since the check, is asked in the same statement.
///
/// # Errors
/// When the host has no randomness.
pub fn sign(
    app: &App,
    file: &PatientFile,
    prescription: &Prescription,
    taken: &Taken,
    signed_at: Timestamp,
    signature: &str,
) -> Result<Statement> {
    Ok(Statement::new(
        "UPDATE prescriptions SET status = 'signed', content_sealed = ?1, signed_at = ?2, signature = ?3,
                active_until = ?4, version = version + 1, updated_at = ?2
         WHERE id = ?5 AND version = ?6 AND status = 'draft'
           AND EXISTS (SELECT 1 FROM care_relationships c
                       JOIN users u ON u.id = c.practitioner_id AND u.suspended_at IS NULL
                       JOIN staff s ON s.user_id = c.practitioner_id AND s.role = 'doctor' AND s.ended_at IS NULL
                            AND (c.organization_id IS NULL OR s.organization_id = c.organization_id)
                       WHERE c.patient_id = ?8 AND c.practitioner_id = ?7 AND c.ended_at IS NULL
                         AND (?10 = 0 OR EXISTS (SELECT 1 FROM licences l WHERE l.user_id = s.user_id
                              AND l.organization_id = s.organization_id AND l.verified_at IS NOT NULL)))
           AND (SELECT COUNT(*) FROM prescriptions WHERE patient_id = ?8 AND status = 'signed') = ?9",
    )
    .bind(seal(app, &file.key, prescription)?)
    .bind(signed_at.0)
    .bind(signature)
    .bind(super::taken::until(prescription, signed_at).map(|until| until.0))
    .bind(prescription.id)
    .bind(prescription.version)
    .bind(prescription.prescriber_id)
    .bind(prescription.patient_id)
    .bind(taken.signed())
    .bind(i64::from(app.config.require_verified_licence))
    .expect_one())
}

fn seal(app: &App, key: &DataKey, prescription: &Prescription) -> Result<String> {
    let content = Content {
        items: prescription.items.clone(),
        overrides: prescription.overrides.clone(),
        alerts: prescription.alerts.clone(),
        not_assessed: prescription.not_assessed.clone(),
        knowledge_version: prescription.knowledge_version.clone(),
        renews: prescription.renews,
    };
    Ok(key.seal_json(app.entropy.as_ref(), &about(prescription.id), &content)?)
}

#[derive(Deserialize)]
struct Row {
    id: Id,
    patient_id: Id,
    encounter_id: Option<Id>,
    recorded_by: Id,
    content_sealed: String,
    signed_at: Option<i64>,
    signature: Option<String>,
    version: i64,
    created_at: i64,
    events: String,
}

#[derive(Deserialize)]
struct EventRow {
    id: Id,
    sequence: i64,
    kind: EventKind,
    organization_id: Option<Id>,
    content_sealed: String,
    recorded_at: i64,
}

impl EventRow {
    fn open(self, key: &DataKey) -> Result<Event> {
        let content = key.open_json(&about_event(self.id), &self.content_sealed)?;
        let at = Timestamp(self.recorded_at);
        Ok(Event { kind: self.kind, organization_id: self.organization_id, at, content })
    }
}

impl Row {
    fn open(self, key: &DataKey, now: Timestamp) -> Result<Prescription> {
        let content: Content = key.open_json(&about(self.id), &self.content_sealed)?;
        let mut rows: Vec<EventRow> = crate::json::read(&self.events).map_err(internal)?;
        rows.sort_unstable_by_key(|row| row.sequence);
        let events: Vec<Event> = rows.into_iter().map(|row| row.open(key)).collect::<Result<_>>()?;
        let signed_at = self.signed_at.map(Timestamp);
        let dispensed = events.iter().flat_map(|event| event.content.dispensed.iter().cloned()).collect();
        Ok(Prescription {
            id: self.id,
            status: lifecycle::status(&content.items, signed_at, &events, now),
            patient_id: self.patient_id,
            encounter_id: self.encounter_id,
            prescriber_id: self.recorded_by,
            renews: content.renews,
            items: content.items,
            overrides: content.overrides,
            alerts: content.alerts,
            not_assessed: content.not_assessed,
            knowledge_version: content.knowledge_version,
            created_at: Timestamp(self.created_at),
            signed_at,
            signature: self.signature,
            expires_at: signed_at.map(lifecycle::expires_at),
            pharmacy_id: lifecycle::pharmacy(&events),
            dispensed,
            patient: None,
            events,
            version: self.version,
        })
    }
}

/// Whose prescription it is, and who wrote it; `None` when there is no such prescription.
///
/// # Errors
/// When the database fails.
pub async fn owners(app: &App, id: Id) -> Result<Option<(Id, Id)>> {
    #[derive(Deserialize)]
    struct Found {
        patient_id: Id,
        recorded_by: Id,
    }
    let select = Statement::new("SELECT patient_id, recorded_by FROM prescriptions WHERE id = ?1").bind(id);
    Ok(app.query(select).await?.first::<Found>()?.map(|found| (found.patient_id, found.recorded_by)))
}

/// The prescription of this patient.
///
/// # Errors
/// When the database fails or the content does not open.
pub async fn prescription(app: &App, file: &PatientFile, id: Id) -> Result<Option<Prescription>> {
    let row = app.query(select_one(file, id)).await?.first::<Row>()?;
    row.map(|row| row.open(&file.key, app.now())).transpose()
}

/// The same for whoever reads it, which is recorded with it.
///
/// # Errors
/// As [`prescription`].
pub async fn read_prescription(app: &App, file: &PatientFile, id: Id, read: Entry) -> Result<Option<Prescription>> {
    let rows = audit::read(app, select_one(file, id), read).await?;
    rows.first::<Row>()?.map(|row| row.open(&file.key, app.now())).transpose()
}

fn select_one(file: &PatientFile, id: Id) -> Statement {
    Statement::new(
        "SELECT id, patient_id, encounter_id, recorded_by, content_sealed, signed_at, signature, version, created_at,
                (SELECT json_group_array(json_object('id', e.id, 'sequence', e.sequence, 'kind', e.kind,
                          'organization_id', e.organization_id, 'content_sealed', e.content_sealed,
                          'recorded_at', e.recorded_at))
                 FROM prescription_events e WHERE e.prescription_id = prescriptions.id) AS events
         FROM prescriptions WHERE id = ?1 AND patient_id = ?2",
    )
    .bind(id)
    .bind(file.id)
}

/// A page of a patient's prescriptions, latest first; that it was read is recorded as `listed`.
///
/// # Errors
/// When the database fails or a content does not open.
pub async fn prescriptions(
    app: &App,
    file: &PatientFile,
    before: &str,
    rows: usize,
    listed: Entry,
) -> Result<Vec<Prescription>> {
    open_page(file, &audit::read(app, select_page(file.id, before, rows), listed).await?, app.now())
}

/// Selects the signed prescriptions of which something is taken or may still act, and counts all that were signed.
#[must_use]
pub fn select_taken(file: &PatientFile, now: Timestamp) -> [Statement; 2] {
    let lately = Statement::new(
        "SELECT id, patient_id, encounter_id, recorded_by, content_sealed, signed_at, signature, version, created_at,
                (SELECT json_group_array(json_object('id', e.id, 'sequence', e.sequence, 'kind', e.kind,
                          'organization_id', e.organization_id, 'content_sealed', e.content_sealed,
                          'recorded_at', e.recorded_at))
                 FROM prescription_events e WHERE e.prescription_id = prescriptions.id) AS events
         FROM prescriptions
         WHERE patient_id = ?1 AND status = 'signed'
           AND (active_until IS NULL OR active_until > ?2
                OR EXISTS (SELECT 1 FROM prescription_events d
                           WHERE d.prescription_id = prescriptions.id AND d.recorded_at > ?2))
           AND NOT EXISTS (SELECT 1 FROM prescription_events c
                           WHERE c.prescription_id = prescriptions.id AND c.kind = 'cancelled' AND c.recorded_at <= ?2)",
    )
    .bind(file.id)
    .bind(now.0 - i64::from(LONGEST_WASHOUT_DAYS) * DAY_MS);
    let count =
        Statement::new("SELECT COUNT(*) AS signed FROM prescriptions WHERE patient_id = ?1 AND status = 'signed'")
            .bind(file.id);
    [lately, count]
}

/// Selects a page of a patient's prescriptions, latest first; [`open_page`] opens it.
#[must_use]
pub fn select_page(patient_id: Id, before: &str, rows: usize) -> Statement {
    Statement::new(
        "SELECT id, patient_id, encounter_id, recorded_by, content_sealed, signed_at, signature, version, created_at,
                (SELECT json_group_array(json_object('id', e.id, 'sequence', e.sequence, 'kind', e.kind,
                          'organization_id', e.organization_id, 'content_sealed', e.content_sealed,
                          'recorded_at', e.recorded_at))
                 FROM prescription_events e WHERE e.prescription_id = prescriptions.id) AS events
         FROM prescriptions WHERE patient_id = ?1 AND status IN ('draft', 'signed') AND id < ?2
         ORDER BY id DESC LIMIT ?3",
    )
    .bind(patient_id)
    .bind(before)
    .bind(rows)
}

/// Opens a page of prescriptions.
///
/// # Errors
/// When a content does not open.
pub fn open_page(file: &PatientFile, rows: &Rows, now: Timestamp) -> Result<Vec<Prescription>> {
    rows.all::<Row>()?.into_iter().map(|row| row.open(&file.key, now)).collect()
}

/// Adds what happened to a signed prescription, if nothing else happened since it was read.
///
/// # Errors
/// When the host has no randomness.
pub fn add_event(
    app: &App,
    file: &PatientFile,
    prescription: &Prescription,
    recorded_by: Id,
    event: &Event,
) -> Result<Statement> {
    let id = app.new_id()?;
    let content = file.key.seal_json(app.entropy.as_ref(), &about_event(id), &event.content)?;
    let insert = Statement::new(
        "INSERT INTO prescription_events (id, prescription_id, patient_id, sequence, kind, organization_id, recorded_by,
                                          content_sealed, recorded_at)
         SELECT ?1, ?2, ?3, ?4 + 1, ?5, ?6, ?7, ?8, ?9
         WHERE (SELECT COUNT(*) FROM prescription_events WHERE prescription_id = ?2) = ?4",
    );
    let kind = match event.kind {
        EventKind::Sent => "sent",
        EventKind::Dispensed => "dispensed",
        EventKind::Returned => "returned",
        EventKind::Cancelled => "cancelled",
    };
    let insert = insert.bind(id).bind(prescription.id).bind(file.id).bind(prescription.events.len()).bind(kind);
    let insert = insert.bind(event.organization_id).bind(recorded_by).bind(content).bind(event.at.0);
    Ok(insert.expect_one())
}

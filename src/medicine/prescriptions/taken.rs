//! What a patient takes by prescription, and what they took until lately, as a check sees it.

use super::lifecycle::EventKind;
use super::model::{Item, Prescription, Status};
use super::store::open_page;
use crate::error::Result;
use crate::id::Timestamp;
use crate::medicine::listed::LONGEST_WASHOUT_DAYS;
use crate::medicine::model::{Day, NamedMedicine};
use crate::platform::{Rows, Statement};
use crate::records::majority::today;
use crate::records::store::PatientFile;
use serde::Deserialize;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What a patient takes by prescription, and what they took.
#[derive(Default)]
pub struct Taken {
    /// Items of prescriptions that are signed, not over and not taken back.
    pub items: Vec<Item>,
    /// Items that are over or taken back, with the day on which they ended.
    pub stopped: Vec<NamedMedicine>,
    /// The prescriptions that `items` are of.
    pub running: Vec<Prescription>,
    signed: i64,
}

impl Taken {
    /// How many prescriptions had been signed: the number only grows.
    #[must_use]
    pub fn signed(&self) -> i64 {
        self.signed
    }

    fn add(&mut self, prescription: Prescription, now: Timestamp) {
        let mut is_running = false;
        for item in &prescription.items {
            match end_of(item, &prescription) {
                End::Never => {}
                End::At(at) if at <= now => self.stopped.push(NamedMedicine {
                    id: Some(item.medicine_id.clone()),
                    stopped_on: Some(Day(today(at))),
                    ..NamedMedicine::default()
                }),
                End::At(_) | End::Open => {
                    self.items.push(item.clone());
                    is_running = true;
                }
            }
        }
        if is_running {
            self.running.push(prescription);
        }
    }
}

enum End {
    /// It was never taken.
    Never,
    /// It is taken until then.
    At(Timestamp),
    /// It has no end.
    Open,
}

/// Until when an item is taken: as long as it lasts, from the signature or from when it was last handed over, whichever is later.
fn end_of(item: &Item, prescription: &Prescription) -> End {
    let Some(signed_at) = prescription.signed_at else { return End::Never };
    let of = |kind: EventKind| prescription.events.iter().rfind(|event| event.kind == kind).map(|event| event.at);
    let dispensed = of(EventKind::Dispensed);
    if let (Status::Cancelled, Some(cancelled)) = (prescription.status, of(EventKind::Cancelled)) {
        // Taken back on the day of its signature, and nothing handed over: a slip of the pen.
        let was_taken = dispensed.is_some() || today(cancelled) != today(signed_at);
        return if was_taken { End::At(cancelled) } else { End::Never };
    }
    let Some(days) = item.duration_days else { return End::Open };
    let lasts = i64::from(days.0) * DAY_MS;
    let repeated = signed_at.0 + lasts * (1 + i64::from(item.repeats.0));
    End::At(Timestamp(dispensed.map_or(repeated, |at| repeated.max(at.0 + lasts))))
}

/// Until when the longest item is taken if nothing happens to the prescription; `None` when one has no end.
#[must_use]
pub fn until(prescription: &Prescription, signed_at: Timestamp) -> Option<Timestamp> {
    let lasts = |item: &Item| Some(i64::from(item.duration_days?.0) * (1 + i64::from(item.repeats.0)));
    let days = prescription.items.iter().map(lasts).try_fold(0, |most, days| Some(most.max(days?)))?;
    Some(Timestamp(signed_at.0 + days * DAY_MS))
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

/// Opens what [`select_taken`] found.
///
/// # Errors
/// When a content does not open.
pub fn open_taken(file: &PatientFile, lately: &Rows, count: &Rows, now: Timestamp) -> Result<Taken> {
    #[derive(Deserialize)]
    struct Count {
        signed: i64,
    }
    let signed = count.first::<Count>()?.map_or(0, |count| count.signed);
    let mut taken = Taken { signed, ..Taken::default() };
    for prescription in open_page(file, lately, now)? {
        taken.add(prescription, now);
    }
    Ok(taken)
}

//! What a patient takes by prescription, and what they took until lately, as a check sees it.

use super::item::Item;
use super::lifecycle::EventKind;
use super::model::{Prescription, Status};
use super::store::open_page;
use crate::error::Result;
use crate::id::Timestamp;
use crate::medicine::model::{Day, NamedMedicine};
use crate::platform::Rows;
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

/// Opens what [`super::store::select_taken`] found.
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

//! What becomes of a prescription after it was signed, worked out from what happened to it.

use super::item::Item;
use super::model::{Dispensed, Status};
use crate::http::Reason;
use crate::id::{Id, Timestamp};
use serde::{Deserialize, Serialize};

/// Days after signing in which a prescription can be dispensed.
pub const VALID_DAYS: i64 = 90;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What can happen to a signed prescription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// It was sent to a pharmacy.
    Sent,
    /// Some of it, or all, was handed over.
    Dispensed,
    /// The pharmacy gave it back.
    Returned,
    /// The prescriber took it back.
    Cancelled,
}

/// What is sealed of an event.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EventContent {
    /// What was handed over.
    #[serde(default)]
    pub dispensed: Vec<Dispensed>,
    /// Whether nothing more is owed.
    #[serde(default)]
    pub complete: bool,
    /// Why, or what to know.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Something that happened to a signed prescription.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// What.
    pub kind: EventKind,
    /// The pharmacy.
    pub organization_id: Option<Id>,
    /// When.
    pub at: Timestamp,
    /// What is known of it.
    pub content: EventContent,
}

/// When a prescription that was signed then can no longer be dispensed.
#[must_use]
pub fn expires_at(signed_at: Timestamp) -> Timestamp {
    Timestamp(signed_at.0 + VALID_DAYS * DAY_MS)
}

/// The pharmacy that has it now.
#[must_use]
pub fn pharmacy(events: &[Event]) -> Option<Id> {
    let last = events.iter().rfind(|event| matches!(event.kind, EventKind::Sent | EventKind::Returned))?;
    last.organization_id.filter(|_| last.kind == EventKind::Sent)
}

/// Where a prescription stands.
#[must_use]
pub fn status(items: &[Item], signed_at: Option<Timestamp>, events: &[Event], now: Timestamp) -> Status {
    let Some(signed_at) = signed_at else { return Status::Draft };
    if events.iter().any(|event| event.kind == EventKind::Cancelled) {
        return Status::Cancelled;
    }
    if is_complete(items, events) {
        return Status::Dispensed;
    }
    if now >= expires_at(signed_at) {
        return Status::Expired;
    }
    if events.iter().any(|event| event.kind == EventKind::Dispensed) {
        return Status::PartlyDispensed;
    }
    if pharmacy(events).is_some() { Status::Sent } else { Status::Signed }
}

/// How much of an item was handed over so far.
#[must_use]
pub fn dispensed(medicine_id: &str, events: &[Event]) -> f64 {
    let all = events.iter().flat_map(|event| &event.content.dispensed);
    all.filter(|dispensed| dispensed.medicine_id.0 == medicine_id).map(|dispensed| dispensed.quantity.value.0).sum()
}

/// How much of an item may be handed over in all: its quantity, and again for each repeat.
#[must_use]
pub fn owed(item: &Item) -> Option<f64> {
    item.quantity.as_ref().map(|quantity| quantity.value.0 * f64::from(1 + item.repeats.0))
}

fn is_complete(items: &[Item], events: &[Event]) -> bool {
    let dispensing = events.iter().filter(|event| event.kind == EventKind::Dispensed).count() > 0;
    let said = events.iter().any(|event| event.content.complete);
    let all = items.iter().all(|item| owed(item).is_some_and(|owed| dispensed(&item.medicine_id.0, events) >= owed));
    dispensing && (said || all)
}

/// What is wrong with handing this over, by its place in the list.
#[must_use]
pub fn faults(items: &[Item], events: &[Event], given: &[Dispensed]) -> Vec<(usize, &'static str, Reason)> {
    let mut faults = Vec::new();
    for (at, one) in given.iter().enumerate() {
        let Some(item) = items.iter().find(|item| item.medicine_id == one.medicine_id) else {
            faults.push((at, "medicine_id", Reason::invalid("is not an item of this prescription")));
            continue;
        };
        let Some(quantity) = &item.quantity else { continue };
        if quantity.unit != one.quantity.unit {
            let message = ["must be in ", &quantity.unit.0, ", as it was prescribed"].concat();
            faults.push((at, "quantity/unit", Reason::invalid(message)));
            continue;
        }
        let of_it = given[..=at].iter().filter(|other| other.medicine_id == one.medicine_id);
        let after = dispensed(&one.medicine_id.0, events) + of_it.map(|other| other.quantity.value.0).sum::<f64>();
        if owed(item).is_some_and(|owed| after > owed) {
            let left = owed(item).unwrap_or_default() - dispensed(&one.medicine_id.0, events);
            let message = ["is more than is left of it: ", &left.max(0.0).to_string()].concat();
            faults.push((at, "quantity/value", Reason::out_of_range(message)));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::medicine::model::{Amount, Measure};
    use crate::medicine::prescriptions::item::Repeats;
    use crate::records::clinical_data::Term;

    const SIGNED: Timestamp = Timestamp(1_795_000_000_000);

    fn tablets(value: f64) -> Measure {
        Measure { value: Amount(value), unit: Term("{tablet}".into()) }
    }

    fn item(repeats: u8) -> Item {
        Item {
            medicine_id: Term("amoxicillin".into()),
            dose: Measure { value: Amount(500.0), unit: Term("mg".into()) },
            timing: None,
            as_needed: true,
            max_per_24h: None,
            route: None,
            duration_days: None,
            quantity: Some(tablets(20.0)),
            instructions: None,
            repeats: Repeats(repeats),
            substitution_allowed: true,
        }
    }

    fn given(count: f64) -> Dispensed {
        Dispensed { medicine_id: Term("amoxicillin".into()), quantity: tablets(count) }
    }

    fn event(kind: EventKind, dispensed: Vec<Dispensed>) -> Event {
        let organization_id = Id::parse("01932c07-5d3a-7a00-8000-3a5a2c9e1b10");
        Event { kind, organization_id, at: SIGNED, content: EventContent { dispensed, ..EventContent::default() } }
    }

    fn stands(repeats: u8, events: &[Event], days: i64) -> Status {
        status(&[item(repeats)], Some(SIGNED), events, Timestamp(SIGNED.0 + days * DAY_MS))
    }

    #[test]
    fn it_goes_from_signed_to_dispensed() {
        let sent = event(EventKind::Sent, vec![]);
        let half = event(EventKind::Dispensed, vec![given(10.0)]);
        assert_eq!(status(&[item(0)], None, &[], SIGNED), Status::Draft);
        assert_eq!(stands(0, &[], 0), Status::Signed);
        assert_eq!(stands(0, std::slice::from_ref(&sent), 0), Status::Sent);
        assert_eq!(stands(0, &[sent.clone(), half.clone()], 0), Status::PartlyDispensed);
        assert_eq!(stands(0, &[sent.clone(), half.clone(), half.clone()], 0), Status::Dispensed);
        assert_eq!(stands(1, &[sent.clone(), half.clone(), half], 0), Status::PartlyDispensed, "a repeat is left");
        let returned = event(EventKind::Returned, vec![]);
        assert_eq!(
            (stands(0, &[sent.clone(), returned.clone()], 0), pharmacy(&[sent, returned])),
            (Status::Signed, None)
        );
    }

    #[test]
    fn it_ends_after_90_days_or_when_it_is_taken_back() {
        let sent = event(EventKind::Sent, vec![]);
        assert_eq!(stands(0, std::slice::from_ref(&sent), 89), Status::Sent);
        assert_eq!(stands(0, std::slice::from_ref(&sent), 90), Status::Expired);
        let all = event(EventKind::Dispensed, vec![given(20.0)]);
        assert_eq!(stands(0, &[sent.clone(), all], 100), Status::Dispensed);
        assert_eq!(stands(0, &[sent, event(EventKind::Cancelled, vec![])], 0), Status::Cancelled);
    }

    #[test]
    fn no_more_is_handed_over_than_is_left() {
        let half = [event(EventKind::Dispensed, vec![given(10.0)])];
        assert!(faults(&[item(0)], &half, &[given(10.0)]).is_empty());
        assert_eq!(faults(&[item(0)], &half, &[given(10.5)]).len(), 1);
        assert_eq!(faults(&[item(0)], &half, &[given(5.0), given(6.0)]).len(), 1);
        assert!(faults(&[item(1)], &half, &[given(30.0)]).is_empty());
        let other = Dispensed { medicine_id: Term("ibuprofen".into()), quantity: tablets(1.0) };
        assert_eq!(faults(&[item(0)], &[], &[other])[0].1, "medicine_id");
    }
}

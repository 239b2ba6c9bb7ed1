//! Whether a prescription may be made: every alert that interrupts and touches
//! one of its items must have been decided about by the prescriber.

use super::item::Item;
use super::model::Override;
use super::overrides::{Kept, Memory};
use crate::error::{Error, FieldError, Problem, Result, invalid};
use crate::knowledge::tables::Severity;
use crate::medicine::catalogue;
use crate::medicine::check::{check, unrecognised};
use crate::medicine::model::{Alert, CheckAnswer, NamedMedicine, NotAssessed, Unknown};
use crate::problem;
use crate::records::clinical_data::PatientData;
use crate::records::majority::today;

/// Refuses items that are not in the catalogue: what is not known is never safe.
///
/// # Errors
/// 422 on each of them, with names that may have been meant.
pub fn require_known(items: &[Item]) -> Result<()> {
    let unknown = items.iter().enumerate().filter(|(_, item)| catalogue::by_id(&item.medicine_id.0).is_none());
    let errors: Vec<FieldError> = unknown
        .map(|(at, item)| {
            let names = catalogue::names();
            let similar =
                unrecognised("items", &item.medicine_id.0, names, |at| Some(catalogue::get(at)?.id)).did_you_mean;
            let hint =
                if similar.is_empty() { String::new() } else { [" Did you mean ", &similar.join(", "), "?"].concat() };
            let pointer = ["/items/", &at.to_string(), "/medicine_id"].concat();
            FieldError::body(pointer, "unknown_medicine", ["is not a medicine of the catalogue.", &hint].concat())
        })
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(invalid(errors)) }
}

/// What a check found of a prescription.
pub struct Judgement {
    /// The answer.
    pub answer: CheckAnswer,
    /// What is to be kept of the alerts that interrupt.
    pub kept: Vec<Kept>,
    /// How many interrupt and were not decided about, now or lately.
    open: usize,
}

impl Judgement {
    /// The answer, if it may be prescribed so. Whether that needs step-up, [`overrides_contraindication`] tells.
    ///
    /// # Errors
    /// 409 with the alerts.
    pub fn pass(self) -> Result<CheckAnswer> {
        if self.open > 0 { Err(unsafe_prescription(self.open, &self.answer)) } else { Ok(self.answer) }
    }
}

/// Checks the items together with what the patient takes and took; what was decided about, now or lately, does not interrupt.
///
/// # Errors
/// 422 for an override of nothing.
pub fn judge(
    patient: &PatientData,
    items: &[Item],
    taken: &[NamedMedicine],
    overrides: &[Override],
    memory: &Memory,
) -> Result<Judgement> {
    let today = today(memory.now);
    let medicines: Vec<NamedMedicine> = items.iter().map(NamedMedicine::from).chain(taken.iter().cloned()).collect();
    let mut answer = check(patient, &medicines, today);
    // A prescription keeps no names that nobody knows: what they might have told was not judged.
    answer.not_assessed.extend(answer.unknown.iter().map(unrecognised_datum));
    // What the patient takes already is not this prescription's to answer for.
    answer.alerts.retain(|alert| alert.medicines.iter().any(|id| items.iter().any(|item| item.medicine_id.0 == *id)));
    let of_nothing = overrides
        .iter()
        .enumerate()
        .filter(|(_, decided)| !answer.alerts.iter().any(|alert| alert.id == decided.alert.0));
    let errors: Vec<FieldError> = of_nothing
        .map(|(at, _)| {
            FieldError::body(
                ["/overrides/", &at.to_string(), "/alert"].concat(),
                "unknown_alert",
                "is not an alert of this prescription",
            )
        })
        .collect();
    if !errors.is_empty() {
        return Err(invalid(errors));
    }
    let decided = |alert: &Alert| overrides.iter().any(|decision| decision.alert.0 == alert.id);
    let holds = |alert: &Alert| memory.holds(alert, patient, &medicines);
    let open = answer.alerts.iter().filter(|alert| alert.interrupts() && !decided(alert) && !holds(alert)).count();
    let kept = memory.to_keep(&answer.alerts, overrides, patient, &medicines);
    Ok(Judgement { answer, kept, open })
}

fn unrecognised_datum(unknown: &Unknown) -> NotAssessed {
    let kind = match unknown.field.as_str() {
        "allergies" => "allergy",
        "conditions" => "contraindication",
        _ => "interaction",
    };
    NotAssessed { kind: kind.to_owned(), missing: ["knowledge of ", &unknown.name].concat() }
}

/// Whether a contraindication was overridden to let this pass: that needs step-up.
#[must_use]
pub fn overrides_contraindication(answer: &CheckAnswer) -> bool {
    answer.alerts.iter().any(|alert| alert.severity == Severity::Contraindicated)
}

fn named(unknown: &Unknown, name: &str) -> Unknown {
    Unknown { field: unknown.field.clone(), name: name.to_owned(), did_you_mean: Vec::new() }
}

fn unsafe_prescription(open: usize, answer: &CheckAnswer) -> Error {
    let unnamed: Vec<Unknown> = answer.unknown.iter().map(|unknown| named(unknown, IN_THE_RECORD)).collect();
    let told: Vec<NotAssessed> = answer.unknown.iter().map(unrecognised_datum).collect();
    let of_knowledge = answer.not_assessed.iter().filter(|datum| !told.contains(datum)).cloned();
    let not_assessed: Vec<NotAssessed> = of_knowledge.chain(unnamed.iter().map(unrecognised_datum)).collect();
    let detail = [&open.to_string(), " alert(s) must be decided about before this can be prescribed."].concat();
    Problem::new(&problem::UNSAFE_PRESCRIPTION, detail)
        .with("alerts", &answer.alerts)
        .with("unknown", unnamed)
        .with("not_assessed", not_assessed)
        .into()
}

/// In place of words of the record, which no error repeats; the draft that is made in the end has them.
const IN_THE_RECORD: &str = "a name that the record has";

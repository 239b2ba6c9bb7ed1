//! The whole check: every medicine against every other and against the patient.
//! Pure: no clock, no database, the same answer from the same tables.

use super::catalogue::{self, get, with_ingredients};
use super::facts::PatientFacts;
use super::model::{Alert, CheckAnswer, Checked, NamedMedicine, NotAssessed, Unknown};
use super::{allergies, cautions, duplicates, interactions};
use crate::knowledge::tables::Index;
use crate::knowledge::version;
use crate::names::NameIndex;
use crate::records::clinical_data::PatientData;
use crate::records::comorbidities;

/// Checks the medicines for this patient; what the patient takes counts.
#[must_use]
pub fn check(patient: &PatientData, medicines: &[NamedMedicine]) -> CheckAnswer {
    let mut unknown = Vec::new();
    let mut checked = Vec::new();
    let mut found = Vec::new();
    let mut not_assessed = Vec::new();
    let taken = patient.medicines.iter().flatten();
    let taken = taken.map(|name| NamedMedicine { name: Some(name.clone()), ..NamedMedicine::default() });
    for named in medicines.iter().cloned().chain(taken) {
        let written = named.written().unwrap_or_default().to_owned();
        match catalogue::resolve(&named).and_then(|index| Some((index, get(index)?))) {
            Some((index, row)) => {
                found.push(index);
                not_assessed.extend(unjudged(&named, row.id));
                checked.push(Checked { name: written, id: row.id.to_owned(), covers: row.covers.clone() });
            }
            None => unknown.push(unrecognised("medicines", &written, catalogue::names(), |at| Some(get(at)?.name))),
        }
    }

    let facts = PatientFacts {
        data: patient,
        comorbidities: comorbidities_of(patient, &mut unknown),
        medicines: found.iter().flat_map(|index| with_ingredients(*index)).collect(),
    };
    let mut alerts = interactions::alerts(&found);
    alerts.extend(duplicates::alerts(&found));
    let (cautions, missing) = cautions::alerts(&found, &facts);
    alerts.extend(cautions);
    not_assessed.extend(missing);
    match &patient.allergies {
        Some(list) => {
            let (allergic, unrecognised) = allergies::alerts(&found, list);
            alerts.extend(allergic);
            unknown.extend(unrecognised);
        }
        None => {
            not_assessed.push(missing_datum("allergy", "allergies"));
        }
    }
    // Each once, in an order that does not depend on that of the medicines.
    not_assessed.sort_unstable();
    not_assessed.dedup();
    CheckAnswer { alerts: worst_first(alerts), checked, unknown, not_assessed, knowledge_version: version().to_owned() }
}

/// What a caller said of a medicine that these tables cannot judge.
fn unjudged(named: &NamedMedicine, id: &str) -> Option<NotAssessed> {
    if named.stopped_on.is_some() {
        // It counts as if it were taken: how long it acts is not in the tables.
        return Some(missing_datum("interaction", &["washout of ", id].concat()));
    }
    named.dose.as_ref().map(|_| missing_datum("dose", &["dose limits of ", id].concat()))
}

fn missing_datum(kind: &str, missing: &str) -> NotAssessed {
    NotAssessed { kind: kind.to_owned(), missing: missing.to_owned() }
}

/// What the patient has; names that are not known are added to `unknown`.
pub fn comorbidities_of(patient: &PatientData, unknown: &mut Vec<Unknown>) -> Option<Vec<Index>> {
    let conditions = patient.conditions.as_ref()?;
    let mut found = Vec::new();
    for condition in conditions {
        match comorbidities::names().exact(&condition.0).first() {
            Some(index) => found.push(*index),
            None => {
                let table = &crate::knowledge::comorbidities().comorbidities;
                unknown.push(unrecognised("conditions", &condition.0, comorbidities::names(), |at| {
                    Some(table.get(usize::from(at))?.name)
                }));
            }
        }
    }
    Some(found)
}

/// A name that is not known, with those that it may have meant.
pub fn unrecognised(
    field: &str,
    name: &str,
    names: &NameIndex,
    name_of: impl Fn(Index) -> Option<&'static str>,
) -> Unknown {
    let similar = names.similar(name).into_iter().filter_map(name_of);
    Unknown { field: field.to_owned(), name: name.to_owned(), did_you_mean: similar.map(str::to_owned).collect() }
}

fn worst_first(mut alerts: Vec<Alert>) -> Vec<Alert> {
    alerts.sort_unstable_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.id.cmp(&b.id)));
    alerts.dedup_by(|a, b| a.id == b.id);
    alerts
}

//! The whole check: every medicine against every other and against the patient.
//! Pure: no clock, no database, the same answer from the same tables.

use super::catalogue::{self, get, with_ingredients};
use super::facts::PatientFacts;
use super::listed::{Holders, Listed, exposure};
use super::model::{Alert, CheckAnswer, Checked, NamedMedicine, NotAssessed, Unknown};
use super::{allergies, cautions, dose_limits, duplicates, interactions, sums};
use crate::knowledge::tables::Index;
use crate::knowledge::version;
use crate::names::NameIndex;
use crate::records::clinical_data::PatientData;
use crate::records::comorbidities;
use chrono::NaiveDate;

/// Checks the medicines for this patient on this day; what the patient takes counts.
#[must_use]
pub fn check(patient: &PatientData, medicines: &[NamedMedicine], today: NaiveDate) -> CheckAnswer {
    let taken = patient.medicines.iter().flatten();
    let taken = taken.map(|name| NamedMedicine { name: Some(name.clone()), ..NamedMedicine::default() });
    let named: Vec<NamedMedicine> = medicines.iter().cloned().chain(taken).collect();
    let mut answer = CheckAnswer { knowledge_version: version().to_owned(), ..CheckAnswer::default() };
    let list = recognise(&named, today, &mut answer);

    let holders = Holders::of_list(list.iter().map(|listed| listed.index));
    let current: Vec<Index> = list.iter().filter(|listed| listed.is_taken()).map(|listed| listed.index).collect();
    let facts = PatientFacts {
        data: patient,
        comorbidities: comorbidities_of(patient, &mut answer.unknown),
        medicines: list.iter().flat_map(|listed| with_ingredients(listed.index)).collect(),
    };
    let (sums, of_sums) = sums::alerts(&list, &holders, &facts);
    let interactions = interactions::alerts(&list, &holders);
    let mut duplicates = duplicates::alerts(&current);
    duplicates.retain(|duplicate| {
        !duplicate.class.is_some_and(|class| interactions::says_already(&interactions, &duplicate.alert, class))
    });
    let pairs = interactions
        .into_iter()
        .filter(|found| !sums::say_already(&sums, found) && !duplicates::say_already(&duplicates, found));
    answer.alerts.extend(pairs.map(|found| found.alert));
    answer.alerts.extend(sums.into_iter().map(|reached| reached.alert));
    answer.alerts.extend(duplicates.into_iter().map(|duplicate| duplicate.alert));
    let (cautions, of_cautions) = cautions::alerts(&current, &facts);
    let (doses, of_doses) = dose_limits::alerts(&list, &facts);
    answer.alerts.extend(cautions.into_iter().chain(doses));
    answer.not_assessed.extend(of_sums.into_iter().chain(of_cautions).chain(of_doses));
    match &patient.allergies {
        Some(list) => {
            let (allergic, unrecognised) = allergies::alerts(&current, list);
            answer.alerts.extend(allergic);
            answer.unknown.extend(unrecognised);
        }
        None => answer.not_assessed.push(missing_datum("allergy", "allergies")),
    }
    // Each once, in an order that does not depend on that of the medicines.
    answer.not_assessed.sort_unstable();
    answer.not_assessed.dedup();
    worst_first(&mut answer.alerts);
    answer
}

/// The medicines that are known and still act; the rest is told in the answer.
fn recognise<'a>(named: &'a [NamedMedicine], today: NaiveDate, answer: &mut CheckAnswer) -> Vec<Listed<'a>> {
    let mut list = Vec::new();
    for named in named {
        let written = named.written().unwrap_or_default().to_owned();
        let Some((index, row)) = catalogue::resolve(named).and_then(|index| Some((index, get(index)?))) else {
            answer.unknown.push(unrecognised("medicines", &written, catalogue::names(), |at| Some(get(at)?.name)));
            continue;
        };
        let (exposure, unjudged) = exposure(index, named, today);
        answer.not_assessed.extend(unjudged);
        answer.checked.push(Checked { name: written, id: row.id.to_owned(), covers: row.covers.clone() });
        list.extend(exposure.map(|exposure| Listed { index, named, exposure }));
    }
    // What was stopped and is taken again is taken.
    let taken: Vec<Index> = list.iter().filter(|listed| listed.is_taken()).map(|listed| listed.index).collect();
    list.retain(|listed| listed.is_taken() || !taken.contains(&listed.index));
    list
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

fn worst_first(alerts: &mut Vec<Alert>) {
    alerts.sort_unstable_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.id.cmp(&b.id)));
    alerts.dedup_by(|a, b| a.id == b.id);
}

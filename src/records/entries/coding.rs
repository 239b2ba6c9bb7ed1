//! The codes of what somebody wrote, where our tables know it by that name.

use crate::knowledge::tables::Index;
use crate::knowledge::{comorbidities, diagnosis, icd10};
use crate::medicine::catalogue::{self, Coding};
use crate::names::fold;
use crate::records::comorbidities::names as comorbidity_names;

/// Code system of our medicines' ids.
pub const MEDICINE: &str = "urn:virtual-doctor:medicine";
/// Code system of the ids of what allergies are to.
pub const ALLERGY: &str = "urn:virtual-doctor:allergy";
/// Code system of the ids of what patients have.
pub const COMORBIDITY: &str = "urn:virtual-doctor:comorbidity";
/// Code system of our conditions' ids.
pub const CONDITION: &str = "urn:virtual-doctor:condition";
/// LOINC.
pub const LOINC: &str = "http://loinc.org";
const ICD_10: &str = "http://hl7.org/fhir/sid/icd-10";

/// Codes of a medicine of the catalogue.
#[must_use]
pub fn of_medicine(index: Index) -> Vec<Coding> {
    let Some(row) = catalogue::get(index) else { return Vec::new() };
    let mut codings = vec![Coding { system: MEDICINE, code: row.id, display: row.name }];
    codings.extend(catalogue::summary(row).codings);
    codings
}

/// Codes of a medicine by its name; none where the name is of no medicine, or of several.
#[must_use]
pub fn of_medicine_named(name: &str) -> Vec<Coding> {
    match catalogue::names().exact(name).as_slice() {
        [only] => of_medicine(*only),
        _ => Vec::new(),
    }
}

/// Codes of what an allergy is to.
#[must_use]
pub fn of_substance(name: &str) -> Vec<Coding> {
    let rows = crate::medicine::allergies::named(name);
    let codings: Vec<Coding> =
        rows.into_iter().map(|row| Coding { system: ALLERGY, code: row.id, display: row.name }).collect();
    if codings.is_empty() { of_medicine_named(name) } else { codings }
}

/// Codes of a condition.
#[must_use]
pub fn of_condition(name: &str) -> Vec<Coding> {
    let mut codings = Vec::new();
    let rows = &comorbidities().comorbidities;
    for row in comorbidity_names().exact(name).into_iter().filter_map(|at| rows.get(usize::from(at))) {
        codings.push(Coding { system: COMORBIDITY, code: row.id, display: row.name });
        codings.push(Coding { system: ICD_10, code: row.icd10, display: row.name });
    }
    let folded = fold(name);
    let condition = diagnosis().conditions.iter().find(|row| fold(row.name) == folded || fold(row.id) == folded);
    if let Some(row) = condition {
        codings.push(Coding { system: CONDITION, code: row.id, display: row.name });
        codings.push(Coding { system: ICD_10, code: icd10(row), display: row.name });
    }
    codings.retain(|coding| !coding.code.is_empty());
    codings.dedup_by(|a, b| a.system == b.system && a.code == b.code);
    codings
}

//! Effects that add up: any two are bearable, three are too many.

use super::{of, well, well_but};
use serde_json::{Value, json};
use virtual_doctor::knowledge::tables::Severity::{self, Major, Moderate};
use virtual_doctor::medicine::model::Alert;

fn sum(patient: &Value, rule: &str, medicines: &[&str]) -> Option<Alert> {
    let start = [rule, ":"].concat();
    of(patient, medicines).alerts.into_iter().find(|alert| alert.id.starts_with(&start))
}

#[track_caller]
fn reached(rule: &str, medicines: &[&str], severity: Severity) {
    let found = sum(&well(), rule, medicines).map(|alert| (alert.severity, alert.medicines.len()));
    assert_eq!(found, Some((severity, medicines.len())), "{rule}");
    // One less is a near miss.
    assert_eq!(sum(&well(), rule, &medicines[1..]), None, "{rule}");
}

#[test]
fn anticholinergic_burden() {
    reached("sum_anticholinergic", &["amitriptyline", "oxybutynin", "promethazine"], Moderate);
}

#[test]
fn serotonergic_sum() {
    reached("sum_serotonergic", &["sertraline", "tramadol", "sumatriptan"], Major);
    // What every anaesthetic has: an antiemetic does not make two of them three.
    assert_eq!(sum(&well(), "sum_serotonergic", &["sertraline", "fentanyl", "ondansetron"]), None);
}

#[test]
fn bleeding_sum() {
    reached("sum_bleeding", &["apixaban", "aspirin", "sertraline"], Major);
}

#[test]
fn potassium_sum() {
    reached("sum_potassium", &["ramipril", "spironolactone", "trimethoprim"], Major);
}

#[test]
fn nephrotoxic_sum() {
    reached("sum_nephrotoxic", &["gentamicin", "vancomycin", "amphotericin_b"], Major);
}

#[test]
fn sedative_sum() {
    reached("sum_sedative", &["mirtazapine", "pregabalin", "zopiclone"], Moderate);
    let with_opioid = sum(&well(), "sum_sedative_opioid", &["morphine", "diazepam", "gabapentin"]);
    assert_eq!(with_opioid.map(|alert| alert.severity), Some(Major));
    assert_eq!(sum(&well(), "sum_sedative_opioid", &["diazepam", "gabapentin"]), None);
}

#[test]
fn hypotensive_sum() {
    reached("sum_hypotensive", &["amlodipine", "doxazosin", "glyceryl_trinitrate"], Moderate);
}

#[test]
fn renin_angiotensin_inhibitor_diuretic_and_nsaid() {
    let three = ["ramipril", "furosemide", "ibuprofen"];
    assert_eq!(sum(&well(), "sum_triple_whammy", &three).map(|alert| alert.severity), Some(Major));
    // Two of the three, or two diuretics with one of the others, are not it.
    assert_eq!(sum(&well(), "sum_triple_whammy", &["ramipril", "furosemide"]), None);
    assert_eq!(sum(&well(), "sum_triple_whammy", &["furosemide", "ibuprofen", "naproxen"]), None);
    assert_eq!(sum(&well(), "sum_triple_whammy", &["ramipril", "furosemide", "paracetamol"]), None);
}

#[test]
fn sodium_sum_is_of_the_old() {
    let three = ["sertraline", "hydrochlorothiazide", "carbamazepine"];
    assert_eq!(sum(&well(), "sum_hyponatraemic", &three), None);
    assert!(sum(&well_but(json!({ "age_years": 65 })), "sum_hyponatraemic", &three).is_some());
}

#[test]
fn a_sum_speaks_for_the_pairs_that_it_is_made_of() {
    let answer = of(&well(), &["mirtazapine", "pregabalin", "zopiclone"]);
    let of_class = answer.alerts.iter().filter(|alert| alert.id.starts_with("sedative_with_sedative"));
    assert_eq!(of_class.count(), 0);
}

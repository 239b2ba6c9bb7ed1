//! Promises of the medicine check, each by name: the tables and the logic together, without HTTP.

mod allergies;
mod doses;
mod dosing;
mod every_caution;
mod in_the_patient;
mod lists;
mod pairs;
mod properties;
mod qt;
mod stopped;
mod sums;

use chrono::NaiveDate;
use serde_json::{Value, json};
use virtual_doctor::http::Invalid;
use virtual_doctor::knowledge::medicine;
use virtual_doctor::knowledge::tables::{AlertKind, Severity};
use virtual_doctor::medicine::check::check;
use virtual_doctor::medicine::model::{Alert, CheckAnswer, NamedMedicine};
use virtual_doctor::records::clinical_data::PatientData;

/// An adult of whom everything is known and nothing is wrong.
fn well() -> Value {
    json!({
        "age_years": 40, "sex": "male", "weight_kg": 70, "height_cm": 175, "pregnancy": "not_pregnant",
        "lactating": false, "serum_creatinine_umol_l": 80, "potassium_mmol_l": 4.2, "magnesium_mmol_l": 0.9,
        "qtc_ms": 410, "heart_rate_per_min": 70, "child_pugh": 5, "allergies": [], "conditions": []
    })
}

/// The same with some of it changed.
fn well_but(changes: Value) -> Value {
    let mut patient = well();
    let (Value::Object(patient_members), Value::Object(changes)) = (&mut patient, changes) else { unreachable!() };
    patient_members.extend(changes);
    patient
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 26).unwrap()
}

/// The check of this list in this patient.
fn checked(patient: &Value, medicines: &Value) -> CheckAnswer {
    let patient: PatientData = deserr::deserialize::<_, _, Invalid>(patient.clone()).unwrap();
    let medicines: Vec<NamedMedicine> = deserr::deserialize::<_, _, Invalid>(medicines.clone()).unwrap();
    check(&patient, &medicines, today())
}

/// The check of these ids.
fn of(patient: &Value, ids: &[&str]) -> CheckAnswer {
    let medicines: Vec<Value> = ids.iter().map(|id| json!({ "id": id })).collect();
    checked(patient, &json!(medicines))
}

/// Alerts of this kind.
fn alerts(answer: &CheckAnswer, kind: AlertKind) -> Vec<&Alert> {
    answer.alerts.iter().filter(|alert| alert.kind == kind).collect()
}

/// The worst of this kind.
fn worst(answer: &CheckAnswer, kind: AlertKind) -> Option<Severity> {
    alerts(answer, kind).iter().map(|alert| alert.severity).max()
}

/// The worst interaction of two medicines in somebody who is well.
fn pair(a: &str, b: &str) -> Option<Severity> {
    worst(&of(&well(), &[a, b]), AlertKind::Interaction)
}

/// Ids of all members of a class, without combinations.
fn members(class: &str) -> Vec<&'static str> {
    let classes = &medicine().classes;
    let index = classes.iter().position(|row| row.id == class).unwrap();
    let index = u16::try_from(index).unwrap();
    let members = medicine().medicines.iter().filter(|row| row.ingredients.is_empty() && row.classes.contains(&index));
    members.map(|row| row.id).collect()
}

/// Whether somebody must decide about it.
fn interrupts(severity: Option<Severity>) -> bool {
    severity >= Some(Severity::Major)
}

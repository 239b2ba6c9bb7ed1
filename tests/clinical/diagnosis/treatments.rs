//! What is told to do about the likely conditions, and to whom.

use chrono::NaiveDate;
use deserr::deserialize;
use serde_json::{Value, json};
use virtual_doctor::diagnosis::assess::assess;
use virtual_doctor::diagnosis::model::{Assess, Input};
use virtual_doctor::diagnosis::outcome::{Outcome, Treatment};
use virtual_doctor::http::Invalid;
use virtual_doctor::knowledge::diagnosis;
use virtual_doctor::knowledge::tables::{TreatmentLine, Urgency};

fn outcome(patient: Value, text: &str, by_patient: bool) -> Outcome {
    let asked = deserialize::<Assess, _, Invalid>(json!({ "patient": patient, "text": text })).unwrap();
    assess(&Input { asked, answers: Vec::new(), by_patient, on: NaiveDate::default() })
}

fn well(changes: Value) -> Value {
    let mut patient = json!({ "age_years": 30, "sex": "female", "pregnancy": "not_pregnant", "allergies": [] });
    patient.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    patient
}

fn told(outcome: &Outcome) -> Vec<&Treatment> {
    outcome.conditions.iter().flat_map(|condition| &condition.treatments).collect()
}

fn medicines(outcome: &Outcome) -> Vec<&str> {
    told(outcome)
        .into_iter()
        .filter(|row| row.line != TreatmentLine::Avoid)
        .filter_map(|row| row.medicine.as_deref())
        .collect()
}

const COLD: &str = "runny nose, sneezing, blocked nose and a sore throat since yesterday, no fever";

#[test]
fn every_condition_says_what_to_do_and_when_to_come_back() {
    let tables = diagnosis();
    for (at, condition) in tables.conditions.iter().enumerate() {
        let rows: Vec<_> =
            tables.treatments.iter().filter(|row| row.conditions.contains(&u16::try_from(at).unwrap())).collect();
        assert!(rows.iter().any(|row| row.line == TreatmentLine::ComeBack), "{}: when to come back", condition.id);
        assert!(rows.iter().any(|row| row.line != TreatmentLine::ComeBack), "{}: what to do", condition.id);
    }
}

#[test]
fn a_patient_is_told_of_medicines_only_where_that_is_safe() {
    let known = outcome(well(json!({})), COLD, true);
    assert!(medicines(&known).contains(&"paracetamol"), "{:?}", told(&known));
    let allergic = outcome(well(json!({ "allergies": [{ "substance": "paracetamol" }] })), COLD, true);
    assert!(!medicines(&allergic).contains(&"paracetamol"));
    let mut unknown = well(json!({}));
    unknown.as_object_mut().unwrap().remove("allergies");
    let unknown = outcome(unknown, COLD, true);
    assert!(medicines(&unknown).is_empty());
    assert!(unknown.not_assessed.iter().any(|of| of.kind == "treatment" && of.missing == "allergies"));
    let could_be = outcome(well(json!({ "pregnancy": "unknown" })), COLD, true);
    assert!(medicines(&could_be).is_empty());
    let ill = outcome(well(json!({})), "crushing chest pain going into my left arm, sweating", true);
    assert_eq!(ill.triage.as_ref().unwrap().level, Urgency::Emergency);
    assert!(medicines(&ill).is_empty());
}

#[test]
fn a_patient_is_not_told_what_a_doctor_gives() {
    let for_doctor = |row: &&Treatment| row.line == TreatmentLine::FirstLine || row.line == TreatmentLine::SecondLine;
    let text = "burning when I pee, going often, lower abdominal pain";
    let patient = outcome(well(json!({})), text, true);
    assert_eq!(told(&patient).iter().filter(|row| for_doctor(row)).count(), 0);
    let doctor = outcome(well(json!({})), text, false);
    assert!(told(&doctor).iter().any(for_doctor), "{:?}", doctor.conditions.first());
}

#[test]
fn a_doctor_sees_what_speaks_against_a_medicine_in_this_patient() {
    let text = "burning when I pee, going often, lower abdominal pain";
    let doctor = outcome(
        well(json!({ "allergies": [{ "substance": "nitrofurantoin", "reaction": "anaphylaxis" }] })),
        text,
        false,
    );
    let row = told(&doctor).into_iter().find(|row| row.medicine.as_deref() == Some("nitrofurantoin")).cloned();
    assert!(row.is_some_and(|row| !row.alerts.is_empty()), "{:?}", told(&doctor));
}

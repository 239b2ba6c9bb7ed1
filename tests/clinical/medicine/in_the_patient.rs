//! A medicine in a state of the patient.

use super::{alerts, interrupts, members, of, well, well_but, worst};
use serde_json::{Value, json};
use virtual_doctor::knowledge::tables::AlertKind::{
    self, Age, Alcohol, Contraindication, Food, Hepatic, Lactation, Pregnancy, Renal,
};
use virtual_doctor::knowledge::tables::Severity::{Contraindicated, Moderate};

fn pregnant(weeks: f64) -> Value {
    well_but(json!({ "sex": "female", "age_years": 30, "pregnancy": "pregnant", "gestation_weeks": weeks }))
}

fn kind(patient: &Value, medicine: &str, kind: AlertKind) -> Option<virtual_doctor::knowledge::tables::Severity> {
    worst(&of(patient, &[medicine]), kind)
}

#[test]
fn contraindications_by_condition() {
    let with = |condition: &str| well_but(json!({ "conditions": [condition] }));
    assert_eq!(kind(&with("asthma"), "propranolol", Contraindication), Some(Contraindicated));
    assert_eq!(kind(&with("hypertension"), "propranolol", Contraindication), None);
    assert!(interrupts(kind(&with("peptic_ulcer"), "ibuprofen", Contraindication)));
    assert!(interrupts(kind(&with("heart_failure"), "verapamil", Contraindication)));
    assert!(interrupts(kind(&with("myasthenia_gravis"), "ciprofloxacin", Contraindication)));
}

#[test]
fn nsaids_from_20_weeks() {
    assert!(!interrupts(kind(&pregnant(19.9), "ibuprofen", Pregnancy)));
    assert!(interrupts(kind(&pregnant(20.0), "ibuprofen", Pregnancy)));
    assert_eq!(kind(&pregnant(30.0), "ibuprofen", Pregnancy), Some(Contraindicated));
    assert!(!interrupts(kind(&pregnant(30.0), "paracetamol", Pregnancy)));
}

#[test]
fn of_the_grades_of_one_state_the_gravest_speaks() {
    let severe = well_but(json!({ "egfr_ml_min_1_73m2": 20 }));
    for (patient, medicine, about) in [(&pregnant(30.0), "ibuprofen", Pregnancy), (&severe, "metformin", Renal)] {
        let told: Vec<_> = of(patient, &[medicine]).alerts.into_iter().filter(|alert| alert.kind == about).collect();
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].severity, Contraindicated);
    }
}

#[test]
fn teratogens_in_pregnancy() {
    for medicine in
        ["ramipril", "losartan", "valproate", "isotretinoin", "acitretin", "methotrexate", "warfarin", "mycophenolate"]
    {
        assert!(interrupts(kind(&pregnant(8.0), medicine, Pregnancy)), "{medicine}");
        assert_eq!(kind(&well(), medicine, Pregnancy), None, "{medicine}");
    }
}

#[test]
fn medicines_against_cancer_in_pregnancy_and_once_each() {
    let could_be = well_but(json!({ "age_years": 30, "sex": "female", "pregnancy": "unknown" }));
    let nursing = well_but(json!({ "sex": "female", "age_years": 30, "lactating": true }));
    for medicine in
        ["doxorubicin", "cyclophosphamide", "capecitabine", "imatinib", "dasatinib", "trastuzumab", "everolimus"]
    {
        let found = of(&pregnant(8.0), &[medicine]);
        let told: Vec<_> = found.alerts.iter().filter(|alert| alert.kind == Pregnancy).collect();
        assert!(told.len() == 1 && told[0].interrupts(), "{medicine}: {told:?}");
        assert!(kind(&could_be, medicine, Pregnancy).is_some(), "{medicine}");
        assert!(interrupts(kind(&nursing, medicine, Lactation)), "{medicine}");
    }
    assert!(!interrupts(kind(&pregnant(8.0), "ondansetron", Pregnancy)));
}

#[test]
fn every_teratogen_interrupts_in_pregnancy_and_is_told_once() {
    let members = members("teratogenic");
    assert!(members.len() > 60, "{}", members.len());
    for medicine in members {
        let found = of(&pregnant(8.0), &[medicine]);
        let told: Vec<_> = found.alerts.iter().filter(|alert| alert.kind == Pregnancy && alert.interrupts()).collect();
        assert_eq!(told.len(), 1, "{medicine}: {told:?}");
    }
}

#[test]
fn for_teratogens_an_unknown_pregnancy_is_asked_about_in_someone_who_could_be() {
    let of_age = |age: f64, sex: &str| well_but(json!({ "age_years": age, "sex": sex, "pregnancy": "unknown" }));
    for medicine in ["isotretinoin", "valproate", "methotrexate", "mycophenolate", "acitretin"] {
        assert!(kind(&of_age(25.0, "female"), medicine, Pregnancy).is_some(), "{medicine}");
        assert_eq!(kind(&of_age(25.0, "male"), medicine, Pregnancy), None, "{medicine}");
        assert_eq!(kind(&of_age(56.0, "female"), medicine, Pregnancy), None, "{medicine}");
        assert_eq!(kind(&of_age(9.0, "female"), medicine, Pregnancy), None, "{medicine}");
        let known = well_but(json!({ "age_years": 25, "sex": "female", "pregnancy": "not_pregnant" }));
        assert_eq!(kind(&known, medicine, Pregnancy), None, "{medicine}");
    }
    assert_eq!(kind(&of_age(25.0, "female"), "amoxicillin", Pregnancy), None);
    let told = of(&of_age(25.0, "female"), &["valproate"]).not_assessed;
    assert!(told.iter().any(|datum| datum.missing == "pregnancy"));
}

#[test]
fn lactation() {
    let nursing = well_but(json!({ "sex": "female", "age_years": 30, "lactating": true }));
    assert_eq!(kind(&nursing, "codeine", Lactation), Some(Contraindicated));
    assert!(!interrupts(kind(&nursing, "paracetamol", Lactation)));
    assert_eq!(kind(&well(), "codeine", Lactation), None);
}

#[test]
fn renal_by_egfr_where_the_label_says_so() {
    let egfr = |value: f64| well_but(json!({ "egfr_ml_min_1_73m2": value }));
    assert_eq!(kind(&egfr(29.9), "metformin", Renal), Some(Contraindicated));
    assert_eq!(kind(&egfr(30.0), "metformin", Renal), Some(Moderate));
    assert_eq!(kind(&egfr(60.0), "metformin", Renal), None);
}

#[test]
fn renal_by_creatinine_clearance_where_the_label_says_so() {
    // 85 years, 50 kg, 150 µmol/L: clearance 23 by Cockcroft and Gault, though the filtration rate says 30 and more.
    let old = well_but(json!({ "age_years": 85, "weight_kg": 50, "serum_creatinine_umol_l": 150, "height_cm": 175 }));
    assert!(kind(&old, "dabigatran", Renal).is_some());
    assert_eq!(kind(&well(), "dabigatran", Renal), None);
}

#[test]
fn anticoagulants_by_mouth_go_by_the_actual_weight() {
    // 150 kg at 170 cm: by the actual weight the clearance is 61 mL/min, by the adjusted one 40.
    let heavy =
        well_but(json!({ "age_years": 80, "weight_kg": 150, "height_cm": 170, "serum_creatinine_umol_l": 180 }));
    assert_eq!(kind(&heavy, "dabigatran", Renal), None);
}

#[test]
fn without_the_height_a_clearance_that_looks_well_is_not_taken_for_it() {
    let mut patient = well_but(json!({ "age_years": 80, "weight_kg": 90, "serum_creatinine_umol_l": 130 }));
    patient.as_object_mut().unwrap().remove("height_cm");
    let answer = of(&patient, &["nitrofurantoin"]);
    let told = answer.not_assessed.iter().any(|datum| datum.kind == "renal" && datum.missing == "height_cm");
    assert!(told || !alerts(&answer, Renal).is_empty(), "{:?}", answer.not_assessed);
}

#[test]
fn hepatic() {
    let points = |child_pugh: u8| well_but(json!({ "child_pugh": child_pugh }));
    assert!(interrupts(kind(&points(10), "paracetamol", Hepatic)));
    assert_eq!(kind(&points(6), "paracetamol", Hepatic), None);
}

#[test]
fn age_alone_never_interrupts_in_the_old() {
    let old = well_but(json!({ "age_years": 88 }));
    // A vaccine for infants is not given later: that is not what age does to the old.
    for medicine in super::medicine().medicines.iter().map(|row| row.id).filter(|id| *id != "rotavirus_vaccine") {
        assert!(!interrupts(kind(&old, medicine, Age)), "{medicine}");
    }
    assert!(kind(&old, "diazepam", Age).is_some(), "potentially inappropriate: informs");
    assert_eq!(kind(&well_but(json!({ "age_years": 64 })), "diazepam", Age), None);
}

#[test]
fn children() {
    assert_eq!(kind(&well_but(json!({ "age_years": 10 })), "codeine", Age), Some(Contraindicated));
    assert_eq!(kind(&well_but(json!({ "age_years": 10 })), "aspirin", Age), Some(Contraindicated));
    assert_eq!(kind(&well(), "aspirin", Age), None);
    assert!(kind(&well_but(json!({ "age_years": 5 })), "doxycycline", Age) >= Some(Moderate));
}

#[test]
fn food_and_alcohol() {
    assert!(kind(&well(), "simvastatin", Food).is_some());
    assert!(kind(&well(), "metronidazole", Alcohol).is_some());
    assert_eq!(kind(&well(), "pravastatin", Food), None);
    assert_eq!(kind(&well(), "amoxicillin", Alcohol), None);
}

//! Doses that are too large, and doses that come too often.

use super::{checked, interrupts, well, well_but, worst};
use serde_json::{Value, json};
use virtual_doctor::knowledge::tables::AlertKind::Dose;
use virtual_doctor::knowledge::tables::Severity::{self, Contraindicated};

fn dose(patient: &Value, medicine: &str, value: f64, unit: &str, per_day: f64) -> Option<Severity> {
    let medicines = json!([{
        "id": medicine, "route": "oral", "dose": { "value": value, "unit": unit },
        "timing": { "frequency": per_day, "period": 1, "period_unit": "d" }
    }]);
    worst(&checked(patient, &medicines), Dose)
}

#[test]
fn over_the_single_dose() {
    assert_eq!(dose(&well(), "paracetamol", 1000.0, "mg", 4.0), None);
    assert!(dose(&well(), "paracetamol", 1500.0, "mg", 1.0).is_some());
}

#[test]
fn over_the_daily_dose() {
    assert!(interrupts(dose(&well(), "paracetamol", 1.0, "g", 6.0)));
    assert_eq!(dose(&well(), "paracetamol", 0.5, "g", 8.0), None);
}

#[test]
fn a_slip_of_the_unit_or_the_decimal_point_interrupts() {
    assert!(interrupts(dose(&well(), "levothyroxine", 100.0, "mg", 1.0)));
    assert!(interrupts(dose(&well(), "amlodipine", 100.0, "mg", 1.0)));
    assert_eq!(dose(&well(), "levothyroxine", 100.0, "ug", 1.0), None);
}

#[test]
fn methotrexate_daily_outside_oncology_is_contraindicated() {
    assert_eq!(dose(&well(), "methotrexate", 10.0, "mg", 1.0), Some(Contraindicated));
    let weekly = json!([{ "id": "methotrexate", "route": "oral", "dose": { "value": 15, "unit": "mg" },
                          "timing": { "frequency": 1, "period": 1, "period_unit": "wk" } }]);
    assert_eq!(worst(&checked(&well(), &weekly), Dose), None);
    assert!(
        dose(&well_but(json!({ "conditions": ["leukaemia"] })), "methotrexate", 10.0, "mg", 1.0)
            < Some(Contraindicated)
    );
}

#[test]
fn by_age_and_by_weight() {
    assert!(dose(&well_but(json!({ "age_years": 70 })), "citalopram", 40.0, "mg", 1.0).is_some());
    assert_eq!(dose(&well(), "citalopram", 40.0, "mg", 1.0), None);
    let child = well_but(json!({ "age_years": 4, "weight_kg": 16, "height_cm": 102 }));
    assert!(dose(&child, "paracetamol", 500.0, "mg", 4.0).is_some());
    assert_eq!(dose(&child, "paracetamol", 240.0, "mg", 4.0), None);
}

#[test]
fn what_cannot_be_compared_is_told() {
    let of = |unit: &str| {
        let medicines = json!([{ "id": "paracetamol", "dose": { "value": 2, "unit": unit },
                                 "timing": { "frequency": 1, "period": 1, "period_unit": "d" } }]);
        checked(&well(), &medicines).not_assessed.iter().any(|datum| datum.kind == "dose")
    };
    assert!(of("tablet") && of("spoons") && !of("g"));
    let as_needed = json!([{ "id": "paracetamol", "dose": { "value": 500, "unit": "mg" }, "as_needed": true }]);
    let answer = checked(&well(), &as_needed);
    assert!(answer.not_assessed.iter().any(|datum| datum.missing == "max_per_24h"), "{:?}", answer.not_assessed);
}

#[test]
fn the_most_in_a_day_counts_when_it_is_as_needed() {
    let of = |most: f64| {
        let medicines = json!([{ "id": "paracetamol", "dose": { "value": 1, "unit": "g" }, "as_needed": true,
                                 "max_per_24h": { "value": most, "unit": "g" } }]);
        worst(&checked(&well(), &medicines), Dose)
    };
    assert_eq!(of(4.0), None);
    assert!(interrupts(of(5.0)));
}

//! QT prolongation: by the medicines' categories and the patient's own risks.

use super::{interrupts, of, pair, well, well_but};
use serde_json::{Value, json};
use virtual_doctor::knowledge::tables::Severity;

/// The worst that is said of this medicine and the QT interval.
fn qt(patient: &Value, medicine: &str) -> Option<Severity> {
    let answer = of(patient, &[medicine]);
    answer.alerts.iter().filter(|alert| alert.id.starts_with("qt_")).map(|alert| alert.severity).max()
}

#[test]
fn two_of_known_risk_interrupt() {
    assert!(interrupts(pair("amiodarone", "clarithromycin")));
    assert!(interrupts(pair("methadone", "haloperidol")));
}

#[test]
fn lesser_pairs_inform() {
    for (known, possible) in [("methadone", "mirtazapine"), ("amiodarone", "quetiapine")] {
        let severity = pair(known, possible);
        assert!(severity.is_some() && !interrupts(severity), "{known} {possible}: {severity:?}");
    }
    assert!(!interrupts(pair("mirtazapine", "quetiapine")));
}

#[test]
fn one_of_known_risk_in_a_heart_that_is_well_does_not_alert() {
    assert_eq!(qt(&well(), "methadone"), None);
}

#[test]
fn low_potassium() {
    assert!(interrupts(qt(&well_but(json!({ "potassium_mmol_l": 3.4 })), "methadone")));
    assert_eq!(qt(&well_but(json!({ "potassium_mmol_l": 3.5 })), "methadone"), None);
    assert_eq!(qt(&well_but(json!({ "potassium_mmol_l": 3.4 })), "paracetamol"), None);
}

#[test]
fn low_magnesium() {
    assert!(interrupts(qt(&well_but(json!({ "magnesium_mmol_l": 0.69 })), "methadone")));
    assert_eq!(qt(&well_but(json!({ "magnesium_mmol_l": 0.7 })), "methadone"), None);
}

#[test]
fn a_long_interval() {
    assert!(interrupts(qt(&well_but(json!({ "qtc_ms": 500 })), "methadone")));
    let borderline = qt(&well_but(json!({ "qtc_ms": 470 })), "methadone");
    assert!(borderline.is_some() && !interrupts(borderline));
    assert!(interrupts(qt(&well_but(json!({ "conditions": ["long_qt_syndrome"] })), "methadone")));
}

#[test]
fn sex_age_a_slow_pulse_and_a_weak_heart_add_up() {
    let two = well_but(json!({ "sex": "female", "age_years": 70 }));
    let severity = qt(&two, "methadone");
    assert!(severity.is_some() && !interrupts(severity), "two of them inform");
    let three = well_but(json!({ "sex": "female", "age_years": 70, "heart_rate_per_min": 45 }));
    assert!(interrupts(qt(&three, "methadone")), "three of them interrupt");
    let four = well_but(json!({ "sex": "female", "age_years": 70, "conditions": ["heart_failure", "bradycardia"] }));
    assert!(interrupts(qt(&four, "methadone")));
    assert_eq!(
        qt(&well_but(json!({ "sex": "female", "age_years": 64 })), "methadone"),
        None,
        "one of them is everybody"
    );
}

#[test]
fn what_is_not_known_of_the_heart_is_told() {
    let unknown = json!({ "age_years": 70, "sex": "female" });
    let answer = of(&unknown, &["methadone"]);
    for missing in ["potassium_mmol_l", "magnesium_mmol_l", "qtc_ms", "conditions"] {
        assert!(answer.not_assessed.iter().any(|datum| datum.missing == missing), "{missing}");
    }
}

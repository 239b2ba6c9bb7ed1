//! What holds for every list and every patient.

use super::{checked, of, well, well_but};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use virtual_doctor::knowledge::medicine;
use virtual_doctor::knowledge::tables::Severity;
use virtual_doctor::medicine::model::CheckAnswer;

fn ids() -> Vec<&'static str> {
    medicine().medicines.iter().map(|row| row.id).collect()
}

/// The worst that covers each pair.
fn pairs(answer: &CheckAnswer) -> BTreeMap<(String, String), Severity> {
    let mut worst = BTreeMap::new();
    for alert in &answer.alerts {
        for a in &alert.medicines {
            for b in alert.medicines.iter().filter(|b| *b > a) {
                let known = worst.entry((a.clone(), b.clone())).or_insert(alert.severity);
                *known = (*known).max(alert.severity);
            }
        }
    }
    worst
}

/// People who differ in all that a rule asks about.
fn patients() -> impl Strategy<Value = Value> {
    let sex = select(vec!["male", "female"]);
    let pregnancy = select(vec!["pregnant", "not_pregnant", "unknown"]);
    let conditions = vec!["asthma", "heart_failure", "peptic_ulcer", "epilepsy", "long_qt_syndrome", "liver_cirrhosis"];
    let allergies = vec!["penicillin", "aspirin", "sulfa", "morphine"];
    (0.1..95.0f64, sex, pregnancy, 5.0..40.0f64, 40.0..400.0f64, 2.5..6.0f64, 5..15u8)
        .prop_flat_map(move |(age, sex, pregnancy, weeks, creatinine, potassium, child_pugh)| {
            let conditions = subsequence(conditions.clone(), 0..=3);
            let allergies = subsequence(allergies.clone(), 0..=2);
            (Just((age, sex, pregnancy, weeks, creatinine, potassium, child_pugh)), conditions, allergies)
        })
        .prop_map(|((age, sex, pregnancy, weeks, creatinine, potassium, child_pugh), conditions, allergies)| {
            let allergies: Vec<Value> =
                allergies.into_iter().map(|substance| json!({ "substance": substance })).collect();
            let pregnancy = if sex == "male" { "not_pregnant" } else { pregnancy };
            well_but(json!({
                "age_years": age, "sex": sex, "pregnancy": pregnancy, "serum_creatinine_umol_l": creatinine,
                "gestation_weeks": if pregnancy == "pregnant" { json!(weeks) } else { Value::Null },
                "lactating": sex == "female" && age > 15.0 && age < 50.0, "potassium_mmol_l": potassium,
                "child_pugh": child_pugh, "conditions": conditions, "allergies": allergies
            }))
        })
}

fn lists(most: usize) -> impl Strategy<Value = Vec<&'static str>> {
    proptest::collection::vec(select(ids()), 1..=most)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_answer_does_not_depend_on_the_order_of_the_list(patient in patients(), list in lists(8)) {
        let mut turned = list.clone();
        turned.reverse();
        let (mut one, mut other) = (of(&patient, &list), of(&patient, &turned));
        one.checked.clear();
        other.checked.clear();
        for alert in one.alerts.iter_mut().chain(&mut other.alerts) {
            alert.medicines.sort();
        }
        prop_assert_eq!(one, other);
    }

    #[test]
    fn a_further_medicine_never_lowers_what_covers_a_pair(patient in patients(), list in lists(6), further in select(ids())) {
        let before = pairs(&of(&patient, &list));
        let mut longer = list;
        longer.push(further);
        let after = pairs(&of(&patient, &longer));
        for (pair, severity) in before {
            prop_assert!(after.get(&pair).is_some_and(|after| *after >= severity), "{:?} {:?}", pair, severity);
        }
    }

    #[test]
    fn without_a_datum_no_alert_goes_without_a_word(patient in patients(), list in lists(5), at in 0..14usize) {
        let data = ["age_years", "sex", "weight_kg", "height_cm", "pregnancy", "lactating", "serum_creatinine_umol_l",
                    "potassium_mmol_l", "magnesium_mmol_l", "qtc_ms", "heart_rate_per_min", "child_pugh", "allergies", "conditions"];
        let dropped = data[at];
        let before = of(&patient, &list);
        let mut less = patient;
        less.as_object_mut().unwrap().remove(dropped);
        let after = of(&less, &list);
        let gone = before.alerts.iter().find(|alert| !after.alerts.iter().any(|left| left.id == alert.id && left.severity >= alert.severity));
        if let Some(gone) = gone {
            let told = after.not_assessed.iter().any(|datum| datum.missing == dropped);
            prop_assert!(told, "{} went with {dropped}: {:?}", gone.id, after.not_assessed);
        }
    }

    #[test]
    fn no_name_unit_or_number_is_too_much(name in "\\PC{1,60}", unit in "\\PC{1,12}", value in 1e-9..1e9f64, often in 1e-6..1e6f64) {
        let medicines = json!([
            { "name": name }, { "name": "paracetamol", "dose": { "value": value, "unit": unit },
              "timing": { "frequency": often, "period": 1, "period_unit": "h" } }
        ]);
        if name.trim().is_empty() || unit.trim().is_empty() {
            return Ok(());
        }
        let answer = checked(&well(), &medicines);
        prop_assert_eq!(answer.checked.len() + answer.unknown.len(), 2);
    }
}

//! Doses worked out for one patient.

use super::{today, well_but};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use virtual_doctor::http::Invalid;
use virtual_doctor::knowledge::dosing;
use virtual_doctor::medicine::catalogue::by_id;
use virtual_doctor::medicine::dosing::growth::{Plausibility, plausibility};
use virtual_doctor::medicine::dosing::model::{DoseAnswer, DoseRegimen};
use virtual_doctor::medicine::dosing::regimens::{Question, doses};
use virtual_doctor::records::clinical_data::PatientData;

fn patient(patient: &Value) -> PatientData {
    deserr::deserialize::<_, _, Invalid>(patient.clone()).unwrap()
}

fn dose(medicine: &str, indication: &str, given: &Value) -> DoseAnswer {
    let patient = patient(given);
    let indication = (!indication.is_empty()).then_some(indication);
    let medicine = by_id(medicine).unwrap();
    doses(&Question { medicine, indication, patient: &patient, only_reviewed: false, today: today() }).unwrap()
}

/// The first regimen.
fn first(medicine: &str, indication: &str, given: &Value) -> DoseRegimen {
    let answer = dose(medicine, indication, given);
    assert!(!answer.regimens.is_empty(), "{medicine}: {:?}", answer.not_assessed);
    answer.regimens.into_iter().next().unwrap()
}

fn child(age_years: f64, weight_kg: f64) -> Value {
    well_but(json!({ "age_years": age_years, "weight_kg": weight_kg, "height_cm": 100, "serum_creatinine_umol_l": 30 }))
}

fn steps(regimen: &DoseRegimen) -> Vec<&str> {
    regimen.calculation.iter().map(|step| step.step).collect()
}

#[test]
fn by_weight_with_the_syringe() {
    let regimen = first("paracetamol", "fever", &child(3.0, 14.0));
    // 15 mg/kg × 14 kg = 210 mg; of 120 mg/5 mL that is 8.75 mL, of which 9 mL can be measured.
    assert!((200.0..=220.0).contains(&regimen.dose.value.0), "{regimen:?}");
    let give = regimen.give.clone().unwrap();
    assert!(give.unit == "mL" && (give.value * 2.0).fract() == 0.0, "{give:?}");
    assert!(steps(&regimen).contains(&"weight_kg"));
    assert_eq!(regimen.timing.unwrap().frequency.0, 4.0);
}

#[test]
fn capped_at_the_dose_of_adults() {
    let regimen = first("ceftriaxone", "sepsis", &child(11.9, 70.0));
    assert_eq!(regimen.dose.value.0, 4000.0);
    assert!(steps(&regimen).contains(&"capped_at_adult_dose"));
    assert_eq!(first("ceftriaxone", "sepsis", &child(11.9, 40.0)).dose.value.0, 3200.0);
}

#[test]
fn by_body_surface() {
    let given = well_but(json!({ "weight_kg": 80, "height_cm": 180 }));
    let regimen = first("paclitaxel", "", &given);
    // √(180 × 80 / 3600) = 2.0 m²
    assert_eq!((regimen.dose.value.0, regimen.dose.unit.0.as_str()), (350.0, "mg"));
    assert!(steps(&regimen).contains(&"body_surface_area"));
}

#[test]
fn by_age_band_and_weight_band() {
    for (age, milligrams) in [(0.4, 0.1), (3.0, 0.15), (8.0, 0.3), (30.0, 0.5)] {
        let regimen = first("adrenaline", "anaphylaxis", &child(age, 20.0));
        assert_eq!(regimen.dose.value.0, milligrams, "{age}");
    }
    for (weight, milligrams) in [(14.0, 30.0), (15.1, 45.0), (23.1, 60.0)] {
        assert_eq!(first("oseltamivir", "", &child(6.0, weight)).dose.value.0, milligrams, "{weight}");
    }
}

#[test]
fn by_post_menstrual_age() {
    let newborn = |weeks: f64| json!({ "age_years": 0.01, "weight_kg": 3, "post_menstrual_age_weeks": weeks, "allergies": [], "conditions": [] });
    assert_eq!(first("gentamicin", "newborn", &newborn(38.0)).dose.value.0, 15.0);
    assert_eq!(first("gentamicin", "newborn", &newborn(34.0)).dose.value.0, 9.0);
}

#[test]
fn loading_then_maintenance() {
    let answer =
        dose("vancomycin", "serious infection", &well_but(json!({ "serum_creatinine_umol_l": 250, "age_years": 60 })));
    let phases: Vec<_> = answer.regimens.iter().map(|regimen| format!("{:?}", regimen.phase)).collect();
    assert_eq!(phases, ["Loading", "Maintenance"]);
    // The kidneys change what is kept up, not what fills the body.
    assert!(answer.regimens[0].adjustments.is_empty() && !answer.regimens[1].adjustments.is_empty());
}

#[test]
fn by_kidney_function() {
    let kidneys = |creatinine: u16| well_but(json!({ "age_years": 70, "serum_creatinine_umol_l": creatinine }));
    assert!(first("pregabalin", "", &kidneys(80)).adjustments.is_empty());
    // 70 years, 70 kg, 120 µmol/L: clearance 50 mL/min.
    let halved = first("pregabalin", "", &kidneys(120));
    assert_eq!((halved.dose.value.0, halved.adjustments.len()), (37.5, 1));
    let refused = dose("nitrofurantoin", "", &kidneys(300));
    assert!(refused.regimens.is_empty() && !refused.alerts.is_empty());
}

#[test]
fn by_liver_function() {
    let regimen = first("paracetamol", "", &well_but(json!({ "child_pugh": 11 })));
    assert_eq!(regimen.max_per_24h.unwrap().value.0, 2000.0);
}

#[test]
fn in_obesity_by_the_adjusted_weight() {
    let given = well_but(json!({ "weight_kg": 123, "height_cm": 177.8 }));
    let regimen = first("gentamicin", "serious", &given);
    // Ideal 73 kg, adjusted 93 kg, 5 mg/kg: 465 mg, of 40 mg/mL 11.6 mL.
    assert_eq!(regimen.dose.value.0, 464.0);
    assert!(steps(&regimen).contains(&"adjusted_body_weight"));
}

#[test]
fn rounded_to_halves_of_tablets() {
    let give = first("amlodipine", "hypertension", &child(8.0, 25.0)).give.unwrap();
    assert_eq!((give.value, give.unit), (1.0, "{tablet}"));
}

#[test]
fn without_a_weight_there_is_no_dose_by_weight() {
    let answer = dose("paracetamol", "", &json!({ "age_years": 3 }));
    assert!(answer.regimens.is_empty());
    assert!(answer.not_assessed.iter().any(|datum| datum.missing == "weight_kg"));
    let nothing = dose("paracetamol", "", &json!({}));
    assert!(nothing.regimens.is_empty() && nothing.not_assessed.iter().any(|datum| datum.missing == "age_years"));
}

#[test]
fn what_is_not_written_up_is_told() {
    let answer = dose("amoxicillin", "broken leg", &well_but(json!({})));
    assert!(answer.regimens.is_empty());
    assert!(answer.not_assessed.iter().any(|datum| datum.missing.contains("known: ")), "{:?}", answer.not_assessed);
    let none = dose("st_johns_wort", "", &well_but(json!({})));
    assert!(none.not_assessed.iter().any(|datum| datum.missing == "doses of st_johns_wort"));
}

#[test]
fn an_allergy_and_a_pregnancy_are_told_with_the_dose() {
    let allergic = well_but(json!({ "allergies": [{ "substance": "penicillin", "severity": "severe" }] }));
    assert!(dose("amoxicillin", "", &allergic).alerts.iter().any(|alert| alert.interrupts()));
}

#[test]
fn doses_that_no_clinician_has_read_can_be_held_back() {
    let patient = patient(&well_but(json!({})));
    let medicine = by_id("paracetamol").unwrap();
    let question = Question { medicine, indication: None, patient: &patient, only_reviewed: true, today: today() };
    let answer = doses(&question).unwrap();
    assert!(answer.regimens.is_empty());
    assert!(answer.not_assessed.iter().any(|datum| datum.missing == "review of the dose by a clinician"));
}

#[test]
fn a_weight_that_the_age_does_not_have() {
    let of = |age: f64, weight: f64| plausibility(&patient(&json!({ "age_years": age, "weight_kg": weight })));
    for (age, weight, expected) in [
        (3.0, 14.3, Plausibility::Plausible),
        (3.0, 7.15, Plausibility::Plausible),
        (3.0, 7.1, Plausibility::Doubtful),
        (3.0, 36.0, Plausibility::Doubtful),
        (3.0, 143.0, Plausibility::Impossible),
        (3.0, 1.43, Plausibility::Impossible),
        (0.0, 3.3, Plausibility::Plausible),
        (40.0, 300.0, Plausibility::Plausible),
    ] {
        assert_eq!(of(age, weight), expected, "{age} years, {weight} kg");
    }
    let doubtful = dose("paracetamol", "", &child(3.0, 40.0));
    assert!(doubtful.alerts.iter().any(|alert| alert.id == "weight_for_age:paracetamol"));
}

#[test]
fn as_many_medicines_are_written_up_as_promised() {
    let medicines: BTreeSet<_> = dosing().regimens.iter().map(|regimen| regimen.medicine).collect();
    println!(
        "{} regimens of {} medicines, {} adjustments",
        dosing().regimens.len(),
        medicines.len(),
        dosing().adjustments.len()
    );
    assert!(medicines.len() >= 150);
}

/// No regimen exceeds the limit by which a prescription of it would be stopped.
#[test]
fn no_regimen_is_above_its_own_limit() {
    let mut loud = Vec::new();
    for regimen in &dosing().regimens {
        let row = virtual_doctor::medicine::catalogue::get(regimen.medicine).unwrap();
        for given in [well_but(json!({})), well_but(json!({ "age_years": 70 })), child(8.0, 25.0)] {
            for found in dose(row.id, "", &given).regimens {
                let listed = json!([{ "id": row.id, "dose": found.dose, "timing": found.timing, "route": found.route,
                                      "as_needed": found.timing.is_none(), "max_per_24h": found.max_per_24h.clone().unwrap_or_else(|| found.dose.clone()) }]);
                let answer = super::checked(&given, &listed);
                let over = answer
                    .alerts
                    .iter()
                    .filter(|alert| alert.kind == virtual_doctor::knowledge::tables::AlertKind::Dose);
                loud.extend(over.map(|alert| format!("{}: {}", found.rule, alert.mechanism)));
            }
        }
    }
    loud.sort();
    loud.dedup();
    assert!(loud.is_empty(), "{loud:#?}");
}

#[test]
fn an_adjustment_holds_for_the_indication_that_the_label_means() {
    // 70 years, 70 kg, 400 µmol/L: clearance 15 mL/min.
    let kidneys = well_but(json!({ "age_years": 70, "serum_creatinine_umol_l": 400 }));
    let hours = |medicine: &str, indication: &str| first(medicine, indication, &kidneys).timing.unwrap().period.0;
    assert_eq!(hours("aciclovir", "shingles"), 8.0);
    assert_eq!(hours("aciclovir", "herpes encephalitis"), 24.0);
    let in_the_gut = first("vancomycin", "clostridioides", &kidneys);
    assert!(in_the_gut.adjustments.is_empty() && in_the_gut.timing.unwrap().frequency.0 == 4.0);
    assert_eq!(first("fluconazole", "vaginal", &kidneys).dose.value.0, 150.0);
}

#[test]
fn apixaban_is_lowered_by_serum_creatinine_and_only_in_atrial_fibrillation() {
    let old = |creatinine: f64, weight: f64| {
        well_but(json!({ "age_years": 82, "weight_kg": weight, "serum_creatinine_umol_l": creatinine }))
    };
    let dose_of = |indication: &str, patient: &Value| first("apixaban", indication, patient).dose.value.0;
    assert_eq!(dose_of("atrial fibrillation", &old(133.0, 80.0)), 2.5);
    assert_eq!(dose_of("atrial fibrillation", &old(132.0, 80.0)), 5.0);
    assert_eq!(dose_of("atrial fibrillation", &old(100.0, 60.0)), 2.5);
    assert_eq!(dose_of("venous thromboembolism", &old(140.0, 60.0)), 10.0);
    // Two reasons for one lower dose: a clearance of about 17 mL/min as well.
    assert_eq!(dose_of("atrial fibrillation", &old(200.0, 55.0)), 2.5);
}

#[test]
fn what_is_not_given_is_told_whatever_it_is_asked_for() {
    let kidneys = well_but(json!({ "age_years": 70, "serum_creatinine_umol_l": 400 }));
    for indication in ["", "rheumatoid arthritis", "something else"] {
        let answer = dose("methotrexate", indication, &kidneys);
        let told =
            answer.alerts.iter().filter(|alert| alert.id.starts_with("methotrexate_creatinine_clearance_ml_min:"));
        assert_eq!((told.count(), answer.regimens.len()), (1, 0), "{indication}");
    }
}

#[test]
fn each_dose_stays_within_the_cap_of_the_day() {
    let kidneys = well_but(json!({ "age_years": 70, "serum_creatinine_umol_l": 400 }));
    assert_eq!(first("sitagliptin", "", &kidneys).dose.value.0, 25.0);
    for (medicine, most) in [("baclofen", 5.0), ("pregabalin", 150.0), ("sitagliptin", 25.0)] {
        let regimen = first(medicine, "", &kidneys);
        let a_day = regimen.dose.value.0 * regimen.timing.as_ref().unwrap().per_day();
        assert!(a_day <= most, "{medicine}: {regimen:?}");
    }
}

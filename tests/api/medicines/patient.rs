//! `POST /api/v1/medicines/check`: medicines against the patient.

use super::{alert, alerts, check, check_names, is_not_assessed};
use serde_json::{Value, json};

#[tokio::test]
async fn an_allergy_to_a_group_stops_its_members_and_combinations_with_them() {
    let patient =
        json!({ "allergies": [{ "substance": "penicillin", "reaction": "anaphylaxis", "severity": "severe" }] });
    let answer = check_names(patient, &["amoxicillin", "Augmentin", "paracetamol"]).await;
    for medicine in ["amoxicillin", "amoxicillin_and_clavulanic_acid"] {
        let found = alert(&answer, &format!("allergy_penicillin:{medicine}"));
        assert_eq!((&found["kind"], &found["severity"]), (&json!("allergy"), &json!("contraindicated")));
        assert_eq!(found["medicines"], json!([medicine]));
    }
    assert!(!alerts(&answer).iter().any(|id| id.starts_with("allergy") && id.ends_with(":paracetamol")));
}

#[tokio::test]
async fn a_mild_reaction_is_less_and_an_unknown_one_is_not() {
    for (severity, expected) in
        [("mild", "major"), ("moderate", "major"), ("severe", "contraindicated"), ("unknown", "contraindicated")]
    {
        let patient = json!({ "allergies": [{ "substance": "Penicillins", "severity": severity }] });
        let answer = check_names(patient, &["amoxicillin"]).await;
        assert_eq!(alert(&answer, "allergy_penicillin:amoxicillin")["severity"], expected, "{severity}");
    }
}

#[tokio::test]
async fn an_allergy_to_a_medicine_by_its_brand_is_one_to_it() {
    let patient = json!({ "allergies": [{ "substance": "Motrin" }] });
    let answer = check_names(patient, &["ibuprofen"]).await;
    assert!(alerts(&answer).iter().any(|id| id.starts_with("allergy_") && id.ends_with(":ibuprofen")), "{answer}");
}

#[tokio::test]
async fn what_is_alike_enough_is_told_too() {
    let patient = json!({ "allergies": [{ "substance": "amoxicillin", "severity": "severe" }] });
    let answer = check_names(patient, &["cefalexin"]).await;
    assert_eq!(alert(&answer, "allergy_amoxicillin:cefalexin")["severity"], "major");
}

#[tokio::test]
async fn a_substance_that_is_not_known_is_told() {
    let patient = json!({ "allergies": [{ "substance": "penicilin" }, { "substance": "moonlight" }] });
    let answer = check_names(patient, &["amoxicillin"]).await;
    assert_eq!(
        (&answer["unknown"][0]["field"], &answer["unknown"][0]["did_you_mean"][0]),
        (&json!("allergies"), &json!("penicillin"))
    );
    assert_eq!(answer["unknown"][1], json!({ "field": "allergies", "name": "moonlight", "did_you_mean": [] }));
}

#[tokio::test]
async fn nothing_said_of_allergies_is_not_no_allergies() {
    let silent = check_names(json!({}), &["amoxicillin"]).await;
    assert!(is_not_assessed(&silent, "allergy", "allergies"), "{silent}");
    let none = check_names(json!({ "allergies": [] }), &["amoxicillin"]).await;
    assert!(!is_not_assessed(&none, "allergy", "allergies"), "{none}");
}

#[tokio::test]
async fn pregnancy_is_judged_where_it_is_known() {
    let pregnant = check_names(json!({ "pregnancy": "pregnant" }), &["warfarin"]).await;
    let found = alert(&pregnant, "warfarin_pregnancy:warfarin");
    assert_eq!((&found["kind"], &found["severity"]), (&json!("pregnancy"), &json!("contraindicated")));
    for patient in [json!({ "pregnancy": "not_pregnant" }), json!({ "sex": "male" })] {
        let answer = check_names(patient, &["warfarin"]).await;
        assert!(!alerts(&answer).contains(&"warfarin_pregnancy:warfarin"));
        assert!(!is_not_assessed(&answer, "pregnancy", "pregnancy"), "{answer}");
    }
}

#[tokio::test]
async fn an_unknown_pregnancy_is_told_and_not_taken_for_none() {
    for patient in
        [json!({}), json!({ "pregnancy": "unknown" }), json!({ "sex": "female" }), json!({ "sex": "unknown" })]
    {
        let answer = check_names(patient.clone(), &["warfarin"]).await;
        assert!(is_not_assessed(&answer, "pregnancy", "pregnancy"), "{patient}: {answer}");
    }
    // Said outright, it is believed of anybody.
    let answer = check_names(json!({ "sex": "male", "pregnancy": "pregnant" }), &["warfarin"]).await;
    alert(&answer, "warfarin_pregnancy:warfarin");
}

#[tokio::test]
async fn kidneys_are_judged_from_what_there_is_and_the_rest_is_asked_for() {
    let whole = json!({ "age_years": 80, "sex": "female", "weight_kg": 50, "serum_creatinine_umol_l": 300 });
    let answer = check_names(whole.clone(), &["metformin"]).await;
    assert!(answer["alerts"].as_array().unwrap().iter().any(|alert| alert["kind"] == "renal"), "{answer}");
    let mut healthy = whole.clone();
    healthy["age_years"] = json!(30);
    healthy["serum_creatinine_umol_l"] = json!(60);
    let answer = check_names(healthy, &["metformin"]).await;
    assert!(!answer["alerts"].as_array().unwrap().iter().any(|alert| alert["kind"] == "renal"), "{answer}");
    for missing in ["serum_creatinine_umol_l", "age_years", "sex"] {
        let mut patient = whole.clone();
        patient.as_object_mut().unwrap().remove(missing);
        let answer = check_names(patient, &["metformin"]).await;
        assert!(is_not_assessed(&answer, "renal", missing), "{missing}: {answer}");
    }
}

#[tokio::test]
async fn a_condition_is_known_by_its_names_and_told_when_it_is_not() {
    let answer = check_names(json!({ "conditions": ["Asthma", "ashtma", "moonlight"] }), &["propranolol"]).await;
    assert!(answer["alerts"].as_array().unwrap().iter().any(|alert| alert["kind"] == "contraindication"), "{answer}");
    assert_eq!(
        answer["unknown"],
        json!([
            { "field": "conditions", "name": "ashtma", "did_you_mean": ["Asthma"] },
            { "field": "conditions", "name": "moonlight", "did_you_mean": [] }
        ])
    );
    assert!(is_not_assessed(&check_names(json!({}), &["propranolol"]).await, "contraindication", "conditions"));
}

#[tokio::test]
async fn what_the_patient_takes_is_checked_with_the_rest() {
    let answer = check_names(json!({ "medicines": ["warfarin", "unobtainium"] }), &["ibuprofen"]).await;
    alert(&answer, "warfarin_with_ibuprofen:ibuprofen+warfarin");
    assert_eq!(
        (&answer["unknown"][0]["field"], &answer["unknown"][0]["name"]),
        (&json!("medicines"), &json!("unobtainium"))
    );
}

#[tokio::test]
async fn the_example_of_the_contract_is_judged() {
    let patient = json!({
        "age_years": 72, "sex": "female", "weight_kg": 61, "height_cm": 160, "pregnancy": "not_pregnant", "lactating": false,
        "serum_creatinine_umol_l": 140, "conditions": ["asthma"],
        "allergies": [{ "substance": "penicillin", "reaction": "anaphylaxis", "severity": "severe" }]
    });
    let medicines = json!([
        { "name": "warfarin" },
        { "name": "clarithromycin", "dose": { "value": 500, "unit": "mg" }, "route": "oral",
          "timing": { "frequency": 2, "period": 1, "period_unit": "d" } },
        { "name": "fluoxetine", "stopped_on": "2026-11-10" }
    ]);
    let answer = check(patient, medicines).await.expect(200);
    assert_eq!(alerts(&answer)[0], "warfarin_with_clarithromycin:clarithromycin+warfarin");
    assert_eq!((&answer["unknown"], answer["checked"].as_array().unwrap().len()), (&json!([]), 3));
}

#[tokio::test]
async fn what_no_person_can_have_is_refused() {
    let bad: Value = json!({
        "age_years": 131, "sex": "f", "weight_kg": 0, "height_cm": 3, "pregnancy": "yes", "gestation_weeks": 50, "lactating": 1,
        "serum_creatinine_umol_l": 1, "egfr_ml_min_1_73m2": -1, "potassium_mmol_l": 50, "child_pugh": 4,
        "allergies": [{ "severity": "bad" }], "conditions": [""], "medicines": "warfarin", "country": "UK1"
    });
    let pointers = check(bad.clone(), json!([{ "name": "warfarin" }])).await.invalid();
    let mut expected: Vec<String> = bad.as_object().unwrap().keys().map(|name| format!("/patient/{name}")).collect();
    expected.retain(|pointer| pointer != "/patient/allergies" && pointer != "/patient/conditions");
    expected.extend(
        ["allergies/0/severity", "allergies/0/substance", "conditions/0"].map(|name| format!("/patient/{name}")),
    );
    expected.sort();
    assert_eq!(pointers, expected);
}

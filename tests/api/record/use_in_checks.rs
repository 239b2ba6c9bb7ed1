//! Checks, prescriptions and assessments take what the record says.

use super::Clinic;
use serde_json::{Value, json};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

async fn check(clinic: &Clinic, patient: Value, medicines: &[&str]) -> Value {
    let medicines: Vec<Value> = medicines.iter().map(|name| json!({ "name": name })).collect();
    let body = json!({ "patient_id": clinic.ann.patient_id, "patient": patient, "medicines": medicines });
    clinic.here.post("/api/v1/medicines/check", Some(&clinic.dana), body).await.expect(200)
}

async fn prescribe(clinic: &Clinic, medicine: &str) -> super::Answer {
    let item = json!({ "medicine_id": medicine, "dose": { "value": 500, "unit": "mg" }, "as_needed": true });
    let body = json!({ "patient_id": clinic.ann.patient_id, "items": [item] });
    clinic.here.post("/api/v1/prescriptions", Some(&clinic.dana), body).await
}

fn kinds(answer: &Value) -> Vec<&str> {
    answer["alerts"].as_array().unwrap().iter().map(|alert| alert["kind"].as_str().unwrap()).collect()
}

fn not_assessed(answer: &Value) -> String {
    answer["not_assessed"].to_string()
}

#[tokio::test]
async fn a_recorded_allergy_is_not_hidden_by_what_the_body_says() {
    let clinic = Clinic::new().await;
    let body = json!({ "substance": "penicillin", "reaction": "anaphylaxis", "severity": "severe" });
    let (_, path) = clinic.entry(&clinic.ann, "allergies", body).await;
    for patient in [
        json!({}),
        json!({ "allergies": [] }),
        json!({ "allergies": [{ "substance": "Penicillin", "severity": "mild" }] }),
    ] {
        let answer = check(&clinic, patient, &["amoxicillin"]).await;
        assert_eq!(
            (&answer["alerts"][0]["kind"], &answer["alerts"][0]["severity"]),
            (&json!("allergy"), &json!("contraindicated"))
        );
    }
    let problem = prescribe(&clinic, "amoxicillin").await.problem(409, "unsafe-prescription");
    assert_eq!(problem["alerts"][0]["kind"], "allergy");
    // One that was refuted speaks against nothing, and leaves nothing known.
    clinic.change(&clinic.dana, "PATCH", &path, 1, Some(json!({ "certainty": "refuted" }))).await.expect(200);
    let draft = prescribe(&clinic, "amoxicillin").await.expect(201);
    assert!(not_assessed(&draft).contains(r#"{"kind":"allergy","missing":"allergies"}"#), "{draft}");
}

#[tokio::test]
async fn an_allergy_recorded_after_the_draft_stops_the_signature() {
    let clinic = Clinic::new().await;
    let draft = prescribe(&clinic, "amoxicillin").await.expect(201);
    clinic.entry(&clinic.ann, "allergies", json!({ "substance": "penicillin" })).await;
    let sign = format!("/api/v1/prescriptions/{}/sign", draft["id"].as_str().unwrap());
    clinic.here.call("POST", &sign, Some(&clinic.dana), &[], None).await.problem(409, "unsafe-prescription");
}

#[tokio::test]
async fn a_medicine_in_the_record_counts_until_it_is_stopped() {
    let clinic = Clinic::new().await;
    let (_, path) = clinic.entry(&clinic.ann, "medications", json!({ "name": "Coumadin" })).await;
    assert!(kinds(&check(&clinic, json!({ "medicines": [] }), &["ibuprofen"]).await).contains(&"interaction"));
    prescribe(&clinic, "ibuprofen").await.problem(409, "unsafe-prescription");
    // Named by the caller, it is no duplicate of itself.
    assert!(!kinds(&check(&clinic, json!({}), &["warfarin"]).await).contains(&"duplicate"));
    clinic.change(&clinic.ann, "PATCH", &path, 1, Some(json!({ "stopped_on": "2026-11-01" }))).await.expect(200);
    assert!(!kinds(&check(&clinic, json!({}), &["ibuprofen"]).await).contains(&"interaction"));
}

#[tokio::test]
async fn a_signed_prescription_counts_in_a_check() {
    let clinic = Clinic::new().await;
    let draft = prescribe(&clinic, "warfarin").await.expect(201);
    assert!(!kinds(&check(&clinic, json!({}), &["ibuprofen"]).await).contains(&"interaction"));
    let sign = format!("/api/v1/prescriptions/{}/sign", draft["id"].as_str().unwrap());
    clinic.here.call("POST", &sign, Some(&clinic.dana), &[], None).await.expect(200);
    assert!(kinds(&check(&clinic, json!({}), &["ibuprofen"]).await).contains(&"interaction"));
}

#[tokio::test]
async fn creatinine_that_is_too_old_is_not_used_and_that_is_told() {
    let clinic = Clinic::new().await;
    let at = |days: i64| virtual_doctor::id::Timestamp(clinic.here.services.now().0 - days * DAY_MS).to_string();
    let person = json!({ "sex": "female", "weight_kg": 61 });
    let observed = |days| json!({ "code": "serum_creatinine", "value": 600, "effective_at": at(days) });
    clinic.entry(&clinic.dana, "observations", observed(91)).await;
    let old = check(&clinic, person.clone(), &["metformin"]).await;
    assert!(!kinds(&old).contains(&"renal"), "{old}");
    assert!(not_assessed(&old).contains("recent serum_creatinine_umol_l (the last is of 2026-08-19)"), "{old}");
    let draft = prescribe(&clinic, "paracetamol").await.expect(201);
    assert!(not_assessed(&draft).contains("recent serum_creatinine_umol_l"), "{draft}");
    // What the body states stands in its place.
    let mut stated = person.clone();
    stated["serum_creatinine_umol_l"] = json!(600);
    let answer = check(&clinic, stated, &["metformin"]).await;
    assert!(kinds(&answer).contains(&"renal") && !not_assessed(&answer).contains("recent serum"), "{answer}");
    clinic.entry(&clinic.dana, "observations", observed(90)).await;
    let recent = check(&clinic, person, &["metformin"]).await;
    assert!(kinds(&recent).contains(&"renal") && !not_assessed(&recent).contains("recent serum"), "{recent}");
}

#[tokio::test]
async fn what_nobody_knows_is_told_with_a_prescription() {
    let clinic = Clinic::new().await;
    clinic.entry(&clinic.ann, "allergies", json!({ "substance": "unobtainium" })).await;
    let draft = prescribe(&clinic, "paracetamol").await.expect(201);
    assert!(not_assessed(&draft).contains(r#"{"kind":"allergy","missing":"knowledge of unobtainium"}"#), "{draft}");
}

#[tokio::test]
async fn an_assessment_in_the_record_knows_what_it_says() {
    let clinic = Clinic::new().await;
    clinic.entry(&clinic.ann, "problems", json!({ "name": "Unheard-of syndrome" })).await;
    let pregnant = json!({ "code": "pregnancy_status", "value": "pregnant", "gestation_weeks": 9 });
    clinic.entry(&clinic.ann, "observations", pregnant).await;
    let mut body = json!({ "patient": { "age_years": 30, "sex": "female", "conditions": [] }, "text": "cough" });
    let assess = async |body: Value| clinic.here.post("/api/v1/assessments", Some(&clinic.ann), body).await.expect(201);
    let without = assess(body.clone()).await;
    assert!(not_assessed(&without).contains("pregnancy"));
    body["patient_id"] = json!(clinic.ann.patient_id);
    let with = assess(body).await;
    assert!(!not_assessed(&with).contains("pregnancy"), "{with}");
    assert_eq!(with["unknown"][0]["name"], "Unheard-of syndrome");
}

#[tokio::test]
async fn sex_of_the_record_lets_the_kidneys_be_judged_by_creatinine() {
    let clinic = Clinic::new().await;
    for body in [json!({ "code": "weight", "value": 60 }), json!({ "code": "serum_creatinine", "value": 300 })] {
        clinic.entry(&clinic.ann, "observations", body).await;
    }
    let before = check(&clinic, json!({ "age_years": 80 }), &["metformin"]).await;
    assert!(!kinds(&before).contains(&"renal") && not_assessed(&before).contains("sex"), "{before}");
    clinic.entry(&clinic.ann, "observations", json!({ "code": "sex_for_clinical_use", "value": "female" })).await;
    let after = check(&clinic, json!({ "age_years": 80 }), &["metformin"]).await;
    assert!(kinds(&after).contains(&"renal") && !not_assessed(&after).contains("sex"), "{after}");
}

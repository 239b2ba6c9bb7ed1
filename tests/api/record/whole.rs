//! The summary and the timeline.

use super::{Clinic, contents};
use serde_json::{Value, json};

#[tokio::test]
async fn a_summary_is_all_that_a_doctor_needs_in_two_round_trips() {
    let clinic = Clinic::new().await;
    for (kind, body) in contents() {
        clinic.entry(&clinic.ann, kind, body).await;
    }
    clinic.entry(&clinic.ann, "problems", json!({ "name": "gout", "clinical_status": "resolved" })).await;
    clinic.entry(&clinic.ann, "medications", json!({ "name": "ibuprofen", "stopped_on": "2026-11-01" })).await;
    let earlier = json!({ "code": "weight", "value": 70, "effective_at": "2020-01-01T00:00:00Z" });
    clinic.entry(&clinic.ann, "observations", earlier).await;
    let assess =
        json!({ "patient": { "age_years": 54, "sex": "male" }, "text": "cough", "patient_id": clinic.ann.patient_id });
    clinic.here.post("/api/v1/assessments", Some(&clinic.ann), assess).await.expect(201);
    let item = json!({ "medicine_id": "paracetamol", "dose": { "value": 500, "unit": "mg" }, "as_needed": true });
    let prescribe = json!({ "patient_id": clinic.ann.patient_id, "items": [item] });
    let draft = clinic.here.post("/api/v1/prescriptions", Some(&clinic.dana), prescribe).await.expect(201);
    let sign = format!("/api/v1/prescriptions/{}/sign", draft["id"].as_str().unwrap());
    clinic.here.call("POST", &sign, Some(&clinic.dana), &[], None).await.expect(200);

    let headers = [("x-request-id", "summary")];
    let answer = clinic.here.call("GET", &clinic.path("summary"), Some(&clinic.dana), &headers, None).await;
    let summary = answer.expect(200);
    assert!(clinic.here.logged("summary")["database_calls"].as_i64().unwrap() <= 2);
    let all = |member: &str, name: &str| -> Vec<Value> {
        summary[member].as_array().unwrap().iter().map(|one| one[name].clone()).collect()
    };
    assert_eq!(all("problems", "name"), ["asthma"]);
    assert_eq!(all("allergies", "substance"), ["penicillin"]);
    assert_eq!(all("medications", "name"), ["Coumadin"]);
    assert_eq!(all("observations", "value"), [json!(61)]);
    assert_eq!(summary["prescriptions"][0]["items"][0]["medicine_id"], "paracetamol");
    assert_eq!(summary["assessments"].as_array().unwrap().len(), 1);
    assert!(summary["encounters"].is_array());
    assert!((54.0..55.0).contains(&summary["patient"]["age_years"].as_f64().unwrap()));
    assert_eq!((&summary["patient"]["sex"], &summary["pregnancy"]), (&json!("unknown"), &json!("unknown")));
    let missing = summary["not_assessed"].to_string();
    for datum in ["\"sex\"", "\"pregnancy\"", "\"serum_creatinine_umol_l\""] {
        assert!(missing.contains(datum), "{missing}");
    }
    assert!(!missing.contains("\"allergies\"") && !missing.contains("weight"), "{missing}");
}

#[tokio::test]
async fn an_empty_record_says_that_nothing_is_known_not_that_there_is_nothing() {
    let clinic = Clinic::new().await;
    let summary = clinic.get(&clinic.ann, "summary").await.expect(200);
    assert_eq!((&summary["allergies"], &summary["statements"]["no_known_allergies"]), (&json!([]), &Value::Null));
    let missing = summary["not_assessed"].to_string();
    for datum in ["\"allergies\"", "\"medicines\"", "\"conditions\"", "\"weight_kg\""] {
        assert!(missing.contains(datum), "{missing}");
    }
    let stated = json!({ "no_known_allergies": true, "takes_no_medicines": true, "has_no_conditions": true });
    clinic.change(&clinic.ann, "PUT", &clinic.path("statements"), 0, Some(stated)).await.expect(200);
    let summary = clinic.get(&clinic.ann, "summary").await.expect(200);
    assert!(summary["statements"]["no_known_allergies"].is_object());
    assert!(!summary["not_assessed"].to_string().contains("\"allergies\""), "{summary}");
}

#[tokio::test]
async fn the_timeline_is_one_list_latest_first() {
    let clinic = Clinic::new().await;
    for (kind, body) in contents() {
        clinic.here.clock.advance(1000);
        clinic.entry(&clinic.ann, kind, body).await;
    }
    clinic.here.clock.advance(1000);
    let assess =
        json!({ "patient": { "age_years": 54, "sex": "male" }, "text": "cough", "patient_id": clinic.ann.patient_id });
    clinic.here.post("/api/v1/assessments", Some(&clinic.ann), assess).await.expect(201);
    clinic.here.clock.advance(1000);
    let item = json!({ "medicine_id": "paracetamol", "dose": { "value": 500, "unit": "mg" }, "as_needed": true });
    let prescribe = json!({ "patient_id": clinic.ann.patient_id, "items": [item] });
    clinic.here.post("/api/v1/prescriptions", Some(&clinic.dana), prescribe).await.expect(201);
    let mut items = Vec::new();
    let mut path = "timeline?limit=3".to_owned();
    loop {
        let page = clinic.get(&clinic.dana, &path).await.expect(200);
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("timeline?limit=3&cursor={cursor}");
    }
    let (kinds, titles): (Vec<&str>, Vec<&str>) =
        items.iter().map(|one| (one["kind"].as_str().unwrap(), one["title"].as_str().unwrap())).unzip();
    // The room that was opened first may have made an encounter.
    assert_eq!(kinds[..4], ["prescriptions", "assessments", "observations", "social-history"]);
    assert_eq!(titles[0], "paracetamol");
    assert_eq!(kinds[9], "problems");
    assert_eq!(titles[9], "asthma");
    let times: Vec<&str> = items.iter().map(|one| one["time"].as_str().unwrap()).collect();
    assert!(times.is_sorted_by(|a, b| a >= b), "{times:?}");
}

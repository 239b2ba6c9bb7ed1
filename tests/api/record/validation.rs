//! What is not an entry, and why.

use super::{Clinic, contents};
use serde_json::{Value, json};

#[tokio::test]
async fn every_bad_field_is_told_at_once() {
    let clinic = Clinic::new().await;
    for (kind, body, expected) in [
        (
            "problems",
            json!({ "clinical_status": "x", "onset_date": "2020-13", "foo": 1, "encounter_id": "x" }),
            vec!["/clinical_status", "/encounter_id", "/foo", "/name", "/onset_date"],
        ),
        ("problems", json!({ "name": "x", "onset_date": "2027" }), vec!["/onset_date"]),
        (
            "problems",
            json!({ "name": "x", "clinical_status": "resolved", "onset_date": "2020-05", "abatement_date": "2020-04-30" }),
            vec!["/abatement_date"],
        ),
        ("problems", json!({ "name": "x", "abatement_date": "2020" }), vec!["/abatement_date"]),
        ("problems", json!({ "name": "x".repeat(201), "note": "x".repeat(2001) }), vec!["/name", "/note"]),
        (
            "allergies",
            json!({ "severity": "bad", "certainty": 1, "kind": "x" }),
            vec!["/certainty", "/kind", "/severity", "/substance"],
        ),
        ("medications", json!({}), vec!["/name"]),
        ("medications", json!({ "medicine_id": "unobtainium" }), vec!["/medicine_id"]),
        ("medications", json!({ "name": "x", "source": "x", "started_on": "x" }), vec!["/source", "/started_on"]),
        (
            "medications",
            json!({ "name": "x", "started_on": "2025-02-02", "stopped_on": "2025-02-01" }),
            vec!["/stopped_on"],
        ),
        ("medications", json!({ "name": "x", "stopped_on": "2026-12-31" }), vec!["/stopped_on"]),
        ("procedures", json!({ "date": "2099-01-01" }), vec!["/name"]),
        ("procedures", json!({ "name": "x", "date": "2099-01-01" }), vec!["/date"]),
        ("immunizations", json!({ "vaccine": "", "lot": 7 }), vec!["/lot", "/vaccine"]),
        (
            "family-history",
            json!({ "relation": "x", "condition": "x", "age_of_onset_years": 131 }),
            vec!["/age_of_onset_years"],
        ),
        ("social-history", json!({}), vec![""]),
        ("social-history", json!({ "smoking_status": "never", "pack_years": 3 }), vec!["/pack_years"]),
        ("social-history", json!({ "alcohol_units_per_week": -1 }), vec!["/alcohol_units_per_week"]),
        ("observations", json!({ "code": "weight" }), vec!["/value"]),
        ("observations", json!({ "code": "mood", "value": 1 }), vec!["/code"]),
        ("observations", json!({ "code": "weight", "value": 601, "unit": "lb" }), vec!["/unit", "/value"]),
        ("observations", json!({ "code": "potassium", "value": "4" }), vec!["/value"]),
        ("observations", json!({ "code": "child_pugh", "value": 4 }), vec!["/value"]),
        ("observations", json!({ "code": "pregnancy_status", "value": true, "unit": "x" }), vec!["/unit", "/value"]),
        (
            "observations",
            json!({ "code": "pregnancy_status", "value": "not_pregnant", "gestation_weeks": 3 }),
            vec!["/gestation_weeks"],
        ),
        ("observations", json!({ "code": "lactation", "value": "yes" }), vec!["/value"]),
        ("observations", json!({ "code": "weight", "value": 61, "effective_at": "yesterday" }), vec!["/effective_at"]),
        (
            "observations",
            json!({ "code": "weight", "value": 61, "effective_at": "2027-01-01T00:00:00Z" }),
            vec!["/effective_at"],
        ),
        (
            "observations",
            json!({ "code": "weight", "value": 61, "effective_at": "1800-01-01T00:00:00Z" }),
            vec!["/effective_at"],
        ),
    ] {
        assert_eq!(clinic.post(&clinic.ann, kind, body.clone()).await.invalid(), expected, "{kind} {body}");
    }
    for (kind, _) in contents() {
        assert_eq!(clinic.post(&clinic.ann, kind, json!([])).await.invalid(), [""]);
    }
    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM record_entries").await, 0);
}

#[tokio::test]
async fn a_correction_is_held_to_the_same_rules() {
    let clinic = Clinic::new().await;
    let body = json!({ "name": "warfarin", "started_on": "2025-02-02" });
    let (_, path) = clinic.entry(&clinic.ann, "medications", body).await;
    for (patch, expected) in [
        (json!({ "stopped_on": "2025-02-01" }), vec!["/stopped_on"]),
        (json!({ "name": null }), vec!["/name"]),
        (json!({ "codings": [] }), vec!["/codings"]),
        (json!({ "status": "active", "version": 9 }), vec!["/status", "/version"]),
        (json!({ "encounter_id": clinic.here.services.new_id().unwrap() }), vec!["/encounter_id"]),
        (json!("x"), vec![""]),
    ] {
        assert_eq!(
            clinic.change(&clinic.ann, "PATCH", &path, 1, Some(patch.clone())).await.invalid(),
            expected,
            "{patch}"
        );
    }
    let (entry, path) = clinic.entry(&clinic.ann, "observations", json!({ "code": "weight", "value": 61 })).await;
    assert_eq!((&entry["unit"], entry["effective_at"].is_string()), (&json!("kg"), true));
    let height = clinic
        .change(&clinic.ann, "PATCH", &path, 1, Some(json!({ "code": "height", "value": 161 })))
        .await
        .expect(200);
    assert_eq!((&height["unit"], &height["effective_at"]), (&json!("cm"), &entry["effective_at"]));
}

#[tokio::test]
async fn an_encounter_of_somebody_else_is_refused() {
    let clinic = Clinic::new().await;
    let encounter: Value = json!(clinic.here.services.new_id().unwrap());
    let body = json!({ "name": "asthma", "encounter_id": encounter });
    assert_eq!(clinic.post(&clinic.ann, "problems", body).await.invalid(), ["/encounter_id"]);
}

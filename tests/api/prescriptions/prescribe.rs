//! `POST /api/v1/prescriptions`: who may, and what is a prescription.

use super::{Clinic, PATH, item};
use serde_json::{Value, json};

#[tokio::test]
async fn a_doctor_who_cares_for_the_patient_makes_a_draft() {
    let clinic = Clinic::new().await;
    let answer = clinic.prescribe(&["amoxicillin"]).await;
    assert_eq!(answer.header("etag"), "\"1\"");
    let location = answer.header("location").to_owned();
    let draft = answer.expect(201);
    assert_eq!(location, format!("{PATH}/{}", draft["id"].as_str().unwrap()));
    assert_eq!(
        (&draft["status"], &draft["signed_at"], &draft["signature"]),
        (&json!("draft"), &Value::Null, &Value::Null)
    );
    assert_eq!(
        (&draft["patient_id"], &draft["prescriber_id"]),
        (&json!(clinic.ann.patient_id), &json!(clinic.dana.user_id))
    );
    let sent = &draft["items"][0];
    for field in ["medicine_id", "route", "duration_days", "instructions"] {
        assert_eq!(sent[field], item("amoxicillin")[field], "{field}");
    }
    assert_eq!((&sent["dose"]["value"], &sent["timing"]["frequency"]), (&json!(500.0), &json!(3.0)));
    assert!(draft["knowledge_version"].as_str().unwrap().starts_with("k-"));
    assert_eq!(clinic.here.get(&location, Some(&clinic.dana)).await.expect(200), draft);
}

#[tokio::test]
async fn without_a_care_relationship_the_patient_is_not_there() {
    let clinic = Clinic::new().await;
    let dora = clinic.here.doctor("dora@example.org").await;
    let stranger = clinic.here.post(PATH, Some(&dora), clinic.body(&["amoxicillin"])).await.problem(404, "not-found");
    let mut nobody = clinic.body(&["amoxicillin"]);
    nobody["patient_id"] = json!(clinic.here.services.new_id().unwrap());
    let missing = clinic.here.post(PATH, Some(&dora), nobody).await.problem(404, "not-found");
    assert_eq!((&stranger["detail"], &stranger["title"]), (&missing["detail"], &missing["title"]));
    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM prescriptions").await, 0);
}

#[tokio::test]
async fn a_relationship_that_ended_opens_nothing_any_more() {
    let clinic = Clinic::new().await;
    clinic.here.execute("UPDATE care_relationships SET ended_at = 1").await;
    clinic.prescribe(&["amoxicillin"]).await.problem(404, "not-found");
}

#[tokio::test]
async fn a_doctor_who_left_prescribes_no_longer() {
    let clinic = Clinic::new().await;
    // The access token still says doctor.
    clinic.here.execute("UPDATE staff SET ended_at = 1").await;
    clinic.prescribe(&["amoxicillin"]).await.problem(404, "not-found");
}

#[tokio::test]
async fn a_patient_prescribes_for_nobody() {
    let clinic = Clinic::new().await;
    clinic.here.post(PATH, None, clinic.body(&["amoxicillin"])).await.problem(401, "unauthenticated");
    clinic.here.post(PATH, Some(&clinic.ann), clinic.body(&["amoxicillin"])).await.problem(403, "forbidden");
    let eve = clinic.here.sign_up("eve@example.org").await;
    clinic.here.post(PATH, Some(&eve), clinic.body(&["amoxicillin"])).await.problem(404, "not-found");
}

#[tokio::test]
async fn a_medicine_that_is_not_known_is_refused_with_a_suggestion() {
    let clinic = Clinic::new().await;
    let answer = clinic.prescribe(&["amoxicilin", "paracetamol", "unobtainium"]).await;
    let problem = answer.problem(422, "invalid");
    let errors = problem["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 2);
    assert_eq!(
        (&errors[0]["pointer"], &errors[0]["code"]),
        (&json!("/items/0/medicine_id"), &json!("unknown_medicine"))
    );
    assert!(errors[0]["message"].as_str().unwrap().contains("Did you mean amoxicillin"), "{problem}");
    assert_eq!(errors[1]["pointer"], "/items/2/medicine_id");
}

#[tokio::test]
async fn a_name_is_no_id() {
    let clinic = Clinic::new().await;
    for name in ["Amoxil", "Amoxicillin", "co-amoxiclav"] {
        assert_eq!(clinic.prescribe(&[name]).await.invalid(), ["/items/0/medicine_id"], "{name}");
    }
}

#[tokio::test]
async fn bad_fields_are_reported_at_once() {
    let clinic = Clinic::new().await;
    let post = async |body: Value| clinic.here.post(PATH, Some(&clinic.dana), body).await.invalid();
    assert_eq!(post(json!({})).await, ["/items", "/patient_id"]);
    let bad = json!({
        "patient_id": "x", "notes": "", "encounter_id": "y",
        "items": [{ "dose": { "value": 0, "unit": "" }, "timing": { "frequency": -1, "period": 1, "period_unit": "year" },
                    "duration_days": 1.5, "strength": "500 mg" }],
        "overrides": [{ "alert": "", "reason_code": "because" }]
    });
    assert_eq!(
        post(bad).await,
        [
            "/encounter_id",
            "/items/0/dose/unit",
            "/items/0/dose/value",
            "/items/0/duration_days",
            "/items/0/medicine_id",
            "/items/0/strength",
            "/items/0/timing/frequency",
            "/items/0/timing/period_unit",
            "/notes",
            "/overrides/0/alert",
            "/overrides/0/reason",
            "/overrides/0/reason_code",
            "/patient_id",
        ]
    );
}

#[tokio::test]
async fn an_item_says_when_it_is_taken() {
    let clinic = Clinic::new().await;
    let mut body = clinic.body(&["amoxicillin"]);
    body["items"][0].as_object_mut().unwrap().remove("timing");
    assert_eq!(clinic.here.post(PATH, Some(&clinic.dana), body.clone()).await.invalid(), ["/items/0"]);
    body["items"][0]["as_needed"] = json!(true);
    body["items"][0]["max_per_24h"] = json!({ "value": 2, "unit": "g" });
    clinic.here.post(PATH, Some(&clinic.dana), body).await.expect(201);
}

#[tokio::test]
async fn one_has_1_to_20_items() {
    let clinic = Clinic::new().await;
    assert_eq!(clinic.prescribe(&[]).await.invalid(), ["/items"]);
    assert_eq!(clinic.prescribe(&["amoxicillin"; 21]).await.invalid(), ["/items"]);
}

#[tokio::test]
async fn an_encounter_that_is_not_there_is_refused() {
    let clinic = Clinic::new().await;
    let mut body = clinic.body(&["amoxicillin"]);
    body["encounter_id"] = json!(clinic.here.services.new_id().unwrap());
    assert_eq!(clinic.here.post(PATH, Some(&clinic.dana), body).await.invalid(), ["/encounter_id"]);
}

#[tokio::test]
async fn its_content_is_ciphertext_and_its_making_is_audited() {
    let clinic = Clinic::new().await;
    clinic.draft(&["amoxicillin"]).await;
    let storage = clinic.here.storage().await;
    assert!(!storage.contains("amoxicillin") && !storage.contains("With water"), "{storage}");
    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'prescription.drafted'").await, 1);
}

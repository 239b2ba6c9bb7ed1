//! A decision about an alert holds for a while, and rules that are overridden in vain show.

use super::super::support::PASSWORD;
use super::{Clinic, PATH};
use serde_json::{Value, json};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const RULE: &str = "warfarin_with_ibuprofen";

async fn refused(clinic: &Clinic, medicines: &[&str]) -> Vec<String> {
    let answer = clinic.prescribe(medicines).await;
    if answer.status == 201 {
        return Vec::new();
    }
    let alerts = answer.expect(409)["alerts"].as_array().unwrap().clone();
    let interrupts = |alert: &&Value| ["major", "contraindicated"].contains(&alert["severity"].as_str().unwrap());
    alerts.iter().filter(interrupts).map(|alert| alert["id"].as_str().unwrap().to_owned()).collect()
}

async fn override_all(clinic: &Clinic, medicines: &[&str]) {
    let overrides: Vec<Value> = refused(clinic, medicines)
        .await
        .into_iter()
        .map(|alert| json!({ "alert": alert, "reason_code": "will_monitor", "reason": "INR in three days." }))
        .collect();
    let mut body = clinic.body(medicines);
    body["overrides"] = json!(overrides);
    clinic.here.post(PATH, Some(&clinic.dana), body).await.expect(201);
}

#[tokio::test]
async fn a_pair_that_was_decided_about_interrupts_that_prescriber_no_more() {
    let clinic = Clinic::new().await;
    let pair = ["warfarin", "ibuprofen"];
    assert!(!refused(&clinic, &pair).await.is_empty());
    override_all(&clinic, &pair).await;
    assert_eq!(refused(&clinic, &pair).await, [] as [String; 0]);
    // It is still told.
    let draft = clinic.prescribe(&pair).await.expect(201);
    assert!(draft["alerts"].as_array().unwrap().iter().any(|alert| alert["severity"] == "major"), "{draft}");
}

#[tokio::test]
async fn after_90_days_it_interrupts_again() {
    let clinic = Clinic::new().await;
    let pair = ["warfarin", "ibuprofen"];
    override_all(&clinic, &pair).await;
    clinic.here.clock.advance(89 * DAY_MS);
    let dana = clinic.here.sign_in("dana@example.org", PASSWORD).await;
    assert_eq!(clinic.here.post(PATH, Some(&dana), clinic.body(&pair)).await.status, 201);
    clinic.here.clock.advance(DAY_MS);
    let dana = clinic.here.sign_in("dana@example.org", PASSWORD).await;
    assert_eq!(clinic.here.post(PATH, Some(&dana), clinic.body(&pair)).await.status, 409);
}

#[tokio::test]
async fn another_dose_and_another_prescriber_are_asked_anew() {
    let clinic = Clinic::new().await;
    let pair = ["warfarin", "ibuprofen"];
    override_all(&clinic, &pair).await;
    let mut body = clinic.body(&pair);
    body["items"][1]["dose"]["value"] = json!(400);
    assert_eq!(clinic.here.post(PATH, Some(&clinic.dana), body).await.status, 409);
    let dora = clinic.here.doctor("dora@example.org").await;
    clinic.here.room(&clinic.ann, &dora).await;
    assert_eq!(clinic.here.post(PATH, Some(&dora), clinic.body(&pair)).await.status, 409);
}

#[tokio::test]
async fn a_medicine_that_comes_to_it_is_asked_about_by_itself() {
    let clinic = Clinic::new().await;
    override_all(&clinic, &["warfarin", "ibuprofen"]).await;
    let again = refused(&clinic, &["warfarin", "ibuprofen", "clarithromycin"]).await;
    assert!(!again.is_empty());
}

#[tokio::test]
async fn the_operator_sees_which_rules_are_overridden() {
    let clinic = Clinic::new().await;
    override_all(&clinic, &["warfarin", "ibuprofen"]).await;
    let operator = clinic.here.operator("olga@example.org").await;
    let page = clinic.here.get("/api/v1/reports/overrides", Some(&operator)).await.expect(200);
    let rules = page["items"].as_array().unwrap();
    let row = rules.iter().find(|row| row["rule"] == RULE);
    assert!(row.is_some(), "{page}");
    let row = row.unwrap();
    assert_eq!((&row["shown"], &row["overridden"], &row["is_in_vain"]), (&json!(1), &json!(1), &json!(true)));
    // Shown again and not decided about by another doctor: half of them.
    let dora = clinic.here.doctor("dora@example.org").await;
    clinic.here.room(&clinic.ann, &dora).await;
    clinic.here.post(PATH, Some(&dora), clinic.body(&["warfarin", "ibuprofen"])).await.expect(409);
    clinic.here.post(PATH, Some(&dora), clinic.body(&["warfarin", "ibuprofen"])).await.expect(409);
    let page = clinic.here.get("/api/v1/reports/overrides", Some(&operator)).await.expect(200);
    let row = page["items"].as_array().unwrap().iter().find(|row| row["rule"] == RULE).unwrap().clone();
    assert_eq!((&row["shown"], &row["overridden_percent"], &row["is_in_vain"]), (&json!(2), &json!(50), &json!(false)));
}

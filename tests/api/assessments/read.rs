//! `GET /api/v1/assessments` and `GET /api/v1/assessments/{id}`

use super::{PATH, ann, says};
use serde_json::{Value, json};

fn ids(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn ones_own_is_read_as_it_was_answered() {
    let (here, ann) = ann().await;
    let made = here.post(PATH, Some(&ann), says("cough")).await.expect(201);
    let read = here.get(&format!("{PATH}/{}", made["id"].as_str().unwrap()), Some(&ann)).await;
    assert_eq!(read.header("etag"), "\"1\"");
    assert_eq!(read.expect(200), made);
}

#[tokio::test]
async fn somebody_elses_is_as_if_it_were_not_there() {
    let (here, ann) = ann().await;
    let dana = here.doctor("dana@example.org").await;
    here.room(&ann, &dana).await;
    let made = here.post(PATH, Some(&ann), says("cough")).await.expect(201);
    let there = format!("{PATH}/{}", made["id"].as_str().unwrap());
    let nowhere = format!("{PATH}/{}", here.services.new_id().unwrap());
    here.get(&there, None).await.problem(401, "unauthenticated");
    // Not even the patient's doctor: it was filed in no record.
    for stranger in [here.sign_up("eve@example.org").await, dana] {
        let there = here.get(&there, Some(&stranger)).await.problem(404, "not-found");
        let missing = here.get(&nowhere, Some(&stranger)).await.problem(404, "not-found");
        assert_eq!((&there["title"], &there["detail"]), (&missing["title"], &missing["detail"]));
    }
}

#[tokio::test]
async fn one_in_a_record_is_read_by_who_cares_for_the_patient() {
    let (here, ann) = ann().await;
    let dana = here.doctor("dana@example.org").await;
    let mut body = says("cough");
    body["patient_id"] = json!(ann.patient_id);
    let made = here.post(PATH, Some(&ann), body).await.expect(201);
    assert_eq!(made["patient_id"], ann.patient_id.as_str());
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    let list = format!("{PATH}?patient_id={}", ann.patient_id);
    here.get(&path, Some(&dana)).await.problem(404, "not-found");
    here.get(&list, Some(&dana)).await.problem(404, "not-found");
    here.room(&ann, &dana).await;
    assert_eq!(here.get(&path, Some(&dana)).await.expect(200), made);
    assert_eq!(here.get(&list, Some(&dana)).await.expect(200)["items"], json!([made]));
    here.execute("UPDATE care_relationships SET ended_at = 1").await;
    here.get(&path, Some(&dana)).await.problem(404, "not-found");
}

#[tokio::test]
async fn nobody_files_one_in_a_record_that_is_closed_to_them() {
    let (here, ann) = ann().await;
    let dana = here.doctor("dana@example.org").await;
    let eve = here.sign_up("eve@example.org").await;
    let mut body = says("cough");
    body["patient_id"] = json!(ann.patient_id);
    for stranger in [&dana, &eve] {
        here.post(PATH, Some(stranger), body.clone()).await.problem(404, "not-found");
    }
    here.room(&ann, &dana).await;
    let made = here.post(PATH, Some(&dana), body).await.expect(201);
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    assert_eq!(here.get(&path, Some(&ann)).await.expect(200), made);
}

#[tokio::test]
async fn a_doctor_loses_what_they_filed_with_the_relationship() {
    let (here, ann) = ann().await;
    let dana = here.doctor("dana@example.org").await;
    here.room(&ann, &dana).await;
    let mut body = says("cough");
    body["patient_id"] = json!(ann.patient_id);
    let made = here.post(PATH, Some(&dana), body).await.expect(201);
    here.execute("UPDATE care_relationships SET ended_at = 1").await;
    here.get(&format!("{PATH}/{}", made["id"].as_str().unwrap()), Some(&dana)).await.problem(404, "not-found");
}

#[tokio::test]
async fn the_list_comes_in_pages_latest_first() {
    let (here, ann) = ann().await;
    let mut made = Vec::new();
    for _ in 0..5 {
        here.clock.advance(1000);
        let one = here.post(PATH, Some(&ann), says("cough")).await.expect(201);
        made.insert(0, one["id"].as_str().unwrap().to_owned());
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = here.get(&format!("{PATH}?limit=2{cursor}"), Some(&ann)).await.expect(200);
        seen.extend(ids(&page));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
        // What comes in between does not move the pages.
        here.clock.advance(1000);
        here.post(PATH, Some(&ann), says("fever")).await.expect(201);
    }
    assert_eq!(seen, made);
}

#[tokio::test]
async fn the_list_holds_ones_own_that_are_in_no_record_or_those_of_a_record() {
    let (here, ann) = ann().await;
    let eve = here.sign_up("eve@example.org").await;
    let own = here.post(PATH, Some(&ann), says("cough")).await.expect(201);
    let mut body = says("fever");
    body["patient_id"] = json!(ann.patient_id);
    let filed = here.post(PATH, Some(&ann), body).await.expect(201);
    assert_eq!(here.get(PATH, Some(&ann)).await.expect(200)["items"], json!([own]));
    let record = format!("{PATH}?patient_id={}", ann.patient_id);
    assert_eq!(here.get(&record, Some(&ann)).await.expect(200)["items"], json!([filed]));
    assert_eq!(here.get(PATH, Some(&eve)).await.expect(200)["items"], json!([]));
    here.get(&record, Some(&eve)).await.problem(404, "not-found");
    here.get(PATH, None).await.problem(401, "unauthenticated");
    assert_eq!(here.get(&format!("{PATH}?patient_id=x&limit=x"), Some(&ann)).await.invalid(), ["limit", "patient_id"]);
}

#[tokio::test]
async fn what_is_stored_is_ciphertext() {
    let (here, ann) = ann().await;
    here.post(PATH, Some(&ann), says("my secret cough")).await.expect(201);
    let storage = here.storage().await;
    assert!(!storage.contains("cough") && !storage.contains("common_cold"), "{storage}");
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'assessment.made'").await, 1);
}

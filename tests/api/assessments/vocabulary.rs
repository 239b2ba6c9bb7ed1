//! `GET /api/v1/conditions` and `GET /api/v1/findings`

use super::ann;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use virtual_doctor::knowledge::diagnosis;

/// Ids of every row, page by page.
async fn all(path: &str) -> BTreeSet<String> {
    let (here, ann) = ann().await;
    let (mut seen, mut cursor) = (BTreeSet::new(), String::new());
    loop {
        let page = here.get(&format!("{path}?limit=100{cursor}"), Some(&ann)).await.expect(200);
        for item in page["items"].as_array().unwrap() {
            assert!(seen.insert(item["id"].as_str().unwrap().to_owned()), "{item} came twice");
        }
        let Some(next) = page["next_cursor"].as_str() else { return seen };
        cursor = format!("&cursor={next}");
    }
}

fn ids(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn all_conditions_and_findings_are_listed() {
    assert_eq!(all("/api/v1/conditions").await.len(), diagnosis().conditions.len());
    assert_eq!(all("/api/v1/findings").await.len(), diagnosis().findings.len());
}

#[tokio::test]
async fn a_condition_is_found_by_its_name() {
    let (here, _) = ann().await;
    let page = here.get("/api/v1/conditions?search=Myocard", None).await.expect(200);
    let row = page["items"].as_array().unwrap().iter().find(|item| item["id"] == "myocardial_infarction").unwrap();
    assert_eq!((&row["icd10"], &row["urgency"]), (&json!("I21"), &json!("emergency")));
    assert!(!row["sources"].as_array().unwrap().is_empty() && row["review"].is_string());
    assert_eq!(ids(&here.get("/api/v1/conditions?search=moonlight", None).await.expect(200)), [] as [&str; 0]);
}

#[tokio::test]
async fn a_finding_is_found_by_how_people_say_it() {
    let (here, ann) = ann().await;
    let page = here.get("/api/v1/findings?search=Chest&limit=100", Some(&ann)).await.expect(200);
    assert!(ids(&page).contains(&"chest_pain"), "{:?}", ids(&page));
    let row = page["items"].as_array().unwrap().iter().find(|item| item["id"] == "chest_pain").unwrap();
    assert!(row["question"].as_str().unwrap().ends_with('?'));
    let phrase = row["phrases"][0].as_str().unwrap().replace(' ', "%20");
    let page = here.get(&format!("/api/v1/findings?search={phrase}&limit=100"), Some(&ann)).await.expect(200);
    assert!(ids(&page).contains(&"chest_pain"), "{:?}", ids(&page));
}

#[tokio::test]
async fn findings_need_signing_in_and_conditions_do_not() {
    let (here, _) = ann().await;
    here.get("/api/v1/findings", None).await.problem(401, "unauthenticated");
    here.get("/api/v1/conditions", None).await.expect(200);
}

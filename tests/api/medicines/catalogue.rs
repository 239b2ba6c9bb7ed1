//! `GET /api/v1/medicines` and `GET /api/v1/medicines/{id}`

use super::super::support::Installation;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use virtual_doctor::knowledge;

async fn find(query: &str) -> Vec<String> {
    let page = Installation::new().get(&format!("/api/v1/medicines?limit=100&{query}"), None).await.expect(200);
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_medicine_is_found_by_the_beginning_of_its_name() {
    let found = find("search=amoxi").await;
    assert_eq!(found, ["amoxicillin", "amoxicillin_and_clavulanic_acid"]);
    assert_eq!(find("search=%20AMOXI%20").await, found);
}

#[tokio::test]
async fn the_name_itself_comes_first() {
    assert_eq!(find("search=paracetamol").await[0], "paracetamol");
    assert_eq!(find("search=codeine").await[0], "codeine");
}

#[tokio::test]
async fn a_medicine_is_found_by_synonym_and_brand() {
    assert_eq!(find("search=acetaminophen").await[0], "paracetamol");
    assert_eq!(find("search=co-amoxiclav").await, ["amoxicillin_and_clavulanic_acid"]);
    assert_eq!(find("search=Coumadin").await, ["warfarin"]);
}

#[tokio::test]
async fn a_later_word_of_a_name_will_do() {
    assert!(find("search=clavulanic").await.contains(&"amoxicillin_and_clavulanic_acid".to_owned()));
}

#[tokio::test]
async fn a_typo_is_forgiven_and_in_a_long_name_two() {
    for typed in ["amoxicilin", "amoxicilllin", "amoxycillim", "amoxicillni"] {
        assert!(find(&format!("search={typed}")).await.contains(&"amoxicillin".to_owned()), "{typed}");
    }
    assert!(find("search=claritromicin").await.contains(&"clarithromycin".to_owned()));
    assert!(find("search=warfrin").await.contains(&"warfarin".to_owned()));
    // In a short one two may be another medicine.
    assert!(find("search=warfrn").await.is_empty());
}

#[tokio::test]
async fn a_medicine_is_found_by_atc_code_and_by_a_part_of_the_tree() {
    assert_eq!(find("atc=B01AA03").await, ["warfarin"]);
    assert_eq!(find("atc=b01aa03").await, ["warfarin"]);
    let penicillins = find("atc=J01CA").await;
    assert!(penicillins.contains(&"amoxicillin".to_owned()) && !penicillins.contains(&"warfarin".to_owned()));
    assert_eq!(find("atc=Z99").await, [] as [&str; 0]);
}

#[tokio::test]
async fn a_medicine_is_found_by_its_form() {
    let found = find("form=Suppository").await;
    assert!(found.contains(&"paracetamol".to_owned()) && !found.contains(&"warfarin".to_owned()));
    assert_eq!(find("form=suppository&search=para").await[0], "paracetamol");
    assert_eq!(find("form=suppository&search=warfarin").await, [] as [&str; 0]);
}

#[tokio::test]
async fn the_catalogue_comes_in_pages_each_medicine_once() {
    let here = Installation::new();
    let (mut seen, mut cursor, mut count) = (BTreeSet::new(), String::new(), 0);
    loop {
        let page = here.get(&format!("/api/v1/medicines?limit=100{cursor}"), None).await.expect(200);
        for item in page["items"].as_array().unwrap() {
            seen.insert(item["id"].as_str().unwrap().to_owned());
            count += 1;
        }
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen.len(), knowledge::medicine().medicines.len());
    assert_eq!(count, seen.len());
}

#[tokio::test]
async fn the_next_page_keeps_the_search() {
    let here = Installation::new();
    let first = here.get("/api/v1/medicines?search=para&limit=1", None).await;
    let link = first.header("link").trim_start_matches('<').split_once('>').unwrap().0.to_owned();
    assert!(link.contains("search=para") && link.contains("limit=1"), "{link}");
    let second = here.get(&link, None).await.expect(200);
    assert_ne!(first.json()["items"][0]["id"], second["items"][0]["id"]);
    assert_eq!(second["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_medicine_is_told_in_full() {
    let medicine = Installation::new().get("/api/v1/medicines/amoxicillin", None).await.expect(200);
    assert_eq!((&medicine["id"], &medicine["name"]), (&json!("amoxicillin"), &json!("amoxicillin")));
    assert_eq!((&medicine["atc"], &medicine["rxcui"]), (&json!(["J01CA04"]), &json!("723")));
    assert!(medicine["brands"].as_array().unwrap().contains(&json!("Amoxil")));
    assert!(medicine["classes"].as_array().unwrap().contains(&json!("penicillin")));
    let capsule = medicine["forms"].as_array().unwrap().iter().find(|form| form["form"] == "capsule").unwrap();
    assert_eq!((&capsule["route"], &capsule["strengths"][0]), (&json!("oral"), &json!("250 mg")));
    assert!(medicine["covers"].as_array().unwrap().contains(&json!("allergy")));
    let codings: Vec<(&Value, &Value)> =
        medicine["codings"].as_array().unwrap().iter().map(|coding| (&coding["system"], &coding["code"])).collect();
    assert!(codings.contains(&(&json!("http://www.whocc.no/atc"), &json!("J01CA04"))), "{codings:?}");
    assert!(codings.contains(&(&json!("http://www.nlm.nih.gov/research/umls/rxnorm"), &json!("723"))), "{codings:?}");
    assert!(!medicine["sources"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_medicine_without_a_code_says_null() {
    let gel = Installation::new().get("/api/v1/medicines/ibuprofen_topical", None).await.expect(200);
    assert_eq!(gel["rxcui"], Value::Null);
}

#[tokio::test]
async fn one_that_is_not_there_is_not_found() {
    let here = Installation::new();
    for id in ["unobtainium", "Amoxicillin", "Amoxil", "check"] {
        let status = here.get(&format!("/api/v1/medicines/{id}"), None).await.status.as_u16();
        assert_eq!(status, if id == "check" { 405 } else { 404 }, "{id}");
    }
}

#[tokio::test]
async fn it_is_the_same_for_everyone() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    let path = "/api/v1/medicines/warfarin";
    assert_eq!(here.get(path, None).await.expect(200), here.get(path, Some(&ann)).await.expect(200));
}

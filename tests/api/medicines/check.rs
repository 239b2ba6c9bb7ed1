//! `POST /api/v1/medicines/check`: medicines against each other.

use super::super::support::Installation;
use super::{CHECK, alert, alerts, check, check_names, is_not_assessed};
use serde_json::{Value, json};

#[tokio::test]
async fn an_interaction_is_told_in_full() {
    let answer = check_names(json!({}), &["warfarin", "clarithromycin"]).await;
    let alert = alert(&answer, "warfarin_with_clarithromycin:clarithromycin+warfarin");
    assert_eq!((&alert["kind"], &alert["severity"]), (&json!("interaction"), &json!("major")));
    assert_eq!(alert["medicines"], json!(["warfarin", "clarithromycin"]));
    for field in ["mechanism", "effect", "management", "evidence", "review"] {
        assert!(!alert[field].as_str().unwrap().is_empty(), "{field}");
    }
    assert!(!alert["sources"].as_array().unwrap().is_empty());
    assert!(answer["knowledge_version"].as_str().unwrap().starts_with("k-"));
}

#[tokio::test]
async fn a_medicine_is_named_by_name_id_or_code() {
    let named = json!([
        { "name": "WARFARIN" }, { "name": "Coumadin" }, { "id": "warfarin" }, { "rxcui": "11289" }, { "atc": "B01AA03" }
    ]);
    let answer = check(json!({}), named).await.expect(200);
    let checked: Vec<(&Value, &Value)> =
        answer["checked"].as_array().unwrap().iter().map(|one| (&one["name"], &one["id"])).collect();
    for (at, written) in ["WARFARIN", "Coumadin", "warfarin", "11289", "B01AA03"].iter().enumerate() {
        assert_eq!(checked[at], (&json!(written), &json!("warfarin")));
    }
}

#[tokio::test]
async fn what_has_been_written_up_is_told() {
    let answer = check_names(json!({}), &["warfarin"]).await;
    let covers = answer["checked"][0]["covers"].as_array().unwrap();
    assert!(covers.contains(&json!("interaction")) && covers.contains(&json!("pregnancy")), "{covers:?}");
}

#[tokio::test]
async fn what_is_not_known_is_told_with_what_it_may_have_meant() {
    let answer = check_names(json!({}), &["wafarin", "unobtainium", "warfarin"]).await;
    assert_eq!(
        answer["unknown"],
        json!([
            { "field": "medicines", "name": "wafarin", "did_you_mean": ["warfarin"] },
            { "field": "medicines", "name": "unobtainium", "did_you_mean": [] }
        ])
    );
    assert_eq!(answer["checked"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_code_or_an_id_is_not_guessed_at() {
    let answer =
        check(json!({}), json!([{ "rxcui": "1128" }, { "atc": "B01" }, { "id": "Warfarin" }])).await.expect(200);
    assert_eq!((answer["unknown"].as_array().unwrap().len(), &answer["checked"]), (3, &json!([])));
}

#[tokio::test]
async fn alerts_are_the_same_in_any_order_of_medicines() {
    let names = ["warfarin", "clarithromycin", "simvastatin", "ibuprofen"];
    let forwards = check_names(json!({}), &names).await;
    let mut names = names;
    names.reverse();
    let backwards = check_names(json!({}), &names).await;
    assert_eq!(alerts(&forwards), alerts(&backwards));
    assert!(alerts(&forwards).len() >= 4, "{:?}", alerts(&forwards));
}

#[tokio::test]
async fn the_worst_comes_first() {
    let answer = check_names(json!({}), &["warfarin", "clarithromycin", "simvastatin", "ibuprofen"]).await;
    let rank = |severity: &Value| ["contraindicated", "major", "moderate", "minor"].iter().position(|s| severity == s);
    let ranks: Vec<_> =
        answer["alerts"].as_array().unwrap().iter().map(|alert| rank(&alert["severity"]).unwrap()).collect();
    assert!(ranks.is_sorted() && ranks[0] == 0, "{ranks:?}");
}

#[tokio::test]
async fn the_rule_of_a_class_is_not_said_beside_that_of_the_medicine() {
    let answer = check_names(json!({}), &["warfarin", "ibuprofen"]).await;
    alert(&answer, "warfarin_with_ibuprofen:ibuprofen+warfarin");
    let general = alerts(&answer).into_iter().find(|id| id.starts_with("vitamin_k_antagonist_with_nsaid:"));
    assert_eq!(general, None);
    // Where there is no rule of its own, that of the class speaks.
    let answer = check_names(json!({}), &["warfarin", "naproxen"]).await;
    assert!(alerts(&answer).iter().any(|id| id.ends_with(":naproxen+warfarin")), "{:?}", alerts(&answer));
}

#[tokio::test]
async fn a_combination_is_judged_by_its_ingredients() {
    let answer = check_names(json!({}), &["warfarin", "Nurofen Plus"]).await;
    alert(&answer, "warfarin_with_ibuprofen:ibuprofen_and_codeine+warfarin");
}

#[tokio::test]
async fn the_same_ingredient_twice_is_a_duplicate() {
    let answer = check_names(json!({}), &["co-codamol", "paracetamol"]).await;
    let found = alert(&answer, "duplicate_ingredient:paracetamol+paracetamol_and_codeine");
    assert_eq!((&found["kind"], &found["severity"]), (&json!("duplicate"), &json!("moderate")));
    assert!(found["mechanism"].as_str().unwrap().contains("paracetamol"), "{found}");
}

#[tokio::test]
async fn the_same_medicine_by_two_names_is_a_duplicate() {
    let answer = check_names(json!({}), &["Tylenol", "Panadol"]).await;
    alert(&answer, "duplicate_ingredient:paracetamol+paracetamol");
}

#[tokio::test]
async fn two_of_a_class_of_which_one_is_enough_are_a_duplicate() {
    let answer = check_names(json!({}), &["simvastatin", "atorvastatin"]).await;
    alert(&answer, "duplicate_statin:atorvastatin+simvastatin");
}

#[tokio::test]
async fn doses_and_washouts_that_are_not_judged_are_told() {
    let medicines = json!([
        { "name": "st_johns_wort", "dose": { "value": 300, "unit": "mg" } },
        { "name": "colestyramine", "stopped_on": "2026-06-10" }
    ]);
    let answer = check(json!({}), medicines).await.expect(200);
    assert!(is_not_assessed(&answer, "dose", "dose limits of st_johns_wort"), "{answer}");
    assert!(is_not_assessed(&answer, "interaction", "washout of colestyramine"), "{answer}");
}

#[tokio::test]
async fn nothing_is_stored() {
    let here = Installation::new();
    let before = here.storage().await;
    here.post(CHECK, None, json!({ "medicines": [{ "name": "warfarin" }] })).await.expect(200);
    assert_eq!(here.storage().await, before);
}

#[tokio::test]
async fn a_check_is_of_1_to_60_medicines() {
    assert_eq!(check(json!({}), json!([])).await.invalid(), ["/medicines"]);
    let many = |count| vec![json!({ "name": "warfarin" }); count];
    assert_eq!(check(json!({}), json!(many(61))).await.invalid(), ["/medicines"]);
    check(json!({}), json!(many(60))).await.expect(200);
}

#[tokio::test]
async fn bad_fields_are_reported_at_once() {
    let here = Installation::new();
    assert_eq!(here.post(CHECK, None, json!({})).await.invalid(), ["/medicines"]);
    let medicines = json!([
        {}, { "name": "" }, { "name": "warfarin", "dose": { "value": "5" } }, { "name": "x", "stopped_on": "10 November" }
    ]);
    assert_eq!(
        check(json!({}), medicines).await.invalid(),
        [
            "/medicines/0",
            "/medicines/1/name",
            "/medicines/2/dose/unit",
            "/medicines/2/dose/value",
            "/medicines/3/stopped_on"
        ]
    );
}

//! `POST /api/v1/assessments`

use super::{PATH, ann, assess, example, says, sound};
use serde_json::{Value, json};

#[tokio::test]
async fn the_example_of_the_contract_is_an_emergency_and_calls_the_countrys_number() {
    let (here, ann) = ann().await;
    let answer = here.post(PATH, Some(&ann), example()).await;
    assert_eq!(answer.header("etag"), "\"1\"");
    let location = answer.header("location").to_owned();
    let assessment = answer.expect(201);
    assert_eq!(location, format!("{PATH}/{}", assessment["id"].as_str().unwrap()));
    sound(&assessment);
    let triage = &assessment["triage"];
    assert_eq!((&assessment["status"], &triage["level"]), (&json!("open"), &json!("emergency")));
    let first = &triage["actions"][0];
    assert_eq!(first["kind"], "call");
    assert!(first["text"].as_str().unwrap().contains("999"), "{first}");
    for field in ["rule", "text", "source"] {
        assert!(!triage["reasons"][0][field].as_str().unwrap().is_empty(), "{field}");
    }
    let likeliest = &assessment["conditions"][0];
    assert_eq!((&likeliest["id"], &likeliest["icd10"]), (&json!("myocardial_infarction"), &json!("I21")));
    assert!(likeliest["probability"].as_f64().unwrap() > 0.4, "{likeliest}");
    let dangers = assessment["must_not_miss"].as_array().unwrap();
    assert!(
        dangers.iter().any(|danger| danger["id"] == "aortic_dissection" && !danger["why"].as_str().unwrap().is_empty())
    );
    assert_eq!((&assessment["unknown"], &assessment["not_assessed"]), (&json!([]), &json!([])));
}

#[tokio::test]
async fn the_emergency_number_is_the_countrys() {
    for (country, number) in [("US", "911"), ("DE", "112"), ("AU", "000")] {
        let mut body = example();
        body["patient"]["country"] = json!(country);
        let assessment = assess(body).await;
        let call = assessment["triage"]["actions"][0]["text"].as_str().unwrap().to_owned();
        assert!(call.contains(number), "{country}: {call}");
    }
    let mut body = example();
    body["patient"].as_object_mut().unwrap().remove("country");
    assert_eq!(assess(body).await["triage"]["actions"][0]["kind"], "call");
}

#[tokio::test]
async fn what_is_harmless_is_cared_for_at_home_with_what_to_watch_for() {
    let assessment = assess(says("cough and runny nose, no chest pain")).await;
    sound(&assessment);
    assert_eq!(assessment["triage"]["level"], "self_care");
    let kinds: Vec<&Value> =
        assessment["triage"]["actions"].as_array().unwrap().iter().map(|action| &action["kind"]).collect();
    assert!(kinds.contains(&&json!("watch")) && !kinds.contains(&&json!("call")), "{kinds:?}");
}

#[tokio::test]
async fn the_likeliest_explanation_is_the_likeliest() {
    let assessment = assess(says("sore throat for two days")).await;
    let reasons = assessment["triage"]["reasons"].as_array().unwrap();
    let expected = reasons.iter().find(|reason| reason["rule"] == "expected_harm").unwrap()["text"].as_str().unwrap();
    let likeliest = assessment["conditions"][0]["name"].as_str().unwrap();
    assert!(expected.contains(likeliest), "{expected}, but {likeliest} is the likeliest");
}

#[tokio::test]
async fn findings_will_do_without_text() {
    let body = json!({
        "patient": { "age_years": 30, "sex": "female" },
        "findings": [{ "id": "cough", "state": "present" }, { "id": "fever", "state": "absent" }, { "id": "smoker", "state": "unknown" }]
    });
    let assessment = assess(body).await;
    sound(&assessment);
    let seen: Vec<_> = assessment["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|seen| (&seen["id"], &seen["state"], &seen["quote"]))
        .collect();
    assert!(seen.contains(&(&json!("cough"), &json!("present"), &Value::Null)), "{seen:?}");
    assert!(seen.contains(&(&json!("fever"), &json!("absent"), &Value::Null)), "{seen:?}");
    assert!(seen.contains(&(&json!("smoker"), &json!("unknown"), &Value::Null)), "{seen:?}");
}

#[tokio::test]
async fn age_and_sex_are_required() {
    let (here, ann) = ann().await;
    let post = async |body: Value| here.post(PATH, Some(&ann), body).await.invalid();
    assert_eq!(post(json!({ "patient": {}, "text": "cough" })).await, ["/patient/age_years", "/patient/sex"]);
    assert_eq!(post(json!({ "patient": { "sex": "male" }, "text": "cough" })).await, ["/patient/age_years"]);
    assert_eq!(post(json!({ "text": "cough" })).await, ["/patient"]);
    here.post(PATH, Some(&ann), json!({ "patient": { "age_years": 0.06, "sex": "unknown" }, "text": "cough" }))
        .await
        .expect(201);
}

#[tokio::test]
async fn what_is_missing_and_what_is_wrong_are_told_at_once() {
    let (here, ann) = ann().await;
    let body = json!({ "patient": { "sex": "m" }, "text": "cough" });
    assert_eq!(here.post(PATH, Some(&ann), body).await.invalid(), ["/patient/age_years", "/patient/sex"]);
}

#[tokio::test]
async fn a_finding_that_is_not_known_is_refused() {
    let (here, ann) = ann().await;
    let mut body = example();
    body["findings"] = json!([{ "id": "smoker", "state": "present" }, { "id": "moonlight", "state": "present" }]);
    let problem = here.post(PATH, Some(&ann), body).await.problem(422, "invalid");
    let error = &problem["errors"][0];
    assert_eq!((&error["pointer"], &error["code"]), (&json!("/findings/1/id"), &json!("unknown_finding")));
}

#[tokio::test]
async fn a_condition_or_medicine_that_is_not_known_is_told() {
    let mut body = example();
    body["patient"]["conditions"] = json!(["hypertension", "moonlight"]);
    body["patient"]["medicines"] = json!(["wafarin"]);
    let assessment = assess(body).await;
    assert_eq!(
        assessment["unknown"],
        json!([
            { "field": "conditions", "name": "moonlight", "did_you_mean": [] },
            { "field": "medicines", "name": "wafarin", "did_you_mean": ["warfarin"] }
        ])
    );
}

#[tokio::test]
async fn an_unknown_pregnancy_is_told() {
    let body = |patient: Value| json!({ "patient": patient, "text": "cough" });
    let unknown = json!({ "kind": "pregnancy", "missing": "pregnancy" });
    let is_told = |told: &Value| told["not_assessed"].as_array().unwrap().contains(&unknown);
    assert!(is_told(&assess(body(json!({ "age_years": 30, "sex": "female" }))).await));
    assert!(!is_told(&assess(body(json!({ "age_years": 30, "sex": "male" }))).await));
    let pregnant = json!({ "age_years": 30, "sex": "female", "pregnancy": "pregnant", "gestation_weeks": 30 });
    assert!(!is_told(&assess(body(pregnant)).await));
}

#[tokio::test]
async fn bad_fields_are_reported_at_once() {
    let (here, ann) = ann().await;
    here.post(PATH, None, example()).await.problem(401, "unauthenticated");
    let post = async |body: Value| here.post(PATH, Some(&ann), body).await.invalid();
    assert_eq!(post(json!({})).await, ["/patient"]);
    assert_eq!(post(json!({ "patient": { "age_years": 5, "sex": "male" } })).await, [""]);
    let bad = json!({
        "patient": { "age_years": 200, "sex": "m", "smoker": true }, "text": 1, "findings": [{ "state": "maybe" }],
        "vitals": { "heart_rate_per_min": 999, "temperature_c": "hot", "mood": 1 }, "patient_id": "x", "locale": "!", "extra": 1
    });
    assert_eq!(
        post(bad).await,
        [
            "/extra",
            "/findings/0/id",
            "/findings/0/state",
            "/locale",
            "/patient/age_years",
            "/patient/sex",
            "/patient/smoker",
            "/patient_id",
            "/text",
            "/vitals/heart_rate_per_min",
            "/vitals/mood",
            "/vitals/temperature_c",
        ]
    );
}

#[tokio::test]
async fn a_story_has_at_most_20_000_characters() {
    let (here, ann) = ann().await;
    let text = |length: usize| says(&"ü".repeat(length));
    here.post(PATH, Some(&ann), text(20_000)).await.expect(201);
    assert_eq!(here.post(PATH, Some(&ann), text(20_001)).await.invalid(), ["/text"]);
}

#[tokio::test]
async fn an_encounter_that_is_not_there_is_refused() {
    let (here, ann) = ann().await;
    let mut body = example();
    body["encounter_id"] = json!(here.services.new_id().unwrap());
    assert_eq!(here.post(PATH, Some(&ann), body).await.invalid(), ["/encounter_id"]);
}

#[tokio::test]
async fn the_same_input_gives_the_same_outcome() {
    let (here, ann) = ann().await;
    let outcome = async || {
        let mut assessment = here.post(PATH, Some(&ann), example()).await.expect(201);
        assessment.as_object_mut().unwrap().remove("id");
        assessment
    };
    assert_eq!(outcome().await, outcome().await);
}

//! `GET /api/v1/assessments/{id}/explanation`

use super::{PATH, ann, example};

#[tokio::test]
async fn it_says_why_each_condition_stands_where_it_does_and_what_would_change_it() {
    let (here, ann) = ann().await;
    let made = here.post(PATH, Some(&ann), example()).await.expect(201);
    let path = format!("{PATH}/{}/explanation", made["id"].as_str().unwrap());
    let explanation = here.get(&path, Some(&ann)).await.expect(200);
    assert_eq!(explanation["is_reproduced"], true, "{explanation}");
    let first = &explanation["conditions"][0];
    assert_eq!(
        (&first["id"], &first["probability"]),
        (&made["conditions"][0]["id"], &made["conditions"][0]["probability"])
    );
    let findings = first["findings"].as_array().unwrap();
    assert!(findings.iter().all(|finding| !finding["sources"].as_array().unwrap().is_empty()), "{first}");
    let probability = first["probability"].as_f64().unwrap();
    for change in first["would_change_most"].as_array().unwrap() {
        let (there, not) = (change["if_present"].as_f64().unwrap(), change["if_absent"].as_f64().unwrap());
        assert!(there.min(not) <= probability && probability <= there.max(not), "{change}");
    }
    assert_eq!(explanation["triage"][0]["rule"], made["triage"]["reasons"][0]["rule"]);
}

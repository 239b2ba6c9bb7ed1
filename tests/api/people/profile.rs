//! `GET` and `PATCH /api/v1/patients/{id}`

use super::{Practice, bare};
use serde_json::json;

#[tokio::test]
async fn a_profile_is_read_and_changed_member_by_member() {
    let Practice { here, ann, dana, .. } = Practice::new().await;
    let path = format!("/api/v1/patients/{}", ann.patient_id);
    let answer = here.get(&path, Some(&ann)).await;
    assert_eq!(answer.header("etag"), "\"1\"");
    let profile = answer.expect(200);
    assert_eq!(
        profile,
        json!({ "id": ann.patient_id, "name": "Name of ann@example.org", "birth_date": "1972-04-05", "sex": "unknown",
            "gender": null, "pronouns": null, "height_cm": null, "height_stated_at": null, "weight_kg": null,
            "weight_stated_at": null, "country": "GB", "languages": [], "phone": null, "emergency_contact": null })
    );
    let change = json!({ "sex": "female", "gender": "woman", "pronouns": "she/her", "height_cm": 170, "weight_kg": 61.5,
        "languages": ["en", "pt-BR"], "phone": "+44 20 7946 0018",
        "emergency_contact": { "name": "Bob Secret", "phone": "+44 20 7946 0019", "relation": "brother" } });
    let etag = [("if-match", "\"1\"")];
    let answer = here.call("PATCH", &path, Some(&ann), &etag, Some(change)).await;
    assert_eq!(answer.header("etag"), "\"2\"");
    let changed = answer.expect(200);
    assert_eq!((&changed["sex"], &changed["weight_kg"]), (&json!("female"), &json!(61.5)));
    assert!(changed["weight_stated_at"].is_string());
    // A member of a member stays when it is not named (RFC 7396).
    let change = json!({ "emergency_contact": { "phone": null }, "gender": null });
    here.call("PATCH", &path, Some(&ann), &[("if-match", "\"2\"")], Some(change)).await.expect(200);
    let profile = here.get(&path, Some(&dana)).await.expect(200);
    assert_eq!(profile["emergency_contact"], json!({ "name": "Bob Secret", "phone": null, "relation": "brother" }));
    assert_eq!((&profile["gender"], &profile["pronouns"]), (&json!(null), &json!("she/her")));
    let storage = here.storage().await;
    for word in ["Bob Secret", "she/her", "7946", "pt-BR", "Name of"] {
        assert!(!storage.contains(word), "{word}");
    }
}

#[tokio::test]
async fn a_lost_update_is_refused_and_every_bad_field_is_named() {
    let Practice { here, ann, .. } = Practice::new().await;
    let path = format!("/api/v1/patients/{}", ann.patient_id);
    let weight = Some(json!({ "weight_kg": 60 }));
    here.call("PATCH", &path, Some(&ann), &[], weight.clone()).await.problem(428, "precondition-required");
    let patch = || super::super::support::request("PATCH", &path, Some(&ann), &[("if-match", "\"1\"")], weight.clone());
    let mut statuses: Vec<u16> =
        here.at_once((0..4).map(|_| patch())).await.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412]);
    let any = [("if-match", "*")];
    let bad = json!({ "name": 1, "birth_date": "1972-02-30", "sex": "m", "height_cm": 1.7, "languages": ["english!"],
        "phone": "call me", "emergency_contact": { "name": "" }, "shoe_size": 42 });
    assert_eq!(
        here.call("PATCH", &path, Some(&ann), &any, Some(bad)).await.invalid(),
        [
            "/birth_date",
            "/emergency_contact/name",
            "/height_cm",
            "/languages/0",
            "/name",
            "/phone",
            "/sex",
            "/shoe_size"
        ]
    );
    let bad = json!({ "name": null, "birth_date": "2999-01-01", "emergency_contact": { "phone": "12345" } });
    assert_eq!(
        here.call("PATCH", &path, Some(&ann), &any, Some(bad)).await.invalid(),
        ["/birth_date", "/emergency_contact/name", "/name"]
    );
}

#[tokio::test]
async fn to_strangers_a_profile_is_not_there() {
    let Practice { here, ann, .. } = Practice::new().await;
    let nowhere = here.services.new_id().unwrap().to_string();
    for stranger in [here.sign_up("eve@example.org").await, here.doctor("dora@example.org").await] {
        for (method, body) in [("GET", None), ("PATCH", Some(json!({ "weight_kg": 60 })))] {
            let mut answers = Vec::new();
            for id in [&ann.patient_id, &nowhere] {
                let path = format!("/api/v1/patients/{id}");
                answers.push(bare(here.call(method, &path, Some(&stranger), &[("if-match", "*")], body.clone()).await));
            }
            assert_eq!(answers[0], answers[1]);
        }
    }
}

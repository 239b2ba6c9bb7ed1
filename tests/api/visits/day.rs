//! A clinic's day, as far as visits go.

use super::Clinic;
use serde_json::json;
use virtual_doctor::id::Id;

#[tokio::test]
async fn a_clinics_day() {
    let clinic = Clinic::new().await;
    let here = &clinic.here;
    // Morning: two patients ask, one of them with what may be an emergency.
    let bob = here.sign_up("bob@example.org").await;
    let ann = clinic.request(&clinic.ann).await;
    here.clock.advance(60_000);
    let bobs = clinic.request_for(&bob, "crushing chest pain for 30 minutes going into my left arm, sweating").await;
    assert_eq!(here.get(&ann, Some(&clinic.ann)).await.expect(200)["position"], 2);
    let queue = here.get(&clinic.queue(), Some(&clinic.adam)).await.expect(200);
    assert_eq!((&queue["counts"]["total"], &queue["counts"]["emergency"]), (&json!(2), &json!(1)));
    // Doctors come on duty; each takes one, the emergency first.
    clinic.go_on_duty(&clinic.dana).await;
    clinic.go_on_duty(&clinic.dora).await;
    let first = here.get(&clinic.queue(), Some(&clinic.dana)).await.expect(200)["items"][0].clone();
    assert_eq!(format!("{}/{}", super::PATH, first["visit_id"].as_str().unwrap()), bobs);
    clinic.act(&bobs, "accept", &clinic.dana).await.expect(200);
    assert_eq!(here.get(&ann, Some(&clinic.ann)).await.expect(200)["position"], 1);
    let taken = clinic.act(&ann, "accept", &clinic.dora).await.expect(200);
    here.license(&clinic.dora, Id::parse(&clinic.organization).unwrap()).await;
    // They talk; the doctor assesses, prescribes and writes within the visit's encounter.
    let messages = format!("/api/v1/rooms/{}/messages", taken["room_id"].as_str().unwrap());
    here.post(&messages, Some(&clinic.dora), json!({ "client_id": "d", "body": "Good morning" })).await.expect(201);
    here.post(&messages, Some(&clinic.ann), json!({ "client_id": "a", "body": "Good morning" })).await.expect(201);
    let item = json!({ "medicine_id": "amoxicillin", "dose": { "value": 500, "unit": "mg" }, "as_needed": true });
    let prescribe = json!({ "patient_id": clinic.ann.patient_id, "encounter_id": taken["id"], "items": [item] });
    here.post("/api/v1/prescriptions", Some(&clinic.dora), prescribe).await.expect(201);
    clinic.sign(&ann, &clinic.dora).await;
    clinic.act(&ann, "close", &clinic.dora).await.expect(200);
    // Bob went to hospital: his visit goes to a colleague, who closes it.
    clinic.hand_over(&bobs, &clinic.dana, &clinic.dora).await.expect(200);
    clinic.set_duty(&clinic.dana, false).await.expect(200);
    let gone =
        here.post(&format!("{bobs}/close"), Some(&clinic.dora), json!({ "reason": "no_show" })).await.expect(200);
    assert_eq!(gone["close_reason"], "no_show");
    // Evening: nobody waits, Ann reads her note, and may ask again.
    assert_eq!(here.get(&clinic.queue(), Some(&clinic.dora)).await.expect(200)["counts"]["total"], 0);
    assert_eq!(here.get(&format!("{ann}/note"), Some(&clinic.ann)).await.expect(200)["status"], "signed");
    here.get(&format!("{bobs}/note"), Some(&bob)).await.problem(404, "not-found");
    clinic.request(&clinic.ann).await;
    let list = format!("{}?patient_id={}", super::PATH, clinic.ann.patient_id);
    assert_eq!(here.get(&list, Some(&clinic.ann)).await.expect(200)["items"].as_array().unwrap().len(), 2);
    // What was said and written is nowhere readable.
    let storage = here.storage().await;
    for words in ["secret cough", "secret bronchitis", "Good morning"] {
        assert!(!storage.contains(words), "{words}");
    }
    assert!(here.log.lines().iter().all(|line| !line.contains("secret")));
}

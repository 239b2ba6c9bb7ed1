//! `GET /api/v1/prescriptions` and `GET /api/v1/prescriptions/{id}`

use super::{Clinic, PATH};
use serde_json::{Value, json};
use virtual_doctor::platform::{Database, Statement};

fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap().iter();
    items.map(|item| format!("{PATH}/{}", item["id"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn a_patient_reads_their_own() {
    let clinic = Clinic::new().await;
    let path = clinic.signed(&["amoxicillin"]).await;
    let read = clinic.here.get(&path, Some(&clinic.ann)).await.expect(200);
    assert_eq!(read["items"][0]["medicine_id"], "amoxicillin");
    let list = format!("{PATH}?patient_id={}", clinic.ann.patient_id);
    assert_eq!(clinic.here.get(&list, Some(&clinic.ann)).await.expect(200)["items"], json!([read]));
}

#[tokio::test]
async fn nobody_else_reads_it() {
    let clinic = Clinic::new().await;
    let path = clinic.signed(&["amoxicillin"]).await;
    let nowhere = format!("{PATH}/{}", clinic.here.services.new_id().unwrap());
    let list = format!("{PATH}?patient_id={}", clinic.ann.patient_id);
    clinic.here.get(&path, None).await.problem(401, "unauthenticated");
    clinic.here.get(&list, None).await.problem(401, "unauthenticated");
    for stranger in [
        clinic.here.sign_up("eve@example.org").await,
        clinic.here.doctor("dora@example.org").await,
        clinic.here.staff("phil@example.org", "pharmacist").await,
        clinic.here.staff("ada@example.org", "admin").await,
    ] {
        let there = clinic.here.get(&path, Some(&stranger)).await.problem(404, "not-found");
        let missing = clinic.here.get(&nowhere, Some(&stranger)).await.problem(404, "not-found");
        assert_eq!((&there["title"], &there["detail"]), (&missing["title"], &missing["detail"]));
        clinic.here.get(&list, Some(&stranger)).await.problem(404, "not-found");
    }
}

#[tokio::test]
async fn another_doctor_of_the_patient_reads_it() {
    let clinic = Clinic::new().await;
    let path = clinic.signed(&["amoxicillin"]).await;
    let dora = clinic.here.doctor("dora@example.org").await;
    clinic.here.room(&clinic.ann, &dora).await;
    clinic.here.get(&path, Some(&dora)).await.expect(200);
}

#[tokio::test]
async fn who_acts_for_the_patient_reads_it_until_that_ends() {
    let clinic = Clinic::new().await;
    let path = clinic.signed(&["amoxicillin"]).await;
    let eve = clinic.here.sign_up("eve@example.org").await;
    let access = Statement::new(
        "INSERT INTO patient_access (patient_id, user_id, relation, expires_at, created_at) VALUES (?1, ?2, 'proxy', ?3, 0)",
    );
    let until = clinic.here.services.now().0 + 60_000;
    let access = access.bind(&clinic.ann.patient_id).bind(&eve.user_id).bind(until);
    clinic.here.database.query(access).await.unwrap();
    clinic.here.get(&path, Some(&eve)).await.expect(200);
    clinic.here.clock.advance(60_000);
    clinic.here.get(&path, Some(&eve)).await.problem(404, "not-found");
}

#[tokio::test]
async fn the_list_comes_in_pages_latest_first() {
    let clinic = Clinic::new().await;
    let mut made = Vec::new();
    for _ in 0..3 {
        clinic.here.clock.advance(1000);
        made.insert(0, clinic.draft(&["amoxicillin"]).await);
    }
    let list = format!("{PATH}?patient_id={}&limit=2", clinic.ann.patient_id);
    let first = clinic.here.get(&list, Some(&clinic.dana)).await.expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = clinic.here.get(&format!("{list}&cursor={cursor}"), Some(&clinic.dana)).await.expect(200);
    assert_eq!([ids(&first), ids(&second)].concat(), made);
    assert_eq!(second["next_cursor"], Value::Null);
}

#[tokio::test]
async fn the_list_is_a_patients() {
    let clinic = Clinic::new().await;
    assert_eq!(clinic.here.get(PATH, Some(&clinic.dana)).await.invalid(), ["patient_id"]);
    let bad = format!("{PATH}?patient_id=x&limit=0&status=draft");
    assert_eq!(clinic.here.get(&bad, Some(&clinic.dana)).await.invalid(), ["limit", "patient_id", "status"]);
}

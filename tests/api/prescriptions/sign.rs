//! `POST /api/v1/prescriptions/{id}/sign`

use super::super::support::{PASSWORD, request};
use super::Clinic;
use serde_json::{Value, json};
use virtual_doctor::encryption::KeyRing;
use virtual_doctor::id::{Id, Timestamp};
use virtual_doctor::medicine::prescriptions::model::Prescription;
use virtual_doctor::medicine::prescriptions::{signature, store};
use virtual_doctor::platform::{Database, Statement};
use virtual_doctor::records::clinical_data::Term;
use virtual_doctor::records::store::patient_for;
use virtual_doctor::services::App;

/// The prescription as it stands in storage, opened.
async fn stored(clinic: &Clinic, path: &str) -> Prescription {
    let app = App::outside(clinic.here.services.clone(), "test");
    let [patient, user] = [&clinic.ann.patient_id, &clinic.ann.user_id].map(|id| Id::parse(id).unwrap());
    let file = patient_for(&app, patient, user).await.unwrap();
    let id = Id::parse(path.rsplit('/').next().unwrap()).unwrap();
    store::prescription(&app, &file, id).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_signed_one_has_a_time_a_signature_and_a_new_version() {
    let clinic = Clinic::new().await;
    let path = clinic.draft(&["amoxicillin"]).await;
    let answer = clinic.sign(&path).await;
    assert_eq!(answer.header("etag"), "\"2\"");
    let mut signed = answer.expect(200);
    assert_eq!((&signed["status"], &signed["signed_at"]), (&json!("signed"), &json!("2026-11-18T11:06:40.000Z")));
    assert!(signed["signature"].as_str().unwrap().starts_with("k1."));
    // Whom it is for is told at this moment only.
    assert!(signed.as_object_mut().unwrap().remove("patient").is_some());
    assert_eq!(clinic.here.get(&path, Some(&clinic.dana)).await.expect(200), signed);
    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'prescription.signed'").await, 1);
}

#[tokio::test]
async fn the_signature_holds_for_what_was_signed_and_nothing_else() {
    let clinic = Clinic::new().await;
    let path = clinic.signed(&["amoxicillin"]).await;
    let (keys, signed) = (&clinic.here.services.config.signing_keys, stored(&clinic, &path).await);
    assert!(signature::verify(keys, &signed));
    let changes: [fn(&mut Prescription); 8] = [
        |p| p.items[0].medicine_id = Term("ampicillin".into()),
        |p| p.items[0].dose.value.0 *= 2.0,
        |p| p.items[0].instructions = None,
        |p| p.items.clear(),
        |p| p.patient_id = p.id,
        |p| p.prescriber_id = p.id,
        |p| p.signed_at = p.signed_at.map(|at| Timestamp(at.0 + 1)),
        |p| p.signature = None,
    ];
    for (at, change) in changes.into_iter().enumerate() {
        let mut changed = signed.clone();
        change(&mut changed);
        assert!(!signature::verify(keys, &changed), "change {at}");
    }
    let mut of_another_key = signed.clone();
    of_another_key.signature = signed.signature.as_ref().map(|signature| signature.replace("k1.", "k2."));
    assert!(!signature::verify(keys, &of_another_key));
}

#[tokio::test]
async fn the_signature_holds_after_keys_rotate() {
    let clinic = Clinic::new().await;
    let path = clinic.signed(&["amoxicillin"]).await;
    let ring = "k2:BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA,k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert!(signature::verify(&KeyRing::parse(ring).unwrap(), &stored(&clinic, &path).await));
}

#[tokio::test]
async fn one_is_signed_once() {
    let clinic = Clinic::new().await;
    let path = clinic.signed(&["amoxicillin"]).await;
    clinic.sign(&path).await.problem(409, "conflict");
}

#[tokio::test]
async fn of_twins_one_signs() {
    let clinic = Clinic::new().await;
    let path = format!("{}/sign", clinic.draft(&["amoxicillin"]).await);
    let twin = || request("POST", &path, Some(&clinic.dana), &[], None);
    let answers = clinic.here.at_once((0..10).map(|_| twin())).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status == 409).count(), 9);
    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'prescription.signed'").await, 1);
}

#[tokio::test]
async fn a_signed_one_cannot_be_changed_by_sql_either() {
    let clinic = Clinic::new().await;
    let path = clinic.signed(&["amoxicillin"]).await;
    let before = stored(&clinic, &path).await;
    for sql in [
        "UPDATE prescriptions SET status = 'draft'",
        "UPDATE prescriptions SET content_sealed = ''",
        "UPDATE prescriptions SET active_until = 0",
    ] {
        let refused = clinic.here.database.query(Statement::new(sql)).await.unwrap_err();
        assert!(format!("{refused:?}").contains("a signed prescription cannot change"), "{refused:?}");
    }
    assert_eq!(format!("{before:?}"), format!("{:?}", stored(&clinic, &path).await));
}

#[tokio::test]
async fn a_signed_one_cannot_be_deleted_or_replaced_by_sql() {
    let clinic = Clinic::new().await;
    let path = clinic.signed(&["amoxicillin"]).await;
    for sql in [
        "DELETE FROM prescriptions",
        "INSERT OR REPLACE INTO prescriptions (id, patient_id, recorded_by, status, content_sealed, created_at, updated_at)
         SELECT id, patient_id, recorded_by, 'draft', content_sealed, created_at, updated_at FROM prescriptions",
    ] {
        let refused = clinic.here.database.query(Statement::new(sql)).await;
        assert!(refused.is_err(), "{sql}");
    }
    assert!(stored(&clinic, &path).await.signed_at.is_some());
}

#[tokio::test]
async fn only_who_wrote_it_signs_it() {
    let clinic = Clinic::new().await;
    let path = clinic.draft(&["amoxicillin"]).await;
    let sign = format!("{path}/sign");
    let dora = clinic.here.doctor("dora@example.org").await;
    let phil = clinic.here.staff("phil@example.org", "pharmacist").await;
    clinic.here.call("POST", &sign, None, &[], None).await.problem(401, "unauthenticated");
    for stranger in [&dora, &phil] {
        clinic.here.call("POST", &sign, Some(stranger), &[], None).await.problem(404, "not-found");
    }
    clinic.here.room(&clinic.ann, &dora).await;
    clinic.here.call("POST", &sign, Some(&dora), &[], None).await.problem(403, "forbidden");
    clinic.here.call("POST", &sign, Some(&clinic.ann), &[], None).await.problem(403, "forbidden");
    clinic.sign(&path).await.expect(200);
}

#[tokio::test]
async fn who_lost_the_relationship_or_the_role_signs_no_longer() {
    for sql in ["UPDATE care_relationships SET ended_at = 1", "UPDATE staff SET ended_at = 1"] {
        let clinic = Clinic::new().await;
        let path = clinic.draft(&["amoxicillin"]).await;
        clinic.here.execute(sql).await;
        let status = clinic.sign(&path).await.status.as_u16();
        assert!(status == 403 || status == 404, "{status}");
        assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM prescriptions WHERE status = 'signed'").await, 0);
    }
}

#[tokio::test]
async fn one_that_is_not_there_is_not_signed() {
    let clinic = Clinic::new().await;
    let path = format!("{}/{}", super::PATH, clinic.here.services.new_id().unwrap());
    clinic.sign(&path).await.problem(404, "not-found");
}

#[tokio::test]
async fn whom_it_is_for_is_told_and_another_one_is_refused() {
    let clinic = Clinic::new().await;
    let path = clinic.draft(&["amoxicillin"]).await;
    let sign = |name: &str, born: &str| json!({ "patient": { "name": name, "birth_date": born } });
    let sign_path = format!("{path}/sign");
    let post = |body: Value| clinic.here.post(&sign_path, Some(&clinic.dana), body);
    post(sign("Name of bob@example.org", "1972-04-05")).await.problem(409, "conflict");
    post(sign("Name of ann@example.org", "1972-04-06")).await.problem(409, "conflict");
    post(sign("Name of ann@example.org", "yesterday")).await.problem(422, "invalid");
    let signed = post(sign("name of ANN@example.org", "1972-04-05")).await.expect(200);
    assert_eq!(signed["patient"], json!({ "name": "Name of ann@example.org", "birth_date": "1972-04-05" }));
}

#[tokio::test]
async fn a_controlled_substance_takes_a_second_confirmation() {
    let clinic = Clinic::new().await;
    let path = clinic.draft(&["morphine"]).await;
    clinic.sign(&path).await.problem(403, "step-up-required");
    clinic.here.post("/api/v1/auth/step-up", Some(&clinic.dana), json!({ "password": PASSWORD })).await.expect(200);
    assert_eq!(clinic.sign(&path).await.expect(200)["status"], "signed");
}

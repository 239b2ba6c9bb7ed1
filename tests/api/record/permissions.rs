//! Who reads and who writes a record.

use super::{Clinic, contents};
use serde_json::json;
use virtual_doctor::platform::{Database, Statement};

#[tokio::test]
async fn to_a_stranger_there_is_no_record() {
    let clinic = Clinic::new().await;
    let dora = clinic.here.doctor("dora@example.org").await;
    let phil = clinic.here.staff("phil@example.org", "pharmacist").await;
    let (_, entry) = clinic.entry(&clinic.ann, "problems", json!({ "name": "asthma" })).await;
    let nobody = entry.replace(&clinic.ann.patient_id, &clinic.here.services.new_id().unwrap().to_string());
    for person in [&clinic.eve, &dora, &phil] {
        let missing = clinic.here.get(&nobody, Some(person)).await.problem(404, "not-found");
        for path in [entry.clone(), format!("{entry}/versions")] {
            let stranger = clinic.here.get(&path, Some(person)).await.problem(404, "not-found");
            assert_eq!((&stranger["detail"], &stranger["title"]), (&missing["detail"], &missing["title"]));
        }
        for rest in ["timeline", "summary", "statements"] {
            clinic.get(person, rest).await.problem(404, "not-found");
        }
        for (kind, body) in contents() {
            clinic.get(person, kind).await.problem(404, "not-found");
            clinic.post(person, kind, body).await.problem(404, "not-found");
        }
        clinic.change(person, "PATCH", &entry, 1, Some(json!({ "note": "x" }))).await.problem(404, "not-found");
        clinic.change(person, "DELETE", &entry, 1, None).await.problem(404, "not-found");
        let statements = json!({ "no_known_allergies": true });
        clinic.change(person, "PUT", &clinic.path("statements"), 0, Some(statements)).await.problem(404, "not-found");
        let check = json!({ "patient_id": clinic.ann.patient_id, "medicines": [{ "name": "warfarin" }] });
        clinic.here.post("/api/v1/medicines/check", Some(person), check).await.problem(404, "not-found");
    }
    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM record_entries").await, 1);
}

#[tokio::test]
async fn signed_out_there_is_none_either() {
    let clinic = Clinic::new().await;
    for rest in ["problems", "problems/x", "problems/x/versions", "timeline", "summary", "statements"] {
        clinic.here.get(&clinic.path(rest), None).await.problem(401, "unauthenticated");
    }
    let check = json!({ "patient_id": clinic.ann.patient_id, "medicines": [{ "name": "warfarin" }] });
    clinic.here.post("/api/v1/medicines/check", None, check).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_care_relationship_that_ended_opens_it_no_longer() {
    let clinic = Clinic::new().await;
    clinic.get(&clinic.dana, "summary").await.expect(200);
    clinic.here.execute("UPDATE care_relationships SET ended_at = 1").await;
    clinic.get(&clinic.dana, "summary").await.problem(404, "not-found");
}

#[tokio::test]
async fn a_patient_corrects_their_own_words_and_not_a_practitioners() {
    let clinic = Clinic::new().await;
    let (own, own_path) = clinic.entry(&clinic.ann, "problems", json!({ "name": "asthma" })).await;
    assert_eq!(own["asserter"], "patient");
    clinic.change(&clinic.ann, "PATCH", &own_path, 1, Some(json!({ "note": "since school" }))).await.expect(200);
    let (_, path) = clinic.entry(&clinic.dana, "problems", json!({ "name": "gout" })).await;
    clinic.change(&clinic.ann, "PATCH", &path, 1, Some(json!({ "note": "no" }))).await.problem(403, "forbidden");
    clinic.change(&clinic.ann, "DELETE", &path, 1, None).await.problem(403, "forbidden");
    // What a practitioner corrected is theirs.
    clinic.change(&clinic.dana, "PATCH", &own_path, 2, Some(json!({ "note": "mild" }))).await.expect(200);
    clinic.change(&clinic.ann, "PATCH", &own_path, 3, Some(json!({ "note": "no" }))).await.problem(403, "forbidden");
}

#[tokio::test]
async fn every_read_of_anothers_record_is_audited_and_none_of_ones_own() {
    let clinic = Clinic::new().await;
    let (_, path) = clinic.entry(&clinic.ann, "problems", json!({ "name": "asthma" })).await;
    let reads = "SELECT COUNT(*) AS n FROM audit WHERE action IN ('entry.read', 'entries.read', 'summary.read', 'timeline.read', 'statements.read', 'record.used_in_check')";
    let check = json!({ "patient_id": clinic.ann.patient_id, "medicines": [{ "name": "warfarin" }] });
    for (person, expected) in [(&clinic.ann, 0), (&clinic.dana, 7)] {
        for path in [path.clone(), format!("{path}/versions")] {
            clinic.here.get(&path, Some(person)).await.expect(200);
        }
        for rest in ["problems", "summary", "timeline", "statements"] {
            clinic.get(person, rest).await.expect(200);
        }
        clinic.here.post("/api/v1/medicines/check", Some(person), check.clone()).await.expect(200);
        assert_eq!(clinic.here.count(reads).await, expected);
    }
}

#[tokio::test]
async fn an_entry_is_there_by_its_own_patient_and_kind_only() {
    let clinic = Clinic::new().await;
    let (_, path) = clinic.entry(&clinic.ann, "problems", json!({ "name": "asthma" })).await;
    for other in [
        path.replace("problems", "allergies"),
        path.replace("problems", "statements"),
        path.replace("problems", "secrets"),
        path.replace(&clinic.ann.patient_id, &clinic.dana.patient_id),
    ] {
        clinic.here.get(&other, Some(&clinic.dana)).await.problem(404, "not-found");
        clinic.change(&clinic.dana, "DELETE", &other, 1, None).await.problem(404, "not-found");
    }
    clinic.post(&clinic.ann, "secrets", json!({})).await.problem(404, "not-found");
}

#[tokio::test]
async fn who_acts_for_a_patient_writes_as_them_and_is_audited_as_another() {
    let clinic = Clinic::new().await;
    let grant = "INSERT INTO patient_access (patient_id, user_id, relation, expires_at, created_at)
                 SELECT a.patient_id, ?1, 'proxy', ?2, 0 FROM patient_access a WHERE a.user_id = ?3 AND a.relation = 'self'";
    let until = clinic.here.services.now().0 + 1000;
    let grant = Statement::new(grant).bind(&clinic.eve.user_id).bind(until).bind(&clinic.ann.user_id);
    clinic.here.database.query(grant).await.unwrap();
    let (entry, _) = clinic.entry(&clinic.eve, "problems", json!({ "name": "asthma" })).await;
    assert_eq!((&entry["asserter"], &entry["recorded_by"]), (&json!("patient"), &json!(clinic.eve.user_id)));
    clinic.get(&clinic.eve, "summary").await.expect(200);
    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'summary.read'").await, 1);
    clinic.here.clock.advance(1000);
    clinic.get(&clinic.eve, "summary").await.problem(404, "not-found");
}

#[tokio::test]
async fn nothing_is_read_that_is_not_audited() {
    let clinic = Clinic::new().await;
    clinic.entry(&clinic.ann, "problems", json!({ "name": "asthma" })).await;
    clinic.here.execute("CREATE TRIGGER no_audit BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END").await;
    for rest in ["problems", "summary", "timeline", "statements"] {
        clinic.get(&clinic.dana, rest).await.problem(500, "internal");
        clinic.get(&clinic.ann, rest).await.expect(200);
    }
    clinic.post(&clinic.ann, "problems", json!({ "name": "gout" })).await.problem(500, "internal");
    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM record_entries").await, 1);
}

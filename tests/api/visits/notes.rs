//! `/api/v1/visits/{id}/note`, its signature and amendments

use super::super::support::request;
use super::Clinic;
use serde_json::json;
use virtual_doctor::id::{Id, Timestamp};
use virtual_doctor::platform::{Database, Statement};
use virtual_doctor::records::clinical_data::Term;
use virtual_doctor::records::store::patient_for;
use virtual_doctor::services::App;
use virtual_doctor::visits::note_model::Note;
use virtual_doctor::visits::{note_store, notes};

/// The note as it stands in storage, opened.
async fn stored(clinic: &Clinic, path: &str) -> Note {
    let app = App::outside(clinic.here.services.clone(), "test");
    let [patient, user] = [&clinic.ann.patient_id, &clinic.ann.user_id].map(|id| Id::parse(id).unwrap());
    let file = patient_for(&app, patient, user).await.unwrap();
    let id = Id::parse(path.rsplit('/').next().unwrap()).unwrap();
    note_store::note(&app, &file.key, id, None).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_draft_is_versioned_coded_sealed_and_its_authors_alone() {
    let clinic = Clinic::on_duty().await;
    let path = clinic.taken().await;
    let note = format!("{path}/note");
    let empty = clinic.here.get(&note, Some(&clinic.dana)).await;
    assert_eq!(empty.header("etag"), "\"0\"");
    assert_eq!(empty.expect(200)["status"], "draft");
    clinic
        .here
        .call("PUT", &note, Some(&clinic.dana), &[], Some(json!({})))
        .await
        .problem(428, "precondition-required");
    clinic.write(&path, &clinic.dana, "\"7\"").await.problem(412, "stale");
    let written = clinic.write(&path, &clinic.dana, "\"0\"").await;
    assert_eq!(written.header("etag"), "\"1\"");
    let written = written.expect(200);
    assert_eq!((&written["plan"], &written["objective"]), (&json!("rest"), &json!("")));
    let coding = &written["diagnoses"][0]["codings"][0];
    assert_eq!(
        (&coding["system"], coding["code"].as_str().unwrap().get(..3)),
        (&json!("http://hl7.org/fhir/sid/icd-10"), Some("J20"))
    );
    clinic.write(&path, &clinic.dana, "\"0\"").await.problem(412, "stale");
    clinic.write(&path, &clinic.dana, "\"1\"").await.expect(200);
    clinic.here.get(&note, Some(&clinic.ann)).await.problem(404, "not-found");
    // A colleague who cares for the patient reads what is signed, and no draft.
    clinic.here.room(&clinic.ann, &clinic.otto).await;
    clinic.here.get(&note, Some(&clinic.otto)).await.problem(404, "not-found");
    clinic.write(&path, &clinic.otto, "*").await.problem(403, "forbidden");
    clinic.write(&path, &clinic.ann, "*").await.problem(403, "forbidden");
    assert!(!clinic.here.storage().await.contains("secret bronchitis"));
    let signed = clinic.act(&path, "note/sign", &clinic.dana).await;
    assert_eq!(signed.header("etag"), "\"3\"");
    let signed = signed.expect(200);
    for reader in [&clinic.ann, &clinic.otto, &clinic.dana] {
        assert_eq!(clinic.here.get(&note, Some(reader)).await.expect(200), signed);
    }
}

#[tokio::test]
async fn every_bad_field_is_pointed_at() {
    let clinic = Clinic::on_duty().await;
    let path = clinic.taken().await;
    let bad = json!({ "subjective": 1, "plan": "x".repeat(20_001), "diagnoses": [{ "text": "", "codings": [{ "system": "s" }] }], "colour": 1 });
    let answer =
        clinic.here.call("PUT", &format!("{path}/note"), Some(&clinic.dana), &[("if-match", "*")], Some(bad)).await;
    assert_eq!(
        answer.invalid(),
        ["/colour", "/diagnoses/0/codings/0/code", "/diagnoses/0/text", "/plan", "/subjective"]
    );
}

#[tokio::test]
async fn of_drafts_at_once_one_is_kept_and_of_signatures_one_is_made() {
    let clinic = Clinic::on_duty().await;
    let path = clinic.taken().await;
    let note = format!("{path}/note");
    for version in ["\"0\"", "\"1\""] {
        let headers = [("if-match", version)];
        let write = || request("PUT", &note, Some(&clinic.dana), &headers, Some(json!({ "plan": "rest" })));
        let answers = clinic.here.at_once((0..10).map(|_| write())).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        assert_eq!(answers.iter().filter(|answer| answer.status == 412).count(), 9);
    }
    let sign = format!("{note}/sign");
    let answers = clinic.here.at_once((0..10).map(|_| request("POST", &sign, Some(&clinic.dana), &[], None))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status == 409).count(), 9);
    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'note.signed'").await, 1);
}

#[tokio::test]
async fn nothing_is_not_signed() {
    let clinic = Clinic::on_duty().await;
    let path = clinic.taken().await;
    clinic.act(&path, "note/sign", &clinic.dana).await.problem(409, "conflict");
    let blank = Some(json!({ "plan": "  " }));
    clinic.here.call("PUT", &format!("{path}/note"), Some(&clinic.dana), &[("if-match", "*")], blank).await.expect(200);
    clinic.act(&path, "note/sign", &clinic.dana).await.problem(409, "conflict");
}

#[tokio::test]
async fn a_signed_one_changes_neither_by_the_api_nor_by_sql() {
    let clinic = Clinic::on_duty().await;
    let path = clinic.taken().await;
    clinic.sign(&path, &clinic.dana).await;
    let amendments = format!("{path}/note/amendments");
    clinic.here.post(&amendments, Some(&clinic.dana), json!({ "text": "three weeks" })).await.expect(201);
    let before = format!("{:?}", stored(&clinic, &path).await);
    clinic.write(&path, &clinic.dana, "*").await.problem(409, "conflict");
    for (sql, words) in [
        ("UPDATE visit_notes SET status = 'draft'", "a signed note cannot change"),
        ("UPDATE visit_notes SET content_sealed = ''", "a signed note cannot change"),
        ("UPDATE visit_notes SET author_id = author_id", "a signed note cannot change"),
        ("DELETE FROM visit_notes", "a signed note cannot be deleted"),
        (
            "INSERT OR REPLACE INTO visit_notes (encounter_id, patient_id, author_id, status, content_sealed, created_at, updated_at)
             SELECT encounter_id, patient_id, author_id, 'draft', content_sealed, 0, 0 FROM visit_notes",
            "a signed note cannot be replaced",
        ),
        ("UPDATE visit_note_amendments SET text_sealed = ''", "an amendment cannot change"),
        ("DELETE FROM visit_note_amendments", "an amendment cannot be deleted"),
        (
            "INSERT OR REPLACE INTO visit_note_amendments SELECT id, encounter_id, author_id, '', 0, '' FROM visit_note_amendments",
            "an amendment cannot be replaced",
        ),
    ] {
        let refused = clinic.here.database.query(Statement::new(sql)).await.unwrap_err();
        assert!(format!("{refused:?}").contains(words), "{sql}: {refused:?}");
    }
    assert_eq!(format!("{:?}", stored(&clinic, &path).await), before);
}

#[tokio::test]
async fn amendments_are_listed_in_order_each_signed_and_the_note_stays() {
    let clinic = Clinic::on_duty().await;
    let path = clinic.taken().await;
    let amendments = format!("{path}/note/amendments");
    let text = |text: &str| json!({ "text": text });
    clinic.here.post(&amendments, Some(&clinic.dana), text("early")).await.problem(409, "conflict");
    let signed = clinic.sign(&path, &clinic.dana).await;
    clinic.act(&path, "close", &clinic.dana).await.expect(200);
    let first = clinic.here.post_once(&amendments, &clinic.dana, "k", &text("a secret more")).await.expect(201);
    assert_eq!(clinic.here.post_once(&amendments, &clinic.dana, "k", &text("a secret more")).await.expect(201), first);
    clinic.here.clock.advance(1000);
    let second = clinic.here.post(&amendments, Some(&clinic.dana), text("and more")).await.expect(201);
    assert_eq!(clinic.here.post(&amendments, Some(&clinic.dana), text(" ")).await.invalid(), ["/text"]);
    clinic.here.post(&amendments, Some(&clinic.ann), text("mine")).await.problem(403, "forbidden");
    let read = clinic.here.get(&format!("{path}/note"), Some(&clinic.ann)).await.expect(200);
    assert_eq!(read["amendments"], json!([first, second]));
    assert_eq!((&read["signature"], &read["plan"]), (&signed["signature"], &signed["plan"]));
    assert!(!clinic.here.storage().await.contains("a secret more"));
}

#[tokio::test]
async fn the_signature_holds_for_what_was_signed_and_nothing_else() {
    let clinic = Clinic::on_duty().await;
    let path = clinic.taken().await;
    clinic.sign(&path, &clinic.dana).await;
    let amendments = format!("{path}/note/amendments");
    clinic.here.post(&amendments, Some(&clinic.dana), json!({ "text": "three weeks" })).await.expect(201);
    let (keys, signed) = (&clinic.here.services.config.signing_keys, stored(&clinic, &path).await);
    assert!(notes::verify(keys, &signed));
    let changes: [fn(&mut Note); 11] = [
        |note| note.subjective.0.push('!'),
        |note| note.objective.0.push('!'),
        |note| note.assessment.0.push('!'),
        |note| note.plan.0.clear(),
        |note| note.diagnoses[0].text = Term("gout".into()),
        |note| note.diagnoses[0].codings.clear(),
        |note| note.patient_id = note.visit_id,
        |note| note.author_id = note.visit_id,
        |note| note.signed_at = note.signed_at.map(|at| Timestamp(at.0 + 1)),
        |note| note.signature = None,
        |note| note.amendments[0].text.push('!'),
    ];
    for (at, change) in changes.into_iter().enumerate() {
        let mut changed = signed.clone();
        change(&mut changed);
        assert!(!notes::verify(keys, &changed), "change {at}");
    }
}

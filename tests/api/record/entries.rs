//! Entries: written, listed, corrected with every version kept, marked as in error.

use super::super::support::request;
use super::{Clinic, contents};
use serde_json::{Value, json};

#[tokio::test]
async fn an_entry_of_each_kind_is_kept_as_it_was_written() {
    let clinic = Clinic::new().await;
    for (kind, body) in contents() {
        let answer = clinic.post(&clinic.dana, kind, body.clone()).await;
        assert_eq!(answer.header("etag"), "\"1\"");
        let path = answer.header("location").to_owned();
        let entry = answer.expect(201);
        for (member, value) in body.as_object().unwrap() {
            assert_eq!(entry[member].as_f64(), value.as_f64(), "{kind} {member}");
            assert!(value.is_number() || entry[member] == *value, "{kind} {member}");
        }
        assert_eq!((&entry["asserter"], &entry["recorded_by"]), (&json!("practitioner"), &json!(clinic.dana.user_id)));
        assert_eq!((&entry["status"], &entry["encounter_id"]), (&json!("active"), &Value::Null));
        for person in [&clinic.ann, &clinic.dana] {
            assert_eq!(clinic.here.get(&path, Some(person)).await.expect(200), entry);
            assert_eq!(clinic.get(person, kind).await.expect(200)["items"], json!([entry]));
        }
    }
    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'entry.recorded'").await, 8);
}

#[tokio::test]
async fn nothing_of_it_is_readable_in_storage() {
    let clinic = Clinic::new().await;
    for (kind, body) in contents() {
        let (_, path) = clinic.entry(&clinic.ann, kind, body).await;
        let patch = if kind == "observations" { json!({ "value": 62 }) } else { json!({ "note": "a secret note" }) };
        let patch = if kind == "social-history" { json!({ "text": "a secret note" }) } else { patch };
        clinic.change(&clinic.ann, "PATCH", &path, 1, Some(patch)).await.expect(200);
    }
    let storage = clinic.here.storage().await;
    for secret in
        ["asthma", "penicillin", "anaphylaxis", "Coumadin", "warfarin", "appendic", "mother", "baker", "secret"]
    {
        assert!(!storage.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn known_names_get_codes_and_unknown_ones_stay_as_written() {
    let clinic = Clinic::new().await;
    let mut codes = Vec::new();
    for (kind, body) in contents() {
        let (entry, _) = clinic.entry(&clinic.ann, kind, body).await;
        codes.extend(
            entry["codings"]
                .as_array()
                .unwrap()
                .iter()
                .map(|coding| format!("{} {}", coding["system"].as_str().unwrap(), coding["code"].as_str().unwrap())),
        );
    }
    for code in [
        "urn:virtual-doctor:comorbidity asthma",
        "urn:virtual-doctor:allergy penicillin",
        "urn:virtual-doctor:medicine warfarin",
        "http://www.whocc.no/atc B01AA03",
        "http://www.nlm.nih.gov/research/umls/rxnorm 11289",
        "urn:virtual-doctor:medicine mmr_vaccine",
        "http://loinc.org 29463-7",
    ] {
        assert!(codes.contains(&code.to_owned()), "{code} is not among {codes:?}");
    }
    assert!(codes.iter().any(|code| code.starts_with("http://hl7.org/fhir/sid/icd-10 J45")), "{codes:?}");
    for (kind, body) in [
        ("problems", json!({ "name": "Unheard-of syndrome" })),
        ("allergies", json!({ "substance": "bee stings of Tuesday" })),
        ("medications", json!({ "name": "Unobtainium" })),
    ] {
        let (entry, _) = clinic.entry(&clinic.ann, kind, body).await;
        assert_eq!((&entry["unknown"], &entry["codings"]), (&json!(true), &json!([])), "{entry}");
    }
}

#[tokio::test]
async fn a_correction_keeps_the_version_before_it() {
    let clinic = Clinic::new().await;
    let (first, path) = clinic.entry(&clinic.ann, "medications", json!({ "name": "warfarin", "note": "x" })).await;
    let patch = json!({ "name": "Tylenol", "note": null });
    let second = clinic.change(&clinic.dana, "PATCH", &path, 1, Some(patch)).await;
    assert_eq!(second.header("etag"), "\"2\"");
    let second = second.expect(200);
    assert_eq!(
        (&second["name"], &second["note"], &second["asserter"]),
        (&json!("Tylenol"), &Value::Null, &json!("practitioner"))
    );
    assert_eq!(second["codings"][0]["code"], "paracetamol");
    clinic.change(&clinic.dana, "PATCH", &path, 2, Some(json!({ "stopped_on": "2026-11" }))).await.expect(200);
    let versions = clinic.here.get(&format!("{path}/versions"), Some(&clinic.ann)).await.expect(200);
    let versions = versions["items"].as_array().unwrap();
    assert_eq!(versions.iter().map(|one| one["version"].as_i64().unwrap()).collect::<Vec<_>>(), [3, 2, 1]);
    assert_eq!((&versions[1], &versions[2]), (&second, &first));
    // In pages, too.
    let page = clinic.here.get(&format!("{path}/versions?limit=2"), Some(&clinic.ann)).await.expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest =
        clinic.here.get(&format!("{path}/versions?limit=2&cursor={cursor}"), Some(&clinic.ann)).await.expect(200);
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["items"][0]), (1, &first));
}

#[tokio::test]
async fn of_corrections_at_once_one_counts_and_none_is_lost() {
    let clinic = Clinic::new().await;
    let (_, path) = clinic.entry(&clinic.ann, "problems", json!({ "name": "asthma" })).await;
    let corrections = (0..8).map(|at| {
        let body = json!({ "note": format!("note {at}") });
        request("PATCH", &path, Some(&clinic.dana), &[("if-match", "\"1\"")], Some(body))
    });
    let answers = clinic.here.at_once(corrections).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM record_entry_versions").await, 1);
    assert_eq!(clinic.here.count("SELECT version AS n FROM record_entries").await, 2);
    clinic
        .here
        .call("PATCH", &path, Some(&clinic.dana), &[], Some(json!({})))
        .await
        .problem(428, "precondition-required");
}

#[tokio::test]
async fn what_was_entered_in_error_is_kept_for_staff_and_used_by_nobody() {
    let clinic = Clinic::new().await;
    let (_, path) = clinic.entry(&clinic.ann, "allergies", json!({ "substance": "penicillin" })).await;
    clinic.change(&clinic.ann, "DELETE", &path, 7, None).await.problem(412, "stale");
    assert_eq!(clinic.change(&clinic.ann, "DELETE", &path, 1, None).await.status, 204);
    clinic.here.get(&path, Some(&clinic.ann)).await.problem(404, "not-found");
    assert_eq!(clinic.get(&clinic.ann, "allergies").await.expect(200)["items"], json!([]));
    assert_eq!(clinic.get(&clinic.ann, "allergies?status=entered_in_error").await.expect(200)["items"], json!([]));
    let seen = clinic.here.get(&path, Some(&clinic.dana)).await.expect(200);
    assert_eq!((&seen["status"], &seen["version"]), (&json!("entered_in_error"), &json!(2)));
    assert_eq!(clinic.get(&clinic.dana, "allergies").await.expect(200)["items"], json!([seen]));
    assert_eq!(clinic.get(&clinic.dana, "allergies?status=active").await.expect(200)["items"], json!([]));
    clinic.change(&clinic.dana, "PATCH", &path, 2, Some(json!({ "note": "x" }))).await.problem(409, "conflict");
    assert_eq!(clinic.get(&clinic.dana, "summary").await.expect(200)["allergies"], json!([]));
}

#[tokio::test]
async fn a_list_is_paged_and_filtered() {
    let clinic = Clinic::new().await;
    for (name, status) in [("a", "active"), ("b", "resolved"), ("c", "active")] {
        clinic.entry(&clinic.ann, "problems", json!({ "name": name, "clinical_status": status })).await;
    }
    let names = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    let first = clinic.get(&clinic.ann, "problems?limit=2").await.expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = clinic.get(&clinic.ann, &format!("problems?limit=2&cursor={cursor}")).await.expect(200);
    let mut all = names(&first);
    all.extend(names(&rest));
    all.sort();
    assert_eq!(all, ["a", "b", "c"]);
    let mut current = names(&clinic.get(&clinic.ann, "problems?current=true").await.expect(200));
    current.sort();
    assert_eq!(current, ["a", "c"]);
    assert_eq!(clinic.get(&clinic.ann, "problems?current=1&status=x&y=z").await.invalid(), ["current", "status", "y"]);
    assert_eq!(clinic.get(&clinic.ann, &format!("allergies?cursor={cursor}")).await.invalid(), ["cursor"]);
}

#[tokio::test]
async fn a_replay_writes_once() {
    let clinic = Clinic::new().await;
    let body = json!({ "name": "asthma" });
    let path = clinic.path("problems");
    let first = clinic.here.post_once(&path, &clinic.ann, "k", &body).await.expect(201);
    assert_eq!(clinic.here.post_once(&path, &clinic.ann, "k", &body).await.expect(201), first);
    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM record_entries").await, 1);
}

#[tokio::test]
async fn a_medicine_is_named_by_id_or_name_and_a_correction_of_one_is_of_both() {
    let clinic = Clinic::new().await;
    let (entry, path) = clinic.entry(&clinic.ann, "medications", json!({ "medicine_id": "warfarin" })).await;
    assert_eq!(entry["name"], "warfarin");
    let patches = [
        (json!({ "medicine_id": "paracetamol" }), "paracetamol", json!("paracetamol")),
        (json!({ "medicine_id": null }), "paracetamol", Value::Null),
        (json!({ "medicine_id": "ibuprofen", "name": "Nurofen" }), "Nurofen", json!("ibuprofen")),
        (json!({ "name": "Marevan" }), "Marevan", Value::Null),
    ];
    for (version, (patch, name, id)) in (1..).zip(patches) {
        let entry = clinic.change(&clinic.ann, "PATCH", &path, version, Some(patch)).await.expect(200);
        assert_eq!((&entry["name"], &entry["medicine_id"]), (&json!(name), &id));
    }
}

//! Acting for others: children, proxies, and taking over one's own record.

use super::super::support::{Installation, PASSWORD, Person, request};
use super::{Practice, bare, delete};
use serde_json::{Value, json};
use virtual_doctor::platform::Statement;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Pam, and the path of the child's record that she adds. The clock stands at 2026-11-18.
async fn parent(here: &Installation, birth_date: &str) -> (Person, String) {
    let pam = here.sign_up("pam@example.org").await;
    let body = json!({ "name": "Kim Little", "birth_date": birth_date, "sex": "female", "relation": "child" });
    let child = here.post("/api/v1/patients", Some(&pam), body).await.expect(201);
    assert_eq!(child["sex"], "female");
    (pam, format!("/api/v1/patients/{}", child["id"].as_str().unwrap()))
}

/// Days from the day of the clock to this date.
fn days_until(here: &Installation, date: &str) -> i64 {
    let date: chrono::NaiveDate = date.parse().unwrap();
    let begins = date.and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp_millis();
    begins - here.services.now().0
}

#[tokio::test]
async fn a_parent_acts_for_a_child_and_nobody_else_does() {
    let here = Installation::new();
    let (pam, child) = parent(&here, "2020-05-06").await;
    let eve = here.sign_up("eve@example.org").await;
    here.get(&child, Some(&pam)).await.expect(200);
    let id = child.rsplit('/').next().unwrap();
    let me = here.get("/api/v1/me", Some(&pam)).await.expect(200);
    let listed = me["patients"].as_array().unwrap().iter().find(|patient| patient["id"] == id).unwrap();
    assert_eq!((&listed["relation"], &listed["name"]), (&json!("child"), &json!("Kim Little")));
    let dana = here.doctor("dana@example.org").await;
    let room = json!({ "kind": "consultation", "participants": [dana.user_id], "subject": "x", "patient_id": id });
    here.post("/api/v1/rooms", Some(&eve), room.clone()).await.problem(404, "not-found");
    here.post("/api/v1/rooms", Some(&pam), room).await.expect(201);
    bare(here.get(&child, Some(&eve)).await);
    // Their own access ends by the birth date: they cannot move it, nor leave the record without anyone.
    let any = [("if-match", "*")];
    let later = Some(json!({ "birth_date": "2025-05-06" }));
    here.call("PATCH", &child, Some(&pam), &any, later).await.problem(403, "forbidden");
    delete(&here, &pam, &format!("{child}/access/{}", pam.user_id), "*").await.problem(409, "conflict");
    assert!(!here.storage().await.contains("Kim Little"));
}

#[tokio::test]
async fn who_is_of_age_is_not_added_and_neither_is_who_is_not_born() {
    let here = Installation::new();
    let pam = here.sign_up("pam@example.org").await;
    for (birth_date, status) in
        [("2008-11-18", 422), ("2008-11-19", 201), ("2026-11-18", 201), ("2026-11-19", 422), ("1950-01-01", 422)]
    {
        let body = json!({ "name": "Kim", "birth_date": birth_date, "relation": "ward" });
        let answer = here.post("/api/v1/patients", Some(&pam), body).await;
        assert_eq!(answer.status.as_u16(), status, "{birth_date}: {}", answer.text);
    }
    assert_eq!(
        here.post("/api/v1/patients", Some(&pam), json!({ "relation": "self" })).await.invalid(),
        ["/birth_date", "/name", "/relation"]
    );
    let body = json!({ "name": "Kim", "birth_date": "2020-01-01", "relation": "child" });
    let first = here.post_once("/api/v1/patients", &pam, "k", &body).await.expect(201);
    let again = here.post_once("/api/v1/patients", &pam, "k", &body).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.expect(201), first);
}

#[tokio::test]
async fn guardians_access_is_over_with_the_first_millisecond_of_the_birthday() {
    for (birth_date, majority) in [("2009-01-15", "2027-01-15"), ("2012-02-29", "2030-03-01")] {
        let here = Installation::new();
        let (_, child) = parent(&here, birth_date).await;
        here.clock.advance(days_until(&here, majority) - 1);
        let pam = here.sign_in("pam@example.org", PASSWORD).await;
        here.get(&child, Some(&pam)).await.expect(200);
        here.clock.advance(1);
        let nowhere = format!("/api/v1/patients/{}", here.services.new_id().unwrap());
        assert_eq!(bare(here.get(&child, Some(&pam)).await), bare(here.get(&nowhere, Some(&pam)).await));
        bare(here.call("POST", &format!("{child}/handover"), Some(&pam), &[], None).await);
        let me = here.get("/api/v1/me", Some(&pam)).await.expect(200);
        assert_eq!(me["patients"].as_array().unwrap().len(), 1, "{me}");
    }
}

#[tokio::test]
async fn a_young_person_takes_over_their_record_once_they_are_old_enough() {
    let here = Installation::new();
    let (pam, child) = parent(&here, "2010-11-20").await;
    let handover = format!("{child}/handover");
    here.call("POST", &handover, Some(&pam), &[], None).await.problem(409, "conflict");
    here.clock.advance(days_until(&here, "2026-11-20"));
    let pam = here.sign_in("pam@example.org", PASSWORD).await;
    let older = here.call("POST", &handover, Some(&pam), &[], None).await.expect(201);
    let newer = here.call("POST", &handover, Some(&pam), &[], None).await.expect(201);
    let code = newer["code"].as_str().unwrap().to_owned();
    let (kim, eve) = (here.sign_up("kim@example.org").await, here.sign_up("eve@example.org").await);
    let claim = |person: &Person, code: &str| {
        request("POST", "/api/v1/patients/claim", Some(person), &[], Some(json!({ "code": code })))
    };
    for wrong in [older["code"].as_str().unwrap(), "", "0000-0000-0000-0000"] {
        assert_eq!(here.send(claim(&kim, wrong)).await.invalid(), ["/code"]);
    }
    // Not by who gave it out, and once only, whoever is first.
    assert_eq!(here.send(claim(&pam, &code)).await.invalid(), ["/code"]);
    let loose = code.to_lowercase().replace('-', " ");
    let mut statuses: Vec<u16> = here
        .at_once([claim(&kim, &loose), claim(&kim, &code), claim(&kim, &code)])
        .await
        .iter()
        .map(|answer| answer.status.as_u16())
        .collect();
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200);
    assert!(statuses[1..].iter().all(|status| [409, 422].contains(status)), "{statuses:?}");
    assert_eq!(here.send(claim(&eve, &code)).await.invalid(), ["/code"]);
    here.get(&child, Some(&kim)).await.expect(200);
    here.call("POST", &handover, Some(&pam), &[], None).await.problem(409, "conflict");
    // It is theirs now: rooms are about it, and the guardian's access is theirs to end.
    let dana = here.doctor("dana@example.org").await;
    let room = json!({ "kind": "consultation", "participants": [dana.user_id], "subject": "x" });
    let room = here.post("/api/v1/rooms", Some(&kim), room).await.expect(201);
    assert_eq!(room["patient_id"], json!(child.rsplit('/').next().unwrap()));
    let access = here.get(&format!("{child}/access"), Some(&kim)).await.expect(200);
    assert_eq!(access["items"].as_array().unwrap().len(), 2);
    here.get(&child, Some(&pam)).await.expect(200);
    delete(&here, &kim, &format!("{child}/access/{}", pam.user_id), "*").await.expect(204);
    bare(here.get(&child, Some(&pam)).await);
}

#[tokio::test]
async fn a_code_runs_out_and_a_guardian_whose_time_is_over_claims_nothing() {
    let here = Installation::new();
    let (_, child) = parent(&here, "2008-11-25").await;
    let pam = here.sign_in("pam@example.org", PASSWORD).await;
    // A second guardian, as a clinic may have recorded one.
    let pat = here.sign_up("pat@example.org").await;
    let insert = Statement::new(
        "INSERT INTO patient_access (patient_id, user_id, relation, created_at) VALUES (?1, ?2, 'child', 0)",
    );
    here.rows::<Value>(insert.bind(child.rsplit('/').next().unwrap()).bind(&pat.user_id)).await;
    let made = here.call("POST", &format!("{child}/handover"), Some(&pam), &[], None).await.expect(201);
    here.clock.advance(7 * DAY_MS - 1);
    // It is the birthday by now.
    let pat = here.sign_in("pat@example.org", PASSWORD).await;
    let claim = json!({ "code": made["code"] });
    here.post("/api/v1/patients/claim", Some(&pat), claim.clone()).await.problem(409, "conflict");
    here.clock.advance(1);
    let kim = here.sign_up("kim@example.org").await;
    assert_eq!(here.post("/api/v1/patients/claim", Some(&kim), claim).await.invalid(), ["/code"]);
}

#[tokio::test]
async fn asking_to_act_for_somebody_tells_nothing_and_gives_nothing() {
    let Practice { here, ann, .. } = Practice::new().await;
    let bob = here.sign_up("bob@example.org").await;
    here.work().await;
    let before = here.mailer.mails().len();
    let mut answers = Vec::new();
    for email in ["ann@example.org", "nobody@example.org", "bob@example.org", "ann@example.org"] {
        let answer = here.post("/api/v1/access-requests", Some(&bob), json!({ "email": email })).await;
        assert_eq!(answer.status.as_u16(), 202);
        answers.push(answer.text);
    }
    answers.dedup();
    assert_eq!(answers, [r#"{"status":"requested"}"#]);
    here.work().await;
    assert_eq!(here.mailer.mails().len(), before + 1);
    assert!(here.mailer.mails().last().unwrap().text.contains("Name of bob@example.org"));
    bare(here.get(&format!("/api/v1/patients/{}", ann.patient_id), Some(&bob)).await);
    let waiting = here.get("/api/v1/access-requests", Some(&ann)).await.expect(200);
    assert_eq!(waiting["items"].as_array().unwrap().len(), 1);
    assert_eq!(here.get("/api/v1/access-requests", Some(&bob)).await.expect(200)["items"], json!([]));
    // Only the patient grants it.
    let path = format!("/api/v1/access-requests/{}", waiting["items"][0]["id"].as_str().unwrap());
    let grant = json!({ "scope": "full" });
    bare(here.post(&format!("{path}/grant"), Some(&bob), grant.clone()).await);
    bare(delete(&here, &bob, &path, "*").await);
    delete(&here, &ann, &path, "\"1\"").await.problem(412, "stale");
    delete(&here, &ann, &path, "*").await.expect(204);
    bare(here.post(&format!("{path}/grant"), Some(&ann), grant).await);
    // It ends by itself as well.
    here.post("/api/v1/access-requests", Some(&bob), json!({ "email": "ann@example.org" })).await.expect(202);
    here.clock.advance(14 * DAY_MS);
    let ann = here.sign_in("ann@example.org", PASSWORD).await;
    assert_eq!(here.get("/api/v1/access-requests", Some(&ann)).await.expect(200)["items"], json!([]));
}

/// Bob asks and Ann lets him.
async fn proxy(practice: &Practice, grant: Value) -> Person {
    let here = &practice.here;
    let bob = here.sign_up("bob@example.org").await;
    here.post("/api/v1/access-requests", Some(&bob), json!({ "email": "ann@example.org" })).await.expect(202);
    let waiting = here.get("/api/v1/access-requests", Some(&practice.ann)).await.expect(200);
    let path = format!("/api/v1/access-requests/{}/grant", waiting["items"][0]["id"].as_str().unwrap());
    let access = here.post(&path, Some(&practice.ann), grant).await.expect(200);
    assert_eq!((&access["relation"], &access["user_id"]), (&json!("proxy"), &json!(bob.user_id)));
    bob
}

#[tokio::test]
async fn a_proxy_who_reads_changes_nothing_and_opens_no_room() {
    let practice = Practice::new().await;
    let (assessment, prescription) = (practice.assessment(&practice.ann).await, practice.draft().await);
    let bob = proxy(&practice, json!({ "scope": "read" })).await;
    let Practice { here, ann, dana, .. } = &practice;
    for path in [
        practice.of_ann(""),
        practice.of_ann("/care-team"),
        practice.of_ann("/access"),
        assessment,
        prescription,
        format!("/api/v1/assessments?patient_id={}", ann.patient_id),
        format!("/api/v1/prescriptions?patient_id={}", ann.patient_id),
    ] {
        here.get(&path, Some(&bob)).await.expect(200);
    }
    let room =
        json!({ "kind": "consultation", "participants": [dana.user_id], "subject": "x", "patient_id": ann.patient_id });
    let assess =
        json!({ "patient": { "age_years": 54, "sex": "male" }, "text": "cough", "patient_id": ann.patient_id });
    for (method, path, body) in [
        ("PATCH", practice.of_ann(""), Some(json!({ "weight_kg": 60 }))),
        ("POST", "/api/v1/rooms".into(), Some(room)),
        ("POST", "/api/v1/assessments".into(), Some(assess)),
        ("POST", practice.of_ann("/consents"), Some(json!({ "practitioner_id": dana.user_id }))),
        ("POST", practice.of_ann("/handover"), None),
        ("DELETE", practice.of_ann(&format!("/care-team/{}", dana.user_id)), None),
        ("DELETE", practice.of_ann(&format!("/access/{}", ann.user_id)), None),
    ] {
        here.call(method, &path, Some(&bob), &[("if-match", "*")], body).await.problem(403, "forbidden");
    }
}

#[tokio::test]
async fn a_proxy_acts_until_it_is_ended_or_has_run_out() {
    let practice = Practice::new().await;
    let until = virtual_doctor::id::Timestamp(practice.here.services.now().0 + 60_000);
    let bob = proxy(&practice, json!({ "scope": "full", "expires_at": until.to_string() })).await;
    let (here, ann) = (&practice.here, &practice.ann);
    let any = [("if-match", "*")];
    here.call("PATCH", &practice.of_ann(""), Some(&bob), &any, Some(json!({ "weight_kg": 60 }))).await.expect(200);
    // Acting for somebody is not being them.
    delete(here, &bob, &practice.of_ann(&format!("/access/{}", ann.user_id)), "*").await.problem(403, "forbidden");
    delete(here, ann, &practice.of_ann(&format!("/access/{}", ann.user_id)), "*").await.problem(409, "conflict");
    here.clock.advance(59_999);
    here.get(&practice.of_ann(""), Some(&bob)).await.expect(200);
    here.clock.advance(1);
    bare(here.get(&practice.of_ann(""), Some(&bob)).await);
    assert_eq!(
        here.get(&practice.of_ann("/access"), Some(ann)).await.expect(200)["items"].as_array().unwrap().len(),
        1
    );

    for by_patient in [true, false] {
        let practice = Practice::new().await;
        let bob = proxy(&practice, json!({ "scope": "full" })).await;
        let path = practice.of_ann(&format!("/access/{}", bob.user_id));
        let by = if by_patient { &practice.ann } else { &bob };
        practice.here.call("DELETE", &path, Some(by), &[], None).await.problem(428, "precondition-required");
        delete(&practice.here, by, &path, "\"1\"").await.problem(412, "stale");
        delete(&practice.here, by, &path, "*").await.expect(204);
        bare(practice.here.get(&practice.of_ann(""), Some(&bob)).await);
    }
}

#[tokio::test]
async fn a_grant_says_how_far_and_not_until_yesterday() {
    let practice = Practice::new().await;
    let bob = practice.here.sign_up("bob@example.org").await;
    practice.here.post("/api/v1/access-requests", Some(&bob), json!({ "email": "ann@example.org" })).await.expect(202);
    let waiting = practice.here.get("/api/v1/access-requests", Some(&practice.ann)).await.expect(200);
    let path = format!("/api/v1/access-requests/{}/grant", waiting["items"][0]["id"].as_str().unwrap());
    for (body, pointer) in [
        (json!({}), "/scope"),
        (json!({ "scope": "all" }), "/scope"),
        (json!({ "scope": "read", "expires_at": "2020-01-01T00:00:00Z" }), "/expires_at"),
        (json!({ "scope": "read", "expires_at": "tomorrow" }), "/expires_at"),
    ] {
        assert_eq!(practice.here.post(&path, Some(&practice.ann), body).await.invalid(), [pointer]);
    }
    let grant = || request("POST", &path, Some(&practice.ann), &[], Some(json!({ "scope": "read" })));
    let answers = practice.here.at_once((0..3).map(|_| grant())).await;
    let granted = answers.iter().filter(|answer| answer.status.as_u16() == 200).count();
    assert_eq!(granted, 1);
}

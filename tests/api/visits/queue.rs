//! `GET /api/v1/organizations/{id}/queue` and `duty`

use super::super::support::Person;
use super::Clinic;
use serde_json::{Value, json};

/// Visits in the order of the queue, as the doctor sees it.
async fn order(clinic: &Clinic, query: &str) -> Vec<Value> {
    let page = clinic.here.get(&format!("{}{query}", clinic.queue()), Some(&clinic.dana)).await.expect(200);
    page["items"].as_array().unwrap().iter().map(|item| item["patient"]["name"].clone()).collect()
}

async fn people(clinic: &Clinic, names: &[&str]) -> Vec<Person> {
    let mut people = Vec::new();
    for name in names {
        people.push(clinic.here.sign_up(&format!("{name}@example.org")).await);
    }
    people
}

fn named(names: &[&str]) -> Vec<Value> {
    names.iter().map(|name| json!(format!("Name of {name}@example.org"))).collect()
}

#[tokio::test]
async fn it_goes_by_level_then_by_waiting_time_then_by_id() {
    let clinic = Clinic::new().await;
    let people = people(&clinic, &["p1", "p2", "p3", "p4", "p5"]).await;
    // Asked at the same millisecond, the earlier id is first; ids grow by chance within one millisecond.
    let mut twins = [(clinic.request(&people[0]).await, "p1"), (clinic.request(&people[1]).await, "p2")];
    twins.sort();
    clinic.here.clock.advance(1000);
    clinic.request(&people[2]).await;
    clinic.here.clock.advance(1000);
    clinic.request_for(&people[3], "crushing chest pain for 30 minutes going into my left arm, sweating").await;
    clinic.here.clock.advance(1000);
    let last = clinic.request(&people[4]).await;
    let expected = named(&["p4", twins[0].1, twins[1].1, "p3", "p5"]);
    assert_eq!(order(&clinic, "").await, expected);
    let visit = clinic.here.get(&last, Some(&people[4])).await.expect(200);
    assert_eq!((&visit["position"], &visit["ahead"]), (&json!(5), &json!(4)));
    assert_eq!(clinic.here.get(&twins[1].0, Some(&clinic.dana)).await.expect(200)["position"], 3);
    // Page by page it is the same, also while somebody more urgent comes in between.
    let first = clinic.here.get(&format!("{}?limit=2", clinic.queue()), Some(&clinic.dana)).await;
    assert!(first.header("link").contains("rel=\"next\""));
    let first = first.expect(200);
    assert_eq!(first["counts"], json!({ "total": 5, "emergency": 1, "urgent": 0, "routine": 4, "self_care": 0 }));
    clinic.request_for(&clinic.ann, "crushing chest pain for 30 minutes going into my left arm, sweating").await;
    let cursor = first["next_cursor"].as_str().unwrap();
    assert_eq!(order(&clinic, &format!("?limit=3&cursor={cursor}")).await, expected[2..]);
    let bad = clinic.here.get(&format!("{}?cursor=x&limit=0", clinic.queue()), Some(&clinic.dana)).await;
    assert_eq!(bad.invalid(), ["limit"]);
}

#[tokio::test]
async fn each_level_has_its_place() {
    use virtual_doctor::knowledge::tables::Urgency::{Emergency, Routine, SelfCare, Urgent};
    use virtual_doctor::visits::model::rank;
    let ranks = [Some(Emergency), Some(Urgent), Some(Routine), None, Some(SelfCare)].map(rank);
    assert_eq!(ranks, [0, 1, 2, 2, 3]);
}

#[tokio::test]
async fn a_doctor_sees_who_and_why_and_an_admin_levels_and_times_alone() {
    let clinic = Clinic::new().await;
    clinic.request(&clinic.ann).await;
    clinic.here.clock.advance(90_000);
    let seen = clinic.here.get(&clinic.queue(), Some(&clinic.dana)).await.expect(200);
    let item = &seen["items"][0];
    assert_eq!(item["patient"], json!({ "id": clinic.ann.patient_id, "name": "Name of ann@example.org" }));
    assert_eq!((&item["reason"], &item["waiting_s"]), (&json!("a secret cough"), &json!(90)));
    let counted = clinic.here.get(&clinic.queue(), Some(&clinic.adam)).await;
    assert!(
        !counted.text.contains("secret")
            && !counted.text.contains("ann@")
            && !counted.text.contains(&clinic.ann.patient_id)
    );
    let counted = counted.expect(200);
    assert_eq!((&counted["items"][0]["waiting_s"], &counted["counts"]["total"]), (&json!(90), &json!(1)));
    assert_eq!((&counted["items"][0]["patient"], &counted["items"][0]["reason"]), (&json!(null), &json!(null)));
}

#[tokio::test]
async fn an_admin_who_is_a_doctor_elsewhere_sees_no_names_here() {
    let clinic = Clinic::new().await;
    clinic.request(&clinic.ann).await;
    clinic.here.make_staff(&clinic.adam, "doctor").await;
    let adam = clinic.here.sign_in("adam@example.org", super::PASSWORD).await;
    assert_eq!(clinic.here.get(&clinic.queue(), Some(&adam)).await.expect(200)["items"][0]["patient"], json!(null));
}

#[tokio::test]
async fn duty_is_ones_own_and_versioned() {
    let clinic = Clinic::new().await;
    let put = |person, version: &'static str, on: bool| {
        let (here, duty) = (&clinic.here, clinic.duty());
        async move { here.call("PUT", &duty, Some(person), &[("if-match", version)], Some(json!({ "on": on }))).await }
    };
    let before = clinic.here.get(&clinic.duty(), Some(&clinic.dana)).await;
    assert_eq!(before.header("etag"), "\"0\"");
    assert_eq!(before.expect(200), json!({ "on": false, "since": null, "doctors": [] }));
    let without = clinic.here.call("PUT", &clinic.duty(), Some(&clinic.dana), &[], Some(json!({ "on": true }))).await;
    without.problem(428, "precondition-required");
    let on = put(&clinic.dana, "\"0\"", true).await;
    assert_eq!(on.header("etag"), "\"1\"");
    let on = on.expect(200);
    assert_eq!((&on["on"], &on["doctors"][0]["name"]), (&json!(true), &json!("Name of dana@example.org")));
    put(&clinic.dana, "\"0\"", false).await.problem(412, "stale");
    clinic.here.clock.advance(5000);
    assert_eq!(put(&clinic.dana, "*", true).await.expect(200)["since"], on["since"]);
    let seen = clinic.here.get(&clinic.duty(), Some(&clinic.adam)).await.expect(200);
    assert_eq!((&seen["on"], seen["doctors"].as_array().unwrap().len()), (&json!(false), 1));
    put(&clinic.adam, "*", true).await.problem(403, "forbidden");
    assert_eq!(put(&clinic.dana, "*", false).await.expect(200)["doctors"], json!([]));
}

#[tokio::test]
async fn who_left_the_organization_is_not_on_duty() {
    let clinic = Clinic::on_duty().await;
    let path = clinic.request(&clinic.ann).await;
    clinic.here.execute("UPDATE staff SET ended_at = 1 WHERE role = 'doctor'").await;
    clinic.here.get(&clinic.duty(), Some(&clinic.dana)).await.problem(404, "not-found");
    clinic.act(&path, "accept", &clinic.dana).await.problem(404, "not-found");
    let seen = clinic.here.get(&clinic.duty(), Some(&clinic.adam)).await.expect(200);
    assert_eq!(seen["doctors"], json!([]));
}

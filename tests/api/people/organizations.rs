//! Organizations, invitations, staff and licences.

use super::super::support::{Installation, PASSWORD, Person, request};
use super::{Practice, bare, delete, joins, organization_of};
use serde_json::{Value, json};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const ACCEPT: &str = "/api/v1/invitations/accept";

/// The token of the latest mail.
async fn token(here: &Installation) -> Value {
    here.work().await;
    let text = here.mailer.mails().last().unwrap().text.clone();
    json!({ "token": text.split_once("?invitation=").unwrap().1.split_whitespace().next().unwrap() })
}

/// Ada, who runs an organization, and its path.
async fn admin(here: &Installation) -> (Person, String) {
    let ada = here.staff("ada@example.org", "admin").await;
    let path = format!("/api/v1/organizations/{}", organization_of(here, &ada).await);
    (ada, path)
}

#[tokio::test]
async fn an_operator_makes_an_organization_and_its_admin_takes_it_from_there() {
    let here = Installation::new();
    let olga = here.operator("olga@example.org").await;
    let new = json!({ "name": "St Mary", "country": "GB", "admin_email": "Ada@example.org" });
    let eve = here.sign_up("eve@example.org").await;
    bare(here.post("/api/v1/organizations", Some(&eve), new.clone()).await);
    let made = here.post_once("/api/v1/organizations", &olga, "k", &new).await.expect(201);
    assert_eq!(here.post_once("/api/v1/organizations", &olga, "k", &new).await.expect(201), made);
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM organizations").await, 1);
    let spent = token(&here).await;
    here.sign_up("ada@example.org").await;
    let ada = here.sign_in("ada@example.org", PASSWORD).await;
    let joined = here.post(ACCEPT, Some(&ada), spent).await.expect(200);
    assert_eq!(joined, json!({ "organization_id": made["id"], "role": "admin" }));
    let ada = here.sign_in("ada@example.org", PASSWORD).await;
    let path = format!("/api/v1/organizations/{}", made["id"].as_str().unwrap());
    assert_eq!(here.get(&path, Some(&ada)).await.expect(200), made);
    assert_eq!(here.get(&path, Some(&olga)).await.expect(200), made);
    bare(here.get(&path, Some(&eve)).await);
    // An operator runs no organization by that.
    here.get(&format!("{path}/staff"), Some(&olga)).await.problem(403, "forbidden");

    let invite = json!({ "email": "dana@example.org", "role": "doctor" });
    here.post(&format!("{path}/invitations"), Some(&ada), invite).await.expect(202);
    let invitation = token(&here).await;
    let dana = here.sign_up("dana@example.org").await;
    here.post(ACCEPT, Some(&dana), invitation).await.expect(200);
    let dana = here.sign_in("dana@example.org", PASSWORD).await;
    let stated = json!({ "organization_id": made["id"], "country": "GB", "number": "GMC 1234567" });
    here.post("/api/v1/me/licences", Some(&dana), stated).await.expect(201);
    let staff = here.get(&format!("{path}/staff"), Some(&ada)).await.expect(200);
    let listed = staff["items"].as_array().unwrap().iter().find(|one| one["user_id"] == dana.user_id).unwrap();
    assert_eq!((&listed["roles"], &listed["name"]), (&json!(["doctor"]), &json!("Name of dana@example.org")));
    assert_eq!(listed["licences"][0]["number"], "GMC 1234567");
    assert_eq!(listed["licences"][0]["verified"], false);
    assert_eq!(here.get("/api/v1/practitioners", Some(&eve)).await.expect(200)["items"], json!([]));
    let verify = format!("{path}/staff/{}/licences/GB/verify", dana.user_id);
    here.post(&verify, Some(&ada), json!({ "number": "GMC 0" })).await.problem(409, "conflict");
    bare(here.post(&verify.replace("/GB/", "/FR/"), Some(&ada), json!({})).await);
    here.post(&verify, Some(&ada), json!({ "number": "GMC 1234567" })).await.expect(200);
    here.call("POST", &verify, Some(&ada), &[], None).await.problem(409, "conflict");
    assert_eq!(here.get("/api/v1/practitioners", Some(&eve)).await.expect(200)["items"][0]["id"], json!(dana.user_id));
    assert!(!here.storage().await.contains("1234567"));
}

#[tokio::test]
async fn an_invitation_works_once_for_seven_days_for_its_own_address() {
    let here = Installation::new();
    let (ada, path) = admin(&here).await;
    let invitations = format!("{path}/invitations");
    let (dana, eve) = (here.sign_up("dana@example.org").await, here.sign_up("eve@example.org").await);
    let invite = |role: &str| json!({ "email": "dana@example.org", "role": role });
    // The answer is the same with and without an account.
    let known = here.post(&invitations, Some(&ada), invite("doctor")).await.text;
    let older = token(&here).await;
    let unknown = here.post(&invitations, Some(&ada), json!({ "email": "no@example.org", "role": "doctor" })).await;
    assert_eq!((known.as_str(), unknown.text.as_str()), (r#"{"status":"invited"}"#, r#"{"status":"invited"}"#));
    here.post(&invitations, Some(&ada), invite("pharmacist")).await.expect(202);
    let newer = token(&here).await;
    for (person, token) in [(&dana, &older), (&eve, &newer), (&ada, &newer), (&dana, &json!({ "token": "" }))] {
        assert_eq!(here.post(ACCEPT, Some(person), token.clone()).await.invalid(), ["/token"]);
    }
    let accept = || request("POST", ACCEPT, Some(&dana), &[], Some(newer.clone()));
    let mut statuses: Vec<u16> =
        here.at_once((0..4).map(|_| accept())).await.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422, 422, 422]);
    let held = "SELECT COUNT(*) AS n FROM staff WHERE ended_at IS NULL AND role = 'pharmacist'";
    assert_eq!(here.count(held).await, 1);
    // The token is not stored readable, and it runs out.
    assert!(!here.storage().await.contains(newer["token"].as_str().unwrap()));
    for (after, status) in [(7 * DAY_MS - 1, 200), (7 * DAY_MS, 422)] {
        let ada = here.sign_in("ada@example.org", PASSWORD).await;
        here.post(&invitations, Some(&ada), invite("doctor")).await.expect(202);
        let late = token(&here).await;
        here.clock.advance(after);
        let dana = here.sign_in("dana@example.org", PASSWORD).await;
        assert_eq!(here.post(ACCEPT, Some(&dana), late).await.status.as_u16(), status);
    }
    let ada = here.sign_in("ada@example.org", PASSWORD).await;
    let bad = json!({ "email": "x", "role": "operator", "more": 1 });
    assert_eq!(here.post(&invitations, Some(&ada), bad).await.invalid(), ["/email", "/more", "/role"]);
}

#[tokio::test]
async fn an_address_that_is_not_verified_accepts_nothing() {
    let here = Installation::with(&[("VERIFY_EMAIL", "on")]);
    let body = |email: &str| json!({ "email": email, "password": PASSWORD, "name": "Somebody" });
    for email in ["ada@example.org", "dana@example.org"] {
        here.post("/api/v1/auth/register", None, body(email)).await.expect(202);
    }
    here.execute("UPDATE users SET email_verified_at = 1").await;
    let ada = here.sign_in("ada@example.org", PASSWORD).await;
    here.make_staff(&ada, "admin").await;
    let ada = here.sign_in("ada@example.org", PASSWORD).await;
    let dana = here.sign_in("dana@example.org", PASSWORD).await;
    let invitations = format!("/api/v1/organizations/{}/invitations", organization_of(&here, &ada).await);
    here.post(&invitations, Some(&ada), json!({ "email": "dana@example.org", "role": "doctor" })).await.expect(202);
    let invitation = token(&here).await;
    here.execute("UPDATE users SET email_verified_at = NULL").await;
    assert_eq!(here.post(ACCEPT, Some(&dana), invitation.clone()).await.invalid(), ["/token"]);
    here.execute("UPDATE users SET email_verified_at = 1").await;
    here.post(ACCEPT, Some(&dana), invitation).await.expect(200);
}

#[tokio::test]
async fn an_admin_of_another_organization_finds_nothing() {
    let Practice { here, dana, .. } = Practice::new().await;
    let clinic = format!("/api/v1/organizations/{}", organization_of(&here, &dana).await);
    let nowhere = format!("/api/v1/organizations/{}", here.services.new_id().unwrap());
    let (ada, _) = admin(&here).await;
    let invite = json!({ "email": "x@example.org", "role": "admin" });
    for (method, rest, body) in [
        ("GET", String::new(), None),
        ("GET", "/staff".to_owned(), None),
        ("POST", "/invitations".to_owned(), Some(invite)),
        ("DELETE", format!("/staff/{}", dana.user_id), None),
        ("POST", format!("/staff/{}/licences/GB/verify", dana.user_id), None),
    ] {
        let mut answers = Vec::new();
        for organization in [&clinic, &nowhere] {
            let path = format!("{organization}{rest}");
            answers.push(bare(here.call(method, &path, Some(&ada), &[("if-match", "*")], body.clone()).await));
        }
        assert_eq!(answers[0], answers[1], "{method} {rest}");
    }
    let suspend = |id: String| format!("/api/v1/users/{id}/suspend");
    let reason = json!({ "reason": "x" });
    assert_eq!(
        bare(here.post(&suspend(dana.user_id.clone()), Some(&ada), reason.clone()).await),
        bare(here.post(&suspend(here.services.new_id().unwrap().to_string()), Some(&ada), reason).await)
    );
    // Who works there without running it knows of it, and no more.
    here.get(&clinic, Some(&dana)).await.expect(200);
    here.get(&format!("{clinic}/staff"), Some(&dana)).await.problem(403, "forbidden");
}

#[tokio::test]
async fn of_two_admins_who_end_one_another_one_stays() {
    let here = Installation::new();
    let (ada, path) = admin(&here).await;
    let alan = joins(&here, "alan@example.org", organization_of(&here, &ada).await, "admin").await;
    let any = [("if-match", "*")];
    let end =
        |by: &Person, whom: &Person| request("DELETE", &format!("{path}/staff/{}", whom.user_id), Some(by), &any, None);
    let answers = here.at_once([end(&ada, &alan), end(&alan, &ada)]).await;
    let ended = answers.iter().filter(|answer| answer.status.as_u16() == 204).count();
    assert_eq!(ended, 1, "{answers:?}");
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM staff WHERE ended_at IS NULL").await, 1);
    // The last one does not leave either.
    let last = if answers[0].status.as_u16() == 204 { &ada } else { &alan };
    here.send(end(last, last)).await.problem(409, "conflict");
}

#[tokio::test]
async fn whose_roles_are_ended_reaches_no_record_and_their_invitations_end() {
    let practice = Practice::new().await;
    let Practice { here, dana, .. } = &practice;
    let clinic = organization_of(here, dana).await;
    let ada = joins(here, "ada@example.org", clinic, "admin").await;
    let draft = practice.draft().await;
    let path = format!("/api/v1/organizations/{clinic}/staff/{}", dana.user_id);
    here.call("DELETE", &path, Some(&ada), &[], None).await.problem(428, "precondition-required");
    delete(here, &ada, &path, "\"12\"").await.problem(412, "stale");
    delete(here, &ada, &path, "*").await.expect(204);
    // With the token of before.
    bare(here.get(&practice.of_ann(""), Some(dana)).await);
    here.call("POST", &format!("{draft}/sign"), Some(dana), &[], None).await.problem(403, "forbidden");
    assert_eq!(here.get(&practice.of_ann("/care-team"), Some(&practice.ann)).await.expect(200)["items"], json!([]));
    bare(delete(here, &ada, &path, "*").await);
}

#[tokio::test]
async fn a_licence_is_stated_by_whom_it_is_and_verified_by_another() {
    let here = Installation::new();
    let dana = here.doctor("dana@example.org").await;
    let clinic = organization_of(&here, &dana).await;
    let state = |organization: Value, number: &str| json!({ "organization_id": organization, "country": "GB", "number": number });
    here.post("/api/v1/me/licences", Some(&dana), state(json!(clinic), "7654321")).await.expect(200);
    let verified = "SELECT COUNT(*) AS n FROM licences WHERE verified_at IS NOT NULL";
    assert_eq!(here.count(verified).await, 1);
    here.post("/api/v1/me/licences", Some(&dana), state(json!(clinic), "other")).await.expect(201);
    assert_eq!(here.count(verified).await, 0);
    let elsewhere = here.services.new_id().unwrap();
    let refused = here.post("/api/v1/me/licences", Some(&dana), state(json!(elsewhere), "1")).await;
    assert_eq!(refused.invalid(), ["/organization_id"]);
    let eve = here.sign_up("eve@example.org").await;
    here.post("/api/v1/me/licences", Some(&eve), state(json!(clinic), "1")).await.problem(403, "forbidden");
    // An admin who is a doctor too does not verify their own.
    let ada = joins(&here, "ada@example.org", clinic, "admin").await;
    let verify =
        |person: &Person| format!("/api/v1/organizations/{clinic}/staff/{}/licences/GB/verify", person.user_id);
    here.call("POST", &verify(&ada), Some(&ada), &[], None).await.problem(403, "forbidden");
    bare(here.call("POST", &verify(&eve), Some(&ada), &[], None).await);
    here.call("POST", &verify(&dana), Some(&ada), &[], None).await.expect(200);
}

#[tokio::test]
async fn practitioners_say_what_they_do_and_pharmacists_where() {
    let here = Installation::new();
    let phil = here.staff("phil@example.org", "pharmacist").await;
    let path = "/api/v1/me/practitioner";
    let answer = here.get(path, Some(&phil)).await;
    assert_eq!(answer.header("etag"), "\"0\"");
    assert_eq!(answer.expect(200), json!({ "specialties": [], "pharmacy": null, "licences": [] }));
    let change =
        json!({ "specialties": ["oncology"], "pharmacy": { "name": "High Street Pharmacy", "address": "1 High St" } });
    let patch = || request("PATCH", path, Some(&phil), &[("if-match", "\"0\"")], Some(change.clone()));
    let mut statuses: Vec<u16> =
        here.at_once((0..3).map(|_| patch())).await.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412]);
    let change = json!({ "pharmacy": { "address": null } });
    let changed = here.call("PATCH", path, Some(&phil), &[("if-match", "\"1\"")], Some(change)).await.expect(200);
    assert_eq!(changed["pharmacy"], json!({ "name": "High Street Pharmacy", "address": null }));
    assert_eq!(changed["specialties"], json!(["oncology"]));
    let bad = json!({ "specialties": [""], "pharmacy": { "name": "" } });
    let any = [("if-match", "*")];
    assert_eq!(
        here.call("PATCH", path, Some(&phil), &any, Some(bad)).await.invalid(),
        ["/pharmacy/name", "/specialties/0"]
    );
    assert!(!here.storage().await.contains("High Street"));
    let eve = here.sign_up("eve@example.org").await;
    here.get(path, Some(&eve)).await.problem(403, "forbidden");
}

//! `/api/v1/organizations/{id}/api-keys`, and calls with such a key.

use super::support::{Answer, Installation, Person, request};
use serde_json::{Value, json};
use virtual_doctor::limits::Rule;
use virtual_doctor::limits::policies::{By, Policy, Who};
use virtual_doctor::platform::Statement;

const DAY_MS: i64 = 86_400_000;

struct Clinic {
    here: Installation,
    admin: Person,
    path: String,
}

async fn organization(here: &Installation, person: &Person) -> String {
    let select = Statement::new("SELECT organization_id FROM staff WHERE user_id = ?1 LIMIT 1").bind(&person.user_id);
    here.rows::<Value>(select).await[0]["organization_id"].as_str().unwrap().to_owned()
}

impl Clinic {
    async fn new() -> Self {
        Self::of(Installation::new()).await
    }

    async fn of(here: Installation) -> Self {
        let admin = here.staff("ada@example.org", "admin").await;
        let path = format!("/api/v1/organizations/{}/api-keys", organization(&here, &admin).await);
        Self { here, admin, path }
    }

    fn body(&self, scopes: &[&str]) -> Value {
        json!({ "name": "Pharmacy system", "scopes": scopes, "expires_at": "2027-06-30T00:00:00Z" })
    }

    async fn key(&self, scopes: &[&str]) -> Value {
        self.here.post(&self.path, Some(&self.admin), self.body(scopes)).await.expect(201)
    }

    async fn with(&self, key: &Value, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.token(key["secret"].as_str().unwrap(), method, path, body).await
    }

    async fn token(&self, token: &str, method: &str, path: &str, body: Option<Value>) -> Answer {
        let authorization = format!("Bearer {token}");
        self.here.call(method, path, None, &[("authorization", &authorization)], body).await
    }

    async fn check(&self, key: &Value) -> Answer {
        self.with(key, "POST", "/api/v1/medicines/check", Some(check())).await
    }

    async fn end(&self, key: &Value) -> Answer {
        let path = format!("{}/{}", self.path, key["id"].as_str().unwrap());
        self.here.call("DELETE", &path, Some(&self.admin), &[("if-match", "\"1\"")], None).await
    }
}

fn check() -> Value {
    json!({ "patient": { "age_years": 72, "sex": "female" }, "medicines": [{ "name": "warfarin" }] })
}

fn assess() -> Value {
    json!({ "patient": { "age_years": 54, "sex": "male" }, "text": "cough and fever" })
}

#[tokio::test]
async fn the_secret_is_shown_once_and_stored_nowhere() {
    let clinic = Clinic::new().await;
    let answer =
        clinic.here.post(&clinic.path, Some(&clinic.admin), clinic.body(&["medicines:check", "medicines:check"])).await;
    let location = answer.header("location").to_owned();
    assert_eq!(answer.header("etag"), "\"1\"");
    let key = answer.expect(201);
    let secret = key["secret"].as_str().unwrap();
    assert_eq!(secret.split('_').take(2).collect::<Vec<_>>(), ["vd", key["id"].as_str().unwrap()]);
    assert_eq!(key["scopes"], json!(["medicines:check"]));
    assert_eq!((&key["last_used_on"], &key["ended_at"]), (&Value::Null, &Value::Null));
    let read = clinic.here.get(&location, Some(&clinic.admin)).await.expect(200);
    assert_eq!((&read["name"], &read["secret"]), (&json!("Pharmacy system"), &Value::Null));
    let listed = clinic.here.get(&clinic.path, Some(&clinic.admin)).await.expect(200);
    assert_eq!(listed["items"], json!([read]));
    let random = secret.rsplit_once('_').map_or(secret, |(_, tail)| tail);
    let stored = clinic.here.storage().await;
    assert!(!stored.contains(random) && !stored.contains("Pharmacy system"));
    assert!(!format!("{:?}", clinic.here.log.lines()).contains(random));
}

#[tokio::test]
async fn a_key_does_what_its_scopes_say_and_nothing_else() {
    let clinic = Clinic::new().await;
    let (checks, assesses) = (clinic.key(&["medicines:check"]).await, clinic.key(&["assessments:create"]).await);
    clinic.check(&checks).await.expect(200);
    clinic.check(&assesses).await.problem(403, "forbidden");
    clinic.with(&checks, "POST", "/api/v1/assessments", Some(assess())).await.problem(403, "forbidden");
    let made = clinic.with(&assesses, "POST", "/api/v1/assessments", Some(assess())).await.expect(201);
    let own = format!("/api/v1/assessments/{}", made["id"].as_str().unwrap());
    clinic.with(&assesses, "GET", &own, None).await.expect(200);
    // Every other operation of the contract that needs a token is refused before its handler.
    let document = virtual_doctor::openapi::document();
    let mut refused = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let opened = path == "/api/v1/assessments" && method == "post"
                || path.starts_with("/api/v1/assessments/{id}")
                || path == "/api/v1/medicines/check";
            if operation["security"].is_null() || opened {
                continue;
            }
            let path = path.replace("{id}", made["id"].as_str().unwrap()).replace("{key_id}", "x");
            for key in [&checks, &assesses] {
                let answer = clinic.with(key, &method.to_uppercase(), &path, Some(json!({}))).await;
                assert_eq!(answer.status, 403, "{method} {path}: {}", answer.text);
            }
            refused += 1;
        }
    }
    assert!(refused > 15, "{refused}");
    // Nobody's assessment but its own, and no patient's record.
    let ann = clinic.here.sign_up("ann@example.org").await;
    let hers = clinic.here.post("/api/v1/assessments", Some(&ann), assess()).await.expect(201);
    let hers = format!("/api/v1/assessments/{}", hers["id"].as_str().unwrap());
    clinic.with(&assesses, "GET", &hers, None).await.problem(404, "not-found");
    let mut filed = assess();
    filed["patient_id"] = json!(ann.patient_id);
    clinic.with(&assesses, "POST", "/api/v1/assessments", Some(filed)).await.problem(404, "not-found");
    clinic.here.get(&own, Some(&clinic.admin)).await.problem(404, "not-found");
}

#[tokio::test]
async fn a_key_that_ended_expired_or_was_never_made_is_nobody() {
    let clinic = Clinic::new().await;
    let (ends, expires) = (clinic.key(&["medicines:check"]).await, clinic.key(&["medicines:check"]).await);
    clinic.check(&ends).await.expect(200);
    assert_eq!(clinic.end(&ends).await.status, 204);
    clinic.check(&ends).await.problem(401, "unauthenticated");
    clinic.end(&ends).await.problem(412, "stale");
    let path = format!("{}/{}", clinic.path, ends["id"].as_str().unwrap());
    let again = clinic.here.call("DELETE", &path, Some(&clinic.admin), &[("if-match", "*")], None).await;
    again.problem(409, "conflict");
    clinic.here.call("DELETE", &path, Some(&clinic.admin), &[], None).await.problem(428, "precondition-required");

    let secret = expires["secret"].as_str().unwrap().to_owned();
    let id = expires["id"].as_str().unwrap();
    for wrong in [
        format!("{secret}x"),
        secret[..secret.len() - 1].to_owned(),
        format!("vd_{id}_"),
        format!("vd_{}_{}", ends["id"].as_str().unwrap(), secret.rsplit('_').next().unwrap()),
        "vd_".to_owned(),
        "vd_x_y".to_owned(),
    ] {
        let answer = clinic.token(&wrong, "POST", "/api/v1/medicines/check", Some(check())).await;
        answer.problem(401, "unauthenticated");
    }
    clinic.here.clock.advance(300 * DAY_MS);
    clinic.check(&expires).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn its_last_use_is_known_to_the_day_and_its_acts_bear_its_name() {
    let clinic = Clinic::new().await;
    let key = clinic.key(&["assessments:create"]).await;
    let id = key["id"].as_str().unwrap().to_owned();
    let location = format!("{}/{id}", clinic.path);
    let last_used = async || {
        // Access tokens live for 15 minutes.
        let admin = clinic.here.sign_in("ada@example.org", super::support::PASSWORD).await;
        clinic.here.get(&location, Some(&admin)).await.expect(200)["last_used_on"].clone()
    };
    clinic.with(&key, "POST", "/api/v1/assessments", Some(assess())).await.expect(201);
    assert_eq!(last_used().await, "2026-11-18");
    clinic.here.clock.advance(DAY_MS);
    assert_eq!(last_used().await, "2026-11-18");
    clinic.with(&key, "POST", "/api/v1/assessments", Some(assess())).await.expect(201);
    assert_eq!(last_used().await, "2026-11-19");
    let acts = Statement::new("SELECT action FROM audit WHERE actor_id = ?1").bind(&id);
    let acts: Vec<Value> = clinic.here.rows(acts).await;
    assert_eq!(acts.len(), 2, "{acts:?}");
    let about = Statement::new("SELECT action, actor_id FROM audit WHERE subject_id = ?1").bind(&id);
    let about: Vec<Value> = clinic.here.rows(about).await;
    assert_eq!(about, [json!({ "action": "api_key.created", "actor_id": clinic.admin.user_id })]);
}

#[tokio::test]
async fn only_an_admin_of_this_organization_has_to_do_with_its_keys() {
    let clinic = Clinic::new().await;
    let key = clinic.key(&["medicines:check"]).await;
    let one = format!("{}/{}", clinic.path, key["id"].as_str().unwrap());
    let (ann, other) =
        (clinic.here.sign_up("ann@example.org").await, clinic.here.staff("otto@example.org", "admin").await);
    let dana = clinic.here.staff("dana@example.org", "admin").await;
    // An admin elsewhere and a doctor here: the two do not add up.
    let organization_id = organization(&clinic.here, &clinic.admin).await;
    let doctor =
        Statement::new("INSERT INTO staff (organization_id, user_id, role, created_at) VALUES (?1, ?2, 'doctor', 0)");
    clinic.here.rows::<Value>(doctor.bind(&organization_id).bind(&dana.user_id)).await;
    for (person, status, slug) in [(&ann, 404, "not-found"), (&other, 404, "not-found"), (&dana, 403, "forbidden")] {
        let body = clinic.body(&["medicines:check"]);
        clinic.here.post(&clinic.path, Some(person), body).await.problem(status, slug);
        clinic.here.get(&clinic.path, Some(person)).await.problem(status, slug);
        clinic.here.get(&one, Some(person)).await.problem(status, slug);
        let ended = clinic.here.call("DELETE", &one, Some(person), &[("if-match", "*")], None).await;
        ended.problem(status, slug);
    }
    // By way of an organization that is theirs another's key is not there.
    let theirs = organization(&clinic.here, &other).await;
    let path = format!("/api/v1/organizations/{theirs}/api-keys/{}", key["id"].as_str().unwrap());
    clinic.here.get(&path, Some(&other)).await.problem(404, "not-found");
    clinic.check(&key).await.expect(200);
    // Whoever is no admin any more is none at once, whatever the token says.
    clinic.here.execute("UPDATE staff SET ended_at = 1 WHERE role = 'admin'").await;
    clinic.here.get(&clinic.path, Some(&clinic.admin)).await.problem(404, "not-found");
}

#[tokio::test]
async fn every_bad_field_is_reported() {
    let clinic = Clinic::new().await;
    let post = async |body: Value| clinic.here.post(&clinic.path, Some(&clinic.admin), body).await.invalid();
    assert_eq!(post(json!({})).await, ["/expires_at", "/name", "/scopes"]);
    let bad = json!({ "name": "", "scopes": ["medicines:check", "everything"], "expires_at": "soon", "more": 1 });
    assert_eq!(post(bad).await, ["/expires_at", "/more", "/name", "/scopes/1"]);
    for expires in ["2020-01-01T00:00:00Z", "2029-01-01T00:00:00Z"] {
        let bad = json!({ "name": "System", "scopes": [], "expires_at": expires });
        assert_eq!(post(bad).await, ["/expires_at", "/scopes"]);
    }
    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM api_keys").await, 0);
}

#[tokio::test]
async fn a_page_of_keys_leads_to_the_next() {
    let clinic = Clinic::new().await;
    for _ in 0..3 {
        clinic.key(&["medicines:check"]).await;
    }
    let first = clinic.here.get(&format!("{}?limit=2", clinic.path), Some(&clinic.admin)).await.expect(200);
    let next = format!("{}?limit=2&cursor={}", clinic.path, first["next_cursor"].as_str().unwrap());
    let second = clinic.here.get(&next, Some(&clinic.admin)).await.expect(200);
    assert_eq!((first["items"].as_array().unwrap().len(), second["items"].as_array().unwrap().len()), (2, 1));
    assert_eq!(second["next_cursor"], Value::Null);
}

#[tokio::test]
async fn a_key_has_a_limit_of_its_own_that_a_wrong_one_does_not_use_up() {
    let policy = Policy {
        name: "key",
        method: None,
        path: "/api/v1/medicines/*",
        who: Who::ApiKey,
        by: By::Caller,
        rule: Rule::new(3, 60),
    };
    let clinic = Clinic::of(Installation::with_policies(&[("RATE_LIMITS", "on")], vec![policy])).await;
    let (key, other) = (clinic.key(&["medicines:check"]).await, clinic.key(&["medicines:check"]).await);
    let wrong = format!("vd_{}_wrong", key["id"].as_str().unwrap());
    for _ in 0..3 {
        clinic.token(&wrong, "POST", "/api/v1/medicines/check", Some(check())).await.problem(401, "unauthenticated");
    }
    let authorization = format!("Bearer {}", key["secret"].as_str().unwrap());
    let call = || request("POST", "/api/v1/medicines/check", None, &[("authorization", &authorization)], Some(check()));
    let answers = clinic.here.at_once((0..10).map(|_| call())).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 3);
    clinic.check(&key).await.problem(429, "too-many-requests");
    clinic.check(&other).await.expect(200);
}

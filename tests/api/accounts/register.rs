//! `POST /api/v1/auth/register`

use super::super::support::{Installation, PASSWORD};
use serde_json::{Value, json};

const PATH: &str = "/api/v1/auth/register";

fn body(email: &str) -> Value {
    json!({ "email": email, "password": PASSWORD, "name": "Ann Other" })
}

#[tokio::test]
async fn a_new_account_has_a_patient_record_of_its_own() {
    let here = Installation::new();
    let full = json!({ "email": "Ann@Example.org ", "password": PASSWORD, "name": " Ann Other ",
                       "birth_date": "1980-02-29", "country": "FR", "locale": "fr-CA" });
    assert_eq!(here.post(PATH, None, full).await.expect(202), json!({ "status": "check_email" }));
    let ann = here.sign_in("ann@example.org", PASSWORD).await;
    let me = here.get("/api/v1/me", Some(&ann)).await.expect(200);
    assert_eq!(me["email"], "ann@example.org");
    assert_eq!(me["name"], "Ann Other");
    assert_eq!((&me["country"], &me["locale"]), (&json!("FR"), &json!("fr-CA")));
    assert_eq!(me["roles"], json!(["patient"]));
    assert_eq!(me["patients"], json!([{ "id": ann.patient_id, "name": "Ann Other", "relation": "self" }]));
}

#[tokio::test]
async fn a_taken_address_gets_the_same_answer_as_a_free_one() {
    let here = Installation::new();
    let free = here.post(PATH, None, body("ann@example.org")).await;
    let taken = here.post(PATH, None, body("ANN@example.org")).await;
    assert_eq!(free.status, 202);
    assert_eq!((free.status, &free.text), (taken.status, &taken.text));
    let names = |answer: &super::super::support::Answer| {
        let mut names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
        names.sort();
        names
    };
    assert_eq!(names(&free), names(&taken));
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM users").await, 1);
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM patients").await, 1);
}

#[tokio::test]
async fn the_owner_of_a_taken_address_gets_a_mail() {
    let here = Installation::new();
    here.post(PATH, None, body("ann@example.org")).await.expect(202);
    here.post(PATH, None, body("ann@example.org")).await.expect(202);
    assert_eq!(here.work().await, [true, true]);
    let mails = here.mailer.mails();
    let subjects: Vec<&str> = mails.iter().map(|mail| mail.subject.as_str()).collect();
    assert_eq!(subjects, ["Please confirm your e-mail address", "You already have an account"]);
    assert!(mails.iter().all(|mail| mail.to == "ann@example.org"));
    assert!(!mails[1].text.contains("verify="), "{}", mails[1].text);
}

#[tokio::test]
async fn a_taken_address_keeps_its_password() {
    let here = Installation::new();
    here.post(PATH, None, body("ann@example.org")).await.expect(202);
    let other = json!({ "email": "ann@example.org", "password": "another password", "name": "Eve" });
    here.post(PATH, None, other).await.expect(202);
    here.sign_in("ann@example.org", PASSWORD).await;
    let login = json!({ "email": "ann@example.org", "password": "another password" });
    here.post("/api/v1/auth/login", None, login).await.problem(401, "wrong-credentials");
}

#[tokio::test]
async fn mails_are_in_the_language_asked_for() {
    let here = Installation::new();
    let mut french = body("ann@example.org");
    french["locale"] = json!("fr-FR");
    here.post(PATH, None, french).await.expect(202);
    here.work().await;
    assert_eq!(
        here.mailer.mails()[0].subject.as_str(),
        first_line(include_str!("../../../schema/mail/fr/verify_email.txt"))
    );
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap()
}

#[tokio::test]
async fn every_bad_field_is_reported_at_once() {
    let here = Installation::new();
    let bad = json!({ "email": "no address", "password": "short", "name": "", "birth_date": "1980-13-01",
                      "country": "gb", "locale": "english!", "role": "doctor" });
    let answer = here.post(PATH, None, bad).await;
    let errors = answer.json()["errors"].clone();
    assert_eq!(answer.invalid(), ["/birth_date", "/country", "/email", "/locale", "/name", "/password", "/role"]);
    let code = |pointer: &str| {
        let error = errors.as_array().unwrap().iter().find(|error| error["pointer"] == pointer);
        error.unwrap()["code"].clone()
    };
    assert_eq!(code("/password"), "out_of_range");
    assert_eq!(code("/role"), "unknown_field");
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM users").await, 0);
}

#[tokio::test]
async fn missing_and_mistyped_fields_are_reported_at_once() {
    let here = Installation::new();
    assert_eq!(here.post(PATH, None, json!({})).await.invalid(), ["/email", "/name", "/password"]);
    let mistyped = json!({ "email": 1, "password": null, "name": ["Ann"], "country": true });
    assert_eq!(here.post(PATH, None, mistyped).await.invalid(), ["/country", "/email", "/name", "/password"]);
}

#[tokio::test]
async fn what_is_no_address_is_refused() {
    let here = Installation::new();
    let long = format!("{}@example.org", "a".repeat(65));
    for email in ["", "@example.org", "ann@", "ann@example", "a b@example.org", "ann@exa..mple.org", "a@b@c.org", &long]
    {
        assert_eq!(here.post(PATH, None, body(email)).await.invalid(), ["/email"], "{email}");
    }
}

#[tokio::test]
async fn a_password_has_8_to_256_characters() {
    let here = Installation::new();
    for (length, accepted) in [(7, false), (8, true), (256, true), (257, false)] {
        let mut body = body(&format!("p{length}@example.org"));
        let letters: String = (0..length).map(|at| ["ü", "x", "9", "🩺", " ", "m", "q"][at * at % 7]).collect();
        body["password"] = json!(letters);
        let answer = here.post(PATH, None, body).await;
        assert_eq!(answer.status.as_u16(), if accepted { 202 } else { 422 }, "{length}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_password_that_everybody_tries_first_is_refused_where_it_stands() {
    let here = Installation::new();
    for (password, code) in [
        ("Password2026!", "too_common"),
        ("IloveYou", "too_common"),
        ("87654321", "too_common"),
        ("abcabcabc", "too_common"),
        ("sternhagen99", "too_personal"),
    ] {
        let mut body = body("sternhagen@example.org");
        body["password"] = json!(password);
        let answer = here.post(PATH, None, body).await;
        assert_eq!(answer.json()["errors"][0]["code"], code, "{password}: {}", answer.text);
        assert!(!answer.text.contains(password));
        assert_eq!(answer.invalid(), ["/password"], "{password}");
    }
}

#[tokio::test]
async fn nobody_is_born_in_the_future() {
    let here = Installation::new();
    let mut unborn = body("ann@example.org");
    unborn["birth_date"] = json!("2999-01-01");
    assert_eq!(here.post(PATH, None, unborn).await.invalid(), ["/birth_date"]);
}

#[tokio::test]
async fn twins_make_one_account() {
    let here = Installation::new();
    let twins = (0..10).map(|_| super::super::support::request("POST", PATH, None, &[], Some(body("ann@example.org"))));
    for answer in here.at_once(twins).await {
        assert_eq!(answer.expect(202), json!({ "status": "check_email" }));
    }
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM users").await, 1);
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'user.registered'").await, 1);
}

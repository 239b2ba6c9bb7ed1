//! Paths that only a developer's installation has.

use super::super::support::{Installation, PASSWORD};
use serde_json::json;

const PATHS: [(&str, &str); 5] = [
    ("POST", "/dev/seed"),
    ("POST", "/dev/panic"),
    ("POST", "/dev/failure"),
    ("POST", "/dev/contracts"),
    ("GET", "/dev/mail"),
];

#[tokio::test]
async fn they_are_not_there_in_staging_and_production() {
    for environment in ["staging", "production"] {
        let here = Installation::with(&[("ENVIRONMENT", environment), ("VERIFY_EMAIL", "on")]);
        for (method, path) in PATHS {
            let answer = here.call(method, path, None, &[], Some(json!({ "password": PASSWORD }))).await;
            answer.problem(404, "not-found");
        }
        assert_eq!(here.count("SELECT COUNT(*) AS n FROM users").await, 0);
    }
}

#[tokio::test]
async fn seeding_makes_the_demo_accounts_and_again_changes_their_password() {
    let here = Installation::new();
    for password in ["first password", "second password"] {
        here.post("/dev/seed", None, json!({ "password": password })).await.expect(204);
        for (email, roles) in [
            ("patient@demo.example", json!(["patient"])),
            ("doctor@demo.example", json!(["patient", "doctor"])),
            ("pharmacist@demo.example", json!(["patient", "pharmacist"])),
            ("admin@demo.example", json!(["patient", "admin"])),
        ] {
            let person = here.sign_in(email, password).await;
            let me = here.get("/api/v1/me", Some(&person)).await.expect(200);
            assert_eq!((&me["roles"], &me["email_verified"]), (&roles, &json!(true)), "{email}");
        }
    }
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM users").await, 4);
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM organizations").await, 1);
}

#[tokio::test]
async fn seeding_needs_a_password_that_may_be_one() {
    let here = Installation::new();
    for body in [json!({}), json!({ "password": "short" })] {
        assert_eq!(here.post("/dev/seed", None, body).await.invalid(), ["/password"]);
    }
}

#[tokio::test]
async fn the_mailbox_is_shown_as_a_page_and_as_json() {
    let here = Installation::new();
    here.execute(
        "INSERT INTO development_mailbox (id, recipient, subject, body, sent_at)
         VALUES ('1', 'ann@example.org', 'Hello', '<script>alert(1)</script>', 0)",
    )
    .await;
    let mails = here.get("/dev/mail?format=json", None).await.expect(200);
    assert_eq!(mails[0]["subject"], "Hello");
    let page = here.get("/dev/mail", None).await;
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.text.contains("Hello") && !page.text.contains("<script>alert"), "{}", page.text);
    assert_eq!(here.get("/dev/mail?all=1", None).await.invalid(), ["all"]);
}

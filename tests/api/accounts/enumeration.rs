//! No answer tells whether an address has an account, and of what kind.

use super::super::support::{Answer, Installation, PASSWORD};
use serde_json::{Value, json};

const ADDRESSES: [&str; 5] = [
    "verified@example.org",
    "unverified@example.org",
    "suspended@example.org",
    "locked@example.org",
    "nobody@example.org",
];

/// One account of each kind; nobody has the last address.
async fn town() -> Installation {
    let here = Installation::with(&[("VERIFY_EMAIL", "on")]);
    for email in &ADDRESSES[..4] {
        let body = json!({ "email": email, "password": PASSWORD, "name": "Ann" });
        here.post("/api/v1/auth/register", None, body).await.expect(202);
        // By the order of their ids: the latest is the one just made.
        match *email {
            "unverified@example.org" => {}
            "suspended@example.org" => {
                here.execute(
                    "UPDATE users SET email_verified_at = 1, suspended_at = 1 WHERE id = (SELECT MAX(id) FROM users)",
                )
                .await;
            }
            "locked@example.org" => {
                here.execute("UPDATE users SET suspended_at = 1 WHERE id = (SELECT MAX(id) FROM users)").await;
            }
            _ => here.execute("UPDATE users SET email_verified_at = 1 WHERE id = (SELECT MAX(id) FROM users)").await,
        }
        here.clock.advance(1);
    }
    here.work().await;
    here
}

/// All of an answer but what is new in each.
fn seen(answer: &Answer) -> (u16, String, Vec<(String, String)>) {
    let mut headers: Vec<(String, String)> = answer
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .map(|(name, value)| {
            if name == "x-request-id" || name == "traceparent" {
                (name, value.len().to_string())
            } else {
                (name, value)
            }
        })
        .collect();
    headers.sort();
    (answer.status.as_u16(), answer.text.clone(), headers)
}

async fn all_alike(here: &Installation, path: &str, body: impl Fn(&str) -> Value) {
    let mut first = None;
    for email in ADDRESSES {
        let answer = seen(&here.post(path, None, body(email)).await);
        assert_eq!(answer.0, 202);
        assert_eq!(first.get_or_insert_with(|| answer.clone()), &answer, "{path} {email}");
    }
}

#[tokio::test]
async fn asking_for_a_mail_answers_every_address_alike() {
    let here = town().await;
    for path in ["/api/v1/auth/verification", "/api/v1/auth/password-reset"] {
        all_alike(&here, path, |email| json!({ "email": email })).await;
    }
}

#[tokio::test]
async fn registering_answers_every_address_alike() {
    let here = town().await;
    all_alike(&here, "/api/v1/auth/register", |email| json!({ "email": email, "password": PASSWORD, "name": "Ann" }))
        .await;
}

#[tokio::test]
async fn asking_for_a_mail_is_the_same_work_for_every_address() {
    let here = town().await;
    for path in ["/api/v1/auth/verification", "/api/v1/auth/password-reset"] {
        let mut work = Vec::new();
        for (n, email) in ADDRESSES.iter().enumerate() {
            let before = here.count("SELECT COUNT(*) AS n FROM audit").await;
            let jobs = here.count("SELECT COUNT(*) AS n FROM outbox").await;
            let id = format!("{}-{n}", path.rsplit('/').next().unwrap());
            here.call("POST", path, None, &[("x-request-id", &id)], Some(json!({ "email": email }))).await.expect(202);
            let calls = here.logged(&id)["database_calls"].clone();
            let audited = here.count("SELECT COUNT(*) AS n FROM audit").await - before;
            let stored = here.count("SELECT COUNT(*) AS n FROM outbox").await - jobs;
            work.push((calls, audited, stored, here.queue.take().len()));
        }
        assert_eq!(work, vec![(json!(2), 1, 1, 1); 5], "{path}");
    }
}

#[tokio::test]
async fn who_gets_which_mail() {
    let here = town().await;
    let before = here.mailer.mails().len();
    for path in ["/api/v1/auth/verification", "/api/v1/auth/password-reset"] {
        for email in ADDRESSES {
            here.post(path, None, json!({ "email": email })).await.expect(202);
        }
    }
    assert_eq!(here.work().await, [true; 10]);
    let sent: Vec<(String, String)> =
        here.mailer.mails()[before..].iter().map(|mail| (mail.to.clone(), mail.subject.clone())).collect();
    let expected = [
        ("unverified@example.org", "Please confirm your e-mail address"),
        ("verified@example.org", "Set a new password"),
        ("unverified@example.org", "Set a new password"),
    ];
    assert_eq!(sent, expected.map(|(to, subject)| (to.to_owned(), subject.to_owned())));
}

#[tokio::test]
async fn with_the_queue_down_every_address_is_answered_alike_too() {
    let here = town().await;
    here.queue.set_broken(true);
    for path in ["/api/v1/auth/verification", "/api/v1/auth/password-reset"] {
        all_alike(&here, path, |email| json!({ "email": email })).await;
    }
}

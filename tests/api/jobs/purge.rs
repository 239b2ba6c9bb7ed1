//! What has served its time is deleted, a bounded number of rows a sweep.

use super::super::support::{Installation, PASSWORD};
use serde_json::json;
use virtual_doctor::jobs::store::{DONE_KEPT_MS, PURGED_AT_ONCE};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

async fn registered() -> Installation {
    let here = Installation::new();
    here.sign_up("ann@example.org").await;
    here.work().await;
    here
}

#[tokio::test]
async fn a_job_that_is_done_is_known_for_a_day() {
    let here = registered().await;
    here.clock.advance(DONE_KEPT_MS - 1);
    here.sweep().await;
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM outbox").await, 1);
    here.clock.advance(1);
    here.sweep().await;
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM outbox").await, 0);
}

#[tokio::test]
async fn what_waits_or_was_given_up_stays() {
    let here = Installation::new();
    here.sign_up("ann@example.org").await;
    here.sign_up("bob@example.org").await;
    here.execute("UPDATE outbox SET dead_at = 1 WHERE id = (SELECT MIN(id) FROM outbox)").await;
    here.clock.advance(30 * DAY_MS);
    here.sweep().await;
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM outbox").await, 2);
}

#[tokio::test]
async fn a_link_is_known_for_as_long_as_it_lives() {
    let here = registered().await;
    here.post("/api/v1/auth/password-reset", None, json!({ "email": "ann@example.org" })).await.expect(202);
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM email_tokens").await, 2);
    for (milliseconds, left) in [(DAY_MS / 48 - 1, 2), (1, 1), (DAY_MS - DAY_MS / 48 - 1, 1), (1, 0)] {
        here.clock.advance(milliseconds);
        here.sweep().await;
        assert_eq!(here.count("SELECT COUNT(*) AS n FROM email_tokens").await, left);
    }
}

#[tokio::test]
async fn a_stored_answer_is_kept_for_a_day() {
    let here = registered().await;
    let ann = here.sign_in("ann@example.org", PASSWORD).await;
    let assess = json!({ "patient": { "age_years": 54, "sex": "male" }, "text": "cough" });
    here.post_once("/api/v1/assessments", &ann, "key", &assess).await.expect(201);
    for (milliseconds, left) in [(DAY_MS - 1, 1), (1, 0)] {
        here.clock.advance(milliseconds);
        here.sweep().await;
        assert_eq!(here.count("SELECT COUNT(*) AS n FROM idempotency").await, left);
    }
}

#[tokio::test]
async fn a_sweep_deletes_no_more_than_its_share() {
    let here = Installation::new();
    here.execute(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1100)
         INSERT INTO outbox (id, kind, payload_sealed, created_at, next_attempt_at, done_at) SELECT 'job' || i, 'x', '', 0, 0, i FROM n",
    )
    .await;
    let mut left = 1100;
    for _ in 0..3 {
        here.sweep().await;
        left = (left - PURGED_AT_ONCE).max(0);
        assert_eq!(here.count("SELECT COUNT(*) AS n FROM outbox").await, left);
        assert_eq!(
            here.count("SELECT COALESCE(MIN(done_at), 1101) AS n FROM outbox").await,
            1101 - left,
            "oldest first"
        );
    }
}

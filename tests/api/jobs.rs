//! Jobs: what must follow a change is done once, whatever is down for a while.

mod dead_letters;
mod faults;
mod hosts;
mod purge;

use super::support::{Installation, PASSWORD};
use serde_json::json;
use virtual_doctor::jobs::backoff::{MAX_ATTEMPTS, bound_ms};
use virtual_doctor::jobs::consumer;
use virtual_doctor::platform::Queue;
use virtual_doctor::services::App;

const MINUTE_MS: i64 = 60_000;

/// An installation where somebody has registered, so that one mail waits.
async fn register(here: &Installation) {
    let body = json!({ "email": "ann@example.org", "password": PASSWORD, "name": "Ann" });
    here.post("/api/v1/auth/register", None, body).await.expect(202);
}

async fn waiting(here: &Installation) -> i64 {
    here.count("SELECT COUNT(*) AS n FROM outbox WHERE done_at IS NULL").await
}

#[tokio::test]
async fn a_job_is_offered_at_once_and_done() {
    let here = Installation::new();
    register(&here).await;
    assert_eq!(waiting(&here).await, 1);
    assert_eq!(here.work().await, [true]);
    assert_eq!((waiting(&here).await, here.mailer.mails().len()), (0, 1));
}

#[tokio::test]
async fn with_the_queue_down_the_sweep_offers_it_after_a_minute() {
    let here = Installation::new();
    here.queue.set_broken(true);
    register(&here).await;
    assert!(here.log.lines().iter().any(|line| line.contains("queue_unavailable")));
    here.queue.set_broken(false);
    here.clock.advance(MINUTE_MS - 1);
    assert_eq!((here.sweep().await, here.work().await.len()), (0, 0));
    here.clock.advance(1);
    assert_eq!((here.sweep().await, here.work().await), (1, vec![true]));
    assert_eq!(here.mailer.mails().len(), 1);
}

#[tokio::test]
async fn with_the_queue_down_at_the_sweep_too_the_sweep_does_it() {
    let here = Installation::new();
    here.queue.set_broken(true);
    register(&here).await;
    here.clock.advance(MINUTE_MS);
    assert_eq!(here.sweep().await, 1);
    assert_eq!((waiting(&here).await, here.mailer.mails().len()), (0, 1));
    here.clock.advance(MINUTE_MS);
    assert_eq!((here.sweep().await, here.mailer.mails().len()), (0, 1));
}

#[tokio::test]
async fn with_the_queue_down_a_sweep_does_twenty_and_comes_to_its_end() {
    let here = Installation::new();
    here.queue.set_broken(true);
    for n in 0..45 {
        let body = json!({ "email": format!("p{n}@example.org"), "password": PASSWORD, "name": "Ann" });
        here.post("/api/v1/auth/register", None, body).await.expect(202);
    }
    for sent in [20, 40, 45] {
        here.clock.advance(MINUTE_MS);
        here.sweep().await;
        assert_eq!(here.mailer.mails().len(), sent);
    }
    assert_eq!(waiting(&here).await, 0);
}

#[tokio::test]
async fn with_the_mailer_down_it_is_tried_again_and_sent_once() {
    let here = Installation::new();
    here.mailer.set_broken(true);
    register(&here).await;
    assert_eq!(here.work().await, [false]);
    assert_eq!((waiting(&here).await, here.mailer.mails().len()), (1, 0));
    here.mailer.set_broken(false);
    here.clock.advance(bound_ms(1));
    assert_eq!((here.sweep().await, here.work().await), (1, vec![true]));
    here.clock.advance(60 * MINUTE_MS);
    assert_eq!((here.sweep().await, here.mailer.mails().len()), (0, 1));
}

#[tokio::test]
async fn each_failure_puts_the_next_try_off_within_its_bound() {
    let here = Installation::new();
    here.mailer.set_broken(true);
    register(&here).await;
    assert_eq!(here.work().await, [false]);
    let mut waits = Vec::new();
    for attempts in 1..MAX_ATTEMPTS {
        assert_eq!(here.count("SELECT attempts AS n FROM outbox").await, attempts);
        let next = here.count("SELECT next_attempt_at AS n FROM outbox").await;
        let wait = next - here.services.now().0;
        assert!((1..=bound_ms(attempts)).contains(&wait), "{wait} ms after {attempts} tries");
        here.clock.advance(wait - 1);
        assert_eq!(here.sweep().await, 0, "too early after {attempts} tries");
        here.clock.advance(1);
        assert_eq!((here.sweep().await, here.work().await), (1, vec![false]));
        waits.push(wait);
    }
    waits.sort_unstable();
    waits.dedup();
    assert!(waits.len() > 20, "waits are spread: {waits:?}");
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM outbox WHERE dead_at IS NOT NULL").await, 1);
}

#[tokio::test]
async fn a_message_that_comes_again_before_its_time_is_no_try() {
    let here = Installation::new();
    here.mailer.set_broken(true);
    register(&here).await;
    let job = here.queue.take().remove(0);
    let app = App::outside(here.services.clone(), "test");
    assert!(consumer::run(&app, &job).await.is_err());
    for _ in 0..5 {
        assert!(consumer::run(&app, &job).await.is_ok());
    }
    assert_eq!(here.count("SELECT attempts AS n FROM outbox").await, 1);
}

#[tokio::test]
async fn delivered_twice_it_is_done_once() {
    let here = Installation::new();
    register(&here).await;
    let jobs = here.queue.take();
    for id in [&jobs[0], &jobs[0]] {
        here.queue.send(id).await.unwrap();
    }
    assert_eq!(here.work().await, [true, true]);
    assert_eq!(here.mailer.mails().len(), 1);
    assert_eq!(here.count("SELECT attempts AS n FROM outbox").await, 1);
}

#[tokio::test]
async fn delivered_twice_at_once_it_is_one_mail() {
    let here = Installation::new();
    register(&here).await;
    let job = here.queue.take().remove(0);
    let app = App::outside(here.services.clone(), "test");
    let (one, other) = tokio::join!(consumer::run(&app, &job), consumer::run(&app, &job));
    assert!(one.is_ok() && other.is_ok());
    assert_eq!(here.mailer.mails().len(), 1);
    assert_eq!(here.mailer.mails()[0].id, job);
}

#[tokio::test]
async fn what_names_a_person_is_wiped_when_it_is_done() {
    let here = Installation::new();
    register(&here).await;
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM outbox WHERE payload_sealed = ''").await, 0);
    assert!(!here.storage().await.contains("ann@example.org"));
    here.work().await;
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM outbox WHERE payload_sealed = ''").await, 1);
}

#[tokio::test]
async fn a_job_that_there_is_not_is_no_work() {
    let here = Installation::new();
    here.queue.send("01932c07-5d3a-7a00-8000-3a5a2c9e1b10").await.unwrap();
    assert_eq!(here.work().await, [true]);
    assert_eq!(here.mailer.mails().len(), 0);
}

#[tokio::test]
async fn a_job_without_its_database_is_left_for_later() {
    let here = Installation::new();
    register(&here).await;
    here.database.set_cut(true);
    assert_eq!(here.work().await, [false]);
    here.database.set_cut(false);
    here.clock.advance(MINUTE_MS);
    assert_eq!((here.sweep().await, here.work().await, here.mailer.mails().len()), (1, vec![true], 1));
}

#[tokio::test]
async fn a_sweep_offers_at_most_a_hundred_oldest_first() {
    let here = Installation::new();
    here.queue.set_broken(true);
    for n in 0..103 {
        let body = json!({ "email": format!("p{n}@example.org"), "password": PASSWORD, "name": "Ann" });
        here.post("/api/v1/auth/register", None, body).await.expect(202);
        here.clock.advance(1);
    }
    here.queue.set_broken(false);
    here.clock.advance(MINUTE_MS);
    assert_eq!((here.sweep().await, here.sweep().await, here.sweep().await), (100, 3, 0));
    assert_eq!(here.work().await.len(), 103);
    assert_eq!((waiting(&here).await, here.mailer.mails().len()), (0, 103));
}

#[tokio::test]
async fn a_change_that_failed_leaves_no_job() {
    let here = Installation::new();
    here.database.set_cut(true);
    let body = json!({ "email": "ann@example.org", "password": PASSWORD, "name": "Ann" });
    here.post("/api/v1/auth/register", None, body).await.problem(503, "unavailable");
    here.database.set_cut(false);
    assert_eq!((waiting(&here).await, here.queue.take().len()), (0, 0));
}

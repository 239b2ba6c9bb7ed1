//! What breaks while a job is done, and that one mail comes of it all the same.

use super::hosts::{Behaviour, Office};
use virtual_doctor::jobs::store::LEASE_MS;
use virtual_doctor::jobs::{consumer, outbox};
use virtual_doctor::platform::native::Fault;

const MOST_MINUTES: usize = 6 * 60;

/// Minutes pass until nothing waits any more.
async fn until_done(office: &Office) {
    let mut minutes = 0;
    while office.waiting().await > 0 {
        assert!(minutes < MOST_MINUTES, "{} jobs still wait", office.waiting().await);
        office.minute().await;
        minutes += 1;
    }
}

#[tokio::test]
async fn a_provider_that_fails_for_an_hour_loses_no_mail_and_sends_none_twice() {
    let office = Office::new();
    office.provider.behave(Behaviour::Down);
    for n in 0..20 {
        let job = office.job(&format!("p{n}@example.org")).await;
        assert!(consumer::run(&office.app(), &job).await.is_err());
        office.here.clock.advance(500);
    }
    for _ in 0..60 {
        office.minute().await;
    }
    assert_eq!((office.waiting().await, office.provider.mails()), (20, 0));
    let tries = office.provider.calls();
    assert!((40..=20 * 20).contains(&tries), "{tries} tries of 20 mails in an hour");
    office.provider.behave(Behaviour::Accept);
    until_done(&office).await;
    assert_eq!((office.provider.mails(), office.provider.accepted().len()), (20, 20));
    assert_eq!(office.here.count("SELECT COUNT(*) AS n FROM outbox WHERE dead_at IS NOT NULL").await, 0);
}

#[tokio::test]
async fn many_deliveries_of_one_job_at_once_are_one_call_of_the_provider() {
    let office = Office::new();
    let job = office.job("ann@example.org").await;
    let running: Vec<_> = (0..8)
        .map(|_| {
            let (app, job) = (office.app(), job.clone());
            tokio::spawn(async move { consumer::run(&app, &job).await })
        })
        .collect();
    for one in running {
        assert!(one.await.unwrap().is_ok());
    }
    assert_eq!((office.provider.calls(), office.waiting().await), (1, 0));
    assert_eq!(office.here.count("SELECT attempts AS n FROM outbox").await, 1);
}

#[tokio::test]
async fn wherever_the_consumer_breaks_off_one_mail_comes_of_it() {
    // Batch 0 takes the job in hand, 1 writes down what became of it.
    for batch in [0, 1] {
        for fault in [Fault::NotWritten, Fault::AnswerLost] {
            for behaviour in [Behaviour::Accept, Behaviour::AcceptSilently, Behaviour::Down] {
                let case = format!("batch {batch}, {fault:?}, {behaviour:?}");
                let office = Office::new();
                office.provider.behave(behaviour);
                let job = office.job("ann@example.org").await;
                let broken = office.app_that_breaks_at(batch, fault);
                assert!(consumer::run(&broken, &job).await.is_err(), "{case}");
                office.provider.behave(Behaviour::Accept);
                until_done(&office).await;
                assert_eq!(office.provider.mails(), 1, "{case}");
                // Where the provider was asked twice, it was by the same id.
                assert!(office.provider.accepted().iter().all(|id| *id == job), "{case}");
                assert!(office.provider.calls() <= 2, "{case}");
                office.minute().await;
                assert_eq!(office.provider.mails(), 1, "{case}");
            }
        }
    }
}

#[tokio::test]
async fn an_answer_that_was_lost_is_asked_for_again_under_the_same_id() {
    let office = Office::new();
    office.provider.behave(Behaviour::AcceptSilently);
    let job = office.job("ann@example.org").await;
    assert!(consumer::run(&office.app(), &job).await.is_err());
    office.provider.behave(Behaviour::Accept);
    until_done(&office).await;
    assert_eq!((office.provider.accepted(), office.provider.mails()), (vec![job.clone(), job], 1));
}

#[tokio::test]
async fn whoever_crashes_with_a_job_in_hand_has_it_until_the_lease_ends() {
    let office = Office::new();
    let job = office.job("ann@example.org").await;
    // The claim is stored, and nothing comes after it.
    let crashed = office.app_that_breaks_at(0, Fault::AnswerLost);
    assert!(consumer::run(&crashed, &job).await.is_err());
    office.here.clock.advance(LEASE_MS - 1);
    let app = office.app();
    assert!(consumer::run(&app, &job).await.is_ok());
    assert_eq!((outbox::sweep(&app).await.unwrap(), office.provider.calls()), (0, 0));
    office.here.clock.advance(1);
    assert_eq!(outbox::sweep(&app).await.unwrap(), 1);
    assert!(consumer::run(&app, &job).await.is_ok());
    assert_eq!((office.provider.mails(), office.waiting().await), (1, 0));
}

#[tokio::test]
async fn a_job_that_breaks_off_each_time_is_given_up_too() {
    let office = Office::new();
    let job = office.job("ann@example.org").await;
    for _ in 0..24 {
        assert!(consumer::run(&office.app_that_breaks_at(0, Fault::AnswerLost), &job).await.is_err());
        office.here.clock.advance(LEASE_MS);
    }
    assert!(consumer::run(&office.app(), &job).await.is_err());
    let dead = "SELECT COUNT(*) AS n FROM outbox WHERE dead_at IS NOT NULL AND last_error = 'interrupted'";
    assert_eq!((office.here.count(dead).await, office.provider.calls()), (1, 0));
}

#[tokio::test]
async fn whoever_comes_back_after_the_lease_does_not_undo_what_was_done_since() {
    let office = Office::new();
    let job = office.job("ann@example.org").await;
    // One sends for longer than its lease and fails; meanwhile another has sent.
    office.provider.behave(Behaviour::Refuse);
    let slow = tokio::spawn({
        let (app, job) = (office.app(), job.clone());
        async move { consumer::run(&app, &job).await }
    });
    while office.provider.calls() == 0 {
        tokio::task::yield_now().await;
    }
    office.here.clock.advance(LEASE_MS);
    office.provider.behave(Behaviour::Accept);
    let quick = consumer::run(&office.app(), &job).await;
    assert!(slow.await.unwrap().is_err() && quick.is_ok());
    assert!(!office.here.log.lines().iter().any(|line| line.contains("job_given_up")));
    assert_eq!(
        office.here.count("SELECT COUNT(*) AS n FROM outbox WHERE done_at IS NOT NULL AND dead_at IS NULL").await,
        1
    );
}

//! `/api/v1/operations/dead-letters`

use super::super::support::{Installation, Person, request};
use super::hosts::{Behaviour, Office};
use serde_json::Value;
use virtual_doctor::jobs::consumer;

const PATH: &str = "/api/v1/operations/dead-letters";

async fn operator(here: &Installation) -> Person {
    let olga = here.operator("olga@example.org").await;
    drop(here.queue.take());
    olga
}

/// A mail that the provider refused for good.
async fn dead_letter(office: &Office, email: &str) -> String {
    office.provider.behave(Behaviour::Refuse);
    let job = office.job(email).await;
    assert!(consumer::run(&office.app(), &job).await.is_err());
    office.provider.behave(Behaviour::Accept);
    job
}

#[tokio::test]
async fn what_is_refused_for_good_is_given_up_at_once_and_listed_without_a_word_of_whom_it_was_for() {
    let office = Office::new();
    let olga = operator(&office.here).await;
    let job = dead_letter(&office, "ann@example.org").await;
    let answer = office.here.get(PATH, Some(&olga)).await;
    assert!(!answer.text.contains("ann@") && !answer.text.contains("sealed"), "{}", answer.text);
    let page = answer.expect(200);
    let letter = &page["items"][0];
    assert_eq!((&page["next_cursor"], page["items"].as_array().unwrap().len()), (&Value::Null, 1));
    assert_eq!((&letter["id"], &letter["kind"], &letter["attempts"]), (&job.into(), &"send_mail".into(), &1.into()));
    assert_eq!(letter["last_error"], "provider_422");
    for time in ["created_at", "last_attempt_at", "dead_at"] {
        assert!(letter[time].as_str().unwrap().ends_with('Z'), "{letter}");
    }
    assert!(office.here.log.lines().iter().any(|line| line.contains("job_given_up")));
    assert!(!office.here.storage().await.contains("ann@example.org"), "what it is about stays sealed");
}

#[tokio::test]
async fn what_was_given_up_is_tried_no_more() {
    let office = Office::new();
    let job = dead_letter(&office, "ann@example.org").await;
    for _ in 0..100 {
        office.minute().await;
    }
    assert!(consumer::run(&office.app(), &job).await.is_ok());
    assert_eq!((office.provider.calls(), office.waiting().await), (1, 1));
}

#[tokio::test]
async fn a_job_that_fails_24_times_is_given_up() {
    let office = Office::new();
    office.provider.behave(Behaviour::Down);
    let job = office.job("ann@example.org").await;
    assert!(consumer::run(&office.app(), &job).await.is_err());
    let dead = "SELECT COUNT(*) AS n FROM outbox WHERE dead_at IS NOT NULL AND attempts = 24";
    let mut minutes = 0;
    while office.here.count(dead).await == 0 {
        office.minute().await;
        minutes += 1;
        assert!(minutes < 20 * 60, "not within 20 hours");
    }
    assert!(minutes > 60, "given up after {minutes} minutes");
    assert_eq!(office.provider.calls(), 24);
}

#[tokio::test]
async fn a_replay_sends_the_mail_with_all_its_tries_again_and_is_audited() {
    let office = Office::new();
    let olga = operator(&office.here).await;
    let job = dead_letter(&office, "ann@example.org").await;
    let replay = format!("{PATH}/{job}/replay");
    let replayed = office.here.post(&replay, Some(&olga), Value::Null).await.expect(202);
    assert_eq!(replayed, serde_json::json!({ "status": "waiting" }));
    assert_eq!(office.here.count("SELECT attempts AS n FROM outbox WHERE kind = 'send_mail' AND done_at IS NULL AND last_error IS NOT NULL").await, 0);
    assert_eq!(office.here.queue.take(), std::slice::from_ref(&job));
    assert!(consumer::run(&office.app(), &job).await.is_ok());
    assert_eq!(office.provider.accepted(), [job]);
    assert_eq!(office.here.get(PATH, Some(&olga)).await.expect(200)["items"], serde_json::json!([]));
    assert_eq!(office.here.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'dead_letter.replayed'").await, 1);
    office.here.post(&replay, Some(&olga), Value::Null).await.problem(404, "not-found");
    assert_eq!(office.here.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'dead_letter.replayed'").await, 1);
}

#[tokio::test]
async fn a_replay_whose_message_is_lost_is_swept_up() {
    let office = Office::new();
    let olga = operator(&office.here).await;
    let job = dead_letter(&office, "ann@example.org").await;
    office.here.queue.set_broken(true);
    office.here.post(&format!("{PATH}/{job}/replay"), Some(&olga), Value::Null).await.expect(202);
    office.here.queue.set_broken(false);
    office.minute().await;
    assert!(office.provider.accepted().contains(&job));
}

#[tokio::test]
async fn of_twin_replays_one_counts() {
    let office = Office::new();
    let olga = operator(&office.here).await;
    let job = dead_letter(&office, "ann@example.org").await;
    let path = format!("{PATH}/{job}/replay");
    let twins = (0..5).map(|_| request("POST", &path, Some(&olga), &[], None));
    let mut statuses: Vec<u16> = office.here.at_once(twins).await.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [202, 404, 404, 404, 404]);
}

#[tokio::test]
async fn the_list_is_paged_latest_first() {
    let office = Office::new();
    let olga = operator(&office.here).await;
    let mut jobs = Vec::new();
    for n in 0..5 {
        office.here.clock.advance(1);
        jobs.push(dead_letter(&office, &format!("p{n}@example.org")).await);
    }
    jobs.reverse();
    let (mut found, mut path) = (Vec::new(), format!("{PATH}?limit=2"));
    for items in [2, 2, 1] {
        let page = office.here.get(&path, Some(&olga)).await.expect(200);
        assert_eq!(page["items"].as_array().unwrap().len(), items);
        found.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        path = format!("{PATH}?limit=2&cursor={}", page["next_cursor"].as_str().unwrap_or_default());
    }
    assert_eq!(found, jobs);
    assert_eq!(office.here.get(&format!("{PATH}?cursor=x&limit=0"), Some(&olga)).await.invalid(), ["limit"]);
    assert_eq!(office.here.get(&format!("{PATH}?cursor=x"), Some(&olga)).await.invalid(), ["cursor"]);
}

#[tokio::test]
async fn it_is_for_operators_alone() {
    let office = Office::new();
    let job = dead_letter(&office, "ann@example.org").await;
    let replay = format!("{PATH}/{job}/replay");
    let here = &office.here;
    here.get(PATH, None).await.problem(401, "unauthenticated");
    here.post(&replay, None, Value::Null).await.problem(401, "unauthenticated");
    let people = [
        here.sign_up("pat@example.org").await,
        here.doctor("dana@example.org").await,
        here.staff("phil@example.org", "pharmacist").await,
        here.staff("ada@example.org", "admin").await,
    ];
    for person in &people {
        here.get(PATH, Some(person)).await.problem(403, "forbidden");
        here.post(&replay, Some(person), Value::Null).await.problem(403, "forbidden");
        // Whether there is one does not show either.
        here.post(&format!("{PATH}/x/replay"), Some(person), Value::Null).await;
    }
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM outbox WHERE dead_at IS NOT NULL").await, 1);
}

#[tokio::test]
async fn what_is_no_dead_letter_cannot_be_replayed() {
    let office = Office::new();
    let olga = operator(&office.here).await;
    let waiting = office.job("ann@example.org").await;
    for id in [waiting.as_str(), "01932c07-5d3a-7a00-8000-3a5a2c9e1b10", "x"] {
        office.here.post(&format!("{PATH}/{id}/replay"), Some(&olga), Value::Null).await.problem(404, "not-found");
    }
}

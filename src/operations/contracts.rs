//! What every host promises of each port, as code that runs on all of them: in
//! the native tests, and by `POST /dev/contracts` on a host that is running.

use crate::chat::service::{Admission, RoomCall, RoomReply};
use crate::chat::shell::key_about;
use crate::encryption::DataKey;
use crate::limits::{Call, Charge, Rule};
use crate::platform::{DatabaseError, HostError, Limiter, Mail, Statement};
use crate::services::Services;
use serde::{Deserialize, Serialize};

/// What became of one port's contract.
#[derive(Debug, Serialize)]
pub struct Outcome {
    /// The port.
    pub port: &'static str,
    /// What was broken; nothing when it was kept.
    pub broken: Option<String>,
}

type Kept = Result<(), String>;

/// Tries all ports.
pub async fn run(services: &Services) -> Vec<Outcome> {
    vec![
        outcome("clock", clock(services)),
        outcome("entropy", entropy(services)),
        outcome("database", database(services).await),
        outcome("cache", cache(services).await),
        outcome("queue", queue(services).await),
        outcome("mailer", mailer(services).await),
        outcome("files", files(services).await),
        outcome("rooms", rooms(services).await),
        outcome("limiter", limiter(services, services.limiter.as_ref()).await),
    ]
}

fn outcome(port: &'static str, kept: Kept) -> Outcome {
    Outcome { port, broken: kept.err() }
}

fn holds(condition: bool, promise: &str) -> Kept {
    if condition { Ok(()) } else { Err(promise.to_owned()) }
}

fn host(error: impl std::fmt::Debug) -> String {
    format!("{error:?}")
}

fn clock(services: &Services) -> Kept {
    let (first, second) = (services.clock.now_ms(), services.clock.now_ms());
    holds(first > 1_700_000_000_000 && second >= first, "the clock tells milliseconds since 1970 and does not go back")
}

fn entropy(services: &Services) -> Kept {
    let (mut one, mut other) = ([0; 32], [0; 32]);
    services.entropy.fill(&mut one).map_err(host)?;
    services.entropy.fill(&mut other).map_err(host)?;
    holds(one != other && one != [0; 32], "entropy fills, and never twice the same")
}

#[derive(Deserialize, PartialEq, Debug)]
struct Cells {
    whole: i64,
    fraction: f64,
    text: String,
    empty: Option<String>,
}

async fn database(services: &Services) -> Kept {
    let database = &services.database;
    let select = Statement::new("SELECT CAST(?1 AS INTEGER) AS whole, ?2 AS fraction, ?3 AS text, ?4 AS empty")
        .bind(9_007_199_254_740_991_i64)
        .bind(0.5)
        .bind("ünï \"codé\" 🩺\u{0}")
        .bind(None::<String>);
    let cells: Option<Cells> = database.query(select).await.map_err(host)?.first().map_err(host)?;
    let expected =
        Cells { whole: 9_007_199_254_740_991, fraction: 0.5, text: "ünï \"codé\" 🩺\u{0}".into(), empty: None };
    holds(cells == Some(expected), "cells come back as they were bound, whole numbers to 2^53")?;

    let id = services.new_id().map_err(host)?;
    let insert =
        || Statement::new("INSERT INTO organizations (id, name, created_at) VALUES (?1, 'Contract', 0)").bind(id);
    let rename = |name: &str, version: &str| {
        Statement::new("UPDATE organizations SET name = ?1 WHERE id = ?2 AND name = ?3")
            .bind(name)
            .bind(id)
            .bind(version)
            .expect_one()
    };
    database.batch(vec![insert(), rename("Renamed", "Contract")]).await.map_err(host)?;
    let stale = database.batch(vec![rename("Twice", "Renamed"), rename("Never", "not its name")]).await;
    holds(stale == Err(DatabaseError::Conflict), "a guarded update that hits no row is a conflict")?;
    let twin = database.batch(vec![rename("Twin", "Renamed"), insert()]).await;
    holds(twin.is_err_and(|error| error.is_unique("organizations.id")), "a second row of a key is refused by name")?;
    #[derive(Deserialize)]
    struct Named {
        name: String,
    }
    let select = Statement::new("SELECT name FROM organizations WHERE id = ?1").bind(id);
    let named: Option<Named> = database.query(select).await.map_err(host)?.first().map_err(host)?;
    holds(named.is_some_and(|row| row.name == "Renamed"), "a batch that fails leaves nothing behind")?;
    let orphan = Statement::new(
        "INSERT INTO staff (organization_id, user_id, role, created_at) VALUES ('no', 'no', 'doctor', 0)",
    );
    holds(database.query(orphan).await.is_err(), "foreign keys are enforced")?;
    database.query(Statement::new("DELETE FROM organizations WHERE id = ?1").bind(id)).await.map_err(host)?;
    Ok(())
}

async fn cache(services: &Services) -> Kept {
    let key = ["contract:", &services.new_id().map_err(host)?.to_string()].concat();
    holds(services.cache.get(&key).await.map_err(host)?.is_none(), "what was never put is not there")?;
    services.cache.put(&key, "välue", 60).await.map_err(host)?;
    let found = services.cache.get(&key).await.map_err(host)?;
    holds(found.as_deref() == Some("välue"), "what was put is there, or not yet")
}

async fn queue(services: &Services) -> Kept {
    // A job that is in no outbox is no work: the consumer lets it go.
    let sent = services.queue.send(&services.new_id().map_err(host)?.to_string()).await;
    holds(sent.is_ok(), "the queue takes a job id")
}

async fn mailer(services: &Services) -> Kept {
    let mail = Mail {
        id: services.new_id().map_err(host)?.to_string(),
        to: "contract@demo.example".into(),
        subject: "Contract".into(),
        text: "A mail that a contract test sent.".into(),
    };
    services.mailer.send(&mail).await.map_err(host)?;
    holds(services.mailer.send(&mail).await.is_ok(), "the same mail again is no error")
}

async fn files(services: &Services) -> Kept {
    let files = &services.files;
    let folder = ["contract/", &services.new_id().map_err(host)?.to_string(), "/"].concat();
    let name = |file: &str| [folder.as_str(), file].concat();
    holds(files.get(&name("a")).await.map_err(host)?.is_none(), "a file that was never put is not there")?;
    for file in ["b", "a", "c"] {
        files.put(&name(file), &[0, 159, 146, 150]).await.map_err(host)?;
    }
    files.put(&name("a"), b"second").await.map_err(host)?;
    holds(files.get(&name("a")).await.map_err(host)?.as_deref() == Some(b"second"), "a file is replaced")?;
    holds(files.get(&name("b")).await.map_err(host)? == Some(vec![0, 159, 146, 150]), "bytes come back as they were")?;
    let first = files.list(&folder, None, 2).await.map_err(host)?;
    holds(first == [name("a"), name("b")], "files are listed by name, so many at most")?;
    let rest = files.list(&folder, Some(&name("b")), 10).await.map_err(host)?;
    holds(rest == [name("c")], "a list goes on after a name")?;
    for file in ["a", "b", "c", "c"] {
        files.delete(&name(file)).await.map_err(host)?;
    }
    holds(
        files.list(&folder, None, 10).await.map_err(host)?.is_empty(),
        "a deleted file is gone, and twice is no error",
    )
}

async fn rooms(services: &Services) -> Kept {
    let room_id = services.new_id().map_err(host)?.to_string();
    let call = |call: RoomCall| {
        let room_id = room_id.clone();
        async move { services.rooms.call(&room_id, &call).await.map_err(|error: HostError| host(error)) }
    };
    let post = |client_id: &str, user: &str| RoomCall::Post {
        user_id: user.into(),
        client_id: client_id.into(),
        body: "hello".into(),
        reply_to: None,
    };
    holds(call(post("a", "ann")).await? == RoomReply::NotOpened, "a room that nobody opened says so")?;
    let masters = &services.config.master_keys;
    let (_, wrapped_key) = DataKey::generate(services.entropy.as_ref(), masters, &key_about(&room_id)).map_err(host)?;
    let ann = Admission { user_id: "ann".into(), name: "Ann".into(), role: "patient".into() };
    let open = RoomCall::Open { wrapped_key, members: vec![ann] };
    holds(call(open.clone()).await? == RoomReply::Done, "a room opens")?;
    holds(call(open).await? == RoomReply::Done, "a room opens again without harm")?;
    let RoomReply::Message { message, duplicate: false } = call(post("a", "ann")).await? else {
        return Err("a member's message is stored".into());
    };
    let again = call(post("a", "ann")).await?;
    let same = matches!(&again, RoomReply::Message { message: second, duplicate: true } if second.id == message.id);
    holds(same && message.seq == 1, "the same client_id again is the same message")?;
    holds(call(post("b", "eve")).await? == RoomReply::NotAMember, "a stranger is not a member")?;
    let history = RoomCall::History { user_id: "ann".into(), after: None, before: None, limit: 10 };
    let read = call(history).await?;
    holds(read == RoomReply::Messages { messages: vec![message], more: false }, "what was said is there")
}

/// What a limiter promises; a host's own one, or another.
///
/// # Errors
/// The promise that was broken.
pub async fn limiter(services: &Services, limiter: &dyn Limiter) -> Result<(), String> {
    let owner = ["contract:", &services.new_id().map_err(host)?.to_string()].concat();
    let charge = |bucket: &str, quota| Charge { bucket: bucket.into(), rule: Rule::new(quota, 3600) };
    let call = |call: Call| {
        let owner = owner.clone();
        async move { limiter.call(&owner, &call).await.map_err(|error: HostError| host(error)) }
    };
    let both = || Call::Charge(vec![charge("narrow", 2), charge("wide", 9)]);
    let first = call(both()).await?;
    let left: Vec<(bool, u32)> = first.iter().map(|outcome| (outcome.allowed, outcome.remaining)).collect();
    holds(left == [(true, 1), (true, 8)], "each bucket answers, in the order of the call")?;
    call(both()).await?;
    let refused = call(both()).await?;
    let left: Vec<(bool, u32)> = refused.iter().map(|outcome| (outcome.allowed, outcome.remaining)).collect();
    holds(left == [(false, 0), (true, 7)], "an empty bucket refuses, and then no other is charged")?;
    let told = refused.first().map_or(0, |outcome| outcome.retry_after_s);
    holds((1..=1800).contains(&told), "a refusal says when the next unit comes")?;
    call(Call::Settle { give_back: vec![charge("narrow", 2)], fill: Vec::new() }).await?;
    holds(call(both()).await?.iter().all(|outcome| outcome.allowed), "what is given back can be had again")?;
    call(Call::Settle { give_back: Vec::new(), fill: vec![charge("narrow", 2), charge("wide", 9)] }).await?;
    let other = [&owner, ":other"].concat();
    let elsewhere = limiter.call(&other, &both()).await.map_err(host)?;
    holds(call(both()).await? == elsewhere, "a filled bucket is as a new one, and owners are apart")
}

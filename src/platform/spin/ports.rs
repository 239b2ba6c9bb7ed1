//! The smaller ports, and the services made of all of them.

use super::database::SpinDatabase;
use super::failed;
use crate::chat::service::{RoomCall, RoomReply, SocketRequest};
use crate::config::{Config, SETTINGS};
use crate::jobs::mail_providers::MailProvider;
use crate::jobs::mailbox::{DevelopmentMailbox, NoMailer};
use crate::jobs::{consumer, outbox};
use crate::limits::policies::Rates;
use crate::platform::{Cache, Clock, Connected, DatabaseLimiter, Entropy, Files, HostError, Log, Mailer, Queue, Rooms};
use crate::privacy;
use crate::services::{App, Services};
use async_trait::async_trait;
use spin_sdk::key_value::Store;
use spin_sdk::variables;
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Weak};
use std::time::{SystemTime, UNIX_EPOCH};

/// WASI's clock.
pub struct WasiClock;

impl Clock for WasiClock {
    fn now_ms(&self) -> i64 {
        #[expect(clippy::disallowed_methods, reason = "WASI has a system clock, and this is the Clock port")]
        let now = SystemTime::now();
        let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }
}

/// WASI's randomness.
pub struct WasiEntropy;

impl Entropy for WasiEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), HostError> {
        getrandom::fill(bytes).map_err(failed)
    }
}

/// Standard output, which Spin writes to the component's log.
pub struct StdoutLog;

impl Log for StdoutLog {
    fn line(&self, json: &str) {
        // A log that cannot be written must not fail the request.
        let _ = writeln!(std::io::stdout(), "{json}");
    }
}

/// The default key-value store. It forgets nothing by itself, so a value is
/// stored behind the time until which it is good: `milliseconds:value`.
pub struct KeyValueCache;

#[async_trait]
impl Cache for KeyValueCache {
    async fn get(&self, key: &str) -> Result<Option<String>, HostError> {
        let store = Store::open_default().await.map_err(failed)?;
        let Some(bytes) = store.get(key).await.map_err(failed)? else { return Ok(None) };
        let stored = String::from_utf8(bytes).map_err(failed)?;
        let good = |until: &str| until.parse::<i64>().is_ok_and(|until| until > WasiClock.now_ms());
        let value = stored.split_once(':').filter(|(until, _)| good(until));
        Ok(value.map(|(_, value)| value.to_owned()))
    }

    async fn put(&self, key: &str, value: &str, ttl_s: u32) -> Result<(), HostError> {
        let until = WasiClock.now_ms() + i64::from(ttl_s.max(60)) * 1000;
        let store = Store::open_default().await.map_err(failed)?;
        store.set(key, [&until.to_string(), ":", value].concat()).await.map_err(failed)
    }
}

/// Files in the default key-value store, apart from the cache by their names.
pub struct KeyValueFiles;

const FILE: &str = "file:";

#[async_trait]
impl Files for KeyValueFiles {
    async fn put(&self, name: &str, bytes: &[u8]) -> Result<(), HostError> {
        let store = Store::open_default().await.map_err(failed)?;
        store.set([FILE, name].concat(), bytes).await.map_err(failed)
    }

    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, HostError> {
        let store = Store::open_default().await.map_err(failed)?;
        store.get([FILE, name].concat()).await.map_err(failed)
    }

    async fn list(&self, prefix: &str, after: Option<&str>, limit: u32) -> Result<Vec<String>, HostError> {
        let store = Store::open_default().await.map_err(failed)?;
        let keys = store.get_keys().await.collect().await.map_err(failed)?;
        let mut names: Vec<String> = keys
            .iter()
            .filter_map(|key| key.strip_prefix(FILE))
            .filter(|name| name.starts_with(prefix) && after.is_none_or(|after| *name > after))
            .map(str::to_owned)
            .collect();
        names.sort_unstable();
        names.truncate(limit as usize);
        Ok(names)
    }

    async fn delete(&self, name: &str) -> Result<(), HostError> {
        let store = Store::open_default().await.map_err(failed)?;
        store.delete([FILE, name].concat()).await.map_err(failed)
    }
}

/// Spin has no queue: a job is done at once, before the answer of the request
/// that asked for it. One that fails stays in the outbox, and every later job
/// sweeps up what is due by then, so nothing is lost while requests come in.
pub struct DirectQueue(Weak<Services>);

#[async_trait]
impl Queue for DirectQueue {
    async fn send(&self, job_id: &str) -> Result<(), HostError> {
        let services = self.0.upgrade().ok_or_else(|| failed("the services are gone"))?;
        let app = App::outside(services, "direct");
        let words = |error: crate::error::Error| HostError::Unavailable(format!("{error:?}"));
        consumer::run(&app, job_id).await.map_err(words)?;
        // The sweep puts off what it offers, so the sends within it find nothing more due.
        outbox::sweep(&app).await.map(drop).map_err(words)?;
        privacy::sweep::run(&app).await;
        Ok(())
    }
}

/// Spin has neither addressable objects nor WebSockets. Chat comes here later, as
/// its REST calls alone, over the same state machine with rooms kept in SQLite.
/// Until then every call to a room is answered with 503.
pub struct NoRooms;

#[async_trait]
impl Rooms for NoRooms {
    async fn call(&self, _: &str, call: &RoomCall) -> Result<RoomReply, HostError> {
        // Nothing was ever said in any, so there is nothing to erase or to wrap again.
        if matches!(call, RoomCall::Erase { .. } | RoomCall::Rewrap { .. }) {
            return Ok(RoomReply::NotOpened);
        }
        Err(HostError::Unavailable("rooms are not served on Spin yet".into()))
    }

    async fn connect(&self, _: &str, _: &SocketRequest) -> Result<Connected, HostError> {
        Ok(Connected::Unsupported)
    }
}

/// Reads the settings from variables, whose names Spin wants in lower case.
async fn config() -> Result<Config, HostError> {
    let mut values = BTreeMap::new();
    for setting in SETTINGS {
        match variables::get(setting.name.to_lowercase()).await {
            Ok(value) => drop(values.insert(setting.name, value)),
            // Config has the default, or says that there is none.
            Err(variables::Error::Undefined(_)) => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Config::read(|name| values.get(name).cloned()).map_err(|wrong| failed(wrong.join("; ")))
}

/// The services of this instance.
///
/// # Errors
/// When a setting is missing or wrong.
pub async fn services() -> Result<Arc<Services>, HostError> {
    let config = config().await?;
    let database = Arc::new(SpinDatabase::default());
    let clock = Arc::new(WasiClock);
    let mailer: Arc<dyn Mailer> = if config.mail_provider == MailProvider::Development {
        Arc::new(DevelopmentMailbox { database: database.clone(), clock: clock.clone() })
    } else {
        // No request leaves the component yet: mails wait in the outbox.
        Arc::new(NoMailer)
    };
    Ok(Arc::new_cyclic(|services| Services {
        config,
        limiter: Arc::new(DatabaseLimiter { database: database.clone(), clock: clock.clone() }),
        rates: Rates::default(),
        database,
        cache: Arc::new(KeyValueCache),
        queue: Arc::new(DirectQueue(services.clone())),
        mailer,
        files: Arc::new(KeyValueFiles),
        rooms: Arc::new(NoRooms),
        clock,
        entropy: Arc::new(WasiEntropy),
        log: Arc::new(StdoutLog),
        liveness: crate::accounts::liveness::Liveness::default(),
    }))
}

//! The smaller ports, and the services made of all of them.

use super::database::D1;
use super::failed;
use super::files::R2;
use super::limiter::DurableLimiter;
use super::mailers::mailer;
use super::rooms::DurableRooms;
use crate::config::Config;
use crate::limits::policies::Rates;
use crate::platform::{Cache, Clock, Entropy, HostError, Log, Queue};
use crate::services::Services;
use async_trait::async_trait;
use std::sync::{Arc, Mutex, PoisonError};
use wasm_bindgen::prelude::wasm_bindgen;
use worker::send::SendFuture;
use worker::{Env, KvStore};

/// The isolate's clock. It stands still between events, as the platform wants it.
pub struct JsClock;

impl Clock for JsClock {
    fn now_ms(&self) -> i64 {
        // Milliseconds fit 53 bits for the next 285,000 years.
        #[expect(clippy::cast_possible_truncation, reason = "whole and within 53 bits")]
        let now = js_sys::Date::now() as i64;
        now
    }
}

/// WebCrypto's randomness, fetched for many ids at once: a call costs more than an id.
pub struct JsEntropy;

const POOL_BYTES: usize = 512;
static POOL: Mutex<Vec<u8>> = Mutex::new(Vec::new());

impl Entropy for JsEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), HostError> {
        let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
        if bytes.len() > POOL_BYTES {
            return getrandom::fill(bytes).map_err(failed);
        }
        if pool.len() < bytes.len() {
            pool.resize(POOL_BYTES, 0);
            if let Err(error) = getrandom::fill(&mut pool) {
                pool.clear();
                return Err(failed(error));
            }
        }
        let left = pool.len() - bytes.len();
        bytes.copy_from_slice(&pool[left..]);
        // What was given out may be a key: it is kept in one place only.
        pool[left..].fill(0);
        pool.truncate(left);
        Ok(())
    }
}

#[wasm_bindgen(module = "/src/platform/cloudflare/log.mjs")]
extern "C" {
    fn log(line: &str);
}

/// The console, which the platform collects.
pub struct ConsoleLog;

impl Log for ConsoleLog {
    fn line(&self, json: &str) {
        log(json);
    }
}

struct Kv(KvStore);

#[async_trait]
impl Cache for Kv {
    async fn get(&self, key: &str) -> Result<Option<String>, HostError> {
        SendFuture::new(async { self.0.get(key).text().await.map_err(failed) }).await
    }

    async fn put(&self, key: &str, value: &str, ttl_s: u32) -> Result<(), HostError> {
        let put = async {
            let builder = self.0.put(key, value).map_err(failed)?;
            builder.expiration_ttl(u64::from(ttl_s.max(60))).execute().await.map_err(failed)
        };
        SendFuture::new(put).await
    }
}

struct Jobs(worker::Queue);

#[async_trait]
impl Queue for Jobs {
    async fn send(&self, job_id: &str) -> Result<(), HostError> {
        let sent = SendFuture::new(self.0.send(job_id.to_owned())).await;
        sent.map_err(|error| HostError::Unavailable(error.to_string()))
    }
}

/// Reads the settings from variables and secrets.
///
/// # Errors
/// One sentence for each setting that is missing or wrong.
pub fn config(env: &Env) -> Result<Config, Vec<String>> {
    Config::read(|name| env.var(name).ok().map(|value| value.to_string()))
}

/// The services of this isolate.
///
/// # Errors
/// When a setting or a binding is missing or wrong.
pub fn services(env: &Env) -> Result<Services, HostError> {
    let config = config(env).map_err(|wrong| HostError::Failed(wrong.join("; ")))?;
    let database: Arc<D1> = Arc::new(D1(env.d1("DB").map_err(failed)?));
    let clock: Arc<JsClock> = Arc::new(JsClock);
    let mailer = mailer(env, &config, database.clone(), clock.clone())?;
    Ok(Services {
        config,
        database,
        cache: Arc::new(Kv(env.kv("CACHE").map_err(failed)?)),
        queue: Arc::new(Jobs(env.queue("JOBS").map_err(failed)?)),
        mailer,
        files: Arc::new(R2(env.bucket("FILES").map_err(failed)?)),
        rooms: Arc::new(DurableRooms(env.durable_object("ROOMS").map_err(failed)?)),
        limiter: Arc::new(DurableLimiter(env.durable_object("LIMITER").map_err(failed)?)),
        rates: Rates::default(),
        clock,
        entropy: Arc::new(JsEntropy),
        log: Arc::new(ConsoleLog),
        liveness: crate::accounts::liveness::Liveness::default(),
    })
}

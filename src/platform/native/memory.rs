use super::breaker::{Breaker, Fault, broken};
use crate::platform::{
    Cache, Clock, Database, DatabaseError, Entropy, Files, HostError, Log, Mail, Mailer, NotSent, Queue, Rows,
    Statement,
};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A clock that stands still until it is moved.
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// Stands at the given time.
    #[must_use]
    pub fn at(now_ms: i64) -> Self {
        Self(AtomicI64::new(now_ms))
    }

    /// Moves the clock on.
    pub fn advance(&self, milliseconds: i64) {
        self.0.fetch_add(milliseconds, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// The same bytes in every run (SplitMix64): for tests, never for keys.
pub struct SeededEntropy(AtomicU64);

impl SeededEntropy {
    /// Starts the sequence of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), HostError> {
        for chunk in bytes.chunks_mut(8) {
            let mut z = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::SeqCst);
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            let random = (z ^ (z >> 31)).to_le_bytes();
            chunk.copy_from_slice(&random[..chunk.len()]);
        }
        Ok(())
    }
}

/// The operating system's randomness.
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), HostError> {
        getrandom::fill(bytes).map_err(|error| HostError::Failed(error.to_string()))
    }
}

/// Keeps every log line.
#[derive(Default)]
pub struct MemoryLog(Mutex<Vec<String>>);

impl MemoryLog {
    /// The lines so far.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Log for MemoryLog {
    fn line(&self, json: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(json.to_owned());
    }
}

/// A cache that forgets nothing.
#[derive(Default)]
pub struct MemoryCache(Mutex<BTreeMap<String, String>>);

#[async_trait]
impl Cache for MemoryCache {
    async fn get(&self, key: &str) -> Result<Option<String>, HostError> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned())
    }

    async fn put(&self, key: &str, value: &str, _ttl_s: u32) -> Result<(), HostError> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.insert(key.to_owned(), value.to_owned());
        Ok(())
    }
}

/// Collects job ids until a test takes them; can be told to fail.
#[derive(Default)]
pub struct MemoryQueue {
    jobs: Mutex<Vec<String>>,
    broken: AtomicBool,
}

impl MemoryQueue {
    /// Takes all waiting job ids.
    #[must_use]
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.jobs.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on sends fail (or work again).
    pub fn set_broken(&self, broken: bool) {
        self.broken.store(broken, Ordering::SeqCst);
    }
}

#[async_trait]
impl Queue for MemoryQueue {
    async fn send(&self, job_id: &str) -> Result<(), HostError> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(HostError::Unavailable("the queue is down".into()));
        }
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).push(job_id.to_owned());
        Ok(())
    }
}

/// Keeps every mail; can be told to fail.
#[derive(Default)]
pub struct MemoryMailer {
    mails: Mutex<Vec<Mail>>,
    broken: AtomicBool,
}

impl MemoryMailer {
    /// The mails so far.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on sends fail (or work again).
    pub fn set_broken(&self, broken: bool) {
        self.broken.store(broken, Ordering::SeqCst);
    }
}

#[async_trait]
impl Mailer for MemoryMailer {
    async fn send(&self, mail: &Mail) -> Result<(), NotSent> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(NotSent::later("provider_503"));
        }
        let mut mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
        if !mails.iter().any(|sent| sent.id == mail.id) {
            mails.push(mail.clone());
        }
        Ok(())
    }
}

/// Files in memory; can be told to fail.
#[derive(Default)]
pub struct MemoryFiles {
    files: Mutex<BTreeMap<String, Vec<u8>>>,
    broken: AtomicBool,
}

impl MemoryFiles {
    /// All files, by name.
    #[must_use]
    pub fn all(&self) -> BTreeMap<String, Vec<u8>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on every call fails (or works again).
    pub fn set_broken(&self, broken: bool) {
        self.broken.store(broken, Ordering::SeqCst);
    }

    fn open(&self) -> Result<std::sync::MutexGuard<'_, BTreeMap<String, Vec<u8>>>, HostError> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(HostError::Unavailable("the files are down".into()));
        }
        Ok(self.files.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Files for MemoryFiles {
    async fn put(&self, name: &str, bytes: &[u8]) -> Result<(), HostError> {
        self.open()?.insert(name.to_owned(), bytes.to_vec());
        Ok(())
    }

    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, HostError> {
        Ok(self.open()?.get(name).cloned())
    }

    async fn list(&self, prefix: &str, after: Option<&str>, limit: u32) -> Result<Vec<String>, HostError> {
        let files = self.open()?;
        let names =
            files.keys().filter(|name| name.starts_with(prefix) && after.is_none_or(|after| name.as_str() > after));
        Ok(names.take(limit as usize).cloned().collect())
    }

    async fn delete(&self, name: &str) -> Result<(), HostError> {
        self.open()?.remove(name);
        Ok(())
    }
}

/// A database that can be cut off and given back, and of which one call can break.
pub struct FailingDatabase {
    inner: Arc<dyn Database>,
    cut: AtomicBool,
    /// Which call breaks.
    pub breaker: Breaker,
}

impl FailingDatabase {
    /// Wraps a database that works for now.
    #[must_use]
    pub fn new(inner: Arc<dyn Database>) -> Self {
        Self { inner, cut: AtomicBool::new(false), breaker: Breaker::default() }
    }

    /// Cuts the database off, or gives it back.
    pub fn set_cut(&self, cut: bool) {
        self.cut.store(cut, Ordering::SeqCst);
    }
}

#[async_trait]
impl Database for FailingDatabase {
    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Rows>, DatabaseError> {
        if self.cut.load(Ordering::SeqCst) {
            return Err(HostError::Unavailable("the database is cut off".into()).into());
        }
        let fault = self.breaker.next();
        if fault == Some(Fault::NotWritten) {
            return Err(broken().into());
        }
        let rows = self.inner.batch(statements).await;
        if fault.is_some() { Err(broken().into()) } else { rows }
    }
}

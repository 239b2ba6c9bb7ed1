use crate::limits::bucket::FullAt;
use crate::limits::{Call, Outcome};
use crate::platform::{Clock, HostError, Limiter};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Counts in memory; can be cut off and given back.
pub struct MemoryLimiter {
    clock: Arc<dyn Clock>,
    buckets: Mutex<BTreeMap<(String, String), FullAt>>,
    cut: AtomicBool,
}

impl MemoryLimiter {
    /// Nothing has been counted yet.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, buckets: Mutex::default(), cut: AtomicBool::new(false) }
    }

    /// Cuts the limiter off, or gives it back.
    pub fn set_cut(&self, cut: bool) {
        self.cut.store(cut, Ordering::SeqCst);
    }

    /// Owners and buckets that were counted: for what must not be readable in them.
    #[must_use]
    pub fn names(&self) -> Vec<(String, String)> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }
}

#[async_trait]
impl Limiter for MemoryLimiter {
    async fn call(&self, owner: &str, call: &Call) -> Result<Vec<Outcome>, HostError> {
        if self.cut.load(Ordering::SeqCst) {
            return Err(HostError::Unavailable("the limiter is cut off".into()));
        }
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let key = |bucket: &str| (owner.to_owned(), bucket.to_owned());
        let charges = call.charges();
        let mut states: Vec<FullAt> =
            charges.iter().map(|charge| buckets.get(&key(&charge.bucket)).copied().unwrap_or(0)).collect();
        let outcomes = call.apply(&mut states, self.clock.now_ms());
        for (charge, state) in charges.iter().zip(states) {
            buckets.insert(key(&charge.bucket), state);
        }
        Ok(outcomes)
    }
}

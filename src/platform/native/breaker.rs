use crate::platform::HostError;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How a call of a host breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing of it was carried out.
    NotWritten,
    /// It was carried out, and its answer is lost.
    AnswerLost,
}

/// Counts the calls of a host, and breaks one of them.
#[derive(Default)]
pub struct Breaker(Mutex<Plan>);

#[derive(Default)]
struct Plan {
    calls: u32,
    fault: Option<(u32, Fault)>,
}

impl Breaker {
    /// Counts from 0 again; the call with this number breaks so, and no other.
    pub fn plan(&self, fault: Option<(u32, Fault)>) {
        *self.lock() = Plan { calls: 0, fault };
    }

    /// Calls since the last plan.
    #[must_use]
    pub fn calls(&self) -> u32 {
        self.lock().calls
    }

    /// What becomes of the call that is made now.
    pub(super) fn next(&self) -> Option<Fault> {
        let mut plan = self.lock();
        let call = plan.calls;
        plan.calls += 1;
        plan.fault.filter(|(at, _)| *at == call).map(|(_, fault)| fault)
    }

    /// As [`Breaker::next`], for what is done at once.
    pub(super) fn around<T>(&self, call: impl FnOnce() -> Result<T, HostError>) -> Result<T, HostError> {
        match self.next() {
            None => call(),
            Some(Fault::NotWritten) => Err(broken()),
            Some(Fault::AnswerLost) => call().and_then(|_| Err(broken())),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Plan> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a call answers that breaks.
pub(super) fn broken() -> HostError {
    HostError::Unavailable("broken on purpose".into())
}

//! What a handler has at hand: the ports of its host, the settings, and the
//! meter of its own request.

use crate::accounts::liveness::Liveness;
use crate::config::Config;
use crate::error::Error;
use crate::id::{Id, Timestamp};
use crate::limits::policies::Rates;
use crate::platform::{
    Cache, Clock, Database, DatabaseError, Entropy, Files, Limiter, Log, Mailer, Queue, Rooms, Rows, Statement,
};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use std::convert::Infallible;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// The ports and settings, made once an isolate.
pub struct Services {
    /// Checked settings.
    pub config: Config,
    /// Relational data.
    pub database: Arc<dyn Database>,
    /// What may be stale.
    pub cache: Arc<dyn Cache>,
    /// Jobs.
    pub queue: Arc<dyn Queue>,
    /// Mail.
    pub mailer: Arc<dyn Mailer>,
    /// Files.
    pub files: Arc<dyn Files>,
    /// Chat rooms.
    pub rooms: Arc<dyn Rooms>,
    /// Exact counts.
    pub limiter: Arc<dyn Limiter>,
    /// Coarse counts.
    pub rates: Rates,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Log lines.
    pub log: Arc<dyn Log>,
    /// What this isolate remembers of sessions.
    pub liveness: Liveness,
}

impl Services {
    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp(self.clock.now_ms())
    }

    /// A new id of this moment.
    ///
    /// # Errors
    /// When the host has no randomness.
    pub fn new_id(&self) -> Result<Id, Error> {
        Ok(Id::new(self.clock.as_ref(), self.entropy.as_ref())?)
    }
}

/// One request: its id, and what it has used of the database.
#[derive(Debug)]
pub struct Meter {
    request_id: Arc<str>,
    calls: AtomicU32,
    milliseconds: AtomicI64,
    subject: Mutex<Option<Subject>>,
    caller: OnceLock<Id>,
}

/// Whose record a request asked for: what the audit says should it be refused.
#[derive(Debug, Clone, Copy)]
pub struct Subject {
    /// The patient.
    pub patient_id: Id,
    /// Who asked.
    pub user_id: Id,
    /// Whether they have anything to do with the patient at all.
    pub related: bool,
}

impl Meter {
    /// Of a request that has used nothing yet. Its id was made here or taken from the caller.
    #[must_use]
    pub fn new(request_id: Arc<str>) -> Self {
        Self {
            request_id,
            calls: AtomicU32::new(0),
            milliseconds: AtomicI64::new(0),
            subject: Mutex::new(None),
            caller: OnceLock::new(),
        }
    }

    /// The record that was asked for last.
    #[must_use]
    pub fn subject(&self) -> Option<Subject> {
        *self.subject.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who asks, once it is known.
    #[must_use]
    pub fn caller(&self) -> Option<Id> {
        self.caller.get().copied()
    }

    /// Calls so far.
    #[must_use]
    pub fn calls(&self) -> u32 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Milliseconds waited so far.
    #[must_use]
    pub fn milliseconds(&self) -> i64 {
        self.milliseconds.load(Ordering::Relaxed)
    }
}

/// The services as one request sees them.
#[derive(Clone)]
pub struct App {
    services: Arc<Services>,
    meter: Arc<Meter>,
}

impl App {
    /// For work outside of a request (a job): `request_id` names it in the audit.
    #[must_use]
    pub fn outside(services: Arc<Services>, request_id: &str) -> Self {
        Self { services, meter: Arc::new(Meter::new(request_id.into())) }
    }

    /// For what is still to be done of a request after its handler.
    #[must_use]
    pub fn after(services: Arc<Services>, meter: Arc<Meter>) -> Self {
        Self { services, meter }
    }

    /// Notes whose record is asked for, so that a refusal can be told of.
    pub fn note_subject(&self, subject: Subject) {
        *self.meter.subject.lock().unwrap_or_else(PoisonError::into_inner) = Some(subject);
    }

    /// Notes who asks, likewise.
    pub fn note_caller(&self, user_id: Id) {
        self.meter.caller.get_or_init(|| user_id);
    }

    /// Id of the request, for the audit and the log.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.meter.request_id
    }

    /// Runs one statement.
    ///
    /// # Errors
    /// As [`Database::query`].
    pub async fn query(&self, statement: Statement) -> Result<Rows, DatabaseError> {
        Ok(self.batch(vec![statement]).await?.into_iter().next().unwrap_or_default())
    }

    /// Runs the statements as one transaction: all or none.
    ///
    /// # Errors
    /// As [`Database::batch`].
    pub async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Rows>, DatabaseError> {
        let began = self.services.clock.now_ms();
        let result = self.services.database.batch(statements).await;
        self.meter.calls.fetch_add(1, Ordering::Relaxed);
        let took = self.services.clock.now_ms() - began;
        self.meter.milliseconds.fetch_add(took, Ordering::Relaxed);
        result
    }
}

impl std::ops::Deref for App {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.services
    }
}

impl FromRequestParts<Arc<Services>> for App {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, services: &Arc<Services>) -> Result<Self, Infallible> {
        let meter = parts.extensions.get::<Arc<Meter>>().cloned();
        Ok(Self { services: services.clone(), meter: meter.unwrap_or_else(|| Arc::new(Meter::new("-".into()))) })
    }
}

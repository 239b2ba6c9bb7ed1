//! A provider of mail that fails as real ones do.

use super::super::support::{Installation, PASSWORD};
use async_trait::async_trait;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use virtual_doctor::accounts::liveness::Liveness;
use virtual_doctor::jobs::{consumer, outbox};
use virtual_doctor::limits::policies::Rates;
use virtual_doctor::platform::native::Fault;
use virtual_doctor::platform::{Mail, Mailer, NotSent};
use virtual_doctor::services::{App, Services};

/// What a provider does with the next mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    Accept,
    /// Takes the mail, but its answer is lost.
    AcceptSilently,
    Down,
    Refuse,
}

/// A provider that knows ids: the same one again is accepted and sends no second mail.
pub struct Provider {
    behaviour: Mutex<Behaviour>,
    /// Each call that the provider accepted, by the job's id.
    accepted: Mutex<Vec<String>>,
    calls: AtomicUsize,
}

impl Provider {
    fn new() -> Self {
        Self { behaviour: Mutex::new(Behaviour::Accept), accepted: Mutex::default(), calls: AtomicUsize::new(0) }
    }

    pub fn behave(&self, behaviour: Behaviour) {
        *self.behaviour.lock().unwrap() = behaviour;
    }

    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    pub fn accepted(&self) -> Vec<String> {
        self.accepted.lock().unwrap().clone()
    }

    /// Mails that people got.
    pub fn mails(&self) -> usize {
        self.accepted().into_iter().collect::<BTreeSet<_>>().len()
    }
}

#[async_trait]
impl Mailer for Provider {
    async fn send(&self, mail: &Mail) -> Result<(), NotSent> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let behaviour = *self.behaviour.lock().unwrap();
        // Time in which a twin could come.
        for _ in 0..5 {
            tokio::task::yield_now().await;
        }
        if matches!(behaviour, Behaviour::Accept | Behaviour::AcceptSilently) {
            self.accepted.lock().unwrap().push(mail.id.clone());
        }
        match behaviour {
            Behaviour::Accept => Ok(()),
            Behaviour::AcceptSilently => Err(NotSent::later("network")),
            Behaviour::Down => Err(NotSent::later("provider_503")),
            Behaviour::Refuse => Err(NotSent::refused("provider_422")),
        }
    }
}

/// An installation whose jobs are done with a provider of its own.
pub struct Office {
    pub here: Installation,
    pub provider: Arc<Provider>,
}

impl Office {
    pub fn new() -> Self {
        Self { here: Installation::new(), provider: Arc::new(Provider::new()) }
    }

    /// Somebody registers, so that one mail waits; gives its job's id.
    pub async fn job(&self, email: &str) -> String {
        let body = json!({ "email": email, "password": PASSWORD, "name": "Ann" });
        self.here.post("/api/v1/auth/register", None, body).await.expect(202);
        self.here.queue.take().remove(0)
    }

    pub fn app(&self) -> App {
        let services = &self.here.services;
        let services = Services {
            config: services.config.clone(),
            database: self.here.database.clone(),
            cache: services.cache.clone(),
            queue: services.queue.clone(),
            mailer: self.provider.clone(),
            rooms: services.rooms.clone(),
            files: services.files.clone(),
            limiter: services.limiter.clone(),
            rates: Rates::default(),
            liveness: Liveness::default(),
            clock: services.clock.clone(),
            entropy: services.entropy.clone(),
            log: services.log.clone(),
        };
        App::outside(Arc::new(services), "test")
    }

    /// The same, once the database was told to break off at this batch of those that come.
    pub fn app_that_breaks_at(&self, batch: u32, fault: Fault) -> App {
        self.here.database.breaker.plan(Some((batch, fault)));
        self.app()
    }

    /// A minute passes: the sweep, and what it offers.
    pub async fn minute(&self) {
        self.here.clock.advance(60_000);
        let app = self.app();
        outbox::sweep(&app).await.unwrap();
        for job in self.here.queue.take() {
            let _ = consumer::run(&app, &job).await;
        }
    }

    pub async fn waiting(&self) -> i64 {
        self.here.count("SELECT COUNT(*) AS n FROM outbox WHERE done_at IS NULL").await
    }
}

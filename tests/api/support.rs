//! A whole installation in this process, and a client for it.

mod answer;
mod hosts;
mod people;

pub use answer::Answer;
use axum::body::Body;
use axum::http::Request;
use hosts::{CutRooms, Yielding};
pub use people::{PASSWORD, Person};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use virtual_doctor::app::router;
use virtual_doctor::config::Config;
use virtual_doctor::jobs::{consumer, outbox};
use virtual_doctor::limits::policies::{POLICIES, Policy, Rates};
use virtual_doctor::platform::native::{
    FailingDatabase, ManualClock, MemoryCache, MemoryFiles, MemoryLimiter, MemoryLog, MemoryMailer, MemoryQueue,
    NativeRooms, SeededEntropy, SqliteDatabase,
};
use virtual_doctor::platform::{Database, Statement};
use virtual_doctor::services::{App, Services};

/// Where an installation's randomness begins.
const SEED: u64 = 7;

/// An installation, with everything that a test reaches into.
pub struct Installation {
    pub services: Arc<Services>,
    pub router: axum::Router,
    pub clock: Arc<ManualClock>,
    pub files: Arc<MemoryFiles>,
    pub queue: Arc<MemoryQueue>,
    pub mailer: Arc<MemoryMailer>,
    pub log: Arc<MemoryLog>,
    pub database: Arc<FailingDatabase>,
    sqlite: Arc<SqliteDatabase>,
    pub rooms: Arc<CutRooms>,
    pub limiter: Arc<MemoryLimiter>,
}

impl Installation {
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// With these settings in place of the usual ones of a test.
    pub fn with(settings: &[(&str, &str)]) -> Self {
        Self::over(SqliteDatabase::in_memory().unwrap(), settings)
    }

    /// Over this database.
    pub fn over(database: SqliteDatabase, settings: &[(&str, &str)]) -> Self {
        Self::made_of(database, settings, POLICIES.to_vec(), SEED, None)
    }

    /// Another installation with the usual settings, whose database holds what is in this one by now.
    /// It makes other ids. Rooms are opened anew from the database, without their messages.
    pub fn copy(&self) -> Self {
        let copy = Self::made_of(self.sqlite.copy().unwrap(), &[], POLICIES.to_vec(), SEED + 1, None);
        copy.clock.advance(self.services.now().0 - copy.services.now().0);
        copy
    }

    /// With all that is stored, rooms too, in files of this folder.
    pub fn in_folder(folder: &Path) -> Self {
        let database = SqliteDatabase::in_file(&folder.join("database")).unwrap();
        Self::made_of(database, &[], POLICIES.to_vec(), SEED, Some(folder.to_owned()))
    }

    /// With these coarse limits too, once RATE_LIMITS is on.
    pub fn with_policies(settings: &[(&str, &str)], policies: Vec<Policy>) -> Self {
        Self::made_of(SqliteDatabase::in_memory().unwrap(), settings, policies, SEED, None)
    }

    fn made_of(
        database: SqliteDatabase,
        settings: &[(&str, &str)],
        policies: Vec<Policy>,
        seed: u64,
        folder: Option<PathBuf>,
    ) -> Self {
        let key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let config = Config::read(|name| {
            let given = settings.iter().find(|(given, _)| *given == name).map(|(_, value)| (*value).to_owned());
            given.or_else(|| match name {
                "ENVIRONMENT" => Some("development".into()),
                "VERIFY_EMAIL" | "MFA_REQUIRED_FOR_STAFF" => Some("off".into()),
                "SIGNING_KEYS" | "MASTER_KEYS" | "INDEX_KEY" => Some(format!("k1:{key}")),
                // Small, so that tests are quick; the real cost is measured on workerd.
                "ARGON2_MEMORY_KIB" => Some("8".into()),
                "ARGON2_ITERATIONS" => Some("1".into()),
                // The clock stands still: what a test does at one moment is not a flood.
                "RATE_LIMITS" if !settings.contains(&("ENVIRONMENT", "production")) => Some("off".into()),
                _ => None,
            })
        })
        .unwrap();
        let clock = Arc::new(ManualClock::at(1_795_000_000_000));
        let entropy = Arc::new(SeededEntropy::new(seed));
        let sqlite = Arc::new(database);
        let database = Arc::new(FailingDatabase::new(Arc::new(Yielding(sqlite.clone()))));
        let rooms = NativeRooms::new(config.clone(), clock.clone(), entropy.clone());
        let rooms = Arc::new(CutRooms::new(match folder {
            Some(folder) => rooms.in_folder(folder),
            None => rooms,
        }));
        let limiter = Arc::new(MemoryLimiter::new(clock.clone()));
        let (queue, mailer, log) =
            (Arc::<MemoryQueue>::default(), Arc::<MemoryMailer>::default(), Arc::<MemoryLog>::default());
        let files = Arc::<MemoryFiles>::default();
        let services = Arc::new(Services {
            files: files.clone(),
            config,
            database: database.clone(),
            cache: Arc::<MemoryCache>::default(),
            queue: queue.clone(),
            mailer: mailer.clone(),
            rooms: rooms.clone(),
            limiter: limiter.clone(),
            rates: Rates::new(policies),
            clock: clock.clone(),
            entropy,
            log: log.clone(),
            liveness: virtual_doctor::accounts::liveness::Liveness::default(),
        });
        Self {
            router: router(services.clone()),
            services,
            clock,
            files,
            queue,
            mailer,
            log,
            database,
            sqlite,
            rooms,
            limiter,
        }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        answer::read(self.router.clone(), request).await
    }

    /// Sends the requests so that they run beside each other, and gives the answers in their order.
    pub async fn at_once(&self, requests: impl IntoIterator<Item = Request<Body>>) -> Vec<Answer> {
        let running: Vec<_> =
            requests.into_iter().map(|request| tokio::spawn(answer::read(self.router.clone(), request))).collect();
        let mut answers = Vec::new();
        for one in running {
            answers.push(one.await.unwrap());
        }
        answers
    }

    /// Any call; `headers` beside the usual ones.
    pub async fn call(
        &self,
        method: &str,
        path: &str,
        person: Option<&Person>,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        self.send(request(method, path, person, headers, body)).await
    }

    pub async fn get(&self, path: &str, person: Option<&Person>) -> Answer {
        self.call("GET", path, person, &[], None).await
    }

    pub async fn post(&self, path: &str, person: Option<&Person>, body: Value) -> Answer {
        self.call("POST", path, person, &[], Some(body)).await
    }

    /// A POST under an Idempotency-Key.
    pub async fn post_once(&self, path: &str, person: &Person, key: &str, body: &Value) -> Answer {
        self.call("POST", path, Some(person), &[("idempotency-key", key)], Some(body.clone())).await
    }

    /// A room that the patient opens with the doctor, which begins a care relationship.
    pub async fn room(&self, patient: &Person, doctor: &Person) -> String {
        let body = json!({ "kind": "consultation", "participants": [doctor.user_id], "subject": "a cough" });
        let room = self.post("/api/v1/rooms", Some(patient), body).await.expect(201);
        room["id"].as_str().unwrap().into()
    }

    /// Lets the consumer take everything that waits in the queue.
    pub async fn work(&self) -> Vec<bool> {
        let app = App::outside(self.services.clone(), "test");
        let mut outcomes = Vec::new();
        for job in self.queue.take() {
            outcomes.push(consumer::run(&app, &job).await.is_ok());
        }
        outcomes
    }

    pub async fn sweep(&self) -> usize {
        outbox::sweep(&App::outside(self.services.clone(), "test")).await.unwrap()
    }

    /// A count that the database gives: `SELECT COUNT(*) AS n …`.
    pub async fn count(&self, sql: &'static str) -> i64 {
        #[derive(serde::Deserialize)]
        struct Row {
            n: i64,
        }
        self.rows::<Row>(Statement::new(sql)).await.first().unwrap().n
    }

    /// Runs a statement as somebody at the database would.
    pub async fn execute(&self, sql: &'static str) {
        self.database.query(Statement::new(sql)).await.unwrap();
    }

    pub async fn rows<T: DeserializeOwned>(&self, statement: Statement) -> Vec<T> {
        self.database.query(statement).await.unwrap().all().unwrap()
    }

    /// Everything that is stored, as JSON text: for what must not be readable in it.
    pub async fn storage(&self) -> String {
        self.storage_without("").await
    }

    /// The same without a table.
    pub async fn storage_without(&self, without: &str) -> String {
        let tables = self.tables().await.into_iter().filter(|(name, _)| name != without);
        tables.flat_map(|(_, rows)| rows).map(|row| row.to_string()).collect()
    }

    /// The rows of each table, by its name.
    pub async fn tables(&self) -> Vec<(String, Vec<Value>)> {
        let mut tables = Vec::new();
        let select = Statement::new("SELECT name FROM sqlite_master WHERE type = 'table'");
        for table in self.rows::<Value>(select).await {
            let name = table["name"].as_str().unwrap().to_owned();
            let rows = self.rows(every_row(&name)).await;
            tables.push((name, rows));
        }
        tables
    }

    /// The log line of the request with this id.
    pub fn logged(&self, request_id: &str) -> Value {
        let lines = self.log.lines().into_iter().map(|line| serde_json::from_str::<Value>(&line).unwrap());
        let mut lines: Vec<Value> = lines.filter(|line| line["request_id"] == request_id).collect();
        assert_eq!(lines.len(), 1, "one line a request: {lines:?}");
        lines.remove(0)
    }
}

/// Selects all that a table has.
pub fn every_row(table: &str) -> Statement {
    Statement::new(format!("SELECT * FROM \"{table}\"").leak())
}

/// A request to this installation; `headers` beside the usual ones, or in place of them.
pub fn request(
    method: &str,
    path: &str,
    person: Option<&Person>,
    headers: &[(&str, &str)],
    body: Option<Value>,
) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    let usual = [
        ("host", Some("localhost:8787".to_owned())),
        ("authorization", person.map(|person| format!("Bearer {}", person.access))),
        ("content-type", body.is_some().then(|| "application/json".to_owned())),
    ];
    for (name, value) in usual {
        if let Some(value) = value.filter(|_| headers.iter().all(|(given, _)| *given != name)) {
            request = request.header(name, value);
        }
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body.map_or_else(Body::empty, |body| Body::from(body.to_string()))).unwrap()
}

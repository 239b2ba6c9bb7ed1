//! A whole installation in this process, and a client for it.

mod answer;
mod hosts;

pub use answer::{Answer, read};
use axum::body::Body;
use axum::http::Request;
use hosts::{CutRooms, Yielding};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use virtual_doctor::accounts::store::user_key;
use virtual_doctor::app::router;
use virtual_doctor::config::Config;
use virtual_doctor::id::Id;
use virtual_doctor::jobs::{consumer, outbox};
use virtual_doctor::limits::policies::{POLICIES, Policy, Rates};
use virtual_doctor::organizations::practitioner_store::{put_licence, verify_licence};
use virtual_doctor::platform::native::{
    FailingDatabase, ManualClock, MemoryCache, MemoryFiles, MemoryLimiter, MemoryLog, MemoryMailer, MemoryQueue,
    NativeRooms, SeededEntropy, SqliteDatabase,
};
use virtual_doctor::platform::{Database, Statement};
use virtual_doctor::services::{App, Services};

pub const PASSWORD: &str = "correct horse battery";

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
    pub rooms: Arc<CutRooms>,
    pub limiter: Arc<MemoryLimiter>,
}

/// A person who is signed in.
#[derive(Debug, Clone)]
pub struct Person {
    pub user_id: String,
    pub patient_id: String,
    pub access: String,
    pub refresh: String,
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
        Self::made_of(database, settings, POLICIES.to_vec(), None)
    }

    /// With all that is stored, rooms too, in files of this folder.
    pub fn in_folder(folder: &Path) -> Self {
        let database = SqliteDatabase::in_file(&folder.join("database")).unwrap();
        Self::made_of(database, &[], POLICIES.to_vec(), Some(folder.to_owned()))
    }

    /// With these coarse limits too, once RATE_LIMITS is on.
    pub fn with_policies(settings: &[(&str, &str)], policies: Vec<Policy>) -> Self {
        Self::made_of(SqliteDatabase::in_memory().unwrap(), settings, policies, None)
    }

    fn made_of(
        database: SqliteDatabase,
        settings: &[(&str, &str)],
        policies: Vec<Policy>,
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
        let entropy = Arc::new(SeededEntropy::new(7));
        let database = Arc::new(FailingDatabase::new(Arc::new(Yielding(database))));
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
        Self { router: router(services.clone()), services, clock, files, queue, mailer, log, database, rooms, limiter }
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

    pub async fn sign_in(&self, email: &str, password: &str) -> Person {
        let tokens =
            self.post("/api/v1/auth/login", None, json!({ "email": email, "password": password })).await.expect(200);
        Person {
            user_id: tokens["user"]["id"].as_str().unwrap().into(),
            patient_id: tokens["user"]["patients"][0]["id"].as_str().unwrap().into(),
            access: tokens["access_token"].as_str().unwrap().into(),
            refresh: tokens["refresh_token"].as_str().unwrap().into(),
        }
    }

    pub async fn sign_up(&self, email: &str) -> Person {
        let body = json!({ "email": email, "password": PASSWORD, "name": format!("Name of {email}"), "birth_date": "1972-04-05", "country": "GB" });
        self.post("/api/v1/auth/register", None, body).await.expect(202);
        self.sign_in(email, PASSWORD).await
    }

    /// Signs up a doctor of an organization of their own.
    pub async fn doctor(&self, email: &str) -> Person {
        self.staff(email, "doctor").await
    }

    /// Signs up somebody who holds this role in an organization of their own.
    pub async fn staff(&self, email: &str, role: &str) -> Person {
        let person = self.sign_up(email).await;
        self.make_staff(&person, role).await;
        self.sign_in(email, PASSWORD).await
    }

    pub async fn make_staff(&self, person: &Person, role: &str) {
        let organization = self.organization("Clinic").await;
        self.join(&organization, person, role).await;
        if role == "doctor" {
            self.license(person, Id::parse(&organization).unwrap()).await;
        }
    }

    /// An organization without staff.
    pub async fn organization(&self, name: &str) -> String {
        let id = self.services.new_id().unwrap();
        let insert = Statement::new("INSERT INTO organizations (id, name, created_at) VALUES (?1, ?2, 0)");
        self.database.query(insert.bind(id).bind(name)).await.unwrap();
        id.to_string()
    }

    /// Makes the person staff of the organization; a token that they have does not know of it yet.
    pub async fn join(&self, organization: &str, person: &Person, role: &str) {
        let insert =
            Statement::new("INSERT INTO staff (organization_id, user_id, role, created_at) VALUES (?1, ?2, ?3, 0)");
        self.database.query(insert.bind(organization).bind(&person.user_id).bind(role)).await.unwrap();
    }

    /// A licence of the person's that the organization verified.
    pub async fn license(&self, person: &Person, organization: Id) {
        let app = App::outside(self.services.clone(), "test");
        let user_id = Id::parse(&person.user_id).unwrap();
        let key = user_key(&app, user_id).await.unwrap();
        let now = app.now();
        let statements = vec![
            put_licence(&app, &key, user_id, organization, "GB", "7654321", now).unwrap(),
            verify_licence(user_id, organization, "GB", now.0, user_id, now),
        ];
        self.database.batch(statements).await.unwrap();
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
        #[derive(serde::Deserialize)]
        struct Table {
            name: String,
        }
        let tables = Statement::new("SELECT name FROM sqlite_master WHERE type = 'table'");
        let mut all = String::new();
        for table in self.rows::<Table>(tables).await {
            let select = Statement::new(format!("SELECT * FROM \"{}\"", table.name).leak());
            for row in self.rows::<Value>(select).await {
                all.push_str(&row.to_string());
            }
        }
        all
    }

    /// The log line of the request with this id.
    pub fn logged(&self, request_id: &str) -> Value {
        let lines = self.log.lines().into_iter().map(|line| serde_json::from_str::<Value>(&line).unwrap());
        let mut lines: Vec<Value> = lines.filter(|line| line["request_id"] == request_id).collect();
        assert_eq!(lines.len(), 1, "one line a request: {lines:?}");
        lines.remove(0)
    }
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

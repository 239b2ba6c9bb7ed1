//! A whole installation in this process, and a client for it.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;
use virtual_doctor::app::router;
use virtual_doctor::config::Config;
use virtual_doctor::jobs::{consumer, outbox};
use virtual_doctor::platform::native::{
    FailingDatabase, ManualClock, MemoryCache, MemoryLog, MemoryMailer, MemoryQueue, NativeRooms, SeededEntropy,
    SqliteDatabase,
};
use virtual_doctor::platform::{Database, Statement};
use virtual_doctor::services::{App, Services};

pub const PASSWORD: &str = "correct horse battery";

/// An installation, with everything that a test reaches into.
pub struct Installation {
    pub services: Arc<Services>,
    pub router: axum::Router,
    pub clock: Arc<ManualClock>,
    pub queue: Arc<MemoryQueue>,
    pub mailer: Arc<MemoryMailer>,
    pub log: Arc<MemoryLog>,
    pub database: Arc<FailingDatabase>,
    pub rooms: Arc<NativeRooms>,
}

/// An answer, read.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// The document, once the status was found to be this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self.json()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Pointers of the bad fields, sorted.
    pub fn pointers(&self) -> Vec<String> {
        let mut all: Vec<String> = self.json()["errors"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|error| error["pointer"].as_str().or(error["parameter"].as_str()).map(str::to_owned))
            .collect();
        all.sort();
        all
    }
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
        let key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let config = Config::read(|name| {
            let given = settings.iter().find(|(given, _)| *given == name).map(|(_, value)| (*value).to_owned());
            given.or_else(|| match name {
                "ENVIRONMENT" => Some("development".into()),
                "VERIFY_EMAIL" => Some("off".into()),
                "SIGNING_KEYS" | "MASTER_KEYS" | "INDEX_KEY" => Some(format!("k1:{key}")),
                // Small, so that tests are quick; the real cost is measured on workerd.
                "ARGON2_MEMORY_KIB" => Some("8".into()),
                "ARGON2_ITERATIONS" => Some("1".into()),
                _ => None,
            })
        })
        .unwrap();
        let clock = Arc::new(ManualClock::at(1_795_000_000_000));
        let entropy = Arc::new(SeededEntropy::new(7));
        let database = Arc::new(FailingDatabase::new(Arc::new(SqliteDatabase::in_memory().unwrap())));
        let rooms = Arc::new(NativeRooms::new(config.clone(), clock.clone(), entropy.clone()));
        let (queue, mailer, log) =
            (Arc::<MemoryQueue>::default(), Arc::<MemoryMailer>::default(), Arc::<MemoryLog>::default());
        let services = Arc::new(Services {
            config,
            database: database.clone(),
            cache: Arc::<MemoryCache>::default(),
            queue: queue.clone(),
            mailer: mailer.clone(),
            rooms: rooms.clone(),
            clock: clock.clone(),
            entropy,
            log: log.clone(),
        });
        Self { router: router(services.clone()), services, clock, queue, mailer, log, database, rooms }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
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
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost:8787");
        if let Some(person) = person {
            request = request.header("authorization", format!("Bearer {}", person.access));
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.send(request.body(body).unwrap()).await
    }

    pub async fn get(&self, path: &str, person: Option<&Person>) -> Answer {
        self.call("GET", path, person, &[], None).await
    }

    pub async fn post(&self, path: &str, person: Option<&Person>, body: Value) -> Answer {
        self.call("POST", path, person, &[], Some(body)).await
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
        let person = self.sign_up(email).await;
        self.make_staff(&person, "doctor").await;
        self.sign_in(email, PASSWORD).await
    }

    pub async fn make_staff(&self, person: &Person, role: &str) {
        let organization = self.services.new_id().unwrap();
        let statements = vec![
            Statement::new("INSERT INTO organizations (id, name, created_at) VALUES (?1, 'Clinic', 0)")
                .bind(organization),
            Statement::new("INSERT INTO staff (organization_id, user_id, role, created_at) VALUES (?1, ?2, ?3, 0)")
                .bind(organization)
                .bind(&person.user_id)
                .bind(role),
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
        self.database.query(Statement::new(sql)).await.unwrap().first::<Row>().unwrap().unwrap().n
    }
}

//! Exact counts: a Durable Object for each owner of buckets (an address, an
//! account, a session), so that no object is a hot spot. It is single-threaded,
//! and between reading and storing it awaits nothing: that is what makes it exact.
//!
//! The state is in the object's SQLite, not in memory: a limit that an eviction
//! resets is none, and reading a row there is a memory access all the same. What is
//! full again is deleted by an alarm, and an object that holds nothing is gone.

use super::bindings::JsClock;
use super::failed;
use super::room_storage::ObjectStorage;
use crate::chat::store::RoomStorage;
use crate::limits::bucket::FullAt;
use crate::limits::{Call, OBJECT_SCHEMA, Outcome};
use crate::platform::{Clock, HostError, Limiter, Statement};
use async_trait::async_trait;
use serde::Deserialize;
use worker::send::SendFuture;
use worker::{
    DurableObject, Env, Error, Method, ObjectNamespace, Request, RequestInit, Response, Result, State, durable_object,
};

/// The namespace of limiters.
pub struct DurableLimiter(pub ObjectNamespace);

#[async_trait]
impl Limiter for DurableLimiter {
    async fn call(&self, owner: &str, call: &Call) -> std::result::Result<Vec<Outcome>, HostError> {
        let body = serde_json::to_string(call).map_err(failed)?;
        SendFuture::new(async {
            let mut init = RequestInit::new();
            init.with_method(Method::Post).with_body(Some(body.into()));
            let request = Request::new_with_init("https://limiter/", &init).map_err(failed)?;
            let stub = self.0.get_by_name(owner).map_err(failed)?;
            let answer = stub.fetch_with_request(request).await;
            let mut answer = answer.map_err(|error| HostError::Unavailable(error.to_string()))?;
            let text = answer.text().await.map_err(failed)?;
            crate::json::read(&text).map_err(failed)
        })
        .await
    }
}

/// The buckets of one owner.
#[durable_object]
pub struct LimiterObject {
    state: State,
}

#[derive(Deserialize)]
struct Row {
    full_at: FullAt,
}

impl LimiterObject {
    /// The storage, with its tables: they are gone whenever nothing was counted for a while.
    fn storage(&self) -> std::result::Result<ObjectStorage<'_>, HostError> {
        let storage = ObjectStorage(&self.state);
        for sql in OBJECT_SCHEMA {
            storage.run(&Statement::new(sql))?;
        }
        Ok(storage)
    }

    fn run(&self, call: &Call) -> std::result::Result<(Vec<Outcome>, FullAt), HostError> {
        let storage = self.storage()?;
        let mut states = Vec::new();
        for charge in call.charges() {
            let select = Statement::new("SELECT full_at FROM buckets WHERE bucket = ?1").bind(&charge.bucket);
            let row: Option<Row> = storage.run(&select)?.first().map_err(|error| failed(format!("{error:?}")))?;
            states.push(row.map_or(0, |row| row.full_at));
        }
        let outcomes = call.apply(&mut states, JsClock.now_ms());
        let writes: Vec<Statement> = call
            .charges()
            .iter()
            .zip(&states)
            .map(|(charge, state)| {
                Statement::new(
                    "INSERT INTO buckets (bucket, full_at) VALUES (?1, ?2)
                     ON CONFLICT (bucket) DO UPDATE SET full_at = excluded.full_at",
                )
                .bind(&charge.bucket)
                .bind(*state)
            })
            .collect();
        storage.transaction(&writes)?;
        Ok((outcomes, states.into_iter().max().unwrap_or(0)))
    }

    /// Deletes what is full again; gives when the last of the others will be.
    fn sweep(&self) -> std::result::Result<Option<FullAt>, HostError> {
        let storage = self.storage()?;
        let now = JsClock.now_ms() * 1000;
        storage.run(&Statement::new("DELETE FROM buckets WHERE full_at <= ?1").bind(now))?;
        let last = Statement::new("SELECT full_at FROM buckets ORDER BY full_at DESC LIMIT 1");
        let row: Option<Row> = storage.run(&last)?.first().map_err(|error| failed(format!("{error:?}")))?;
        Ok(row.map(|row| row.full_at))
    }

    async fn wake_at(&self, full_at: FullAt) -> Result<()> {
        // A second later, so that it is full by then.
        let in_ms = (full_at / 1000 - JsClock.now_ms()).max(0) + 1000;
        self.state.storage().set_alarm(in_ms).await
    }
}

impl DurableObject for LimiterObject {
    fn new(state: State, _: Env) -> Self {
        Self { state }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let call: Call = crate::json::read(request.text().await?)?;
        let (outcomes, full_at) = self.run(&call).map_err(|error| Error::RustError(format!("{error:?}")))?;
        if self.state.storage().get_alarm().await?.is_none() {
            self.wake_at(full_at).await?;
        }
        Response::from_json(&outcomes)
    }

    async fn alarm(&self) -> Result<Response> {
        match self.sweep().map_err(|error| Error::RustError(format!("{error:?}")))? {
            Some(full_at) => self.wake_at(full_at).await?,
            None => self.state.storage().delete_all().await?,
        }
        Response::empty()
    }
}

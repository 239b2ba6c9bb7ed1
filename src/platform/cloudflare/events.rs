//! What the runtime calls: a request, a batch of jobs, the clock.

use super::bindings::{self, ConsoleLog, JsClock, JsEntropy};
use super::request;
use super::rooms::Upgraded;
use crate::app;
use crate::error::Problem;
use crate::id::Id;
use crate::jobs::{consumer, outbox};
use crate::platform::Log;
use crate::problem;
use crate::services::{App, Services};
use axum::Router;
use axum::http::Uri;
use std::sync::{Arc, OnceLock};
use tower::ServiceExt;
use worker::send::SendFuture;
use worker::{
    Context, Env, Error, MessageBatch, MessageExt, Request, Response, Result, ScheduleContext, ScheduledEvent, event,
};

/// What an isolate makes once: the router, the keys, the services.
struct Isolate {
    services: Arc<Services>,
    router: Router,
}

fn isolate(env: &Env) -> Result<&'static Isolate> {
    static ISOLATE: OnceLock<Isolate> = OnceLock::new();
    if let Some(isolate) = ISOLATE.get() {
        return Ok(isolate);
    }
    let services = bindings::services(env).map_err(|error| Error::RustError(format!("{error:?}")))?;
    let services = Arc::new(services);
    Ok(ISOLATE.get_or_init(|| Isolate { router: app::router(services.clone()), services }))
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, _: Context) -> Result<Response> {
    let url = request.inner().url();
    match answer(request, &env).await {
        Ok(response) => Ok(response),
        Err(error) => internal(&url, &error),
    }
}

async fn answer(request: Request, env: &Env) -> Result<Response> {
    let isolate = isolate(env)?;
    let request = request::read(request).await?;
    let Ok(mut response) = isolate.router.clone().oneshot(request).await;
    if let Some(upgraded) = response.extensions_mut().remove::<Upgraded>() {
        let upgraded = upgraded.0.take();
        return upgraded.ok_or_else(|| Error::RustError("a socket was answered twice".into()));
    }
    request::write(response).await
}

/// What went wrong before there was a router to say so: settings, bindings, a body that broke off.
fn internal(url: &str, error: &Error) -> Result<Response> {
    let id = Id::new(&JsClock, &JsEntropy).map(|id| id.to_string()).unwrap_or_default();
    let (level, event, cause) = ("error", "request_failed", error.to_string());
    let line = serde_json::json!({ "level": level, "event": event, "request_id": id, "cause": cause });
    ConsoleLog.line(&line.to_string());
    let instance = url.parse::<Uri>().map(|uri| uri.path().to_owned()).unwrap_or_default();
    let problem = Problem::new(&problem::INTERNAL, "").document(&instance, &id);
    let response = Response::from_json(&problem)?.with_status(problem::INTERNAL.status);
    let headers = [
        ("content-type", "application/problem+json"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("x-request-id", id.as_str()),
    ];
    for (name, value) in headers {
        response.headers().set(name, value)?;
    }
    Ok(response)
}

#[event(queue)]
async fn queue(batch: MessageBatch<String>, env: Env, _: Context) -> Result<()> {
    let isolate = isolate(&env)?;
    let app = App::outside(isolate.services.clone(), "queue");
    for message in batch.messages()? {
        match SendFuture::new(consumer::run(&app, message.body())).await {
            Ok(()) => message.ack(),
            Err(_) => {
                // The outbox knows when to try again; the sweep offers it then.
                isolate.services.log.line(r#"{"level":"warn","event":"job_failed"}"#);
                message.ack();
            }
        }
    }
    Ok(())
}

#[event(scheduled)]
async fn scheduled(_: ScheduledEvent, env: Env, _: ScheduleContext) {
    let Ok(isolate) = isolate(&env) else { return };
    let app = App::outside(isolate.services.clone(), "sweep");
    if outbox::sweep(&app).await.is_err() {
        isolate.services.log.line(r#"{"level":"warn","event":"sweep_failed"}"#);
    }
}

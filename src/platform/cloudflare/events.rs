//! What the runtime calls: a request, a batch of jobs, the clock.

use super::bindings::{self, ConsoleLog, JsClock, JsEntropy};
use super::request::{self, UsualHeaders};
use super::rooms::Upgraded;
use crate::app;
use crate::error::Problem;
use crate::id::Id;
use crate::jobs::{consumer, outbox};
use crate::platform::Log;
use crate::privacy;
use crate::problem;
use crate::services::{App, Services};
use axum::Router;
use axum::http::Uri;
use futures_util::FutureExt;
use js_sys::Promise;
use std::sync::{Arc, OnceLock};
use tower::ServiceExt;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::future_to_promise;
use worker::send::{SendFuture, SendWrapper};
use worker::{
    Context, Env, Error, MessageBatch, MessageExt, Response, Result, ScheduleContext, ScheduledEvent, event, web_sys,
};

/// What an isolate makes once: the router, the keys, the services.
struct Isolate {
    services: Arc<Services>,
    router: Router,
    usual_headers: SendWrapper<UsualHeaders>,
}

fn isolate(env: &Env) -> Result<&'static Isolate> {
    static ISOLATE: OnceLock<Isolate> = OnceLock::new();
    if let Some(isolate) = ISOLATE.get() {
        return Ok(isolate);
    }
    let services = bindings::services(env).map_err(|error| Error::RustError(format!("{error:?}")))?;
    let services = Arc::new(services);
    let usual_headers = SendWrapper::new(UsualHeaders::new()?);
    Ok(ISOLATE.get_or_init(|| Isolate {
        router: app::router_without_fixed_headers(services.clone()),
        services,
        usual_headers,
    }))
}

/// Answers a request: with the response itself where nothing had to be waited for,
/// because a promise and its turns would cost more than such an answer; otherwise
/// with the promise of it.
#[wasm_bindgen]
pub fn fetch(request: web_sys::Request, env: Env) -> JsValue {
    let mut answer = Box::pin(async move {
        match answer(&request, &env).await {
            Ok(response) => Ok(response.into()),
            Err(error) => internal(&request.url(), &error).map(|response| web_sys::Response::from(response).into()),
        }
        .map_err(JsValue::from)
    });
    match answer.as_mut().now_or_never() {
        Some(Ok(response)) => response,
        Some(Err(error)) => Promise::reject(&error).into(),
        None => future_to_promise(answer).into(),
    }
}

async fn answer(request: &web_sys::Request, env: &Env) -> Result<web_sys::Response> {
    let isolate = isolate(env)?;
    let request = request::read(request).await?;
    let Ok(mut response) = isolate.router.clone().oneshot(request).await;
    if let Some(upgraded) = response.extensions_mut().remove::<Upgraded>() {
        let upgraded = upgraded.0.take().ok_or_else(|| Error::RustError("a socket was answered twice".into()))?;
        return Ok(upgraded.into());
    }
    request::write(response, &isolate.usual_headers).await
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
    SendFuture::new(privacy::sweep::run(&app)).await;
}

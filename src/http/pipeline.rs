//! What happens around every handler: the request gets an id, is checked for
//! host and version, and its answer gets headers, a problem document where it
//! is one, and one log line.

use crate::audit::{self, Entry};
use crate::error::{Error, Problem};
use crate::limits;
use crate::problem;
use crate::services::{App, Meter, Services};
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CONTENT_TYPE, HOST, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;

/// Versions of the API that are served, oldest first.
pub const API_VERSIONS: &[&str] = &["2026-11-01"];

const API_VERSION: HeaderName = HeaderName::from_static("api-version");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The middleware.
pub async fn run(State(services): State<Arc<Services>>, mut request: Request, next: Next) -> Response {
    let began = services.clock.now_ms();
    let trace = Trace::begin(&services, request.headers());
    let meter = Arc::new(Meter::new(trace.request_id.clone()));
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let route = request.extensions().get::<MatchedPath>().cloned();
    request.extensions_mut().insert(meter.clone());

    let mut response = match check(&services, request.headers(), request.uri().host()) {
        Ok(()) => limits::middleware::run(&services, request, next).await,
        Err(error) => error.into_response(),
    };
    let problem = problem_of(&mut response);
    if let Some(problem) = &problem {
        write_problem(&mut response, problem, &path, &trace.request_id);
    }
    let refused = problem.as_ref().is_some_and(|problem| problem.refused);
    record_refusal(&services, &meter, response.status(), refused).await;
    trace.write(response.headers_mut());
    let line = Line {
        level: if response.status().is_server_error() { "error" } else { "info" },
        request_id: &trace.request_id,
        method: method.as_str(),
        route: route.as_ref().map_or("unmatched", MatchedPath::as_str),
        status: response.status().as_u16(),
        duration_ms: services.clock.now_ms() - began,
        database_calls: meter.calls(),
        database_ms: meter.milliseconds(),
        cause: problem.as_ref().and_then(|problem| problem.internal.as_deref()),
    };
    services.log.line(&serde_json::to_string(&line).unwrap_or_default());
    response
}

/// Records that somebody was refused what they asked for: a patient's thing, or what the authorization table does not
/// allow. It costs a round trip to those who are refused only; one that cannot be recorded stays refused.
async fn record_refusal(services: &Arc<Services>, meter: &Arc<Meter>, status: StatusCode, refused: bool) {
    let subject = meter.subject();
    let unrelated = subject.is_some_and(|subject| !subject.related);
    let refused = refused || status == StatusCode::FORBIDDEN || (status == StatusCode::NOT_FOUND && unrelated);
    let Some(user_id) = meter.caller().or(subject.map(|subject| subject.user_id)).filter(|_| refused) else { return };
    let app = App::after(services.clone(), meter.clone());
    let entry = Entry {
        patient_id: subject.map(|subject| subject.patient_id),
        actor_id: Some(user_id),
        action: if subject.is_some() { "record.refused" } else { "caller.refused" },
        subject_id: None,
    };
    let recorded = match audit::record(&app, entry) {
        Ok(statement) => app.query(statement).await.is_ok(),
        Err(_) => false,
    };
    if !recorded {
        services.log.line(r#"{"level":"warn","event":"audit_failed"}"#);
    }
}

/// One line a request; nothing in it names or describes a person.
#[derive(Serialize)]
struct Line<'a> {
    level: &'static str,
    request_id: &'a str,
    method: &'a str,
    route: &'a str,
    status: u16,
    duration_ms: i64,
    database_calls: u32,
    database_ms: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
}

fn check(services: &Services, headers: &HeaderMap, authority: Option<&str>) -> Result<(), Error> {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).or(authority).unwrap_or("");
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    };
    if !services.config.allowed_hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(name)) {
        return Err(Problem::new(&problem::MISDIRECTED, problem::MISDIRECTED.meaning).into());
    }
    match headers.get(&API_VERSION).map(|version| version.to_str().unwrap_or("")) {
        Some(version) if !API_VERSIONS.contains(&version) => Err(Problem::new(
            &problem::UNKNOWN_API_VERSION,
            ["API-Version must be one of: ", &API_VERSIONS.join(", ")].concat(),
        )
        .with("supported", API_VERSIONS)
        .into()),
        _ => Ok(()),
    }
}

/// The problem that a handler left for us, or the one that a bare status of the router means.
fn problem_of(response: &mut Response) -> Option<Problem> {
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        return Some(problem);
    }
    let kind = match response.status() {
        StatusCode::NOT_FOUND => &problem::NOT_FOUND,
        StatusCode::METHOD_NOT_ALLOWED => &problem::METHOD_NOT_ALLOWED,
        StatusCode::PAYLOAD_TOO_LARGE => &problem::PAYLOAD_TOO_LARGE,
        _ => return None,
    };
    Some(Problem::new(kind, kind.meaning))
}

fn write_problem(response: &mut Response, problem: &Problem, path: &str, request_id: &str) {
    let document = problem.document(path, request_id).to_string();
    *response.body_mut() = document.into();
    let headers = response.headers_mut();
    headers.remove(axum::http::header::CONTENT_LENGTH);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if let Some(seconds) = problem.retry_after_s {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if problem.kind.status == 401 {
        headers.insert("www-authenticate", HeaderValue::from_static("Bearer"));
    }
}

/// The request's id and its place in a distributed trace (W3C Trace Context).
struct Trace {
    request_id: Arc<str>,
    traceparent: String,
}

impl Trace {
    fn begin(services: &Services, headers: &HeaderMap) -> Self {
        let id = services.new_id().map(|id| id.to_string()).unwrap_or_default();
        let given = headers.get(&REQUEST_ID).and_then(|value| value.to_str().ok());
        let request_id = given.filter(|given| is_request_id(given)).unwrap_or(&id).into();
        let hex = id.replace('-', "");
        let parent = headers.get(&TRACEPARENT).and_then(|value| value.to_str().ok());
        // Our span's id is the random half of the id just made.
        let span = hex.get(16..).unwrap_or("0000000000000001");
        let traceparent = match parent.and_then(trace_of) {
            Some((trace, flags)) => ["00-", trace, "-", span, "-", flags].concat(),
            None => ["00-", &hex, "-", span, "-00"].concat(),
        };
        Self { request_id, traceparent }
    }

    fn write(&self, headers: &mut HeaderMap) {
        for (name, value) in [(REQUEST_ID, &*self.request_id), (TRACEPARENT, &self.traceparent)] {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        }
    }
}

fn is_request_id(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

fn trace_of(parent: &str) -> Option<(&str, &str)> {
    let mut parts = parent.split('-');
    let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let hex = |text: &str, length: usize| {
        text.len() == length && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    let valid = hex(version, 2) && version != "ff" && hex(trace, 32) && hex(span, 16) && hex(flags, 2);
    let some = |id: &str| id.bytes().any(|byte| byte != b'0');
    // Version 00 has these four fields and no more.
    let whole = version != "00" || parts.next().is_none();
    (valid && whole && some(trace) && some(span)).then_some((trace, flags))
}

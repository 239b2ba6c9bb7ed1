//! The coarse limits around the API's paths, and their headers. What touches
//! nothing at all, `/health` and the documents, is not limited.

use super::address::ClientAddress;
use super::guards::too_many;
use super::policies::{Asked, By};
use crate::encryption::sha256;
use crate::http::Caller;
use crate::http::credentials::Credentials;
use crate::services::Services;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// The middleware. The token is read here once, for the handler too. Of an API key
/// only the text is looked at, without asking the database: a wrong one has a count
/// of its own, and cannot use up that of a right one.
pub async fn run(services: &Services, mut request: Request, next: Next) -> Response {
    if !services.config.rate_limits || !request.uri().path().starts_with("/api/") {
        return next.run(request).await;
    }
    let credentials = Credentials::of(request.headers());
    let api_key = match credentials {
        Credentials::ApiKey(key) => Some(sha256(key.as_bytes())),
        _ => None,
    };
    let caller = credentials.verify(&services.config.signing_keys, services.now());
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
    let asked = Asked {
        method: request.method().as_str(),
        route,
        path: request.uri().path(),
        roles: caller.as_ref().map(|caller| caller.roles.as_slice()),
        api_key: api_key.is_some(),
    };
    let Some(policy) = services.rates.find(asked) else { return next.run(request).await };
    let subject = match (policy.by, api_key, &caller) {
        (By::Caller, Some(key), _) => key,
        (By::Caller, None, Some(caller)) => caller.user_id.to_string(),
        _ => ClientAddress::read(services, request.headers()).0,
    };
    let outcome = services.rates.count(policy, subject, services.clock.now_ms());
    let headers = [(POLICY, policy.policy_header()), (LIMIT, policy.limit_header(&outcome))];
    let mut response = if outcome.allowed {
        if let Some(caller) = caller {
            request.extensions_mut().insert(Verified(caller));
        }
        next.run(request).await
    } else {
        too_many(&outcome).into_response()
    };
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// The caller whose access token was found right on the way in.
#[derive(Clone)]
pub struct Verified(pub Caller);

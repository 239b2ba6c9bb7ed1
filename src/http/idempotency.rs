//! `Idempotency-Key`: the stored answer is one more row of the batch that does
//! the work, so there is no moment at which the work is done and the answer is
//! not known. A twin that ran beside the first loses at commit and gets the
//! first one's answer.

use super::caller::Caller;
use crate::encryption::KeyRing;
use crate::error::{Problem, Result};
use crate::platform::{DatabaseError, Rows, Statement};
use crate::problem;
use crate::services::App;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

/// How long a key is remembered, 24 hours.
pub const KEPT_MS: i64 = 24 * 60 * 60 * 1000;

/// The caller's key, and what it was sent with.
#[derive(Debug, Clone)]
pub struct Key {
    key: String,
    path: String,
    body_hash: String,
}

impl Key {
    pub(super) fn read(headers: &HeaderMap, path: String, body_hash: impl FnOnce() -> String) -> Result<Option<Self>> {
        let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
        match value.to_str() {
            Ok(key) if (1..=255).contains(&key.len()) => {
                Ok(Some(Self { key: key.to_owned(), path, body_hash: body_hash() }))
            }
            _ => {
                Err(Problem::new(&problem::MALFORMED_REQUEST, "Idempotency-Key is 1 to 255 visible ASCII characters.")
                    .into())
            }
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Stored {
    location: Option<String>,
    etag: Option<String>,
    body: serde_json::Value,
}

/// The answer that was stored for this key, if it was used before.
///
/// # Errors
/// 422 when the key was used with another body.
pub async fn replay(app: &App, caller: &Caller, key: Option<&Key>) -> Result<Option<Response>> {
    let Some(key) = key else { return Ok(None) };
    let statement = Statement::new(
        "SELECT body_hash, status, answer_sealed FROM idempotency
         WHERE caller_id = ?1 AND path = ?2 AND key = ?3 AND created_at > ?4",
    )
    .bind(caller.user_id)
    .bind(&key.path)
    .bind(&key.key)
    .bind(app.now().0 - KEPT_MS);
    #[derive(Deserialize)]
    struct Row {
        body_hash: String,
        status: u16,
        answer_sealed: String,
    }
    let Some(row) = app.query(statement).await?.first::<Row>()? else { return Ok(None) };
    if row.body_hash != key.body_hash {
        let meaning = problem::IDEMPOTENCY_MISMATCH.meaning;
        return Err(Problem::new(&problem::IDEMPOTENCY_MISMATCH, meaning).into());
    }
    let plain = app.config.master_keys.open(&about(caller, key), &row.answer_sealed)?;
    let stored: Stored = crate::json::read(&plain).map_err(crate::error::internal)?;
    let status = StatusCode::from_u16(row.status).map_err(crate::error::internal)?;
    let mut response = (status, crate::http::Json(stored.body)).into_response();
    let headers = response.headers_mut();
    headers.insert("idempotency-replayed", HeaderValue::from_static("true"));
    for (name, value) in [("location", stored.location), ("etag", stored.etag)] {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            headers.insert(name, value);
        }
    }
    Ok(Some(response))
}

/// Commits the work together with its answer.
///
/// # Errors
/// As the batch; a twin's answer is not an error but the answer.
pub async fn commit(
    app: &App,
    caller: &Caller,
    key: Option<&Key>,
    mut statements: Vec<Statement>,
    response: Response,
) -> Result<Response> {
    let Some(key) = key else {
        app.batch(statements).await?;
        return Ok(response);
    };
    let (statement, response) = remember(app, caller, key, response).await?;
    statements.push(forget_expired(app, caller, key));
    statements.push(statement);
    let outcome: std::result::Result<Vec<Rows>, DatabaseError> = app.batch(statements).await;
    match outcome {
        Ok(_) => Ok(response),
        Err(error) if error.is_unique("idempotency.") => {
            replay(app, caller, Some(key)).await?.ok_or_else(|| error.into())
        }
        Err(error) => Err(error.into()),
    }
}

async fn remember(app: &App, caller: &Caller, key: &Key, response: Response) -> Result<(Statement, Response)> {
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.map_err(crate::error::internal)?;
    let header = |name: &str| parts.headers.get(name)?.to_str().ok().map(str::to_owned);
    let stored = Stored {
        location: header("location"),
        etag: header("etag"),
        body: serde_json::from_slice(&bytes).map_err(crate::error::internal)?,
    };
    let masters: &KeyRing = &app.config.master_keys;
    let plain = serde_json::to_vec(&stored).map_err(crate::error::internal)?;
    let sealed = masters.seal(app.entropy.as_ref(), &about(caller, key), &plain)?;
    let statement = Statement::new(
        "INSERT INTO idempotency (caller_id, path, key, body_hash, status, answer_sealed, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )
    .bind(caller.user_id)
    .bind(&key.path)
    .bind(&key.key)
    .bind(&key.body_hash)
    .bind(i64::from(parts.status.as_u16()))
    .bind(sealed)
    .bind(app.now().0);
    let mut response = Response::from_parts(parts, axum::body::Body::from(bytes));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok((statement, response))
}

/// A key is free again after a day, even where no sweep has removed its row.
fn forget_expired(app: &App, caller: &Caller, key: &Key) -> Statement {
    Statement::new(
        "DELETE FROM idempotency
         WHERE caller_id = ?1 AND path = ?2 AND key = ?3 AND created_at <= ?4",
    )
    .bind(caller.user_id)
    .bind(&key.path)
    .bind(&key.key)
    .bind(app.now().0 - KEPT_MS)
}

fn about(caller: &Caller, key: &Key) -> String {
    ["idempotency:", &caller.user_id.to_string(), ":", &key.path, ":", &key.key].concat()
}

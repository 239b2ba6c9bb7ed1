//! The calls about being erased.

use super::model::{Erasure, RequestErasure};
use super::store;
use crate::accounts::mails::Template;
use crate::accounts::model::Me;
use crate::accounts::password;
use crate::accounts::store::account;
use crate::audit::{self, Entry};
use crate::authorization::{Action, Relationship};
use crate::error::{FieldError, Result, invalid, not_found};
use crate::http::{Caller, Json, OptionalBody};
use crate::id::Timestamp;
use crate::jobs::{Job, outbox};
use crate::platform::DatabaseError;
use crate::services::App;
use axum::http::StatusCode;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// See whether one is to be erased
#[utoipa::path(get, path = "/api/v1/me/erasure", tag = "Privacy", security(("bearer" = [])),
    responses((status = 200, body = Erasure)))]
pub async fn read_erasure(app: App, caller: Caller) -> Result<Json<Erasure>> {
    caller.require(&[Relationship::Anyone], Action::UseOwnAccount)?;
    Ok(Json(store::erasure(&app, caller.user_id).await?.ok_or_else(not_found)?))
}

/// Ask to be erased
///
/// It is carried out after some days, in which it can be taken back. Asking again changes nothing.
#[utoipa::path(post, path = "/api/v1/me/erasure", tag = "Privacy", security(("bearer" = [])),
    request_body = RequestErasure, responses((status = 202, body = Erasure)))]
pub async fn request_erasure(
    app: App,
    caller: Caller,
    OptionalBody(body): OptionalBody<RequestErasure>,
) -> Result<(StatusCode, Json<Erasure>)> {
    caller.require(&[Relationship::Anyone], Action::UseOwnAccount)?;
    let account = account(&app, caller.user_id).await?;
    if let Some(given) = body.password
        && !password::verify(&app.config, Some(&account.password_hash), &given.0)?
    {
        app.query(audit::record(&app, entry(&caller, "erasure.refused"))?).await?;
        return Err(invalid(vec![FieldError::body("/password", "invalid", "is not your password")]));
    }
    let requested_at = app.now();
    let grace_ms = i64::from(app.config.erasure_grace_days) * DAY_MS;
    let erasure = Erasure { requested_at, due_at: Timestamp(requested_at.0 + grace_ms) };
    let (job, pending) = outbox::add(&app, &mail(&app, Template::ErasureScheduled, account.me, erasure.due_at))?;
    let recorded = audit::record(&app, entry(&caller, "erasure.requested"))?;
    match app.batch(vec![store::insert_erasure(caller.user_id, &erasure), recorded, job]).await {
        Ok(_) => {
            outbox::offer(&app, pending).await;
            Ok((StatusCode::ACCEPTED, Json(erasure)))
        }
        Err(error) if error.is_unique("erasures.user_id") => {
            let known = store::erasure(&app, caller.user_id).await?.ok_or_else(not_found)?;
            Ok((StatusCode::ACCEPTED, Json(known)))
        }
        Err(error) => Err(error.into()),
    }
}

/// Take an erasure back
///
/// Until it is due; 404 when there is none any more.
#[utoipa::path(delete, path = "/api/v1/me/erasure", tag = "Privacy", security(("bearer" = [])),
    responses((status = 204)))]
pub async fn cancel_erasure(app: App, caller: Caller) -> Result<StatusCode> {
    caller.require(&[Relationship::Anyone], Action::UseOwnAccount)?;
    let me = account(&app, caller.user_id).await?.me;
    let now = app.now();
    let (job, pending) = outbox::add(&app, &mail(&app, Template::ErasureCancelled, me, now))?;
    let recorded = audit::record(&app, entry(&caller, "erasure.cancelled"))?;
    match app.batch(vec![store::delete_erasure(caller.user_id, now), recorded, job]).await {
        Ok(_) => {
            outbox::offer(&app, pending).await;
            Ok(StatusCode::NO_CONTENT)
        }
        Err(DatabaseError::Conflict) => Err(not_found()),
        Err(error) => Err(error.into()),
    }
}

fn entry(caller: &Caller, action: &'static str) -> Entry {
    let user = Some(caller.user_id);
    Entry { actor_id: user, action, subject_id: user, patient_id: None }
}

fn mail(app: &App, template: Template, me: Me, day: Timestamp) -> Job {
    let date = day.to_string().split('T').next().unwrap_or_default().to_owned();
    let values = vec![("date".to_owned(), date), ("link".to_owned(), app.config.public_url.clone())];
    Job::SendMail { template, to: me.email, locale: me.locale, values }
}

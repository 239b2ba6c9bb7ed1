//! The calls about what a person has agreed to.

use super::model::{Consent, GiveConsent};
use super::store;
use crate::audit::{self, Entry};
use crate::authorization::{Action, Relationship};
use crate::error::Result;
use crate::http::{Caller, Create, Page, PageQuery, QueryOf, created, cursor, idempotency};
use crate::records::store::patient_for;
use crate::services::App;
use axum::http::Uri;
use axum::response::Response;

/// List what one has agreed to
///
/// The whole history, latest first: the latest of a purpose holds.
#[utoipa::path(get, path = "/api/v1/me/consents", tag = "Privacy", security(("bearer" = [])),
    params(("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Vec<Consent>)))]
pub async fn list_consents(app: App, caller: Caller, uri: Uri, QueryOf(query): QueryOf<PageQuery>) -> Result<Response> {
    caller.require(&[Relationship::Anyone], Action::UseOwnAccount)?;
    let scope = ["consents:", &caller.user_id.to_string()].concat();
    let keys = &app.config.signing_keys;
    let before = cursor::open_before(keys, &scope, query.cursor.as_deref())?;
    let items = store::consents(&app, caller.user_id, &before, query.limit.rows() + 1).await?;
    let page = Page::new(items, query.limit, |last: &Consent| cursor::seal(keys, &scope, &last.id.to_string()));
    Ok(page.respond(&uri))
}

/// Give a consent, or take one back
///
/// Each is a new row with its time: what was agreed to before stays visible.
#[utoipa::path(post, path = "/api/v1/me/consents", tag = "Privacy", security(("bearer" = [])), request_body = GiveConsent,
    params(("Idempotency-Key" = Option<String>, Header)), responses((status = 201, body = Consent)))]
pub async fn give_consent(app: App, caller: Caller, Create { value, key }: Create<GiveConsent>) -> Result<Response> {
    if let Some(response) = idempotency::replay(&app, &caller, key.as_ref()).await? {
        return Ok(response);
    }
    caller.require(&[Relationship::Anyone], Action::UseOwnAccount)?;
    let patient_id = value.patient_id.map(|id| id.0);
    if let Some(patient_id) = patient_id {
        let file = patient_for(&app, patient_id, caller.user_id).await?;
        caller.require(&file.relationships, Action::ConsentForPatient)?;
    }
    let consent = Consent {
        id: app.new_id()?,
        patient_id,
        purpose: value.purpose.0,
        version: value.version.0,
        given: value.given,
        at: app.now(),
    };
    let action = if consent.given { "consent.given" } else { "consent.withdrawn" };
    let entry = Entry { patient_id, actor_id: Some(caller.user_id), action, subject_id: Some(consent.id) };
    let batch = vec![store::insert_consent(&consent, caller.user_id), audit::record(&app, entry)?];
    let response = created("/api/v1/me/consents", 1, &consent);
    idempotency::commit(&app, &caller, key.as_ref(), batch, response).await
}

//! `/dev/mail`: what a local installation has sent, in development only.

use crate::error::{Result, internal};
use crate::http::{Invalid, Json, QueryOf};
use crate::platform::Statement;
use crate::services::{App, Services};
use askama::Template;
use axum::Router;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use deserr::Deserr;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Paths for development.
pub fn routes() -> Router<Arc<Services>> {
    Router::new().route("/dev/mail", get(mailbox))
}

#[derive(Deserialize, Serialize)]
struct Sent {
    recipient: String,
    subject: String,
    body: String,
}

#[derive(Template)]
#[template(path = "mailbox.html")]
struct Mailbox {
    mails: Vec<Sent>,
}

/// `GET /dev/mail`
#[derive(Deserr)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct Look {
    #[deserr(default)]
    format: Option<String>,
}

async fn mailbox(app: App, QueryOf(query): QueryOf<Look>) -> Result<Response> {
    let select = Statement::new("SELECT recipient, subject, body FROM development_mailbox ORDER BY id DESC LIMIT 50");
    let mails: Vec<Sent> = app.query(select).await?.all()?;
    if query.format.as_deref() == Some("json") {
        return Ok(Json(mails).into_response());
    }
    Ok(Html(Mailbox { mails }.render().map_err(internal)?).into_response())
}

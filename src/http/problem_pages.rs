//! `/problems/{name}`: what each `type` of a problem document means, for people.

use super::PathOf;
use crate::error::{Result, not_found};
use crate::problem::{ALL, Kind, find};
use crate::services::Services;
use askama::Template;
use axum::Router;
use axum::response::Html;
use axum::routing::get;
use std::sync::Arc;

/// `/problems` and `/problems/{name}`.
pub fn routes() -> Router<Arc<Services>> {
    Router::new().route("/problems", get(catalogue)).route("/problems/{name}", get(page))
}

#[derive(Template)]
#[template(path = "problems.html")]
struct Problems<'a> {
    kinds: &'a [&'a Kind],
}

async fn catalogue() -> Result<Html<String>> {
    render(ALL)
}

async fn page(PathOf(name): PathOf<String>) -> Result<Html<String>> {
    render(&[find(&name).ok_or_else(not_found)?])
}

fn render(kinds: &[&Kind]) -> Result<Html<String>> {
    Problems { kinds }.render().map(Html).map_err(crate::error::internal)
}

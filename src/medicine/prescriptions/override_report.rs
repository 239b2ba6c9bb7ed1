//! How often each rule is overridden, for the operator: one that hardly anybody heeds is a bad rule.

use super::override_store::{RuleCount, counts};
use crate::authorization::{Action, Relationship};
use crate::error::Result;
use crate::http::{Caller, Page, PageQuery, QueryOf, cursor};
use crate::services::{App, Services};
use axum::Router;
use axum::http::Uri;
use axum::response::Response;
use axum::routing::get;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// From this share on a rule interrupts in vain.
const IN_VAIN_PERCENT: i64 = 90;

/// Paths of the report.
pub fn routes() -> Router<Arc<Services>> {
    Router::new().route("/api/v1/reports/overrides", get(report_overrides))
}

/// How a rule fares.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleReport {
    /// What was counted.
    #[serde(flatten)]
    pub count: RuleCount,
    /// Of 100 prescribers to whom it was shown, how many overrode it.
    pub overridden_percent: i64,
    /// Whether that is more than 90: it is to be looked at.
    pub is_in_vain: bool,
}

impl From<RuleCount> for RuleReport {
    fn from(count: RuleCount) -> Self {
        let overridden_percent = count.overridden * 100 / count.shown.max(1);
        let is_in_vain = count.overridden * 100 > count.shown * IN_VAIN_PERCENT;
        Self { count, overridden_percent, is_in_vain }
    }
}

/// Report how often rules are overridden
///
/// Each rule that interrupted somebody, with how many prescribers saw it and how many overrode it, once for each patient.
/// About no one: neither prescribers nor patients can be told from it.
#[utoipa::path(get, path = "/api/v1/reports/overrides", tag = "Operations", security(("bearer" = [])),
    params(("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Vec<RuleReport>)))]
pub async fn report_overrides(
    app: App,
    caller: Caller,
    uri: Uri,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Response> {
    const SCOPE: &str = "override-report";
    caller.require(&[Relationship::Anyone], Action::ReadOverrideReport)?;
    let keys = &app.config.signing_keys;
    let after = cursor::open(keys, SCOPE, query.cursor.as_deref())?.unwrap_or_default();
    let rules = counts(&app, &after, query.limit.rows() + 1).await?.into_iter().map(RuleReport::from).collect();
    let page = Page::new(rules, query.limit, |last: &RuleReport| cursor::seal(keys, SCOPE, &last.count.rule));
    Ok(page.respond(&uri))
}

//! The calls of the REST API that list conditions and findings.

use super::case::phrases;
use crate::error::Result;
use crate::http::cursor::{self, Limit};
use crate::http::{Caller, Invalid, Page, QueryOf};
use crate::knowledge::{diagnosis, sources};
use crate::names::fold;
use crate::services::App;
use axum::http::Uri;
use axum::response::Response;
use deserr::Deserr;
use serde::Serialize;
use utoipa::ToSchema;

/// A list of the vocabulary.
#[derive(Deserr)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct Vocabulary {
    #[deserr(default)]
    search: Option<String>,
    #[deserr(default)]
    limit: Limit,
    #[deserr(default)]
    cursor: Option<String>,
}

impl Vocabulary {
    /// The rows on this page, and from where on the next one begins.
    fn page<T, S: Serialize>(
        &self,
        app: &App,
        scope: &str,
        rows: &'static [T],
        names: impl Fn(&'static T) -> bool,
        summary: impl Fn(&'static T) -> S,
    ) -> Result<Page<S>> {
        let keys = &app.config.signing_keys;
        let from: usize =
            cursor::open(keys, scope, self.cursor.as_deref())?.and_then(|at| at.parse().ok()).unwrap_or(0);
        let items = rows.iter().filter(|row| names(row)).skip(from).take(self.limit.rows() + 1).map(summary).collect();
        let next = from + self.limit.rows();
        Ok(Page::new(items, self.limit, |_| cursor::seal(keys, scope, &next.to_string())))
    }

    fn finds<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> bool {
        let Some(search) = self.search.as_deref().map(fold) else { return true };
        names
            .into_iter()
            .any(|name| fold(name).split(' ').any(|word| word.starts_with(&search)) || fold(name).starts_with(&search))
    }
}

/// A condition of the vocabulary.
#[derive(Serialize, ToSchema)]
pub struct ConditionSummary {
    /// Slug.
    pub id: &'static str,
    /// Name.
    pub name: &'static str,
    /// ICD-10 code.
    pub icd10: &'static str,
    /// How soon it should be seen.
    pub urgency: crate::knowledge::tables::Urgency,
    /// Where the row stands.
    pub sources: Vec<String>,
    /// `unreviewed`, or the clinician who read the row.
    pub review: &'static str,
}

/// List conditions
#[utoipa::path(get, path = "/api/v1/conditions", tag = "Assessments",
    params(("search" = Option<String>, Query), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Vec<ConditionSummary>)))]
pub async fn list_conditions(app: App, uri: Uri, QueryOf(query): QueryOf<Vocabulary>) -> Result<Response> {
    let page = query.page(
        &app,
        "conditions",
        &diagnosis().conditions,
        |row| query.finds([row.id, row.name]),
        |row| ConditionSummary {
            id: row.id,
            name: row.name,
            icd10: crate::knowledge::icd10(row),
            urgency: row.urgency,
            sources: sources(&row.sources),
            review: crate::knowledge::review(row.review),
        },
    )?;
    Ok(page.respond(&uri))
}

/// A finding of the vocabulary.
#[derive(Serialize, ToSchema)]
pub struct FindingSummary {
    /// Slug.
    pub id: &'static str,
    /// Name.
    pub name: &'static str,
    /// What to ask.
    pub question: &'static str,
    /// How people say it.
    pub phrases: Vec<&'static str>,
    /// Where the row stands.
    pub sources: Vec<String>,
}

/// List findings
#[utoipa::path(get, path = "/api/v1/findings", tag = "Assessments", security(("bearer" = [])),
    params(("search" = Option<String>, Query), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Vec<FindingSummary>)))]
pub async fn list_findings(app: App, _: Caller, uri: Uri, QueryOf(query): QueryOf<Vocabulary>) -> Result<Response> {
    let found = |row: &'static crate::knowledge::tables::Finding<'static>| {
        query.finds([row.id, row.name].into_iter().chain(phrases(row)))
    };
    let page = query.page(&app, "findings", &diagnosis().findings, found, |row| FindingSummary {
        id: row.id,
        name: row.name,
        question: row.question,
        phrases: phrases(row).filter(|phrase| !phrase.starts_with(['!', '='])).collect(),
        sources: sources(&row.sources),
    })?;
    Ok(page.respond(&uri))
}

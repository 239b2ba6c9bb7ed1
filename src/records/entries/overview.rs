//! The whole record at a glance: the summary, and the timeline.

use super::clinical_record::{self, Person};
use super::routes::{file_for, read_by};
use super::store::{self, Event};
use super::summary::{Happened, Summary, summarize};
use crate::authorization::Action;
use crate::error::{Result, internal};
use crate::http::{Caller, Json, Page, PageQuery, PathOf, QueryOf, cursor};
use crate::id::{Id, Timestamp};
use crate::medicine::prescriptions::model::Prescription;
use crate::medicine::prescriptions::store::{open_page, select_page};
use crate::platform::Rows;
use crate::records::store::PatientFile;
use crate::services::{App, Services};
use axum::Router;
use axum::http::Uri;
use axum::response::Response;
use axum::routing::get;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Assessments and encounters in a summary.
const LAST: usize = 5;

/// Paths of the overview.
pub fn routes() -> Router<Arc<Services>> {
    Router::new()
        .route("/api/v1/patients/{id}/summary", get(read_summary))
        .route("/api/v1/patients/{id}/timeline", get(read_timeline))
}

fn happened(rows: &Rows) -> Result<Vec<Happened>> {
    let events = rows.all::<Event>()?.into_iter();
    Ok(events.map(|one| Happened { id: one.id, state: one.state, time: Timestamp(one.created_at) }).collect())
}

/// Read the summary of a record
///
/// All that a doctor needs first, and what is missing for prescribing safely.
#[utoipa::path(get, path = "/api/v1/patients/{id}/summary", tag = "Records", security(("bearer" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Summary)))]
pub async fn read_summary(app: App, caller: Caller, PathOf(patient_id): PathOf<Id>) -> Result<Json<Summary>> {
    let file = file_for(&app, &caller, patient_id, Action::ReadRecord).await?;
    let now = app.now();
    let mut batch = vec![
        store::select_assessments(file.id, "g", LAST),
        store::select_encounters(file.id, "g", LAST),
        read_by(&app, &caller, &file, "summary.read", None)?,
    ];
    batch.extend(clinical_record::statements(&file, now)?);
    let rows = app.batch(batch).await?;
    let [assessments, encounters, _, record @ ..] = rows.as_slice() else {
        return Err(internal("a batch answered short"));
    };
    let record = clinical_record::open(&file, record, now)?;
    let person = Person::of(&file, now);
    Ok(Json(summarize(file.id, &person, record, happened(assessments)?, happened(encounters)?, now)))
}

/// One thing of the timeline.
#[derive(Debug, Serialize, ToSchema)]
pub struct TimelineItem {
    /// `assessments`, `prescriptions`, `encounters`, `statements`, or a kind of entries.
    pub kind: &'static str,
    /// Its id.
    #[schema(value_type = String)]
    pub id: Id,
    /// When it was written.
    #[schema(value_type = String)]
    pub time: Timestamp,
    /// When it was so, where that is another time.
    #[schema(value_type = Option<String>)]
    pub effective_at: Option<Timestamp>,
    /// A few words.
    pub title: String,
}

/// All kinds of rows as one list, latest first.
fn timeline(file: &PatientFile, rows: &[Rows], now: Timestamp) -> Result<Vec<TimelineItem>> {
    let [entries, assessments, encounters, prescriptions, ..] = rows else {
        return Err(internal("a batch answered short"));
    };
    let mut items: Vec<TimelineItem> = Vec::new();
    items.extend(store::open(file, entries)?.into_iter().map(|entry| TimelineItem {
        kind: entry.kind.as_str(),
        id: entry.id,
        time: entry.recorded_at,
        effective_at: entry.effective_at,
        title: entry.title().to_owned(),
    }));
    for (kind, rows) in [("assessments", assessments), ("encounters", encounters)] {
        items.extend(happened(rows)?.into_iter().map(|one| TimelineItem {
            kind,
            id: one.id,
            time: one.time,
            effective_at: None,
            title: one.state.unwrap_or_default(),
        }));
    }
    items.extend(open_page(file, prescriptions, now)?.into_iter().map(|prescription| TimelineItem {
        kind: "prescriptions",
        id: prescription.id,
        time: prescription.created_at,
        effective_at: prescription.signed_at,
        title: medicines(&prescription),
    }));
    items.sort_unstable_by_key(|item| std::cmp::Reverse(item.id));
    Ok(items)
}

fn medicines(prescription: &Prescription) -> String {
    let names: Vec<&str> = prescription.items.iter().map(|item| item.medicine_id.0.as_str()).collect();
    names.join(", ")
}

/// Read the timeline of a record
///
/// Entries, assessments, prescriptions and encounters in one list, latest first.
#[utoipa::path(get, path = "/api/v1/patients/{id}/timeline", tag = "Records", security(("bearer" = [])),
    params(("id" = String, Path), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Vec<TimelineItem>)))]
pub async fn read_timeline(
    app: App,
    caller: Caller,
    PathOf(patient_id): PathOf<Id>,
    uri: Uri,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Response> {
    let keys = &app.config.signing_keys;
    let scope = ["timeline:", &patient_id.to_string()].concat();
    let before = cursor::open_before(keys, &scope, query.cursor.as_deref())?;
    let file = file_for(&app, &caller, patient_id, Action::ReadRecord).await?;
    let rows = query.limit.rows() + 1;
    let batch = vec![
        store::select_timeline(&file, &before, rows),
        store::select_assessments(file.id, &before, rows),
        store::select_encounters(file.id, &before, rows),
        select_page(file.id, &before, rows),
        read_by(&app, &caller, &file, "timeline.read", None)?,
    ];
    let items = timeline(&file, &app.batch(batch).await?, app.now())?;
    let page = Page::new(items, query.limit, |last: &TimelineItem| cursor::seal(keys, &scope, &last.id.to_string()));
    Ok(page.respond(&uri))
}

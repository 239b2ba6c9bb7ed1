//! Reads what is held on a person, from which their export is made, and what of it
//! the law makes one keep. Which tables that are stands in two lists beside this
//! file; a new table that is about people has a line there.

use crate::encryption::{DataKey, is_erased};
use crate::error::{Result, internal};
use crate::id::{Id, Timestamp};
use crate::platform::Statement;
use crate::services::App;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Rows of one kind that are about somebody.
#[derive(Debug, Clone, Copy)]
pub struct Holding {
    /// What they are called in an export.
    pub name: &'static str,
    /// Selects them; `?1` is who it is about.
    pub sql: &'static str,
    /// Sealed columns, and the place that each belongs to, before the row's id.
    pub sealed: &'static [(&'static str, &'static str)],
}

impl Holding {
    /// Rows in which nothing is sealed.
    #[must_use]
    pub const fn plain(name: &'static str, sql: &'static str) -> Self {
        Self { name, sql, sealed: &[] }
    }

    /// Rows with sealed columns.
    #[must_use]
    pub const fn sealed(
        name: &'static str,
        sealed: &'static [(&'static str, &'static str)],
        sql: &'static str,
    ) -> Self {
        Self { name, sql, sealed }
    }
}

/// The rows of holdings of this user or patient, opened: by name, each an array of objects. One round trip for all.
///
/// # Errors
/// When the database fails or a value does not open.
pub async fn open(app: &App, key: &DataKey, holdings: &[Holding], id: Id) -> Result<Map<String, Value>> {
    let selects = holdings.iter().map(|holding| Statement::new(holding.sql).bind(id)).collect();
    let answered = app.batch(selects).await?;
    let mut opened = Map::new();
    for (holding, rows) in holdings.iter().zip(answered) {
        let rows: Vec<Map<String, Value>> = rows.all()?;
        let rows = rows.into_iter().map(|row| open_row(key, holding, row));
        opened.insert(holding.name.to_owned(), Value::Array(rows.collect::<Result<_>>()?));
    }
    Ok(opened)
}

fn open_row(key: &DataKey, holding: &Holding, mut row: Map<String, Value>) -> Result<Value> {
    let id = row.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    for (column, place) in holding.sealed {
        let value = row.remove(*column).unwrap_or_default();
        let plain = match value.as_str() {
            Some(sealed) if !sealed.is_empty() && !is_erased(sealed) => {
                let text = key.open(&[*place, &id].concat(), sealed)?;
                serde_json::from_slice(text.as_bytes()).unwrap_or(Value::String(text))
            }
            _ => Value::Null,
        };
        row.insert(column.trim_end_matches("_sealed").to_owned(), plain);
    }
    for (name, value) in &mut row {
        let is_time = name == "at" || name.ends_with("_at") || name.ends_with("since") || name == "active_until";
        if let Some(time) = value.as_i64().filter(|_| is_time) {
            *value = serde_json::to_value(Timestamp(time)).map_err(internal)?;
        }
    }
    Ok(Value::Object(row))
}

/// Patients whose record is the user's own, or who are in their care as a child or ward.
///
/// # Errors
/// When the database fails.
pub async fn patients_of(app: &App, user_id: Id) -> Result<Vec<Id>> {
    let select = Statement::new(
        "SELECT patient_id FROM patient_access WHERE user_id = ?1 AND relation IN ('self', 'child', 'ward')
         ORDER BY relation = 'self' DESC, patient_id",
    );
    patients(app, select.bind(user_id)).await
}

/// Patients whose record is the user's own.
///
/// # Errors
/// When the database fails.
pub async fn own_patients(app: &App, user_id: Id) -> Result<Vec<Id>> {
    let select = Statement::new("SELECT patient_id FROM patient_access WHERE user_id = ?1 AND relation = 'self'");
    patients(app, select.bind(user_id)).await
}

async fn patients(app: &App, select: Statement) -> Result<Vec<Id>> {
    #[derive(Deserialize)]
    struct Row {
        patient_id: Id,
    }
    let rows: Vec<Row> = app.query(select).await?.all()?;
    Ok(rows.into_iter().map(|row| row.patient_id).collect())
}

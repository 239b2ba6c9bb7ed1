//! All SQL about pharmacies: what was sent to them, and who works there.

use crate::error::Result;
use crate::id::{Id, Timestamp};
use crate::platform::Statement;
use crate::services::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// That there is somebody.
#[derive(Deserialize)]
struct Someone {}

/// Whether this organization has a pharmacist.
///
/// # Errors
/// When the database fails.
pub async fn has_pharmacist(app: &App, organization_id: Id) -> Result<bool> {
    let select = Statement::new(
        "SELECT s.user_id FROM staff s JOIN users u ON u.id = s.user_id AND u.suspended_at IS NULL
         WHERE s.organization_id = ?1 AND s.role = 'pharmacist' AND s.ended_at IS NULL LIMIT 1",
    );
    Ok(app.query(select.bind(organization_id)).await?.first::<Someone>()?.is_some())
}

/// Whether the user is a pharmacist of a pharmacy to which this prescription was sent and that has not given it back.
///
/// # Errors
/// When the database fails.
pub async fn dispenses(app: &App, prescription_id: Id, user_id: Id) -> Result<bool> {
    let select = Statement::new(
        "SELECT s.user_id FROM pharmacy_prescriptions p
         JOIN staff s ON s.organization_id = p.organization_id AND s.user_id = ?2 AND s.role = 'pharmacist'
                      AND s.ended_at IS NULL
         JOIN users u ON u.id = s.user_id AND u.suspended_at IS NULL
         WHERE p.prescription_id = ?1 LIMIT 1",
    );
    Ok(app.query(select.bind(prescription_id).bind(user_id)).await?.first::<Someone>()?.is_some())
}

/// Puts a prescription before a pharmacy.
#[must_use]
pub fn send(organization_id: Id, prescription_id: Id, patient_id: Id, now: Timestamp) -> Statement {
    Statement::new(
        "INSERT INTO pharmacy_prescriptions (organization_id, prescription_id, patient_id, is_open, sent_at)
         VALUES (?1, ?2, ?3, 1, ?4)
         ON CONFLICT (organization_id, prescription_id) DO UPDATE SET is_open = 1, sent_at = excluded.sent_at",
    )
    .bind(organization_id)
    .bind(prescription_id)
    .bind(patient_id)
    .bind(now.0)
}

/// Takes it off their list: all of it was handed over, or it was cancelled. They may still read it.
#[must_use]
pub fn close(prescription_id: Id) -> Statement {
    Statement::new("UPDATE pharmacy_prescriptions SET is_open = 0 WHERE prescription_id = ?1").bind(prescription_id)
}

/// Takes it away from a pharmacy that gave it back.
#[must_use]
pub fn take_back(organization_id: Id, prescription_id: Id) -> Statement {
    Statement::new("DELETE FROM pharmacy_prescriptions WHERE organization_id = ?1 AND prescription_id = ?2")
        .bind(organization_id)
        .bind(prescription_id)
}

/// A prescription that a pharmacy has. What is in it stands in the prescription itself.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Received {
    /// Its id.
    #[schema(value_type = String)]
    pub prescription_id: Id,
    /// When it was sent.
    #[schema(value_type = String)]
    #[serde(deserialize_with = "from_ms")]
    pub sent_at: Timestamp,
}

fn from_ms<'de, D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Timestamp, D::Error> {
    i64::deserialize(deserializer).map(Timestamp)
}

/// A page of what a pharmacy has, latest first.
///
/// # Errors
/// When the database fails.
pub async fn received(app: &App, organization_id: Id, before: &str, rows: usize) -> Result<Vec<Received>> {
    let select = Statement::new(
        "SELECT prescription_id, sent_at FROM pharmacy_prescriptions
         WHERE organization_id = ?1 AND is_open = 1 AND prescription_id < ?2 ORDER BY prescription_id DESC LIMIT ?3",
    );
    Ok(app.query(select.bind(organization_id).bind(before).bind(rows)).await?.all()?)
}

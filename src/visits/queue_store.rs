//! All SQL about who waits, who is on duty, and what a user is in an organization.

use super::model::{Counts, Duty, OnDuty, Waiting, WaitingPatient, rank};
use super::store::open_reason;
use crate::accounts::store::about;
use crate::audit;
use crate::authorization::Relationship;
use crate::encryption::DataKey;
use crate::error::{Result, internal};
use crate::http::cursor::Limit;
use crate::id::{Id, Timestamp};
use crate::knowledge::tables::Urgency;
use crate::platform::{Rows, Statement};
use crate::records::store::{key_about, open_identity};
use crate::services::App;
use serde::Deserialize;

/// What the user is to the organization; never empty. A user who is suspended is nothing to it.
///
/// # Errors
/// When the database fails.
pub async fn relationships(app: &App, organization_id: Id, user_id: Id) -> Result<Vec<Relationship>> {
    #[derive(Deserialize)]
    struct Row {
        role: String,
    }
    let select = Statement::new(
        "SELECT s.role FROM staff s JOIN users u ON u.id = s.user_id
         WHERE s.organization_id = ?1 AND s.user_id = ?2 AND s.ended_at IS NULL AND u.suspended_at IS NULL",
    )
    .bind(organization_id)
    .bind(user_id);
    let roles: Vec<Row> = app.query(select).await?.all()?;
    let of_role = roles.iter().filter_map(|row| match row.role.as_str() {
        "doctor" => Some(Relationship::PractisesThere),
        "admin" => Some(Relationship::AdministersThere),
        _ => None,
    });
    let mut found: Vec<Relationship> = of_role.collect();
    if found.is_empty() {
        found.push(Relationship::None);
    }
    Ok(found)
}

/// Whether the doctor has a verified licence for the country there.
///
/// # Errors
/// When the database fails.
pub async fn is_licensed(app: &App, organization_id: Id, user_id: Id, country: &str) -> Result<bool> {
    #[derive(Deserialize)]
    struct Row {
        covered: i64,
    }
    let select = Statement::new(
        "SELECT EXISTS (SELECT 1 FROM licences WHERE user_id = ?1 AND organization_id = ?2 AND country = ?3
                        AND verified_at IS NOT NULL) AS covered",
    )
    .bind(user_id)
    .bind(organization_id)
    .bind(country);
    Ok(app.query(select).await?.first::<Row>()?.is_some_and(|row| row.covered != 0))
}

/// Where in the order of the queue a page begins.
pub struct Place {
    level: i64,
    waiting_since: i64,
    encounter_id: String,
}

impl Place {
    /// Before everyone.
    #[must_use]
    pub fn first() -> Self {
        Self { level: -1, waiting_since: 0, encounter_id: String::new() }
    }

    /// Reads what [`Waiting::place`] says.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let (level, since, id) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self { level: level.parse().ok()?, waiting_since: since.parse().ok()?, encounter_id: id.to_owned() })
    }
}

#[derive(Deserialize)]
struct WaitingRow {
    encounter_id: Id,
    triage_level: Option<Urgency>,
    waiting_since: i64,
    patient_id: Id,
    reason_sealed: String,
    wrapped_key: String,
    name_sealed: String,
}

impl WaitingRow {
    fn open(self, app: &App, tells: bool) -> Result<Waiting> {
        let (patient, reason) = if tells {
            let key = DataKey::unwrap_with(&app.config.master_keys, &key_about(self.patient_id), &self.wrapped_key)?;
            let (name, _) = open_identity(app, self.patient_id, &self.wrapped_key, &self.name_sealed, None)?;
            let reason = open_reason(&key, self.encounter_id, &self.reason_sealed)?;
            (Some(WaitingPatient { id: self.patient_id, name }), Some(reason))
        } else {
            (None, None)
        };
        let level = rank(self.triage_level).to_string();
        let place = [level.as_str(), "/", &self.waiting_since.to_string(), "/", &self.encounter_id.to_string()];
        Ok(Waiting {
            visit_id: self.encounter_id,
            triage_level: self.triage_level,
            waiting_since: Timestamp(self.waiting_since),
            waiting_s: (app.now().0 - self.waiting_since).max(0) / 1000,
            patient,
            reason,
            place: place.concat(),
        })
    }
}

/// A page of those who wait, in the order in which they are taken, and how many
/// there are of each level. Names and reasons are opened only for whom they are told:
/// `told`, and each record has a row of it, one in ten minutes for each doctor.
///
/// # Errors
/// When the database fails or a text does not open.
pub async fn queue(
    app: &App,
    organization_id: Id,
    after: &Place,
    limit: Limit,
    told: Option<Id>,
) -> Result<(Vec<Waiting>, Counts)> {
    // Each row is opened under its own patient's key, and nothing sealed decides the order.
    let page = Statement::new(
        "SELECT q.encounter_id, v.triage_level, q.waiting_since, v.patient_id, v.reason_sealed,
                p.wrapped_key, p.name_sealed
         FROM visit_queue q JOIN visits v ON v.encounter_id = q.encounter_id JOIN patients p ON p.id = v.patient_id
         WHERE q.organization_id = ?1 AND (q.level, q.waiting_since, q.encounter_id) > (?2, ?3, ?4)
         ORDER BY q.level, q.waiting_since, q.encounter_id LIMIT ?5",
    )
    .bind(organization_id)
    .bind(after.level)
    .bind(after.waiting_since)
    .bind(&after.encounter_id)
    .bind(limit.rows() + 1);
    let counts =
        Statement::new("SELECT level, COUNT(*) AS n FROM visit_queue WHERE organization_id = ?1 GROUP BY level")
            .bind(organization_id);
    let mut batch = vec![page, counts];
    batch.extend(told.map(|reader_id| looks(app, organization_id, after, limit, reader_id)).transpose()?);
    let answers = app.batch(batch).await?;
    let [page, counts, ..] = answers.as_slice() else { return Err(internal("a batch answered short")) };
    let open = |row: WaitingRow| row.open(app, told.is_some());
    let items = page.all::<WaitingRow>()?.into_iter().map(open).collect::<Result<_>>()?;
    Ok((items, counted(counts)?))
}

/// Records that a doctor was told who waits on this page, and why.
fn looks(app: &App, organization_id: Id, after: &Place, limit: Limit, reader_id: Id) -> Result<Statement> {
    let looks = Statement::new(
        "INSERT INTO audit (id, patient_id, actor_id, action, subject_id, request_id, at)
         SELECT substr(?1, 1, 24) || lower(hex(randomblob(6))), v.patient_id, ?2, 'queue.read', v.encounter_id, ?3, ?4
         FROM visits v WHERE v.encounter_id IN
              (SELECT encounter_id FROM visit_queue
               WHERE organization_id = ?6 AND (level, waiting_since, encounter_id) > (?7, ?8, ?9)
               ORDER BY level, waiting_since, encounter_id LIMIT ?10)
           AND NOT EXISTS (SELECT 1 FROM patient_access p
                           WHERE p.patient_id = v.patient_id AND p.user_id = ?2 AND p.relation = 'self')
           AND NOT EXISTS (SELECT 1 FROM audit a WHERE a.patient_id = v.patient_id AND a.id >= ?5
                           AND a.actor_id = ?2 AND a.action = 'queue.read' AND a.subject_id = v.encounter_id)",
    );
    let looks = audit::bind_looks(app, looks, reader_id)?.bind(organization_id);
    let looks = looks.bind(after.level).bind(after.waiting_since).bind(&after.encounter_id);
    Ok(looks.bind(limit.rows()))
}

fn counted(rows: &Rows) -> Result<Counts> {
    #[derive(Deserialize)]
    struct Row {
        level: i64,
        n: i64,
    }
    let mut counts = Counts::default();
    for row in rows.all::<Row>()? {
        counts.total += row.n;
        match row.level {
            0 => counts.emergency = row.n,
            1 => counts.urgent = row.n,
            2 => counts.routine = row.n,
            _ => counts.self_care = row.n,
        }
    }
    Ok(counts)
}

/// Who is on duty there, and since when the user is or is not.
///
/// # Errors
/// When the database fails or a name does not open.
pub async fn duty(app: &App, organization_id: Id, user_id: Id) -> Result<Duty> {
    #[derive(Deserialize)]
    struct Row {
        user_id: Id,
        since: i64,
        wrapped_key: String,
        name_sealed: String,
    }
    #[derive(Deserialize)]
    struct Own {
        is_on: i64,
        since: i64,
        version: i64,
    }
    // Who may not act as a doctor there is not on duty, whatever they last said.
    let all = Statement::new(
        "SELECT d.user_id, d.since, u.wrapped_key, u.name_sealed
         FROM duty d JOIN staff s ON s.organization_id = d.organization_id AND s.user_id = d.user_id
              AND s.role = 'doctor' AND s.ended_at IS NULL
              JOIN users u ON u.id = d.user_id
         WHERE d.organization_id = ?1 AND d.is_on = 1 AND u.suspended_at IS NULL
           AND (?2 = 0 OR EXISTS (SELECT 1 FROM licences l WHERE l.user_id = s.user_id
                AND l.organization_id = s.organization_id AND l.verified_at IS NOT NULL))
         ORDER BY d.user_id",
    )
    .bind(organization_id)
    .bind(i64::from(app.config.require_verified_licence));
    let own = Statement::new("SELECT is_on, since, version FROM duty WHERE organization_id = ?1 AND user_id = ?2")
        .bind(organization_id)
        .bind(user_id);
    let answers = app.batch(vec![all, own]).await?;
    let [all, own] = answers.as_slice() else { return Err(internal("a batch answered short")) };
    let doctors = all.all::<Row>()?.into_iter().map(|row| {
        let key = DataKey::unwrap_with(&app.config.master_keys, &about::user_key(row.user_id), &row.wrapped_key)?;
        let name = key.open(&about::name(row.user_id), &row.name_sealed)?;
        Ok(OnDuty { id: row.user_id, name, since: Timestamp(row.since) })
    });
    let doctors: Vec<OnDuty> = doctors.collect::<Result<_>>()?;
    let own: Option<Own> = own.first()?;
    Ok(Duty {
        on: own.as_ref().is_some_and(|own| own.is_on != 0),
        since: own.as_ref().map(|own| Timestamp(own.since)),
        doctors,
        version: own.map_or(0, |own| own.version),
    })
}

/// Puts the user on duty or off it, if their duty is still of this version.
#[must_use]
pub fn change_duty(organization_id: Id, user_id: Id, on: bool, version: i64, now: Timestamp) -> Statement {
    Statement::new(
        "INSERT INTO duty (organization_id, user_id, is_on, since) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (organization_id, user_id) DO UPDATE
         SET since = CASE WHEN is_on = excluded.is_on THEN since ELSE excluded.since END,
             is_on = excluded.is_on, version = version + 1
         WHERE version = ?5",
    )
    .bind(organization_id)
    .bind(user_id)
    .bind(i64::from(on))
    .bind(now.0)
    .bind(version)
    .expect_one()
}

/// How many are before somebody who comes now with this level.
///
/// # Errors
/// When the database fails.
pub async fn ahead_of_new(app: &App, organization_id: Id, level: Option<Urgency>) -> Result<i64> {
    #[derive(Deserialize)]
    struct Row {
        n: i64,
    }
    let select = Statement::new("SELECT COUNT(*) AS n FROM visit_queue WHERE organization_id = ?1 AND level <= ?2")
        .bind(organization_id)
        .bind(rank(level));
    Ok(app.query(select).await?.first::<Row>()?.map_or(0, |row| row.n))
}

//! What helps to develop and test an installation. The router has these paths
//! only where ENVIRONMENT is development; anywhere else they are 404.

use super::contracts::Outcome;
use crate::accounts::model::{Email, Password};
use crate::accounts::password;
use crate::accounts::store::{self, NewUser, email_index};
use crate::error::{Result, internal};
use crate::http::{Invalid, Json, JsonBody};
use crate::id::Id;
use crate::organizations::practitioner_store::{put_licence, stated_licence, verify_licence};
use crate::platform::Statement;
use crate::services::{App, Services};
use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use deserr::Deserr;
use std::sync::Arc;

/// Paths for development.
pub fn routes() -> Router<Arc<Services>> {
    Router::new()
        .route("/dev/seed", post(seed))
        .route("/dev/panic", post(panic))
        .route("/dev/failure", post(failure))
        .route("/dev/contracts", post(contracts))
}

/// `POST /dev/seed`
#[derive(Deserr)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct Seed {
    password: Password,
}

const PEOPLE: [(&str, &str, Option<&str>); 4] = [
    ("patient@demo.example", "Pat Demo", None),
    ("doctor@demo.example", "Dr Dana Demo", Some("doctor")),
    ("pharmacist@demo.example", "Phil Demo", Some("pharmacist")),
    ("admin@demo.example", "Ada Demo", Some("admin")),
];

/// Makes the demo accounts, all with this password; those that are there get it.
async fn seed(app: App, JsonBody(body): JsonBody<Seed>) -> Result<StatusCode> {
    let hash = password::hash(&app.config, app.entropy.as_ref(), &body.password.0)?;
    let organization = app.new_id()?;
    let now = app.now().0;
    let clinic = Statement::new(
        "INSERT INTO organizations (id, name, country, created_at)
         SELECT ?1, 'Demo Clinic', 'GB', ?2 WHERE NOT EXISTS (SELECT 1 FROM organizations WHERE name = 'Demo Clinic')",
    );
    app.query(clinic.bind(organization).bind(now)).await?;
    for (email, name, role) in PEOPLE {
        let index = email_index(&app, email);
        let update = Statement::new(
            "UPDATE users SET password_hash = ?1, email_verified_at = COALESCE(email_verified_at, ?2) WHERE email_index = ?3 RETURNING id",
        );
        let known: Option<UserId> = app.query(update.bind(&hash).bind(now).bind(&index)).await?.first()?;
        let user_id = match known {
            Some(user) => user.id,
            None => create(&app, email, name, role, &hash).await?,
        };
        if role == Some("doctor") {
            license(&app, user_id).await?;
        }
    }
    Ok(StatusCode::NO_CONTENT)
}

#[derive(serde::Deserialize)]
struct UserId {
    id: Id,
}

/// A licence that is verified, for the demo doctor to act as one.
async fn license(app: &App, user_id: Id) -> Result<()> {
    let organization = Statement::new("SELECT id FROM organizations WHERE name = 'Demo Clinic'");
    let Some(UserId { id }) = app.query(organization).await?.first()? else { return Ok(()) };
    let key = store::user_key(app, user_id).await?;
    if stated_licence(app, &key, user_id, id, "GB").await?.is_some_and(|(licence, _)| licence.verified) {
        return Ok(());
    }
    let now = app.now();
    app.batch(vec![
        put_licence(app, &key, user_id, id, "GB", "7654321", now)?,
        verify_licence(user_id, id, "GB", now.0, user_id, now),
    ])
    .await?;
    Ok(())
}

async fn create(app: &App, email: &str, name: &str, role: Option<&str>, hash: &str) -> Result<Id> {
    let Email(email) = Email::parse(email.to_owned()).map_err(|reason| internal(reason.message))?;
    let user =
        NewUser { id: app.new_id()?, email: &email, name, password_hash: hash, locale: "en", country: Some("GB") };
    let now = app.now().0;
    let mut batch = vec![store::insert_user(app, &user)?];
    batch.extend(store::insert_own_patient(
        app,
        &user,
        app.new_id()?,
        chrono::NaiveDate::from_ymd_opt(1972, 4, 5).map(crate::accounts::model::BirthDate),
    )?);
    batch.push(Statement::new("UPDATE users SET email_verified_at = ?1 WHERE id = ?2").bind(now).bind(user.id));
    batch.extend(role.map(|role| {
        Statement::new(
            "INSERT INTO staff (organization_id, user_id, role, created_at)
             SELECT id, ?1, ?2, ?3 FROM organizations WHERE name = 'Demo Clinic'",
        )
        .bind(user.id)
        .bind(role)
        .bind(now)
    }));
    app.batch(batch).await?;
    Ok(user.id)
}

/// Tries what every port promises, on this host.
async fn contracts(app: App) -> Json<Vec<Outcome>> {
    Json(super::contracts::run(&app).await)
}

/// Panics, for the tests of what the neighbours of a panicking request get.
#[expect(clippy::panic, reason = "it is what this path is for")]
async fn panic() -> StatusCode {
    panic!("a panic that was asked for")
}

/// Fails as a host fails, for the tests of what leaks.
async fn failure() -> Result<StatusCode> {
    Err(internal("a failure that was asked for, with a secret: 5ecr3t"))
}

//! A prescription on paper: a page to print with a code, and what a pharmacist does with that code.

use super::dispensing::{not_now, to_pharmacy};
use super::item::Item;
use super::model::{Identity, Prescription, Receive, Status, Verification};
use super::routes::find;
use super::signing::identity;
use super::{signature, store};
use crate::audit::Entry;
use crate::authorization::{Action, Relationship, require};
use crate::chat::directory::candidates;
use crate::encryption::KeyRing;
use crate::error::{Result, internal, not_found};
use crate::http::{Caller, Invalid, Json, JsonBody, PathOf, QueryOf};
use crate::id::{Id, Timestamp};
use crate::integrations::store::roles_in;
use crate::medicine::catalogue;
use crate::medicine::model::{Measure, PeriodUnit, Timing};
use crate::records::clinical_data::Term;
use crate::records::majority::today;
use crate::records::store::{PatientFile, patient_for};
use crate::services::{App, Services};
use askama::Template;
use axum::Router;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use deserr::Deserr;
use qrcodegen::{QrCode, QrCodeEcc};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Paths of what is on paper.
pub fn routes() -> Router<Arc<Services>> {
    Router::new()
        .route("/api/v1/prescriptions/{id}/print", get(print_prescription))
        .route("/api/v1/prescriptions/{id}/verify", get(verify_prescription))
        .route("/api/v1/prescriptions/{id}/receive", post(receive_prescription))
}

const STYLE: &str = "body{font:12pt/1.4 serif;max-width:17cm;margin:1cm auto}header{display:flex;\
justify-content:space-between;align-items:start}svg{width:4cm;height:4cm}dl{display:grid;grid-template-columns:\
max-content 1fr;gap:.2em 1em}dt{font-weight:bold}dd{margin:0}li{break-inside:avoid}h2{font-size:1.1em;margin-bottom:0}\
p{margin:.2em 0}footer{margin-top:1cm;font-size:.8em}";

/// Modules of light around a code (ISO/IEC 18004, quiet zone).
const QUIET_ZONE: i32 = 4;

#[derive(Template)]
#[template(path = "prescription.html")]
struct Paper<'a> {
    style: &'a str,
    code: Code,
    id: Id,
    patient: Identity,
    prescriber: String,
    signed_on: String,
    expires_on: String,
    lines: Vec<Line<'a>>,
}

/// A QR code as a path of squares of one unit.
struct Code {
    size: i32,
    path: String,
}

/// One item, in words.
struct Line<'a> {
    name: &'a str,
    how: String,
    quantity: Option<String>,
    repeats: Option<String>,
    substitution_allowed: bool,
    instructions: Option<&'a str>,
}

impl<'a> Line<'a> {
    fn of(item: &'a Item) -> Self {
        let row = catalogue::by_id(&item.medicine_id.0).and_then(catalogue::get);
        let mut how = vec![measure(&item.dose)];
        how.extend(item.route.as_ref().map(|route| route.0.replace('_', " ")));
        how.extend(item.timing.as_ref().map(timing));
        if item.as_needed {
            how.push("as needed".to_owned());
        }
        how.extend(item.max_per_24h.as_ref().map(|most| ["at most ", &measure(most), " in 24 hours"].concat()));
        how.extend(item.duration_days.map(|days| ["for ", &counted(days.0.into(), "day")].concat()));
        Self {
            name: row.map_or(item.medicine_id.0.as_str(), |row| row.name),
            how: how.join(", "),
            quantity: item.quantity.as_ref().map(measure),
            repeats: (!item.repeats.is_none()).then(|| counted(item.repeats.0.into(), "time")),
            substitution_allowed: item.substitution_allowed,
            instructions: item.instructions.as_ref().map(|words| words.0.as_str()),
        }
    }
}

/// `1 day`, `7 days`.
fn counted(count: f64, noun: &str) -> String {
    let plural = if (count - 1.0).abs() < f64::EPSILON { "" } else { "s" };
    [count.to_string().as_str(), " ", noun, plural].concat()
}

/// `500 mg`, `21 tablets`: a unit that counts things stands in braces (UCUM annotation), which nobody reads aloud.
fn measure(measure: &Measure) -> String {
    let unit = &measure.unit.0;
    match unit.strip_prefix('{').and_then(|thing| thing.strip_suffix('}')) {
        Some(thing) => counted(measure.value.0, thing),
        None => [&measure.value.0.to_string(), " ", unit].concat(),
    }
}

/// `3 times in 1 day`, `1 time in 2 weeks`.
fn timing(timing: &Timing) -> String {
    let unit = match timing.period_unit {
        PeriodUnit::H => "hour",
        PeriodUnit::D => "day",
        PeriodUnit::Wk => "week",
        PeriodUnit::Mo => "month",
    };
    [&counted(timing.frequency.0, "time"), " in ", &counted(timing.period.0, unit)].concat()
}

/// What a code says is signed for, so that only a page of this installation has one.
fn about_code(id: Id) -> String {
    ["virtual-doctor/prescription-code/v1:", &id.to_string()].concat()
}

fn code_for(keys: &KeyRing, id: Id) -> String {
    keys.sign(&about_code(id))
}

fn draw(text: &str) -> Result<Code> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).map_err(internal)?;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            path.push_str(
                &["M", &(x + QUIET_ZONE).to_string(), " ", &(y + QUIET_ZONE).to_string(), "h1v1h-1z"].concat(),
            );
        }
    }
    Ok(Code { size: code.size() + 2 * QUIET_ZONE, path })
}

/// Print a prescription
///
/// A page of HTML with a QR code: the address at which a pharmacist who is signed in checks it. Only what can still be
/// dispensed is printed.
#[utoipa::path(get, path = "/api/v1/prescriptions/{id}/print", tag = "Prescriptions", security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, content_type = "text/html", body = String), (status = 409, description = "it is not signed, or over")))]
pub async fn print_prescription(app: App, caller: Caller, PathOf(id): PathOf<Id>) -> Result<Response> {
    let (file, prescription) = find(&app, &caller, id, Action::ReadPrescription).await?;
    let (true, Some(signed_at)) = (can_be_dispensed(&prescription), prescription.signed_at) else {
        return Err(not_now(prescription.status));
    };
    let day = |at: Timestamp| today(at).to_string();
    let prescriber = candidates(&app, &[prescription.prescriber_id]).await?.pop();
    let code = code_for(&app.config.signing_keys, id);
    let address = [&app.config.public_url, "/api/v1/prescriptions/", &id.to_string(), "/verify?code=", &code].concat();
    let page = Paper {
        style: STYLE,
        code: draw(&address)?,
        id,
        patient: identity(&app, &file).await?,
        // Of one who may no longer act as one no name is printed: a pharmacist asks.
        prescriber: prescriber.map_or_else(|| prescription.prescriber_id.to_string(), |found| found.name),
        signed_on: day(signed_at),
        expires_on: prescription.expires_at.map(day).unwrap_or_default(),
        lines: prescription.items.iter().map(Line::of).collect(),
    };
    let html = page.render().map_err(internal)?;
    let policy = [
        "default-src 'none'; style-src 'sha256-",
        &STANDARD.encode(Sha256::digest(STYLE)),
        "'; frame-ancestors 'none'",
    ];
    Ok(([(CONTENT_SECURITY_POLICY, policy.concat())], Html(html)).into_response())
}

fn can_be_dispensed(prescription: &Prescription) -> bool {
    matches!(prescription.status, Status::Signed | Status::Sent | Status::PartlyDispensed)
}

/// `GET /prescriptions/{id}/verify`
#[derive(Deserr)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct Shown {
    code: Term,
}

/// The prescription of a printed page. Whoever shows the code of that page may see it, and nobody else learns that it is there.
async fn shown(app: &App, caller: &Caller, id: Id, code: &Term) -> Result<(PatientFile, Prescription)> {
    caller.require(&[Relationship::Anyone], Action::VerifyPrescription)?;
    if !app.config.signing_keys.verifies(&about_code(id), &code.0) {
        return Err(not_found());
    }
    let (patient_id, _) = store::owners(app, id).await?.ok_or_else(not_found)?;
    let file = patient_for(app, patient_id, caller.user_id).await?;
    let read = Entry { subject_id: Some(id), ..Entry::about(patient_id, caller, "prescription.verified") };
    let found = store::read_prescription(app, &file, id, read).await?;
    Ok((file, found.ok_or_else(not_found)?))
}

/// Verify a printed prescription
///
/// For a pharmacist: whether it is what was signed, whom it is for, and what may still be handed over.
#[utoipa::path(get, path = "/api/v1/prescriptions/{id}/verify", tag = "Prescriptions", security(("bearer" = [])),
    params(("id" = String, Path), ("code" = String, Query)), responses((status = 200, body = Verification)))]
pub async fn verify_prescription(
    app: App,
    caller: Caller,
    PathOf(id): PathOf<Id>,
    QueryOf(query): QueryOf<Shown>,
) -> Result<Json<Verification>> {
    let (file, mut prescription) = shown(&app, &caller, id, &query.code).await?;
    prescription.patient = Some(identity(&app, &file).await?);
    Ok(Json(Verification {
        is_authentic: signature::verify(&app.config.signing_keys, &prescription),
        can_be_dispensed: can_be_dispensed(&prescription),
        prescription,
    }))
}

/// Receive a printed prescription
///
/// A pharmacist takes in what a patient brings on paper: it is then at that pharmacy, and can be dispensed nowhere else.
#[utoipa::path(post, path = "/api/v1/prescriptions/{id}/receive", tag = "Prescriptions", security(("bearer" = [])),
    params(("id" = String, Path)), request_body = Receive,
    responses((status = 200, body = Prescription), (status = 409, description = "it is at a pharmacy already, or over")))]
pub async fn receive_prescription(
    app: App,
    caller: Caller,
    PathOf(id): PathOf<Id>,
    JsonBody(body): JsonBody<Receive>,
) -> Result<Response> {
    let organization_id = body.organization_id.0;
    let (file, prescription) = shown(&app, &caller, id, &body.code).await?;
    let roles = roles_in(&app, organization_id, caller.user_id).await?;
    let relationship = if roles.is_empty() { Relationship::None } else { Relationship::Staff };
    require(&roles, &[relationship], Action::ListReceivedPrescriptions)?;
    to_pharmacy(&app, &caller, &file, prescription, organization_id, "prescription.received").await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_a_square_with_a_quiet_zone() {
        let code = draw("https://example.org/api/v1/prescriptions/x/verify?code=y").unwrap();
        // The finder pattern's first module stands after the quiet zone.
        assert!(code.path.starts_with("M4 4h1v1h-1z") && code.size >= 21 + 8, "{}", code.size);
    }

    #[test]
    fn a_page_says_how_it_is_taken_in_words() {
        let item = serde_json::json!({
            "medicine_id": "amoxicillin", "dose": { "value": 500.0, "unit": "mg" }, "as_needed": false, "max_per_24h": null,
            "route": "oral", "timing": { "frequency": 3.0, "period": 1.0, "period_unit": "d" }, "duration_days": 7,
            "quantity": { "value": 21.0, "unit": "{tablet}" }, "instructions": null
        });
        let item: Item = serde_json::from_value(item).unwrap();
        let line = Line::of(&item);
        assert_eq!(line.how, "500 mg, oral, 3 times in 1 day, for 7 days");
        assert_eq!(line.quantity.as_deref(), Some("21 tablets"));
    }
}

//! A record passes to the young person whose it is.

use super::model::{Claim, Handover};
use super::store;
use crate::audit::{self, Entry};
use crate::authorization::{Action, Relationship};
use crate::encryption::sha256;
use crate::error::{Error, FieldError, Result, conflict, invalid};
use crate::http::{Caller, JsonBody, PathOf, created, with_etag};
use crate::id::{Id, Timestamp};
use crate::platform::{DatabaseError, Entropy, HostError};
use crate::records::majority::has_reached;
use crate::records::profile::model::Patient;
use crate::records::profile::store::patient;
use crate::records::store::patient_for;
use crate::services::App;
use axum::response::Response;

/// Life of a code.
const LIFE_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// Letters and digits that are not taken for one another (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Make the code that hands a record over
///
/// From the age of own access on, by a guardian or by the patient's doctor, who gives it to the young person.
#[utoipa::path(post, path = "/api/v1/patients/{id}/handover", tag = "Records", security(("bearer" = [])),
    params(("id" = String, Path)), responses((status = 201, body = Handover)))]
pub async fn hand_over(app: App, caller: Caller, PathOf(id): PathOf<Id>) -> Result<Response> {
    let file = patient_for(&app, id, caller.user_id).await?;
    caller.require(&file.relationships, Action::HandOver)?;
    let old_enough = |birth| has_reached(birth, app.config.age_of_own_access, app.now());
    if !file.birth_date.is_some_and(old_enough) {
        return Err(conflict("The patient is not of an age at which they may have their own record."));
    }
    if store::is_claimed(&app, id).await? {
        return Err(conflict("The record is the patient's own already."));
    }
    let code = new_code(app.entropy.as_ref())?;
    let expires_at = Timestamp(app.now().0 + LIFE_MS);
    let action = "record.handover_offered";
    let entry = Entry { patient_id: Some(id), actor_id: Some(caller.user_id), action, subject_id: Some(id) };
    let insert = store::insert_handover(id, &hash(&code), caller.user_id, expires_at);
    app.batch(vec![insert, audit::record(&app, entry)?]).await?;
    let location = ["/api/v1/patients/", &id.to_string()].concat();
    Ok(created(&location, expires_at.0, &Handover { code, expires_at }))
}

/// Take over one's own record
///
/// With the code from a guardian or the clinic; it works once, for 7 days. Guardians keep their access until the age of
/// majority, unless the young person ends it.
#[utoipa::path(post, path = "/api/v1/patients/claim", tag = "Records", security(("bearer" = [])),
    request_body = Claim, responses((status = 200, body = Patient)))]
pub async fn claim(app: App, caller: Caller, JsonBody(body): JsonBody<Claim>) -> Result<Response> {
    caller.require(&[Relationship::Anyone], Action::ClaimRecord)?;
    let hash = hash(&body.code);
    let id = store::handed_over(&app, &hash, caller.user_id).await?.ok_or_else(refused)?;
    let before = patient_for(&app, id, caller.user_id).await?;
    if before.relationships != [Relationship::None] {
        return Err(not_theirs());
    }
    let now = app.now();
    let action = "record.claimed";
    let entry = Entry { patient_id: Some(id), actor_id: Some(caller.user_id), action, subject_id: Some(id) };
    let batch = vec![
        store::spend_handover(&hash, now),
        store::insert_access(id, caller.user_id, "self", now),
        audit::record(&app, entry)?,
    ];
    match app.batch(batch).await {
        Ok(_) => {}
        Err(DatabaseError::Conflict) => return Err(refused()),
        // A guardian whose time is over stands there still, or the record was claimed before.
        Err(DatabaseError::Unique(_)) => return Err(not_theirs()),
        Err(error) => return Err(error.into()),
    }
    let patient = patient(&app, &before).await?;
    Ok(with_etag(patient.version, &patient))
}

fn refused() -> Error {
    let message = "is not valid any more: it was used, has expired, or a newer one was made";
    invalid(vec![FieldError::body("/code", "invalid", message)])
}

fn not_theirs() -> Error {
    conflict("A record is taken over by the person whose it is, not by who acted for them or cares for them.")
}

fn hash(code: &str) -> String {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    sha256(plain.as_bytes())
}

/// Sixteen signs of 5 random bits each, in groups of four.
fn new_code(entropy: &dyn Entropy) -> Result<String, HostError> {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes)?;
    let signs: Vec<u8> = bytes.iter().map(|byte| ALPHABET[usize::from(byte % 32)]).collect();
    let groups: Vec<String> = signs.chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    Ok(groups.join("-"))
}

//! What practitioners say of their practice, and their licences.

use super::model::{ChangePharmacy, ChangePractitioner, Licence, Pharmacy, Practice, Practitioner};
use super::model::{StateLicence, VerifyLicence};
use super::{practitioner_store, store};
use crate::accounts::model::Name;
use crate::accounts::store::user_key;
use crate::audit::{self, Entry};
use crate::authorization::{Action, Relationship};
use crate::error::{FieldError, Result, conflict, forbidden, invalid, not_found};
use crate::http::patch::Patch;
use crate::http::{Caller, IfMatch, Json, JsonBody, OptionalBody, PathOf, headers, with_etag};
use crate::id::Id;
use crate::platform::DatabaseError;
use crate::records::clinical_data::Term;
use crate::services::App;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// Read one's own profile as a practitioner
#[utoipa::path(get, path = "/api/v1/me/practitioner", tag = "Organizations", security(("bearer" = [])),
    responses((status = 200, body = Practitioner)))]
pub async fn read_practitioner(app: App, caller: Caller) -> Result<Response> {
    caller.require(&[Relationship::Anyone], Action::UsePractitionerProfile)?;
    let key = user_key(&app, caller.user_id).await?;
    let practitioner = practitioner_store::practitioner(&app, &key, caller.user_id).await?;
    Ok(with_etag(practitioner.version, &practitioner))
}

/// Change one's own profile as a practitioner
#[utoipa::path(patch, path = "/api/v1/me/practitioner", tag = "Organizations", security(("bearer" = [])),
    params(("If-Match" = String, Header)), request_body = ChangePractitioner,
    responses((status = 200, body = Practitioner)))]
pub async fn change_practitioner(
    app: App,
    caller: Caller,
    if_match: IfMatch,
    JsonBody(change): JsonBody<ChangePractitioner>,
) -> Result<Response> {
    caller.require(&[Relationship::Anyone], Action::UsePractitionerProfile)?;
    let key = user_key(&app, caller.user_id).await?;
    let mut practitioner = practitioner_store::practitioner(&app, &key, caller.user_id).await?;
    if_match.check(practitioner.version)?;
    match change.specialties {
        Patch::Keep => {}
        Patch::Remove => practitioner.specialties.clear(),
        Patch::Set(specialties) => practitioner.specialties = specialties.0,
    }
    practitioner.pharmacy = match change.pharmacy {
        Patch::Keep => practitioner.pharmacy,
        Patch::Remove => None,
        Patch::Set(pharmacy) => Some(merge(practitioner.pharmacy, pharmacy)?),
    };
    let practice = Practice { specialties: practitioner.specialties.clone(), pharmacy: practitioner.pharmacy.clone() };
    let version = practitioner.version;
    let put = practitioner_store::put_practice(&app, &key, caller.user_id, &practice, version)?;
    let action = "practitioner.changed";
    let entry = Entry { actor_id: Some(caller.user_id), action, subject_id: Some(caller.user_id), ..Entry::default() };
    match app.batch(vec![put, audit::record(&app, entry)?]).await {
        Ok(_) => practitioner.version += 1,
        Err(DatabaseError::Conflict) => return Err(headers::stale()),
        Err(error) => return Err(error.into()),
    }
    Ok(with_etag(practitioner.version, &practitioner))
}

fn merge(present: Option<Pharmacy>, change: ChangePharmacy) -> Result<Pharmacy> {
    let (name, address) = present.map_or((None, None), |old| (Some(Name(old.name)), old.address));
    let Some(Name(name)) = change.name.apply(name) else {
        return Err(invalid(vec![FieldError::body("/pharmacy/name", "missing", "is required")]));
    };
    Ok(Pharmacy { name, address: change.address.apply(address.map(Term)).map(|address| address.0) })
}

/// State a licence
///
/// An admin of the organization verifies it. The same number again changes nothing, another one is to be verified anew.
#[utoipa::path(post, path = "/api/v1/me/licences", tag = "Organizations", security(("bearer" = [])),
    request_body = StateLicence, responses((status = 201, body = Licence), (status = 200, body = Licence)))]
pub async fn state_licence(app: App, caller: Caller, JsonBody(body): JsonBody<StateLicence>) -> Result<Response> {
    caller.require(&[Relationship::Anyone], Action::UsePractitionerProfile)?;
    let (organization_id, country, number) = (body.organization_id.0, body.country.0, body.number.0);
    let key = user_key(&app, caller.user_id).await?;
    let stated = practitioner_store::stated_licence(&app, &key, caller.user_id, organization_id, &country).await?;
    if let Some((licence, _)) = stated.filter(|(licence, _)| licence.number == number) {
        return Ok(Json(licence).into_response());
    }
    let put =
        practitioner_store::put_licence(&app, &key, caller.user_id, organization_id, &country, &number, app.now())?;
    let action = "licence.stated";
    let entry = Entry { actor_id: Some(caller.user_id), action, subject_id: Some(caller.user_id), ..Entry::default() };
    match app.batch(vec![put, audit::record(&app, entry)?]).await {
        Ok(_) => {}
        Err(DatabaseError::Conflict) => {
            let message = "is not an organization in which you practise or dispense";
            return Err(invalid(vec![FieldError::body("/organization_id", "invalid", message)]));
        }
        Err(error) => return Err(error.into()),
    }
    let licence = Licence { organization_id, country, number, verified: false };
    Ok((StatusCode::CREATED, Json(licence)).into_response())
}

/// Verify a licence
///
/// By an admin of the organization, once it was looked up where it was given out. With `number` it is refused when
/// another one is stored by now. Nobody verifies their own.
#[utoipa::path(post, path = "/api/v1/organizations/{id}/staff/{user_id}/licences/{country}/verify",
    tag = "Organizations", security(("bearer" = [])), request_body = VerifyLicence,
    params(("id" = String, Path), ("user_id" = String, Path), ("country" = String, Path)),
    responses((status = 200, body = Licence)))]
pub async fn verify_licence(
    app: App,
    caller: Caller,
    PathOf((id, user_id, country)): PathOf<(Id, Id, String)>,
    OptionalBody(body): OptionalBody<VerifyLicence>,
) -> Result<Json<Licence>> {
    caller.require(&store::standing(&app, &caller, Some(id)).await?, Action::VerifyLicence)?;
    if user_id == caller.user_id {
        return Err(forbidden("Somebody else verifies your licence."));
    }
    store::staff_version(&app, id, user_id).await?.ok_or_else(not_found)?;
    let (key, _) = store::user(&app, user_id).await?.ok_or_else(not_found)?;
    let stated = practitioner_store::stated_licence(&app, &key, user_id, id, &country).await?;
    let (mut licence, stated_at) = stated.ok_or_else(not_found)?;
    if body.number.is_some_and(|number| number.0 != licence.number) {
        return Err(conflict("Another number is stored by now. Look that one up."));
    }
    if licence.verified {
        return Err(conflict("It is verified already."));
    }
    let verify = practitioner_store::verify_licence(user_id, id, &country, stated_at, caller.user_id, app.now());
    let action = "licence.verified";
    let entry = Entry { actor_id: Some(caller.user_id), action, subject_id: Some(user_id), ..Entry::default() };
    app.batch(vec![verify, audit::record(&app, entry)?, store::still_admin(id, caller.user_id)]).await?;
    licence.verified = true;
    Ok(Json(licence))
}

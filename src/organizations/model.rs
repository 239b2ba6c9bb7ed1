//! What people send and get about organizations and those who work there.

use crate::accounts::model::{Country, Email, Name};
use crate::authorization::Role;
use crate::http::patch::Patch;
use crate::http::{IdInBody, Invalid, Reason};
use crate::id::{Id, Timestamp};
use crate::records::clinical_data::Term;
use deserr::Deserr;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `POST /organizations`
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct NewOrganization {
    /// Name.
    pub name: Name,
    /// Where it is.
    pub country: Country,
    /// Address of its first admin, who is invited.
    #[schema(value_type = String)]
    pub admin_email: Email,
}

/// An organization.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Organization {
    /// The organization.
    #[schema(value_type = String)]
    pub id: Id,
    /// Name.
    pub name: String,
    /// Where it is.
    pub country: Option<String>,
}

/// A role that one is invited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserr, ToSchema)]
#[deserr(rename_all = lowercase)]
pub enum StaffRoleName {
    /// Practises.
    Doctor,
    /// Dispenses.
    Pharmacist,
    /// Runs the organization.
    Admin,
}

impl StaffRoleName {
    /// As the table of permissions knows it.
    #[must_use]
    pub fn role(self) -> Role {
        match self {
            Self::Doctor => Role::Doctor,
            Self::Pharmacist => Role::Pharmacist,
            Self::Admin => Role::Admin,
        }
    }
}

/// `POST /organizations/{id}/invitations`
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct Invite {
    /// Whom.
    #[schema(value_type = String)]
    pub email: Email,
    /// As what.
    pub role: StaffRoleName,
}

/// `POST /invitations/accept`
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct AcceptInvitation {
    /// From the link in the mail.
    pub token: String,
}

/// What accepting an invitation came to.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Joined {
    /// The organization.
    #[schema(value_type = String)]
    pub organization_id: Id,
    /// The role; it counts from the next access token on.
    pub role: Role,
}

/// A licence to practise.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Licence {
    /// The organization that verifies it.
    #[schema(value_type = String)]
    pub organization_id: Id,
    /// Where it is valid.
    pub country: String,
    /// Its number.
    pub number: String,
    /// Whether an admin of the organization verified it.
    pub verified: bool,
}

/// `POST /me/licences`
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct StateLicence {
    /// The organization for which the caller works.
    #[schema(value_type = String)]
    pub organization_id: IdInBody,
    /// Where it is valid.
    pub country: Country,
    /// Its number; another one than before is to be verified anew.
    pub number: Term,
}

/// `POST …/verify`
#[derive(Default, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct VerifyLicence {
    /// The number that was looked up: it must be the one that is stored.
    #[deserr(default)]
    pub number: Option<Term>,
}

/// Somebody who works in an organization.
#[derive(Debug, Serialize, ToSchema)]
pub struct StaffMember {
    /// The user.
    #[schema(value_type = String)]
    pub user_id: Id,
    /// Name.
    pub name: String,
    /// Roles held there.
    pub roles: Vec<Role>,
    /// Licences that the organization verifies.
    pub licences: Vec<Licence>,
    /// Whether an operator suspended the user.
    pub suspended: bool,
    /// Since when.
    #[schema(value_type = String)]
    pub since: Timestamp,
    /// For `If-Match` when the roles are ended.
    pub version: i64,
}

/// Where a pharmacist dispenses.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Pharmacy {
    /// Name.
    pub name: String,
    /// Postal address.
    pub address: Option<String>,
}

/// What a practitioner says of their practice; sealed as one.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Practice {
    /// Specialties.
    pub specialties: Vec<Term>,
    /// The pharmacy.
    pub pharmacy: Option<Pharmacy>,
}

/// `GET /me/practitioner`
#[derive(Debug, Serialize, ToSchema)]
pub struct Practitioner {
    /// Specialties, as short codes or texts.
    #[schema(value_type = Vec<String>)]
    pub specialties: Vec<Term>,
    /// Where a pharmacist dispenses.
    pub pharmacy: Option<Pharmacy>,
    /// Licences.
    pub licences: Vec<Licence>,
    /// Counts changes; also the `ETag`.
    #[serde(skip)]
    pub version: i64,
}

/// Up to twenty specialties.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, try_from(Vec<Term>) = Specialties::new -> Reason)]
pub struct Specialties(pub Vec<Term>);

impl Specialties {
    fn new(specialties: Vec<Term>) -> Result<Self, Reason> {
        if specialties.len() <= 20 {
            Ok(Self(specialties))
        } else {
            Err(Reason::out_of_range("must hold at most 20 specialties"))
        }
    }
}

/// A change of [`Pharmacy`], member by member.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct ChangePharmacy {
    /// Name; there is no pharmacy without one.
    #[deserr(default)]
    #[schema(value_type = Option<String>)]
    pub name: Patch<Name>,
    /// Postal address.
    #[deserr(default)]
    #[schema(value_type = Option<String>)]
    pub address: Patch<Term>,
}

/// `PATCH /me/practitioner` (RFC 7396).
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct ChangePractitioner {
    /// Specialties.
    #[deserr(default)]
    #[schema(value_type = Option<Vec<String>>)]
    pub specialties: Patch<Specialties>,
    /// Where a pharmacist dispenses.
    #[deserr(default)]
    #[schema(value_type = Option<ChangePharmacy>)]
    pub pharmacy: Patch<ChangePharmacy>,
}

/// Why somebody is suspended or reinstated: 1 to 1000 characters.
#[derive(Deserr, ToSchema)]
#[deserr(try_from(String) = Reasoning::parse -> Reason)]
pub struct Reasoning(pub String);

impl Reasoning {
    fn parse(text: String) -> Result<Self, Reason> {
        let text = text.trim().to_owned();
        if (1..=1000).contains(&text.chars().count()) {
            Ok(Self(text))
        } else {
            Err(Reason::out_of_range("must have 1 to 1000 characters"))
        }
    }
}

/// `POST /users/{id}/suspend`
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct Suspend {
    /// Why.
    #[schema(value_type = String)]
    pub reason: Reasoning,
}

//! What people send and get about acting for others.

use crate::accounts::model::{BirthDate, Country, Email, Name, Relation};
use crate::http::{Invalid, Reason};
use crate::id::{Id, Timestamp};
use crate::records::clinical_data::Sex;
use deserr::Deserr;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How far a proxy's access goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserr, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[deserr(rename_all = lowercase)]
pub enum Scope {
    /// Reads the record; changes nothing and opens no room.
    Read,
    /// Acts as the patient does.
    Full,
}

impl Scope {
    /// As it stands in storage.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Full => "full",
        }
    }
}

/// What somebody is to a patient who is not of age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserr, ToSchema)]
#[deserr(rename_all = lowercase)]
pub enum Guardianship {
    /// The patient is their child.
    Child,
    /// The patient is their ward.
    Ward,
}

/// `POST /patients`
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct NewPatient {
    /// Name.
    pub name: Name,
    /// Date of birth: on it depends until when the caller acts for them.
    pub birth_date: BirthDate,
    /// Sex for clinical use.
    #[deserr(default)]
    pub sex: Option<Sex>,
    /// Country of residence.
    #[deserr(default)]
    pub country: Option<Country>,
    /// What the patient is to the caller.
    pub relation: Guardianship,
}

/// `POST /access-requests`
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct RequestAccess {
    /// Address of the person for whom the caller wants to act.
    #[schema(value_type = String)]
    pub email: Email,
}

/// Somebody asks to act for the caller.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccessRequest {
    /// The request.
    #[schema(value_type = String)]
    pub id: Id,
    /// Whose record it is about.
    #[schema(value_type = String)]
    pub patient_id: Id,
    /// Who asks.
    #[schema(value_type = String)]
    pub requester_id: Id,
    /// Their name.
    pub name: String,
    /// Since when.
    #[schema(value_type = String)]
    pub created_at: Timestamp,
    /// When it ends by itself.
    #[schema(value_type = String)]
    pub expires_at: Timestamp,
    /// For `If-Match` when it is refused.
    pub version: i64,
}

/// A point in time (RFC 3339).
#[derive(Debug, Clone, Copy, Deserr)]
#[deserr(try_from(String) = Moment::parse -> Reason)]
pub struct Moment(pub Timestamp);

impl Moment {
    fn parse(text: String) -> Result<Self, Reason> {
        let time = chrono::DateTime::parse_from_rfc3339(&text);
        time.map(|time| Self(Timestamp(time.timestamp_millis())))
            .map_err(|_| Reason::invalid("must be a time such as 2026-12-31T23:59:59Z"))
    }
}

/// `POST /access-requests/{id}/grant`
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct Grant {
    /// How far it goes.
    pub scope: Scope,
    /// Until when; without it, until it is ended.
    #[deserr(default)]
    #[schema(value_type = Option<String>)]
    pub expires_at: Option<Moment>,
}

/// Somebody who acts for a patient.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Access {
    /// The user.
    #[schema(value_type = String)]
    pub user_id: Id,
    /// Name.
    pub name: String,
    /// What the patient is to them.
    pub relation: Relation,
    /// How far it goes.
    pub scope: Scope,
    /// Until when.
    #[schema(value_type = Option<String>)]
    pub expires_at: Option<Timestamp>,
    /// Since when.
    #[schema(value_type = String)]
    pub created_at: Timestamp,
    /// For `If-Match` when it is ended.
    pub version: i64,
}

/// A code with which a young person takes over their record.
#[derive(Serialize, ToSchema)]
pub struct Handover {
    /// The code, shown this once; the one before it ends.
    pub code: String,
    /// Until when it works.
    #[schema(value_type = String)]
    pub expires_at: Timestamp,
}

/// `POST /patients/claim`
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct Claim {
    /// The code; case, spaces and hyphens do not matter.
    pub code: String,
}

//! What people send and get about care relationships.

use crate::http::{IdInBody, Invalid, Reason};
use crate::id::{Id, Timestamp};
use deserr::Deserr;
use serde::Serialize;
use utoipa::ToSchema;

/// Somebody who cares for a patient.
#[derive(Debug, Serialize, ToSchema)]
pub struct CareTeamMember {
    /// The doctor.
    #[schema(value_type = String)]
    pub practitioner_id: Id,
    /// Name.
    pub name: String,
    /// For which organization.
    #[schema(value_type = Option<String>)]
    pub organization_id: Option<Id>,
    /// Its name.
    pub organization: Option<String>,
    /// `patient_opened_room`, `patient_accepted_invitation` or `consent`.
    pub began_by: String,
    /// Since when.
    #[schema(value_type = String)]
    pub began_at: Timestamp,
    /// For `If-Match` when it is ended.
    pub version: i64,
}

/// `POST /patients/{id}/consents`: one of the two.
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
#[schema(as = ConsentToCare)]
pub struct Consent {
    /// A doctor.
    #[deserr(default)]
    #[schema(value_type = Option<String>)]
    pub practitioner_id: Option<IdInBody>,
    /// An organization: those who practise there now.
    #[deserr(default)]
    #[schema(value_type = Option<String>)]
    pub organization_id: Option<IdInBody>,
}

/// What a consent came to.
#[derive(Serialize, ToSchema)]
pub struct Consented {
    /// The patient.
    #[schema(value_type = String)]
    pub patient_id: Id,
    /// To whom the record is open by it.
    #[schema(value_type = Vec<String>)]
    pub practitioner_ids: Vec<Id>,
}

/// Why a record must be opened without the patient: 20 to 2000 characters.
#[derive(Deserr, ToSchema)]
#[deserr(try_from(String) = EmergencyReason::parse -> Reason)]
pub struct EmergencyReason(pub String);

impl EmergencyReason {
    fn parse(text: String) -> Result<Self, Reason> {
        let text = text.trim().to_owned();
        if (20..=2000).contains(&text.chars().count()) {
            Ok(Self(text))
        } else {
            Err(Reason::out_of_range("must have 20 to 2000 characters"))
        }
    }
}

/// `POST /patients/{id}/break-glass`
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct BreakGlass {
    /// Why; the patient may read it.
    #[schema(value_type = String)]
    pub reason: EmergencyReason,
}

/// A record that is open in an emergency.
#[derive(Serialize, ToSchema)]
pub struct EmergencyOpening {
    /// The opening.
    #[schema(value_type = String)]
    pub id: Id,
    /// Whose record.
    #[schema(value_type = String)]
    pub patient_id: Id,
    /// Until when it can be read.
    #[schema(value_type = String)]
    pub expires_at: Timestamp,
}

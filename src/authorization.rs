//! Who may do what: one table of role × relationship × action that every handler
//! goes through. What is not in the table is not allowed.

use crate::error::{Error, forbidden, not_found};
use serde::{Deserialize, Serialize};

/// What a person is in an organization, or `Patient` for everyone who signed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everyone who signed up.
    Patient,
    /// Practises in an organization.
    Doctor,
    /// Dispenses for an organization.
    Pharmacist,
    /// Runs an organization.
    Admin,
    /// Runs the installation; no access to records by that.
    Operator,
}

impl Role {
    /// As it stands in storage and in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Patient => "patient",
            Self::Doctor => "doctor",
            Self::Pharmacist => "pharmacist",
            Self::Admin => "admin",
            Self::Operator => "operator",
        }
    }
}

/// What a person is to the thing that they ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relationship {
    /// It is their own record, or they act for the patient.
    ActsForPatient,
    /// A care relationship that the patient began and did not end.
    CareTeam,
    /// They made it.
    Recorder,
    /// They are in the room.
    Participant,
    /// Nothing needed: it is about no one else.
    Anyone,
    /// None of these.
    None,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// See and change one's own account.
    UseOwnAccount,
    /// See who practises here.
    ListPractitioners,
    /// Open a room with a practitioner.
    OpenRoom,
    /// Invite a patient to a room.
    InviteToRoom,
    /// Read and write in a room.
    UseRoom,
    /// Assess symptoms.
    Assess,
    /// Read an assessment.
    ReadAssessment,
    /// Answer an assessment's questions.
    AnswerAssessment,
    /// Write a prescription.
    Prescribe,
    /// Sign a prescription.
    SignPrescription,
    /// Read a prescription.
    ReadPrescription,
}

/// The table. A reviewer reads this.
pub const TABLE: &[(Role, Relationship, Action)] = {
    use Action as A;
    use Relationship as R;
    use Role::{Admin, Doctor, Operator, Patient, Pharmacist};
    &[
        (Patient, R::Anyone, A::UseOwnAccount),
        (Doctor, R::Anyone, A::UseOwnAccount),
        (Pharmacist, R::Anyone, A::UseOwnAccount),
        (Admin, R::Anyone, A::UseOwnAccount),
        (Operator, R::Anyone, A::UseOwnAccount),
        (Patient, R::Anyone, A::ListPractitioners),
        (Patient, R::ActsForPatient, A::OpenRoom),
        (Doctor, R::Anyone, A::InviteToRoom),
        (Patient, R::Participant, A::UseRoom),
        (Doctor, R::Participant, A::UseRoom),
        (Pharmacist, R::Participant, A::UseRoom),
        (Patient, R::Anyone, A::Assess),
        (Doctor, R::Anyone, A::Assess),
        (Patient, R::ActsForPatient, A::Assess),
        (Doctor, R::CareTeam, A::Assess),
        (Patient, R::Recorder, A::ReadAssessment),
        (Patient, R::ActsForPatient, A::ReadAssessment),
        (Doctor, R::CareTeam, A::ReadAssessment),
        (Patient, R::Recorder, A::AnswerAssessment),
        (Doctor, R::CareTeam, A::Prescribe),
        (Doctor, R::CareTeam, A::SignPrescription),
        (Doctor, R::Recorder, A::ReadPrescription),
        (Doctor, R::CareTeam, A::ReadPrescription),
        (Patient, R::ActsForPatient, A::ReadPrescription),
    ]
};

/// Whether any of the roles, with any of the relationships, may do this.
#[must_use]
pub fn allows(roles: &[Role], relationships: &[Relationship], action: Action) -> bool {
    TABLE.iter().any(|(role, relationship, allowed)| {
        *allowed == action && roles.contains(role) && relationships.contains(relationship)
    })
}

/// Refuses what the table does not allow: 404 to whom the thing is nothing at
/// all, so that its existence does not show; 403 to whom it is known.
///
/// # Errors
/// As said.
pub fn require(roles: &[Role], relationships: &[Relationship], action: Action) -> Result<(), Error> {
    if allows(roles, relationships, action) {
        return Ok(());
    }
    let known = relationships.iter().any(|relationship| *relationship != Relationship::None);
    if known { Err(forbidden("Your role does not let you do this.")) } else { Err(not_found()) }
}

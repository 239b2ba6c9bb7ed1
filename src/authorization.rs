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

macro_rules! named {
    ($(#[$doc:meta])* $type:ident { $($(#[$variant_doc:meta])* $name:ident = $text:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $type {
            $($(#[$variant_doc])* $name,)*
        }

        impl $type {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// As it stands in `schema/access.csv`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

named! {
    /// What a person is to the thing that they ask for.
    Relationship {
        /// It is their own record, or they act for the patient.
        ActsForPatient = "acts_for_patient";
        /// A care relationship that the patient began and did not end.
        CareTeam = "care_team";
        /// They made it.
        Recorder = "recorder";
        /// They are in the room.
        Participant = "participant";
        /// Nothing needed: it is about no one else.
        Anyone = "anyone";
        /// None of these.
        None = "none";
    }
}

named! {
    /// What is asked for.
    Action {
        /// See and change one's own account.
        UseOwnAccount = "use_own_account";
        /// See who practises here.
        ListPractitioners = "list_practitioners";
        /// Open a room with a practitioner.
        OpenRoom = "open_room";
        /// Invite a patient to a room.
        InviteToRoom = "invite_to_room";
        /// Read and write in a room.
        UseRoom = "use_room";
        /// Assess symptoms.
        Assess = "assess";
        /// Read an assessment.
        ReadAssessment = "read_assessment";
        /// Answer an assessment's questions.
        AnswerAssessment = "answer_assessment";
        /// Write a prescription.
        Prescribe = "prescribe";
        /// Sign a prescription.
        SignPrescription = "sign_prescription";
        /// Read a prescription.
        ReadPrescription = "read_prescription";
        /// Read what is known of a patient.
        ReadRecord = "read_record";
        /// Add to and correct what is known of a patient.
        WriteRecord = "write_record";
    }
}

/// The table. A reviewer reads this, or `schema/access.csv`, which is written from it.
pub const TABLE: &[(Action, &[(Role, Relationship)])] = {
    use Action as A;
    use Relationship as R;
    use Role::{Admin, Doctor, Operator, Patient, Pharmacist};
    &[
        (
            A::UseOwnAccount,
            &[
                (Patient, R::Anyone),
                (Doctor, R::Anyone),
                (Pharmacist, R::Anyone),
                (Admin, R::Anyone),
                (Operator, R::Anyone),
            ],
        ),
        (A::ListPractitioners, &[(Patient, R::Anyone)]),
        (A::OpenRoom, &[(Patient, R::ActsForPatient)]),
        (A::InviteToRoom, &[(Doctor, R::Anyone)]),
        (A::UseRoom, &[(Patient, R::Participant), (Doctor, R::Participant), (Pharmacist, R::Participant)]),
        (A::Assess, &[(Patient, R::Anyone), (Doctor, R::Anyone), (Patient, R::ActsForPatient), (Doctor, R::CareTeam)]),
        (A::ReadAssessment, &[(Patient, R::Recorder), (Patient, R::ActsForPatient), (Doctor, R::CareTeam)]),
        (A::AnswerAssessment, &[(Patient, R::Recorder)]),
        (A::Prescribe, &[(Doctor, R::CareTeam)]),
        (A::SignPrescription, &[(Doctor, R::CareTeam)]),
        (A::ReadPrescription, &[(Doctor, R::Recorder), (Doctor, R::CareTeam), (Patient, R::ActsForPatient)]),
        (A::ReadRecord, &[(Patient, R::ActsForPatient), (Doctor, R::CareTeam)]),
        (A::WriteRecord, &[(Patient, R::ActsForPatient), (Doctor, R::CareTeam)]),
    ]
};

/// Whether any of the roles, with any of the relationships, may do this.
#[must_use]
pub fn allows(roles: &[Role], relationships: &[Relationship], action: Action) -> bool {
    let allowed = TABLE.iter().filter(|(row, _)| *row == action).flat_map(|(_, allowed)| *allowed);
    allowed.into_iter().any(|(role, relationship)| roles.contains(role) && relationships.contains(relationship))
}

/// The table as a file of its own: `action,role,relationship`, one cell that is allowed a line.
#[must_use]
pub fn as_csv() -> String {
    let mut csv = "action,role,relationship\n".to_owned();
    for (action, allowed) in TABLE {
        for (role, relationship) in *allowed {
            csv.extend([action.as_str(), ",", role.as_str(), ",", relationship.as_str(), "\n"]);
        }
    }
    csv
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

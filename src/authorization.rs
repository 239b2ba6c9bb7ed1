//! Who may do what: one table of role × relationship × action that every handler
//! goes through. What is not in the table is not allowed.

use crate::error::{Error, forbidden, not_found};
use serde::{Deserialize, Serialize};

/// What a person is in an organization, or `Patient` for everyone who signed up; or a scope of an API key.
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
    /// Scope of an API key: checks medicines.
    #[serde(rename = "medicines:check")]
    ChecksMedicines,
    /// Scope of an API key: makes assessments and goes on with its own.
    #[serde(rename = "assessments:create")]
    CreatesAssessments,
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
            Self::ChecksMedicines => "medicines:check",
            Self::CreatesAssessments => "assessments:create",
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
        /// It is their own record; stands beside `ActsForPatient`.
        Oneself = "oneself";
        /// Parent or guardian of a patient who is not of age; stands beside `ActsForPatient`.
        Guardian = "guardian";
        /// A proxy whom the patient lets read, and nothing else.
        ReadsForPatient = "reads_for_patient";
        /// A care relationship that the patient began and did not end.
        CareTeam = "care_team";
        /// In the care team, with a licence that the organization verified; stands beside `CareTeam`.
        LicensedCareTeam = "licensed_care_team";
        /// Opened the record in an emergency, less than an hour ago.
        BreakGlass = "break_glass";
        /// Holds a licence that an organization verified, whoever the patient is.
        LicensedPractitioner = "licensed_practitioner";
        /// Works in the organization.
        Colleague = "colleague";
        /// Is an admin of the organization; stands beside `Colleague`.
        OrganizationAdmin = "organization_admin";
        /// Runs the installation, by what is stored now.
        Operator = "operator";
        /// They made it.
        Recorder = "recorder";
        /// They are in the room.
        Participant = "participant";
        /// A pharmacist of a pharmacy to which it was sent.
        DispensesThere = "dispenses_there";
        /// They work in the organization; the role is the one that they hold there.
        Staff = "staff";
        /// A doctor of the organization that it was asked of.
        PractisesThere = "practises_there";
        /// With a licence that the organization verified; stands beside `PractisesThere`.
        LicensedThere = "licensed_there";
        /// An admin of that organization.
        AdministersThere = "administers_there";
        /// The doctor who took the visit, while they practise there.
        VisitDoctor = "visit_doctor";
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
        /// Send a signed prescription to a pharmacy.
        SendPrescription = "send_prescription";
        /// Take a signed prescription back.
        CancelPrescription = "cancel_prescription";
        /// Check a printed prescription by its code, and take it in.
        VerifyPrescription = "verify_prescription";
        /// Hand over what was prescribed, or give the prescription back.
        DispensePrescription = "dispense_prescription";
        /// See what was sent to a pharmacy.
        ListReceivedPrescriptions = "list_received_prescriptions";
        /// See who opened a record.
        ReadAccessLog = "read_access_log";
        /// Consent to something for a patient.
        ConsentForPatient = "consent_for_patient";
        /// Verify the audit: a record's chain, or all of them.
        VerifyAudit = "verify_audit";
        /// See which jobs were given up.
        ReadDeadLetters = "read_dead_letters";
        /// Give a job that was given up another go.
        ReplayDeadLetter = "replay_dead_letter";
        /// Check medicines with a token; without one everybody may.
        CheckMedicines = "check_medicines";
        /// See how often rules are overridden.
        ReadOverrideReport = "read_override_report";
        /// Run a calculator, or work out a dose.
        Calculate = "calculate";
        /// Make, see and end the API keys of an organization.
        ManageApiKeys = "manage_api_keys";
        /// Read a patient's profile.
        ReadProfile = "read_profile";
        /// Change a patient's profile.
        ChangeProfile = "change_profile";
        /// Change a date of birth, on which it depends when guardians' access ends.
        ChangeBirthDate = "change_birth_date";
        /// Make a record for a child or ward.
        AddPatient = "add_patient";
        /// Ask to act for another person.
        RequestAccess = "request_access";
        /// See who acts for the patient.
        ListAccess = "list_access";
        /// Let somebody act for the patient, or refuse it.
        GrantAccess = "grant_access";
        /// End what somebody else may do for the patient.
        EndAccess = "end_access";
        /// Give up acting for the patient.
        RenounceAccess = "renounce_access";
        /// Make the code with which a young person takes over their record.
        HandOver = "hand_over";
        /// Take over one's own record with such a code.
        ClaimRecord = "claim_record";
        /// See who cares for the patient.
        ReadCareTeam = "read_care_team";
        /// End a care relationship.
        EndCare = "end_care";
        /// Begin a care relationship by consent.
        Consent = "consent";
        /// Open a record in an emergency.
        BreakGlass = "break_glass";
        /// See and change one's own profile and licences as a practitioner.
        UsePractitionerProfile = "use_practitioner_profile";
        /// Make an organization.
        CreateOrganization = "create_organization";
        /// Read an organization.
        ReadOrganization = "read_organization";
        /// Invite somebody to work in an organization.
        InviteStaff = "invite_staff";
        /// Accept such an invitation.
        JoinOrganization = "join_organization";
        /// See who works in an organization, with their licences.
        ListStaff = "list_staff";
        /// End somebody's roles in an organization.
        EndStaff = "end_staff";
        /// Verify a licence.
        VerifyLicence = "verify_licence";
        /// Suspend a user, or reinstate one.
        SuspendUser = "suspend_user";
        /// Read what a patient consents to before a visit.
        ReadConsent = "read_consent";
        /// Ask an organization for a visit.
        RequestVisit = "request_visit";
        /// See a visit.
        ReadVisit = "read_visit";
        /// Take back a request that nobody has taken.
        CancelVisit = "cancel_visit";
        /// See who waits, by level and time.
        ReadQueue = "read_queue";
        /// See in the queue who it is, and why they ask.
        ReadQueueTexts = "read_queue_texts";
        /// See who is on duty.
        ReadDuty = "read_duty";
        /// Go on duty or off.
        ChangeDuty = "change_duty";
        /// Take a patient from the queue.
        AcceptVisit = "accept_visit";
        /// Hand a visit over, or close it.
        ConductVisit = "conduct_visit";
        /// Write, sign and amend a visit's note.
        WriteNote = "write_note";
        /// Read a visit's note once it is signed.
        ReadNote = "read_note";
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
    use Role::{Admin, ChecksMedicines, CreatesAssessments, Doctor, Operator, Patient, Pharmacist};
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
        (
            A::Assess,
            &[
                (Patient, R::Anyone),
                (Doctor, R::Anyone),
                (Patient, R::ActsForPatient),
                (Doctor, R::CareTeam),
                (CreatesAssessments, R::Anyone),
            ],
        ),
        (
            A::ReadAssessment,
            &[
                (Patient, R::Recorder),
                (Patient, R::ActsForPatient),
                (Patient, R::ReadsForPatient),
                (Doctor, R::CareTeam),
                (Doctor, R::BreakGlass),
                (CreatesAssessments, R::Recorder),
            ],
        ),
        (A::AnswerAssessment, &[(Patient, R::Recorder), (CreatesAssessments, R::Recorder)]),
        (A::Prescribe, &[(Doctor, R::LicensedCareTeam)]),
        (A::SignPrescription, &[(Doctor, R::LicensedCareTeam)]),
        (
            A::ReadPrescription,
            &[
                (Doctor, R::Recorder),
                (Doctor, R::CareTeam),
                (Doctor, R::BreakGlass),
                (Patient, R::ActsForPatient),
                (Patient, R::ReadsForPatient),
                (Pharmacist, R::DispensesThere),
            ],
        ),
        (A::SendPrescription, &[(Doctor, R::LicensedCareTeam), (Patient, R::ActsForPatient)]),
        (A::CancelPrescription, &[(Doctor, R::LicensedCareTeam)]),
        (A::VerifyPrescription, &[(Pharmacist, R::Anyone)]),
        (A::DispensePrescription, &[(Pharmacist, R::DispensesThere)]),
        (A::ListReceivedPrescriptions, &[(Pharmacist, R::Staff)]),
        (A::ReadAccessLog, &[(Patient, R::ActsForPatient)]),
        (A::ConsentForPatient, &[(Patient, R::ActsForPatient)]),
        (A::VerifyAudit, &[(Patient, R::ActsForPatient), (Operator, R::Anyone)]),
        (A::ReadDeadLetters, &[(Operator, R::Anyone)]),
        (A::ReplayDeadLetter, &[(Operator, R::Anyone)]),
        (
            A::CheckMedicines,
            &[
                (Patient, R::Anyone),
                (Doctor, R::Anyone),
                (Pharmacist, R::Anyone),
                (Admin, R::Anyone),
                (Operator, R::Anyone),
                (ChecksMedicines, R::Anyone),
            ],
        ),
        (A::ReadOverrideReport, &[(Operator, R::Anyone)]),
        (
            A::Calculate,
            &[
                (Patient, R::Anyone),
                (Doctor, R::Anyone),
                (Pharmacist, R::Anyone),
                (Admin, R::Anyone),
                (Operator, R::Anyone),
            ],
        ),
        (A::ManageApiKeys, &[(Admin, R::Staff)]),
        (
            A::ReadProfile,
            &[
                (Patient, R::ActsForPatient),
                (Patient, R::ReadsForPatient),
                (Doctor, R::CareTeam),
                (Doctor, R::BreakGlass),
            ],
        ),
        (A::ChangeProfile, &[(Patient, R::ActsForPatient), (Doctor, R::LicensedCareTeam)]),
        (A::ChangeBirthDate, &[(Patient, R::Oneself), (Doctor, R::LicensedCareTeam)]),
        (A::AddPatient, &[(Patient, R::Anyone)]),
        (A::RequestAccess, &[(Patient, R::Anyone)]),
        (A::ListAccess, &[(Patient, R::ActsForPatient), (Patient, R::ReadsForPatient)]),
        (A::GrantAccess, &[(Patient, R::Oneself)]),
        (A::EndAccess, &[(Patient, R::Oneself)]),
        (A::RenounceAccess, &[(Patient, R::ActsForPatient), (Patient, R::ReadsForPatient)]),
        (A::HandOver, &[(Patient, R::Guardian), (Doctor, R::LicensedCareTeam)]),
        (A::ClaimRecord, &[(Patient, R::Anyone)]),
        (A::ReadCareTeam, &[(Patient, R::ActsForPatient), (Patient, R::ReadsForPatient), (Doctor, R::CareTeam)]),
        (A::EndCare, &[(Patient, R::ActsForPatient)]),
        (A::Consent, &[(Patient, R::ActsForPatient)]),
        (A::BreakGlass, &[(Doctor, R::LicensedPractitioner)]),
        (A::UsePractitionerProfile, &[(Doctor, R::Anyone), (Pharmacist, R::Anyone)]),
        (A::CreateOrganization, &[(Operator, R::Operator)]),
        (
            A::ReadOrganization,
            &[(Operator, R::Operator), (Admin, R::Colleague), (Doctor, R::Colleague), (Pharmacist, R::Colleague)],
        ),
        (A::InviteStaff, &[(Admin, R::OrganizationAdmin)]),
        (A::JoinOrganization, &[(Patient, R::Anyone)]),
        (A::ListStaff, &[(Admin, R::OrganizationAdmin)]),
        (A::EndStaff, &[(Admin, R::OrganizationAdmin)]),
        (A::VerifyLicence, &[(Admin, R::OrganizationAdmin)]),
        (A::SuspendUser, &[(Operator, R::Operator), (Admin, R::OrganizationAdmin)]),
        (A::ReadConsent, &[(Patient, R::Anyone), (Doctor, R::Anyone)]),
        (A::RequestVisit, &[(Patient, R::ActsForPatient)]),
        (
            A::ReadVisit,
            &[
                (Patient, R::ActsForPatient),
                (Doctor, R::CareTeam),
                (Doctor, R::VisitDoctor),
                (Doctor, R::PractisesThere),
            ],
        ),
        (A::CancelVisit, &[(Patient, R::ActsForPatient)]),
        (A::ReadQueue, &[(Doctor, R::PractisesThere), (Admin, R::AdministersThere)]),
        (A::ReadQueueTexts, &[(Doctor, R::PractisesThere)]),
        (A::ReadDuty, &[(Doctor, R::PractisesThere), (Admin, R::AdministersThere)]),
        (A::ChangeDuty, &[(Doctor, R::PractisesThere)]),
        (A::AcceptVisit, &[(Doctor, R::LicensedThere)]),
        (A::ConductVisit, &[(Doctor, R::VisitDoctor)]),
        (A::WriteNote, &[(Doctor, R::VisitDoctor)]),
        (A::ReadNote, &[(Patient, R::ActsForPatient), (Doctor, R::CareTeam), (Doctor, R::VisitDoctor)]),
        (
            A::ReadRecord,
            &[
                (Patient, R::ActsForPatient),
                (Patient, R::ReadsForPatient),
                (Doctor, R::CareTeam),
                (Doctor, R::BreakGlass),
            ],
        ),
        (A::WriteRecord, &[(Patient, R::ActsForPatient), (Doctor, R::LicensedCareTeam)]),
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
    let mut error = if known { forbidden("Your role does not let you do this.") } else { not_found() };
    if let Error::Problem(problem) = &mut error {
        problem.refused = true;
    }
    Err(error)
}

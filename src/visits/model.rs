//! What people send and get about visits, the queue and duty.

use super::consent::{CurrentVersion, Given};
use crate::http::{IdInBody, Invalid, Reason};
use crate::id::{Id, Timestamp};
use crate::knowledge::tables::Urgency;
use deserr::Deserr;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why a visit is asked for: 1 to 2,000 characters.
#[derive(Debug, Clone, Deserr)]
#[deserr(try_from(String) = VisitReason::parse -> Reason)]
pub struct VisitReason(pub String);

impl VisitReason {
    fn parse(text: String) -> Result<Self, Reason> {
        let text = text.trim().to_owned();
        if (1..=2000).contains(&text.chars().count()) {
            Ok(Self(text))
        } else {
            Err(Reason::out_of_range("must have 1 to 2,000 characters"))
        }
    }
}

/// The patient's consent to be seen at a distance.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct GivenConsent {
    /// `true`.
    #[schema(value_type = bool)]
    pub telehealth: Given,
    /// Version of the text that was read, from `GET /api/v1/visits/consent`.
    #[schema(value_type = String)]
    pub version: CurrentVersion,
}

/// `POST /visits`
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct RequestVisit {
    /// The patient.
    #[schema(value_type = String)]
    pub patient_id: IdInBody,
    /// The organization that is asked.
    #[schema(value_type = String)]
    pub organization_id: IdInBody,
    /// The assessment that led here; its level decides the place in the queue.
    #[deserr(default)]
    #[schema(value_type = Option<String>)]
    pub assessment_id: Option<IdInBody>,
    /// Why.
    #[schema(value_type = String)]
    pub reason: VisitReason,
    /// Consent to be seen at a distance.
    pub consent: GivenConsent,
    /// Under an emergency: what to do first was read, and a doctor is wanted all the same.
    #[deserr(default)]
    pub acknowledged_emergency: bool,
}

/// Where a visit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VisitStatus {
    /// In the queue.
    Requested,
    /// Taken by a doctor.
    InProgress,
    /// Over.
    Closed,
    /// Taken back by the patient's side.
    Cancelled,
}

/// Why a visit ended without a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserr, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CloseReason {
    /// The patient did not come.
    #[deserr(rename = "no_show")]
    NoShow,
    /// The patient wanted it no more.
    #[deserr(rename = "cancelled_by_patient")]
    CancelledByPatient,
    /// It failed for technical reasons.
    #[deserr(rename = "technical")]
    Technical,
}

impl CloseReason {
    /// As it stands in storage.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoShow => "no_show",
            Self::CancelledByPatient => "cancelled_by_patient",
            Self::Technical => "technical",
        }
    }
}

/// `POST /visits/{id}/close`
#[derive(Debug, Default, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct CloseVisit {
    /// Why there is no signed note; needed when there is none.
    #[deserr(default)]
    pub reason: Option<CloseReason>,
}

/// `POST /visits/{id}/hand-over`
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct HandOver {
    /// Another doctor on duty of the same organization.
    #[schema(value_type = String)]
    pub practitioner_id: IdInBody,
}

/// `PUT /organizations/{id}/duty`
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct ChangeDuty {
    /// Whether the caller takes patients.
    pub on: bool,
}

/// Consent as it was given.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StoredConsent {
    /// Always true: there is no visit without it.
    pub telehealth: bool,
    /// Version of the text.
    pub version: String,
    /// When.
    #[schema(value_type = String)]
    pub given_at: Timestamp,
}

/// Something to know that did not stop the act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Warning {
    /// Stable code.
    pub code: &'static str,
    /// In words.
    pub text: &'static str,
}

/// A visit.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Visit {
    /// Its id; also that of its encounter.
    #[schema(value_type = String)]
    pub id: Id,
    /// Where it stands.
    pub status: VisitStatus,
    /// The patient.
    #[schema(value_type = String)]
    pub patient_id: Id,
    /// The organization that was asked.
    #[schema(value_type = String)]
    pub organization_id: Id,
    /// The assessment that led here.
    #[schema(value_type = Option<String>)]
    pub assessment_id: Option<Id>,
    /// The level of that assessment when the visit was asked for; `null` when there was none.
    pub triage_level: Option<Urgency>,
    /// An emergency for which a doctor was wanted all the same.
    pub acknowledged_emergency: bool,
    /// Why it was asked for; `null` to a colleague who has nothing to do with it any more.
    pub reason: Option<String>,
    /// Consent.
    pub consent: StoredConsent,
    /// The doctor who took it.
    #[schema(value_type = Option<String>)]
    pub practitioner_id: Option<Id>,
    /// The room to talk in, once it was taken.
    #[schema(value_type = Option<String>)]
    pub room_id: Option<Id>,
    /// Place in the queue, 1 is next; `null` when it does not wait.
    pub position: Option<i64>,
    /// How many are before it.
    pub ahead: Option<i64>,
    /// When it was asked for.
    #[schema(value_type = String)]
    pub requested_at: Timestamp,
    /// When a doctor took it.
    #[schema(value_type = Option<String>)]
    pub accepted_at: Option<Timestamp>,
    /// When it ended.
    #[schema(value_type = Option<String>)]
    pub closed_at: Option<Timestamp>,
    /// Why there is no note, where there is none.
    pub close_reason: Option<CloseReason>,
    /// What to know; empty but in answers to taking a visit.
    pub warnings: Vec<Warning>,
    /// Counts changes; also the `ETag`.
    #[serde(skip)]
    pub version: i64,
}

/// Who waits, to a doctor.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WaitingPatient {
    /// The patient.
    #[schema(value_type = String)]
    pub id: Id,
    /// Name.
    pub name: String,
}

/// One place of the queue.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Waiting {
    /// The visit.
    #[schema(value_type = String)]
    pub visit_id: Id,
    /// Level of its assessment; `null` without one, which waits among `routine`.
    pub triage_level: Option<Urgency>,
    /// Since when.
    #[schema(value_type = String)]
    pub waiting_since: Timestamp,
    /// For how long, in seconds.
    pub waiting_s: i64,
    /// Who; to doctors only.
    pub patient: Option<WaitingPatient>,
    /// Why; to doctors only.
    pub reason: Option<String>,
    /// Where it stands in the order of the queue.
    #[serde(skip)]
    pub place: String,
}

/// How many wait, by level.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct Counts {
    /// All of them.
    pub total: i64,
    /// Emergencies.
    pub emergency: i64,
    /// To be seen the same day.
    pub urgent: i64,
    /// Within days, and those without an assessment.
    pub routine: i64,
    /// Could be looked after at home.
    pub self_care: i64,
}

/// A page of the queue.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueuePage {
    /// In the order in which they are to be taken.
    pub items: Vec<Waiting>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
    /// How many wait in all.
    pub counts: Counts,
}

/// A doctor on duty.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OnDuty {
    /// The user.
    #[schema(value_type = String)]
    pub id: Id,
    /// Name.
    pub name: String,
    /// Since when.
    #[schema(value_type = String)]
    pub since: Timestamp,
}

/// Who is on duty.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Duty {
    /// Whether the caller is.
    pub on: bool,
    /// Since when the caller is, or is not; `null` when they never were.
    #[schema(value_type = Option<String>)]
    pub since: Option<Timestamp>,
    /// Everyone who is.
    pub doctors: Vec<OnDuty>,
    /// Counts the caller's own changes; also the `ETag`.
    #[serde(skip)]
    pub version: i64,
}

/// Where a level stands in the order of the queue: 0 is first. Who was not
/// assessed waits among `routine`: not known is not harmless, and not proof of haste.
#[must_use]
pub fn rank(level: Option<Urgency>) -> i64 {
    match level {
        Some(Urgency::Emergency) => 0,
        Some(Urgency::Urgent) => 1,
        Some(Urgency::Routine) | None => 2,
        Some(Urgency::SelfCare) => 3,
    }
}

/// A level as it stands in storage.
#[must_use]
pub fn level_word(level: Urgency) -> &'static str {
    match level {
        Urgency::Emergency => "emergency",
        Urgency::Urgent => "urgent",
        Urgency::Routine => "routine",
        Urgency::SelfCare => "self_care",
    }
}

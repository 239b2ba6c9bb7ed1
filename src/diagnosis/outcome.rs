//! What an assessment comes to.

use super::model::FindingState;
use crate::id::{Id, Timestamp};
use crate::knowledge::tables::{TreatmentLine, TreatmentSeverity, Urgency};
use crate::medicine::model::{Alert, NotAssessed, Unknown};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether more can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AssessmentStatus {
    /// Questions can be answered.
    Open,
    /// Enough is known.
    Complete,
    /// The text gave nothing to go by.
    NotUnderstood,
}

/// A rule that decided the level.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TriageReason {
    /// Its id.
    pub rule: String,
    /// What was seen and why it matters.
    pub text: String,
    /// Where it stands.
    pub source: String,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TriageAction {
    /// In words.
    pub text: String,
    /// `call`, `go`, `see`, `care` or `watch`.
    pub kind: String,
}

/// When and where to be seen.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Triage {
    /// How soon.
    pub level: Urgency,
    /// Why.
    pub reasons: Vec<TriageReason>,
    /// What to do, first things first.
    pub actions: Vec<TriageAction>,
}

/// A finding as it was understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FindingSeen {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it is there.
    pub state: FindingState,
    /// The words that it came from.
    pub quote: Option<String>,
}

/// How a finding speaks for or against a condition.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Evidence {
    /// The finding.
    pub finding: String,
    /// Its name.
    pub name: String,
    /// The log-odds that it added.
    pub weight: f64,
    /// Where its frequency stands.
    pub sources: Vec<String>,
}

/// A coded thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConditionCoding {
    /// Code system, a URI.
    pub system: String,
    /// Code.
    pub code: String,
    /// Its display text.
    pub display: String,
}

/// A condition that may explain it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RankedCondition {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// ICD-10 code.
    pub icd10: String,
    /// The same in code systems.
    pub codings: Vec<ConditionCoding>,
    /// Probability; all of them and "something else" make 1.
    pub probability: f64,
    /// How soon it should be seen.
    pub urgency: Urgency,
    /// What speaks for and against it, strongest first.
    pub evidence: Vec<Evidence>,
    /// What it usually needs.
    pub advice: String,
    /// What can be done about it: for a patient what they can do themselves, for a doctor all.
    pub treatments: Vec<Treatment>,
    /// Where it stands.
    pub sources: Vec<String>,
    /// `unreviewed`, or the clinician who read the row.
    pub review: String,
}

/// Something that is done about a condition.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Treatment {
    /// Id of the row.
    pub id: String,
    /// Whose it is, and when it has its turn.
    pub line: TreatmentLine,
    /// For which severity of the condition; any where it is `null`.
    pub severity: Option<TreatmentSeverity>,
    /// In one sentence.
    pub text: String,
    /// The medicine's id, where it is one.
    pub medicine: Option<String>,
    /// What speaks against this medicine in this patient, by the medicine check.
    pub alerts: Vec<Alert>,
    /// Where it stands.
    pub sources: Vec<String>,
    /// `unreviewed`, or the clinician who read the row.
    pub review: String,
}

/// A dangerous condition that is still possible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MustNotMiss {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// ICD-10 code.
    pub icd10: String,
    /// What speaks for it.
    pub why: String,
}

/// The question that would tell most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NextQuestion {
    /// The finding asked for; `null` when it is asked what is wrong at all.
    pub finding: Option<String>,
    /// In lay words.
    pub text: String,
    /// What can be answered.
    pub choices: Vec<FindingState>,
}

/// What an assessment comes to.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Outcome {
    /// Whether more can be asked.
    pub status: AssessmentStatus,
    /// When and where to be seen; `null` when nothing was understood.
    pub triage: Option<Triage>,
    /// What was understood.
    pub findings: Vec<FindingSeen>,
    /// What may explain it, likeliest first.
    pub conditions: Vec<RankedCondition>,
    /// Dangerous conditions that are still possible.
    pub must_not_miss: Vec<MustNotMiss>,
    /// The question that would tell most; `null` when enough is known.
    pub next_question: Option<NextQuestion>,
    /// Names that were not recognised.
    pub unknown: Vec<Unknown>,
    /// What could not be judged.
    pub not_assessed: Vec<NotAssessed>,
    /// What this is not.
    pub disclaimer: String,
    /// Version of the tables.
    pub knowledge_version: String,
}

/// An assessment.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Assessment {
    /// Its id.
    #[schema(value_type = String)]
    pub id: Id,
    /// The record that it is filed in.
    #[schema(value_type = Option<String>)]
    pub patient_id: Option<Id>,
    /// The encounter that it belongs to.
    #[schema(value_type = Option<String>)]
    pub encounter_id: Option<Id>,
    /// What it comes to: an [`Outcome`], kept as it was first shown whatever becomes of the tables.
    #[serde(flatten)]
    #[schema(value_type = Outcome)]
    pub outcome: serde_json::Map<String, serde_json::Value>,
    /// When it was begun.
    #[schema(value_type = String)]
    pub created_at: Timestamp,
    /// Counts changes; also the `ETag`.
    #[serde(skip)]
    pub version: i64,
}

//! What people send and get about the audit.

use crate::http::{IdInBody, Invalid};
use crate::id::{Id, Timestamp};
use deserr::Deserr;
use serde::Serialize;
use utoipa::ToSchema;

/// `POST /operations/audit/verify`
#[derive(Default, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct VerifyAudit {
    /// Whose chain; all chains when left out, which takes an operator.
    #[deserr(default)]
    #[schema(value_type = Option<String>)]
    pub patient_id: Option<IdInBody>,
    /// From `next_cursor` of the call before, when all chains are too many for one.
    #[deserr(default)]
    pub cursor: Option<String>,
}

/// What can be wrong with a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// A row, or a checkpoint, is not as it was sealed.
    Changed,
    /// A row is missing within the chain.
    Removed,
    /// A row stands at another place than it was sealed at.
    Reordered,
    /// Rows are missing at the end, or the end was cut off and has grown again.
    Truncated,
    /// A row has waited too long to be sealed.
    Unsealed,
}

/// Something that is wrong with a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// What.
    pub kind: ProblemKind,
    /// The place in the chain; none for what has no place yet.
    pub sequence: Option<i64>,
}

/// What verifying came to.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Verification {
    /// Rows that were looked at.
    pub checked: u64,
    /// Whether nothing is wrong.
    pub ok: bool,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Where to go on; `null` when all was looked at.
    pub next_cursor: Option<String>,
}

/// Somebody who did something with a record.
#[derive(Debug, Serialize, ToSchema)]
pub struct Actor {
    /// The user.
    #[schema(value_type = String)]
    pub user_id: Id,
    /// Name.
    pub name: String,
    /// `patient` for those who act for the patient, otherwise what they held in an organization then.
    pub role: String,
}

/// One act on a record.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccessLogEntry {
    /// Its id.
    #[schema(value_type = String)]
    pub id: Id,
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// Who; `null` for the system.
    pub actor: Option<Actor>,
    /// What was done, `noun.verb`.
    pub act: String,
    /// What it was done to.
    #[schema(value_type = Option<String>)]
    pub subject_id: Option<Id>,
}

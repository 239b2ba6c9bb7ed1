//! What people send and get about doses.

use crate::calculators::model::WorkedStep;
use crate::http::Invalid;
use crate::knowledge::tables::Phase;
use crate::medicine::model::{Alert, Measure, NotAssessed, Timing};
use crate::records::clinical_data::{PatientData, Term};
use deserr::Deserr;
use serde::Serialize;
use utoipa::ToSchema;

/// `POST /medicines/dose`
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct DoseRequest {
    /// Generic name, brand, synonym or id.
    pub medicine: Term,
    /// What it is for; all indications when left out.
    #[deserr(default)]
    pub indication: Option<Term>,
    /// What is known of the patient.
    pub patient: PatientData,
}

/// What can be measured out.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Given {
    /// How much.
    pub value: f64,
    /// `{tablet}`, `{capsule}` or `mL`.
    pub unit: &'static str,
    /// Of which form and strength.
    pub of: String,
}

/// How the dose changes in this patient.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Adjusted {
    /// The rule.
    pub rule: &'static str,
    /// What it does.
    pub note: &'static str,
    /// Where it stands.
    pub sources: Vec<String>,
    /// `unreviewed`, or the clinician who read it.
    pub review: &'static str,
}

/// A dose for this patient.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DoseRegimen {
    /// The rule.
    pub rule: &'static str,
    /// What for.
    pub indication: &'static str,
    /// Part of the course.
    pub phase: Phase,
    /// Single dose, the least where it is a range.
    pub dose: Measure,
    /// The most, where it is a range.
    pub dose_to: Option<Measure>,
    /// The same as tablets or millilitres, where a form of it can be measured out.
    pub give: Option<Given>,
    /// How often; `null` for what is given once.
    pub timing: Option<Timing>,
    /// Only when needed.
    pub as_needed: bool,
    /// At most this much in 24 hours.
    pub max_per_24h: Option<Measure>,
    /// Route.
    pub route: &'static str,
    /// Days of treatment; `null` for as long as needed.
    pub duration_days: Option<f64>,
    /// Every step.
    pub calculation: Vec<WorkedStep>,
    /// How it changes in this patient.
    pub adjustments: Vec<Adjusted>,
    /// What else to know.
    pub note: &'static str,
    /// Where it stands.
    pub sources: Vec<String>,
    /// `unreviewed`, or the clinician who read it.
    pub review: &'static str,
}

/// The answer about a dose.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DoseAnswer {
    /// Id of the medicine.
    pub medicine: &'static str,
    /// Doses for this patient.
    pub regimens: Vec<DoseRegimen>,
    /// What speaks against it.
    pub alerts: Vec<Alert>,
    /// What could not be judged.
    pub not_assessed: Vec<NotAssessed>,
    /// Version of the tables.
    pub knowledge_version: &'static str,
}

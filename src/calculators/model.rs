//! What people get of a calculator.

use crate::knowledge::tables::{Calculator, CalculatorInput, InputKind};
use crate::knowledge::{review, sources, version};
use serde::Serialize;
use utoipa::ToSchema;

/// What a calculator asks for.
#[derive(Debug, Serialize, ToSchema)]
pub struct InputSummary {
    /// Name with its unit.
    pub input: &'static str,
    /// What it is.
    pub kind: InputKind,
    /// Unit (UCUM).
    pub unit: Option<&'static str>,
    /// Least that is accepted; for numbers.
    pub least: Option<f64>,
    /// Most that is accepted; for numbers.
    pub most: Option<f64>,
    /// Words of which one is chosen.
    pub choices: Vec<&'static str>,
    /// Whether it may not be left out.
    pub required: bool,
}

/// A calculator.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalculatorSummary {
    /// Slug.
    pub id: &'static str,
    /// Name.
    pub name: &'static str,
    /// What it is for.
    pub purpose: &'static str,
    /// What it asks for.
    pub inputs: Vec<InputSummary>,
    /// Where it stands.
    pub sources: Vec<String>,
    /// `unreviewed`, or the clinician who read it.
    pub review: &'static str,
    /// Version of the tables.
    pub knowledge_version: &'static str,
}

/// One step of the calculation.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WorkedStep {
    /// What it gives.
    pub step: &'static str,
    /// How much, rounded; the calculation itself goes on unrounded.
    pub value: f64,
    /// Unit (UCUM); empty for what has none.
    pub unit: &'static str,
}

/// What a result means.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Meaning {
    /// In words.
    pub text: &'static str,
    /// Where that stands.
    pub sources: Vec<String>,
}

/// The answer of a calculator.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalculatorAnswer {
    /// Which calculator.
    pub calculator: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The last step.
    pub result: WorkedStep,
    /// Every step, in order.
    pub calculation: Vec<WorkedStep>,
    /// What the result means.
    pub readings: Vec<Meaning>,
    /// Why the result may not hold here.
    pub warnings: Vec<&'static str>,
    /// Where the formula stands.
    pub sources: Vec<String>,
    /// `unreviewed`, or the clinician who read it.
    pub review: &'static str,
    /// Version of the tables.
    pub knowledge_version: &'static str,
}

impl From<&'static CalculatorInput<'static>> for InputSummary {
    fn from(input: &'static CalculatorInput<'static>) -> Self {
        let numeric = matches!(input.kind, InputKind::Number | InputKind::Integer);
        Self {
            input: input.id,
            kind: input.kind,
            unit: (!input.unit.is_empty()).then_some(input.unit),
            least: numeric.then_some(input.least),
            most: numeric.then_some(input.most),
            choices: input.choices.iter().map(|(word, _)| *word).collect(),
            required: input.default.is_none(),
        }
    }
}

impl From<&'static Calculator<'static>> for CalculatorSummary {
    fn from(row: &'static Calculator<'static>) -> Self {
        Self {
            id: row.id,
            name: row.name,
            purpose: row.purpose,
            inputs: row.inputs.iter().map(InputSummary::from).collect(),
            sources: sources(&row.sources),
            review: review(row.review),
            knowledge_version: version(),
        }
    }
}

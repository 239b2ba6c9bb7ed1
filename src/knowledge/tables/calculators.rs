//! Clinical formulas and scores, step by step.

use super::super::formula::Formula;
use super::Sources;
use serde::{Deserialize, Serialize};

/// What an input is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InputKind {
    /// Any number within its bounds.
    Number,
    /// A whole number within its bounds.
    Integer,
    /// `true` or `false`.
    YesNo,
    /// One of a few words.
    Choice,
}

/// What a formula is worked out from.
#[derive(Debug, Serialize, Deserialize)]
pub struct CalculatorInput<'a> {
    /// Name with its unit.
    pub id: &'a str,
    /// What it is.
    pub kind: InputKind,
    /// Unit (UCUM); empty for what has none.
    pub unit: &'a str,
    /// Least that is possible.
    pub least: f64,
    /// Most that is possible.
    pub most: f64,
    /// Words that may be chosen, each with its number.
    #[serde(borrow)]
    pub choices: Vec<(&'a str, f64)>,
    /// What it counts as when it is left out; `None` when it may not be.
    pub default: Option<f64>,
}

/// One step on the way to the result; the last is the result.
#[derive(Debug, Serialize, Deserialize)]
pub struct Step<'a> {
    /// What it gives.
    pub id: &'a str,
    /// How.
    pub formula: Formula,
    /// Unit (UCUM); empty for what has none.
    pub unit: &'a str,
    /// Decimals to which it is shown.
    pub digits: u8,
}

/// Where a formula may not, or hardly, be used.
#[derive(Debug, Serialize, Deserialize)]
pub struct Limit<'a> {
    /// When that is.
    pub when: Formula,
    /// Whether it is refused, not only warned of.
    pub refuse: bool,
    /// Place of the input that is to blame.
    pub input: Option<u8>,
    /// What is wrong.
    pub message: &'a str,
}

/// What a result means.
#[derive(Debug, Serialize, Deserialize)]
pub struct Reading<'a> {
    /// When it means that.
    pub when: Formula,
    /// What it means.
    pub meaning: &'a str,
    /// Where that stands.
    pub sources: Sources,
}

/// A formula or a score.
#[derive(Debug, Serialize, Deserialize)]
pub struct Calculator<'a> {
    /// Slug.
    pub id: &'a str,
    /// Name.
    pub name: &'a str,
    /// What it is for.
    pub purpose: &'a str,
    /// What it is worked out from.
    #[serde(borrow)]
    pub inputs: Vec<CalculatorInput<'a>>,
    /// How.
    pub steps: Vec<Step<'a>>,
    /// Where it does not hold.
    pub limits: Vec<Limit<'a>>,
    /// What its result means.
    pub readings: Vec<Reading<'a>>,
    /// Where it stands.
    pub sources: Sources,
    /// Clinician who read it; empty while nobody has.
    pub review: &'a str,
}

/// All formulas.
#[derive(Debug, Serialize, Deserialize)]
pub struct CalculatorTable<'a> {
    /// Calculators, by id.
    #[serde(borrow)]
    pub calculators: Vec<Calculator<'a>>,
}

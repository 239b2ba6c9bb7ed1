//! What is usually given, and how that changes with kidneys, liver and age.

use super::super::expression::Expression;
use super::{Index, Sources};
use serde::{Deserialize, Serialize};

/// Which part of a course a regimen is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Fills the body at once.
    Loading,
    /// The first days or weeks.
    Initial,
    /// What is kept up.
    Maintenance,
    /// Once.
    Single,
}

/// What a dose is multiplied by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Per {
    /// Nothing: it is the same for everyone.
    Person,
    /// Kilograms of body weight.
    Kilogram,
    /// Kilograms, in obesity of the adjusted body weight: fat takes little of it up.
    AdjustedKilogram,
    /// Square metres of body surface.
    SquareMetre,
}

/// How a medicine is usually given for an indication.
#[derive(Debug, Serialize, Deserialize)]
pub struct Regimen<'a> {
    /// Slug.
    pub id: &'a str,
    /// The medicine.
    pub medicine: Index,
    /// What for.
    pub indication: &'a str,
    /// In whom.
    pub when: Expression,
    /// Route.
    pub route: &'a str,
    /// Part of the course.
    pub phase: Phase,
    /// Least single dose.
    pub dose: f64,
    /// Most, where it is a range.
    pub dose_to: Option<f64>,
    /// Unit of all amounts (UCUM), without what they are per.
    pub unit: &'a str,
    /// What the dose is multiplied by.
    pub per: Per,
    /// Cap of a single dose.
    pub max_dose: Option<f64>,
    /// Times in each period, the period's length and its unit (`h`, `d`, `wk`, `mo`); `None` for what is given once.
    pub timing: Option<(f32, f32, &'a str)>,
    /// Cap of a day.
    pub max_daily: Option<f64>,
    /// Only when needed.
    pub as_needed: bool,
    /// Days of treatment; `None` for as long as needed.
    pub duration_days: Option<f32>,
    /// What else to know.
    pub note: &'a str,
    /// Where the row stands.
    pub sources: Sources,
    /// Clinician who read the row; empty while nobody has.
    pub review: &'a str,
}

/// How the regimens of a medicine change in some people.
#[derive(Debug, Serialize, Deserialize)]
pub struct Adjustment<'a> {
    /// Slug.
    pub id: &'a str,
    /// The medicine.
    pub medicine: Index,
    /// In whom.
    pub when: Expression,
    /// Which regimens, by indication; all where empty, as it is where the medicine is not given at all.
    pub indications: Vec<&'a str>,
    /// Multiplies each dose.
    pub factor: Option<f64>,
    /// Least hours between doses.
    pub least_interval_h: Option<f64>,
    /// Cap of a single dose.
    pub max_dose: Option<f64>,
    /// Cap of a day.
    pub max_daily: Option<f64>,
    /// Unit of the caps (UCUM).
    pub unit: &'a str,
    /// Whether it is not given at all.
    pub avoid: bool,
    /// What else to know.
    pub note: &'a str,
    /// Where the row stands.
    pub sources: Sources,
    /// Clinician who read the row; empty while nobody has.
    pub review: &'a str,
}

/// What children weigh.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Growth {
    /// Age.
    pub age_years: f64,
    /// Median weight.
    pub weight_kg: f64,
}

/// All regimens.
#[derive(Debug, Serialize, Deserialize)]
pub struct DosingTables<'a> {
    /// Regimens, by id.
    #[serde(borrow)]
    pub regimens: Vec<Regimen<'a>>,
    /// Adjustments, by id.
    pub adjustments: Vec<Adjustment<'a>>,
    /// Median weights, by age.
    pub growth: Vec<Growth>,
    /// Where those stand.
    pub growth_sources: Sources,
}

//! Conditions of a rule: a small language without "not", so that a further
//! fact can only add rules, never take one away.
//!
//! Evaluation has three values. What is not known is neither true nor false,
//! and the missing data are named, so that a rule that could not be judged is
//! reported instead of passed over.

use serde::{Deserialize, Serialize};

/// A number of the patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Quantity {
    /// Years.
    Age,
    /// Weeks of pregnancy.
    GestationWeeks,
    /// °C.
    TemperatureC,
    /// Beats a minute.
    HeartRatePerMin,
    /// Breaths a minute.
    RespiratoryRatePerMin,
    /// mmHg.
    SystolicMmhg,
    /// mmHg.
    DiastolicMmhg,
    /// Percent.
    OxygenSaturationPercent,
    /// mmol/L.
    GlucoseMmolL,
    /// 0 to 10.
    PainScore,
    /// kg.
    WeightKg,
    /// cm.
    HeightCm,
    /// mL/min/1.73 m².
    EgfrMlMin173m2,
    /// mL/min.
    CreatinineClearanceMlMin,
    /// µmol/L.
    SerumCreatinineUmolL,
    /// mmol/L.
    PotassiumMmolL,
    /// mmol/L.
    MagnesiumMmolL,
    /// Corrected QT interval, ms.
    QtcMs,
    /// Points, 5 to 15.
    ChildPugh,
    /// Weeks since the mother's last period: gestation at birth and age together.
    PostMenstrualAgeWeeks,
    /// Days.
    DurationDays,
}

/// Names of quantities, as expressions and answers write them.
pub const QUANTITIES: &[(&str, Quantity)] = &[
    ("age", Quantity::Age),
    ("gestation_weeks", Quantity::GestationWeeks),
    ("temperature_c", Quantity::TemperatureC),
    ("heart_rate_per_min", Quantity::HeartRatePerMin),
    ("respiratory_rate_per_min", Quantity::RespiratoryRatePerMin),
    ("systolic_mmhg", Quantity::SystolicMmhg),
    ("diastolic_mmhg", Quantity::DiastolicMmhg),
    ("oxygen_saturation_percent", Quantity::OxygenSaturationPercent),
    ("glucose_mmol_l", Quantity::GlucoseMmolL),
    ("pain_score", Quantity::PainScore),
    ("weight_kg", Quantity::WeightKg),
    ("height_cm", Quantity::HeightCm),
    ("egfr_ml_min_1_73m2", Quantity::EgfrMlMin173m2),
    ("creatinine_clearance_ml_min", Quantity::CreatinineClearanceMlMin),
    ("serum_creatinine_umol_l", Quantity::SerumCreatinineUmolL),
    ("potassium_mmol_l", Quantity::PotassiumMmolL),
    ("magnesium_mmol_l", Quantity::MagnesiumMmolL),
    ("qtc_ms", Quantity::QtcMs),
    ("child_pugh", Quantity::ChildPugh),
    ("post_menstrual_age_weeks", Quantity::PostMenstrualAgeWeeks),
    ("duration_days", Quantity::DurationDays),
];

impl Quantity {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        QUANTITIES.iter().find(|(_, quantity)| *quantity == self).map_or("", |(name, _)| name)
    }
}

/// How a number is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// One thing that holds or not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Atom {
    /// A finding is present.
    Finding(u16),
    /// The patient has this comorbidity.
    Comorbidity(u16),
    /// The patient takes this medicine.
    TakesMedicine(u16),
    /// The patient takes a member of this class.
    TakesClass(u16),
    /// Sex for clinical use is male, or else female.
    IsMale(bool),
    /// The patient is pregnant.
    Pregnant,
    /// Nobody said whether the patient is pregnant, and she could be.
    CouldBePregnant,
    /// The patient breast-feeds.
    Lactating,
    /// A number compares so.
    Compare(Quantity, Comparison, f64),
}

/// When a rule holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Expression {
    /// Whatever the patient is.
    Always,
    /// One thing.
    Atom(Atom),
    /// All of them.
    All(Vec<Expression>),
    /// At least this many of them.
    AtLeast(u8, Vec<Expression>),
}

/// What is known of a patient.
pub trait Facts {
    /// Whether the atom holds; `None` when it is not known.
    fn holds(&self, atom: &Atom) -> Option<bool>;
}

impl Expression {
    /// Whether the rule holds; `None` when too little is known. The atoms that
    /// would settle it are added to `missing`.
    pub fn evaluate<'e>(&'e self, facts: &dyn Facts, missing: &mut Vec<&'e Atom>) -> Option<bool> {
        match self {
            Self::Always => Some(true),
            Self::Atom(atom) => {
                let holds = facts.holds(atom);
                if holds.is_none() {
                    missing.push(atom);
                }
                holds
            }
            Self::All(parts) => at_least(parts.len(), parts, facts, missing),
            Self::AtLeast(count, parts) => at_least(usize::from(*count), parts, facts, missing),
        }
    }
}

/// Kleene's logic: true once enough hold, false once too few still can.
fn at_least<'e>(count: usize, parts: &'e [Expression], facts: &dyn Facts, missing: &mut Vec<&'e Atom>) -> Option<bool> {
    let mut would_settle = Vec::new();
    let (mut holding, mut open) = (0, 0);
    for part in parts {
        match part.evaluate(facts, &mut would_settle) {
            Some(true) => holding += 1,
            Some(false) => {}
            None => open += 1,
        }
    }
    if holding >= count {
        Some(true)
    } else if holding + open < count {
        Some(false)
    } else {
        missing.append(&mut would_settle);
        None
    }
}

impl Comparison {
    /// Whether `value` compares so with `bound`.
    #[must_use]
    pub fn holds(self, value: f64, bound: f64) -> bool {
        match self {
            Self::Less => value < bound,
            Self::LessOrEqual => value <= bound,
            Self::Greater => value > bound,
            Self::GreaterOrEqual => value >= bound,
        }
    }
}

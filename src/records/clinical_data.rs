//! What is known of a patient when a clinical question is asked, as callers
//! send it. Nothing is assumed: what is missing stays missing, and answers say
//! what could not be judged for want of it.

use crate::http::{Invalid, Reason};
use deserr::Deserr;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Sex for clinical use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserr, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[deserr(rename_all = lowercase)]
pub enum Sex {
    /// Male.
    Male,
    /// Female.
    Female,
    /// Not known, or neither.
    Unknown,
}

/// Whether the patient is pregnant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserr, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pregnancy {
    /// Pregnant.
    #[deserr(rename = "pregnant")]
    Pregnant,
    /// Not pregnant.
    #[deserr(rename = "not_pregnant")]
    NotPregnant,
    /// Not known.
    #[default]
    #[deserr(rename = "unknown")]
    Unknown,
}

/// How bad a reaction was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserr, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[deserr(rename_all = lowercase)]
pub enum ReactionSeverity {
    /// A nuisance.
    Mild,
    /// Needed treatment.
    Moderate,
    /// Threatened life, or needed hospital.
    Severe,
    /// Not known.
    Unknown,
}

macro_rules! bounded {
    ($($(#[$doc:meta])* $name:ident: $least:literal ..= $most:literal $unit:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Deserr, Serialize, Deserialize, ToSchema)]
        #[deserr(try_from(f64) = $name::new -> Reason)]
        #[serde(transparent)]
        pub struct $name(pub f64);

        impl $name {
            /// Refuses what no person can have: a slip of the unit or the decimal point.
            ///
            /// # Errors
            /// Outside its bounds.
            pub fn new(value: f64) -> Result<Self, Reason> {
                if ($least..=$most).contains(&value) {
                    Ok(Self(value))
                } else {
                    Err(Reason::out_of_range(concat!("must be from ", $least, " to ", $most, " ", $unit)))
                }
            }
        }
    )*};
}

bounded! {
    /// Age in years, with fractions.
    AgeYears: 0.0 ..= 130.0 "years";
    /// Body weight.
    WeightKg: 0.3 ..= 600.0 "kg";
    /// Height.
    HeightCm: 20.0 ..= 280.0 "cm";
    /// Weeks of pregnancy.
    GestationWeeks: 0.0 ..= 45.0 "weeks";
    /// Creatinine in serum.
    SerumCreatinine: 5.0 ..= 5000.0 "µmol/L";
    /// Estimated glomerular filtration rate.
    Egfr: 0.0 ..= 250.0 "mL/min/1.73 m²";
    /// Potassium in serum.
    Potassium: 0.5 ..= 15.0 "mmol/L";
    /// Magnesium in serum.
    Magnesium: 0.1 ..= 10.0 "mmol/L";
    /// Corrected QT interval.
    Qtc: 200.0 ..= 900.0 "ms";
    /// Weeks since the mother's last period, of a newborn.
    PostMenstrualAge: 22.0 ..= 120.0 "weeks";
    /// Child-Pugh score.
    ChildPugh: 5.0 ..= 15.0 "points";
    /// Body temperature.
    TemperatureC: 20.0 ..= 46.0 "°C";
    /// Pulse.
    HeartRate: 0.0 ..= 350.0 "beats a minute";
    /// Breathing rate.
    RespiratoryRate: 0.0 ..= 150.0 "breaths a minute";
    /// Blood pressure.
    BloodPressure: 0.0 ..= 350.0 "mmHg";
    /// Oxygen saturation.
    OxygenSaturation: 0.0 ..= 100.0 "percent";
    /// Glucose in blood.
    Glucose: 0.1 ..= 100.0 "mmol/L";
    /// Pain as the patient rates it.
    PainScore: 0.0 ..= 10.0 "points";
}

/// A name of something: 1 to 200 characters.
#[derive(Debug, Clone, PartialEq, Eq, Deserr, Serialize, Deserialize, ToSchema)]
#[deserr(try_from(String) = Term::parse -> Reason)]
#[serde(transparent)]
pub struct Term(pub String);

impl Term {
    fn parse(text: String) -> Result<Self, Reason> {
        let text = text.trim().to_owned();
        if (1..=200).contains(&text.chars().count()) {
            Ok(Self(text))
        } else {
            Err(Reason::out_of_range("must have 1 to 200 characters"))
        }
    }
}

/// An allergy or intolerance.
#[derive(Debug, Clone, PartialEq, Deserr, Serialize, Deserialize, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct AllergyInput {
    /// What it is to: a medicine, a brand, or a group such as `penicillin`.
    pub substance: Term,
    /// What happened.
    #[deserr(default)]
    pub reaction: Option<String>,
    /// How bad it was.
    #[deserr(default)]
    pub severity: Option<ReactionSeverity>,
}

/// What is known of the patient.
#[derive(Debug, Clone, Default, PartialEq, Deserr, Serialize, Deserialize, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct PatientData {
    /// Age in years, with fractions (0.06 is three weeks).
    #[deserr(default)]
    pub age_years: Option<AgeYears>,
    /// Sex for clinical use.
    #[deserr(default)]
    pub sex: Option<Sex>,
    /// Body weight.
    #[deserr(default)]
    pub weight_kg: Option<WeightKg>,
    /// Height.
    #[deserr(default)]
    pub height_cm: Option<HeightCm>,
    /// Whether the patient is pregnant; `unknown` when left out.
    #[deserr(default)]
    pub pregnancy: Pregnancy,
    /// Weeks of pregnancy.
    #[deserr(default)]
    pub gestation_weeks: Option<GestationWeeks>,
    /// Whether the patient breast-feeds.
    #[deserr(default)]
    pub lactating: Option<bool>,
    /// Creatinine in serum.
    #[deserr(default)]
    pub serum_creatinine_umol_l: Option<SerumCreatinine>,
    /// Estimated glomerular filtration rate, where the laboratory gave it.
    #[deserr(default)]
    pub egfr_ml_min_1_73m2: Option<Egfr>,
    /// Potassium in serum.
    #[deserr(default)]
    pub potassium_mmol_l: Option<Potassium>,
    /// Magnesium in serum.
    #[deserr(default)]
    pub magnesium_mmol_l: Option<Magnesium>,
    /// Corrected QT interval.
    #[deserr(default)]
    pub qtc_ms: Option<Qtc>,
    /// Pulse at rest.
    #[deserr(default)]
    pub heart_rate_per_min: Option<HeartRate>,
    /// Gestation at birth and age together, of a newborn.
    #[deserr(default)]
    pub post_menstrual_age_weeks: Option<PostMenstrualAge>,
    /// Child-Pugh score.
    #[deserr(default)]
    pub child_pugh: Option<ChildPugh>,
    /// Allergies and intolerances; an empty list says that there are none.
    #[deserr(default)]
    pub allergies: Option<Vec<AllergyInput>>,
    /// What the patient has; an empty list says that there is nothing.
    #[deserr(default)]
    pub conditions: Option<Vec<Term>>,
    /// What the patient takes.
    #[deserr(default)]
    pub medicines: Option<Vec<Term>>,
    /// Country of residence, ISO 3166-1 alpha-2.
    #[deserr(default)]
    pub country: Option<crate::accounts::model::Country>,
}

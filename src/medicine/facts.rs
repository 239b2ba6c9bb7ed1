//! What a rule may ask about a patient, answered from what is known.

use super::catalogue;
use super::renal::{ckd_epi_2021, cockcroft_gault};
use crate::knowledge::expression::{Atom, Comparison, Facts, Quantity};
use crate::knowledge::tables::{Index, Subject};
use crate::records::clinical_data::{PatientData, Pregnancy, Sex};

/// Age from which the formula for adults holds (Inker et al. 2021).
const ADULT_YEARS: f64 = 18.0;

/// A patient as rules see them.
pub struct PatientFacts<'a> {
    /// What the caller sent.
    pub data: &'a PatientData,
    /// What the patient has; `None` when nothing was said about it.
    pub comorbidities: Option<Vec<Index>>,
    /// What the patient takes, ingredients of combinations among it.
    pub medicines: Vec<Index>,
}

impl PatientFacts<'_> {
    fn is_male(&self) -> Option<bool> {
        match self.data.sex {
            Some(Sex::Male) => Some(true),
            Some(Sex::Female) => Some(false),
            Some(Sex::Unknown) | None => None,
        }
    }

    fn pregnant(&self) -> Option<bool> {
        match self.data.pregnancy {
            Pregnancy::Pregnant => Some(true),
            Pregnancy::NotPregnant => Some(false),
            Pregnancy::Unknown => self.is_male().filter(|male| *male).map(|_| false),
        }
    }

    fn lactating(&self) -> Option<bool> {
        self.data.lactating.or_else(|| self.is_male().filter(|male| *male).map(|_| false))
    }

    fn takes(&self, subject: Subject) -> bool {
        self.medicines.iter().any(|medicine| catalogue::is_subject(*medicine, subject))
    }

    /// A number of the patient, worked out where it can be.
    #[must_use]
    pub fn quantity(&self, quantity: Quantity) -> Option<f64> {
        let data = self.data;
        let age = data.age_years.map(|age| age.0);
        match quantity {
            Quantity::Age => age,
            Quantity::GestationWeeks => data.gestation_weeks.map(|weeks| weeks.0),
            Quantity::WeightKg => data.weight_kg.map(|weight| weight.0),
            Quantity::HeightCm => data.height_cm.map(|height| height.0),
            Quantity::PotassiumMmolL => data.potassium_mmol_l.map(|potassium| potassium.0),
            Quantity::ChildPugh => data.child_pugh.map(|points| points.0),
            Quantity::EgfrMlMin173m2 => data.egfr_ml_min_1_73m2.map(|egfr| egfr.0).or_else(|| {
                let age = age.filter(|age| *age >= ADULT_YEARS)?;
                Some(ckd_epi_2021(age, data.serum_creatinine_umol_l?.0, !self.is_male()?))
            }),
            Quantity::CreatinineClearanceMlMin => {
                let age = age.filter(|age| *age >= ADULT_YEARS)?;
                let (weight, creatinine) = (data.weight_kg?.0, data.serum_creatinine_umol_l?.0);
                Some(cockcroft_gault(age, weight, creatinine, !self.is_male()?))
            }
            Quantity::TemperatureC
            | Quantity::HeartRatePerMin
            | Quantity::RespiratoryRatePerMin
            | Quantity::SystolicMmhg
            | Quantity::DiastolicMmhg
            | Quantity::OxygenSaturationPercent
            | Quantity::GlucoseMmolL
            | Quantity::PainScore
            | Quantity::DurationDays => None,
        }
    }

    fn compare(&self, quantity: Quantity, comparison: Comparison, bound: f64) -> Option<bool> {
        // Who is not pregnant is in no week of it.
        if quantity == Quantity::GestationWeeks && self.pregnant() == Some(false) {
            return Some(false);
        }
        self.quantity(quantity).map(|value| comparison.holds(value, bound))
    }

    /// The name under which a caller would send what settles this atom.
    #[must_use]
    pub fn missing(&self, atom: &Atom) -> &'static str {
        match atom {
            Atom::Comorbidity(_) => "conditions",
            Atom::TakesMedicine(_) | Atom::TakesClass(_) => "medicines",
            Atom::IsMale(_) => "sex",
            Atom::Pregnant => "pregnancy",
            Atom::Lactating => "lactating",
            Atom::Finding(_) => "findings",
            Atom::Compare(Quantity::Age, ..) => "age_years",
            Atom::Compare(Quantity::EgfrMlMin173m2 | Quantity::CreatinineClearanceMlMin, ..) => {
                self.missing_for_kidneys()
            }
            Atom::Compare(quantity, ..) => quantity.name(),
        }
    }

    fn missing_for_kidneys(&self) -> &'static str {
        if self.data.serum_creatinine_umol_l.is_none() {
            "serum_creatinine_umol_l"
        } else if self.data.age_years.is_none() {
            "age_years"
        } else if self.is_male().is_none() {
            "sex"
        } else if self.data.weight_kg.is_none() {
            "weight_kg"
        } else {
            "egfr_ml_min_1_73m2"
        }
    }
}

impl Facts for PatientFacts<'_> {
    fn holds(&self, atom: &Atom) -> Option<bool> {
        match *atom {
            Atom::Finding(_) => None,
            Atom::Comorbidity(index) => self.comorbidities.as_ref().map(|has| has.contains(&index)),
            Atom::TakesMedicine(index) => Some(self.takes(Subject::Medicine(index))),
            Atom::TakesClass(index) => Some(self.takes(Subject::Class(index))),
            Atom::IsMale(male) => self.is_male().map(|is| is == male),
            Atom::Pregnant => self.pregnant(),
            Atom::Lactating => self.lactating(),
            Atom::Compare(quantity, comparison, bound) => self.compare(quantity, comparison, bound),
        }
    }
}

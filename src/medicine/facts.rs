//! What a rule may ask about a patient, answered from what is known.

use super::catalogue;
use super::kidneys;
use crate::knowledge::expression::{Atom, Comparison, Facts, Quantity};
use crate::knowledge::find;
use crate::knowledge::tables::{Index, Subject};
use crate::records::clinical_data::{PatientData, Pregnancy, Sex};

/// Age from which the formula for adults holds (Inker et al. 2021).
const ADULT_YEARS: f64 = 18.0;
/// Years in which a pregnancy is thought of: from before the first period that is common to after the last.
const CHILDBEARING_YEARS: std::ops::RangeInclusive<f64> = 10.0..=55.0;

/// A patient as rules see them.
pub struct PatientFacts<'a> {
    /// What the caller sent.
    pub data: &'a PatientData,
    /// What the patient has; `None` when nothing was said about it.
    pub comorbidities: Option<Vec<Index>>,
    /// What the patient takes, ingredients of combinations among it.
    pub medicines: Vec<Index>,
}

/// Medicines whose labels measure kidneys by Cockcroft and Gault with the actual weight, as their
/// trials did, whatever the patient weighs.
const BY_ACTUAL_WEIGHT: &str = "direct_oral_anticoagulant";

impl<'a> PatientFacts<'a> {
    /// The patient as the rules about this medicine see them.
    #[must_use]
    pub fn about(&'a self, medicine: Index) -> FactsAbout<'a> {
        let classes = &crate::knowledge::medicine().classes;
        let class = find(classes, BY_ACTUAL_WEIGHT, |class| class.id);
        let by_actual_weight = class.is_some_and(|class| catalogue::is_subject(medicine, Subject::Class(class)));
        FactsAbout { facts: self, by_actual_weight }
    }

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
            // Weeks of pregnancy are those of one.
            Pregnancy::Unknown if self.data.gestation_weeks.is_some() => Some(true),
            Pregnancy::Unknown => self.is_male().filter(|male| *male).map(|_| false),
        }
    }

    /// Whether nobody said so, and by sex and age it may be.
    fn could_be_pregnant(&self) -> Option<bool> {
        let of_age = self.data.age_years.is_none_or(|age| CHILDBEARING_YEARS.contains(&age.0));
        match (self.pregnant(), self.is_male()) {
            (Some(_), _) => Some(false),
            (None, _) if !of_age => Some(false),
            (None, Some(male)) => Some(!male),
            (None, None) => None,
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
        match quantity {
            Quantity::Age => data.age_years.map(|age| age.0),
            Quantity::GestationWeeks => data.gestation_weeks.map(|weeks| weeks.0),
            Quantity::PostMenstrualAgeWeeks => data.post_menstrual_age_weeks.map(|weeks| weeks.0),
            Quantity::WeightKg => data.weight_kg.map(|weight| weight.0),
            Quantity::HeightCm => data.height_cm.map(|height| height.0),
            Quantity::SerumCreatinineUmolL => data.serum_creatinine_umol_l.map(|creatinine| creatinine.0),
            Quantity::PotassiumMmolL => data.potassium_mmol_l.map(|potassium| potassium.0),
            Quantity::MagnesiumMmolL => data.magnesium_mmol_l.map(|magnesium| magnesium.0),
            Quantity::QtcMs => data.qtc_ms.map(|qtc| qtc.0),
            Quantity::HeartRatePerMin => data.heart_rate_per_min.map(|rate| rate.0),
            Quantity::ChildPugh => data.child_pugh.map(|points| points.0),
            Quantity::EgfrMlMin173m2 => data.egfr_ml_min_1_73m2.map(|egfr| egfr.0).or_else(|| self.estimated_gfr()),
            Quantity::CreatinineClearanceMlMin => self.clearance(false),
            Quantity::TemperatureC
            | Quantity::RespiratoryRatePerMin
            | Quantity::SystolicMmhg
            | Quantity::DiastolicMmhg
            | Quantity::OxygenSaturationPercent
            | Quantity::GlucoseMmolL
            | Quantity::PainScore
            | Quantity::DurationDays => None,
        }
    }

    /// By the formula that is made for the patient's age.
    fn estimated_gfr(&self) -> Option<f64> {
        let (age, creatinine) = (self.data.age_years?.0, self.data.serum_creatinine_umol_l?.0);
        if age >= ADULT_YEARS {
            kidneys::ckd_epi_2021(age, creatinine, !self.is_male()?)
        } else {
            kidneys::bedside_schwartz(age, self.data.height_cm?.0, creatinine)
        }
    }

    fn clearance(&self, by_actual_weight: bool) -> Option<f64> {
        let (age, creatinine) = (self.data.age_years?.0, self.data.serum_creatinine_umol_l?.0);
        let height = self.data.height_cm.map(|height| height.0).filter(|_| !by_actual_weight);
        kidneys::cockcroft_gault(age, creatinine, !self.is_male()?, self.data.weight_kg?.0, height)
    }

    fn compare(&self, quantity: Quantity, comparison: Comparison, bound: f64, by_actual_weight: bool) -> Option<bool> {
        // Who is not pregnant is in no week of it.
        if quantity == Quantity::GestationWeeks && self.pregnant() == Some(false) {
            return Some(false);
        }
        if quantity == Quantity::CreatinineClearanceMlMin {
            let holds = comparison.holds(self.clearance(by_actual_weight)?, bound);
            // Without the height the actual weight stands for the right one. What it gives is the most that the
            // clearance can be, so a low one is low and a high one proves nothing.
            let proves = matches!(comparison, Comparison::Less | Comparison::LessOrEqual) == holds;
            return (by_actual_weight || self.data.height_cm.is_some() || proves).then_some(holds);
        }
        self.quantity(quantity).map(|value| comparison.holds(value, bound))
    }

    fn atom_holds(&self, atom: &Atom, by_actual_weight: bool) -> Option<bool> {
        match *atom {
            Atom::Finding(_) => None,
            Atom::Comorbidity(index) => self.comorbidities.as_ref().map(|has| has.contains(&index)),
            Atom::TakesMedicine(index) => Some(self.takes(Subject::Medicine(index))),
            Atom::TakesClass(index) => Some(self.takes(Subject::Class(index))),
            Atom::IsMale(male) => self.is_male().map(|is| is == male),
            Atom::Pregnant => self.pregnant(),
            Atom::CouldBePregnant => self.could_be_pregnant(),
            Atom::Lactating => self.lactating(),
            Atom::Compare(quantity, comparison, bound) => self.compare(quantity, comparison, bound, by_actual_weight),
        }
    }

    /// The name under which a caller would send what settles this atom.
    #[must_use]
    pub fn missing(&self, atom: &Atom) -> &'static str {
        match atom {
            Atom::Comorbidity(_) => "conditions",
            Atom::TakesMedicine(_) | Atom::TakesClass(_) => "medicines",
            Atom::IsMale(_) | Atom::CouldBePregnant => "sex",
            Atom::Pregnant => "pregnancy",
            Atom::Lactating => "lactating",
            Atom::Finding(_) => "findings",
            Atom::Compare(Quantity::Age, ..) => "age_years",
            Atom::Compare(quantity @ (Quantity::EgfrMlMin173m2 | Quantity::CreatinineClearanceMlMin), ..) => {
                self.missing_for_kidneys(*quantity)
            }
            Atom::Compare(quantity, ..) => quantity.name(),
        }
    }

    fn missing_for_kidneys(&self, quantity: Quantity) -> &'static str {
        let data = self.data;
        let child = data.age_years.is_some_and(|age| age.0 < ADULT_YEARS);
        if data.serum_creatinine_umol_l.is_none() {
            "serum_creatinine_umol_l"
        } else if data.age_years.is_none() {
            "age_years"
        } else if self.is_male().is_none() && !child {
            "sex"
        } else if quantity == Quantity::CreatinineClearanceMlMin && data.weight_kg.is_none() {
            "weight_kg"
        } else if data.height_cm.is_none() {
            "height_cm"
        } else {
            "egfr_ml_min_1_73m2"
        }
    }
}

impl Facts for PatientFacts<'_> {
    fn holds(&self, atom: &Atom) -> Option<bool> {
        self.atom_holds(atom, false)
    }
}

/// A patient as the rules about one medicine see them: by the measures of its label.
#[derive(Clone, Copy)]
pub struct FactsAbout<'a> {
    /// The patient.
    pub facts: &'a PatientFacts<'a>,
    by_actual_weight: bool,
}

impl Facts for FactsAbout<'_> {
    fn holds(&self, atom: &Atom) -> Option<bool> {
        self.facts.atom_holds(atom, self.by_actual_weight)
    }
}

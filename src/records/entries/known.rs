//! What is known of a patient for a check: what was measured lately enough, and how it stands beside what a caller states.

use super::model::Entry;
use crate::id::Timestamp;
use crate::medicine::catalogue;
use crate::medicine::model::{NamedMedicine, NotAssessed};
use crate::names::fold;
use crate::records::clinical_data::{
    AllergyInput, ChildPugh, Egfr, GestationWeeks, HeightCm, Magnesium, PatientData, Potassium, Pregnancy, Qtc,
    ReactionSeverity, SerumCreatinine, Sex, Term, WeightKg,
};
use serde_json::Value;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// A pregnancy ends by then (weeks).
const LONGEST_PREGNANCY_WEEKS: f64 = 42.0;

/// A datum that is in the record and too old to be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    kind: &'static str,
    datum: &'static str,
    at: Timestamp,
}

/// What is known of a patient, and what was once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Known {
    /// For a check.
    pub data: PatientData,
    /// What is too old to be used.
    pub stale: Vec<Stale>,
}

impl Known {
    /// What could not be judged for being too old.
    #[must_use]
    pub fn not_assessed(&self) -> Vec<NotAssessed> {
        let day = |at: Timestamp| at.to_string().chars().take(10).collect::<String>();
        let missing = |stale: &Stale| ["recent ", stale.datum, " (the last is of ", &day(stale.at), ")"].concat();
        self.stale.iter().map(|stale| NotAssessed { kind: stale.kind.into(), missing: missing(stale) }).collect()
    }
}

/// Days for which an observation may be used. These are choices of ours, not of a guideline:
/// shorter than the usual intervals of monitoring, and shorter for those who grow.
fn usable_days(code: &str, age_years: Option<f64>) -> i64 {
    let age = age_years.unwrap_or(0.0);
    match code {
        "weight" if age < 2.0 => 30,
        "weight" if age < 18.0 => 90,
        "height" if age < 18.0 => 180,
        "weight" => 365,
        "height" => 3650,
        "potassium" | "magnesium" | "qtc" => 30,
        _ => 90,
    }
}

impl Known {
    /// Takes an observation for what it says today.
    pub(super) fn observe(&mut self, observation: &Entry, age_years: Option<f64>, now: Timestamp) {
        let (Some(code), Some(at)) = (observation.text("code"), observation.effective_at) else { return };
        let Some(value) = observation.content.get("value") else { return };
        match code {
            "pregnancy_status" => return self.observe_pregnancy(observation, value, at, now),
            "lactation" => return self.observe_lactation(value, at, now),
            "sex_for_clinical_use" => return self.observe_sex(value),
            _ => {}
        }
        let Some(number) = value.as_f64() else { return };
        let recent = now.0 - at.0 <= usable_days(code, age_years) * DAY_MS;
        let data = &mut self.data;
        let (kind, datum) = match code {
            "weight" => ("dose", "weight_kg"),
            "height" => ("dose", "height_cm"),
            "serum_creatinine" => ("renal", "serum_creatinine_umol_l"),
            "egfr" => ("renal", "egfr_ml_min_1_73m2"),
            "potassium" => ("contraindication", "potassium_mmol_l"),
            "magnesium" => ("contraindication", "magnesium_mmol_l"),
            "qtc" => ("contraindication", "qtc_ms"),
            "child_pugh" => ("hepatic", "child_pugh"),
            // Vital signs are of the hour: a check does not use those of the record.
            _ => return,
        };
        if !recent {
            return self.stale.push(Stale { kind, datum, at });
        }
        match code {
            "weight" => data.weight_kg = WeightKg::new(number).ok(),
            "height" => data.height_cm = HeightCm::new(number).ok(),
            "serum_creatinine" => data.serum_creatinine_umol_l = SerumCreatinine::new(number).ok(),
            "egfr" => data.egfr_ml_min_1_73m2 = Egfr::new(number).ok(),
            "potassium" => data.potassium_mmol_l = Potassium::new(number).ok(),
            "magnesium" => data.magnesium_mmol_l = Magnesium::new(number).ok(),
            "qtc" => data.qtc_ms = Qtc::new(number).ok(),
            _ => data.child_pugh = ChildPugh::new(number).ok(),
        }
    }

    /// It does not age: the last word counts.
    fn observe_sex(&mut self, value: &Value) {
        self.data.sex = match value.as_str() {
            Some("male") => Some(Sex::Male),
            Some("female") => Some(Sex::Female),
            _ => None,
        };
    }

    /// Who was not pregnant four weeks ago may be now; who was, is until the longest pregnancy is over.
    fn observe_pregnancy(&mut self, observation: &Entry, value: &Value, at: Timestamp, now: Timestamp) {
        #[expect(clippy::cast_precision_loss, reason = "weeks since a time of this era")]
        let weeks_since = (now.0 - at.0) as f64 / (7 * DAY_MS) as f64;
        let weeks_then = observation.content.get("gestation_weeks").and_then(Value::as_f64);
        match value.as_str() {
            Some("pregnant") if weeks_then.unwrap_or(0.0) + weeks_since <= LONGEST_PREGNANCY_WEEKS => {
                self.data.pregnancy = Pregnancy::Pregnant;
                let weeks = weeks_then.and_then(|weeks| GestationWeeks::new((weeks + weeks_since).floor()).ok());
                self.data.gestation_weeks = weeks;
            }
            Some("not_pregnant") if weeks_since <= 4.0 => self.data.pregnancy = Pregnancy::NotPregnant,
            Some("unknown") => {}
            _ => self.stale.push(Stale { kind: "pregnancy", datum: "pregnancy", at }),
        }
    }

    fn observe_lactation(&mut self, value: &Value, at: Timestamp, now: Timestamp) {
        let days = if value == true { 180 } else { 28 };
        if now.0 - at.0 <= days * DAY_MS {
            self.data.lactating = value.as_bool();
        } else {
            self.stale.push(Stale { kind: "lactation", datum: "lactating", at });
        }
    }

    /// What a caller states stands over what the record says; but nothing that is stated
    /// hides an allergy, a condition or a medicine that is recorded.
    #[must_use]
    pub fn under(self, stated: PatientData) -> Self {
        let known = self.data;
        let egfr_is_newer = stated.serum_creatinine_umol_l.is_none();
        let (pregnancy, gestation_weeks) = match stated.pregnancy {
            Pregnancy::Unknown => (known.pregnancy, stated.gestation_weeks.or(known.gestation_weeks)),
            said => (said, stated.gestation_weeks.or(known.gestation_weeks.filter(|_| said == Pregnancy::Pregnant))),
        };
        let data = PatientData {
            age_years: stated.age_years.or(known.age_years),
            sex: stated.sex.filter(|sex| *sex != Sex::Unknown).or(known.sex).or(stated.sex),
            weight_kg: stated.weight_kg.or(known.weight_kg),
            height_cm: stated.height_cm.or(known.height_cm),
            pregnancy,
            gestation_weeks,
            lactating: stated.lactating.or(known.lactating),
            serum_creatinine_umol_l: stated.serum_creatinine_umol_l.or(known.serum_creatinine_umol_l),
            egfr_ml_min_1_73m2: stated.egfr_ml_min_1_73m2.or(known.egfr_ml_min_1_73m2.filter(|_| egfr_is_newer)),
            potassium_mmol_l: stated.potassium_mmol_l.or(known.potassium_mmol_l),
            child_pugh: stated.child_pugh.or(known.child_pugh),
            magnesium_mmol_l: stated.magnesium_mmol_l.or(known.magnesium_mmol_l),
            qtc_ms: stated.qtc_ms.or(known.qtc_ms),
            // The record keeps neither for a check: they are of the hour, or of the first weeks of a life.
            heart_rate_per_min: stated.heart_rate_per_min,
            post_menstrual_age_weeks: stated.post_menstrual_age_weeks,
            allergies: union(known.allergies, stated.allergies, same_substance),
            conditions: union(known.conditions, stated.conditions, |a, b| fold(&a.0) == fold(&b.0)),
            medicines: union(known.medicines, stated.medicines, |a, b| fold(&a.0) == fold(&b.0)),
            country: stated.country.or(known.country),
        };
        let mut stale = self.stale;
        stale.retain(|stale| match stale.datum {
            "weight_kg" => data.weight_kg.is_none(),
            "height_cm" => data.height_cm.is_none(),
            "serum_creatinine_umol_l" => data.serum_creatinine_umol_l.is_none(),
            "egfr_ml_min_1_73m2" => data.egfr_ml_min_1_73m2.is_none() && data.serum_creatinine_umol_l.is_none(),
            "potassium_mmol_l" => data.potassium_mmol_l.is_none(),
            "magnesium_mmol_l" => data.magnesium_mmol_l.is_none(),
            "qtc_ms" => data.qtc_ms.is_none(),
            "child_pugh" => data.child_pugh.is_none(),
            "pregnancy" => data.pregnancy == Pregnancy::Unknown,
            _ => data.lactating.is_none(),
        });
        Self { data, stale }
    }

    /// Leaves out medicines that the caller names by themselves, so that none is its own duplicate.
    pub fn without_medicines(&mut self, named: &[NamedMedicine]) {
        let named: Vec<_> = named.iter().filter_map(catalogue::resolve).collect();
        let is_named = |medicine: &Term| {
            let named_so = NamedMedicine { name: Some(medicine.clone()), ..NamedMedicine::default() };
            catalogue::resolve(&named_so).is_some_and(|index| named.contains(&index))
        };
        self.data.medicines.iter_mut().for_each(|medicines| medicines.retain(|medicine| !is_named(medicine)));
    }
}

/// The same substance told no graver than it is recorded.
fn same_substance(recorded: &AllergyInput, stated: &AllergyInput) -> bool {
    let gravity = |allergy: &AllergyInput| match allergy.severity {
        Some(ReactionSeverity::Mild) => 0,
        Some(ReactionSeverity::Moderate) => 1,
        Some(ReactionSeverity::Severe | ReactionSeverity::Unknown) | None => 2,
    };
    fold(&recorded.substance.0) == fold(&stated.substance.0) && gravity(stated) <= gravity(recorded)
}

/// All that is recorded, and what is stated beside it.
fn union<T>(recorded: Option<Vec<T>>, stated: Option<Vec<T>>, same: impl Fn(&T, &T) -> bool) -> Option<Vec<T>> {
    let Some(stated) = stated else { return recorded };
    let mut all = recorded.unwrap_or_default();
    for one in stated {
        if !all.iter().any(|known| same(known, &one)) {
            all.push(one);
        }
    }
    Some(all)
}

//! What can be done about the likely conditions, each medicine judged by the medicine check for this patient.
//!
//! A doctor is told all. A patient is told what they can do themselves; medicines that are sold over the counter only
//! where it is known what the patient is allergic to and whether she is pregnant, where nothing speaks against them,
//! and where nobody needs to be seen today.

use super::case::Case;
use super::inference::Ranked;
use super::outcome::Treatment;
use crate::knowledge::tables::{self, AlertKind, Index, TreatmentLine, Urgency};
use crate::knowledge::{diagnosis, find, review, sources};
use crate::medicine::catalogue;
use crate::medicine::check::{check, comorbidities_of};
use crate::medicine::facts::PatientFacts;
use crate::medicine::model::{Alert, NamedMedicine, NotAssessed};
use crate::records::clinical_data::{PatientData, Pregnancy, Sex, Term};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Conditions whose treatment is told: the likeliest.
const TREATED: usize = 3;
/// Least probability of a condition whose treatment is told.
const LIKELY_ENOUGH: f64 = 0.05;

/// Treatments for one audience.
pub struct Treatments<'c> {
    case: &'c Case,
    for_patient: bool,
    /// Whether nobody needs to be seen today.
    can_wait: bool,
    /// What must be known before a patient is told of medicines.
    unknown: Vec<&'static str>,
    /// Whether one was held back for want of that.
    held_back: bool,
    today: NaiveDate,
    /// What the check said of each medicine.
    checked: BTreeMap<Index, Vec<Alert>>,
}

impl<'c> Treatments<'c> {
    /// For a case that is to be seen this soon.
    #[must_use]
    pub fn new(case: &'c Case, for_patient: bool, level: Urgency, today: NaiveDate) -> Self {
        let (can_wait, unknown) = (level < Urgency::Urgent, unknown_to_choose_by(&case.patient));
        Self { case, for_patient, can_wait, unknown, held_back: false, today, checked: BTreeMap::new() }
    }

    /// What can be done about the condition at this place of the ranking.
    pub fn of(&mut self, ranked: &Ranked, place: usize) -> Vec<Treatment> {
        let rows = &diagnosis().conditions;
        let Some(condition) = find(rows, ranked.condition.id, |row| row.id) else { return Vec::new() };
        if place >= TREATED || ranked.probability < LIKELY_ENOUGH {
            return Vec::new();
        }
        let facts = PatientFacts {
            data: &self.case.patient,
            comorbidities: comorbidities_of(&self.case.patient, &mut Vec::new()),
            medicines: self.case.medicines.clone(),
        };
        let of_condition = diagnosis().treatments.iter().filter(|row| row.conditions.contains(&condition));
        let fitting = of_condition.filter(|row| row.when.evaluate(&facts, &mut Vec::new()) == Some(true));
        let mut told: Vec<Treatment> = fitting.filter_map(|row| self.told(row)).collect();
        told.sort_by_key(|treatment| treatment.line);
        told
    }

    /// What was not known and would be, to tell of more.
    #[must_use]
    pub fn not_assessed(&self) -> Vec<NotAssessed> {
        // That pregnancy is not known is told of every assessment.
        let missing = self.unknown.iter().filter(|datum| self.held_back && **datum != "pregnancy");
        missing.map(|datum| NotAssessed { kind: "treatment".to_owned(), missing: (*datum).to_owned() }).collect()
    }

    fn told(&mut self, row: &'static tables::Treatment<'static>) -> Option<Treatment> {
        let own = !matches!(row.line, TreatmentLine::FirstLine | TreatmentLine::SecondLine);
        let alerts = match row.medicine.filter(|_| row.line != TreatmentLine::Avoid) {
            None if own || !self.for_patient => Vec::new(),
            None => return None,
            Some(_) if self.for_patient && !(self.can_wait && row.over_the_counter) => return None,
            Some(_) if self.for_patient && !self.unknown.is_empty() => {
                self.held_back = true;
                return None;
            }
            Some(medicine) => self.check(medicine),
        };
        if self.for_patient && alerts.iter().any(speaks_against) {
            return None;
        }
        Some(Treatment {
            id: id(row),
            line: row.line,
            severity: row.severity,
            text: row.text.to_owned(),
            medicine: row.medicine.and_then(catalogue::get).map(|medicine| medicine.id.to_owned()),
            alerts,
            sources: sources(&row.sources),
            review: review(row.review).to_owned(),
        })
    }

    /// What the check says of the medicine in this patient.
    fn check(&mut self, medicine: Index) -> Vec<Alert> {
        let Some(id) = catalogue::get(medicine).map(|row| row.id) else { return Vec::new() };
        let named = || NamedMedicine { id: Some(Term(id.to_owned())), ..NamedMedicine::default() };
        let about_it = |alert: &Alert| alert.medicines.iter().any(|other| other == id);
        let alerts = self.checked.entry(medicine).or_insert_with(|| {
            let answer = check(&self.case.patient, &[named()], self.today);
            answer.alerts.into_iter().filter(about_it).collect()
        });
        alerts.clone()
    }
}

/// The first condition, the line, the medicine and a number, as the table has it.
fn id(row: &tables::Treatment) -> String {
    let condition = row.conditions.first().and_then(|at| diagnosis().conditions.get(usize::from(*at)));
    let medicine = row.medicine.and_then(catalogue::get).map(|medicine| medicine.id);
    let number = (row.nth > 1).then(|| row.nth.to_string());
    let parts = [condition.map(|row| row.id), Some(row.line.name()), medicine, number.as_deref()];
    parts.into_iter().flatten().collect::<Vec<_>>().join("_")
}

/// Without a doctor even a moderate alert is one too many; food and alcohol are on the package.
fn speaks_against(alert: &Alert) -> bool {
    use crate::knowledge::tables::Severity;
    alert.severity >= Severity::Moderate && !matches!(alert.kind, AlertKind::Food | AlertKind::Alcohol)
}

/// What must be known of a patient before a medicine is named to them, and is not.
fn unknown_to_choose_by(patient: &PatientData) -> Vec<&'static str> {
    let could_be = patient.sex != Some(Sex::Male)
        && patient.pregnancy == Pregnancy::Unknown
        && patient.age_years.is_none_or(|age| (10.0..=55.0).contains(&age.0));
    let missing = [("allergies", patient.allergies.is_none()), ("pregnancy", could_be)];
    missing.into_iter().filter(|(_, is_missing)| *is_missing).map(|(datum, _)| datum).collect()
}

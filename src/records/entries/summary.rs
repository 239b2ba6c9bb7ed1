//! All that a doctor needs to know before anything else, and what is missing for
//! prescribing safely. Pure: it is worked out from what one batch has read.

use super::clinical_record::{ClinicalRecord, Person};
use super::model::{Entry, Kind};
use super::statements::Statements;
use crate::id::{Id, Timestamp};
use crate::medicine::model::NotAssessed;
use crate::medicine::prescriptions::item::Item;
use crate::records::clinical_data::{Pregnancy, Sex};
use serde::Serialize;
use utoipa::ToSchema;

/// Who it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct SummaryPatient {
    /// The patient.
    #[schema(value_type = String)]
    pub id: Id,
    /// Age in years, where the birth date is known.
    pub age_years: Option<f64>,
    /// Sex for clinical use.
    pub sex: Sex,
    /// Country of residence.
    pub country: Option<String>,
}

/// A prescription that runs.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunningPrescription {
    /// Its id.
    #[schema(value_type = String)]
    pub id: Id,
    /// When it was signed.
    #[schema(value_type = Option<String>)]
    pub signed_at: Option<Timestamp>,
    /// The medicines.
    pub items: Vec<Item>,
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
pub struct Happened {
    /// Its id.
    #[schema(value_type = String)]
    pub id: Id,
    /// Level of the triage of an assessment, status of an encounter.
    pub state: Option<String>,
    /// When.
    #[schema(value_type = String)]
    pub time: Timestamp,
}

/// `GET /patients/{id}/summary`
#[derive(Debug, Serialize, ToSchema)]
pub struct Summary {
    /// Who it is.
    pub patient: SummaryPatient,
    /// What was stated not to be there. An empty list below says nothing of the kind by itself.
    pub statements: Statements,
    /// What the patient has.
    pub problems: Vec<Entry>,
    /// Allergies and intolerances that are not refuted.
    pub allergies: Vec<Entry>,
    /// Medicines that the patient takes.
    pub medications: Vec<Entry>,
    /// Prescriptions of this installation that run.
    pub prescriptions: Vec<RunningPrescription>,
    /// The last observation of each code.
    pub observations: Vec<Entry>,
    /// Whether the patient is pregnant, by what is recent enough.
    pub pregnancy: Pregnancy,
    /// Whether the patient breast-feeds, by what is recent enough.
    pub lactating: Option<bool>,
    /// The last assessments, by triage level.
    pub assessments: Vec<Happened>,
    /// The last encounters.
    pub encounters: Vec<Happened>,
    /// What is missing, or too old, for prescribing safely.
    pub not_assessed: Vec<NotAssessed>,
}

/// Works it out.
#[must_use]
pub fn summarize(
    id: Id,
    person: &Person,
    record: ClinicalRecord,
    assessments: Vec<Happened>,
    encounters: Vec<Happened>,
    now: Timestamp,
) -> Summary {
    let known = record.known(person, now);
    let missing = missing(&record, person, &known.data);
    let mut not_assessed = known.not_assessed();
    not_assessed
        .extend(missing.into_iter().map(|(kind, missing)| NotAssessed { kind: kind.into(), missing: missing.into() }));
    let statements = Statements::of(&record.entries);
    let (mut problems, mut allergies, mut medications) = (Vec::new(), Vec::new(), Vec::new());
    for entry in record.entries {
        match entry.kind {
            Kind::Problems => problems.push(entry),
            Kind::Allergies => allergies.push(entry),
            Kind::Medications => medications.push(entry),
            _ => {}
        }
    }
    let running = record.taken.running.into_iter();
    Summary {
        patient: SummaryPatient {
            id,
            age_years: person.age_years,
            sex: known.data.sex.unwrap_or(Sex::Unknown),
            country: person.country.clone(),
        },
        statements,
        problems,
        allergies,
        medications,
        prescriptions: running
            .map(|one| RunningPrescription { id: one.id, signed_at: one.signed_at, items: one.items })
            .collect(),
        observations: record.observations,
        pregnancy: known.data.pregnancy,
        lactating: known.data.lactating,
        assessments,
        encounters,
        not_assessed,
    }
}

/// What is not known at all. What is there and too old is said by itself.
fn missing(
    record: &ClinicalRecord,
    person: &Person,
    data: &crate::records::clinical_data::PatientData,
) -> Vec<(&'static str, &'static str)> {
    /// Ages at which a pregnancy is possible; wider than usual on purpose.
    const MAY_BE_PREGNANT: std::ops::RangeInclusive<f64> = 10.0..=60.0;
    let recorded = |code: &str| record.observations.iter().any(|one| one.text("code") == Some(code));
    let may_be_pregnant =
        data.sex != Some(Sex::Male) && person.age_years.is_none_or(|age| MAY_BE_PREGNANT.contains(&age));
    [
        (data.age_years.is_none(), ("age", "age_years")),
        (matches!(data.sex, None | Some(Sex::Unknown)), ("contraindication", "sex")),
        (data.allergies.is_none(), ("allergy", "allergies")),
        (data.medicines.is_none(), ("interaction", "medicines")),
        (data.conditions.is_none(), ("contraindication", "conditions")),
        (may_be_pregnant && !recorded("pregnancy_status"), ("pregnancy", "pregnancy")),
        (may_be_pregnant && !recorded("lactation"), ("lactation", "lactating")),
        (!recorded("weight"), ("dose", "weight_kg")),
        (!recorded("serum_creatinine") && !recorded("egfr"), ("renal", "serum_creatinine_umol_l")),
    ]
    .into_iter()
    .filter_map(|(is_missing, what)| is_missing.then_some(what))
    .collect()
}

//! What people send and get about medicines.

use crate::http::{IdInBody, Invalid, Reason};
use crate::knowledge::tables::{AlertKind, Severity};
use crate::records::clinical_data::{PatientData, Term};
use chrono::NaiveDate;
use deserr::Deserr;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Most medicines in one request.
pub const MAX_MEDICINES: usize = 60;

/// An amount, above 0.
#[derive(Debug, Clone, Copy, PartialEq, Deserr, Serialize, Deserialize, ToSchema)]
#[deserr(try_from(f64) = Amount::new -> Reason)]
#[serde(transparent)]
pub struct Amount(pub f64);

impl Amount {
    fn new(value: f64) -> Result<Self, Reason> {
        if value > 0.0 && value <= 1e9 {
            Ok(Self(value))
        } else {
            Err(Reason::out_of_range("must be above 0 and at most 1,000,000,000"))
        }
    }
}

/// An amount with its unit (UCUM).
#[derive(Debug, Clone, PartialEq, Deserr, Serialize, Deserialize, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct Measure {
    /// How much.
    pub value: Amount,
    /// Of what.
    pub unit: Term,
}

/// Unit of a period (FHIR `UnitsOfTime`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserr, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[deserr(rename_all = lowercase)]
pub enum PeriodUnit {
    /// Hours.
    H,
    /// Days.
    D,
    /// Weeks.
    Wk,
    /// Months.
    Mo,
}

/// How often: `frequency` times a `period` of `period_unit` (FHIR `Timing.repeat`).
#[derive(Debug, Clone, PartialEq, Deserr, Serialize, Deserialize, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct Timing {
    /// Times in each period.
    pub frequency: Amount,
    /// Length of the period.
    pub period: Amount,
    /// Unit of the period.
    pub period_unit: PeriodUnit,
}

/// A medicine as a caller names it: by one of `name`, `id`, `rxcui` or `atc`.
#[derive(Debug, Clone, Default, PartialEq, Deserr, Serialize, Deserialize, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields, validate = NamedMedicine::named -> Reason)]
pub struct NamedMedicine {
    /// Generic name, brand or synonym, any case.
    #[deserr(default)]
    pub name: Option<Term>,
    /// Our id.
    #[deserr(default)]
    pub id: Option<Term>,
    /// RxNorm code.
    #[deserr(default)]
    pub rxcui: Option<Term>,
    /// ATC code.
    #[deserr(default)]
    pub atc: Option<Term>,
    /// Single dose.
    #[deserr(default)]
    pub dose: Option<Measure>,
    /// How often.
    #[deserr(default)]
    pub timing: Option<Timing>,
    /// Only when needed.
    #[deserr(default)]
    pub as_needed: Option<bool>,
    /// At most this much in 24 hours.
    #[deserr(default)]
    pub max_per_24h: Option<Measure>,
    /// Route.
    #[deserr(default)]
    pub route: Option<Term>,
    /// When it was stopped; it may still act.
    #[deserr(default)]
    #[schema(value_type = Option<String>)]
    pub stopped_on: Option<Day>,
}

impl NamedMedicine {
    fn named(self, _: deserr::ValuePointerRef) -> Result<Self, Reason> {
        if self.written().is_some() {
            Ok(self)
        } else {
            Err(Reason { code: "missing", message: "needs one of name, id, rxcui, atc".into() })
        }
    }

    /// What the caller wrote to name it.
    #[must_use]
    pub fn written(&self) -> Option<&str> {
        let term = self.name.as_ref().or(self.id.as_ref()).or(self.rxcui.as_ref()).or(self.atc.as_ref());
        term.map(|term| term.0.as_str())
    }
}

/// A day, `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserr, Serialize, Deserialize)]
#[deserr(try_from(String) = Day::parse -> Reason)]
#[serde(transparent)]
pub struct Day(pub NaiveDate);

impl Day {
    fn parse(text: String) -> Result<Self, Reason> {
        text.parse().map(Self).map_err(|_| Reason::invalid("must be a date such as 2026-11-30"))
    }
}

/// `POST /medicines/check`
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct CheckRequest {
    /// What is known of the patient.
    #[deserr(default)]
    pub patient: PatientData,
    /// What is taken, was taken, or shall be.
    pub medicines: MedicineList,
    /// Adds what the record says of this patient; for who may read it.
    #[deserr(default)]
    #[schema(value_type = Option<String>)]
    pub patient_id: Option<IdInBody>,
}

/// One to sixty medicines.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, try_from(Vec<NamedMedicine>) = MedicineList::new -> Reason)]
pub struct MedicineList(pub Vec<NamedMedicine>);

impl MedicineList {
    fn new(medicines: Vec<NamedMedicine>) -> Result<Self, Reason> {
        if (1..=MAX_MEDICINES).contains(&medicines.len()) {
            Ok(Self(medicines))
        } else {
            Err(Reason::out_of_range("must hold 1 to 60 medicines"))
        }
    }
}

/// Something that speaks against what was asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Alert {
    /// The rule and the medicines; the same ones have the same id.
    pub id: String,
    /// What it is about.
    pub kind: AlertKind,
    /// How bad it is; only `contraindicated` and `major` interrupt.
    pub severity: Severity,
    /// Ids of the medicines.
    pub medicines: Vec<String>,
    /// Why it happens.
    pub mechanism: String,
    /// What happens.
    pub effect: String,
    /// What to do.
    pub management: String,
    /// How well it is known.
    pub evidence: String,
    /// Where it stands.
    pub sources: Vec<String>,
    /// `unreviewed`, or the clinician who read the rule.
    pub review: String,
}

impl Alert {
    /// Whether it must be overridden before a prescription is made.
    #[must_use]
    pub fn interrupts(&self) -> bool {
        self.severity >= Severity::Major
    }
}

/// A medicine that was recognised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Checked {
    /// As the caller wrote it.
    pub name: String,
    /// Our id.
    pub id: String,
    /// Kinds for which it has been written up; silence on others means nothing.
    pub covers: Vec<AlertKind>,
}

/// A name that was not recognised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Unknown {
    /// Where it stood: `medicines`, `allergies` or `conditions`.
    pub field: String,
    /// As the caller wrote it.
    pub name: String,
    /// Names that it may have meant.
    pub did_you_mean: Vec<String>,
}

/// What could not be judged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct NotAssessed {
    /// What about.
    pub kind: String,
    /// The datum, or the knowledge, that is missing.
    pub missing: String,
}

/// The answer of a check.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CheckAnswer {
    /// What speaks against it, worst first.
    pub alerts: Vec<Alert>,
    /// What was recognised.
    pub checked: Vec<Checked>,
    /// What was not.
    pub unknown: Vec<Unknown>,
    /// What could not be judged. Silence never means safe.
    pub not_assessed: Vec<NotAssessed>,
    /// Version of the tables.
    pub knowledge_version: String,
}

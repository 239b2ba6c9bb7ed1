//! What people send and get about prescriptions.

use super::lifecycle::Event;
use crate::http::IdInBody;
use crate::http::{Invalid, Reason};
use crate::id::{Id, Timestamp};
use crate::medicine::model::{Alert, Day, Measure, NotAssessed, Timing};
use crate::records::clinical_data::Term;
use chrono::NaiveDate;
use deserr::Deserr;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Days of treatment: 1 to 3650.
#[derive(Debug, Clone, Copy, PartialEq, Deserr, Serialize, Deserialize, ToSchema)]
#[deserr(try_from(f64) = Days::new -> Reason)]
#[serde(transparent)]
pub struct Days(pub u32);

impl Days {
    fn new(value: f64) -> Result<Self, Reason> {
        let whole = (value.fract() == 0.0 && (1.0..=3650.0).contains(&value)).then_some(value);
        // The bounds make the conversion exact.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 3650")]
        whole.map(|days| Self(days as u32)).ok_or_else(|| Reason::out_of_range("must be a whole number from 1 to 3650"))
    }
}

/// How often a medicine may be handed over again: 0 to 12.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserr, Serialize, Deserialize, ToSchema)]
#[deserr(try_from(f64) = Repeats::new -> Reason)]
#[serde(transparent)]
pub struct Repeats(pub u8);

impl Repeats {
    fn new(value: f64) -> Result<Self, Reason> {
        let whole = (value.fract() == 0.0 && (0.0..=12.0).contains(&value)).then_some(value);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 12")]
        whole.map(|times| Self(times as u8)).ok_or_else(|| Reason::out_of_range("must be a whole number from 0 to 12"))
    }

    /// Whether it is handed over once.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.0 == 0
    }
}

fn allowed() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_allowed(allowed: &bool) -> bool {
    *allowed
}

/// Words to the patient: at most 2,000 characters.
#[derive(Debug, Clone, PartialEq, Eq, Deserr, Serialize, Deserialize, ToSchema)]
#[deserr(try_from(String) = Instructions::parse -> Reason)]
#[serde(transparent)]
pub struct Instructions(pub String);

impl Instructions {
    fn parse(text: String) -> Result<Self, Reason> {
        if text.chars().count() <= 2000 {
            Ok(Self(text))
        } else {
            Err(Reason::out_of_range("must have at most 2,000 characters"))
        }
    }
}

/// One medicine of a prescription.
#[derive(Debug, Clone, PartialEq, Deserr, Serialize, Deserialize, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields, validate = Item::timed -> Reason)]
pub struct Item {
    /// Id of the catalogue.
    pub medicine_id: Term,
    /// Single dose.
    pub dose: Measure,
    /// How often; may be left out when `as_needed`.
    #[deserr(default)]
    pub timing: Option<Timing>,
    /// Only when needed.
    #[deserr(default)]
    pub as_needed: bool,
    /// At most this much in 24 hours.
    #[deserr(default)]
    pub max_per_24h: Option<Measure>,
    /// Route.
    #[deserr(default)]
    pub route: Option<Term>,
    /// Days of treatment; for as long as needed when left out.
    #[deserr(default)]
    pub duration_days: Option<Days>,
    /// How much to dispense.
    #[deserr(default)]
    pub quantity: Option<Measure>,
    /// Words to the patient.
    #[deserr(default)]
    pub instructions: Option<Instructions>,
    /// How often it may be handed over again. Left out of what is signed where it is none, as it was before there were any.
    #[deserr(default)]
    #[serde(default, skip_serializing_if = "Repeats::is_none")]
    pub repeats: Repeats,
    /// Whether another product with the same medicine will do.
    #[deserr(default = true)]
    #[serde(default = "allowed", skip_serializing_if = "is_allowed")]
    pub substitution_allowed: bool,
}

impl Item {
    fn timed(self, _: deserr::ValuePointerRef) -> Result<Self, Reason> {
        if self.timing.is_some() || self.as_needed {
            Ok(self)
        } else {
            Err(Reason { code: "missing", message: "needs timing, or as_needed: true".into() })
        }
    }
}

/// One to twenty items.
#[derive(Debug, Clone, Deserr)]
#[deserr(error = Invalid, try_from(Vec<Item>) = Items::new -> Reason)]
pub struct Items(pub Vec<Item>);

impl Items {
    fn new(items: Vec<Item>) -> Result<Self, Reason> {
        if (1..=20).contains(&items.len()) {
            Ok(Self(items))
        } else {
            Err(Reason::out_of_range("must hold 1 to 20 items"))
        }
    }
}

/// Why an alert was overridden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserr, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    /// The benefit is greater.
    #[deserr(rename = "benefit_outweighs_risk")]
    BenefitOutweighsRisk,
    /// It will be monitored.
    #[deserr(rename = "will_monitor")]
    WillMonitor,
    /// The dose was adjusted.
    #[deserr(rename = "dose_adjusted")]
    DoseAdjusted,
    /// The patient tolerated it before.
    #[deserr(rename = "tolerated_before")]
    ToleratedBefore,
    /// The patient wants it, knowing the risk.
    #[deserr(rename = "patient_choice")]
    PatientChoice,
    /// Another one, in words.
    #[deserr(rename = "other")]
    Other,
}

/// An alert that the prescriber has seen and decided about.
#[derive(Debug, Clone, PartialEq, Deserr, Serialize, Deserialize, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct Override {
    /// Id of the alert.
    pub alert: Term,
    /// Why, by code.
    pub reason_code: ReasonCode,
    /// Why, in words.
    pub reason: Instructions,
}

/// `POST /prescriptions`
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct Prescribe {
    /// The patient.
    #[schema(value_type = String)]
    pub patient_id: IdInBody,
    /// The encounter that it belongs to.
    #[deserr(default)]
    #[schema(value_type = Option<String>)]
    pub encounter_id: Option<IdInBody>,
    /// The medicines.
    #[schema(value_type = Vec<Item>)]
    pub items: Items,
    /// Alerts that the prescriber has decided about.
    #[deserr(default)]
    pub overrides: Vec<Override>,
}

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Not in force yet.
    Draft,
    /// In force, unchangeable.
    Signed,
    /// A pharmacy has it.
    Sent,
    /// Some of it was handed over.
    PartlyDispensed,
    /// All of it was handed over.
    Dispensed,
    /// The prescriber took it back.
    Cancelled,
    /// Too old to be dispensed.
    Expired,
}

/// Who somebody is, as a person compares it with the one before them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Identity {
    /// Name.
    pub name: String,
    /// Date of birth.
    #[schema(value_type = Option<String>)]
    pub birth_date: Option<NaiveDate>,
}

/// Whom the prescriber means.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct MeantPatient {
    /// Name.
    pub name: Term,
    /// Date of birth.
    #[schema(value_type = String)]
    pub birth_date: Day,
}

/// `POST /prescriptions/{id}/sign`
#[derive(Debug, Default, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct SignRequest {
    /// Whom the prescriber means: another one than the prescription's is 409, and nothing is signed.
    #[deserr(default)]
    pub patient: Option<MeantPatient>,
}

/// What a pharmacy handed over.
#[derive(Debug, Clone, PartialEq, Deserr, Serialize, Deserialize, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct Dispensed {
    /// The item.
    pub medicine_id: Term,
    /// How much, in the unit in which it was prescribed.
    pub quantity: Measure,
}

/// `POST /prescriptions/{id}/send`
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct Send {
    /// The pharmacy: an organization with a pharmacist.
    #[schema(value_type = String)]
    pub organization_id: IdInBody,
}

/// `POST /prescriptions/{id}/dispense`
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct Dispense {
    /// What was handed over.
    pub items: Vec<Dispensed>,
    /// Whether nothing more is owed, whatever the quantities say.
    #[deserr(default)]
    pub complete: bool,
}

/// Why a prescription is taken back, or given back.
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct BecauseOf {
    /// In words.
    pub reason: Instructions,
}

/// What is sealed of a prescription.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// The medicines.
    pub items: Vec<Item>,
    /// Alerts that the prescriber has decided about.
    pub overrides: Vec<Override>,
    /// All alerts of the last check.
    pub alerts: Vec<Alert>,
    /// What the last check could not judge.
    pub not_assessed: Vec<NotAssessed>,
    /// Version of the tables.
    pub knowledge_version: String,
}

/// A prescription.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Prescription {
    /// Its id.
    #[schema(value_type = String)]
    pub id: Id,
    /// Draft or signed.
    pub status: Status,
    /// The patient.
    #[schema(value_type = String)]
    pub patient_id: Id,
    /// The encounter that it belongs to.
    #[schema(value_type = Option<String>)]
    pub encounter_id: Option<Id>,
    /// Who wrote it.
    #[schema(value_type = String)]
    pub prescriber_id: Id,
    /// The medicines.
    pub items: Vec<Item>,
    /// Alerts that the prescriber has decided about.
    pub overrides: Vec<Override>,
    /// All alerts of the last check.
    pub alerts: Vec<Alert>,
    /// What the last check could not judge.
    pub not_assessed: Vec<NotAssessed>,
    /// Version of the tables.
    pub knowledge_version: String,
    /// When it was written.
    #[schema(value_type = String)]
    pub created_at: Timestamp,
    /// When it was signed.
    #[schema(value_type = Option<String>)]
    pub signed_at: Option<Timestamp>,
    /// `kid.mac` over the canonical form.
    pub signature: Option<String>,
    /// When it can no longer be dispensed.
    #[schema(value_type = Option<String>)]
    pub expires_at: Option<Timestamp>,
    /// The pharmacy that has it.
    #[schema(value_type = Option<String>)]
    pub pharmacy_id: Option<Id>,
    /// What was handed over so far.
    pub dispensed: Vec<Dispensed>,
    /// Whom it is for; told when it is signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient: Option<Identity>,
    /// What happened since it was signed; what is told of it stands above.
    #[serde(skip)]
    pub events: Vec<Event>,
    /// Counts changes; also the `ETag`.
    #[serde(skip)]
    pub version: i64,
}

impl From<&Item> for crate::medicine::model::NamedMedicine {
    fn from(item: &Item) -> Self {
        Self {
            id: Some(item.medicine_id.clone()),
            dose: Some(item.dose.clone()),
            timing: item.timing.clone(),
            as_needed: Some(item.as_needed),
            route: item.route.clone(),
            ..Self::default()
        }
    }
}

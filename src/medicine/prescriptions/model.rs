//! What people send and get about prescriptions.

use super::item::{Instructions, Item, Items};
use super::lifecycle::Event;
use crate::http::{IdInBody, Invalid};
use crate::id::{Id, Timestamp};
use crate::medicine::model::{Alert, Day, Measure, NotAssessed};
use crate::records::clinical_data::Term;
use chrono::NaiveDate;
use deserr::Deserr;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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

/// `POST /prescriptions/{id}/renew`
#[derive(Default, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct Renew {
    /// The encounter that it belongs to.
    #[deserr(default)]
    #[schema(value_type = Option<String>)]
    pub encounter_id: Option<IdInBody>,
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

/// `POST /prescriptions/{id}/receive`
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct Receive {
    /// The pharmacy that takes it in.
    #[schema(value_type = String)]
    pub organization_id: IdInBody,
    /// The code of the printed page.
    pub code: Term,
}

/// `POST /prescriptions/{id}/room`
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct AskBack {
    /// What it is about.
    pub subject: Term,
}

/// What a printed page's code shows to a pharmacist.
#[derive(Debug, Serialize, ToSchema)]
pub struct Verification {
    /// Whether it is word for word what was signed.
    pub is_authentic: bool,
    /// Whether something may still be handed over.
    pub can_be_dispensed: bool,
    /// The prescription as it stands now, with whom it is for.
    pub prescription: Prescription,
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
    /// The one that it renews.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renews: Option<Id>,
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
    /// The one that it renews.
    #[schema(value_type = Option<String>)]
    pub renews: Option<Id>,
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

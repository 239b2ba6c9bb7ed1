//! One medicine of a prescription.

use crate::http::{Invalid, Reason};
use crate::medicine::model::{Measure, NamedMedicine, Timing};
use crate::records::clinical_data::Term;
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

impl From<&Item> for NamedMedicine {
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

//! A patient's profile, as it is stored, shown and changed.

use crate::accounts::model::{BirthDate, Country, Locale, Name};
use crate::http::patch::Patch;
use crate::http::{Invalid, Reason};
use crate::id::{Id, Timestamp};
use crate::records::clinical_data::{HeightCm, Sex, Term, WeightKg};
use deserr::Deserr;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A telephone number as it is dialled: 5 to 30 digits and `+ - . ( )` and spaces.
#[derive(Debug, Clone, PartialEq, Eq, Deserr, Serialize, Deserialize, ToSchema)]
#[deserr(try_from(String) = Phone::parse -> Reason)]
#[serde(transparent)]
pub struct Phone(pub String);

impl Phone {
    fn parse(text: String) -> Result<Self, Reason> {
        let text = text.trim().to_owned();
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-. ()".contains(&byte));
        if plain && digits >= 3 && text.len() <= 30 {
            Ok(Self(text))
        } else {
            Err(Reason::invalid("must be a telephone number such as +44 20 7946 0018"))
        }
    }
}

/// Up to ten languages, the preferred one first.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, try_from(Vec<Locale>) = Languages::new -> Reason)]
pub struct Languages(pub Vec<Locale>);

impl Languages {
    fn new(languages: Vec<Locale>) -> Result<Self, Reason> {
        if languages.len() <= 10 {
            Ok(Self(languages))
        } else {
            Err(Reason::out_of_range("must hold at most 10 languages"))
        }
    }
}

/// Whom to call when something has happened.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct EmergencyContact {
    /// Name.
    pub name: String,
    /// Telephone number.
    #[schema(value_type = Option<String>)]
    pub phone: Option<Phone>,
    /// What they are to the patient, such as `mother`.
    pub relation: Option<String>,
}

/// What a profile holds beside name, date of birth and country; sealed as one.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    /// Sex for clinical use.
    pub sex: Option<Sex>,
    /// Gender in the patient's own word.
    pub gender: Option<Term>,
    /// Pronouns.
    pub pronouns: Option<Term>,
    /// Height as last stated.
    pub height_cm: Option<HeightCm>,
    /// When the height was stated.
    pub height_stated_at: Option<Timestamp>,
    /// Weight as last stated.
    pub weight_kg: Option<WeightKg>,
    /// When the weight was stated.
    pub weight_stated_at: Option<Timestamp>,
    /// Languages, the preferred one first.
    pub languages: Vec<Locale>,
    /// Telephone number.
    pub phone: Option<Phone>,
    /// Whom to call.
    pub emergency_contact: Option<EmergencyContact>,
}

/// A patient.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Patient {
    /// The patient.
    #[schema(value_type = String)]
    pub id: Id,
    /// Name.
    pub name: String,
    /// Date of birth.
    pub birth_date: Option<BirthDate>,
    /// Sex for clinical use.
    pub sex: Sex,
    /// Gender in the patient's own word, apart from `sex`.
    pub gender: Option<Term>,
    /// Pronouns.
    pub pronouns: Option<Term>,
    /// Height as last stated.
    pub height_cm: Option<HeightCm>,
    /// When the height was stated.
    #[schema(value_type = Option<String>)]
    pub height_stated_at: Option<Timestamp>,
    /// Weight as last stated.
    pub weight_kg: Option<WeightKg>,
    /// When the weight was stated.
    #[schema(value_type = Option<String>)]
    pub weight_stated_at: Option<Timestamp>,
    /// Country of residence.
    pub country: Option<String>,
    /// Languages (BCP 47), the preferred one first.
    #[schema(value_type = Vec<String>)]
    pub languages: Vec<Locale>,
    /// Telephone number.
    #[schema(value_type = Option<String>)]
    pub phone: Option<Phone>,
    /// Whom to call.
    pub emergency_contact: Option<EmergencyContact>,
    /// Counts changes; also the `ETag`.
    #[serde(skip)]
    pub version: i64,
}

impl Patient {
    /// From what is stored.
    #[must_use]
    pub fn new(
        id: Id,
        name: String,
        birth_date: Option<BirthDate>,
        country: Option<String>,
        details: Details,
        version: i64,
    ) -> Self {
        Self {
            id,
            name,
            birth_date,
            sex: details.sex.unwrap_or(Sex::Unknown),
            gender: details.gender,
            pronouns: details.pronouns,
            height_cm: details.height_cm,
            height_stated_at: details.height_stated_at,
            weight_kg: details.weight_kg,
            weight_stated_at: details.weight_stated_at,
            country,
            languages: details.languages,
            phone: details.phone,
            emergency_contact: details.emergency_contact,
            version,
        }
    }

    /// What is sealed as one.
    #[must_use]
    pub fn details(&self) -> Details {
        Details {
            sex: Some(self.sex),
            gender: self.gender.clone(),
            pronouns: self.pronouns.clone(),
            height_cm: self.height_cm,
            height_stated_at: self.height_stated_at,
            weight_kg: self.weight_kg,
            weight_stated_at: self.weight_stated_at,
            languages: self.languages.clone(),
            phone: self.phone.clone(),
            emergency_contact: self.emergency_contact.clone(),
        }
    }
}

/// A change of [`EmergencyContact`], member by member.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct ChangeEmergencyContact {
    /// Name; there is no contact without one.
    #[deserr(default)]
    #[schema(value_type = Option<String>)]
    pub name: Patch<Name>,
    /// Telephone number.
    #[deserr(default)]
    #[schema(value_type = Option<String>)]
    pub phone: Patch<Phone>,
    /// What they are to the patient.
    #[deserr(default)]
    #[schema(value_type = Option<String>)]
    pub relation: Patch<Term>,
}

/// `PATCH /patients/{id}` (RFC 7396).
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct ChangePatient {
    /// Name; cannot be removed.
    #[deserr(default)]
    #[schema(value_type = Option<String>)]
    pub name: Patch<Name>,
    /// Date of birth; a guardian cannot change it, for their access ends by it.
    #[deserr(default)]
    #[schema(value_type = Option<String>)]
    pub birth_date: Patch<BirthDate>,
    /// Sex for clinical use, `null` for `unknown`.
    #[deserr(default)]
    #[schema(value_type = Option<Sex>)]
    pub sex: Patch<Sex>,
    /// Gender in the patient's own word.
    #[deserr(default)]
    #[schema(value_type = Option<String>)]
    pub gender: Patch<Term>,
    /// Pronouns.
    #[deserr(default)]
    #[schema(value_type = Option<String>)]
    pub pronouns: Patch<Term>,
    /// Height.
    #[deserr(default)]
    #[schema(value_type = Option<f64>)]
    pub height_cm: Patch<HeightCm>,
    /// Weight.
    #[deserr(default)]
    #[schema(value_type = Option<f64>)]
    pub weight_kg: Patch<WeightKg>,
    /// Country of residence.
    #[deserr(default)]
    #[schema(value_type = Option<String>)]
    pub country: Patch<Country>,
    /// Languages, the preferred one first.
    #[deserr(default)]
    #[schema(value_type = Option<Vec<String>>)]
    pub languages: Patch<Languages>,
    /// Telephone number.
    #[deserr(default)]
    #[schema(value_type = Option<String>)]
    pub phone: Patch<Phone>,
    /// Whom to call.
    #[deserr(default)]
    #[schema(value_type = Option<ChangeEmergencyContact>)]
    pub emergency_contact: Patch<ChangeEmergencyContact>,
}

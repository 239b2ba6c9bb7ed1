//! An entry of the record, whatever its kind.

use super::content::Content;
use crate::authorization::Relationship;
use crate::id::{Id, Timestamp};
use crate::records::store::PatientFile;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// What an entry is about; also the word in its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// What the patient has or had.
    Problems,
    /// Allergies and intolerances.
    Allergies,
    /// Medicines taken, whoever advised them.
    Medications,
    /// What was done.
    Procedures,
    /// Vaccines given.
    Immunizations,
    /// What runs in the family.
    FamilyHistory,
    /// How the patient lives.
    SocialHistory,
    /// What was measured or asked.
    Observations,
    /// That there is nothing of a kind, see `/statements`.
    Statements,
}

impl Kind {
    /// As it stands in paths and in storage.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Problems => "problems",
            Self::Allergies => "allergies",
            Self::Medications => "medications",
            Self::Procedures => "procedures",
            Self::Immunizations => "immunizations",
            Self::FamilyHistory => "family-history",
            Self::SocialHistory => "social-history",
            Self::Observations => "observations",
            Self::Statements => "statements",
        }
    }
}

/// As whom somebody wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Asserter {
    /// The patient, or who acts for them.
    Patient,
    /// A doctor who cares for them.
    Practitioner,
}

impl Asserter {
    /// As whom somebody with this file writes. In one's own record a doctor is the patient.
    #[must_use]
    pub fn of(file: &PatientFile) -> Self {
        if file.relationships.contains(&Relationship::ActsForPatient) { Self::Patient } else { Self::Practitioner }
    }

    /// As it stands in storage.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Patient => "patient",
            Self::Practitioner => "practitioner",
        }
    }
}

/// Whether an entry is to be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, deserr::Deserr)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It is.
    #[deserr(rename = "active")]
    Active,
    /// It should never have been written; kept, and not used.
    #[deserr(rename = "entered_in_error")]
    EnteredInError,
}

impl Status {
    /// As it stands in storage.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::EnteredInError => "entered_in_error",
        }
    }
}

/// An entry as the API shows it: the members of its kind beside these.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Entry {
    /// Its id.
    #[schema(value_type = String)]
    pub id: Id,
    /// Its kind, which its path names.
    #[serde(skip)]
    pub kind: Kind,
    /// The encounter that it belongs to.
    #[schema(value_type = Option<String>)]
    pub encounter_id: Option<Id>,
    /// Whether it is to be believed.
    pub status: Status,
    /// Who wrote this version.
    #[schema(value_type = String)]
    pub recorded_by: Id,
    /// As whom.
    pub asserter: Asserter,
    /// When the first version was written.
    #[schema(value_type = String)]
    pub recorded_at: Timestamp,
    /// When this version was written.
    #[schema(value_type = String)]
    pub updated_at: Timestamp,
    /// Counts changes; also the `ETag`.
    pub version: i64,
    /// The members of its kind, `codings` and `unknown`.
    #[serde(flatten)]
    #[schema(value_type = Content)]
    pub content: Map<String, Value>,
    /// When it was so, where that is another time than that of writing.
    #[serde(skip)]
    pub effective_at: Option<Timestamp>,
}

impl Entry {
    /// A text of the content.
    #[must_use]
    pub fn text(&self, member: &str) -> Option<&str> {
        self.content.get(member).and_then(Value::as_str)
    }

    /// What it is about, in a few words.
    #[must_use]
    pub fn title(&self) -> &str {
        let members = ["name", "substance", "vaccine", "condition", "code", "statement"];
        members.iter().find_map(|member| self.text(member)).unwrap_or(self.kind.as_str())
    }

    /// The code of the content in this system.
    #[must_use]
    pub fn coded(&self, system: &str) -> Option<&str> {
        let codings = self.content.get("codings").and_then(Value::as_array)?;
        codings.iter().find(|coding| coding["system"] == system)?["code"].as_str()
    }
}

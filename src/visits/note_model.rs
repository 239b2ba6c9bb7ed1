//! What people send and get about the note of a visit.

use crate::diagnosis::model::Story;
use crate::diagnosis::outcome::ConditionCoding;
use crate::http::{Invalid, Reason};
use crate::id::{Id, Timestamp};
use crate::records::clinical_data::Term;
use deserr::Deserr;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A code of a diagnosis.
#[derive(Debug, Clone, PartialEq, Eq, Deserr, Serialize, Deserialize, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct Coding {
    /// Code system, a URI.
    pub system: Term,
    /// Code.
    pub code: Term,
    /// Its display text.
    #[deserr(default)]
    pub display: Option<Term>,
}

impl From<ConditionCoding> for Coding {
    fn from(coding: ConditionCoding) -> Self {
        Self { system: Term(coding.system), code: Term(coding.code), display: Some(Term(coding.display)) }
    }
}

/// What the doctor thinks it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserr, Serialize, Deserialize, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct Diagnosis {
    /// In words, or the id of a condition of the catalogue.
    pub text: Term,
    /// Codes; the ICD-10 code is added where the words name a condition of the catalogue.
    #[deserr(default)]
    pub codings: Vec<Coding>,
}

/// At most twenty diagnoses.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserr, Serialize, Deserialize)]
#[deserr(error = Invalid, try_from(Vec<Diagnosis>) = Diagnoses::new -> Reason)]
#[serde(transparent)]
pub struct Diagnoses(pub Vec<Diagnosis>);

impl Diagnoses {
    fn new(diagnoses: Vec<Diagnosis>) -> Result<Self, Reason> {
        if diagnoses.len() <= 20 && diagnoses.iter().all(|diagnosis| diagnosis.codings.len() <= 20) {
            Ok(Self(diagnoses))
        } else {
            Err(Reason::out_of_range("must hold at most 20 diagnoses, each with at most 20 codings"))
        }
    }
}

/// What a note says: subjective, objective, assessment, plan.
#[derive(Debug, Clone, PartialEq, Eq, Deserr, Serialize, Deserialize, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct NoteContent {
    /// What the patient says.
    #[deserr(default = empty())]
    pub subjective: Story,
    /// What was seen and measured.
    #[deserr(default = empty())]
    pub objective: Story,
    /// What the doctor makes of it.
    #[deserr(default = empty())]
    pub assessment: Story,
    /// What is to be done.
    #[deserr(default = empty())]
    pub plan: Story,
    /// What the doctor thinks it is.
    #[deserr(default)]
    #[schema(value_type = Vec<Diagnosis>)]
    pub diagnoses: Diagnoses,
}

fn empty() -> Story {
    Story(String::new())
}

impl NoteContent {
    /// A note that says nothing yet.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            subjective: empty(),
            objective: empty(),
            assessment: empty(),
            plan: empty(),
            diagnoses: Diagnoses::default(),
        }
    }

    /// Whether there is nothing in it to sign.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        [&self.subjective, &self.objective, &self.assessment, &self.plan].iter().all(|text| text.0.trim().is_empty())
    }
}

/// Whether a note can still change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoteStatus {
    /// Seen by its author alone.
    Draft,
    /// Part of the record, unchangeable.
    Signed,
}

/// What was added to a signed note later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Amendment {
    /// Its id.
    #[schema(value_type = String)]
    pub id: Id,
    /// Who added it.
    #[schema(value_type = String)]
    pub author_id: Id,
    /// What.
    pub text: String,
    /// When it was signed.
    #[schema(value_type = String)]
    pub signed_at: Timestamp,
    /// `kid.mac` over the canonical form, which names the note's own signature.
    pub signature: String,
}

/// The note of a visit.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Note {
    /// The visit.
    #[schema(value_type = String)]
    pub visit_id: Id,
    /// The patient.
    #[schema(value_type = String)]
    pub patient_id: Id,
    /// Who answers for it.
    #[schema(value_type = String)]
    pub author_id: Id,
    /// Draft or signed.
    pub status: NoteStatus,
    /// What the patient says.
    #[schema(value_type = String)]
    pub subjective: Story,
    /// What was seen and measured.
    #[schema(value_type = String)]
    pub objective: Story,
    /// What the doctor makes of it.
    #[schema(value_type = String)]
    pub assessment: Story,
    /// What is to be done.
    #[schema(value_type = String)]
    pub plan: Story,
    /// What the doctor thinks it is.
    pub diagnoses: Vec<Diagnosis>,
    /// When it was signed.
    #[schema(value_type = Option<String>)]
    pub signed_at: Option<Timestamp>,
    /// `kid.mac` over the canonical form.
    pub signature: Option<String>,
    /// What was added later, in order.
    pub amendments: Vec<Amendment>,
    /// Counts changes, 0 before the first; also the `ETag`.
    #[serde(skip)]
    pub version: i64,
}

impl Note {
    /// A note of which nothing is written yet.
    #[must_use]
    pub fn unwritten(visit_id: Id, patient_id: Id, author_id: Id) -> Self {
        let content = NoteContent::empty();
        Self {
            visit_id,
            patient_id,
            author_id,
            status: NoteStatus::Draft,
            subjective: content.subjective,
            objective: content.objective,
            assessment: content.assessment,
            plan: content.plan,
            diagnoses: Vec::new(),
            signed_at: None,
            signature: None,
            amendments: Vec::new(),
            version: 0,
        }
    }

    /// What it says.
    #[must_use]
    pub fn content(&self) -> NoteContent {
        NoteContent {
            subjective: self.subjective.clone(),
            objective: self.objective.clone(),
            assessment: self.assessment.clone(),
            plan: self.plan.clone(),
            diagnoses: Diagnoses(self.diagnoses.clone()),
        }
    }

    /// The same note saying this.
    #[must_use]
    pub fn saying(self, content: NoteContent) -> Self {
        Self {
            subjective: content.subjective,
            objective: content.objective,
            assessment: content.assessment,
            plan: content.plan,
            diagnoses: content.diagnoses.0,
            ..self
        }
    }
}

/// Words to add to a signed note: 1 to 20,000 characters.
#[derive(Debug, Clone, Deserr)]
#[deserr(try_from(String) = AmendmentText::parse -> Reason)]
pub struct AmendmentText(pub String);

impl AmendmentText {
    fn parse(text: String) -> Result<Self, Reason> {
        let text = text.trim().to_owned();
        if (1..=20_000).contains(&text.chars().count()) {
            Ok(Self(text))
        } else {
            Err(Reason::out_of_range("must have 1 to 20,000 characters"))
        }
    }
}

/// `POST /visits/{id}/note/amendments`
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct Amend {
    /// What to add.
    #[schema(value_type = String)]
    pub text: AmendmentText,
}

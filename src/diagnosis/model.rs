//! What people send about assessments.

use crate::error::FieldError;
use crate::http::IdInBody;
use crate::http::invalid::pointer;
use crate::http::{Invalid, Reason};
use crate::records::clinical_data::{
    BloodPressure, Glucose, HeartRate, OxygenSaturation, PainScore, PatientData, RespiratoryRate, TemperatureC,
};
use chrono::NaiveDate;
use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether a finding is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserr, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[deserr(rename_all = lowercase)]
pub enum FindingState {
    /// There.
    Present,
    /// Not there.
    Absent,
    /// Not known.
    Unknown,
}

/// The id of a finding of the vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, Deserr, Serialize, Deserialize, ToSchema)]
#[deserr(try_from(String) = FindingId::parse -> Reason)]
#[serde(transparent)]
pub struct FindingId(pub String);

impl FindingId {
    fn parse(text: String) -> Result<Self, Reason> {
        if super::case::finding_by_id(&text).is_some() {
            Ok(Self(text))
        } else {
            Err(Reason { code: "unknown_finding", message: "is not a finding; take one from /api/v1/findings".into() })
        }
    }
}

/// A finding that the caller knows of.
#[derive(Debug, Clone, PartialEq, Eq, Deserr, Serialize, Deserialize, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct Answer {
    /// Which.
    pub id: FindingId,
    /// Whether it is there.
    pub state: FindingState,
}

/// An answer to a question.
#[derive(Debug, Clone, PartialEq, Eq, Deserr, Serialize, Deserialize, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct QuestionAnswer {
    /// Which.
    pub finding: FindingId,
    /// Whether it is there.
    pub state: FindingState,
}

/// What was measured.
#[derive(Debug, Clone, Default, PartialEq, Deserr, Serialize, Deserialize, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct Vitals {
    /// Body temperature.
    #[deserr(default)]
    pub temperature_c: Option<TemperatureC>,
    /// Pulse.
    #[deserr(default)]
    pub heart_rate_per_min: Option<HeartRate>,
    /// Breathing rate.
    #[deserr(default)]
    pub respiratory_rate_per_min: Option<RespiratoryRate>,
    /// Systolic blood pressure.
    #[deserr(default)]
    pub systolic_mmhg: Option<BloodPressure>,
    /// Diastolic blood pressure.
    #[deserr(default)]
    pub diastolic_mmhg: Option<BloodPressure>,
    /// Oxygen saturation.
    #[deserr(default)]
    pub oxygen_saturation_percent: Option<OxygenSaturation>,
    /// Glucose in blood.
    #[deserr(default)]
    pub glucose_mmol_l: Option<Glucose>,
    /// Pain as the patient rates it.
    #[deserr(default)]
    pub pain_score: Option<PainScore>,
    /// How awake the patient is.
    #[deserr(default)]
    pub consciousness: Option<Consciousness>,
    /// Whether the patient breathes oxygen.
    #[deserr(default)]
    pub on_oxygen: Option<bool>,
}

/// How awake somebody is (ACVPU).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserr, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[deserr(rename_all = lowercase)]
pub enum Consciousness {
    /// Awake.
    Alert,
    /// Newly confused.
    Confusion,
    /// Answers to a voice.
    Voice,
    /// Answers to pain.
    Pain,
    /// Answers to nothing.
    Unresponsive,
}

/// A patient of whom at least age and sex are known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct AssessedPatient(pub PatientData);

impl Deserr<Invalid> for AssessedPatient {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef) -> Result<Self, Invalid> {
        let value = serde_json::Value::from(value);
        let absent = |field: &str| value.is_object() && value.get(field).is_none_or(serde_json::Value::is_null);
        let missing = ["age_years", "sex"].into_iter().filter(|field| absent(field));
        let mut errors: Vec<FieldError> = missing
            .map(|field| FieldError::body(pointer(location.push_key(field)), "missing", "is required"))
            .collect();
        match PatientData::deserialize_from_value(value.into_value(), location) {
            Ok(data) if errors.is_empty() => Ok(Self(data)),
            Ok(_) => Err(Invalid(errors)),
            Err(wrong) => {
                errors.extend(wrong.0);
                Err(Invalid(errors))
            }
        }
    }
}

/// `POST /assessments`
#[derive(Debug, Clone, Deserr, Serialize, Deserialize, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields, validate = Assess::says_something -> Reason)]
pub struct Assess {
    /// Whom it is about.
    #[schema(value_type = PatientData)]
    pub patient: AssessedPatient,
    /// What is wrong, in plain words: at most 20,000 characters.
    #[deserr(default)]
    pub text: Option<Story>,
    /// Findings that are known.
    #[deserr(default)]
    pub findings: Vec<Answer>,
    /// What was measured.
    #[deserr(default)]
    pub vitals: Option<Vitals>,
    /// Files it in this record.
    #[deserr(default)]
    #[schema(value_type = Option<String>)]
    #[serde(skip)]
    pub patient_id: Option<IdInBody>,
    /// The encounter that it belongs to.
    #[deserr(default)]
    #[schema(value_type = Option<String>)]
    #[serde(skip)]
    pub encounter_id: Option<IdInBody>,
    /// Language of the texts in the answer.
    #[deserr(default)]
    #[schema(value_type = Option<String>)]
    pub locale: Option<crate::accounts::model::Locale>,
}

impl Assess {
    fn says_something(self, _: ValuePointerRef) -> Result<Self, Reason> {
        if self.text.is_some() || !self.findings.is_empty() {
            Ok(self)
        } else {
            Err(Reason { code: "missing", message: "needs text, or findings, or both".into() })
        }
    }
}

/// What is wrong, in plain words.
#[derive(Debug, Clone, PartialEq, Eq, Deserr, Serialize, Deserialize, ToSchema)]
#[deserr(try_from(String) = Story::parse -> Reason)]
#[serde(transparent)]
pub struct Story(pub String);

impl Story {
    fn parse(text: String) -> Result<Self, Reason> {
        if text.chars().count() <= 20_000 {
            Ok(Self(text))
        } else {
            Err(Reason::out_of_range("must have at most 20,000 characters"))
        }
    }
}

/// `POST /assessments/{id}/answers`
#[derive(Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct Answers {
    /// The answers.
    #[schema(value_type = Vec<QuestionAnswer>)]
    pub answers: AnswerList,
}

/// One to fifty answers.
#[derive(Debug, Deserr)]
#[deserr(error = Invalid, try_from(Vec<QuestionAnswer>) = AnswerList::new -> Reason)]
pub struct AnswerList(pub Vec<QuestionAnswer>);

impl AnswerList {
    fn new(answers: Vec<QuestionAnswer>) -> Result<Self, Reason> {
        if (1..=50).contains(&answers.len()) {
            Ok(Self(answers))
        } else {
            Err(Reason::out_of_range("must hold 1 to 50 answers"))
        }
    }
}

/// Everything that an assessment was made from; it is reproduced from this.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Input {
    /// What was sent first.
    pub asked: Assess,
    /// Answers since, in order.
    pub answers: Vec<QuestionAnswer>,
    /// Whether the text was written by the patient or somebody who asks for them.
    pub by_patient: bool,
    /// The day on which it was asked.
    #[serde(default)]
    pub on: NaiveDate,
}

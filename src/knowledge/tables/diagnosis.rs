//! Findings, conditions and red flags.

use super::super::expression::Expression;
use super::{Index, Sources};
use serde::{Deserialize, Serialize};

/// What kind of thing a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// What a person feels or notices.
    Symptom,
    /// What another person sees or measures.
    Sign,
    /// A test's result.
    Test,
    /// What a person has had or has.
    History,
    /// What makes something more likely.
    RiskFactor,
    /// What a person has met with.
    Exposure,
    /// What a person takes.
    Medicine,
    /// What a person is in for a time, such as a pregnancy.
    State,
}

/// A thing that is present, absent or unknown in a person.
#[derive(Debug, Serialize, Deserialize)]
pub struct Finding<'a> {
    /// Slug.
    pub id: &'a str,
    /// Short name.
    pub name: &'a str,
    /// What kind of thing it is.
    pub kind: FindingKind,
    /// What to ask.
    pub question: &'a str,
    /// How people say it, with `;` between: a sixth smaller than a list.
    pub phrases: &'a str,
    /// More general findings that come with it.
    pub implies: Vec<Index>,
    /// Findings of one group come for one reason; 0 is none.
    pub group: Index,
    /// Of 100 people who seek care for something else, how many have it.
    pub background: f32,
    /// Where that stands.
    pub sources: Sources,
}

/// How soon somebody who has it should be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// At home, with what to watch for.
    SelfCare,
    /// Within days.
    Routine,
    /// The same day.
    Urgent,
    /// Now.
    Emergency,
}

/// How often a finding is there with a condition.
#[derive(Debug)]
pub struct Likelihood {
    /// The finding.
    pub finding: Index,
    /// Of 100 people with the condition, how many have it, to one decimal.
    pub percent: f32,
    /// Where that stands.
    pub sources: Sources,
}

/// Likelihoods are packed column by column, findings as steps from one to the next:
/// they are most of the tables' numbers, and so compress to half.
mod columns {
    use super::{Index, Likelihood, Sources};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    type Columns = (Vec<Index>, Vec<u16>, Vec<Sources>);

    pub(super) fn serialize<S: Serializer>(rows: &[Likelihood], serializer: S) -> Result<S::Ok, S::Error> {
        let mut last = 0;
        let mut columns = Columns::default();
        for row in rows {
            columns.0.push(row.finding - last);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a percentage times ten")]
            columns.1.push((row.percent * 10.0).round() as u16);
            columns.2.push(row.sources.clone());
            last = row.finding;
        }
        columns.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Likelihood>, D::Error> {
        let (steps, tenths, sources) = Columns::deserialize(deserializer)?;
        let mut finding = 0;
        let rows = steps.into_iter().zip(tenths).zip(sources).map(|((step, tenths), sources)| {
            finding += step;
            Likelihood { finding, percent: f32::from(tenths) / 10.0, sources }
        });
        Ok(rows.collect())
    }
}

/// A disease or injury.
#[derive(Debug, Serialize, Deserialize)]
pub struct Condition<'a> {
    /// Slug.
    pub id: &'a str,
    /// Name.
    pub name: &'a str,
    /// ICD-10 codes, the best fitting first.
    #[serde(borrow)]
    pub icd10: Vec<&'a str>,
    /// How soon it should be seen.
    pub urgency: Urgency,
    /// Whether missing it may kill or maim.
    pub dangerous: bool,
    /// Of 10,000 people who seek care with a new complaint, how many have it.
    pub base_rate: f32,
    /// Multipliers for infants, children, adolescents, the young, the middle-aged, the old.
    pub ages: [f32; 6],
    /// Multiplier for males.
    pub male: f32,
    /// Multiplier for females.
    pub female: f32,
    /// Multiplier in pregnancy.
    pub pregnant: f32,
    /// What it usually needs, to a patient.
    pub advice: &'a str,
    /// Findings that count, by finding.
    #[serde(with = "columns")]
    pub likelihoods: Vec<Likelihood>,
    /// Where the row stands.
    pub sources: Sources,
    /// Clinician who read the row; empty while nobody has.
    pub review: &'a str,
}

/// Whose a treatment is, and when it has its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TreatmentLine {
    /// What the patient does at home, or until help comes.
    SelfCare,
    /// What a doctor gives first.
    FirstLine,
    /// What follows where that fails or cannot be given.
    SecondLine,
    /// What not to do.
    Avoid,
    /// When to be seen again, or sooner.
    ComeBack,
}

impl TreatmentLine {
    /// As tables and answers write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SelfCare => "self_care",
            Self::FirstLine => "first_line",
            Self::SecondLine => "second_line",
            Self::Avoid => "avoid",
            Self::ComeBack => "come_back",
        }
    }
}

/// How bad the condition is that a treatment is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TreatmentSeverity {
    /// Mild.
    Mild,
    /// Moderate.
    Moderate,
    /// Severe.
    Severe,
}

/// Something that is done about conditions.
#[derive(Debug, Serialize, Deserialize)]
pub struct Treatment<'a> {
    /// Which it is of those with the same first condition, line and medicine, from 1: its id is these, joined.
    pub nth: u8,
    /// For which conditions.
    pub conditions: Vec<Index>,
    /// Whose it is.
    pub line: TreatmentLine,
    /// How bad they are; any where it is `None`.
    pub severity: Option<TreatmentSeverity>,
    /// In whom.
    pub when: Expression,
    /// The medicine, where it is one.
    pub medicine: Option<Index>,
    /// Whether a patient can buy it and take it by the package's own directions.
    pub over_the_counter: bool,
    /// In one sentence.
    pub text: &'a str,
    /// Where it stands.
    pub sources: Sources,
    /// Clinician who read the row; empty while nobody has.
    pub review: &'a str,
}

/// A combination that must be seen soon, whatever it turns out to be.
#[derive(Debug, Serialize, Deserialize)]
pub struct RedFlag<'a> {
    /// Slug.
    pub id: &'a str,
    /// `Emergency` or `Urgent`.
    pub level: Urgency,
    /// When it holds.
    pub when: Expression,
    /// What was seen and why it matters.
    pub reason: &'a str,
    /// Key of what to do.
    pub action: &'a str,
    /// Where the rule stands.
    pub sources: Sources,
}
/// A finding that a measurement shows.
#[derive(Debug, Serialize, Deserialize)]
pub struct MeasuredFinding {
    /// The finding.
    pub finding: Index,
    /// When it is there.
    pub when: Expression,
}

/// From which rates on the heart or the breath of a child is fast.
#[derive(Debug, Serialize, Deserialize)]
pub struct ChildhoodVitalSigns {
    /// From this age on, until the next row's.
    pub from_age_years: f64,
    /// Beats a minute.
    pub heart_rate_per_min: f64,
    /// Breaths a minute.
    pub respiratory_rate_per_min: f64,
}

/// What an assessment works with.
#[derive(Debug, Serialize, Deserialize)]
pub struct DiagnosisTables<'a> {
    /// Findings, by id.
    #[serde(borrow)]
    pub findings: Vec<Finding<'a>>,
    /// Conditions, by id.
    pub conditions: Vec<Condition<'a>>,
    /// Red flags, by id.
    pub red_flags: Vec<RedFlag<'a>>,
    /// Treatments, by id.
    pub treatments: Vec<Treatment<'a>>,
    /// Bounds of the vital signs of children, in the order of age.
    pub childhood_vital_signs: Vec<ChildhoodVitalSigns>,
    /// What measurements show.
    pub measured_findings: Vec<MeasuredFinding>,
}

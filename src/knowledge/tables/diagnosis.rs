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
    /// How people say it.
    #[serde(borrow)]
    pub phrases: Vec<&'a str>,
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
}

//! The packed tables: what `build.rs` writes from the CSV files and the crate
//! reads. Texts are borrowed from the blob itself, which lives in the wasm.

use super::expression::Expression;
use serde::{Deserialize, Serialize};

/// Index into a table.
pub type Index = u16;

/// Where a row's facts stand: places in [`Library::citations`].
pub type Sources = Vec<Index>;

/// The documents and the places in them that rows cite.
#[derive(Debug, Serialize, Deserialize)]
pub struct Library<'a> {
    /// Fingerprint of all tables.
    pub version: &'a str,
    /// Title, publisher and year of each document, as they are printed.
    #[serde(borrow)]
    pub documents: Vec<&'a str>,
    /// A document and a section of it.
    pub citations: Vec<(Index, &'a str)>,
    /// Sentences by key, sorted by key.
    pub texts: Vec<(&'a str, &'a str)>,
    /// Emergency number by country, sorted; `default` where the country is not known.
    pub emergency_numbers: Vec<(&'a str, &'a str)>,
}

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

/// What a person already has.
#[derive(Debug, Serialize, Deserialize)]
pub struct Comorbidity<'a> {
    /// Slug.
    pub id: &'a str,
    /// Name.
    pub name: &'a str,
    /// Other names.
    #[serde(borrow)]
    pub synonyms: Vec<&'a str>,
    /// ICD-10 code.
    pub icd10: &'a str,
    /// The finding that it sets.
    pub finding: Option<Index>,
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

/// A drug class.
#[derive(Debug, Serialize, Deserialize)]
pub struct Class<'a> {
    /// Slug.
    pub id: &'a str,
    /// Name.
    pub name: &'a str,
    /// Wider class.
    pub parent: Option<Index>,
    /// Whether two members together are a duplicate.
    pub duplicate: bool,
    /// Where that stands.
    pub sources: Sources,
}

/// A form in which a medicine is marketed.
#[derive(Debug, Serialize, Deserialize)]
pub struct Form<'a> {
    /// Dose form.
    pub form: &'a str,
    /// Route.
    pub route: &'a str,
    /// Strengths.
    #[serde(borrow)]
    pub strengths: Vec<&'a str>,
}

/// An active ingredient, or a fixed combination of several.
#[derive(Debug, Serialize, Deserialize)]
pub struct Medicine<'a> {
    /// Slug.
    pub id: &'a str,
    /// International nonproprietary name.
    pub name: &'a str,
    /// Other generic names.
    #[serde(borrow)]
    pub synonyms: Vec<&'a str>,
    /// Brand names.
    pub brands: Vec<&'a str>,
    /// ATC codes.
    pub atc: Vec<&'a str>,
    /// RxNorm ingredient code.
    pub rxcui: &'a str,
    /// Classes with all wider ones, sorted.
    pub classes: Vec<Index>,
    /// Ingredients of a combination.
    pub ingredients: Vec<Index>,
    /// Marketed forms.
    pub forms: Vec<Form<'a>>,
    /// Kinds that were written up for it.
    pub covers: Vec<AlertKind>,
    /// Where the row stands.
    pub sources: Sources,
}

/// What an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// Two medicines.
    Interaction,
    /// The same ingredient or class twice.
    Duplicate,
    /// An allergy or intolerance.
    Allergy,
    /// A condition.
    Contraindication,
    /// Pregnancy.
    Pregnancy,
    /// Breast-feeding.
    Lactation,
    /// Kidney function.
    Renal,
    /// Liver function.
    Hepatic,
    /// Age.
    Age,
    /// Dose.
    Dose,
    /// Food.
    Food,
    /// Alcohol.
    Alcohol,
}

/// How bad an alert is; only the first two interrupt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Minor,
    /// Monitor or adjust.
    Moderate,
    /// May kill, maim or need hospital; something must be done before the first dose.
    Major,
    /// Never together, or never in this state.
    Contraindicated,
}

/// A medicine or a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Subject {
    /// One medicine.
    Medicine(Index),
    /// All members of a class.
    Class(Index),
}

/// Two medicines that act on each other.
#[derive(Debug, Serialize, Deserialize)]
pub struct Interaction<'a> {
    /// Slug.
    pub id: &'a str,
    /// One of the two.
    pub a: Subject,
    /// The other.
    pub b: Subject,
    /// How bad it is.
    pub severity: Severity,
    /// Why it happens.
    pub mechanism: &'a str,
    /// What happens.
    pub effect: &'a str,
    /// What to do.
    pub management: &'a str,
    /// How well it is known.
    pub evidence: &'a str,
    /// Where the rule stands.
    pub sources: Sources,
    /// Clinician who read the row; empty while nobody has.
    pub review: &'a str,
}

/// A medicine in a state of the patient.
#[derive(Debug, Serialize, Deserialize)]
pub struct Caution<'a> {
    /// Slug.
    pub id: &'a str,
    /// The medicine or class.
    pub subject: Subject,
    /// What it is about.
    pub kind: AlertKind,
    /// When it holds.
    pub when: Expression,
    /// How bad it is.
    pub severity: Severity,
    /// What happens.
    pub effect: &'a str,
    /// What to do.
    pub management: &'a str,
    /// How well it is known.
    pub evidence: &'a str,
    /// Where the rule stands.
    pub sources: Sources,
    /// Clinician who read the row; empty while nobody has.
    pub review: &'a str,
}

/// What people name as an allergy.
#[derive(Debug, Serialize, Deserialize)]
pub struct Allergy<'a> {
    /// Slug.
    pub id: &'a str,
    /// Name.
    pub name: &'a str,
    /// Other names.
    #[serde(borrow)]
    pub synonyms: Vec<&'a str>,
    /// The substance itself.
    pub members: Vec<Subject>,
    /// What shares enough of it.
    pub cross_reactive: Vec<Subject>,
    /// How bad an alert for those is.
    pub cross_severity: Severity,
    /// What to know about it.
    pub note: &'a str,
    /// Where the row stands.
    pub sources: Sources,
    /// Clinician who read the row; empty while nobody has.
    pub review: &'a str,
}

/// What a medicine check works with.
#[derive(Debug, Serialize, Deserialize)]
pub struct MedicineTables<'a> {
    /// Classes, by id.
    #[serde(borrow)]
    pub classes: Vec<Class<'a>>,
    /// Medicines, by id.
    pub medicines: Vec<Medicine<'a>>,
    /// Interactions, by id.
    pub interactions: Vec<Interaction<'a>>,
    /// Cautions, by id.
    pub cautions: Vec<Caution<'a>>,
    /// Allergies, by id.
    pub allergies: Vec<Allergy<'a>>,
}

/// What patients have, for both.
#[derive(Debug, Serialize, Deserialize)]
pub struct ComorbidityTable<'a> {
    /// Comorbidities, by id.
    #[serde(borrow)]
    pub comorbidities: Vec<Comorbidity<'a>>,
}

//! Classes, medicines and the rules about them.

use super::super::expression::Expression;
use super::{Index, Sources};
use serde::{Deserialize, Serialize};

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
    /// What it is usually for.
    pub indications: Vec<&'a str>,
    /// Terminal half-life in hours in adults, the longest that the label gives.
    pub half_life_h: Option<f32>,
    /// How it leaves the body: `renal`, `hepatic`, `mixed`, `other`; empty where that is not known.
    pub elimination: &'a str,
    /// Whether an error with it is likely to do great harm.
    pub high_alert: bool,
    /// Whether a little too much or too little of it does harm.
    pub narrow_therapeutic_index: bool,
    /// Medicines whose names are taken for its own.
    pub look_alikes: Vec<Index>,
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
    /// One of the two. The rule's id is both, joined by `_with_`.
    pub a: Subject,
    /// The other.
    pub b: Subject,
    /// How bad it is.
    pub severity: Severity,
    /// The harm in a word, so that two rules about the same one are told once; empty where it is no other rule's.
    pub fact: &'a str,
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

/// How long a medicine goes on acting after it was stopped.
#[derive(Debug, Serialize, Deserialize)]
pub struct Washout<'a> {
    /// The medicine or class.
    pub subject: Subject,
    /// Days.
    pub days: u16,
    /// What goes on.
    pub effect: &'a str,
    /// Where that stands.
    pub sources: Sources,
}

/// Medicines that are too many together, though any two of them are not.
#[derive(Debug, Serialize, Deserialize)]
pub struct Sum<'a> {
    /// Slug.
    pub id: &'a str,
    /// What counts, each with its points.
    pub members: Vec<(Subject, u8)>,
    /// From how many points on.
    pub at_least: u8,
    /// What must be there beside them, at least one medicine of each.
    pub with: Vec<Subject>,
    /// In whom.
    pub when: Expression,
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

/// What no prescription of a medicine should exceed.
#[derive(Debug, Serialize, Deserialize)]
pub struct DoseLimit<'a> {
    /// Slug.
    pub id: &'a str,
    /// The medicine or class.
    pub subject: Subject,
    /// Route; empty for every one.
    pub route: &'a str,
    /// In whom.
    pub when: Expression,
    /// In whom it is right all the same, where that is known for certain.
    pub unless: Option<Expression>,
    /// Largest single dose.
    pub single: Option<f64>,
    /// Largest amount in a day.
    pub daily: Option<f64>,
    /// Largest amount in a week, on average.
    pub weekly: Option<f64>,
    /// Unit of them (UCUM), by `/kg` of body weight where it says so.
    pub unit: &'a str,
    /// Least hours between two doses.
    pub least_interval_h: Option<f64>,
    /// How bad more is.
    pub severity: Severity,
    /// What happens.
    pub effect: &'a str,
    /// What to do.
    pub management: &'a str,
    /// Where the rule stands.
    pub sources: Sources,
    /// Clinician who read the row; empty while nobody has.
    pub review: &'a str,
}

/// What a reaction to a medicine was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReactionKind {
    /// Within hours, by IgE or like it: hives, anaphylaxis.
    Immediate,
    /// Of skin, blood or organs after days, and life-threatening.
    SevereDelayed,
    /// Asthma or a blocked nose by COX-1 inhibitors.
    Respiratory,
    /// A rash after days, without more.
    MildDelayed,
    /// What many get from it: a side effect.
    Intolerance,
}

/// Words for a reaction.
#[derive(Debug, Serialize, Deserialize)]
pub struct Reaction<'a> {
    /// Slug.
    pub id: &'a str,
    /// Its name and how people say it.
    #[serde(borrow)]
    pub phrases: Vec<&'a str>,
    /// What it was.
    pub kind: ReactionKind,
}

/// What a certain reaction to something means for other medicines.
#[derive(Debug, Serialize, Deserialize)]
pub struct ReactionRule<'a> {
    /// Slug.
    pub id: &'a str,
    /// Rows of [`MedicineTables::allergies`] that it was to.
    pub allergies: Vec<Index>,
    /// Rows of [`MedicineTables::reactions`] that it was.
    pub reactions: Vec<Index>,
    /// Medicines for which that matters.
    pub subjects: Vec<Subject>,
    /// How bad giving one of them is.
    pub severity: Severity,
    /// What to know about it.
    pub note: &'a str,
    /// Where the rule stands.
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
    /// Washouts.
    pub washouts: Vec<Washout<'a>>,
    /// Sums, by id.
    pub sums: Vec<Sum<'a>>,
    /// Dose limits, by id.
    pub dose_limits: Vec<DoseLimit<'a>>,
    /// Reactions, by id.
    pub reactions: Vec<Reaction<'a>>,
    /// What reactions mean, by id.
    pub reaction_rules: Vec<ReactionRule<'a>>,
}

//! One assessment, from everything that was said: red flags first, then the
//! likely conditions, then the next question. Pure: the same input and tables
//! give the same outcome.

use super::case::{Case, finding};
use super::inference::{Ranked, Weight, rank};
use super::model::Input;
use super::outcome::{
    AssessmentStatus, ConditionCoding, Evidence, MustNotMiss, NextQuestion, Outcome, RankedCondition, Treatment,
};
use super::treatments::Treatments;
use super::{questions, triage};
use crate::knowledge::tables::Urgency;
use crate::knowledge::{icd10, review, sources, text, version};
use crate::medicine::model::NotAssessed;
use crate::records::clinical_data::{Pregnancy, Sex};

/// Conditions in an answer.
const MOST_CONDITIONS: usize = 10;
/// Least probability of a condition in an answer.
const WORTH_SAYING: f64 = 0.005;
/// Dangerous conditions in an answer.
const MOST_DANGERS: usize = 8;
/// Log-odds that the findings must speak for a danger to name it: ln 8.
const SPEAKS_FOR: f64 = 2.0794;
/// Log-odds that findings must speak against a danger to let it go: ln 1/20.
const SPEAKS_AGAINST: f64 = -2.9957;

/// Assesses the case.
#[must_use]
pub fn assess(input: &Input) -> Outcome {
    let case = Case::read(input);
    let disclaimer = text("disclaimer.assessment").to_owned();
    let knowledge_version = version().to_owned();
    let mut not_assessed = not_assessed(&case);
    let ranked = rank(&case.patient, case.states());
    let triage = triage::triage(&case, &ranked);
    // A word of another language that looks like English may raise an alarm, but sends nobody home.
    let is_alarming = triage.level >= Urgency::Urgent || !input.asked.findings.is_empty() || !input.answers.is_empty();
    if !case.understood || case.is_foreign && !is_alarming {
        return Outcome {
            status: AssessmentStatus::NotUnderstood,
            triage: None,
            findings: case.seen,
            conditions: Vec::new(),
            must_not_miss: Vec::new(),
            next_question: Some(what_is_wrong()),
            unknown: case.unknown,
            not_assessed,
            disclaimer,
            knowledge_version,
        };
    }
    let mut treatments = Treatments::new(&case, input.by_patient, triage.level, input.on);
    let listed = ranked.iter().take(MOST_CONDITIONS).filter(|ranked| ranked.probability >= WORTH_SAYING);
    let conditions =
        listed.enumerate().map(|(place, ranked)| ranked_condition(ranked, treatments.of(ranked, place))).collect();
    not_assessed.extend(treatments.not_assessed());
    let next_question = questions::next(&case, &ranked, input.answers.len());
    Outcome {
        status: if next_question.is_some() { AssessmentStatus::Open } else { AssessmentStatus::Complete },
        triage: Some(triage),
        conditions,
        must_not_miss: must_not_miss(&ranked),
        next_question,
        findings: case.seen,
        unknown: case.unknown,
        not_assessed,
        disclaimer,
        knowledge_version,
    }
}

fn what_is_wrong() -> NextQuestion {
    NextQuestion { finding: None, text: text("question.what_is_wrong").to_owned(), choices: Vec::new() }
}

fn not_assessed(case: &Case) -> Vec<NotAssessed> {
    let patient = &case.patient;
    let open = patient.pregnancy == Pregnancy::Unknown && patient.sex != Some(Sex::Male);
    open.then(|| NotAssessed { kind: "pregnancy".into(), missing: "pregnancy".into() }).into_iter().collect()
}

fn ranked_condition(ranked: &Ranked, treatments: Vec<Treatment>) -> RankedCondition {
    let condition = ranked.condition;
    RankedCondition {
        id: condition.id.to_owned(),
        name: condition.name.to_owned(),
        icd10: icd10(condition).to_owned(),
        codings: condition.icd10.iter().map(|code| coding(code, condition.name)).collect(),
        probability: rounded(ranked.probability),
        urgency: condition.urgency,
        evidence: ranked.weights.iter().filter_map(|weight| evidence(ranked, weight)).collect(),
        advice: condition.advice.to_owned(),
        treatments,
        sources: sources(&condition.sources),
        review: review(condition.review).to_owned(),
    }
}

/// An ICD-10 code as it is shown.
#[must_use]
pub fn coding(code: &str, display: &str) -> ConditionCoding {
    ConditionCoding {
        system: "http://hl7.org/fhir/sid/icd-10".to_owned(),
        code: code.to_owned(),
        display: display.to_owned(),
    }
}

fn evidence(ranked: &Ranked, weight: &Weight) -> Option<Evidence> {
    let row = finding(weight.finding)?;
    let likelihood = ranked.condition.likelihoods.iter().find(|likelihood| likelihood.finding == weight.finding)?;
    Some(Evidence {
        finding: row.id.to_owned(),
        name: row.name.to_owned(),
        weight: rounded(weight.weight),
        sources: sources(&likelihood.sources),
    })
}

/// Rounded down to three places: probabilities still make at most 1.
#[must_use]
pub fn rounded(value: f64) -> f64 {
    (value * 1000.0).trunc() / 1000.0
}

/// Dangers for which something speaks, unless more than one finding together
/// speaks strongly against them: a single absent symptom never lets one go.
fn must_not_miss(ranked: &[Ranked]) -> Vec<MustNotMiss> {
    let still_possible = |ranked: &&Ranked| {
        let speaks_for: f64 = ranked.weights.iter().map(|weight| weight.weight.max(0.0)).sum();
        let against: Vec<f64> = ranked.weights.iter().filter(|w| w.weight < 0.0).map(|w| w.weight).collect();
        let let_go = against.len() > 1 && against.iter().sum::<f64>() + speaks_for <= SPEAKS_AGAINST;
        ranked.condition.dangerous && speaks_for >= SPEAKS_FOR && !let_go
    };
    ranked.iter().filter(still_possible).take(MOST_DANGERS).map(danger).collect()
}

fn danger(ranked: &Ranked) -> MustNotMiss {
    let speaking = ranked.weights.iter().filter(|weight| weight.present && weight.weight > 0.0).take(3);
    let names: Vec<String> = speaking.filter_map(|weight| Some(finding(weight.finding)?.name.to_lowercase())).collect();
    MustNotMiss {
        id: ranked.condition.id.to_owned(),
        name: ranked.condition.name.to_owned(),
        icd10: icd10(ranked.condition).to_owned(),
        why: text("must_not_miss.why").replace("{findings}", &names.join(", ")),
    }
}

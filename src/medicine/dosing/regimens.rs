//! The regimens of a medicine, worked out for one patient.

use super::growth::{Plausibility, plausibility};
use super::model::{Adjusted, DoseAnswer, DoseRegimen};
use super::rounding::measurable;
use crate::calculators::model::WorkedStep;
use crate::calculators::work;
use crate::knowledge::formula::rounded;
use crate::knowledge::tables::{Adjustment, AlertKind, Index, Medicine, Per, Phase, Regimen, Severity};
use crate::knowledge::{dosing, review, sources, sources_about, text, version};
use crate::medicine::catalogue::get;
use crate::medicine::check::{check, comorbidities_of};
use crate::medicine::facts::{FactsAbout, PatientFacts};
use crate::medicine::model::{Alert, Amount, Measure, NamedMedicine, NotAssessed, PeriodUnit, Timing};
use crate::medicine::units::quantity;
use crate::names::fold;
use crate::records::clinical_data::{PatientData, Sex, Term};
use chrono::NaiveDate;

/// Hours between the doses of a day that are told apart in practice.
const INTERVALS_H: &[f64] = &[4.0, 6.0, 8.0, 12.0, 24.0, 36.0, 48.0, 72.0, 168.0];

/// Body mass index from which somebody is obese (WHO Technical Report Series 894, 2000, table 2.1).
const OBESE: f64 = 30.0;

/// What is asked.
pub struct Question<'a> {
    /// The medicine's row.
    pub medicine: Index,
    /// What for.
    pub indication: Option<&'a str>,
    /// In whom.
    pub patient: &'a PatientData,
    /// Whether doses that no clinician has read are held back.
    pub only_reviewed: bool,
    /// The day.
    pub today: NaiveDate,
}

/// Doses of this medicine for this patient; `None` when there is no such row.
#[must_use]
pub fn doses(question: &Question) -> Option<DoseAnswer> {
    let row = get(question.medicine)?;
    let patient = question.patient;
    let facts = PatientFacts {
        data: patient,
        comorbidities: comorbidities_of(patient, &mut Vec::new()),
        medicines: vec![question.medicine],
    };
    let facts = facts.about(question.medicine);
    let mut not_assessed = Vec::new();
    let mut alerts = speaks_against(question, row.id, &mut not_assessed);
    let adjustments = adjustments(question.medicine, &facts, &mut not_assessed);
    let avoided = adjustments.iter().find(|rule| rule.avoid);
    alerts.extend(avoided.map(|rule| avoid(rule, row)));
    let wanted = question.indication.map(fold);
    let of_medicine = || dosing().regimens.iter().filter(|regimen| regimen.medicine == question.medicine);
    let for_it = |regimen: &&Regimen| wanted.as_ref().is_none_or(|wanted| fold(regimen.indication).contains(wanted));
    let mut regimens = Vec::new();
    for regimen in of_medicine().filter(for_it).filter(|_| avoided.is_none()) {
        if question.only_reviewed && regimen.review.is_empty() {
            not_assessed.push(missing("review of the dose by a clinician"));
            continue;
        }
        let mut atoms = Vec::new();
        match regimen.when.evaluate(&facts, &mut atoms) {
            Some(false) => {}
            None => not_assessed.extend(atoms.into_iter().map(|atom| missing(facts.facts.missing(atom)))),
            Some(true) => {
                let adjustments: Vec<_> = adjustments.iter().copied().filter(|rule| is_about(rule, regimen)).collect();
                match worked_out(regimen, patient, &adjustments) {
                    Ok(found) => regimens.push(found),
                    Err(datum) => not_assessed.push(missing(datum)),
                }
            }
        }
    }
    if of_medicine().next().is_none() {
        not_assessed.push(missing(&["doses of ", row.id].concat()));
    } else if of_medicine().all(|regimen| !for_it(&regimen)) {
        let mut known: Vec<&str> = of_medicine().map(|regimen| regimen.indication).collect();
        known.dedup();
        not_assessed.push(missing(&["dose for this indication; known: ", &known.join(", ")].concat()));
    }
    not_assessed.sort_unstable();
    not_assessed.dedup();
    Some(DoseAnswer { medicine: row.id, regimens, alerts, not_assessed, knowledge_version: version() })
}

fn missing(datum: &str) -> NotAssessed {
    NotAssessed { kind: "dose".to_owned(), missing: datum.to_owned() }
}

/// What a check says of the medicine in this patient; and a weight that is hardly right.
fn speaks_against(question: &Question, medicine: &str, not_assessed: &mut Vec<NotAssessed>) -> Vec<Alert> {
    let named = NamedMedicine { id: Some(Term(medicine.to_owned())), ..NamedMedicine::default() };
    let checked = check(question.patient, &[named], question.today);
    not_assessed.extend(checked.not_assessed);
    let about_it = |alert: &Alert| alert.medicines.iter().any(|id| id == medicine);
    let mut alerts: Vec<Alert> = checked.alerts.into_iter().filter(about_it).collect();
    if plausibility(question.patient) == Plausibility::Doubtful {
        let told = text("dose.weight_doubtful");
        alerts.push(plain_alert(
            "weight_for_age",
            medicine,
            AlertKind::Dose,
            Severity::Major,
            told,
            sources(&dosing().growth_sources),
        ));
    }
    alerts
}

fn avoid(rule: &Adjustment<'static>, medicine: &Medicine) -> Alert {
    let cited = sources_about(&rule.sources, &[medicine.name]);
    plain_alert(rule.id, medicine.id, AlertKind::Dose, Severity::Major, rule.note, cited)
}

fn plain_alert(id: &str, medicine: &str, kind: AlertKind, severity: Severity, told: &str, cited: Vec<String>) -> Alert {
    Alert {
        id: [id, ":", medicine].concat(),
        kind,
        severity,
        medicines: vec![medicine.to_owned()],
        mechanism: String::new(),
        effect: told.to_owned(),
        management: text("dose.avoid").to_owned(),
        evidence: String::new(),
        sources: cited,
        review: review("").to_owned(),
    }
}

/// Adjustments that hold; those that cannot be judged are told.
fn adjustments(
    medicine: Index,
    facts: &FactsAbout,
    not_assessed: &mut Vec<NotAssessed>,
) -> Vec<&'static Adjustment<'static>> {
    let mut holding = Vec::new();
    for rule in dosing().adjustments.iter().filter(|rule| rule.medicine == medicine) {
        let mut atoms = Vec::new();
        match rule.when.evaluate(facts, &mut atoms) {
            Some(true) => holding.push(rule),
            Some(false) => {}
            None => not_assessed.extend(atoms.into_iter().map(|atom| missing(facts.facts.missing(atom)))),
        }
    }
    holding
}

/// A loading dose fills the body, whatever the kidneys are.
fn is_about(rule: &Adjustment, regimen: &Regimen) -> bool {
    let for_it = rule.indications.is_empty() || rule.indications.contains(&regimen.indication);
    for_it && !matches!(regimen.phase, Phase::Loading)
}

/// One amount on its way to the dose.
struct Work {
    amount: f64,
    unit: &'static str,
    steps: Vec<WorkedStep>,
}

impl Work {
    fn step(&mut self, step: &'static str, amount: f64) {
        self.amount = amount;
        self.steps.push(WorkedStep { step, value: rounded(amount, 3.0), unit: self.unit });
    }

    fn capped(&mut self, step: &'static str, cap: Option<f64>) {
        if let Some(cap) = cap.filter(|cap| self.amount > *cap) {
            self.step(step, cap);
        }
    }
}

fn worked_out(
    regimen: &'static Regimen<'static>,
    patient: &PatientData,
    adjustments: &[&'static Adjustment<'static>],
) -> Result<DoseRegimen, &'static str> {
    let (scale, mut steps) = scale(regimen.per, patient)?;
    let mut low = Work { amount: regimen.dose, unit: regimen.unit, steps: Vec::new() };
    low.step("dose_per_unit", regimen.dose);
    let mut high = regimen.dose_to.map(|to| Work { amount: to, unit: regimen.unit, steps: Vec::new() });
    let timing = timing(regimen, adjustments);
    let doses_a_day = timing.as_ref().map(|timing| timing.per_day().max(1.0));
    let in_unit = |cap: Option<f64>, unit: &str| {
        let (cap, one) = (quantity(cap?, unit)?, quantity(1.0, regimen.unit)?);
        (cap.dimension == one.dimension).then_some(cap.amount / one.amount)
    };
    for work in [Some(&mut low), high.as_mut()].into_iter().flatten() {
        if regimen.per != Per::Person {
            let amount = work.amount * scale;
            work.step("dose", amount);
        }
        work.capped("capped_at_adult_dose", regimen.max_dose);
        for factor in adjustments.iter().filter_map(|rule| rule.factor) {
            let amount = work.amount * factor;
            work.step("adjusted", amount);
        }
        // Caps come last: what one rule lowers to the cap of another is not lowered again.
        for rule in adjustments {
            work.capped("capped_by_adjustment", in_unit(rule.max_dose, rule.unit));
            // Each dose as often as it is given stays within the day's cap.
            let share = in_unit(rule.max_daily, rule.unit).map(|daily| daily / doses_a_day.unwrap_or(1.0));
            work.capped("capped_by_adjustment", share);
        }
    }
    let medicine = get(regimen.medicine).ok_or("medicine")?;
    let exact = quantity(low.amount, regimen.unit);
    let cap = regimen.max_dose.and_then(|cap| Some(quantity(cap, regimen.unit)?.amount));
    let give = exact.and_then(|exact| measurable(medicine, regimen.route, exact, cap));
    let give = give.map(|(given, amount)| {
        let one = quantity(1.0, regimen.unit).map_or(1.0, |one| one.amount);
        let amount = rounded(amount / one, 3.0);
        if (amount - low.amount).abs() > 1e-9 {
            low.step("rounded_to_what_can_be_given", amount);
        }
        given
    });
    if give.is_none() {
        let amount = significant(low.amount);
        if (amount - low.amount).abs() > 1e-9 {
            low.step("rounded", amount);
        }
    }
    if let Some(high) = &mut high {
        high.amount = significant(high.amount).max(low.amount);
    }
    let max_daily = most_in_a_day(regimen, adjustments, doses_a_day, scale, &in_unit);
    steps.extend(low.steps);
    Ok(DoseRegimen {
        rule: regimen.id,
        indication: regimen.indication,
        phase: regimen.phase,
        dose: measure(low.amount, regimen.unit),
        dose_to: high.filter(|high| high.amount > low.amount).map(|high| measure(high.amount, regimen.unit)),
        give,
        timing,
        as_needed: regimen.as_needed,
        max_per_24h: max_daily.map(|most| measure(significant(most), regimen.unit)),
        route: regimen.route,
        duration_days: regimen.duration_days.map(f64::from),
        calculation: steps,
        adjustments: adjustments.iter().copied().map(adjusted).collect(),
        note: regimen.note,
        sources: sources_about(&regimen.sources, &[medicine.name]),
        review: review(regimen.review),
    })
}

/// What a dose is multiplied by, and how that was found.
fn scale(per: Per, patient: &PatientData) -> Result<(f64, Vec<WorkedStep>), &'static str> {
    match per {
        Per::Person => Ok((1.0, Vec::new())),
        Per::Kilogram => {
            let weight = patient.weight_kg.ok_or("weight_kg")?.0;
            Ok((weight, vec![WorkedStep { step: "weight_kg", value: weight, unit: "kg" }]))
        }
        Per::AdjustedKilogram => adjusted_weight(patient),
        Per::SquareMetre => {
            let (weight, height) = (patient.weight_kg.ok_or("weight_kg")?.0, patient.height_cm.ok_or("height_cm")?.0);
            let surface = work::result("bsa_mosteller", &[("weight_kg", weight), ("height_cm", height)]);
            let surface = surface.ok_or("height_cm")?;
            let steps = [
                ("weight_kg", weight, "kg"),
                ("height_cm", height, "cm"),
                ("body_surface_area", rounded(surface, 2.0), "m2"),
            ];
            Ok((surface, steps.map(|(step, value, unit)| WorkedStep { step, value, unit }).to_vec()))
        }
    }
}

/// The actual weight, in obesity the adjusted one.
fn adjusted_weight(patient: &PatientData) -> Result<(f64, Vec<WorkedStep>), &'static str> {
    let (weight, height) = (patient.weight_kg.ok_or("weight_kg")?.0, patient.height_cm.ok_or("height_cm")?.0);
    let size = [("weight_kg", weight), ("height_cm", height)];
    let index = work::result("bmi", &size).ok_or("height_cm")?;
    let mut steps = vec![WorkedStep { step: "weight_kg", value: weight, unit: "kg" }];
    steps.push(WorkedStep { step: "body_mass_index", value: rounded(index, 1.0), unit: "kg/m2" });
    if index < OBESE {
        return Ok((weight, steps));
    }
    let sex = match patient.sex {
        Some(Sex::Male) => 1.0,
        Some(Sex::Female) => 0.0,
        Some(Sex::Unknown) | None => return Err("sex"),
    };
    let [weight, height] = size;
    let adjusted = work::result("adjusted_body_weight", &[weight, height, ("sex", sex)]).ok_or("height_cm")?;
    steps.push(WorkedStep { step: "adjusted_body_weight", value: rounded(adjusted, 1.0), unit: "kg" });
    Ok((adjusted, steps))
}

/// The regimen's own, or less often where an adjustment asks for it.
fn timing(regimen: &Regimen, adjustments: &[&Adjustment]) -> Option<Timing> {
    let (frequency, period, unit) = regimen.timing?;
    let period_unit = match unit {
        "h" => PeriodUnit::H,
        "wk" => PeriodUnit::Wk,
        "mo" => PeriodUnit::Mo,
        _ => PeriodUnit::D,
    };
    let own = Timing { frequency: Amount(f64::from(frequency)), period: Amount(f64::from(period)), period_unit };
    let least = adjustments.iter().filter_map(|rule| rule.least_interval_h).fold(0.0, f64::max);
    if least * own.per_day() <= 24.0 {
        return Some(own);
    }
    let hours = INTERVALS_H.iter().copied().find(|hours| *hours >= least).unwrap_or(least);
    Some(Timing { frequency: Amount(1.0), period: Amount(hours), period_unit: PeriodUnit::H })
}

fn most_in_a_day(
    regimen: &Regimen,
    adjustments: &[&Adjustment],
    doses_a_day: Option<f64>,
    scale: f64,
    in_unit: &impl Fn(Option<f64>, &str) -> Option<f64>,
) -> Option<f64> {
    let adjusted = adjustments.iter().filter_map(|rule| in_unit(rule.max_daily, rule.unit));
    // The cap is of an adult; a child's is the largest dose as often as it is given.
    let single = (regimen.dose_to.unwrap_or(regimen.dose) * scale).min(regimen.max_dose.unwrap_or(f64::MAX));
    let by_dose = doses_a_day.map(|times| single * times);
    let all = regimen.max_daily.into_iter().chain(by_dose).chain(adjusted);
    all.reduce(f64::min)
}

fn adjusted(rule: &'static Adjustment<'static>) -> Adjusted {
    let named = get(rule.medicine).map_or("", |row| row.name);
    let sources = sources_about(&rule.sources, &[named]);
    Adjusted { rule: rule.id, note: rule.note, sources, review: review(rule.review) }
}

fn measure(amount: f64, unit: &str) -> Measure {
    Measure { value: Amount(amount), unit: Term(unit.to_owned()) }
}

/// To three significant digits: no syringe and no scale tells more apart.
fn significant(amount: f64) -> f64 {
    let digits = 2.0 - amount.abs().log10().floor();
    rounded(amount, digits.max(0.0))
}

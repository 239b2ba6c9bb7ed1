//! Doses that are too large, and doses that come too often.

use super::catalogue::{get, is_subject, subject_name};
use super::facts::{FactsAbout, PatientFacts};
use super::listed::Listed;
use super::model::{Alert, Measure, NamedMedicine, NotAssessed, PeriodUnit, Timing};
use super::units::quantity;
use crate::knowledge::formula::rounded;
use crate::knowledge::tables::{AlertKind, DoseLimit, Severity};
use crate::knowledge::{medicine, review, sources_about, text};

/// From this many times the limit it is hardly meant: a slip of the unit or the decimal point.
const SLIP: f64 = 3.0;
/// Rounding of a dose by weight is not an overdose.
const TOLERANCE: f64 = 1.001;

impl Timing {
    /// Doses in a day.
    #[must_use]
    pub fn per_day(&self) -> f64 {
        let days = match self.period_unit {
            PeriodUnit::H => 1.0 / 24.0,
            PeriodUnit::D => 1.0,
            PeriodUnit::Wk => 7.0,
            // The mean month of the Gregorian calendar.
            PeriodUnit::Mo => 30.436_875,
        };
        self.frequency.0 / (self.period.0 * days)
    }
}

/// What a limit says of one medicine.
struct Excess {
    alert: Alert,
    ratio: f64,
}

/// Alerts for doses over their limits, and what could not be judged.
#[must_use]
pub fn alerts(list: &[Listed], facts: &PatientFacts) -> (Vec<Alert>, Vec<NotAssessed>) {
    let mut alerts = Vec::new();
    let mut not_assessed = Vec::new();
    for listed in list.iter().filter(|listed| listed.is_taken()) {
        let (named, facts) = (listed.named, facts.about(listed.index));
        if named.dose.is_none() && named.timing.is_none() && named.max_per_24h.is_none() {
            continue;
        }
        let Some(row) = get(listed.index) else { continue };
        let of_medicine = medicine().dose_limits.iter().filter(|limit| is_subject(listed.index, limit.subject));
        let mut limits = of_medicine.filter(|limit| route_may_be(limit, named)).peekable();
        if limits.peek().is_none() {
            not_assessed.push(missing(&["dose limits of ", row.id].concat()));
        }
        let mut excesses: Vec<Excess> = Vec::new();
        for limit in limits {
            if limit.unless.as_ref().is_some_and(|unless| unless.evaluate(&facts, &mut Vec::new()) == Some(true)) {
                continue;
            }
            let mut atoms = Vec::new();
            match limit.when.evaluate(&facts, &mut atoms) {
                Some(false) => {}
                None => not_assessed.extend(atoms.into_iter().map(|atom| missing(facts.facts.missing(atom)))),
                Some(true) => match judge(limit, row.id, named, &facts) {
                    Ok(found) => excesses.extend(found),
                    Err(datum) => not_assessed.push(missing(&datum)),
                },
            }
        }
        // The same dose is alerted once: by the limit that is worst, then by that which is passed furthest.
        excesses.sort_by(|a, b| b.alert.severity.cmp(&a.alert.severity).then(b.ratio.total_cmp(&a.ratio)));
        alerts.extend(excesses.into_iter().next().map(|worst| worst.alert));
    }
    (alerts, not_assessed)
}

fn missing(datum: &str) -> NotAssessed {
    NotAssessed { kind: "dose".to_owned(), missing: datum.to_owned() }
}

/// A route that was not said may be any.
fn route_may_be(limit: &DoseLimit, named: &NamedMedicine) -> bool {
    limit.route.is_empty() || named.route.as_ref().is_none_or(|route| route.0.eq_ignore_ascii_case(limit.route))
}

/// What is over this limit; or the datum for want of which that cannot be told.
fn judge(
    limit: &DoseLimit<'static>,
    medicine: &str,
    named: &NamedMedicine,
    facts: &FactsAbout,
) -> Result<Option<Excess>, String> {
    let mut worst: Option<Excess> = None;
    let mut keep = |excess: Option<Excess>| {
        if let Some(excess) = excess.filter(|new| worst.as_ref().is_none_or(|known| new.ratio > known.ratio)) {
            worst = Some(excess);
        }
    };
    if let Some(least) = limit.least_interval_h {
        let Some(timing) = &named.timing else { return Err("timing".to_owned()) };
        let hours = 24.0 / timing.per_day();
        let ratio = least / hours;
        keep((ratio > TOLERANCE).then(|| {
            let told = text("dose.too_often").replace("{given}", &shown(hours)).replace("{limit}", &shown(least));
            Excess { alert: alert(limit, medicine, limit.severity, &told), ratio }
        }));
    }
    if let (Some(most), Some(dose)) = (limit.single, &named.dose) {
        keep(over(limit, medicine, "dose.single", (dose.value.0, &dose.unit.0), most, facts)?);
    }
    if let Some(most) = limit.daily
        && (named.dose.is_some() || named.max_per_24h.is_some())
    {
        let (amount, unit) = in_a_day(named)?;
        keep(over(limit, medicine, "dose.daily", (amount, unit), most, facts)?);
    }
    if let (Some(most), Some(dose)) = (limit.weekly, &named.dose) {
        let timing = named.timing.as_ref().ok_or("timing")?;
        let in_a_week = dose.value.0 * timing.per_day() * 7.0;
        keep(over(limit, medicine, "dose.weekly", (in_a_week, &dose.unit.0), most, facts)?);
    }
    Ok(worst)
}

/// The most that is taken in a day.
fn in_a_day(named: &NamedMedicine) -> Result<(f64, &str), String> {
    fn of(measure: &Measure) -> (f64, &str) {
        (measure.value.0, &measure.unit.0)
    }
    if let Some(most) = named.max_per_24h.as_ref().filter(|_| named.as_needed == Some(true) || named.timing.is_none()) {
        return Ok(of(most));
    }
    match (&named.dose, &named.timing) {
        // A dose that is taken less often than daily is all of its day.
        (Some(dose), Some(timing)) => Ok((dose.value.0 * timing.per_day().max(1.0), &dose.unit.0)),
        (Some(_), None) => Err(if named.as_needed == Some(true) { "max_per_24h" } else { "timing" }.to_owned()),
        (None, _) => Err("dose".to_owned()),
    }
}

fn over(
    limit: &DoseLimit<'static>,
    medicine: &str,
    what: &'static str,
    (given, unit): (f64, &str),
    most: f64,
    facts: &FactsAbout,
) -> Result<Option<Excess>, String> {
    let (limit_unit, per_kg) = limit.unit.strip_suffix("/kg").map_or((limit.unit, false), |unit| (unit, true));
    let scale = if per_kg { facts.facts.data.weight_kg.ok_or("weight_kg")?.0 } else { 1.0 };
    let most = most * scale;
    let not_comparable = || [medicine, " in ", limit_unit].concat();
    let given_amount = quantity(given, unit).ok_or_else(not_comparable)?;
    let most_amount = quantity(most, limit_unit).ok_or_else(not_comparable)?;
    if given_amount.dimension != most_amount.dimension {
        return Err(not_comparable());
    }
    let ratio = given_amount.amount / most_amount.amount;
    Ok((ratio > TOLERANCE).then(|| {
        let slip = if ratio >= SLIP { [" ", text("dose.slip")].concat() } else { String::new() };
        let told = text(what)
            .replace("{given}", &[&shown(given), " ", unit].concat())
            .replace("{limit}", &[&shown(most), " ", limit_unit].concat());
        let severity = if ratio >= SLIP { limit.severity.max(Severity::Major) } else { limit.severity };
        Excess { alert: alert(limit, medicine, severity, &[&told, &*slip].concat()), ratio }
    }))
}

fn shown(number: f64) -> String {
    rounded(number, 3.0).to_string()
}

fn alert(limit: &DoseLimit<'static>, medicine: &str, severity: Severity, told: &str) -> Alert {
    Alert {
        id: [limit.id, ":", medicine].concat(),
        kind: AlertKind::Dose,
        severity,
        medicines: vec![medicine.to_owned()],
        mechanism: told.to_owned(),
        effect: limit.effect.to_owned(),
        management: limit.management.to_owned(),
        evidence: String::new(),
        sources: sources_about(&limit.sources, &[subject_name(limit.subject)]),
        review: review(limit.review).to_owned(),
    }
}

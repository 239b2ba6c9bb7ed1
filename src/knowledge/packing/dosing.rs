//! Regimens and how they change.

use super::medicine::mentions_finding;
use super::names::{Citations, Names};
use super::rows::{Raw, RegimenRow};
use super::{Check, list, reviewed};
use crate::tables::{Adjustment, DosingTables, Growth, Per, Regimen};

pub(super) fn dosing<'a>(
    raw: &'a Raw,
    names: &Names,
    citations: &mut Citations,
    check: &mut Check,
) -> DosingTables<'a> {
    let mut growth_sources = Vec::new();
    for row in &raw.growth {
        growth_sources.extend(citations.read(&row.source, "growth", check));
    }
    growth_sources.sort_unstable();
    growth_sources.dedup();
    let growth: Vec<Growth> =
        raw.growth.iter().map(|row| Growth { age_years: row.age_years, weight_kg: row.weight_kg }).collect();
    check.that(growth.is_sorted_by(|a, b| a.age_years < b.age_years), || "growth: not in the order of age".to_owned());
    DosingTables {
        regimens: raw.regimens.iter().map(|row| regimen(raw, row, names, citations, check)).collect(),
        adjustments: adjustments(raw, names, citations, check),
        growth,
        growth_sources,
    }
}

fn regimen<'a>(
    raw: &'a Raw,
    row: &'a RegimenRow,
    names: &Names,
    citations: &mut Citations,
    check: &mut Check,
) -> Regimen<'a> {
    let user = format!("regimens {}", row.id);
    let when = names.expression(&row.when, &user, check);
    check.that(!mentions_finding(&when), || format!("{user}: a regimen speaks of comorbidities, not of findings"));
    let per = match row.per.as_str() {
        "kg" => Per::Kilogram,
        "kg_adjusted" => Per::AdjustedKilogram,
        "m2" => Per::SquareMetre,
        other => {
            check.that(other.is_empty(), || format!("{user}: per `{other}`"));
            Per::Person
        }
    };
    check.that(row.dose > 0.0 && row.dose_to.is_none_or(|to| to > row.dose), || format!("{user}: the dose"));
    check.that(!row.unit.is_empty(), || format!("{user}: the unit is missing"));
    let timing = match (row.frequency, row.period) {
        (Some(frequency), Some(period)) => {
            let unit = row.period_unit.as_str();
            check.that(["h", "d", "wk", "mo"].contains(&unit), || format!("{user}: period unit `{unit}`"));
            #[expect(clippy::cast_possible_truncation, reason = "small numbers with few digits")]
            Some((frequency as f32, period as f32, unit))
        }
        _ => None,
    };
    Regimen {
        id: &row.id,
        medicine: names.index("medicine", &row.medicine, &user, check),
        indication: &row.indication,
        when,
        route: &row.route,
        phase: row.phase,
        dose: row.dose,
        dose_to: row.dose_to,
        unit: &row.unit,
        per,
        max_dose: row.max_dose,
        timing,
        max_daily: row.max_daily,
        as_needed: row.as_needed == "yes",
        #[expect(clippy::cast_possible_truncation, reason = "small numbers with few digits")]
        duration_days: row.duration_days.map(|days| days as f32),
        note: &row.note,
        sources: citations.read_about(&row.source, &[Names::called(raw, &row.medicine)], &user, check),
        review: reviewed(&row.review),
    }
}

fn adjustments<'a>(raw: &'a Raw, names: &Names, citations: &mut Citations, check: &mut Check) -> Vec<Adjustment<'a>> {
    let mut rows = Vec::new();
    for row in &raw.adjustments {
        let user = format!("adjustments {}", row.id);
        let when = names.expression(&row.when, &user, check);
        check.that(!mentions_finding(&when), || format!("{user}: it speaks of comorbidities, not of findings"));
        check.that(!row.when.is_empty(), || format!("{user}: in whom?"));
        let capped = row.max_dose.is_some() || row.max_daily.is_some();
        check.that(!capped || !row.unit.is_empty(), || format!("{user}: the unit is missing"));
        let indications: Vec<&str> = list(&row.indications).collect();
        let everywhere = row.avoid != "yes" || indications.is_empty();
        check.that(everywhere, || format!("{user}: what is avoided is avoided for every indication"));
        for indication in &indications {
            let known = raw.regimens.iter().any(|of| of.medicine == row.medicine && of.indication == *indication);
            check.that(known, || format!("{user}: no regimen is for `{indication}`"));
        }
        rows.push(Adjustment {
            id: &row.id,
            medicine: names.index("medicine", &row.medicine, &user, check),
            when,
            indications,
            factor: row.factor,
            least_interval_h: row.least_interval_h,
            max_dose: row.max_dose,
            max_daily: row.max_daily,
            unit: &row.unit,
            avoid: row.avoid == "yes",
            note: &row.note,
            sources: citations.read_about(&row.source, &[Names::called(raw, &row.medicine)], &user, check),
            review: reviewed(&row.review),
        });
    }
    rows
}

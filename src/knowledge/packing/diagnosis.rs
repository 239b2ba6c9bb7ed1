//! Findings, conditions, red flags and comorbidities.

use super::medicine::mentions_finding;
use super::names::{Citations, Names};
use super::rows::{Raw, TreatmentRow};
use super::{Check, closure, list, reviewed};
use crate::tables::{
    ChildhoodVitalSigns, Comorbidity, ComorbidityTable, Condition, DiagnosisTables, Finding, Likelihood,
    MeasuredFinding, RedFlag, Treatment, Urgency,
};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn diagnosis<'a>(
    raw: &'a Raw,
    names: &Names,
    citations: &mut Citations,
    check: &mut Check,
) -> DiagnosisTables<'a> {
    let groups: BTreeSet<&str> =
        raw.findings.iter().map(|row| row.group.as_str()).filter(|group| !group.is_empty()).collect();
    let groups: Vec<&str> = groups.into_iter().collect();
    let mut phrases: BTreeMap<&str, &str> = BTreeMap::new();
    let mut findings = Vec::new();
    for row in &raw.findings {
        let user = format!("findings {}", row.id);
        let tidy = !row.phrases.is_empty() && list(&row.phrases).eq(row.phrases.split(';'));
        check.that(tidy, || format!("{user}: phrases with nothing but `;` between them"));
        for phrase in list(&row.phrases) {
            let other = phrases.insert(phrase, &row.id);
            check.that(other.is_none(), || {
                format!("{user}: phrase `{phrase}` stands under {} too", other.unwrap_or_default())
            });
        }
        check.that((0.0..100.0).contains(&row.background), || format!("{user}: background is a percentage below 100"));
        check.that(row.question.ends_with('?'), || format!("{user}: the question has no question mark"));
        let group = groups.iter().position(|group| *group == row.group).map_or(0, |at| at + 1);
        findings.push(Finding {
            id: &row.id,
            name: &row.name,
            kind: row.kind,
            question: &row.question,
            phrases: &row.phrases,
            implies: list(&row.implies).map(|id| names.index("finding", id, &user, check)).collect(),
            group: u16::try_from(group).expect("fewer groups than findings"),
            background: row.background,
            sources: citations.read(&row.source, &user, check),
        });
    }
    let all_implied: Vec<Vec<u16>> = findings.iter().map(|finding: &Finding| finding.implies.clone()).collect();
    for (at, finding) in findings.iter_mut().enumerate() {
        let own = u16::try_from(at).expect("a table has fewer than 65,536 rows");
        finding.implies = closure(&all_implied, own);
        check.that(!finding.implies.contains(&own), || format!("findings {} implies itself", finding.id));
    }
    DiagnosisTables {
        findings,
        conditions: conditions(raw, names, citations, check),
        red_flags: red_flags(raw, names, citations, check),
        treatments: treatments(raw, names, citations, check),
        childhood_vital_signs: childhood_vital_signs(raw, citations, check),
        measured_findings: measured_findings(raw, names, citations, check),
    }
}

fn first_condition(row: &TreatmentRow) -> &str {
    list(&row.conditions).next().unwrap_or_default()
}

fn treatments<'a>(raw: &'a Raw, names: &Names, citations: &mut Citations, check: &mut Check) -> Vec<Treatment<'a>> {
    let mut rows = Vec::new();
    let mut counts: BTreeMap<String, u8> = BTreeMap::new();
    for row in &raw.treatments {
        let user = format!("treatments {}", row.id);
        let when = names.expression(&row.when, &user, check);
        check.that(!mentions_finding(&when), || format!("{user}: a treatment speaks of the patient, not of findings"));
        check.that(!row.conditions.is_empty(), || format!("{user}: for what?"));
        let stem = [first_condition(row), row.line.name()].join("_");
        let stem = if row.medicine.is_empty() { stem } else { [stem.as_str(), &row.medicine].join("_") };
        let nth = counts.entry(stem.clone()).and_modify(|nth| *nth += 1).or_insert(1_u8);
        let id = if *nth == 1 { stem } else { format!("{stem}_{nth}") };
        check.that(row.id == id, || format!("{user}: after its condition, line and medicine it is `{id}`"));
        rows.push(Treatment {
            nth: *nth,
            conditions: list(&row.conditions).map(|id| names.index("condition", id, &user, check)).collect(),
            line: row.line,
            severity: row.severity,
            when,
            medicine: (!row.medicine.is_empty()).then(|| names.index("medicine", &row.medicine, &user, check)),
            over_the_counter: row.over_the_counter == "yes",
            text: &row.text,
            sources: citations.read(&row.source, &user, check),
            review: reviewed(&row.review),
        });
    }
    rows
}

fn measured_findings(raw: &Raw, names: &Names, citations: &mut Citations, check: &mut Check) -> Vec<MeasuredFinding> {
    let mut rows = Vec::new();
    for row in &raw.measured_findings {
        let user = format!("measured_findings {}", row.finding);
        citations.read(&row.source, &user, check);
        let when = names.expression(&row.when, &user, check);
        check.that(!mentions_finding(&when), || format!("{user}: what is measured speaks of numbers"));
        rows.push(MeasuredFinding { finding: names.index("finding", &row.finding, &user, check), when });
    }
    rows
}

fn childhood_vital_signs(raw: &Raw, citations: &mut Citations, check: &mut Check) -> Vec<ChildhoodVitalSigns> {
    let mut rows = Vec::new();
    for row in &raw.childhood_vital_signs {
        citations.read(&row.source, "childhood_vital_signs", check);
        rows.push(ChildhoodVitalSigns {
            from_age_years: row.from_age_years,
            heart_rate_per_min: row.heart_rate_per_min,
            respiratory_rate_per_min: row.respiratory_rate_per_min,
        });
    }
    let in_order = rows.is_sorted_by(|a, b| a.from_age_years < b.from_age_years);
    check.that(in_order, || "childhood_vital_signs: not in the order of age".to_owned());
    rows
}

pub(super) fn conditions<'a>(
    raw: &'a Raw,
    names: &Names,
    citations: &mut Citations,
    check: &mut Check,
) -> Vec<Condition<'a>> {
    let mut likelihoods: BTreeMap<&str, BTreeMap<u16, Likelihood>> = BTreeMap::new();
    for row in &raw.likelihoods {
        let user = format!("likelihoods {} {}", row.condition, row.finding);
        names.index("condition", &row.condition, &user, check);
        check.that(row.percent > 0.0 && row.percent <= 100.0, || format!("{user}: a percentage above 0"));
        let tenths = row.percent * 10.0;
        check.that((tenths - tenths.round()).abs() < 1e-3, || format!("{user}: a percentage of at most one decimal"));
        let finding = names.index("finding", &row.finding, &user, check);
        let likelihood =
            Likelihood { finding, percent: row.percent, sources: citations.read(&row.source, &user, check) };
        let twice = likelihoods.entry(&row.condition).or_default().insert(finding, likelihood);
        check.that(twice.is_none(), || format!("{user} is there twice"));
    }
    let mut conditions = Vec::new();
    for row in &raw.conditions {
        let user = format!("conditions {}", row.id);
        let own = likelihoods.remove(row.id.as_str()).unwrap_or_default();
        check.that(own.len() >= 3, || format!("{user}: fewer than three likelihoods"));
        check.that(matches!(row.dangerous.as_str(), "yes" | "no"), || format!("{user}: dangerous is yes or no"));
        check.that(row.base_rate > 0.0, || format!("{user}: the base rate is above 0"));
        conditions.push(Condition {
            id: &row.id,
            name: &row.name,
            icd10: list(&row.icd10).collect(),
            urgency: row.urgency,
            dangerous: row.dangerous == "yes",
            base_rate: row.base_rate,
            ages: [row.infant, row.child, row.adolescent, row.young, row.middle, row.older],
            male: row.male,
            female: row.female,
            pregnant: row.pregnant,
            advice: &row.advice,
            likelihoods: own.into_values().collect(),
            sources: citations.read(&row.source, &user, check),
            review: reviewed(&row.review),
        });
    }
    conditions
}

pub(super) fn red_flags<'a>(
    raw: &'a Raw,
    names: &Names,
    citations: &mut Citations,
    check: &mut Check,
) -> Vec<RedFlag<'a>> {
    let mut flags = Vec::new();
    for row in &raw.red_flags {
        let user = format!("red_flags {}", row.id);
        check.that(row.level >= Urgency::Urgent, || format!("{user}: a red flag is urgent or emergency"));
        flags.push(RedFlag {
            id: &row.id,
            level: row.level,
            when: names.expression(&row.when, &user, check),
            reason: &row.reason,
            action: &row.action,
            sources: citations.read(&row.source, &user, check),
        });
    }
    flags
}

pub(super) fn comorbidities<'a>(
    raw: &'a Raw,
    names: &Names,
    citations: &mut Citations,
    check: &mut Check,
) -> ComorbidityTable<'a> {
    let mut table = Vec::new();
    for row in &raw.comorbidities {
        let user = format!("comorbidities {}", row.id);
        citations.read(&row.source, &user, check);
        table.push(Comorbidity {
            id: &row.id,
            name: &row.name,
            synonyms: list(&row.synonyms).collect(),
            icd10: &row.icd10,
            finding: (!row.finding.is_empty()).then(|| names.index("finding", &row.finding, &user, check)),
        });
    }
    ComorbidityTable { comorbidities: table }
}

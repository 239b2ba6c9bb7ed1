//! Classes, medicines and their rules.

use super::names::{Citations, Names};
use super::rows::{MedicineRow, Raw};
use super::{Check, closure, list, reviewed, safety};
use crate::expression::{Atom, Expression};
use crate::tables::{AlertKind, Allergy, Caution, Class, Form, Interaction, Medicine, MedicineTables, Severity};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn medicine<'a>(
    raw: &'a Raw,
    names: &Names,
    citations: &mut Citations,
    check: &mut Check,
) -> MedicineTables<'a> {
    let mut classes = Vec::new();
    for row in &raw.classes {
        let user = format!("classes {}", row.id);
        classes.push(Class {
            id: &row.id,
            name: &row.name,
            parent: (!row.parent.is_empty()).then(|| names.index("class", &row.parent, &user, check)),
            duplicate: row.duplicate == "yes",
            sources: citations.read(&row.source, &user, check),
        });
    }
    let parents: Vec<Vec<u16>> = classes.iter().map(|class: &Class| class.parent.into_iter().collect()).collect();
    let medicines = raw.medicines.iter().map(|row| medicine_row(raw, row, names, &parents, citations, check)).collect();
    pharmacology_of_known(raw, names, check);
    MedicineTables {
        classes,
        medicines,
        interactions: interactions(raw, names, citations, check),
        cautions: cautions(raw, names, citations, check),
        allergies: allergies(raw, names, citations, check),
        washouts: safety::washouts(raw, names, citations, check),
        sums: safety::sums(raw, names, citations, check),
        dose_limits: safety::dose_limits(raw, names, citations, check),
        reactions: safety::reactions(raw),
        reaction_rules: safety::reaction_rules(raw, names, citations, check),
    }
}

/// A row about a medicine that is not there, or a second one, would go unread.
fn pharmacology_of_known(raw: &Raw, names: &Names, check: &mut Check) {
    let mut seen = BTreeSet::new();
    for row in &raw.pharmacology {
        let user = format!("pharmacology {}", row.medicine);
        names.index("medicine", &row.medicine, &user, check);
        check.that(seen.insert(&row.medicine), || format!("{user}: is there twice"));
        let elimination = ["renal", "hepatic", "mixed", "other", ""].contains(&row.elimination.as_str());
        check.that(elimination, || format!("{user}: elimination `{}`", row.elimination));
    }
}

pub(super) fn medicine_row<'a>(
    raw: &'a Raw,
    row: &'a MedicineRow,
    names: &Names,
    parents: &[Vec<u16>],
    citations: &mut Citations,
    check: &mut Check,
) -> Medicine<'a> {
    let user = format!("medicines {}", row.id);
    let mut classes = BTreeSet::new();
    for id in list(&row.classes) {
        let class = names.index("class", id, &user, check);
        classes.insert(class);
        classes.extend(parents.get(usize::from(class)).map(|_| closure(parents, class)).unwrap_or_default());
    }
    let parts: Vec<&str> = row.id.split("_and_").collect();
    let ingredients = if parts.len() > 1 {
        parts.iter().map(|part| names.index("medicine", part, &user, check)).collect()
    } else {
        Vec::new()
    };
    let covers = list(&row.covers).filter_map(|kind| {
        let parsed = csv::StringRecord::from(vec![kind]).deserialize::<AlertKind>(None).ok();
        check.some(parsed, || format!("{user}: `{kind}` is not a kind of alert"))
    });
    let mut covers: Vec<AlertKind> = covers.collect();
    // A dose is judged wherever there is a limit for it.
    if raw.dose_limits.iter().any(|limit| limit.medicine == row.id) {
        covers.push(AlertKind::Dose);
    }
    let atc: Vec<&str> = list(&row.atc).collect();
    let (codes, name, rxcui) = (atc.join(", "), row.name.as_str(), row.rxcui.as_str());
    let mut cited_by = |cell: &str, check: &mut Check| citations.read_about(cell, &[name, &codes, rxcui], &user, check);
    let mut sources = cited_by(&row.source, check);
    let pharmacology = raw.pharmacology.iter().find(|own| own.medicine == row.id);
    sources.extend(pharmacology.map(|own| cited_by(&own.source, check)).unwrap_or_default());
    let mut look_alikes = BTreeSet::new();
    for pair in raw.look_alikes.iter().filter(|pair| pair.a == row.id || pair.b == row.id) {
        let other = if pair.a == row.id { &pair.b } else { &pair.a };
        look_alikes.insert(names.index("medicine", other, &user, check));
        sources.extend(cited_by(&pair.source, check));
    }
    // In the order of the row, each once.
    let mut cited = BTreeSet::new();
    sources.retain(|at| cited.insert(*at));
    Medicine {
        id: &row.id,
        name: &row.name,
        synonyms: list(&row.synonyms).collect(),
        brands: list(&row.brands).collect(),
        atc,
        rxcui: &row.rxcui,
        classes: classes.into_iter().collect(),
        ingredients,
        forms: list(&row.forms).map(form).collect(),
        covers,
        indications: pharmacology.map(|own| list(&own.indications).collect()).unwrap_or_default(),
        half_life_h: pharmacology.and_then(|own| own.half_life_h),
        elimination: pharmacology.map_or("", |own| &own.elimination),
        high_alert: pharmacology.is_some_and(|own| own.high_alert == "yes"),
        narrow_therapeutic_index: pharmacology.is_some_and(|own| own.narrow_therapeutic_index == "yes"),
        look_alikes: look_alikes.into_iter().collect(),
        sources,
    }
}

pub(super) fn form(text: &str) -> Form<'_> {
    let (kind, strengths) = text.split_once(':').unwrap_or((text, ""));
    let (form, route) = kind.split_once('/').unwrap_or((kind, ""));
    Form {
        form: form.trim(),
        route: route.trim(),
        strengths: strengths.split(',').map(str::trim).filter(|strength| !strength.is_empty()).collect(),
    }
}

pub(super) fn interactions<'a>(
    raw: &'a Raw,
    names: &Names,
    citations: &mut Citations,
    check: &mut Check,
) -> Vec<Interaction<'a>> {
    let mut pairs = BTreeMap::new();
    let mut rules = Vec::new();
    for row in &raw.interactions {
        let user = format!("interactions {}", row.id);
        let (a, b) = (names.subject(&row.a, &user, check), names.subject(&row.b, &user, check));
        let other = pairs.insert((a.min(b), a.max(b)), &row.id);
        check.that(other.is_none(), || format!("{user}: the same pair as {}", other.map_or("", |id| id)));
        check.that(!row.criterion.is_empty(), || format!("{user}: the criterion of the severity is missing"));
        let slug = |text: &'a str| text.trim_start_matches("class:");
        let id = [slug(&row.a), "_with_", slug(&row.b)].concat();
        check.that(row.id == id, || format!("{user}: what is known of these two is `{id}`"));
        let called = [Names::called(raw, &row.a), Names::called(raw, &row.b)];
        rules.push(Interaction {
            a,
            b,
            severity: row.severity,
            fact: &row.fact,
            mechanism: &row.mechanism,
            effect: &row.effect,
            management: &row.management,
            evidence: &row.evidence,
            sources: citations.read_about(&row.source, &called, &user, check),
            review: reviewed(&row.review),
        });
    }
    rules
}

pub(super) fn cautions<'a>(
    raw: &'a Raw,
    names: &Names,
    citations: &mut Citations,
    check: &mut Check,
) -> Vec<Caution<'a>> {
    let mut rules = Vec::new();
    for row in &raw.cautions {
        let user = format!("cautions {}", row.id);
        check.that(!row.criterion.is_empty(), || format!("{user}: the criterion of the severity is missing"));
        let when = names.expression(&row.when, &user, check);
        check.that(!mentions_finding(&when), || format!("{user}: a caution speaks of comorbidities, not of findings"));
        rules.push(Caution {
            id: &row.id,
            subject: names.subject(&row.medicine, &user, check),
            kind: row.kind,
            when,
            severity: row.severity,
            effect: &row.effect,
            management: &row.management,
            evidence: &row.evidence,
            sources: citations.read_about(&row.source, &[Names::called(raw, &row.medicine)], &user, check),
            review: reviewed(&row.review),
        });
    }
    rules
}

pub(super) fn mentions_finding(expression: &Expression) -> bool {
    match expression {
        Expression::Always => false,
        Expression::Atom(atom) => matches!(atom, Atom::Finding(_)),
        Expression::All(parts) | Expression::AtLeast(_, parts) => parts.iter().any(mentions_finding),
    }
}

pub(super) fn allergies<'a>(
    raw: &'a Raw,
    names: &Names,
    citations: &mut Citations,
    check: &mut Check,
) -> Vec<Allergy<'a>> {
    let mut rows = Vec::new();
    for row in &raw.allergies {
        let user = format!("allergies {}", row.id);
        let cross_severity = match row.cross_severity.as_str() {
            "contraindicated" => Severity::Contraindicated,
            "major" => Severity::Major,
            "moderate" | "" => Severity::Moderate,
            "minor" => Severity::Minor,
            other => {
                check.problems.push(format!("{user}: `{other}` is not a severity"));
                Severity::Major
            }
        };
        rows.push(Allergy {
            id: &row.id,
            name: &row.name,
            synonyms: list(&row.synonyms).collect(),
            members: names.subjects(&row.members, &user, check),
            cross_reactive: names.subjects(&row.cross_reactive, &user, check),
            cross_severity,
            note: &row.note,
            sources: citations.read(&row.source, &user, check),
            review: reviewed(&row.review),
        });
    }
    rows
}

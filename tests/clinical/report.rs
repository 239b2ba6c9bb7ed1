//! What the tables cover and what they do not: `make clinical` prints it.

use std::collections::{BTreeMap, BTreeSet};
use virtual_doctor::knowledge::tables::{AlertKind, Index, Medicine, Severity, Subject};
use virtual_doctor::knowledge::{calculators, dosing, library, medicine};
use virtual_doctor::medicine::catalogue::{is_subject, with_ingredients};

/// Kinds in the order of the matrix, each with its letter.
const KINDS: &[(AlertKind, &str)] = &[
    (AlertKind::Interaction, "interaction"),
    (AlertKind::Duplicate, "duplicate"),
    (AlertKind::Allergy, "allergy"),
    (AlertKind::Contraindication, "contraindication"),
    (AlertKind::Pregnancy, "pregnancy"),
    (AlertKind::Lactation, "lactation"),
    (AlertKind::Renal, "renal"),
    (AlertKind::Hepatic, "hepatic"),
    (AlertKind::Age, "age"),
    (AlertKind::Dose, "dose"),
    (AlertKind::Food, "food"),
    (AlertKind::Alcohol, "alcohol"),
];

fn ingredients() -> Vec<(Index, &'static Medicine<'static>)> {
    let all = medicine().medicines.iter().enumerate();
    all.filter(|(_, row)| row.ingredients.is_empty()).map(|(at, row)| (Index::try_from(at).unwrap(), row)).collect()
}

fn members(subject: Subject) -> Vec<Index> {
    ingredients().into_iter().map(|(at, _)| at).filter(|at| is_subject(*at, subject)).collect()
}

/// Pairs of ingredients by the worst rule that speaks of them.
fn pairs() -> BTreeMap<Severity, usize> {
    let mut worst: BTreeMap<(Index, Index), Severity> = BTreeMap::new();
    for rule in &medicine().interactions {
        let (a, b) = (members(rule.a), members(rule.b));
        for one in &a {
            for other in b.iter().filter(|other| *other != one) {
                let known = worst.entry((*one.min(other), *one.max(other))).or_insert(rule.severity);
                *known = (*known).max(rule.severity);
            }
        }
    }
    let mut counts = BTreeMap::new();
    for severity in worst.into_values() {
        *counts.entry(severity).or_default() += 1;
    }
    counts
}

/// Rules by kind and severity.
fn rules() -> BTreeMap<(&'static str, Severity), usize> {
    let tables = medicine();
    let mut counts = BTreeMap::new();
    let mut count = |kind: &'static str, severity| *counts.entry((kind, severity)).or_default() += 1;
    tables.interactions.iter().for_each(|rule| count("interaction", rule.severity));
    tables.sums.iter().for_each(|rule| count("sum of several", rule.severity));
    tables.dose_limits.iter().for_each(|rule| count("dose", rule.severity));
    tables.allergies.iter().for_each(|rule| count("allergy", rule.cross_severity));
    tables.reaction_rules.iter().for_each(|rule| count("reaction", rule.severity));
    for rule in &tables.cautions {
        let name = KINDS.iter().find(|(kind, _)| *kind == rule.kind).map_or("", |(_, name)| name);
        count(name, rule.severity);
    }
    counts
}

/// Whether a rule of this kind speaks of the medicine.
fn is_written_up(at: Index, row: &Medicine, kind: AlertKind) -> bool {
    let tables = medicine();
    let is = |subject: &Subject| with_ingredients(at).iter().any(|part| is_subject(*part, *subject));
    match kind {
        AlertKind::Interaction => tables.interactions.iter().any(|rule| is(&rule.a) || is(&rule.b)),
        AlertKind::Duplicate => row.classes.iter().any(|class| tables.classes[usize::from(*class)].duplicate),
        AlertKind::Allergy => {
            tables.allergies.iter().any(|rule| rule.members.iter().chain(&rule.cross_reactive).any(is))
        }
        AlertKind::Dose => tables.dose_limits.iter().any(|rule| is(&rule.subject)),
        kind => tables.cautions.iter().any(|rule| rule.kind == kind && is(&rule.subject)),
    }
}

/// `W` written up, `n` gone through and nothing known, `·` not reviewed.
fn mark(at: Index, row: &Medicine, kind: AlertKind) -> char {
    match (is_written_up(at, row, kind), row.covers.contains(&kind)) {
        (true, _) => 'W',
        (false, true) => 'n',
        (false, false) => '·',
    }
}

/// Rows by the document that they cite; a row counts for each.
fn documents() -> BTreeMap<&'static str, usize> {
    let tables = medicine();
    let cited = tables.interactions.iter().map(|row| &row.sources);
    let cited = cited.chain(tables.cautions.iter().map(|row| &row.sources));
    let cited = cited.chain(tables.allergies.iter().map(|row| &row.sources));
    let cited = cited.chain(tables.sums.iter().map(|row| &row.sources));
    let cited = cited.chain(tables.dose_limits.iter().map(|row| &row.sources));
    let cited = cited.chain(tables.reaction_rules.iter().map(|row| &row.sources));
    let cited = cited.chain(tables.washouts.iter().map(|row| &row.sources));
    let cited = cited.chain(dosing().regimens.iter().map(|row| &row.sources));
    let cited = cited.chain(dosing().adjustments.iter().map(|row| &row.sources));
    let cited = cited.chain(calculators().calculators.iter().map(|row| &row.sources));
    let mut counts = BTreeMap::new();
    for sources in cited {
        let of_row: BTreeSet<_> = sources.iter().map(|at| library().citations[usize::from(*at)].0).collect();
        for document in of_row {
            *counts.entry(library().documents[usize::from(document)]).or_default() += 1;
        }
    }
    counts
}

fn unreviewed() -> (usize, usize) {
    let tables = medicine();
    let reviews = tables.interactions.iter().map(|row| row.review).chain(tables.cautions.iter().map(|row| row.review));
    let reviews =
        reviews.chain(tables.allergies.iter().map(|row| row.review)).chain(tables.sums.iter().map(|row| row.review));
    let reviews = reviews.chain(tables.dose_limits.iter().map(|row| row.review));
    let reviews = reviews.chain(tables.reaction_rules.iter().map(|row| row.review));
    let reviews = reviews.chain(dosing().regimens.iter().map(|row| row.review));
    let reviews: Vec<&str> = reviews.chain(dosing().adjustments.iter().map(|row| row.review)).collect();
    (reviews.iter().filter(|review| review.is_empty()).count(), reviews.len())
}

#[test]
fn the_tables_cover_what_is_promised() {
    let (ingredients, rules, pairs) = (ingredients(), rules(), pairs());
    println!(
        "{} active ingredients, {} combinations",
        ingredients.len(),
        medicine().medicines.len() - ingredients.len()
    );
    println!("\nRules by kind and severity:");
    for ((kind, severity), count) in &rules {
        println!("  {kind:<18} {severity:<16?} {count:>5}");
    }
    let all: usize = rules.values().sum();
    println!("  {:<35} {all:>5}", "together");
    println!("\nPairs of ingredients that interactions reach, by the worst rule:");
    for (severity, count) in &pairs {
        println!("  {severity:<16?} {count:>6}");
    }
    let with_doses: BTreeSet<_> = dosing().regimens.iter().map(|row| row.medicine).collect();
    println!(
        "\n{} regimens of {} ingredients, {} adjustments, {} washouts, {} calculators",
        dosing().regimens.len(),
        with_doses.len(),
        dosing().adjustments.len(),
        medicine().washouts.len(),
        calculators().calculators.len()
    );
    let known = |test: fn(&Medicine) -> bool| ingredients.iter().filter(|(_, row)| test(row)).count();
    println!(
        "indications of {}, half-life of {}, elimination of {}, {} high-alert, {} of narrow index, {} with look-alikes",
        known(|row| !row.indications.is_empty()),
        known(|row| row.half_life_h.is_some()),
        known(|row| !row.elimination.is_empty()),
        known(|row| row.high_alert),
        known(|row| row.narrow_therapeutic_index),
        known(|row| !row.look_alikes.is_empty())
    );
    let (unreviewed, reviewable) = unreviewed();
    println!("{unreviewed} of {reviewable} rows unreviewed");
    println!("\nRows by document (those with ten and more; a row counts for each document that it cites):");
    let mut documents: Vec<_> = documents().into_iter().collect();
    documents.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let shown = documents.iter().take_while(|(_, count)| *count >= 10);
    shown.for_each(|(document, count)| println!("  {count:>5} {document}"));
    println!("  {:>5} documents in all", documents.len());
    println!("\nCoverage: W written up, n gone through and nothing known, · not reviewed.");
    println!("{:<36} {}", "", KINDS.iter().map(|(_, name)| format!("{:.4}", name)).collect::<Vec<_>>().join(" "));
    for (at, row) in &ingredients {
        let marks: Vec<String> = KINDS.iter().map(|(kind, _)| format!("{:<4}", mark(*at, row, *kind))).collect();
        println!("{:<36} {}", row.id, marks.join(" "));
    }
    for (kind, name) in KINDS {
        let of = |wanted| ingredients.iter().filter(|(at, row)| mark(*at, row, *kind) == wanted).count();
        println!("{name:<18} {:>5} written up, {:>4} nothing known, {:>5} not reviewed", of('W'), of('n'), of('·'));
    }
    assert!(ingredients.len() >= 800);
    assert!(all >= 1200, "{all} rules");
    let grave: usize =
        pairs.iter().filter(|(severity, _)| **severity >= Severity::Moderate).map(|(_, count)| count).sum();
    assert!(grave >= 6000, "{grave} pairs");
}

macro_rules! packed_size {
    ($file:literal) => {
        include_bytes!(concat!(env!("OUT_DIR"), "/", $file)).len()
    };
}

/// What each part takes in the wasm, with what it cites.
#[test]
fn the_packed_tables_are_small() {
    let (library, of_medicine) = (packed_size!("library.bin"), packed_size!("medicine_library.bin"));
    let medicine = packed_size!("medicine.bin") + packed_size!("dosing.bin") + packed_size!("calculators.bin");
    let diagnosis = packed_size!("diagnosis.bin") + packed_size!("comorbidities.bin");
    let parts = [
        ("medicine, doses, calculators", medicine, of_medicine),
        ("diagnosis", diagnosis, library.saturating_sub(of_medicine)),
    ];
    for (part, size, cited) in parts {
        println!("{part}: {:.1} KiB packed, {:.1} with what it cites", kib(size), kib(size + cited));
        assert!(size + cited <= 200 * 1024, "{part}: {size} and {cited} bytes");
    }
}

#[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
fn kib(bytes: usize) -> f64 {
    bytes as f64 / 1024.0
}

/// The WHO Model List of Essential Medicines, 23rd list (2023), by the names that it uses, and some by which others know them.
#[test]
fn every_essential_medicine_is_known() {
    let names = include_str!("essential_medicines.txt").lines();
    let known = virtual_doctor::medicine::catalogue::names();
    let missing: Vec<&str> = names.filter(|name| known.exact(name).is_empty()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

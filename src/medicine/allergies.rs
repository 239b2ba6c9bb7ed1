//! Allergies: what a person named, the substances that it is, and those that
//! share enough of it to matter.

use super::catalogue::{self, get, is_subject, with_ingredients};
use super::model::{Alert, Unknown};
use crate::knowledge::tables::{AlertKind, Allergy, Index, Severity, Subject};
use crate::knowledge::{medicine, review, sources, text};
use crate::names::NameIndex;
use crate::records::clinical_data::{AllergyInput, ReactionSeverity};
use std::sync::OnceLock;

fn names() -> &'static NameIndex {
    static NAMES: OnceLock<NameIndex> = OnceLock::new();
    NAMES.get_or_init(|| {
        NameIndex::new(medicine().allergies.iter().enumerate().flat_map(|(at, row)| {
            let at = Index::try_from(at).unwrap_or(Index::MAX);
            [row.id, row.name].into_iter().chain(row.synonyms.iter().copied()).map(move |name| (name, at))
        }))
    })
}

/// Rows of what people name as an allergy that have exactly this name.
#[must_use]
pub fn named(substance: &str) -> Vec<&'static Allergy<'static>> {
    let table = &medicine().allergies;
    names().exact(substance).into_iter().filter_map(|at| table.get(usize::from(at))).collect()
}

/// Alerts for medicines that the patient reacted to, or to their like; and the
/// substances that could not be recognised.
#[must_use]
pub fn alerts(medicines: &[Index], allergies: &[AllergyInput]) -> (Vec<Alert>, Vec<Unknown>) {
    let mut alerts = Vec::new();
    let mut unknown = Vec::new();
    for allergy in allergies {
        let Some((rows, substances)) = resolve(&allergy.substance.0) else {
            unknown.push(unrecognised(&allergy.substance.0));
            continue;
        };
        for index in medicines {
            alerts.extend(judge(*index, allergy, &rows, &substances));
        }
    }
    (alerts, unknown)
}

type Rows = Vec<&'static Allergy<'static>>;

/// The rows that the name stands for, or the medicine whose name it is (with
/// every row that the medicine is a member of).
fn resolve(substance: &str) -> Option<(Rows, Vec<Index>)> {
    let table = &medicine().allergies;
    let named: Rows = named(substance);
    if !named.is_empty() {
        return Some((named, Vec::new()));
    }
    let found = catalogue::names().exact(substance);
    if found.is_empty() {
        return None;
    }
    let substances: Vec<Index> = found.into_iter().flat_map(with_ingredients).collect();
    let is_member =
        |row: &&Allergy| row.members.iter().any(|member| substances.iter().any(|s| is_subject(*s, *member)));
    Some((table.iter().filter(is_member).collect(), substances))
}

fn unrecognised(substance: &str) -> Unknown {
    let groups =
        names().similar(substance).into_iter().filter_map(|at| Some(medicine().allergies.get(usize::from(at))?.name));
    let medicines = catalogue::names().similar(substance).into_iter().filter_map(|at| Some(get(at)?.name));
    Unknown {
        field: "allergies".into(),
        name: substance.to_owned(),
        did_you_mean: groups.chain(medicines).take(3).map(str::to_owned).collect(),
    }
}

fn judge(index: Index, allergy: &AllergyInput, rows: &Rows, substances: &[Index]) -> Option<Alert> {
    let id = get(index)?.id;
    let parts = with_ingredients(index);
    let is_any =
        |subjects: &[Subject]| subjects.iter().any(|subject| parts.iter().any(|part| is_subject(*part, *subject)));
    // A reaction of unknown severity is taken as a severe one.
    let severe = !matches!(allergy.severity, Some(ReactionSeverity::Mild | ReactionSeverity::Moderate));
    let direct = if severe { Severity::Contraindicated } else { Severity::Major };
    let same = parts.iter().any(|part| substances.contains(part));
    let member = rows.iter().find(|row| is_any(&row.members));
    let cross = rows.iter().find(|row| is_any(&row.cross_reactive));
    let (row, severity, effect) = match (same, member, cross) {
        (true, ..) => (member.or(rows.first()), direct, "allergy.same"),
        (false, Some(row), _) => (Some(row), direct, "allergy.member"),
        (false, None, Some(row)) => (Some(row), row.cross_severity, "allergy.cross"),
        (false, None, None) => return None,
    };
    let slug = row.map_or("substance", |row| row.id);
    Some(Alert {
        id: ["allergy_", slug, ":", id].concat(),
        kind: AlertKind::Allergy,
        severity,
        medicines: vec![id.to_owned()],
        mechanism: row.map(|row| row.note.to_owned()).unwrap_or_default(),
        effect: text(effect).replace("{substance}", &allergy.substance.0),
        management: text("allergy.management").to_owned(),
        evidence: allergy.reaction.clone().unwrap_or_default(),
        sources: row.map(|row| sources(&row.sources)).unwrap_or_default(),
        review: review(row.map_or("", |row| row.review)).to_owned(),
    })
}

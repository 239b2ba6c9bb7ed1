//! Allergies: what a person named, the substances that it is, and those that
//! share enough of it to matter.

use super::catalogue::{self, get, is_subject, with_ingredients};
use super::model::{Alert, Unknown};
use super::reactions;
use crate::knowledge::tables::{AlertKind, Allergy, Index, Severity, Sources, Subject};
use crate::knowledge::{find, medicine, review, sources, text};
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

/// What may have to be said of one medicine for one allergy.
struct Judgement<'r> {
    row: Option<&'r Allergy<'static>>,
    severity: Severity,
    effect: &'static str,
    note: &'static str,
    sources: Sources,
}

fn judge(index: Index, allergy: &AllergyInput, rows: &Rows, substances: &[Index]) -> Option<Alert> {
    let id = get(index)?.id;
    let parts = with_ingredients(index);
    let reaction = reactions::read(allergy.reaction.as_deref().unwrap_or_default());
    let substance = by_substance(&parts, allergy, rows, substances);
    let judgement = by_reaction(&parts, allergy, rows, &reaction, substance)?;
    let slug = judgement.row.map_or("substance", |row| row.id);
    Some(Alert {
        id: ["allergy_", slug, ":", id].concat(),
        kind: AlertKind::Allergy,
        severity: judgement.severity,
        medicines: vec![id.to_owned()],
        mechanism: judgement.note.to_owned(),
        effect: text(judgement.effect).replace("{substance}", &allergy.substance.0),
        management: text("allergy.management").to_owned(),
        evidence: allergy.reaction.clone().unwrap_or_default(),
        sources: sources(&judgement.sources),
        review: review(judgement.row.map_or("", |row| row.review)).to_owned(),
    })
}

/// By what the medicine is: the substance itself, one of its group, or alike.
fn by_substance<'r>(
    parts: &[Index],
    allergy: &AllergyInput,
    rows: &'r Rows,
    substances: &[Index],
) -> Option<Judgement<'r>> {
    let is_any = |subjects: &[Subject]| is_any(parts, subjects);
    // A reaction of unknown severity is taken as a severe one.
    let severe = !matches!(allergy.severity, Some(ReactionSeverity::Mild | ReactionSeverity::Moderate));
    let direct = if severe { Severity::Contraindicated } else { Severity::Major };
    let same = parts.iter().any(|part| substances.contains(part));
    let member = rows.iter().find(|row| is_any(&row.members)).copied();
    let cross = rows.iter().filter(|row| is_any(&row.cross_reactive)).max_by_key(|row| row.cross_severity).copied();
    let (row, severity, effect) = match (same, member, cross) {
        (true, ..) => (member.or(rows.first().copied()), direct, "allergy.same"),
        (false, Some(row), _) => (Some(row), direct, "allergy.member"),
        (false, None, Some(row)) => (Some(row), row.cross_severity, "allergy.cross"),
        (false, None, None) => return None,
    };
    let note = row.map_or("", |row| row.note);
    Some(Judgement { row, severity, effect, note, sources: row.map(|row| row.sources.clone()).unwrap_or_default() })
}

/// The same, in the light of what happened: a side effect counts for less, a severe delayed
/// reaction for more, and for more medicines.
fn by_reaction<'r>(
    parts: &[Index],
    allergy: &AllergyInput,
    rows: &'r Rows,
    reaction: &reactions::Read,
    substance: Option<Judgement<'r>>,
) -> Option<Judgement<'r>> {
    let allergies: Vec<Index> =
        rows.iter().filter_map(|row| find(&medicine().allergies, row.id, |row| row.id)).collect();
    let about = medicine()
        .reaction_rules
        .iter()
        .filter(|rule| rule.allergies.iter().any(|at| allergies.contains(at)) && is_any(parts, &rule.subjects));
    let worse = |severity| substance.as_ref().is_none_or(|known| severity >= known.severity);
    // Only what was nothing but a side effect, and not grave, is let off.
    let grave = allergy.severity == Some(ReactionSeverity::Severe);
    let mut applying = about.filter(|rule| {
        if worse(rule.severity) {
            reaction.is_any(&rule.reactions)
        } else {
            !grave && reaction.is_only(&rule.reactions)
        }
    });
    let Some(first) = applying.next() else { return substance };
    let rule = applying.fold(first, |worst, rule| if rule.severity > worst.severity { rule } else { worst });
    let row = rows
        .iter()
        .copied()
        .find(|row| find(&medicine().allergies, row.id, |row| row.id).is_some_and(|at| rule.allergies.contains(&at)));
    Some(Judgement {
        row,
        severity: rule.severity,
        effect: if worse(rule.severity) { "allergy.reaction" } else { "allergy.side_effect" },
        note: rule.note,
        sources: rule.sources.clone(),
    })
}

fn is_any(parts: &[Index], subjects: &[Subject]) -> bool {
    subjects.iter().any(|subject| parts.iter().any(|part| is_subject(*part, *subject)))
}

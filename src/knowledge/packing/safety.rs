//! What a check needs beside pairs and cautions: washouts, sums, limits of doses, reactions.

use super::medicine::mentions_finding;
use super::names::{Citations, Names};
use super::rows::Raw;
use super::{Check, list, reviewed};
use crate::tables::{DoseLimit, Reaction, ReactionRule, Sum, Washout};

pub(super) fn washouts<'a>(
    raw: &'a Raw,
    names: &Names,
    citations: &mut Citations,
    check: &mut Check,
) -> Vec<Washout<'a>> {
    let mut rows = Vec::new();
    for row in &raw.washouts {
        let user = format!("washouts {}", row.id);
        rows.push(Washout {
            subject: names.subject(&row.subject, &user, check),
            days: row.days,
            effect: &row.effect,
            sources: citations.read(&row.source, &user, check),
        });
    }
    rows
}

pub(super) fn sums<'a>(raw: &'a Raw, names: &Names, citations: &mut Citations, check: &mut Check) -> Vec<Sum<'a>> {
    let mut rows = Vec::new();
    for row in &raw.sums {
        let user = format!("sums {}", row.id);
        check.that(!row.criterion.is_empty(), || format!("{user}: the criterion of the severity is missing"));
        let members = list(&row.members).map(|member| {
            let (subject, points) = member.split_once('=').unwrap_or((member, "1"));
            let points =
                check.some(points.trim().parse().ok(), || format!("{user}: `{points}` is no number of points"));
            (names.subject(subject.trim(), &user, check), points.unwrap_or_default())
        });
        let members = members.collect();
        let when = names.expression(&row.when, &user, check);
        check.that(!mentions_finding(&when), || format!("{user}: a sum speaks of comorbidities, not of findings"));
        rows.push(Sum {
            id: &row.id,
            members,
            at_least: row.at_least,
            with: names.subjects(&row.with, &user, check),
            when,
            severity: row.severity,
            mechanism: &row.mechanism,
            effect: &row.effect,
            management: &row.management,
            evidence: &row.evidence,
            sources: citations.read(&row.source, &user, check),
            review: reviewed(&row.review),
        });
    }
    rows
}

pub(super) fn dose_limits<'a>(
    raw: &'a Raw,
    names: &Names,
    citations: &mut Citations,
    check: &mut Check,
) -> Vec<DoseLimit<'a>> {
    let mut rows = Vec::new();
    for row in &raw.dose_limits {
        let user = format!("dose_limits {}", row.id);
        let amounts = row.single.or(row.daily).or(row.weekly).is_some();
        check.that(amounts || row.least_interval_h.is_some(), || format!("{user}: it limits nothing"));
        check.that(!amounts || !row.unit.is_empty(), || format!("{user}: the unit is missing"));
        let when = names.expression(&row.when, &user, check);
        check.that(!mentions_finding(&when), || format!("{user}: a limit speaks of comorbidities, not of findings"));
        rows.push(DoseLimit {
            id: &row.id,
            subject: names.subject(&row.medicine, &user, check),
            route: &row.route,
            when,
            unless: (!row.unless.is_empty()).then(|| names.expression(&row.unless, &user, check)),
            single: row.single,
            daily: row.daily,
            weekly: row.weekly,
            unit: &row.unit,
            least_interval_h: row.least_interval_h,
            severity: row.severity,
            effect: &row.effect,
            management: &row.management,
            sources: citations.read_about(&row.source, &[Names::called(raw, &row.medicine)], &user, check),
            review: reviewed(&row.review),
        });
    }
    rows
}

pub(super) fn reactions(raw: &Raw) -> Vec<Reaction<'_>> {
    let rows = raw.reactions.iter().map(|row| {
        let phrases = [row.name.as_str()].into_iter().chain(list(&row.phrases)).collect();
        Reaction { id: &row.id, phrases, kind: row.kind }
    });
    rows.collect()
}

pub(super) fn reaction_rules<'a>(
    raw: &'a Raw,
    names: &Names,
    citations: &mut Citations,
    check: &mut Check,
) -> Vec<ReactionRule<'a>> {
    let mut rows = Vec::new();
    for row in &raw.reaction_rules {
        let user = format!("reaction_rules {}", row.id);
        rows.push(ReactionRule {
            id: &row.id,
            allergies: list(&row.allergies).map(|id| names.index("allergy", id, &user, check)).collect(),
            reactions: list(&row.reactions).map(|id| names.index("reaction", id, &user, check)).collect(),
            subjects: names.subjects(&row.subjects, &user, check),
            severity: row.severity,
            note: &row.note,
            sources: citations.read(&row.source, &user, check),
            review: reviewed(&row.review),
        });
    }
    rows
}

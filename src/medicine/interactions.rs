//! Interactions of every pair: by ingredient and by class. A rule that another
//! one states more precisely for the same pair is not said twice.

use super::catalogue::{get, is_class_within, subject_id, subject_name, within};
use super::listed::{Exposure, Holders, Listed};
use super::model::Alert;
use crate::knowledge::tables::{AlertKind, Index, Interaction, Severity, Subject};
use crate::knowledge::{medicine, review, sources_about, text};

/// An interaction that was found.
pub struct Found {
    /// What is told of it.
    pub alert: Alert,
    /// The rule that says so.
    pub rule: &'static Interaction<'static>,
}

/// A rule that holds for two places of the list.
#[derive(Clone, Copy)]
struct Hit {
    places: (usize, usize),
    /// The place of the rule in its table, where rules are in the order of their ids.
    at: usize,
    rule: &'static Interaction<'static>,
}

/// Alerts for all pairs of these medicines of which at least one is taken.
#[must_use]
pub fn alerts(list: &[Listed], holders: &Holders) -> Vec<Found> {
    let mut hits = Vec::new();
    for (at, rule) in medicine().interactions.iter().enumerate() {
        for a in holders.of(rule.a) {
            for b in holders.of(rule.b) {
                let (one, other) = (&list[a.place], &list[b.place]);
                if one.index != other.index && a.part != b.part && (one.is_taken() || other.is_taken()) {
                    hits.push(Hit { places: (a.place, b.place), at, rule });
                }
            }
        }
    }
    // Each rule once for a pair, whichever way round it was met.
    let pair = |hit: &Hit| (hit.places.0.min(hit.places.1), hit.places.0.max(hit.places.1));
    hits.sort_by_key(|hit| (pair(hit), hit.at, hit.places));
    hits.dedup_by_key(|hit| (pair(hit), hit.at));
    hits.chunk_by(|a, b| pair(a) == pair(b)).flat_map(|of_pair| most_precise(list, of_pair)).collect()
}

fn most_precise(list: &[Listed], hits: &[Hit]) -> Vec<Found> {
    let precise = hits
        .iter()
        .filter(|hit| !hits.iter().any(|other| other.at != hit.at && states_more_precisely(other.rule, hit.rule)));
    let precise: Vec<Hit> = precise.copied().collect();
    let told_by_another = |hit: &Hit| precise.iter().any(|other| tells_the_same_and_worse(other, hit));
    precise.iter().filter(|hit| !told_by_another(hit)).filter_map(|hit| found(list, *hit)).collect()
}

fn found(list: &[Listed], hit: Hit) -> Option<Found> {
    let Hit { places: (one, other), rule, .. } = hit;
    let (a, b) = (get(list[one].index)?.id, get(list[other].index)?.id);
    let notes = [one, other].into_iter().filter_map(|place| stopped(&list[place]));
    let alert = Alert {
        id: [subject_id(rule.a), "_with_", subject_id(rule.b), ":", a.min(b), "+", a.max(b)].concat(),
        kind: AlertKind::Interaction,
        severity: rule.severity,
        medicines: vec![a.to_owned(), b.to_owned()],
        mechanism: rule.mechanism.to_owned(),
        effect: rule.effect.to_owned(),
        management: notes.chain([rule.management.to_owned()]).collect::<Vec<_>>().join(" "),
        evidence: rule.evidence.to_owned(),
        sources: sources_about(&rule.sources, &[subject_name(rule.a), subject_name(rule.b)]),
        review: review(rule.review).to_owned(),
    };
    Some(Found { alert, rule })
}

impl Found {
    /// The class of which both medicines are, where the rule is about two of one class.
    #[must_use]
    pub fn within(&self) -> Option<Index> {
        match (self.rule.a, self.rule.b) {
            (Subject::Class(a), Subject::Class(b)) if a == b => Some(a),
            _ => None,
        }
    }

    /// Whether it is about the medicines of this alert.
    #[must_use]
    pub fn is_about(&self, alert: &Alert) -> bool {
        self.alert.medicines.iter().all(|id| alert.medicines.contains(id))
    }
}

/// That a medicine was stopped and still acts.
fn stopped(listed: &Listed) -> Option<String> {
    let Exposure::Stopped(until) = listed.exposure else { return None };
    let key = if until.is_some() { "interaction.stopped_until" } else { "interaction.stopped" };
    let until = until.map(|day| day.to_string()).unwrap_or_default();
    Some(text(key).replace("{medicine}", get(listed.index)?.name).replace("{until}", &until))
}

/// Whether the one is about the same harm as the other, and graver or, being as grave, first in the table.
fn tells_the_same_and_worse(hit: &Hit, other: &Hit) -> bool {
    let order = (hit.rule.severity, other.at).cmp(&(other.rule.severity, hit.at));
    !hit.rule.fact.is_empty() && hit.rule.fact == other.rule.fact && order.is_gt()
}

/// Whether `rule` is about a part of what `other` is about, on both sides.
fn states_more_precisely(rule: &Interaction, other: &Interaction) -> bool {
    let straight = within(rule.a, other.a) && within(rule.b, other.b);
    let crossed = within(rule.a, other.b) && within(rule.b, other.a);
    straight || crossed
}

/// Whether an interaction of the same two medicines says already that they are two of this class.
#[must_use]
pub fn says_already(found: &[Found], duplicate: &Alert, class: Index) -> bool {
    found.iter().any(|other| {
        let wider = other.within().is_some_and(|wider| is_class_within(class, wider));
        let of_class = |subject| within(subject, Subject::Class(class));
        let says = wider || (of_class(other.rule.a) && of_class(other.rule.b));
        says && other.alert.severity >= Severity::Moderate && other.is_about(duplicate)
    })
}

//! Interactions of every pair: by ingredient and by class. A rule that another
//! one states more precisely for the same pair is not said twice.

use super::catalogue::{get, is_class_within, within};
use super::listed::{Exposure, Holders, Listed};
use super::model::Alert;
use crate::knowledge::tables::{AlertKind, Index, Interaction, Severity, Subject};
use crate::knowledge::{medicine, review, sources, text};

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
    rule: &'static Interaction<'static>,
}

/// Alerts for all pairs of these medicines of which at least one is taken.
#[must_use]
pub fn alerts(list: &[Listed], holders: &Holders) -> Vec<Found> {
    let mut hits = Vec::new();
    for rule in &medicine().interactions {
        for a in holders.of(rule.a) {
            for b in holders.of(rule.b) {
                let (one, other) = (&list[a.place], &list[b.place]);
                if one.index != other.index && a.part != b.part && (one.is_taken() || other.is_taken()) {
                    hits.push(Hit { places: (a.place, b.place), rule });
                }
            }
        }
    }
    // Each rule once for a pair, whichever way round it was met.
    let pair = |hit: &Hit| (hit.places.0.min(hit.places.1), hit.places.0.max(hit.places.1));
    hits.sort_by_key(|hit| (pair(hit), hit.rule.id, hit.places));
    hits.dedup_by_key(|hit| (pair(hit), hit.rule.id));
    hits.chunk_by(|a, b| pair(a) == pair(b)).flat_map(|of_pair| most_precise(list, of_pair)).collect()
}

fn most_precise(list: &[Listed], hits: &[Hit]) -> Vec<Found> {
    let precise = hits.iter().filter(|hit| !hits.iter().any(|other| states_more_precisely(other.rule, hit.rule)));
    let precise: Vec<Hit> = precise.copied().collect();
    let told_by_another = |hit: &Hit| precise.iter().any(|other| tells_the_same_and_worse(other.rule, hit.rule));
    precise.iter().filter(|hit| !told_by_another(hit)).filter_map(|hit| found(list, *hit)).collect()
}

fn found(list: &[Listed], hit: Hit) -> Option<Found> {
    let Hit { places: (one, other), rule } = hit;
    let (a, b) = (get(list[one].index)?.id, get(list[other].index)?.id);
    let notes = [one, other].into_iter().filter_map(|place| stopped(&list[place]));
    let alert = Alert {
        id: [rule.id, ":", a.min(b), "+", a.max(b)].concat(),
        kind: AlertKind::Interaction,
        severity: rule.severity,
        medicines: vec![a.to_owned(), b.to_owned()],
        mechanism: rule.mechanism.to_owned(),
        effect: rule.effect.to_owned(),
        management: notes.chain([rule.management.to_owned()]).collect::<Vec<_>>().join(" "),
        evidence: rule.evidence.to_owned(),
        sources: sources(&rule.sources),
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

/// Whether `rule` is about the same harm as `other`, and graver or, being as grave, first by its id.
fn tells_the_same_and_worse(rule: &Interaction, other: &Interaction) -> bool {
    let order = (rule.severity, other.id).cmp(&(other.severity, rule.id));
    !rule.fact.is_empty() && rule.fact == other.fact && order.is_gt()
}

/// Whether `rule` is about a part of what `other` is about, on both sides.
fn states_more_precisely(rule: &Interaction, other: &Interaction) -> bool {
    let straight = within(rule.a, other.a) && within(rule.b, other.b);
    let crossed = within(rule.a, other.b) && within(rule.b, other.a);
    rule.id != other.id && (straight || crossed)
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

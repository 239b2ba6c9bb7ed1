//! The same ingredient, or two of a class of which one is enough.

use super::catalogue::{cited, get, with_ingredients};
use super::interactions::Found;
use super::model::Alert;
use crate::knowledge::tables::{AlertKind, Index, Severity};
use crate::knowledge::{medicine, review, sources, text};

/// Two medicines of which one is enough.
pub struct Duplicate {
    /// What is told of it.
    pub alert: Alert,
    /// The class of which both are; `None` for the same ingredient.
    pub class: Option<Index>,
}

/// Alerts for all pairs of these medicines, by their place in the list: the same
/// medicine named twice is a duplicate too.
#[must_use]
pub fn alerts(medicines: &[Index]) -> Vec<Duplicate> {
    let mut found: Vec<Duplicate> = Vec::new();
    for (at, one) in medicines.iter().enumerate() {
        for other in &medicines[at + 1..] {
            let duplicate = same_ingredient(*one, *other).or_else(|| same_class(*one, *other));
            found.extend(duplicate.filter(|new| found.iter().all(|known| known.alert.id != new.alert.id)));
        }
    }
    found
}

/// Whether a duplicate says already what an interaction of two of a class says: the same thing twice does the same twice.
#[must_use]
pub fn say_already(duplicates: &[Duplicate], found: &Found) -> bool {
    let says = |other: &Duplicate| other.alert.severity >= found.alert.severity && found.is_about(&other.alert);
    found.within().is_some() && duplicates.iter().any(says)
}

fn same_ingredient(one: Index, other: Index) -> Option<Duplicate> {
    let parts = with_ingredients(other);
    let shared = with_ingredients(one).into_iter().find(|part| parts.contains(part))?;
    let shared = get(shared)?;
    let alert = alert("duplicate_ingredient", one, other, shared.name, cited(shared))?;
    Some(Duplicate { alert, class: None })
}

/// Of each part of the one with each part of the other.
fn same_class(one: Index, other: Index) -> Option<Duplicate> {
    let classes = &medicine().classes;
    let parts = with_ingredients(other);
    let pairs = with_ingredients(one).into_iter().flat_map(|a| parts.iter().map(move |b| (a, *b)));
    let mut shared = pairs.filter_map(|(a, b)| {
        let (a, b) = (get(a)?, get(b)?);
        let both = a.classes.iter().filter(|class| b.classes.binary_search(class).is_ok());
        both.copied().find(|class| classes.get(usize::from(*class)).is_some_and(|class| class.duplicate))
    });
    let index = shared.next()?;
    let class = classes.get(usize::from(index))?;
    let alert = alert(class.id, one, other, class.name, sources(&class.sources))?;
    Some(Duplicate { alert, class: Some(index) })
}

fn alert(rule: &str, one: Index, other: Index, shared: &str, sources: Vec<String>) -> Option<Alert> {
    let (a, b) = (get(one)?.id, get(other)?.id);
    Some(Alert {
        id: ["duplicate_", rule.trim_start_matches("duplicate_"), ":", a.min(b), "+", a.max(b)].concat(),
        kind: AlertKind::Duplicate,
        severity: Severity::Moderate,
        medicines: vec![a.to_owned(), b.to_owned()],
        mechanism: text("duplicate.mechanism").replace("{shared}", shared),
        effect: text("duplicate.effect").to_owned(),
        management: text("duplicate.management").to_owned(),
        evidence: String::new(),
        sources,
        review: review("").to_owned(),
    })
}

//! The same ingredient, or two of a class of which one is enough.

use super::catalogue::{get, with_ingredients};
use super::model::Alert;
use crate::knowledge::tables::{AlertKind, Index, Severity};
use crate::knowledge::{medicine, review, sources, text};

/// Alerts for all pairs of these medicines, by their place in the list: the same
/// medicine named twice is a duplicate too.
#[must_use]
pub fn alerts(medicines: &[Index]) -> Vec<Alert> {
    let mut alerts: Vec<Alert> = Vec::new();
    for (at, one) in medicines.iter().enumerate() {
        for other in &medicines[at + 1..] {
            let alert = same_ingredient(*one, *other).or_else(|| same_class(*one, *other));
            alerts.extend(alert.filter(|alert| alerts.iter().all(|known| known.id != alert.id)));
        }
    }
    alerts
}

fn same_ingredient(one: Index, other: Index) -> Option<Alert> {
    let parts = with_ingredients(other);
    let shared = with_ingredients(one).into_iter().find(|part| parts.contains(part))?;
    let shared = get(shared)?;
    alert("duplicate_ingredient", one, other, shared.name, sources(&shared.sources))
}

fn same_class(one: Index, other: Index) -> Option<Alert> {
    let (a, b) = (get(one)?, get(other)?);
    let classes = &medicine().classes;
    let shared = a.classes.iter().filter(|class| b.classes.binary_search(class).is_ok());
    let class = shared.filter_map(|class| classes.get(usize::from(*class))).find(|class| class.duplicate)?;
    alert(class.id, one, other, class.name, sources(&class.sources))
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

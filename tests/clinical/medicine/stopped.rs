//! What was stopped counts for as long as it acts.

use super::{checked, well};
use serde_json::json;
use virtual_doctor::knowledge::tables::AlertKind::{Duplicate, Interaction};
use virtual_doctor::knowledge::tables::Severity::{Contraindicated, Moderate};

fn after(stopped: &str, on: &str, with: &str) -> Option<virtual_doctor::knowledge::tables::Severity> {
    let medicines = json!([{ "id": stopped, "stopped_on": on }, { "id": with }]);
    super::worst(&checked(&well(), &medicines), Interaction)
}

#[test]
fn fluoxetine_counts_for_five_weeks() {
    assert_eq!(after("fluoxetine", "2026-10-23", "phenelzine"), Some(Contraindicated), "34 days");
    assert_eq!(after("fluoxetine", "2026-10-22", "phenelzine"), None, "35 days");
}

#[test]
fn an_maoi_counts_for_two_weeks() {
    assert_eq!(after("phenelzine", "2026-11-13", "sertraline"), Some(Contraindicated), "13 days");
    assert_eq!(after("phenelzine", "2026-11-12", "sertraline"), None, "14 days");
}

#[test]
fn amiodarone_counts_for_months() {
    assert!(after("amiodarone", "2026-08-26", "simvastatin") >= Some(Moderate));
    assert_eq!(after("amiodarone", "2026-01-01", "simvastatin"), None);
}

#[test]
fn an_inducer_counts_for_four_weeks() {
    assert!(after("rifampicin", "2026-10-30", "apixaban") >= Some(Moderate), "27 days");
    assert_eq!(after("rifampicin", "2026-10-29", "apixaban"), None, "28 days");
}

#[test]
fn a_reversible_inhibitor_counts_for_a_day_only() {
    assert_eq!(after("linezolid", "2026-11-26", "sertraline"), after("moclobemide", "2026-11-26", "sertraline"));
    assert_eq!(after("linezolid", "2026-11-25", "sertraline"), None, "a day");
}

#[test]
fn the_day_until_which_it_counts_is_told() {
    let medicines = json!([{ "id": "fluoxetine", "stopped_on": "2026-11-10" }, { "id": "phenelzine" }]);
    let answer = checked(&well(), &medicines);
    assert!(answer.alerts[0].management.contains("2026-12-15"), "{}", answer.alerts[0].management);
}

#[test]
fn what_was_stopped_is_no_duplicate_and_no_caution() {
    let medicines = json!([{ "id": "fluoxetine", "stopped_on": "2026-11-20" }, { "id": "sertraline" }]);
    let answer = checked(&well(), &medicines);
    assert_eq!(super::worst(&answer, Duplicate), None);
    let answer = checked(&well(), &json!([{ "id": "valproate", "stopped_on": "2026-11-20" }]));
    assert!(answer.alerts.is_empty());
}

#[test]
fn what_will_be_stopped_is_still_taken() {
    assert_eq!(after("phenelzine", "2026-12-24", "sertraline"), Some(Contraindicated));
}

#[test]
fn where_nobody_knows_how_long_it_acts_it_counts_and_that_is_told() {
    let medicines = json!([{ "id": "pimozide", "stopped_on": "2020-01-01" }, { "id": "clarithromycin" }]);
    let answer = checked(&well(), &medicines);
    let told = answer.not_assessed.iter().any(|datum| datum.missing == "washout of pimozide");
    let known = virtual_doctor::medicine::catalogue::by_id("pimozide")
        .and_then(virtual_doctor::medicine::catalogue::get)
        .is_some_and(|row| row.half_life_h.is_some());
    assert!(told != known && (answer.alerts.is_empty() == known));
}

//! Scores the engine on a folder of vignettes: `make clinical VIGNETTES=<folder>`, which holds `vignettes.jsonl` with a case a line:
//! `{"id", "patient", "text", "answer": {"names", "icd10"}, "triage_min"}`.

use super::hits::{Accepted, Returned};
use super::statistics::{Forecast, bootstrap_interval, brier, calibration_slope};
use super::{lines, outcome};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use virtual_doctor::diagnosis::outcome::{Outcome, RankedCondition};
use virtual_doctor::knowledge::diagnosis;
use virtual_doctor::knowledge::tables::Urgency;

#[derive(Debug, Deserialize)]
struct Answer {
    names: Vec<String>,
    icd10: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Vignette {
    id: String,
    patient: Value,
    text: String,
    answer: Answer,
    triage_min: Option<Urgency>,
}

/// What became of a case.
#[derive(Clone)]
struct Scored {
    id: String,
    chapter: &'static str,
    meant: String,
    /// The first place that counts, from 0.
    place: Option<usize>,
    is_covered: bool,
    forecasts: Vec<Forecast>,
    level: Option<Urgency>,
    at_least: Option<Urgency>,
    returned: Vec<String>,
}

impl Scored {
    fn is_within(&self, places: usize) -> bool {
        self.place.is_some_and(|place| place < places)
    }

    fn is_under_triaged(&self) -> bool {
        self.at_least.is_some_and(|least| self.level < Some(least))
    }
}

fn score(case: &Vignette, accepted: &Accepted, all: &[Accepted], known: &[Returned]) -> Scored {
    let Outcome { conditions, triage, .. } = outcome(&case.patient, &case.text, &json!({}));
    let hit = |of: &RankedCondition| Returned::new(&of.name, &of.icd10).is_hit(accepted, all);
    let forecasts: Vec<Forecast> = conditions.iter().map(|of| (of.probability, hit(of))).collect();
    Scored {
        id: case.id.clone(),
        chapter: chapter(case.answer.icd10.first().map_or("", String::as_str)),
        meant: case.answer.names.first().cloned().unwrap_or_default(),
        place: forecasts.iter().position(|(_, so)| *so),
        is_covered: known.iter().any(|condition| condition.is_hit(accepted, all)),
        forecasts,
        level: triage.map(|triage| triage.level),
        at_least: case.triage_min,
        returned: conditions.iter().take(3).map(|of| format!("{} {:.2}", of.name, of.probability)).collect(),
    }
}

/// The chapter of ICD-10 that a code is of, by its letter.
fn chapter(code: &str) -> &'static str {
    match code.get(..1).unwrap_or_default() {
        "A" | "B" => "infections",
        "C" | "D" => "neoplasms, blood",
        "E" => "endocrine, metabolic",
        "F" => "mental",
        "G" => "nervous system",
        "H" => "eye, ear",
        "I" => "circulation",
        "J" => "respiratory",
        "K" => "digestive",
        "L" => "skin",
        "M" => "musculoskeletal",
        "N" => "kidney, genital",
        "O" | "P" => "pregnancy, newborn",
        "S" | "T" => "injury, poisoning",
        _ => "others",
    }
}

#[expect(clippy::cast_precision_loss, reason = "there are fewer than 2^52 cases")]
fn percent(of: &[Scored], test: impl Fn(&Scored) -> bool) -> f64 {
    100.0 * of.iter().filter(|case| test(case)).count() as f64 / of.len().max(1) as f64
}

fn row(name: &str, of: &[Scored]) {
    println!(
        "  {name:<22} {:>4} {:>6.1} {:>6.1} {:>6.1} {:>8.1}",
        of.len(),
        percent(of, |case| case.is_within(1)),
        percent(of, |case| case.is_within(3)),
        percent(of, |case| case.is_within(5)),
        percent(of, |case| case.is_covered),
    );
}

#[test]
fn report_of_vignettes() {
    let Ok(folder) = std::env::var("VIGNETTES") else {
        println!("no vignettes scored: VIGNETTES names no folder");
        return;
    };
    let cases: Vec<Vignette> = lines(&std::fs::read_to_string([&folder, "/vignettes.jsonl"].concat()).unwrap());
    let all: Vec<Accepted> = cases.iter().map(|case| Accepted::new(&case.answer.names, &case.answer.icd10)).collect();
    let known =
        diagnosis().conditions.iter().flat_map(|row| row.icd10.iter().map(|code| Returned::new(row.name, code)));
    let known: Vec<Returned> = known.collect();
    let scored: Vec<Scored> =
        cases.iter().zip(&all).map(|(case, accepted)| score(case, accepted, &all, &known)).collect();
    println!(
        "\n{} vignettes, percent:\n  {:<22} {:>4} {:>6} {:>6} {:>6} {:>8}",
        scored.len(),
        "",
        "",
        "top-1",
        "top-3",
        "top-5",
        "covered"
    );
    let mut chapters: BTreeMap<&str, Vec<Scored>> = BTreeMap::new();
    for case in &scored {
        chapters.entry(case.chapter).or_default().push(case.clone());
    }
    chapters.iter().for_each(|(name, of)| row(name, of));
    row("together", &scored);
    let firsts =
        |of: &[Scored]| -> Vec<Forecast> { of.iter().filter_map(|case| case.forecasts.first().copied()).collect() };
    let slope = |of: &[Scored]| calibration_slope(&firsts(of));
    let (low, high) = bootstrap_interval(&scored, slope);
    println!(
        "  Brier score of the first place {:.3}, calibration slope {:.2} (95%: {low:.2} to {high:.2})",
        brier(&firsts(&scored)),
        slope(&scored)
    );
    let graded: Vec<Scored> = scored.iter().filter(|case| case.at_least.is_some()).cloned().collect();
    println!(
        "  under-triaged {:.1}% of {} that have a least level",
        percent(&graded, Scored::is_under_triaged),
        graded.len()
    );
    for case in graded.iter().filter(|case| case.is_under_triaged()) {
        println!("    {} {}: {:?}, at least {:?}", case.id, case.meant, case.level, case.at_least);
    }
    println!("  misses of the first three:");
    for case in scored.iter().filter(|case| !case.is_within(3)) {
        let covered = if case.is_covered { "" } else { ", not in the tables" };
        println!(
            "    {} {}{covered}: {} (place {:?})",
            case.id,
            case.meant,
            case.returned.join(", "),
            case.place.map(|at| at + 1)
        );
    }
}

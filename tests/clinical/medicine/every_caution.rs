//! Every caution of the tables, one by one: it speaks at its own boundary, and is silent a hair's breadth beside it.

use super::{members, of, well_but};
use serde_json::{Value, json};
use virtual_doctor::medicine::model::CheckAnswer;

/// One row of `schema/knowledge/cautions/`.
struct Row {
    id: String,
    medicine: String,
    when: String,
}

fn rows() -> Vec<Row> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/knowledge/cautions");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut rows = Vec::new();
    for file in files {
        let mut reader = csv::Reader::from_path(file).unwrap();
        for row in reader.records().map(Result::unwrap) {
            rows.push(Row { id: row[0].to_owned(), medicine: row[1].to_owned(), when: row[3].to_owned() });
        }
    }
    rows
}

/// Somebody in whom the condition just holds, and somebody in whom it just does not; `None` for what is no single atom.
fn just_in_and_out(when: &str) -> Option<(Value, Value)> {
    let woman = |changes: Value| {
        let mut of_age = json!({ "sex": "female", "age_years": 30 });
        of_age.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        well_but(of_age)
    };
    let not_pregnant = || woman(json!({ "pregnancy": "not_pregnant" }));
    match when {
        "pregnant" => return Some((woman(json!({ "pregnancy": "pregnant" })), not_pregnant())),
        "lactating" => return Some((woman(json!({ "lactating": true })), woman(json!({ "lactating": false })))),
        "could_be_pregnant" => return Some((woman(json!({ "pregnancy": "unknown" })), not_pregnant())),
        _ => {}
    }
    if let Some(condition) = when.strip_prefix("condition:") {
        let is_one = !condition.contains(' ');
        return is_one.then(|| (well_but(json!({ "conditions": [condition] })), well_but(json!({}))));
    }
    let parts: Vec<&str> = when.split(' ').collect();
    let [name, sign, bound] = parts[..] else { return None };
    let bound: f64 = bound.parse().ok()?;
    let a_little = if matches!(name, "child_pugh" | "gestation_weeks") { 1.0 } else { bound * 0.01 };
    let (inside, outside) = match sign {
        "<" => (bound - a_little, bound),
        "<=" => (bound, bound + a_little),
        ">=" => (bound, bound - a_little),
        ">" => (bound + a_little, bound),
        _ => return None,
    };
    let of = |value: f64| match name {
        "gestation_weeks" => Some(woman(json!({ "pregnancy": "pregnant", "gestation_weeks": value }))),
        // Of a man of 40 years who weighs less than the ideal weight for his height (Cockcroft and Gault 1976).
        "creatinine_clearance_ml_min" => {
            // A hair on the right side of the bound, whichever of the formula's factors is rounded.
            let nudge = if matches!(sign, "<=" | ">") { 1.005 } else { 1.0 / 1.005 };
            Some(well_but(json!({ "serum_creatinine_umol_l": 100.0 * 70.0 * 88.4 / (72.0 * value) * nudge })))
        }
        // Who has the least of it has a sick liver all the same; beside that is who was never scored.
        "child_pugh" if value < 5.0 => Some(well_but(json!({ "child_pugh": null }))),
        "age" => Some(well_but(json!({ "age_years": value }))),
        "egfr_ml_min_1_73m2" | "child_pugh" | "qtc_ms" | "potassium_mmol_l" | "magnesium_mmol_l" => {
            Some(well_but(json!({ name: value })))
        }
        _ => None,
    };
    Some((of(inside)?, of(outside)?))
}

fn speaks(answer: &CheckAnswer, rule: &str) -> bool {
    answer.alerts.iter().any(|alert| alert.id.split(':').next() == Some(rule))
}

#[test]
fn each_speaks_at_its_boundary_and_not_beside_it() {
    let (mut tried, mut wrong) = (0, Vec::new());
    for row in rows() {
        let of_class = row.medicine.strip_prefix("class:").map(members);
        let medicines = of_class.unwrap_or_else(|| vec![row.medicine.as_str()]);
        let (inside, outside) = match just_in_and_out(&row.when) {
            Some((inside, outside)) => (inside, Some(outside)),
            // What holds for everybody: food and alcohol.
            None if row.when.is_empty() => (well_but(json!({})), None),
            None => continue,
        };
        tried += 1;
        if !medicines.iter().any(|medicine| speaks(&of(&inside, &[medicine]), &row.id)) {
            wrong.push(format!("silent: {} when {}", row.id, row.when));
        }
        if outside.is_some_and(|outside| medicines.iter().any(|medicine| speaks(&of(&outside, &[medicine]), &row.id))) {
            wrong.push(format!("speaks: {} beside {}", row.id, row.when));
        }
    }
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(tried > 700, "{tried}");
}

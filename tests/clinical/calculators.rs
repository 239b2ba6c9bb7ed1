//! Every calculator against examples that are published, or follow from the published table; and what it refuses.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use virtual_doctor::calculators::model::CalculatorAnswer;
use virtual_doctor::calculators::work::{by_id, result, work_out};
use virtual_doctor::error::FieldError;
use virtual_doctor::knowledge::calculators;
use virtual_doctor::knowledge::tables::InputKind;

fn run(id: &str, given: &Value) -> Result<CalculatorAnswer, Vec<FieldError>> {
    work_out(by_id(id).unwrap(), given.as_object().unwrap())
}

/// Pointers of what was refused.
fn refused(id: &str, given: &Value) -> Vec<String> {
    run(id, given).map_or_else(|errors| errors.into_iter().filter_map(|error| error.pointer).collect(), |_| Vec::new())
}

/// One row of `calculator_examples.csv`.
struct Example {
    calculator: String,
    inputs: Value,
    expected: f64,
    tolerance: f64,
    /// Whether others worked it out and published it; ours are at the boundaries of a published table or formula.
    is_published: bool,
}

fn is_by_others(worked_out_by: &str) -> bool {
    assert!(["others", "us"].contains(&worked_out_by), "worked out by {worked_out_by}?");
    worked_out_by == "others"
}

fn examples() -> Vec<Example> {
    let mut reader = csv::Reader::from_path("tests/clinical/calculator_examples.csv").unwrap();
    let rows = reader.records().map(Result::unwrap).map(|row| Example {
        calculator: row[0].to_owned(),
        inputs: serde_json::from_str(&row[1]).unwrap(),
        expected: row[2].parse().unwrap(),
        tolerance: row[3].parse().unwrap(),
        is_published: is_by_others(&row[4]),
    });
    rows.collect()
}

#[test]
fn every_calculator_gives_what_is_published() {
    let mut published: BTreeMap<String, usize> = BTreeMap::new();
    for example in examples() {
        let Example { calculator, inputs, expected, tolerance, is_published } = example;
        let id = calculator.as_str();
        let answer = run(id, &inputs);
        assert!(answer.is_ok(), "{id} {inputs}: {answer:?}");
        let numbers: Vec<(&str, f64)> = by_id(id)
            .unwrap()
            .inputs
            .iter()
            .filter_map(|input| {
                let given = inputs.get(input.id)?;
                let number = match input.kind {
                    InputKind::Choice => input.choices.iter().find(|(word, _)| *word == given).unwrap().1,
                    InputKind::YesNo => f64::from(given == true),
                    _ => given.as_f64().unwrap(),
                };
                Some((input.id, number))
            })
            .collect();
        let unrounded = result(id, &numbers).unwrap();
        assert!((unrounded - expected).abs() <= tolerance + 1e-9, "{id} {inputs}: {unrounded}, not {expected}");
        *published.entry(calculator).or_default() += usize::from(is_published);
    }
    let few = calculators().calculators.iter().filter(|row| published.get(row.id).is_none_or(|count| *count < 3));
    let few: Vec<&str> = few.map(|row| row.id).collect();
    // Nobody publishes the clearance of a whole body from creatinine in one step; its two steps have examples of their own.
    assert_eq!(few, ["egfr_de_indexed"], "fewer than three published examples");
}

#[test]
fn each_step_is_shown_with_its_unit() {
    let given = json!({ "age_years": 60, "sex": "male", "weight_kg": 123, "height_cm": 177.8, "serum_creatinine_umol_l": 88.42 });
    let answer = run("creatinine_clearance", &given).unwrap();
    let steps: Vec<(&str, f64, &str)> =
        answer.calculation.iter().map(|step| (step.step, step.value, step.unit)).collect();
    assert!(
        steps.contains(&("ideal_body_weight", 73.0, "kg")) && steps.contains(&("weight_used", 93.0, "kg")),
        "{steps:?}"
    );
    assert_eq!(
        (answer.result.step, answer.result.value, answer.result.unit),
        ("creatinine_clearance", 103.3, "mL/min")
    );
}

#[test]
fn the_ages_for_which_a_formula_was_made_are_kept() {
    let adult = |age: f64| json!({ "age_years": age, "sex": "male", "serum_creatinine_umol_l": 80 });
    assert_eq!(refused("egfr_ckd_epi_2021", &adult(17.9)), ["/age_years"]);
    assert!(refused("egfr_ckd_epi_2021", &adult(18.0)).is_empty());
    let child = |age: f64| json!({ "age_years": age, "height_cm": 100, "serum_creatinine_umol_l": 40 });
    for (age, ok) in [(0.9, false), (1.0, true), (17.9, true), (18.0, false)] {
        assert_eq!(refused("egfr_schwartz_bedside", &child(age)).is_empty(), ok, "{age}");
    }
    let vital = |age: f64, pregnancy: &str| {
        json!({ "age_years": age, "pregnancy": pregnancy, "respiratory_rate_per_min": 16, "oxygen_saturation_percent": 98,
                "air_or_oxygen": "air", "systolic_mmhg": 120, "heart_rate_per_min": 70, "consciousness": "alert", "temperature_c": 37 })
    };
    assert_eq!(refused("news2", &vital(15.9, "unknown")), ["/age_years"]);
    assert_eq!(refused("news2", &vital(30.0, "pregnant")), ["/pregnancy"]);
    assert!(refused("news2", &vital(16.0, "not_pregnant")).is_empty());
}

#[test]
fn what_is_not_possible_is_refused_with_the_range_and_all_at_once() {
    let given = json!({ "weight_kg": 0.1, "height_cm": "tall", "colour": "blue" });
    assert_eq!(refused("bmi", &given), ["/colour", "/weight_kg", "/height_cm"]);
    let errors = run("bmi", &given).unwrap_err();
    assert_eq!(errors[1].message, "must be from 0.3 to 600 kg");
    assert_eq!(refused("bmi", &json!({})), ["/weight_kg", "/height_cm"]);
    assert_eq!(refused("phq_9", &json!({ "sleep": 1.5 })).len(), 9);
    assert_eq!(
        refused("qsofa", &json!({ "respiratory_rate_per_min": 20, "systolic_mmhg": 120, "altered_mentation": 1 })),
        ["/altered_mentation"]
    );
    assert_eq!(
        refused("steroid_equivalence", &json!({ "from": "water", "to": "prednisone", "dose_mg": 5 })),
        ["/from"]
    );
}

#[test]
fn warnings_say_where_a_result_is_doubtful() {
    let warned = |rate: f64, qrs: f64| {
        run("qtc", &json!({ "qt_ms": 400, "heart_rate_per_min": rate, "qrs_ms": qrs })).unwrap().warnings.len()
    };
    assert_eq!((warned(60.0, 100.0), warned(59.0, 100.0), warned(101.0, 120.0)), (0, 1, 2));
    let capped = run("calvert", &json!({ "target_auc": 5, "gfr_ml_min": 180 })).unwrap();
    assert_eq!((capped.result.value, capped.warnings.len()), (750.0, 1));
}

#[test]
fn a_thought_of_death_is_told_whatever_the_sum() {
    let mut given = json!({});
    for input in &by_id("phq_9").unwrap().inputs {
        given[input.id] = json!(0);
    }
    given["thoughts_of_death_or_self_harm"] = json!(1);
    let answer = run("phq_9", &given).unwrap();
    assert_eq!(answer.result.value, 1.0);
    assert!(answer.readings.iter().any(|reading| reading.text.contains("suicide")));
}

#[test]
fn every_calculator_says_where_it_stands() {
    for row in &calculators().calculators {
        let numbers: Vec<(&str, f64)> =
            row.inputs.iter().map(|input| (input.id, input.least.max(20.0).min(input.most))).collect();
        let _ = result(row.id, &numbers);
        assert!(!row.sources.is_empty() && !row.steps.is_empty() && !row.purpose.is_empty(), "{}", row.id);
    }
}

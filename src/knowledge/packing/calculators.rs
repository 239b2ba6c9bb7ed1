//! Clinical formulas and scores.

use super::names::Citations;
use super::rows::{CalculatorInputRow, CalculatorRow, Raw};
use super::{Check, formulas, list, reviewed};
use crate::formula::Formula;
use crate::tables::{Calculator, CalculatorInput, CalculatorTable, InputKind, Limit, Reading, Step};

pub(super) fn calculators<'a>(raw: &'a Raw, citations: &mut Citations, check: &mut Check) -> CalculatorTable<'a> {
    let known = |id: &str| raw.calculators.iter().any(|row| row.id == id);
    let users = raw.calculator_inputs.iter().map(|row| &row.calculator);
    let users = users.chain(raw.calculator_steps.iter().map(|row| &row.calculator));
    let users = users.chain(raw.calculator_limits.iter().map(|row| &row.calculator));
    for user in users.chain(raw.calculator_readings.iter().map(|row| &row.calculator)) {
        check.that(known(user), || format!("calculators: `{user}` is not there"));
    }
    CalculatorTable { calculators: raw.calculators.iter().map(|row| calculator(raw, row, citations, check)).collect() }
}

fn calculator<'a>(
    raw: &'a Raw,
    row: &'a CalculatorRow,
    citations: &mut Citations,
    check: &mut Check,
) -> Calculator<'a> {
    let user = format!("calculators {}", row.id);
    let inputs: Vec<CalculatorInput> =
        raw.calculator_inputs.iter().filter(|own| own.calculator == row.id).map(|own| input(own, check)).collect();
    let mut names: Vec<&str> = inputs.iter().map(|input| input.id).collect();
    let mut steps = Vec::new();
    for own in raw.calculator_steps.iter().filter(|own| own.calculator == row.id) {
        let formula = formula(&own.formula, &names, &user, check);
        check.that(!names.contains(&own.step.as_str()), || format!("{user}: `{}` is there twice", own.step));
        names.push(&own.step);
        steps.push(Step { id: &own.step, formula, unit: &own.unit, digits: own.digits });
    }
    check.that(!steps.is_empty(), || format!("{user}: there is no step"));
    let mut limits = Vec::new();
    for own in raw.calculator_limits.iter().filter(|own| own.calculator == row.id) {
        check.that(matches!(own.kind.as_str(), "refuse" | "warn"), || format!("{user}: `{}` is no kind", own.kind));
        let at = inputs.iter().position(|input| input.id == own.input);
        check.that(at.is_some() || own.input.is_empty(), || format!("{user}: no input `{}`", own.input));
        limits.push(Limit {
            when: formula(&own.when, &names, &user, check),
            refuse: own.kind == "refuse",
            input: at.and_then(|at| u8::try_from(at).ok()),
            message: &own.message,
        });
    }
    let mut readings = Vec::new();
    for own in raw.calculator_readings.iter().filter(|own| own.calculator == row.id) {
        readings.push(Reading {
            when: formula(&own.when, &names, &user, check),
            meaning: &own.meaning,
            sources: citations.read(&own.source, &user, check),
        });
    }
    let sources = citations.read(&row.source, &user, check);
    Calculator {
        id: &row.id,
        name: &row.name,
        purpose: &row.purpose,
        inputs,
        steps,
        limits,
        readings,
        sources,
        review: reviewed(&row.review),
    }
}

fn input<'a>(row: &'a CalculatorInputRow, check: &mut Check) -> CalculatorInput<'a> {
    let user = format!("calculator_inputs {} {}", row.calculator, row.input);
    let choices = list(&row.choices).filter_map(|choice| {
        let parsed = choice.split_once('=').and_then(|(word, number)| Some((word.trim(), number.trim().parse().ok()?)));
        check.some(parsed, || format!("{user}: `{choice}` is not a word with its number"))
    });
    let choices: Vec<(&str, f64)> = choices.collect();
    let numeric = matches!(row.kind, InputKind::Number | InputKind::Integer);
    check.that(!numeric || (row.least.is_some() && row.most.is_some()), || format!("{user}: bounds are missing"));
    check.that((row.kind == InputKind::Choice) != choices.is_empty(), || format!("{user}: choices and kind disagree"));
    CalculatorInput {
        id: &row.input,
        kind: row.kind,
        unit: &row.unit,
        least: row.least.unwrap_or(0.0),
        most: row.most.unwrap_or(1.0),
        choices,
        default: row.default,
    }
}

fn formula(text: &str, names: &[&str], user: &str, check: &mut Check) -> Formula {
    formulas::parse(text, names).unwrap_or_else(|problem| {
        check.problems.push(format!("{user}: {problem}"));
        Formula::Number(f64::NAN)
    })
}

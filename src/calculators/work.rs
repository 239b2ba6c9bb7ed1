//! Works a calculator out: reads what it asks for, refuses what no person can have
//! or what the formula was not made for, and shows each step.

use super::model::{CalculatorAnswer, Meaning, WorkedStep};
use crate::error::FieldError;
use crate::knowledge::formula::rounded;
use crate::knowledge::tables::{Calculator, CalculatorInput, InputKind};
use crate::knowledge::{calculators, find, review, sources, version};
use serde_json::{Map, Value};

/// The calculator of this id.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Calculator<'static>> {
    let table = &calculators().calculators;
    table.get(usize::from(find(table, id, |row| row.id)?))
}

/// The result of this calculator with these numbers, choices as their numbers, unrounded; `None` where an input
/// that it needs is missing, where the formula was not made for them, or has no value.
#[must_use]
pub fn result(id: &str, given: &[(&str, f64)]) -> Option<f64> {
    step(id, by_id(id)?.steps.last()?.id, given)
}

/// The value of one of its steps, likewise.
#[must_use]
pub fn step(id: &str, step: &str, given: &[(&str, f64)]) -> Option<f64> {
    let calculator = by_id(id)?;
    let at = calculator.steps.iter().position(|known| known.id == step)?;
    let inputs = calculator.inputs.iter().map(|input| {
        let found = given.iter().find(|(name, _)| *name == input.id).map(|(_, value)| *value);
        found.or(input.default)
    });
    let values = worked(calculator, inputs.collect::<Option<_>>()?)?;
    let refused = calculator.limits.iter().any(|limit| limit.refuse && limit.when.holds(&values));
    values.get(calculator.inputs.len() + at).copied().filter(|_| !refused)
}

/// Works it out from what a caller sent.
///
/// # Errors
/// Every field that is missing, not known, of the wrong kind, not possible, or outside of what the formula is for.
pub fn work_out(
    calculator: &'static Calculator<'static>,
    given: &Map<String, Value>,
) -> Result<CalculatorAnswer, Vec<FieldError>> {
    let mut errors = Vec::new();
    for name in given.keys().filter(|name| !calculator.inputs.iter().any(|input| input.id == *name)) {
        let known: Vec<&str> = calculator.inputs.iter().map(|input| input.id).collect();
        let message = ["is not a field here; known fields: ", &known.join(", ")].concat();
        errors.push(FieldError::body(pointer(&name.replace('~', "~0").replace('/', "~1")), "unknown_field", message));
    }
    let mut inputs = Vec::with_capacity(calculator.inputs.len());
    for input in &calculator.inputs {
        match read(input, given.get(input.id)) {
            Ok(value) => inputs.push(value),
            Err((code, message)) => errors.push(FieldError::body(pointer(input.id), code, message)),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let values = worked(calculator, inputs).ok_or_else(|| {
        vec![FieldError::body("", "not_defined", "has no result: these values divide by nothing or go below it")]
    })?;
    let (refused, warned): (Vec<_>, Vec<_>) =
        calculator.limits.iter().filter(|limit| limit.when.holds(&values)).partition(|limit| limit.refuse);
    if !refused.is_empty() {
        let name = |at: Option<u8>| at.and_then(|at| calculator.inputs.get(usize::from(at))).map(|input| input.id);
        let error = refused.into_iter().map(|limit| {
            FieldError::body(name(limit.input).map(pointer).unwrap_or_default(), "out_of_range", limit.message)
        });
        return Err(error.collect());
    }
    let calculation = shown(calculator, &values);
    let readings = calculator.readings.iter().filter(|reading| reading.when.holds(&values));
    Ok(CalculatorAnswer {
        calculator: calculator.id,
        name: calculator.name,
        // A calculator has a step: the build asks for it.
        result: calculation.last().cloned().unwrap_or(WorkedStep { step: "", value: 0.0, unit: "" }),
        calculation,
        readings: readings
            .map(|reading| Meaning { text: reading.meaning, sources: sources(&reading.sources) })
            .collect(),
        warnings: warned.into_iter().map(|limit| limit.message).collect(),
        sources: sources(&calculator.sources),
        review: review(calculator.review),
        knowledge_version: version(),
    })
}

fn pointer(field: &str) -> String {
    ["/", field].concat()
}

/// Inputs and steps in order; `None` where a step has no finite value.
fn worked(calculator: &Calculator, inputs: Vec<f64>) -> Option<Vec<f64>> {
    let mut values = inputs;
    for step in &calculator.steps {
        let value = step.formula.evaluate(&values);
        values.push(value);
    }
    values.iter().all(|value| value.is_finite()).then_some(values)
}

fn shown(calculator: &'static Calculator<'static>, values: &[f64]) -> Vec<WorkedStep> {
    let steps = calculator.steps.iter().zip(&values[calculator.inputs.len()..]);
    steps
        .map(|(step, value)| WorkedStep {
            step: step.id,
            value: rounded(*value, f64::from(step.digits)),
            unit: step.unit,
        })
        .collect()
}

fn read(input: &CalculatorInput, given: Option<&Value>) -> Result<f64, (&'static str, String)> {
    let Some(given) = given.filter(|given| !given.is_null()) else {
        return input.default.ok_or_else(|| ("missing", "is required".to_owned()));
    };
    match (input.kind, given) {
        (InputKind::YesNo, Value::Bool(yes)) => Ok(f64::from(*yes)),
        (InputKind::YesNo, _) => Err(("wrong_type", "must be true or false".to_owned())),
        (InputKind::Choice, given) => {
            let chosen = given.as_str().and_then(|given| input.choices.iter().find(|(word, _)| *word == given));
            let words: Vec<&str> = input.choices.iter().map(|(word, _)| *word).collect();
            chosen
                .map(|(_, number)| *number)
                .ok_or_else(|| ("unknown_value", ["must be one of: ", &words.join(", ")].concat()))
        }
        (kind, given) => {
            let number = given.as_f64().ok_or_else(|| ("wrong_type", "must be a number".to_owned()))?;
            if kind == InputKind::Integer && number.fract() != 0.0 {
                return Err(("wrong_type", "must be a whole number".to_owned()));
            }
            if (input.least..=input.most).contains(&number) {
                return Ok(number);
            }
            let (least, most) = (input.least.to_string(), input.most.to_string());
            let message = ["must be from ", &least, " to ", &most, " ", input.unit].concat();
            Err(("out_of_range", message.trim_end().to_owned()))
        }
    }
}

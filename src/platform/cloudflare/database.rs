//! D1. One crossing a batch: results come back as JSON text, made once by
//! `JSON.stringify` and parsed once by serde, instead of cell by cell.

use super::thrown;
use crate::platform::{Database, DatabaseError, HostError, Rows, Statement, Value, split_guards};
use async_trait::async_trait;
use js_sys::{Array, Function, JSON, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use worker::D1Database;
use worker::send::SendFuture;

/// A D1 binding.
pub struct D1(pub D1Database);

#[async_trait]
impl Database for D1 {
    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Rows>, DatabaseError> {
        SendFuture::new(run(&self.0, statements)).await
    }
}

async fn run(database: &D1Database, statements: Vec<Statement>) -> Result<Vec<Rows>, DatabaseError> {
    let (statements, own) = split_guards(statements);
    let prepared = Array::new();
    for statement in &statements {
        let parameters: Vec<JsValue> = statement.parameters.iter().map(js_value).collect();
        let bound =
            database.prepare(statement.sql).bind(&parameters).map_err(|error| HostError::Failed(error.to_string()))?;
        prepared.push(bound.inner().as_ref());
    }
    let results = call(database.as_ref(), "batch", &prepared).await.map_err(|error| translate(&thrown(&error)))?;
    let results: Array = results.unchecked_into();
    results.iter().zip(own).filter(|(_, own)| *own).map(|(result, _)| rows(&result)).collect()
}

async fn call(target: &JsValue, method: &str, argument: &JsValue) -> Result<JsValue, JsValue> {
    let function: Function = Reflect::get(target, &method.into())?.dyn_into()?;
    let promise: Promise = function.call1(target, argument)?.dyn_into()?;
    JsFuture::from(promise).await
}

fn rows(result: &JsValue) -> Result<Rows, DatabaseError> {
    let shape = |_| HostError::Failed("D1 answered without results".to_owned());
    let results = Reflect::get(result, &"results".into()).map_err(shape)?;
    let json = JSON::stringify(&results).map_err(shape)?;
    Ok(Rows::from_json(json.into()))
}

/// As D1 takes it: numbers are doubles, exact to 2^53.
pub(super) fn js_value(value: &Value) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        #[expect(clippy::cast_precision_loss, reason = "integers beyond 2^53 are stored as text")]
        Value::Integer(number) => JsValue::from_f64(*number as f64),
        Value::Real(number) => JsValue::from_f64(*number),
        Value::Text(text) => JsValue::from_str(text),
    }
}

/// D1 says in words whether it is SQLite that refused or the network that failed.
fn translate(message: &str) -> DatabaseError {
    let transient = [
        "Network connection lost",
        "storage caused object to be reset",
        "reset because its code was updated",
        "D1 DB is overloaded",
        "D1_ERROR: timeout",
    ];
    if transient.iter().any(|words| message.contains(words)) {
        return HostError::Unavailable(message.to_owned()).into();
    }
    DatabaseError::from_sqlite_message(message)
}

//! A room's storage: the SQLite of its Durable Object.

use super::database::js_value;
use super::{failed, thrown};
use crate::chat::store::RoomStorage;
use crate::platform::{HostError, Rows, Statement};
use js_sys::{Array, Function, JSON, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use worker::{SqlStorage, State};

/// The storage of the object with this state.
pub struct ObjectStorage<'a>(pub &'a State);

impl RoomStorage for ObjectStorage<'_> {
    fn run(&self, statement: &Statement) -> Result<Rows, HostError> {
        run(&self.0.storage().sql(), statement)
    }

    fn transaction(&self, statements: &[Statement]) -> Result<(), HostError> {
        let sql = self.0.storage().sql();
        if let [statement] = statements {
            return run(&sql, statement).map(|_| ());
        }
        let statements = statements.to_vec();
        // What throws inside is rolled back by the runtime, and thrown on to us.
        let body = Closure::once(move || -> Result<(), JsValue> {
            for statement in &statements {
                run(&sql, statement).map_err(|error| js_sys::Error::new(&format!("{error:?}")))?;
            }
            Ok(())
        });
        let storage = self.0.storage();
        let raw: &JsValue = storage.as_raw().as_ref();
        let function = Reflect::get(raw, &"transactionSync".into()).and_then(|value| value.dyn_into::<Function>());
        let function = function.map_err(|error| HostError::Failed(thrown(&error)))?;
        function.call1(raw, body.as_ref()).map_err(|error| HostError::Failed(thrown(&error)))?;
        Ok(())
    }
}

fn run(sql: &SqlStorage, statement: &Statement) -> Result<Rows, HostError> {
    let parameters: Vec<JsValue> = statement.parameters.iter().map(js_value).collect();
    let cursor = sql.exec_raw(statement.sql, parameters).map_err(failed)?;
    let rows = Array::new();
    for row in cursor {
        rows.push(&row.map_err(failed)?);
    }
    if rows.length() == 0 {
        return Ok(Rows::default());
    }
    let json = JSON::stringify(&rows).map_err(|error| HostError::Failed(thrown(&error)))?;
    Ok(Rows::from_json(json.into()))
}

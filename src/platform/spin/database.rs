//! Spin's SQLite. It knows only `execute`, so a batch is BEGIN and COMMIT on a
//! connection of its own.

use super::{failed, migrations};
use crate::platform::{Database, DatabaseError, HostError, Rows, Statement, Value, split_guards};
use async_trait::async_trait;
use spin_sdk::sqlite::{self, Connection, RowResult};
use std::sync::atomic::{AtomicBool, Ordering};

/// The component's default database, migrated before its first use.
#[derive(Default)]
pub struct SpinDatabase {
    migrated: AtomicBool,
}

#[async_trait]
impl Database for SpinDatabase {
    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Rows>, DatabaseError> {
        let connection = self.connect().await?;
        let (statements, own) = split_guards(statements);
        // One statement is a transaction by itself.
        if statements.len() == 1 {
            return run(&connection, statements, &own).await;
        }
        let transaction = Transaction::begin(&connection).await?;
        let outcome = run(&connection, statements, &own).await;
        transaction.end(outcome).await
    }
}

impl SpinDatabase {
    async fn connect(&self) -> Result<Connection, DatabaseError> {
        let connection = Connection::open_default().await.map_err(translate)?;
        execute(&connection, "PRAGMA foreign_keys = ON", Vec::new()).await?;
        if !self.migrated.load(Ordering::Relaxed) {
            migrations::apply(&connection).await?;
            self.migrated.store(true, Ordering::Relaxed);
        }
        Ok(connection)
    }
}

/// A transaction that takes the write lock at once: a later upgrade could fail.
/// Dropped without an end, it is rolled back with its connection.
pub(super) struct Transaction<'a>(&'a Connection);

impl<'a> Transaction<'a> {
    pub(super) async fn begin(connection: &'a Connection) -> Result<Self, DatabaseError> {
        execute(connection, "BEGIN IMMEDIATE", Vec::new()).await?;
        Ok(Self(connection))
    }

    /// Commits what went well and rolls back what did not.
    pub(super) async fn end<T>(self, outcome: Result<T, DatabaseError>) -> Result<T, DatabaseError> {
        let end = if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" };
        let ended = execute(self.0, end, Vec::new()).await;
        let value = outcome?;
        ended?;
        Ok(value)
    }
}

async fn run(connection: &Connection, statements: Vec<Statement>, own: &[bool]) -> Result<Vec<Rows>, DatabaseError> {
    let mut results = Vec::with_capacity(own.len());
    for (statement, own) in statements.into_iter().zip(own) {
        let parameters = statement.parameters.into_iter().map(parameter).collect();
        let answer = execute(connection, statement.sql, parameters).await?;
        if *own {
            results.push(answer.into_json());
        }
    }
    Ok(results)
}

/// What one statement gave.
pub(super) struct Answer {
    columns: Vec<String>,
    pub(super) rows: Vec<RowResult>,
}

/// Runs one statement to its end.
pub(super) async fn execute(
    connection: &Connection,
    sql: &str,
    parameters: Vec<sqlite::Value>,
) -> Result<Answer, DatabaseError> {
    let result = connection.execute(sql, parameters).await.map_err(translate)?;
    let columns = result.columns().to_vec();
    let rows = result.collect().await.map_err(translate)?;
    Ok(Answer { columns, rows })
}

impl Answer {
    fn into_json(self) -> Rows {
        let rows = self.rows.into_iter().map(|row| {
            let cells = row.values.into_iter().map(cell);
            serde_json::Value::Object(self.columns.iter().cloned().zip(cells).collect())
        });
        Rows::from_json(serde_json::Value::Array(rows.collect()).to_string())
    }
}

fn cell(value: sqlite::Value) -> serde_json::Value {
    match value {
        sqlite::Value::Null => serde_json::Value::Null,
        sqlite::Value::Integer(number) => number.into(),
        sqlite::Value::Real(number) => number.into(),
        sqlite::Value::Text(text) => text.into(),
        sqlite::Value::Blob(bytes) => String::from_utf8_lossy(&bytes).into(),
    }
}

fn parameter(value: Value) -> sqlite::Value {
    match value {
        Value::Null => sqlite::Value::Null,
        Value::Integer(number) => sqlite::Value::Integer(number),
        Value::Real(number) => sqlite::Value::Real(number),
        Value::Text(text) => sqlite::Value::Text(text),
    }
}

/// Spin passes SQLite's own words on.
fn translate(error: sqlite::Error) -> DatabaseError {
    match error {
        sqlite::Error::Io(message) if message.contains("database is locked") => HostError::Unavailable(message).into(),
        sqlite::Error::Io(message) => DatabaseError::from_sqlite_message(&message),
        other => failed(other).into(),
    }
}

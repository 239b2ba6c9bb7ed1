//! Brings a database to the present schema. Spin has no tool of its own for
//! this, so the component does it before the first statement of an instance.

use super::database::{Transaction, execute};
use crate::platform::DatabaseError;
use spin_sdk::sqlite::{Connection, Value};

const RECORDS: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID";
const RECORDED: &str = "SELECT name FROM schema_migrations WHERE name = ?1";
const RECORD: &str = "INSERT INTO schema_migrations (name) VALUES (?1) ON CONFLICT DO NOTHING RETURNING name";

/// Applies what this database does not have yet, in order, each migration whole or not at all.
pub async fn apply(connection: &Connection) -> Result<(), DatabaseError> {
    execute(connection, RECORDS, Vec::new()).await?;
    let last = crate::MIGRATIONS.last().map(|(name, _)| Value::text(*name));
    if !execute(connection, RECORDED, last.into_iter().collect()).await?.rows.is_empty() {
        return Ok(());
    }
    for (name, sql) in crate::MIGRATIONS {
        let transaction = Transaction::begin(connection).await?;
        let outcome = apply_one(connection, name, sql).await;
        transaction.end(outcome).await?;
    }
    Ok(())
}

/// The record comes first: with the write lock held, it tells whether another
/// instance was faster.
async fn apply_one(connection: &Connection, name: &str, sql: &str) -> Result<(), DatabaseError> {
    if execute(connection, RECORD, vec![Value::text(name)]).await?.rows.is_empty() {
        return Ok(());
    }
    for statement in statements(sql) {
        execute(connection, &statement, Vec::new()).await?;
    }
    Ok(())
}

/// Takes a migration apart, for Spin runs one statement at a time. Our migrations
/// end a statement with `;` at the end of a line and a trigger with `END;`, and
/// have `--` in comments alone.
fn statements(sql: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut statement = String::new();
    for line in sql.lines() {
        let code = line.split("--").next().unwrap_or_default().trim();
        if code.is_empty() {
            continue;
        }
        statement.push_str(code);
        statement.push('\n');
        let end = if statement.starts_with("CREATE TRIGGER") { "END;" } else { ";" };
        if code.ends_with(end) {
            all.push(std::mem::take(&mut statement));
        }
    }
    // The last statement of a file may lack its end.
    if !statement.is_empty() {
        all.push(statement);
    }
    all
}

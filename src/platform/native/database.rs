use crate::platform::{Database, DatabaseError, HostError, Rows, Statement, Value, split_guards};
use async_trait::async_trait;
use rusqlite::backup::Backup;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};
use std::sync::Mutex;

/// SQLite in this process, with the project's migrations applied.
pub struct SqliteDatabase(Mutex<Connection>);

impl SqliteDatabase {
    /// An empty database in memory, migrated.
    ///
    /// # Errors
    /// When a migration does not apply.
    pub fn in_memory() -> Result<Self, DatabaseError> {
        Self::migrated(Connection::open_in_memory().map_err(translate)?)
    }

    /// A new database in a file, migrated: for what must not be found in its bytes.
    ///
    /// # Errors
    /// When the file cannot be made, or a migration does not apply.
    pub fn in_file(path: &std::path::Path) -> Result<Self, DatabaseError> {
        Self::migrated(Connection::open(path).map_err(translate)?)
    }

    /// A database in a file that [`SqliteDatabase::in_file`] made, as a host finds it that starts again.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open_file(path: &std::path::Path) -> Result<Self, DatabaseError> {
        let connection = Connection::open(path).map_err(translate)?;
        connection.execute_batch("PRAGMA foreign_keys = ON").map_err(translate)?;
        Ok(Self(Mutex::new(connection)))
    }

    /// Another database in memory that holds the same; from then on each goes its own way.
    ///
    /// # Errors
    /// When SQLite cannot copy it.
    pub fn copy(&self) -> Result<Self, DatabaseError> {
        let mut copy = Connection::open_in_memory().map_err(translate)?;
        Backup::new(&*self.lock()?, &mut copy).and_then(|backup| backup.step(-1)).map_err(translate)?;
        copy.execute_batch("PRAGMA foreign_keys = ON").map_err(translate)?;
        Ok(Self(Mutex::new(copy)))
    }

    fn migrated(connection: Connection) -> Result<Self, DatabaseError> {
        connection.execute_batch("PRAGMA foreign_keys = ON").map_err(translate)?;
        for (_, sql) in crate::MIGRATIONS {
            connection.execute_batch(sql).map_err(translate)?;
        }
        Ok(Self(Mutex::new(connection)))
    }

    fn lock(&self) -> Result<std::sync::MutexGuard<'_, Connection>, DatabaseError> {
        self.0.lock().map_err(|_| HostError::Failed("the connection is poisoned".into()).into())
    }
}

#[async_trait]
impl Database for SqliteDatabase {
    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Rows>, DatabaseError> {
        let (statements, own) = split_guards(statements);
        let mut connection = self.lock()?;
        let transaction = connection.transaction().map_err(translate)?;
        let mut results = Vec::with_capacity(own.len());
        for (statement, own) in statements.iter().zip(own) {
            let rows = run(&transaction, statement)?;
            if own {
                results.push(rows);
            }
        }
        transaction.commit().map_err(translate)?;
        Ok(results)
    }
}

pub(super) fn run(connection: &Connection, statement: &Statement) -> Result<Rows, DatabaseError> {
    let mut prepared = connection.prepare_cached(statement.sql).map_err(translate)?;
    let columns: Vec<String> = prepared.column_names().map(Into::into).collect();
    let mut cursor = prepared.query(params_from_iter(statement.parameters.iter())).map_err(translate)?;
    let mut rows = Vec::new();
    while let Some(row) = cursor.next().map_err(translate)? {
        let mut object = serde_json::Map::new();
        for (index, column) in columns.iter().enumerate() {
            let cell = match row.get_ref(index).map_err(translate)? {
                ValueRef::Null => serde_json::Value::Null,
                ValueRef::Integer(number) => number.into(),
                ValueRef::Real(number) => number.into(),
                ValueRef::Text(text) | ValueRef::Blob(text) => String::from_utf8_lossy(text).into_owned().into(),
            };
            object.insert(column.clone(), cell);
        }
        rows.push(serde_json::Value::Object(object));
    }
    Ok(Rows::from_json(serde_json::Value::Array(rows).to_string()))
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::from(rusqlite::types::Null),
            Self::Integer(number) => ToSqlOutput::from(*number),
            Self::Real(number) => ToSqlOutput::from(*number),
            Self::Text(text) => ToSqlOutput::from(text.as_str()),
        })
    }
}

fn translate(error: rusqlite::Error) -> DatabaseError {
    DatabaseError::from_sqlite_message(&error.to_string())
}

//! The relational database as a port: bound statements, and batches that commit
//! together or not at all.

use super::HostError;
use crate::json;
use async_trait::async_trait;
use serde::de::DeserializeOwned;

/// A bound parameter or a cell. Integers beyond 2^53 lose digits on D1: store those as text.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// A whole number of at most 53 bits.
    Integer(i64),
    /// A fraction.
    Real(f64),
    /// Text; bytes are stored as base64 text.
    Text(String),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

/// A count: how many rows to select.
impl From<usize> for Value {
    fn from(count: usize) -> Self {
        Self::Integer(i64::try_from(count).unwrap_or(i64::MAX))
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Real(number)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// One SQL statement with its parameters (`?1`, `?2`, …).
///
/// The text is `'static`: it stands in the source as it is run, so no SQL is ever
/// put together from input. Lists are passed as one JSON parameter to `json_each`.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The SQL text.
    pub sql: &'static str,
    /// Its parameters, in order.
    pub parameters: Vec<Value>,
    expected_changes: Option<i64>,
}

impl Statement {
    /// A statement without parameters.
    #[must_use]
    pub fn new(sql: &'static str) -> Self {
        Self { sql, parameters: Vec::new(), expected_changes: None }
    }

    /// Binds the next parameter.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.parameters.push(value.into());
        self
    }

    /// Within a batch: unless this statement changes exactly one row, the whole
    /// batch is rolled back and answers [`DatabaseError::Conflict`].
    #[must_use]
    pub fn expect_one(mut self) -> Self {
        self.expected_changes = Some(1);
        self
    }
}

const GUARD: &str = "INSERT INTO guard (ok) SELECT 0 WHERE changes() <> ?1";

/// Puts a guard behind every statement that expects changes: an insert that a
/// CHECK refuses, because a statement that changes no row is no error by itself.
/// The flags tell which results belong to the caller's own statements.
#[must_use]
pub fn split_guards(statements: Vec<Statement>) -> (Vec<Statement>, Vec<bool>) {
    let mut all = Vec::with_capacity(statements.len() * 2);
    let mut own = Vec::with_capacity(statements.len() * 2);
    for statement in statements {
        let expected = statement.expected_changes;
        all.push(statement);
        own.push(true);
        if let Some(expected) = expected {
            all.push(Statement::new(GUARD).bind(expected));
            own.push(false);
        }
    }
    (all, own)
}

/// The rows of one statement, still as the JSON text that the host gave: it is
/// parsed once, straight into the caller's type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rows(String);

impl Rows {
    /// Wraps a JSON array of objects, one a row.
    #[must_use]
    pub fn from_json(json: String) -> Self {
        Self(json)
    }

    /// All rows.
    ///
    /// # Errors
    /// When a column is missing or of another type than the field that asks for it.
    pub fn all<T: DeserializeOwned>(&self) -> Result<Vec<T>, DatabaseError> {
        if self.0.is_empty() {
            return Ok(Vec::new());
        }
        json::read(&self.0).map_err(|error| HostError::Failed(format!("a row has another shape: {error}")).into())
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// As for [`Rows::all`].
    pub fn first<T: DeserializeOwned>(&self) -> Result<Option<T>, DatabaseError> {
        Ok(self.all()?.into_iter().next())
    }
}

/// Why a statement or a batch was not carried out. Nothing of it was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseError {
    /// A statement of the batch changed another number of rows than expected.
    Conflict,
    /// A unique index refused it; the text names table and columns.
    Unique(String),
    /// The host failed.
    Host(HostError),
}

impl From<HostError> for DatabaseError {
    fn from(error: HostError) -> Self {
        Self::Host(error)
    }
}

impl DatabaseError {
    /// Reads SQLite's own words, which all three hosts pass on.
    #[must_use]
    pub fn from_sqlite_message(message: &str) -> Self {
        if message.contains("CHECK constraint failed: guard") {
            return Self::Conflict;
        }
        if let Some((_, columns)) = message.split_once("UNIQUE constraint failed: ") {
            let end = columns.find([':', ';']).unwrap_or(columns.len());
            return Self::Unique(columns[..end].trim().to_owned());
        }
        Self::Host(HostError::Failed(message.to_owned()))
    }

    /// Whether a unique index on this table and column refused the write.
    #[must_use]
    pub fn is_unique(&self, table_column: &str) -> bool {
        matches!(self, Self::Unique(columns) if columns.contains(table_column))
    }
}

/// SQLite by any of its hosts.
#[async_trait]
pub trait Database: Send + Sync {
    /// Runs the statements in order as one transaction and gives each one's rows.
    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Rows>, DatabaseError>;

    /// Runs one statement.
    async fn query(&self, statement: Statement) -> Result<Rows, DatabaseError> {
        Ok(self.batch(vec![statement]).await?.into_iter().next().unwrap_or_default())
    }
}

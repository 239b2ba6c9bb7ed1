//! Every statement of the sources compiles, and finds its rows by an index.

use rusqlite::Connection;
use virtual_doctor::MIGRATIONS;
use virtual_doctor::chat::store::SCHEMA;
use virtual_doctor::limits::OBJECT_SCHEMA;

/// Tables that are read whole on purpose: they have a handful of rows, or belong
/// to development, or are the two JSON functions.
const READ_WHOLE: &[&str] = &[
    "SCAN k VIRTUAL TABLE",
    "SCAN json_each VIRTUAL TABLE",
    "SCAN development_mailbox",
    "SCAN organizations",
    "SCAN CONSTANT ROW",
    "SCAN room",
    "SCAN members",
    "SCAN sqlite_master",
    "SCAN guard",
];

/// String literals of the sources that are SQL.
fn statements() -> Vec<(String, String)> {
    // What stands under operations runs in development only.
    let requests = super::sources::rust_files().into_iter().filter(|(path, _)| !path.contains("src/operations/"));
    let mut found = Vec::new();
    for (path, text) in requests {
        let code: String =
            text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        for literal in code.split('"').skip(1).step_by(2) {
            let literal = literal.replace("\\\n", " ");
            let verb = ["SELECT ", "INSERT ", "UPDATE ", "DELETE "].iter().any(|verb| literal.starts_with(verb));
            if verb && literal.len() > 20 {
                found.push((path.clone(), literal));
            }
        }
    }
    found
}

#[test]
fn every_query_uses_an_index() {
    let connection = Connection::open_in_memory().unwrap();
    // The Spin host keeps its own record of migrations, see platform/spin/migrations.rs.
    connection.execute_batch("CREATE TABLE schema_migrations (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID").unwrap();
    for (_, sql) in MIGRATIONS {
        connection.execute_batch(sql).unwrap();
    }
    for sql in SCHEMA.into_iter().chain(OBJECT_SCHEMA) {
        connection.execute_batch(sql).unwrap();
    }
    let statements = statements();
    assert!(statements.len() > 50, "only {} statements were found", statements.len());
    for (path, sql) in statements {
        let mut prepared = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .unwrap_or_else(|error| panic!("{path}: {sql}: {error}"));
        let bound = vec![rusqlite::types::Null; prepared.parameter_count()];
        let steps = prepared.query_map(rusqlite::params_from_iter(bound), |row| row.get::<_, String>(3)).unwrap();
        for step in steps.map(Result::unwrap) {
            let whole = step.starts_with("SCAN ")
                && !step.contains("USING")
                && !READ_WHOLE.iter().any(|known| step.starts_with(known));
            assert!(!whole, "{path}: {step}\n{sql}");
        }
    }
}

//! That nothing is held on a person which no copy of theirs tells of.

use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};
use virtual_doctor::privacy::holdings_store::Holding;
use virtual_doctor::privacy::patient_holdings_store::OF_PATIENT;
use virtual_doctor::privacy::user_holdings_store::OF_USER;

/// Tables that hold nothing of a person, or nothing that stands nowhere else.
const NOTHING_OF_A_PERSON: &[(&str, &str)] = &[
    ("guard", "never holds a row"),
    ("organizations", "about organizations, which are no persons"),
    ("audit_chains", "hashes over rows of the audit"),
    ("outbox", "jobs about what stands elsewhere, emptied once they are done"),
    ("idempotency", "answers that stand elsewhere, for a day"),
    ("legal_archive", "of those who were erased, who have no copy any more"),
    ("limit_buckets", "counts under fingerprints, over within a day"),
    ("development_mailbox", "in development only"),
];

/// Columns that no copy has, wherever they stand.
const LEFT_OUT: &[(&str, &str)] = &[
    ("wrapped_key", "a key: nothing about anybody, and it opens everything"),
    ("password_hash", "a secret"),
    ("secret_sealed", "a secret"),
    ("secret_hash", "a secret"),
    ("token_hash", "a secret"),
    ("code_hash", "a secret"),
    ("device_hash", "a fingerprint"),
    ("email_index", "a fingerprint of the address, which is there"),
    ("address_index", "a fingerprint"),
    ("version", "counts changes, for `If-Match`"),
    ("generation", "which refresh token is the next"),
    ("last_step", "which code was taken last"),
    ("step_up_tries", "counts wrong passwords of a session"),
    ("next_attempt_at", "when the clock tries again"),
    ("request_id", "of the log, not of a person"),
    ("hash", "seals a row of the audit"),
    ("sequence", "a place in the audit's chain"),
    ("chain", "the audit's chain"),
];

/// Columns that a copy has in another way.
const ELSEWHERE: &[(&str, &str)] = &[
    ("rooms.subject_sealed", "under the room's key: with the room, beside what was said in it"),
    ("alert_overrides.state_key", "a fingerprint of what is there"),
    ("alert_counts.rule", "about nobody"),
    ("alert_counts.shown", "about nobody"),
    ("alert_counts.overridden", "about nobody"),
    ("audit.id", "of the row, not of what it tells of"),
];

fn migrated() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    for (_, sql) in virtual_doctor::MIGRATIONS {
        connection.execute_batch(sql).unwrap();
    }
    connection
}

/// Tables of the schema with their columns.
fn schema() -> BTreeMap<String, BTreeSet<String>> {
    let connection = migrated();
    let columns = "SELECT t.name, c.name FROM sqlite_master t JOIN pragma_table_xinfo(t.name) c WHERE t.type = 'table'";
    let mut select = connection.prepare(columns).unwrap();
    let rows = select.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))).unwrap();
    let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (table, column) in rows.map(Result::unwrap) {
        tables.entry(table).or_default().insert(column);
    }
    tables
}

fn words(sql: &str) -> Vec<String> {
    sql.split(|sign: char| !(sign.is_ascii_alphanumeric() || "._".contains(sign)))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// `table.column` of everything that a holding shows.
fn shown(holding: &Holding) -> BTreeSet<String> {
    let (list, rest) = holding.sql.split_once("FROM ").unwrap();
    let rest = words(rest);
    let mut tables: BTreeMap<String, String> = BTreeMap::from([(rest[0].clone(), rest[0].clone())]);
    for (at, word) in rest.iter().enumerate() {
        let table = if at == 0 {
            word
        } else if word == "JOIN" {
            &rest[at + 1]
        } else {
            continue;
        };
        let alias = rest.get(if at == 0 { 1 } else { at + 2 });
        tables.extend(alias.map(|alias| (alias.clone(), table.clone())));
    }
    let column = |word: String| match word.split_once('.') {
        Some((alias, column)) => tables.get(alias).map(|table| format!("{table}.{column}")),
        None => Some(format!("{}.{word}", rest[0])),
    };
    words(list).into_iter().filter_map(column).collect()
}

#[test]
fn every_column_of_every_table_is_in_somebodys_copy_or_says_why_not() {
    let tables = schema();
    let held: BTreeSet<String> = OF_USER.iter().chain(OF_PATIENT).flat_map(shown).collect();
    let known = |list: &[(&str, &str)], name: &str| list.iter().any(|(known, _)| *known == name);
    let mut forgotten = Vec::new();
    for (table, columns) in tables.iter().filter(|(table, _)| !known(NOTHING_OF_A_PERSON, table)) {
        for column in columns.iter().filter(|column| !known(LEFT_OUT, column)) {
            let name = format!("{table}.{column}");
            if !held.contains(&name) && !known(ELSEWHERE, &name) && !is_whose(&held, table, column) {
                forgotten.push(name);
            }
        }
    }
    let in_holdings = tables.len() - NOTHING_OF_A_PERSON.len();
    println!("{in_holdings} of {} tables, {} columns are in the copies", tables.len(), held.len());
    assert!(forgotten.is_empty(), "in no copy: {forgotten:#?}");
    for (table, _) in NOTHING_OF_A_PERSON {
        assert!(tables.contains_key(*table), "{table} is no table");
    }
}

/// Whether the column only says whose the row is, which in a copy is plain.
fn is_whose(held: &BTreeSet<String>, table: &str, column: &str) -> bool {
    let shown = held.iter().any(|name| name.starts_with(&format!("{table}.")));
    let whose = ["user_id", "patient_id", "actor_id", "created_by", "invited_by", "requester_id", "recorded_by"];
    shown && (whose.contains(&column) || (table, column) == ("visit_notes", "patient_id"))
}

#[test]
fn every_holding_can_be_asked_for() {
    let connection = migrated();
    let mut names = BTreeSet::new();
    for holding in OF_USER {
        connection.prepare(holding.sql).unwrap_or_else(|error| panic!("{}: {error}", holding.name));
        assert!(names.insert(holding.name), "{} is there twice", holding.name);
    }
}

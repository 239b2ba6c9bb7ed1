//! All that is stored, without what is another in each run: ids, and what was sealed or made of randomness.

use crate::api::support::{Installation, every_row};
use serde_json::Value;
use std::collections::BTreeMap;
use virtual_doctor::chat::store::SCHEMA;
use virtual_doctor::id::Id;

/// The rows of each part, sorted. Parts are tables, tables of rooms (`room:…`), `mails` and `files`.
pub type State = BTreeMap<String, Vec<String>>;

/// How often a job was tried, and when it is tried again.
const OF_TRIES: [&str; 5] = ["attempts", "last_attempt_at", "next_attempt_at", "held_until", "last_error"];
/// The part with those rows of the audit that say what somebody read.
pub const READS: &str = "audit of reads";
/// Says what was tried, and how long the chains of it are.
const AUDIT: [&str; 3] = ["audit", READS, "audit_chains"];
/// Shorter texts are words, not random bytes.
const LONGEST_WORD: usize = 24;

/// The state of the installation.
pub async fn state(here: &Installation) -> State {
    let tables = here.tables().await.into_iter();
    let mut state: State = tables.map(|(name, rows)| (name, sorted(rows.iter().map(masked)))).collect();
    let (reads, changes) = state.remove("audit").unwrap().into_iter().partition(|row| row.contains(".read "));
    state.extend([("audit".into(), changes), (READS.into(), reads)]);
    for name in SCHEMA.iter().filter_map(|sql| sql.strip_prefix("CREATE TABLE IF NOT EXISTS ")) {
        let name = name.split_whitespace().next().unwrap();
        let rooms = here.rooms.inner.query_all(&every_row(name)).unwrap();
        let rows = rooms.iter().flat_map(|rows| rows.all::<Value>().unwrap());
        state.insert(format!("room:{name}"), sorted(rows.map(|row| masked(&row))));
    }
    state.insert("mails".into(), sorted(here.mailer.mails().into_iter().map(|mail| mail.to + " " + &mail.subject)));
    state.insert("files".into(), sorted(here.files.all().keys().map(|name| without_ids(name))));
    state
}

/// What differs between two states, but for these parts. The audit may hold more than is expected of it, for what
/// was tried and failed was tried; never less.
pub fn difference(expected: &State, found: &State, but: &[&str]) -> Vec<String> {
    let mut differences = Vec::new();
    for (name, expected) in expected.iter().filter(|(name, _)| !but.contains(&name.as_str())) {
        let found = &found[name];
        let same = if AUDIT.contains(&name.as_str()) { holds(found, expected) } else { found == expected };
        if !same {
            differences.push(format!("{name}: {expected:?}\n    / {found:?}"));
        }
    }
    differences
}

/// Whether every row is among the rows, as often.
fn holds(rows: &[String], every: &[String]) -> bool {
    let mut rest = rows.to_vec();
    every.iter().all(|row| rest.iter().position(|other| other == row).map(|at| rest.swap_remove(at)).is_some())
}

fn sorted(rows: impl Iterator<Item = String>) -> Vec<String> {
    let mut rows: Vec<String> = rows.collect();
    rows.sort();
    rows
}

fn masked(row: &Value) -> String {
    let cells = row.as_object().unwrap().iter().filter(|(name, _)| !OF_TRIES.contains(&name.as_str()));
    cells.map(|(name, cell)| format!("{name}={} ", masked_cell(name, cell))).collect()
}

/// Whether a time is set counts, not which: a retry comes later than what it repeats, and so is a copy of other
/// times not as long.
fn masked_cell(name: &str, cell: &Value) -> String {
    match cell {
        Value::String(text) => word(text),
        Value::Number(_) if name == "at" || name.ends_with("_at") => "a time".into(),
        Value::Number(_) if name == "bytes" => "some".into(),
        other => other.to_string(),
    }
}

fn word(text: &str) -> String {
    let random = text.len() > LONGEST_WORD && !text.contains(' ');
    if Id::parse(text).is_some() || random { "*".into() } else { text.into() }
}

fn without_ids(name: &str) -> String {
    name.split('/').map(word).collect::<Vec<_>>().join("/")
}

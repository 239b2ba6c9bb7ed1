//! Operations of the OpenAPI document × every caller × every thing that they can be
//! about, against the table of who may do what. An operation without a row fails:
//! whoever adds one says what it is about.

mod callers;
mod failing_closed;
mod operations;
mod relationships;
mod story;
mod world;

use super::support::Answer;
use callers::Caller;
use operations::{About, Operation, operations};
use relationships::{Target, relationships};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use virtual_doctor::authorization::{Relationship, allows};
use virtual_doctor::openapi::document;
use world::{World, bare};

/// What a cell of the table comes to.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// 401.
    SignedOut,
    /// 403.
    Forbidden,
    /// 404, the same bytes as for what is not there.
    NotThere,
    /// Anything that the operation itself says.
    LetThrough,
    /// An answer that says nothing about permissions: the row or the product is wrong.
    Broken,
}

/// What the table says; none where it says nothing.
fn expected(operation: &Operation, caller: Caller, target: Target) -> Option<Verdict> {
    let roles = caller.roles();
    let (relationships, action) = match operation.about {
        About::Public => return Some(Verdict::LetThrough),
        About::PublicOr(_) if caller == Caller::SignedOut => return Some(Verdict::LetThrough),
        // What is only theirs is closed to them within 5 seconds.
        About::PublicOr(_) | About::Own(..) if caller.is_at_once() => return None,
        About::PublicOr(action) => (vec![Relationship::Anyone], action),
        About::Own(relationship, action) => (vec![relationship], action),
        About::Thing(thing, action) => (relationships(caller, target, thing), action),
    };
    let Some(roles) = roles else { return Some(Verdict::SignedOut) };
    Some(match allows(&roles, &relationships, action) {
        _ if !caller.scope_opens(operation.id) => Verdict::Forbidden,
        true if target == Target::Mixed => Verdict::NotThere,
        true => Verdict::LetThrough,
        false if relationships == [Relationship::None] => Verdict::NotThere,
        false => Verdict::Forbidden,
    })
}

fn seen(status: u16) -> Verdict {
    match status {
        401 => Verdict::SignedOut,
        403 => Verdict::Forbidden,
        404 => Verdict::NotThere,
        405 | 415 | 428 | 500.. => Verdict::Broken,
        _ => Verdict::LetThrough,
    }
}

/// Whether an operation that let the caller through may answer so.
fn is_its_own(operation: &Operation, target: Target, status: u16) -> bool {
    operation.own_refusal == Some(status) || target == Target::Missing && status == 404
}

/// Whether the patient finds in the audit that the caller was refused. Not where the record is open to them
/// and the thing in it is not there, nor where a key is refused before anything is looked at.
fn is_recorded(operation: &Operation, caller: Caller, target: Target, expected: &Verdict) -> bool {
    // A room that somebody is asked into is about no record before they accept.
    let of_record = matches!(operation.about, About::Thing(thing, _) if thing.is_of_record())
        && !operation.path.contains("{invitation}");
    let refused = match expected {
        Verdict::Forbidden => caller.scope_opens(operation.id),
        Verdict::NotThere => is_nothing_to(caller, operation, target),
        _ => false,
    };
    of_record && refused && target != Target::Missing
}

/// Whether so many rows may say that an answer with this status was a refusal: of a 403 always one. A 404 has one
/// where there is something to be refused.
fn says(status: u16, rows: usize) -> bool {
    match status {
        403 => rows == 1,
        404 => rows <= 1,
        _ => rows == 0,
    }
}

fn is_nothing_to(caller: Caller, operation: &Operation, target: Target) -> bool {
    matches!(operation.about, About::Thing(thing, _) if relationships(caller, target, thing) == [Relationship::None])
}

fn targets(operation: &Operation) -> impl Iterator<Item = Target> {
    Target::ALL.into_iter().filter(|target| match operation.about {
        About::Thing(thing, _) => thing.is_of(*target) && (operation.is_nested() || *target != Target::Mixed),
        _ => *target == Target::Anns,
    })
}

/// Method, path and whether it is open, of each operation of the document by its id.
fn documented() -> BTreeMap<String, (String, String, bool)> {
    let document = document();
    let mut found = BTreeMap::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            found.insert(id, (method.to_uppercase(), path.clone(), operation["security"] == Value::Null));
        }
    }
    found
}

#[test]
fn every_operation_of_the_document_has_a_row() {
    let documented = documented();
    let rows: BTreeSet<&str> = operations().map(|operation| operation.id).collect();
    assert_eq!(documented.keys().map(String::as_str).collect::<BTreeSet<_>>(), rows);
    for operation in operations() {
        let (_, path, _) = &documented[operation.id];
        let own = operation.path.split('?').next().unwrap().split('/');
        let same = own.clone().count() == path.split('/').count()
            && own.zip(path.split('/')).all(|(own, of_document)| of_document.starts_with('{') || own == of_document);
        assert!(same, "{}: {} is not {path}", operation.id, operation.path);
    }
    for (id, (_, _, open)) in &documented {
        let public = |it: &Operation| matches!(it.about, About::Public | About::PublicOr(_));
        assert_eq!(operations().any(|it| it.id == id && public(it)), *open, "{id} is open to everyone");
    }
}

/// The world, at the moment at which some are suspended and a while later. Those who are refused, or
/// only read, change nothing and share it; who changes something gets a copy.
struct Worlds {
    at_once: World,
    later: World,
}

impl Worlds {
    async fn new() -> Self {
        let at_once = World::new().await;
        Self { later: at_once.copy(), at_once }
    }

    /// The answer, and how many rows of the audit say that it was a refusal.
    async fn answer(
        &self,
        operation: &Operation,
        method: &str,
        cell: (Caller, Target),
        verdict: &Verdict,
    ) -> (Answer, usize) {
        let (caller, target) = cell;
        let world = if caller.is_at_once() { &self.at_once } else { &self.later };
        let changes = *verdict == Verdict::LetThrough
            && method != "GET"
            && target != Target::Missing
            && !matches!(operation.about, About::Public);
        let copy = changes.then(|| world.copy());
        let world = copy.as_ref().unwrap_or(world);
        let answer = world.call(operation, method, caller, target).await;
        let rows = world.rows_of_refusal(&answer).await;
        (answer, rows)
    }

    async fn refusals(&self) -> i64 {
        self.at_once.refusals().await + self.later.refusals().await
    }

    async fn stored(&self) -> [String; 2] {
        [self.at_once.stored().await, self.later.stored().await]
    }
}

/// How many cells an operation has, and what is wrong with them.
async fn judge(operation: &Operation, method: &str, worlds: &Worlds) -> (usize, Vec<String>) {
    let (mut cells, mut wrong) = (0, Vec::new());
    let (before, mut refusals) = (worlds.refusals().await, 0);
    for caller in Caller::ALL.iter().copied() {
        let mut missing = None;
        for target in targets(operation) {
            let Some(expected) = expected(operation, caller, target) else { continue };
            cells += 1;
            refusals += i64::from(is_recorded(operation, caller, target, &expected));
            let (answer, rows) = worlds.answer(operation, method, (caller, target), &expected).await;
            let status = answer.status.as_u16();
            let cell = format!("{} {} by {caller:?} of {target:?}", operation.id, operation.path);
            let excused = expected == Verdict::LetThrough && is_its_own(operation, target, status);
            if seen(status) != expected && !excused {
                wrong.push(format!("{cell}: expected {expected:?}, got {}", answer.text));
            }
            if !says(status, rows) {
                wrong.push(format!("{cell}: {status} has {rows} rows of a refusal"));
            }
            let bare = bare(&answer);
            if expected == Verdict::NotThere && missing.as_ref().is_some_and(|missing| *missing != bare) {
                wrong.push(format!("{cell}: tells that it is there: {bare} / {missing:?}"));
            }
            if target == Target::Missing {
                missing = Some(bare);
            }
        }
    }
    let recorded = worlds.refusals().await - before;
    if recorded != refusals {
        wrong.push(format!("{} {}: {recorded} of {refusals} refusals are in the audit", operation.id, operation.path));
    }
    (cells, wrong)
}

#[tokio::test]
async fn every_caller_gets_what_the_table_says_of_every_operation_and_thing() {
    let documented = documented();
    let mut worlds = Worlds::new().await;
    let before = worlds.stored().await;
    let (mut cells, mut wrong) = (0, Vec::new());
    for operation in operations() {
        let (more, faults) = judge(operation, &documented[operation.id].0, &worlds).await;
        cells += more;
        if !faults.is_empty() {
            // What somebody did who should have been refused is not to look like a fault of others.
            worlds = Worlds::new().await;
        }
        wrong.extend(faults);
    }
    println!("{cells} cells");
    assert!(wrong.is_empty(), "{} of {cells} cells:\n{}", wrong.len(), wrong.join("\n"));
    assert!(before == worlds.stored().await, "somebody who was refused, or only read, changed something");
}

//! Operations of the OpenAPI document × every caller × every thing that they can be
//! about, against the table of who may do what. An operation that neither has a row
//! nor is named as one that has none yet fails: whoever adds one says what it is about.

mod operations;
mod world;

use operations::{About, NOT_HELD, OPERATIONS, Operation};
use std::collections::BTreeSet;
use virtual_doctor::authorization::{Relationship, allows};
use virtual_doctor::openapi::document;
use world::{Caller, Target, World};

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
}

fn expected(operation: &Operation, world: &World, caller: Caller, target: Target) -> Verdict {
    let roles = match world.roles(caller) {
        _ if matches!(operation.about, About::Public) => return Verdict::LetThrough,
        None => return Verdict::SignedOut,
        Some(roles) => roles,
    };
    let (relationships, action) = match operation.about {
        About::Public => return Verdict::LetThrough,
        About::Own(relationship, action) => (vec![relationship], action),
        About::Thing(thing, action) => (world.relationships(caller, target, thing), action),
    };
    match allows(&roles, &relationships, action) {
        true => Verdict::LetThrough,
        false if relationships == [Relationship::None] => Verdict::NotThere,
        false => Verdict::Forbidden,
    }
}

fn seen(status: u16) -> Verdict {
    match status {
        401 => Verdict::SignedOut,
        403 => Verdict::Forbidden,
        404 => Verdict::NotThere,
        _ => Verdict::LetThrough,
    }
}

#[test]
fn every_operation_of_the_document_has_a_row() {
    let document = document();
    let mut documented = BTreeSet::new();
    for path in document["paths"].as_object().unwrap().values() {
        documented.extend(path.as_object().unwrap().values().map(|it| it["operationId"].as_str().unwrap().to_owned()));
    }
    let rows: BTreeSet<String> = OPERATIONS.iter().map(|operation| operation.id.to_owned()).collect();
    assert_eq!(rows.len(), OPERATIONS.len(), "an operation has two rows");
    let not_held: BTreeSet<String> = NOT_HELD.iter().map(|id| (*id).to_owned()).collect();
    assert!(rows.is_disjoint(&not_held), "an operation with a row is held");
    println!("{} of {} operations are held", rows.len(), documented.len());
    assert_eq!(documented, rows.union(&not_held).cloned().collect());
}

#[tokio::test]
async fn every_caller_gets_what_the_table_says_of_every_operation_and_thing() {
    let mut cells = 0;
    let mut wrong = Vec::new();
    for operation in OPERATIONS {
        // Those who are refused change nothing and share a world; whoever is let through gets one of their own.
        let shared = World::new().await;
        for caller in Caller::ALL {
            for target in Target::ALL {
                if matches!(operation.about, About::Public | About::Own(..)) && target != Target::Own {
                    continue;
                }
                cells += 1;
                let expected = expected(operation, &shared, caller, target);
                let own;
                let world = if expected == Verdict::LetThrough {
                    own = World::new().await;
                    &own
                } else {
                    &shared
                };
                let answer = world.call(operation, caller, target).await;
                let cell = format!("{} by {caller:?} of {target:?}", operation.id);
                if seen(answer.status.as_u16()) != expected && !operation.excuses(answer.status.as_u16()) {
                    wrong.push(format!("{cell}: expected {expected:?}, got {}", answer.text));
                }
                if expected == Verdict::NotThere && target != Target::Missing {
                    let missing = world.call(operation, caller, Target::Missing).await;
                    if world::bare(&answer) != world::bare(&missing) {
                        wrong.push(format!("{cell}: tells that it is there: {} / {}", answer.text, missing.text));
                    }
                }
            }
        }
    }
    println!("{cells} cells");
    assert!(wrong.is_empty(), "{} of {cells} cells:\n{}", wrong.len(), wrong.join("\n"));
}

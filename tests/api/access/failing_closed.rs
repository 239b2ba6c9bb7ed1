//! Without its database nobody gets anything that a check stands before.

use super::callers::Caller;
use super::operations::{About, operations};
use super::relationships::Target;
use super::world::World;
use super::{documented, targets};
use std::collections::BTreeSet;

/// What needs no database, and is open to everyone; a check of medicines only where it is about no patient's record.
const NEEDS_NONE: &[&str] =
    &["check_medicines", "health", "list_alternatives", "list_conditions", "list_medicines", "read_medicine"];

#[tokio::test]
async fn without_the_database_nothing_is_let_through_and_with_it_everything_is_as_before() {
    let documented = documented();
    let world = World::new().await.copy();
    let before = world.stored().await;
    world.cut_database(true);
    let (mut patience, mut refused, mut done, mut wrong) = (0, 0, BTreeSet::new(), Vec::new());
    for operation in operations() {
        for caller in Caller::ALL.iter().copied() {
            for target in targets(operation).filter(|target| *target != Target::Missing) {
                let answer = world.call(operation, &documented[operation.id].0, caller, target).await;
                match answer.status.as_u16() {
                    503 => patience += 1,
                    200..300 if matches!(operation.about, About::Public | About::PublicOr(_)) => {
                        done.insert(operation.id);
                    }
                    400..500 => refused += 1,
                    _ => wrong.push(format!("{} by {caller:?} of {target:?}: {}", operation.id, answer.text)),
                }
            }
        }
    }
    println!("{patience} were asked for patience, {refused} were refused before the database was asked");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(done, BTreeSet::from_iter(NEEDS_NONE.iter().copied()));
    world.cut_database(false);
    assert!(before == world.stored().await, "something was written");
    let profile = operations().find(|operation| operation.id == "read_me").unwrap();
    assert_eq!(world.call(profile, "GET", Caller::Ann, Target::Anns).await.status, 200);
}

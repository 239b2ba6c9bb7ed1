//! A deterministic simulation of a chat room: the real state machine between a storage, a shell and clients that are
//! models, with seeded faults. The process dies between any two steps, transactions fail, frames are lost, delayed,
//! repeated and reordered, sockets break on one side only, memory is evicted, the clock jumps, members come and go.
//!
//! What must hold: no gap in `seq`, nothing stored or shown twice, no ack of what is not stored, read marks only move
//! on, nobody outside the member list is sent anything, memory equals what would be loaded, and once there is peace
//! every member has everything.
//!
//! A failing seed is shrunk to a short history and prints the command that replays it, with a trace:
//! `SIMULATION_SEED=… SIMULATION_EVENTS=… cargo test simulation::replay -- --nocapture`.

mod client;
mod link;
mod peace;
pub mod random;
mod server;
mod storage;
mod world;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use server::Defect;
use world::World;

/// Runs seeds `1..=seeds`, each with so many events, on all processors.
///
/// # Panics
/// With the replay command, when a seed fails.
pub fn run(seeds: u64, events: usize) {
    if let Some((seed, why)) = first_failure(seeds, events, None) {
        let (events, why) = shrink(seed, events, why);
        panic!(
            "seed {seed} fails after {events} events: {why}\nreplay: SIMULATION_SEED={seed} \
             SIMULATION_EVENTS={events} cargo test simulation::replay -- --nocapture"
        );
    }
}

/// The lowest failing seed that was come to.
fn first_failure(seeds: u64, events: usize, defect: Option<Defect>) -> Option<(u64, String)> {
    let next = AtomicU64::new(1);
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed > seeds {
                return None;
            }
            if let Err(why) = history(seed, events, defect, false) {
                next.store(seeds.saturating_add(1), Ordering::Relaxed);
                return Some((seed, why));
            }
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let failures = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().filter_map(|worker| worker.join().ok().flatten()).collect::<Vec<_>>()
    });
    failures.into_iter().min()
}

/// One seed's history; a panic of the room is a failure like others.
fn history(seed: u64, events: usize, defect: Option<Defect>, trace: bool) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(|| World::new(seed, defect, trace).run(events)))
        .unwrap_or_else(|_| Err("a panic, see above".to_owned()))
}

/// A short history of the seed that fails: the first events of a longer one are the same, so bisection finds it.
fn shrink(seed: u64, events: usize, why: String) -> (usize, String) {
    let (mut good, mut bad, mut reason) = (0, events, why);
    while good < bad {
        let middle = good.midpoint(bad);
        match history(seed, middle, None, false) {
            Err(why) => (bad, reason) = (middle, why),
            Ok(()) => good = middle.saturating_add(1),
        }
    }
    (bad, reason)
}

fn variable<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn holds_for_every_seed() {
    run(variable("SIMULATION_SEEDS").unwrap_or(2_000), variable("SIMULATION_EVENTS").unwrap_or(200));
}

/// Replays one seed with a trace, when asked to by the environment.
#[test]
fn replay() {
    if let Some(seed) = variable("SIMULATION_SEED") {
        let events = variable("SIMULATION_EVENTS").unwrap_or(200);
        assert_eq!(history(seed, events, None, true), Ok(()), "seed {seed}, {events} events");
    }
}

/// The simulation is worth what it notices: mistakes planted in the shell must be seen within a few seeds.
#[test]
fn planted_defects_are_caught() {
    let defects = [
        Defect::SkipDedupe,
        Defect::SendBeforeStore,
        Defect::KeepRoomAfterFailedWrite,
        Defect::SplitTransaction,
        Defect::ForgetLastSeq,
        Defect::ForgetReadMark,
        Defect::ForgetAttachment,
        Defect::ForgetCursor,
        Defect::ReplayLast,
        Defect::ReplayBeyondStep,
        Defect::KeepRemovedSocket,
        Defect::KeepSignedOutSocket,
        Defect::LoseAlarm,
        Defect::SendToAll,
        Defect::LoseDisconnect,
        Defect::ReverseEffects,
        Defect::SendTwice,
    ];
    for defect in defects {
        let caught = first_failure(200, 200, Some(defect));
        let (seed, why) = caught.unwrap_or_else(|| panic!("{defect:?} goes unnoticed"));
        eprintln!("{defect:?}: seed {seed}: {why}");
    }
}

/// ... and for coming to everything that there is: every frame, every refusal, every close.
#[test]
fn every_corner_is_reached() {
    let mut reached = BTreeMap::<String, u64>::new();
    for seed in 1..=100 {
        let mut world = World::new(seed, None, false);
        assert_eq!(world.run(200), Ok(()), "seed {seed}");
        for (what, times) in &world.server.reached {
            *reached.entry(what.clone()).or_default() += times;
        }
    }
    let corners = [
        "ack duplicate false",
        "ack duplicate true",
        "answer",
        "break AfterWrite",
        "break BeforeWrite",
        "break WriteFails",
        "close 1008",
        "close 1009",
        "close 4401",
        "close 4403",
        "error AttachmentsUnavailable",
        "error BinaryFrame",
        "error BodyEmpty",
        "error BodyTooLong",
        "error InvalidFrame",
        "error InvalidJson",
        "error RateLimited",
        "error ReplyToUnknown",
        "error RoomClosed",
        "error UnknownType",
        "message",
        "pong",
        "presence false",
        "presence true",
        "read",
        "replay",
        "replay cut short",
        "typing false",
        "typing true",
        "welcome",
    ];
    let missed: Vec<_> = corners.iter().filter(|corner| !reached.contains_key(**corner)).collect();
    assert!(missed.is_empty(), "never reached: {missed:?}; reached: {reached:#?}");
}

//! Limits: how often somebody may do something.
//!
//! There are two kinds. Exact ones ([`guards`], and signing in) stand before what
//! an attacker tries often: one place counts for everybody, and nothing passes
//! while it is away. Coarse ones ([`policies`]) keep a caller from taking more than
//! a fair share: each isolate counts for itself, and asks nobody.

pub mod address;
pub mod bucket;
pub mod guards;
pub mod middleware;
pub mod policies;

pub use address::ClientAddress;
pub use bucket::{Call, Charge, Outcome, Rule};
pub use guards::{Guard, throttle};

/// The tables of an object that counts for one owner, where a host has such objects.
pub const OBJECT_SCHEMA: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS buckets (bucket TEXT PRIMARY KEY, full_at INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS buckets_by_time ON buckets (full_at)",
];

//! The Spin host: one HTTP component (`wasi:http` 0.3) with Spin's SQLite,
//! key-value store and variables.
//!
//! What Spin lacks, and what stands in its place:
//! - **A queue**: jobs are done at once, see `ports::DirectQueue`.
//! - **Addressable objects and WebSockets**: rooms are unavailable here and sockets
//!   unsupported, see `ports::NoRooms`; everything but chat works.
//! - **Objects that count**: exact limits are rows of the database, see `DatabaseLimiter`.
//! - **A schedule**: what a cron trigger sweeps elsewhere is swept with the next job.
//! - **A migration tool**: the component migrates its own database, see `migrations`.

mod database;
mod handler;
mod migrations;
mod ports;

use crate::platform::HostError;

/// What the host says of its own failure.
fn failed(error: impl std::fmt::Display) -> HostError {
    HostError::Failed(error.to_string())
}

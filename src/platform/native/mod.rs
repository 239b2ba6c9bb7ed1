//! The native host: everything in this process, for the fast tests and for
//! tools. SQLite in memory, a clock that a test moves, entropy that repeats.

mod breaker;
mod database;
mod limiter;
mod memory;
mod rooms;

pub use breaker::{Breaker, Fault};
pub use database::SqliteDatabase;
pub use limiter::MemoryLimiter;
pub use memory::{
    FailingDatabase, ManualClock, MemoryCache, MemoryFiles, MemoryLog, MemoryMailer, MemoryQueue, SeededEntropy,
    SystemEntropy,
};
pub use rooms::NativeRooms;

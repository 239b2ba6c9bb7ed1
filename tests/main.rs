//! The native tests: the whole router in this process, on SQLite, with a clock
//! that is moved and entropy that repeats.

#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod api;
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod clinical;
mod contracts;
#[expect(clippy::panic, reason = "a failing seed stops the test and says how to replay it")]
mod simulation;
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod structure;

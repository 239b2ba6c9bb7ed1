//! What holds for every call: ids, headers, bodies, lists, keys, failures and the log.

mod bodies;
mod cors;
mod cursors;
mod development;
mod failures;
mod headers;
mod idempotency;
mod log;
mod paths;
mod problems;

//! Chat: rooms as single-threaded objects. [`room`] is the pure state machine,
//! [`shell`] runs it over a room's own storage on any host, [`routes`] are the
//! calls of the REST API, and a host's folder only carries frames.

pub mod alignment;
pub mod directory;
pub mod model;
pub mod opening;
pub mod protocol;
pub mod room;
pub mod routes;
pub mod service;
pub mod shell;
pub mod sign_out_store;
pub mod sign_outs;
pub mod store;

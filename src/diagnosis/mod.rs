//! d
pub mod routes;

//! Running an installation: health, and what helps to develop one.

pub mod contracts;
pub mod development;
pub mod routes;

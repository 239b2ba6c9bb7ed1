//! Running an installation: health, and what helps to develop one.

pub mod development;
pub mod routes;

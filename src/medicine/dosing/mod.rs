//! Doses: what is usually given for an indication, worked out for one patient,
//! step by step, and rounded to what can be given.

pub mod growth;
pub mod model;
pub mod regimens;
pub mod rounding;
pub mod routes;

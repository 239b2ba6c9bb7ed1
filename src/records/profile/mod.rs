//! What is known of a patient as a person: name, date of birth, how to reach them.

pub mod model;
pub mod routes;
pub mod store;

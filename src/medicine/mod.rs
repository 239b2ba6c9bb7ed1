//! Medicine: finding a medicine, checking medicines against each other and
//! against a patient, and prescriptions that cannot be signed unsafe.

pub mod allergies;
pub mod catalogue;
pub mod cautions;
pub mod check;
pub mod duplicates;
pub mod facts;
pub mod interactions;
pub mod model;
pub mod prescriptions;
pub mod renal;
pub mod routes;

//! Medicine: finding a medicine, checking medicines against each other and
//! against a patient, and prescriptions that cannot be signed unsafe.

pub mod allergies;
pub mod catalogue;
pub mod cautions;
pub mod check;
pub mod dose_limits;
pub mod dosing;
pub mod duplicates;
pub mod facts;
pub mod interactions;
pub mod kidneys;
pub mod listed;
pub mod model;
pub mod prescriptions;
pub mod reactions;
pub mod routes;
pub mod sums;
pub mod units;

//! Who cares for a patient: begun by consent, ended by the patient, and records
//! that a doctor opened in an emergency.

pub mod emergency;
pub mod model;
pub mod routes;
pub mod store;

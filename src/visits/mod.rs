//! Visits: a patient asks an organization for one, waits in its queue, is taken
//! by exactly one doctor on duty, and the visit ends with a signed note or with
//! the reason why there is none.

pub mod access;
pub mod consent;
pub mod licences;
pub mod model;
pub mod note_model;
pub mod note_routes;
pub mod note_store;
pub mod notes;
pub mod queue_routes;
pub mod queue_store;
pub mod routes;
pub mod store;
pub mod taking;

//! Organizations: who works there and as what, their licences, and who may not
//! act any more.

pub mod invitations;
pub mod model;
pub mod practitioner_store;
pub mod practitioners;
pub mod routes;
pub mod store;
pub mod suspension;

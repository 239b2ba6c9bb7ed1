//! Records: patients, who acts for them and who cares for them.

pub mod routes;
pub mod store;

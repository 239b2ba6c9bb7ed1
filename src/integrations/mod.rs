//! Other systems that call: the API keys of an organization, and what each may do.

pub mod key;
pub mod model;
pub mod routes;
pub mod scopes;
pub mod store;

pub use key::{PREFIX, caller};

//! Accounts: who signs in, how, and for whom they act.

pub mod hs256;
pub mod mails;
pub mod model;
pub mod password;
pub mod refresh;
pub mod routes;
pub mod session_routes;
pub mod step_up;
pub mod store;
pub mod token;

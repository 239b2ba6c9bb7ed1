//! Accounts: who signs in, how, and for whom they act.

pub mod address_store;
pub mod hs256;
pub mod mail_routes;
pub mod mail_store;
pub mod mails;
pub mod model;
pub mod password;
pub mod password_strength;
pub mod refresh;
pub mod routes;
pub mod session_routes;
pub mod step_up;
pub mod store;
pub mod throttling;
pub mod token;

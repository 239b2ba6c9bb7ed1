//! Accounts: who signs in, how, and for whom they act.

pub mod address_store;
pub mod credential_routes;
pub mod credential_store;
pub mod device;
pub mod factor_model;
pub mod factor_routes;
pub mod factor_store;
pub mod hs256;
pub mod liveness;
pub mod mail_routes;
pub mod mail_store;
pub mod mails;
pub mod model;
pub mod password;
pub mod password_strength;
pub mod refresh;
pub mod refresh_routes;
pub mod routes;
pub mod session_answer;
pub mod session_routes;
pub mod session_store;
pub mod step_up;
pub mod store;
pub mod throttling;
pub mod token;
pub mod totp;

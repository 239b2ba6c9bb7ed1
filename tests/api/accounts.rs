//! Accounts: registering, signing in and staying signed in, and one's own account.

mod access_token;
mod cookies;
mod credentials;
mod enumeration;
mod factors;
mod liveness;
mod login;
mod logout;
mod me;
mod password_reset;
mod refresh;
mod register;
mod sessions;
mod step_up;
mod verification;
mod verify;

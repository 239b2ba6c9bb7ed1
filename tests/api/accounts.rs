//! Accounts: registering, signing in and staying signed in, and one's own account.

mod access_token;
mod enumeration;
mod login;
mod logout;
mod me;
mod password_reset;
mod refresh;
mod register;
mod verification;
mod verify;

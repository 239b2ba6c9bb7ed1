//! Accounts: registering, signing in and staying signed in, and one's own account.

mod access_token;
mod login;
mod logout;
mod me;
mod refresh;
mod register;
mod verify;

//! Rooms: opening one, being asked into one, and what is said in it.

mod invite;
mod messages;
mod open;
mod privacy;
mod sign_outs;
mod tickets;

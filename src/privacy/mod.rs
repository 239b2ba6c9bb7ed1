//! Privacy: a copy of what is held on a person, their erasure, and what they
//! have agreed to.
//!
//! Erasing is destroying keys: whatever names or describes a person is sealed
//! from its first write, under their own key or their record's, so what a
//! database keeps in freed pages or backups says nothing once the key is gone.
//! [`user_holdings_store`] and [`patient_holdings_store`] are the one list of where a
//! person's things are: a new table that is about people has a line there.

pub mod consent_routes;
pub mod erase;
pub mod erase_store;
pub mod erasure_routes;
pub mod export;
pub mod holdings_store;
pub mod model;
pub mod patient_holdings_store;
pub mod rotation;
pub mod rotation_store;
pub mod routes;
pub mod store;
pub mod sweep;
pub mod user_holdings_store;

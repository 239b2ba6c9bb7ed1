//! The record of a patient: what they have, react to, take and had done, what
//! runs in the family, how they live and what was measured. Entries are
//! corrected, never overwritten, and feed every check with what is known.

pub mod clinical_record;
pub mod coding;
pub mod content;
pub mod dates;
pub mod known;
pub mod model;
pub mod observations;
pub mod overview;
pub mod routes;
pub mod statements;
pub mod store;
pub mod summary;

//! What the project promises of its own shape: documents that are fresh, SQL
//! that uses indexes, hosts that stay in their folders.

mod documents;
mod licences;
mod sources;
mod sql;

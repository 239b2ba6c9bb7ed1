//! Calls of the API, each test where its URL is.

mod accounts;
mod assessments;
mod authorization;
mod conventions;
mod jobs;
mod medicines;
mod prescriptions;
mod record;
mod rooms;
pub mod support;

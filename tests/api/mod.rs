//! Calls of the API, each test where its URL is.

mod accounts;
mod api_keys;
mod assessments;
mod authorization;
mod conventions;
mod jobs;
mod limits;
mod medicines;
mod prescriptions;
mod rooms;
pub mod support;

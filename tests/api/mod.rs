//! Calls of the API, each test where its URL is.

mod access;
mod accounts;
mod api_keys;
mod assessments;
mod audit;
mod audited;
mod authorization;
mod conventions;
mod faults;
mod jobs;
mod limits;
mod medicines;
mod people;
mod prescriptions;
mod privacy;
mod record;
mod rooms;
pub mod support;
mod visits;

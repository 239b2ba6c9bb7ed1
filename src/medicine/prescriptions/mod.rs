//! Prescriptions: drafted, checked, overridden with a reason, checked again,
//! signed, and from then on unchangeable.

pub mod dispensing;
pub mod drafting;
pub mod item;
pub mod lifecycle;
pub mod model;
pub mod override_report;
pub mod override_store;
pub mod overrides;
pub mod paper;
pub mod pharmacy_store;
pub mod routes;
pub mod safety;
pub mod signature;
pub mod signing;
pub mod store;
pub mod taken;

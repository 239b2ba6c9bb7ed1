//! Diagnosis: what a person says → findings → red flags, then the likely
//! conditions, then the next best question. Deterministic, without any outside
//! model, and every step names its rule and source.

pub mod assess;
pub mod case;
pub mod early_warning;
pub mod explanation;
pub mod inference;
pub mod model;
pub mod outcome;
pub mod questions;
pub mod routes;
pub mod store;
pub mod treatments;
pub mod triage;
pub mod understanding;
pub mod vocabulary;

//! Clinical formulas and scores. Each is a few rows of the knowledge tables: what goes in, the steps, where
//! it does not hold, and what its result means.

pub mod model;
pub mod routes;
pub mod work;

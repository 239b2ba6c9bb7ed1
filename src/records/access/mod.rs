//! Acting for others: children and wards, proxies, and the day when a record
//! passes to the young person whose it is.

pub mod handover;
pub mod model;
pub mod routes;
pub mod store;

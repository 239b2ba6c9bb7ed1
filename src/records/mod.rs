//! Records: patients, who acts for them and who cares for them.

pub mod access;
pub mod care;
pub mod clinical_data;
pub mod comorbidities;
pub mod entries;
pub mod majority;
pub mod profile;
pub mod routes;
pub mod store;

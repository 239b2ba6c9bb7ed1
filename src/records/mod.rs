//! Records: patients, who acts for them and who cares for them.

pub mod clinical_data;
pub mod comorbidities;
pub mod entries;
pub mod routes;
pub mod store;

//! The packed tables: what `build.rs` writes from the CSV files and the crate
//! reads. Texts are borrowed from the blob itself, which lives in the wasm.

mod calculators;
mod diagnosis;
mod dosing;
mod medicine;

pub use calculators::*;
pub use diagnosis::*;
pub use dosing::*;
pub use medicine::*;

use serde::{Deserialize, Serialize};

/// Index into a table.
pub type Index = u16;

/// Where a row's facts stand: places in [`Library::citations`].
pub type Sources = Vec<Index>;

/// The documents and the places in them that rows cite.
#[derive(Debug, Serialize, Deserialize)]
pub struct Library<'a> {
    /// Fingerprint of all tables.
    pub version: &'a str,
    /// Title, publisher and year of each document, as they are printed.
    #[serde(borrow)]
    pub documents: Vec<&'a str>,
    /// A document and a section of it, with a [`placeholder`] for each name of what the row is about: most sections of labels differ
    /// in nothing else.
    pub citations: Vec<(Index, &'a str)>,
    /// Sentences by key, sorted by key.
    pub texts: Vec<(&'a str, &'a str)>,
    /// Emergency number by country, sorted; `default` where the country is not known.
    pub emergency_numbers: Vec<(&'a str, &'a str)>,
}

/// What stands in a section for this one of the names of what the row is about.
#[must_use]
pub fn placeholder(name: usize) -> String {
    format!("{{{name}}}")
}

/// What a person already has.
#[derive(Debug, Serialize, Deserialize)]
pub struct Comorbidity<'a> {
    /// Slug.
    pub id: &'a str,
    /// Name.
    pub name: &'a str,
    /// Other names.
    #[serde(borrow)]
    pub synonyms: Vec<&'a str>,
    /// ICD-10 code.
    pub icd10: &'a str,
    /// The finding that it sets.
    pub finding: Option<Index>,
}

/// What patients have, for both.
#[derive(Debug, Serialize, Deserialize)]
pub struct ComorbidityTable<'a> {
    /// Comorbidities, by id.
    #[serde(borrow)]
    pub comorbidities: Vec<Comorbidity<'a>>,
}

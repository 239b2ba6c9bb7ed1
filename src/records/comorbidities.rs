//! Finds what a patient has by the name that people give it.

use crate::knowledge::comorbidities;
use crate::knowledge::tables::Index;
use crate::names::NameIndex;
use std::sync::OnceLock;

/// Names of all comorbidities.
pub fn names() -> &'static NameIndex {
    static NAMES: OnceLock<NameIndex> = OnceLock::new();
    NAMES.get_or_init(|| {
        NameIndex::new(comorbidities().comorbidities.iter().enumerate().flat_map(|(at, row)| {
            let at = Index::try_from(at).unwrap_or(Index::MAX);
            [row.id, row.name].into_iter().chain(row.synonyms.iter().copied()).map(move |name| (name, at))
        }))
    })
}

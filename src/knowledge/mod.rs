//! Clinical knowledge: tables packed at build time from `schema/knowledge` into the
//! wasm itself, each unpacked when an isolate first needs it. No database round trip
//! weighs a finding or finds an interaction.

pub mod expression;
pub mod formula;
pub mod tables;

use lzma_rust2::{LzmaReader, Read};
use std::sync::OnceLock;
use tables::{
    CalculatorTable, ComorbidityTable, DiagnosisTables, DosingTables, Index, Library, MedicineTables, placeholder,
};

macro_rules! packed {
    ($(#[$doc:meta])* $name:ident: $table:ty = $file:literal) => {
        $(#[$doc])*
        pub fn $name() -> &'static $table {
            static TABLE: OnceLock<$table> = OnceLock::new();
            TABLE.get_or_init(|| {
                let packed = include_bytes!(concat!(env!("OUT_DIR"), "/", $file));
                // Written by build.rs from the same types; a test reads every table.
                unpack(packed).and_then(|bytes| postcard::from_bytes(bytes).ok()).expect("the packed table is whole")
            })
        }
    };
}

packed!(/// Version, documents and texts.
    library: Library<'static> = "library.bin");
packed!(/// Findings, conditions and red flags.
    diagnosis: DiagnosisTables<'static> = "diagnosis.bin");
packed!(/// Medicines and their rules.
    medicine: MedicineTables<'static> = "medicine.bin");
packed!(/// Regimens and how they change.
    dosing: DosingTables<'static> = "dosing.bin");
packed!(/// Formulas and scores.
    calculators: CalculatorTable<'static> = "calculators.bin");
packed!(/// What patients have.
    comorbidities: ComorbidityTable<'static> = "comorbidities.bin");

/// The bytes of a table, for as long as the isolate lives: its texts are borrowed from them.
fn unpack(packed: &[u8]) -> Option<&'static [u8]> {
    // An `.lzma` file: a byte of properties, the size of the window, then the size of what was packed.
    let (_, size) = packed.get(..13)?.split_last_chunk()?;
    let mut bytes = vec![0; usize::try_from(u64::from_le_bytes(*size)).ok()?];
    LzmaReader::new_mem_limit(packed, u32::MAX, None).ok()?.read_exact(&mut bytes).ok()?;
    Some(Vec::leak(bytes))
}

/// The version of all tables.
#[must_use]
pub fn version() -> &'static str {
    library().version
}

/// A source as it is printed: document, publisher, year, section.
#[must_use]
pub fn source(index: Index) -> String {
    source_about(index, &[])
}

/// All sources of a row, printed.
#[must_use]
pub fn sources(indexes: &[Index]) -> Vec<String> {
    sources_about(indexes, &[])
}

/// All sources of a row about these subjects, printed.
#[must_use]
pub fn sources_about(indexes: &[Index], subjects: &[&str]) -> Vec<String> {
    indexes.iter().map(|index| source_about(*index, subjects)).collect()
}

fn source_about(index: Index, subjects: &[&str]) -> String {
    let library = library();
    let Some((document, section)) = library.citations.get(usize::from(index)) else { return String::new() };
    let document = library.documents.get(usize::from(*document)).copied().unwrap_or_default();
    let named = subjects.iter().enumerate();
    let section = named.fold((*section).to_owned(), |section, (at, name)| section.replace(&placeholder(at), name));
    [document, ", ", &section].concat()
}

/// A sentence by its key; the key itself where there is none, so that a gap shows.
#[must_use]
pub fn text(key: &'static str) -> &'static str {
    find_text(key).unwrap_or(key)
}

/// A sentence by its key, if there is one.
#[must_use]
pub fn find_text(key: &str) -> Option<&'static str> {
    let texts = &library().texts;
    texts.binary_search_by(|(known, _)| (*known).cmp(key)).ok().map(|at| texts[at].1)
}

/// The number to call in an emergency in this country.
#[must_use]
pub fn emergency_number(country: Option<&str>) -> &'static str {
    let numbers = &library().emergency_numbers;
    let find = |country: &str| numbers.binary_search_by(|(known, _)| (*known).cmp(country)).ok();
    country.and_then(find).or_else(|| find("default")).map_or("112", |at| numbers[at].1)
}

/// The ICD-10 code that fits a condition best.
#[must_use]
pub fn icd10(condition: &tables::Condition<'static>) -> &'static str {
    condition.icd10.first().copied().unwrap_or_default()
}

/// What a row says of its review.
#[must_use]
pub fn review(reviewer: &'static str) -> &'static str {
    if reviewer.is_empty() { "unreviewed" } else { reviewer }
}

/// The place of an id in a table that is sorted by id.
pub fn find<T>(table: &[T], id: &str, id_of: impl Fn(&T) -> &str) -> Option<Index> {
    let at = table.binary_search_by(|row| id_of(row).cmp(id)).ok()?;
    Index::try_from(at).ok()
}

//! Reads the CSV tables, checks that they hold together, and packs them. Part of
//! the build, not of the crate.

mod calculators;
mod diagnosis;
mod dosing;
mod formulas;
mod medicine;
mod names;
mod parse;
mod rows;
mod safety;

use crate::tables::Library;
use lzma_rust2::{LzmaOptions, LzmaWriter};
use names::{Citations, Names};
use rows::Raw;
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

/// File name and bytes of each packed group, or every problem found.
pub fn pack(root: &Path) -> Result<Vec<(&'static str, Vec<u8>)>, Vec<String>> {
    let mut check = Check::default();
    let raw = Raw::read(root, &mut check);
    let names = Names::new(&raw, &mut check);
    let mut citations = Citations::new(&raw.sources, &mut check);
    let diagnosis = diagnosis::diagnosis(&raw, &names, &mut citations, &mut check);
    let cited_by_diagnosis = citations.list.len();
    let comorbidities = diagnosis::comorbidities(&raw, &names, &mut citations, &mut check);
    let medicine = medicine::medicine(&raw, &names, &mut citations, &mut check);
    let dosing = dosing::dosing(&raw, &names, &mut citations, &mut check);
    let calculators = calculators::calculators(&raw, &mut citations, &mut check);
    let mut numbers = Vec::new();
    for row in &raw.emergency_numbers {
        citations.read(&row.source, &format!("emergency_numbers {}", row.country), &mut check);
        numbers.push((row.country.as_str(), row.number.as_str()));
    }
    numbers.sort_unstable();
    check.that(numbers.iter().any(|(country, _)| *country == "default"), || "emergency_numbers: no default".into());
    let texts = raw.texts.iter().map(|(key, text)| (key.as_str(), text.as_str())).collect();
    for flag in &raw.red_flags {
        let known = raw.texts.contains_key(&flag.action);
        check.that(known, || format!("red_flags {}: no text `{}`", flag.id, flag.action));
    }
    if !check.problems.is_empty() {
        return Err(check.problems);
    }
    let library = Library {
        version: &raw.version,
        documents: citations.documents.iter().map(String::as_str).collect(),
        citations: citations.list.iter().map(|(d, s)| (*d, s.as_str())).collect(),
        texts,
        emergency_numbers: numbers,
    };
    Ok(vec![
        ("library.bin", bytes(&library)),
        // What medicine cites, by itself: not in the wasm, only measured.
        ("medicine_library.bin", bytes(&citations.from(cited_by_diagnosis))),
        ("diagnosis.bin", bytes(&diagnosis)),
        ("medicine.bin", bytes(&medicine)),
        ("comorbidities.bin", bytes(&comorbidities)),
        ("dosing.bin", bytes(&dosing)),
        ("calculators.bin", bytes(&calculators)),
    ])
}

/// Compressed, for tables are a quarter of the worker and LZMA leaves a sixth less of
/// them than the gzip in which a worker is uploaded.
fn bytes<T: Serialize>(table: &T) -> Vec<u8> {
    let plain = postcard::to_allocvec(table).expect("tables are plain data");
    let mut options = LzmaOptions::with_preset(9);
    // What unpacks it needs as much memory again while it does; a longer window would find nothing.
    // Texts and small numbers stand at no even places.
    options.pb = 0;
    options.nice_len = 273;
    options.dict_size = u32::try_from(plain.len()).expect("a table is not gigabytes");
    let size = u64::try_from(plain.len()).ok();
    let mut packer = LzmaWriter::new_use_header(Vec::new(), &options, size).expect("the options are valid");
    packer.write_all(&plain).expect("a Vec can be written");
    packer.finish().expect("a Vec can be written")
}

#[derive(Default)]
struct Check {
    problems: Vec<String>,
}

impl Check {
    fn that(&mut self, holds: bool, problem: impl FnOnce() -> String) {
        if !holds {
            self.problems.push(problem());
        }
    }

    fn some<T>(&mut self, value: Option<T>, problem: impl FnOnce() -> String) -> Option<T> {
        self.that(value.is_some(), problem);
        value
    }
}

fn list(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(';').map(str::trim).filter(|item| !item.is_empty())
}

/// Everything that is reached from one row, sorted.
fn closure(edges: &[Vec<u16>], from: u16) -> Vec<u16> {
    let mut reached = BTreeSet::new();
    let mut open = edges[usize::from(from)].clone();
    while let Some(next) = open.pop() {
        if reached.insert(next) {
            open.extend(&edges[usize::from(next)]);
        }
    }
    reached.into_iter().collect()
}

fn reviewed(cell: &str) -> &str {
    if cell == "unreviewed" { "" } else { cell }
}

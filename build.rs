//! Packs `schema/knowledge` and embeds `migrations`, after checking them: a table
//! that does not hold together stops the build.
#![expect(clippy::expect_used, reason = "a build that cannot go on stops")]

#[path = "src/knowledge/expression.rs"]
#[expect(dead_code, reason = "the build writes expressions, the crate evaluates them")]
mod expression;
#[path = "src/knowledge/formula.rs"]
#[expect(dead_code, reason = "the build writes formulas, the crate works them out")]
mod formula;
#[path = "src/knowledge/packing/mod.rs"]
mod packing;
#[path = "src/knowledge/tables/mod.rs"]
mod tables;

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=schema/knowledge");
    println!("cargo:rerun-if-changed=migrations");
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    let packed = match packing::pack(Path::new("schema/knowledge")) {
        Ok(packed) => packed,
        Err(problems) => {
            for problem in problems.iter().take(100) {
                println!("cargo::error={problem}");
            }
            return;
        }
    };
    for (name, bytes) in packed {
        fs::write(Path::new(&out).join(name), bytes).expect("OUT_DIR can be written");
    }
    fs::write(Path::new(&out).join("migrations.rs"), migrations()).expect("OUT_DIR can be written");
}

fn migrations() -> String {
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    let mut files: Vec<String> = fs::read_dir("migrations")
        .expect("migrations/ is there")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".sql"))
        .collect();
    files.sort();
    let mut source = "&[".to_owned();
    for file in files {
        let path = format!("{root}/migrations/{file}");
        writeln!(source, "({file:?}, include_str!({path:?})),").expect("a String can be written");
    }
    source + "]"
}

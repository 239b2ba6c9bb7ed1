//! What the project is built from may be used as the project is: MIT, and freely.

use std::process::Command;

const ALLOWED: &[&str] = &[
    "MIT",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Unicode-3.0",
    "Zlib",
    "MPL-2.0",
    "0BSD",
    "MIT-0",
    "Unlicense",
    "CC0-1.0",
    "BSL-1.0",
];

/// Whether an SPDX expression can be kept by allowed licences alone.
fn is_allowed(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ").replace(['(', ')'], " ");
    expression.split(" AND ").all(|part| {
        part.split(" OR ").any(|licence| ALLOWED.contains(&licence.split(" WITH ").next().unwrap_or("").trim()))
    })
}

#[test]
fn every_dependency_has_a_licence_that_fits() {
    let output = Command::new(env!("CARGO")).args(["metadata", "--format-version", "1", "--locked"]).output().unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 50);
    for package in packages {
        let licence = package["license"].as_str().unwrap_or("none");
        assert!(is_allowed(licence), "{} is {licence}", package["name"]);
    }
}

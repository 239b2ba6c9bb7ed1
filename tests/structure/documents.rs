//! Generated and checked documents.

use std::fs;
use virtual_doctor::authorization::as_csv;
use virtual_doctor::config::SETTINGS;
use virtual_doctor::openapi::document;

/// `UPDATE_DOCUMENTS=1 cargo test openapi` writes it anew.
#[test]
fn the_openapi_document_is_fresh() {
    let fresh = serde_json::to_string_pretty(&document()).unwrap() + "\n";
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        fs::write("schema/openapi.json", &fresh).unwrap();
    }
    let stored = fs::read_to_string("schema/openapi.json").unwrap_or_default();
    assert!(stored == fresh, "schema/openapi.json is stale: UPDATE_DOCUMENTS=1 cargo test openapi");
}

/// `UPDATE_DOCUMENTS=1 cargo test access` writes it anew.
#[test]
fn the_access_table_is_fresh() {
    let fresh = as_csv();
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        fs::write("schema/access.csv", &fresh).unwrap();
    }
    let stored = fs::read_to_string("schema/access.csv").unwrap_or_default();
    assert!(stored == fresh, "schema/access.csv is stale: UPDATE_DOCUMENTS=1 cargo test access");
}

#[test]
fn every_operation_is_routed_and_every_route_is_documented() {
    let document = document();
    let documented: Vec<String> = document["paths"].as_object().unwrap().keys().cloned().collect();
    let mut routed: Vec<String> = super::sources::rust_files()
        .iter()
        .flat_map(|(_, text)| {
            text.split(".route(\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect::<Vec<_>>()
        })
        .filter(|path| !path.starts_with("/dev/") && !path.starts_with("/problems"))
        .collect();
    routed.sort();
    assert_eq!(documented, routed);
}

#[test]
fn the_example_of_local_settings_names_every_setting() {
    let example = fs::read_to_string(".dev.vars.example").unwrap();
    for setting in SETTINGS {
        assert!(example.contains(setting.name), "{} is missing in .dev.vars.example", setting.name);
    }
}

#[test]
fn the_manifest_for_spin_declares_and_passes_on_every_setting() {
    let manifest = fs::read_to_string("spin.toml").unwrap();
    for setting in SETTINGS {
        let name = setting.name.to_lowercase();
        assert!(manifest.contains(&format!("\n{name} = {{ ")), "{name} is not declared in spin.toml");
        let passed_on = format!("\n{name} = \"{{{{ {name} }}}}\"\n");
        assert!(manifest.contains(&passed_on), "{name} is not passed on in spin.toml");
    }
}

#[test]
fn every_text_that_logic_says_has_its_key() {
    for (path, text) in super::sources::rust_files() {
        for rest in text.split("text(\"").skip(1) {
            let key = rest.split('"').next().unwrap();
            let known = virtual_doctor::knowledge::library().texts.iter().any(|(name, _)| *name == key);
            assert!(known || !key.contains('.'), "{path}: no text has the key {key}");
        }
    }
}

#[test]
fn every_test_that_the_safety_case_names_is_there() {
    let safety_case = fs::read_to_string("docs/safety-case.md").unwrap();
    let rows: Vec<&str> = safety_case.lines().filter(|line| line.starts_with("| ") && line.contains('`')).collect();
    assert!(rows.len() >= 15, "{} hazards", rows.len());
    let code: String = super::sources::test_files().into_iter().map(|(_, text)| text).collect();
    for row in rows {
        let held_by = row.rsplit('|').nth(1).unwrap();
        let named: Vec<&str> = held_by.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "{row}");
        for name in named {
            assert!(code.contains(&["fn ", name, "("].concat()), "no test is called {name}");
        }
    }
}

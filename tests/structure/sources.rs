//! Rules that a reader relies on, read off the sources.

use std::fs;
use std::path::Path;

/// Path and text of every Rust file under src/.
pub fn rust_files() -> Vec<(String, String)> {
    let mut files = Vec::new();
    collect(Path::new("src"), &mut files);
    files.sort();
    files
}

/// Path and text of every Rust file under tests/.
pub fn test_files() -> Vec<(String, String)> {
    let mut files = Vec::new();
    collect(Path::new("tests"), &mut files);
    files
}

fn collect(folder: &Path, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn a_host_is_named_in_its_own_folder_only() {
    for (path, text) in rust_files() {
        for (name, folder) in [
            ("worker::", "src/platform/cloudflare"),
            ("spin_sdk::", "src/platform/spin"),
            ("rusqlite::", "src/platform/native"),
        ] {
            let named = text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(name));
            assert!(!named || path.starts_with(folder), "{path} names {name}");
        }
    }
}

#[test]
fn no_sql_is_put_together() {
    for (path, text) in rust_files() {
        for line in text
            .lines()
            .filter(|line| line.contains("format!(") || line.contains(".concat()") || line.contains(".leak("))
        {
            let sql = ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", ".leak("].iter().any(|word| line.contains(word));
            assert!(!sql || path.ends_with("native/database.rs"), "{path}: {line}");
        }
    }
}

#[test]
fn sql_stands_in_stores_and_in_what_only_develops() {
    let allowed = [
        "store.rs",
        "directory.rs",
        "outbox.rs",
        "consumer.rs",
        "mailbox.rs",
        "idempotency.rs",
        "audit/mod.rs",
        "operations/",
        "jobs/routes.rs",
        "platform/",
    ];
    for (path, text) in rust_files() {
        let sql = text.contains("Statement::new(");
        assert!(!sql || allowed.iter().any(|place| path.contains(place)), "{path} holds SQL");
    }
}

#[test]
fn files_are_of_a_size_that_one_reads() {
    for (path, text) in rust_files() {
        assert!(text.lines().count() <= 600, "{path} is {} lines long", text.lines().count());
    }
}

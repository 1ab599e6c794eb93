//! The import table of ARCHITECTURE.md as code: which module may name which.

// Tests read files themselves; the ban is for the language.
#![allow(clippy::disallowed_methods)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Each top-level module and the modules of this crate that it may name.
const ALLOWED: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("diagnostic", &["source"]),
    ("syntax", &["source", "diagnostic"]),
    ("fault", &["source"]),
    ("memory", &[]),
    ("value", &["fault"]),
    ("host", &["fault"]),
    ("builtins", &["value", "fault", "host"]),
    ("tasks", &["value", "fault", "host"]),
    ("program", &["source", "fault", "value", "builtins", "tasks"]),
    ("check", &["source", "fault", "diagnostic", "syntax", "value", "builtins", "tasks", "program"]),
    ("eval", &["fault", "value", "host", "memory", "builtins", "tasks", "program"]),
    ("engine", &["source", "diagnostic", "fault", "value", "host", "program", "check", "eval"]),
    ("http", &["fault", "host", "connections"]),
    ("database", &[]),
    ("connections", &["fault", "host", "http", "database"]),
    ("hosts", &["fault", "host", "memory", "http", "connections"]),
    (
        "server",
        &[
            "source",
            "diagnostic",
            "fault",
            "value",
            "host",
            "check",
            "eval",
            "engine",
            "http",
            "connections",
            "hosts",
            "database",
            "sandbox",
        ],
    ),
    // The witness shares nothing with what it bears witness to.
    ("sandbox", &[]),
];

#[test]
fn every_module_names_only_those_it_may() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for (module, allowed) in ALLOWED {
        for file in files_of(&root, module) {
            let text = std::fs::read_to_string(&file).expect("a source file is readable");
            for named in named_modules(&text) {
                if named != *module && !allowed.contains(&named.as_str()) && is_module(&root, &named) {
                    wrong.push(format!("{} names crate::{named}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_knows_every_module_but_the_doors() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let known: BTreeSet<_> =
        ALLOWED.iter().map(|(module, _)| *module).chain(["lib", "main", "terminal", "cli", "repl"]).collect();
    for entry in std::fs::read_dir(&root).expect("src is there").flatten() {
        let path = entry.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        assert!(known.contains(name.as_str()), "add `{name}` to the import table");
    }
}

fn is_module(root: &Path, name: &str) -> bool {
    root.join(name).is_dir() || root.join(format!("{name}.rs")).is_file()
}

fn files_of(root: &Path, module: &str) -> Vec<PathBuf> {
    let mut files = vec![root.join(format!("{module}.rs"))];
    let mut folders = vec![root.join(module)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.retain(|file| file.is_file() && file.extension().is_some_and(|ending| ending == "rs"));
    files
}

/// The modules behind `crate::`, also in `use crate::{a, b::c};`.
fn named_modules(text: &str) -> BTreeSet<String> {
    let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut named = BTreeSet::new();
    for piece in code.split("crate::").skip(1) {
        match piece.strip_prefix('{') {
            Some(group) => {
                let mut depth = 0;
                let mut word = String::new();
                for letter in group.chars() {
                    match letter {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => named.extend(first_word(&std::mem::take(&mut word))),
                        _ if depth == 0 => word.push(letter),
                        _ => {}
                    }
                }
                named.extend(first_word(&word));
            }
            None => named.extend(first_word(piece)),
        }
    }
    named
}

fn first_word(text: &str) -> Option<String> {
    let word: String = text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!word.is_empty()).then_some(word)
}

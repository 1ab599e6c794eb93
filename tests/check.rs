//! What `ararat check` says: every `tests/check/*.dg` against the `.out` beside it, the examples of
//! every page, and the command's own output.
//!
//! A case may say how it is checked: `// settings: dialect=creator strict=true`.
//! `UPDATE=1 cargo test --test check` rewrites the `.out` files and `docs/errors.md`; read that diff as code.
#![allow(clippy::disallowed_methods)]

use ararat::check::{self, FunctionFolder, Loader, NoFunctions, Options};
use ararat::diagnostic::pages::{self, Page};
use ararat::hosts::Offline;
use ararat::value::Settings;
use ararat::{Args, Engine, Failure, Source};
use std::collections::HashMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn every_page() -> impl Iterator<Item = &'static Page> {
    pages::all().chain(check::lints::pages())
}

/// The diagnostics of a script, and the sources they are about.
fn examine(name: &str, text: &str, dialect: &str, strict: bool, loader: &dyn Loader) -> Vec<ararat::Report> {
    let settings = Settings { dialect: dialect.parse().expect("a dialect"), ..Settings::default() };
    let compiled = check::examine(Source::new(name, text), &Options { settings: &settings, strict, loader });
    let sources = compiled.program.sources;
    let report = |(at, diagnostic)| ararat::Report { source: sources[at as usize].clone(), diagnostic };
    compiled.diagnostics.into_iter().map(report).collect()
}

fn codes(name: &str, text: &str, dialect: &str, strict: bool) -> Vec<&'static str> {
    examine(name, text, dialect, strict, &NoFunctions).iter().map(|report| report.diagnostic.code).collect()
}

/// Compares with a file of the project, or rewrites it.
fn golden(path: &Path, found: &str) -> Option<String> {
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, found).expect("the file can be written");
        return None;
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    (expected != found).then(|| format!("{}\n--- expected\n{expected}\n--- found\n{found}", path.display()))
}

#[test]
fn every_case_says_what_it_should() {
    let mut wrong = Vec::new();
    let mut cases: Vec<_> = std::fs::read_dir(root().join("tests/check"))
        .expect("tests/check is there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "dg"))
        .collect();
    cases.sort();
    for path in cases {
        let text = std::fs::read_to_string(&path).expect("a case is readable");
        let settings = text.lines().find_map(|line| line.strip_prefix("// settings: ")).unwrap_or("");
        let dialect = settings.split_whitespace().find_map(|word| word.strip_prefix("dialect=")).unwrap_or("crm");
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let mut shown = String::new();
        for report in examine(&name, &text, dialect, settings.contains("strict=true"), &NoFunctions) {
            writeln!(shown, "{report}").expect("text grows");
        }
        wrong.extend(golden(&path.with_extension("out"), &shown));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_in_the_source_has_a_page() {
    let known: Vec<_> = every_page().map(|page| page.code).collect();
    let mut folders = vec![root().join("src")];
    let mut missing = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("src is readable").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a source file is readable");
            for (at, _) in text.match_indices("\"DG") {
                let code = text.get(at + 1..at + 6).unwrap_or("");
                let is_code = code.len() == 5 && code[2..].bytes().all(|byte| byte.is_ascii_digit());
                if is_code && !known.contains(&code) {
                    missing.push(format!("{}: {code}", path.display()));
                }
            }
        }
    }
    assert!(missing.is_empty(), "codes without a page: {missing:#?}");
    for (kind, code) in ararat::fault::CODES {
        assert!(every_page().any(|page| page.code == *code && page.kind == *kind), "{code} {kind}");
    }
}

#[test]
fn a_code_has_one_page_and_one_kind() {
    let mut seen = HashMap::new();
    for page in every_page() {
        assert_eq!(seen.insert(page.code, page.kind), None, "{} has two pages", page.code);
        assert!(!page.title.ends_with('.') && page.text.ends_with('.'), "{}: full stops", page.code);
    }
}

#[test]
fn wrong_examples_get_their_code_and_right_ones_do_not() {
    for page in every_page() {
        for (example, wanted) in [(page.wrong, true), (page.right, false)] {
            if example.is_empty() {
                continue;
            }
            let with = example.lines().next().and_then(|line| line.strip_prefix("// with ")).unwrap_or("");
            let dialect = with.strip_prefix("--dialect ").unwrap_or("crm");
            let strict = with.contains("--strict");
            let found = match page.kind.split('.').next() {
                Some("save" | "lint") => codes("example.dg", example, dialect, strict),
                _ => ran(example, dialect).into_iter().collect(),
            };
            assert_eq!(found.contains(&page.code), wanted, "{} found {found:?} in\n{example}", page.code);
            let clean = found.iter().all(|code| code.starts_with("DG413"));
            assert!(wanted || clean, "the right example of {} gets {found:?}", page.code);
        }
    }
}

/// The code of the fault that a script ends with.
fn ran(text: &str, dialect: &str) -> Option<&'static str> {
    let settings = Settings { dialect: dialect.parse().expect("a dialect"), ..Settings::default() };
    let engine = Engine { settings, ..Engine::default() };
    let script = engine.compile(Source::new("example.dg", text)).expect("the example compiles");
    match script.run(&mut Offline::new(), &Args::new()) {
        Ok(_) => None,
        Err(Failure::Script { fault, .. }) => Some(fault.code()),
        Err(Failure::Call(message)) => panic!("{message}"),
    }
}

fn ararat(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ararat")).args(args).current_dir(root()).output().expect("ararat starts")
}

fn stdout(args: &[&str]) -> (String, Option<i32>) {
    let output = ararat(args);
    (String::from_utf8(output.stdout).expect("UTF-8"), output.status.code())
}

/// A folder of its own for a test.
fn folder(name: &str, files: &[(&str, &[u8])]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    for (name, bytes) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        std::fs::write(path, bytes).expect("a file can be written");
    }
    folder
}

#[test]
fn the_book_of_errors_is_up_to_date() {
    let (book, exit) = stdout(&["explain", "--all"]);
    assert_eq!(exit, Some(0));
    let stale = golden(&root().join("docs/errors.md"), &book);
    assert!(stale.is_none(), "docs/errors.md is stale: run UPDATE=1 cargo test --test check");
}

#[test]
fn explain_finds_codes_and_kinds() {
    let (page, exit) = stdout(&["explain", "dg202"]);
    assert!(page.starts_with("## DG202 `run.null`: ") && page.contains("Right:"), "{page}");
    assert_eq!(exit, Some(0));
    let (pages, _) = stdout(&["explain", "save.statement"]);
    assert!(pages.contains("DG101") && pages.contains("DG130"), "{pages}");
    let (list, _) = stdout(&["explain"]);
    assert_eq!(list.lines().count(), every_page().count());
    assert_eq!(ararat(&["explain", "DG999"]).status.code(), Some(3));
}

#[test]
fn a_batch_gets_one_line_a_file_and_goes_on() {
    let files: &[(&str, &[u8])] = &[
        ("a.dg", b"info 1;"),
        ("b.dg", b"info \"a\" - 1;"),
        ("sub/c.deluge", b"info \xff;"),
        ("sub/d.txt", b"no script"),
    ];
    let folder = folder("batch", files);
    let (lines, exit) = stdout(&["check", "--json", &folder.display().to_string()]);
    let rows: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(exit, Some(2));
    assert_eq!(rows.len(), 3, "{lines}");
    let ok: Vec<_> = rows.iter().map(|row| row["ok"].as_bool()).collect();
    assert_eq!(ok, [Some(true), Some(false), Some(false)]);
    assert_eq!(rows[1]["diagnostics"][0]["code"], "DG124");
    assert_eq!(rows[1]["diagnostics"][0]["column"], 6);
    assert_eq!(rows[2]["diagnostics"][0]["code"], "DG100");
}

#[test]
fn warnings_and_notes_do_not_fail_the_check() {
    let folder = folder("warnings", &[("w.dg", b"if(n = 1)\n{\n\tinfo n;\n}")]);
    let (line, exit) = stdout(&["check", "--format", "json", &folder.display().to_string()]);
    let row: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    let kinds: Vec<_> = row["diagnostics"].as_array().expect("a list").iter().map(|one| one["kind"].clone()).collect();
    assert_eq!(kinds, ["lint.input", "lint.equals"]);
    assert_eq!(row["diagnostics"][0]["severity"], "note");
    assert_eq!(exit, Some(0));
}

#[test]
fn a_path_that_is_not_there_is_bad_use_and_the_rest_is_checked() {
    let folder = folder("absent", &[("a.dg", b"info 1;")]);
    let there = folder.join("a.dg").display().to_string();
    let (lines, exit) = stdout(&["check", "--json", "no/such.dg", &there]);
    assert_eq!(lines.lines().count(), 2);
    assert_eq!(exit, Some(3));
    assert_eq!(stdout(&["check", &there]).1, Some(0));
}

#[test]
fn sarif_names_rules_and_places() {
    let folder = folder("sarif", &[("a b.dg", b"x = 1;\ninfo \"a\" * x;")]);
    let (log, exit) = stdout(&["check", "--format", "sarif", &folder.display().to_string()]);
    let log: serde_json::Value = serde_json::from_str(&log).expect("JSON");
    assert_eq!(exit, Some(2));
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let result = &run["results"][0];
    assert_eq!(result["ruleId"], "DG124");
    let rule = result["ruleIndex"].as_u64().expect("an index") as usize;
    assert_eq!(run["tool"]["driver"]["rules"][rule]["id"], "DG124");
    let place = &result["locations"][0]["physicalLocation"];
    assert!(place["artifactLocation"]["uri"].as_str().expect("a uri").ends_with("/a%20b.dg"));
    assert_eq!((&place["region"]["startLine"], &place["region"]["endColumn"]), (&2.into(), &13.into()));
}

#[test]
fn secrets_are_found_and_not_shown() {
    let secret = "1000.8cb99d2a3d7e41c9a1f0.9be8f7";
    let text = format!("h = {{\"Authorization\":\"Zoho-oauthtoken {secret}\"}};\ninfo h;\n");
    let folder = folder("secrets", &[("s.dg", text.as_bytes())]);
    for format in ["human", "json", "sarif"] {
        let output = ararat(&["check", "--format", format, &folder.display().to_string()]);
        let shown = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(shown.contains("DG402"), "{shown}");
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn messages_keep_the_file_they_are_about() {
    let other = Source::new("other.dg", "int f()\n{\n\treturn lenght;\n}");
    let reports = examine("main.dg", "info f();", "crm", false, &FunctionFolder::new(vec![other]));
    let names: Vec<_> = reports.iter().map(|report| report.source.name()).collect();
    assert_eq!(names, ["other.dg"]);
}

#[test]
fn strict_refuses_what_is_a_warning_else() {
    let text = "map = Map();\nmap.keys();";
    assert_eq!(codes("a.dg", text, "crm", false), ["DG406", "DG410"]);
    assert_eq!(codes("a.dg", text, "crm", true), ["DG134", "DG126"]);
}

#[test]
fn a_long_file_is_checked_in_linear_time() {
    // Long chains of variables and deep calls are where a naive inference goes quadratic.
    let mut text = String::from("v0 = 1;\n");
    for n in 1..4000 {
        writeln!(text, "v{n} = v{} + abs(abs(abs(abs({n}))));\nm = Map();\nm.put(\"k\",v{n});", n - 1).expect("text");
    }
    text.push_str("info m;info v3999;");
    let start = std::time::Instant::now();
    assert_eq!(codes("long.dg", &text, "crm", false), [] as [&str; 0]);
    assert!(start.elapsed().as_secs() < 20, "took {:?}", start.elapsed());
}

#[test]
fn a_line_with_a_secret_is_masked_in_every_message() {
    let text = "password = \"abc123hidden\"; x = unheardOf(\"abc123hidden\");\ninfo password + x;";
    let reports = examine("secret.dg", text, "crm", false, &NoFunctions);
    assert!(reports.len() > 1);
    let shown: String = reports.iter().map(ToString::to_string).collect();
    assert!(!shown.contains("abc123hidden"), "{shown}");
}

#[test]
fn a_built_in_is_documented_by_the_last_part_of_its_name() {
    let doc = |name: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_ararat")).args(["doc", "builtins", name]).output();
        String::from_utf8(output.expect("the binary runs").stdout).expect("text")
    };
    assert!(doc("hmacsha256").contains("### `zoho.encryption.hmacsha256("));
    assert_eq!(doc("hmacsha256"), doc("zoho.encryption.hmacsha256"));
    assert_eq!(doc("toUpperCase"), doc("upper"));
}

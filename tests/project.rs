//! `ararat test` on the projects in `tests/projects`: its output for people and machines against `human.out`,
//! `json.out` and `junit.out` beside them.
//!
//! `UPDATE=1 cargo test --test project` rewrites those files; read that diff as code.
#![cfg(feature = "server")]
// Tests read files themselves; the ban is for the language.
#![allow(clippy::disallowed_methods)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/projects").join(name)
}

fn ararat(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ararat"));
    // There is no registry in reach, and none may be made.
    command.current_dir(folder).args(args).env("ARARAT_HOME", folder.join("no such home"));
    for variable in ["ARARAT_TIMEZONE", "ARARAT_SMTP_URL", "ARARAT_DATABASE_URL", "ARARAT_PORT"] {
        command.env_remove(variable);
    }
    command.output().expect("ararat runs")
}

/// Exit code, standard output, standard error.
fn run(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let output = ararat(folder, args);
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (output.status.code().expect("a code"), text(output.stdout), text(output.stderr))
}

/// Times differ from run to run.
fn without_times(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let line = match line.strip_suffix(" ms") {
            Some(rest) => format!(
                "{}N ms",
                rest.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches(' ').to_owned() + " "
            ),
            None => line.to_owned(),
        };
        out.push_str(&line);
        out.push('\n');
    }
    for (before, after) in [("time=\"", "\""), ("\"ms\":", ",}")] {
        let mut parts = out.split(before);
        let mut clean = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let end = part.find(|c| after.contains(c)).unwrap_or(0);
            clean.push_str(before);
            clean.push('N');
            clean.push_str(&part[end..]);
        }
        out = clean;
    }
    out
}

fn golden(name: &str, found: &str) {
    let (path, found) = (fixture("shop").join(name), without_times(found));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, found).expect("the file can be written");
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "{}", path.display());
}

/// A folder that goes with the test.
struct Desk(PathBuf);

impl Desk {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("project-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        Desk(folder)
    }

    /// A project with one function.
    fn project() -> Self {
        let desk = Self::new();
        desk.write("ararat.toml", "");
        desk.write(
            "functions/a.dg",
            "int standalone.who(String name)\n{\n\tfound = zoho.crm.searchRecords(\"Leads\", \"(Last_Name:equals:\" + name + \")\");\n\treturn found.size();\n}\n",
        );
        desk
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).expect("a file")
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn tests_pass_and_fail_with_places_for_people_and_machines() {
    let shop = fixture("shop");
    for (format, file) in [("human", "human.out"), ("json", "json.out"), ("junit", "junit.out")] {
        let (code, out, complaint) = run(&shop, &["test", "--format", format]);
        assert_eq!((code, complaint.as_str()), (1, ""), "{out}");
        golden(file, &out);
    }
    assert!(!shop.join("no such home").exists(), "tests open no registry unasked");
}

#[test]
fn every_line_of_json_is_json() {
    let (_, out, _) = run(&fixture("shop"), &["test", "--format", "json"]);
    for line in out.lines() {
        serde_json::from_str::<serde_json::Value>(line).expect("a JSON line");
    }
}

#[test]
fn tests_are_chosen_by_name_file_and_folder() {
    let shop = fixture("shop");
    assert_eq!(run(&shop, &["test", "--list", "orders", "rate"]).1, "orders/total\nrate\n");
    assert_eq!(run(&shop, &["test", "--list", "tests/greet.dg", "./tests/orders"]).1, "greet\norders/total\n");
    let (code, out, complaint) = run(&shop, &["test", "greet", "orders", "rate", "caught"]);
    assert_eq!((code, complaint.as_str()), (0, ""), "{out}");
    assert!(out.contains("\n4 passed, 0 failed, "), "{out}");
    let (code, _, complaint) = run(&shop, &["test", "greeet"]);
    assert_eq!(code, 3);
    assert_eq!(complaint, "error: no test is called `greeet`; `ararat test --list` lists them\n");
}

#[test]
fn a_folder_without_tests_is_no_success() {
    let desk = Desk::new();
    let (code, _, complaint) = run(&desk.0, &["test"]);
    assert_eq!((code, complaint.contains("ararat.toml is not there; `ararat init`")), (3, true), "{complaint}");
    desk.write("ararat.toml", "");
    let (code, _, complaint) = run(&desk.0, &["test"]);
    assert_eq!((code, complaint.contains("expected tests")), (3, true), "{complaint}");
}

#[test]
fn a_new_project_passes_its_test() {
    let desk = Desk::new();
    let (_, made, _) = run(&desk.0, &["init", "shop"]);
    assert!(made.contains("`ararat test --dir shop` tests it"), "{made}");
    let (code, out, complaint) = run(&desk.0, &["test", "--dir", "shop"]);
    assert_eq!((code, complaint.as_str()), (0, ""), "{out}");
    assert!(out.contains("1 passed, 0 failed"), "{out}");
}

#[test]
fn output_files_are_updated_where_they_are() {
    let desk = Desk::project();
    desk.write("tests/a.dg", "info 1;\ninfo 2;\n");
    desk.write("tests/a.out", "");
    desk.write("tests/b.dg", "info 3;\n");
    assert_eq!(run(&desk.0, &["test"]).0, 1);
    assert_eq!(run(&desk.0, &["test", "--update"]).0, 0);
    assert_eq!(desk.read("tests/a.out"), "1\n2\n");
    assert!(!desk.0.join("tests/b.out").exists());
    desk.write("tests/a.out", "1\r\n2\r\n");
    assert_eq!(run(&desk.0, &["test"]).0, 0, "line ends are the editor's affair");
}

#[test]
fn a_report_goes_into_a_file_beside_the_one_for_people() {
    let desk = Desk::project();
    desk.write("tests/a.dg", "info \"<&\\u0007>\";  // => <&\\u0007>\n");
    let (_, out, _) = run(&desk.0, &["test", "--format", "junit", "--output", "report.xml"]);
    assert!(out.contains("1 passed") || out.contains("1 failed"), "{out}");
    let xml = desk.read("report.xml");
    assert!(xml.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>"), "{xml}");
    assert!(xml.contains("<system-out>&lt;&amp;"), "{xml}");
}

#[test]
fn a_test_that_never_ends_is_stopped() {
    let desk = Desk::project();
    desk.write("tests/a.dg", "int loop(int n) { for each x in {1, 2, 3} { n = loop(n); } return n; }\ninfo loop(1);\n");
    let (code, out, _) = run(&desk.0, &["test", "--limit", "statements=1000", "--limit", "depth=100000"]);
    assert_eq!(code, 1);
    assert!(out.contains("error[DG3"), "{out}");
}

#[cfg(feature = "sandbox")]
#[test]
fn what_the_sandbox_answered_repeats_from_a_tape() {
    let desk = Desk::project();
    desk.write(
        "tests/made.dg",
        "made = zoho.crm.createRecord(\"Leads\", {\"Last_Name\": \"Boyle\", \"Company\": \"Zylker\"});\ninfo standalone.who(\"Boyle\");  // => 1\n",
    );
    desk.write("tests/pure.dg", "info 1;  // => 1\n");
    let (code, out, _) = run(&desk.0, &["test"]);
    assert_eq!(code, 1);
    assert!(out.contains("`zoho.crm.createRecord` needs the network, and the test has no tape"), "{out}");
    assert!(out.contains("tests/made.dg:1:"), "{out}");
    for again in 0..2 {
        let (code, out, complaint) = run(&desk.0, &["test", "--sandbox"]);
        assert_eq!((code, complaint.as_str()), (0, ""), "each test has a sandbox of its own: {again}: {out}");
    }
    let (code, out, complaint) = run(&desk.0, &["test", "--sandbox", "--record"]);
    assert_eq!((code, complaint.as_str()), (0, ""), "{out}");
    assert!(desk.read("tests/made.tape").contains("zoho://api/crm/"));
    assert!(!desk.0.join("tests/pure.tape").exists(), "a test that asks nobody needs no tape");
    let (code, out, complaint) = run(&desk.0, &["test", "--replay"]);
    assert_eq!((code, complaint.as_str()), (0, ""), "{out}");
    assert_eq!(run(&desk.0, &["test", "--sandbox"]).0, 0, "a tape goes before the sandbox");
    assert_eq!(run(&desk.0, &["test", "--sandbox", "--live"]).0, 3);
    assert!(!desk.0.join("no such home").exists());
}

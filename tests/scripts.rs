//! Runs every `scripts/*.dg` against the sandbox, as its readers do, and compares with the `.out` beside it.
//!
//! A script's first lines may say how it is run: `// run: --arg dealId=5725767000000303060`. Several such
//! lines are several runs, each against a fresh sandbox; what they print stands in the `.out` one after the
//! other. Each run must end with exit code 0 and without a word on standard error.
//! `UPDATE=1 cargo test --test scripts` rewrites the `.out` files; read that diff as code.

// Tests read files themselves; the ban is for the language.
#![allow(clippy::disallowed_methods)]

use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts");
    let entries = std::fs::read_dir(&folder).expect("the folder scripts is there").flatten();
    let mut scripts: Vec<_> = entries.map(|entry| entry.path()).filter(|path| has_ending(path, "dg")).collect();
    scripts.sort();
    let mut trials: Vec<_> = scripts.iter().map(|path| Trial::test(stem(path), check(path.clone()))).collect();
    trials.push(Trial::test("the_table_names_every_script", move || table_names(&folder, &scripts)));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|found| found == ending)
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn check(path: PathBuf) -> impl FnOnce() -> Result<(), Failed> {
    move || {
        let text = std::fs::read_to_string(&path)?;
        let mut shown = String::new();
        for options in runs(&text) {
            shown.push_str(&run(&path, &options)?);
        }
        let out = path.with_extension("out");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&out, &shown)?;
            return Ok(());
        }
        let expected = std::fs::read_to_string(&out).map_err(|error| format!("{}: {error}", out.display()))?;
        if expected != shown {
            return Err(format!("--- expected\n{expected}\n--- found\n{shown}").into());
        }
        Ok(())
    }
}

/// The options of each run: those of the leading `// run:` lines, or one run without any.
fn runs(text: &str) -> Vec<Vec<String>> {
    let lines: Vec<_> = text.lines().map_while(|line| line.strip_prefix("// run: ")).map(words).collect();
    if lines.is_empty() { vec![Vec::new()] } else { lines }
}

/// The words of a shell line; single quotes keep blanks together.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for (at, piece) in line.split('\'').enumerate() {
        if at % 2 == 1 {
            words.last_mut().expect("there is always one").push_str(piece);
            continue;
        }
        for (at, part) in piece.split(' ').enumerate() {
            if at > 0 {
                words.push(String::new());
            }
            words.last_mut().expect("there is always one").push_str(part);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// What one run prints.
fn run(path: &Path, options: &[String]) -> Result<String, Failed> {
    let output = Command::new(env!("CARGO_BIN_EXE_ararat"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .arg("run")
        .arg(Path::new("scripts").join(path.file_name().unwrap_or_default()))
        .arg("--sandbox")
        .args(options)
        .env_remove("ARARAT_TIMEZONE")
        .output()?;
    let shown = String::from_utf8(output.stdout)?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() || !complaint.is_empty() {
        return Err(format!("{}, after printing\n{shown}\nand complaining\n{complaint}", output.status).into());
    }
    Ok(shown)
}

fn table_names(folder: &Path, scripts: &[PathBuf]) -> Result<(), Failed> {
    let table = std::fs::read_to_string(folder.join("README.md"))?;
    let missing: Vec<_> =
        scripts.iter().map(|path| stem(path)).filter(|name| !table.contains(&format!("`{name}.dg`"))).collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("scripts/README.md does not name {missing:?}").into()) }
}

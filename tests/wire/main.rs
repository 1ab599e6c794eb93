//! Scripts over real loopback HTTP, with everything that went over the wire written down.
//!
//! Each `tests/wire/**/*.dg` is a case; what its requests were (`>`), how they were answered (`<`) and what the
//! script printed stands in the `.out` beside it, in that order. A case of `crm/` talks to the sandbox through a
//! tap. Any other case talks to a server that gives the answers which the case lists as
//! `// reply: 200 content-type=application/json; x-a=b | {"a":1}`, one after the other; `{URL}` in the script is
//! its address. `// error: run.http` says with what a case must end. `UPDATE=1 cargo test --test wire` rewrites
//! the `.out` files; read that diff as code.

// Tests read files and open sockets themselves; the ban is for the language.
#![allow(clippy::disallowed_methods)]

mod http;
mod replies;
mod stage;
mod tap;

use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire");
    let mut cases = Vec::new();
    find(&root, &mut cases);
    cases.sort();
    let mut trials: Vec<_> = cases
        .iter()
        .cloned()
        .map(|path| {
            let name = path.strip_prefix(&root).unwrap_or(&path).with_extension("");
            Trial::test(name.display().to_string().replace('/', "::"), move || check(&path))
        })
        .collect();
    trials.push(Trial::test("every_crm_row_has_a_case", move || crm_rows(&cases)));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn find(folder: &Path, cases: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("tests/wire is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            find(&path, cases);
        } else if path.extension().is_some_and(|ending| ending == "dg") {
            cases.push(path);
        }
    }
}

fn check(path: &Path) -> Result<(), Failed> {
    let text = std::fs::read_to_string(path)?;
    let is_crm = path.parent().is_some_and(|folder| folder.ends_with("crm"));
    let (shown, error) = if is_crm { tap::run(&text)? } else { replies::run(&text)? };
    match (stage::directive(&text, "error").next(), &error) {
        (None, None) => {}
        (Some(wanted), Some(kind)) if wanted == kind => {}
        (wanted, found) => return Err(format!("expected the error {wanted:?}, found {found:?}\n{shown}").into()),
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

/// A row of the CRM that no case of `crm/` calls is a row that nobody has seen on the wire.
fn crm_rows(cases: &[PathBuf]) -> Result<(), Failed> {
    let texts = cases.iter().filter(|path| path.to_string_lossy().contains("/crm/")).map(std::fs::read_to_string);
    let all = texts.collect::<Result<Vec<_>, _>>()?.join("\n").to_lowercase();
    let rows = ararat::tasks::all().filter(|task| task.name().starts_with("zoho.crm.") && task.is_mapped());
    let missing: Vec<_> =
        rows.map(|task| task.name()).filter(|name| !all.contains(&format!("{}(", name.to_lowercase()))).collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("no case of tests/wire/crm calls {missing:?}").into()) }
}

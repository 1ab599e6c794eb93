//! Runs every `tests/spec/**/*.dg` and compares with the `.out` beside it.
//!
//! A case may say how it is run, in comments anywhere in the file:
//! `// settings: dialect=creator timezone=Asia/Kolkata limits=generic limit=output:1KB strict=true
//! date_format=…`,
//! `// error: run.null` (the kind, or a piece of the message, that it must end with).
//! `UPDATE=1 cargo test --test spec` rewrites the `.out` files; read that diff as code.

// Tests read files and clocks themselves; the ban is for the language.
#![allow(clippy::disallowed_methods)]

use ararat::eval::limits::Limits;
use ararat::hosts::Offline;
use ararat::value::{Settings, zone};
use ararat::{Args, Engine, Failure, Source};
use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};

/// 2026-02-05 10:30:00 UTC: no case depends on the clock of the machine.
const NOW: i64 = 1_770_287_400_000;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/spec");
    let mut cases = Vec::new();
    find(&root, &mut cases);
    cases.sort();
    let trials = cases.into_iter().map(|path| {
        let name = path.strip_prefix(&root).unwrap_or(&path).with_extension("");
        Trial::test(name.display().to_string().replace('/', "::"), move || check(&path))
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

fn find(folder: &Path, cases: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("tests/spec is there").flatten() {
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
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (shown, error) = run(&name, &text)?;
    let wanted = directive(&text, "error");
    match (wanted, &error) {
        (Some(wanted), Some((kind, message))) if *kind == wanted || message.contains(wanted) => {}
        (None, None) => {}
        (Some(wanted), Some((kind, message))) => {
            return Err(format!("expected the error {wanted}, found {kind}: {message}\n{shown}").into());
        }
        (Some(wanted), None) => return Err(format!("expected the error {wanted}, it ran:\n{shown}").into()),
        (None, Some((kind, message))) => return Err(format!("failed with {kind}: {message}\n{shown}").into()),
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

/// What the case prints, and the kind and message of its error.
#[allow(clippy::type_complexity)]
fn run(name: &str, text: &str) -> Result<(String, Option<(String, String)>), Failed> {
    let engine = engine(directive(text, "settings").unwrap_or(""))?;
    let script = match engine.compile(Source::new(name, text)) {
        Ok(script) => script,
        Err(not_compiled) => {
            let first = not_compiled.0.iter().find(|report| report.diagnostic.is_error());
            let error = first.map(|report| (report.diagnostic.kind.to_owned(), report.diagnostic.message.clone()));
            return Ok((not_compiled.to_string(), error));
        }
    };
    let mut host = Offline::new().at(NOW);
    let outcome = script.run(&mut host, &Args::new());
    let mut shown = host.printed().to_owned();
    match outcome {
        Ok(_) => Ok((shown, None)),
        Err(Failure::Script { report, fault, .. }) => {
            shown.push_str(&report.to_string());
            Ok((shown, Some((fault.name().to_owned(), fault.to_string()))))
        }
        Err(Failure::Call(message)) => Err(message.into()),
    }
}

fn engine(words: &str) -> Result<Engine, Failed> {
    let mut settings = Settings::default();
    let mut engine = Engine::default();
    for word in words.split_whitespace() {
        let (key, value) = word.split_once('=').ok_or_else(|| format!("expected key=value, found {word}"))?;
        let value = value.replace('+', " ");
        match key {
            "dialect" => settings.dialect = value.parse()?,
            "timezone" => settings.zone = zone::known(&value).ok_or("unknown zone")?,
            "date_format" => settings.date_format = value,
            "datetime_format" => settings.datetime_format = value,
            "limits" => engine.limits = Limits::profile(&value).ok_or("unknown limits")?,
            "limit" => engine.limits.set(&value.replace(':', "="))?,
            "strict" => engine.strict = value == "true",
            "while" => settings.allow_while = value == "true",
            _ => return Err(format!("unknown setting {key}").into()),
        }
    }
    engine.settings = settings;
    Ok(engine)
}

/// The rest of a line `// key: …`.
fn directive<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    text.lines().find_map(|line| line.trim().strip_prefix("// ")?.strip_prefix(key)?.strip_prefix(": ")).map(str::trim)
}

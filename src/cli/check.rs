//! `ararat check`: what Zoho would refuse to save and what could be better, without running anything.
//!
//! Takes thousands of files at once, spread over the processor's cores, and reports them in the
//! order they were named. Exit codes: 0 no errors, 2 errors, 3 a path that is not there.

mod sarif;

use super::options::{EngineOptions, read_source};
use super::parallel::in_parallel;
use super::{Exit, bad_use};
use crate::check::{self, Options};
use crate::diagnostic::{Diagnostic, Severity};
use crate::engine::{Engine, Report};
use crate::source::Source;
use crate::syntax::{self, ParseOptions};
use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub struct Check {
    /// Scripts, or folders to search for `.dg` and `.deluge` files; `-` reads standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Only read the syntax
    #[arg(long)]
    syntax_only: bool,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Print one JSON object per file: file, ok, diagnostics (the same as `--format json`)
    #[arg(long, conflicts_with = "format")]
    json: bool,
    #[command(flatten)]
    engine: EngineOptions,
}

/// How findings are printed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
enum Format {
    /// For people, to standard error
    #[default]
    Human,
    /// One JSON object per file and line
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

/// One line of `--json`.
#[derive(Serialize)]
struct Row<'a> {
    file: &'a str,
    ok: bool,
    diagnostics: Vec<Box<RawValue>>,
}

/// A checked file.
struct Checked {
    file: String,
    reports: Vec<Report>,
}

impl Checked {
    fn ok(&self) -> bool {
        !self.reports.iter().any(|report| report.diagnostic.is_error())
    }
}

impl Check {
    pub fn main(self) -> Exit {
        let paths = expand(&self.files);
        if paths.is_empty() {
            return bad_use("found no `.dg` or `.deluge` file");
        }
        let engine = match self.engine.engine(paths.first().map(PathBuf::as_path)) {
            Ok(engine) => engine,
            Err(message) => return bad_use(message),
        };
        let checked = in_parallel(&paths, 8, |path| self.check(&engine, path));
        match if self.json { Format::Json } else { self.format } {
            Format::Human => print_human(&checked),
            Format::Json => print_lines(checked.iter().map(json)),
            Format::Sarif => print_lines([sarif::log(checked.iter().flat_map(|checked| &checked.reports))]),
        }
        let absent = |path: &PathBuf| path.as_os_str() != "-" && !path.is_file();
        match (paths.iter().any(absent), checked.iter().all(Checked::ok)) {
            (true, _) => Exit::BadUse,
            (false, true) => Exit::Ok,
            (false, false) => Exit::NotCompiled,
        }
    }

    fn check(&self, engine: &Engine, path: &Path) -> Checked {
        let reports = match read_source(path) {
            Ok(source) => self.reports(engine, source),
            Err(message) => vec![unreadable(path, message)],
        };
        Checked { file: path.display().to_string(), reports }
    }

    fn reports(&self, engine: &Engine, source: Source) -> Vec<Report> {
        if self.syntax_only {
            let options = ParseOptions { or_binds_tighter: engine.settings.dialect.is_creator() };
            let (_, found) = syntax::parse(source.text(), options);
            return found.into_iter().map(|diagnostic| Report { source: source.clone(), diagnostic }).collect();
        }
        let options = Options { settings: &engine.settings, strict: engine.strict, loader: &*engine.loader };
        let compiled = check::examine(source, &options);
        let sources = compiled.program.sources;
        let report = |(at, diagnostic)| Report { source: sources[at as usize].clone(), diagnostic };
        compiled.diagnostics.into_iter().map(report).collect()
    }
}

/// The files that are meant: folders stand for the scripts below them, in a fixed order.
fn expand(named: &[PathBuf]) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for path in named {
        match path.is_dir() {
            true => scripts_below(path, &mut paths),
            false => paths.push(path.clone()),
        }
    }
    let mut seen = HashSet::new();
    paths.retain(|path| seen.insert(path.clone()));
    paths
}

fn scripts_below(folder: &Path, paths: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut entries: Vec<_> = entries.flatten().collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        // Links to folders are not followed: they may lead in a circle.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            scripts_below(&path, paths);
        } else if path.extension().is_some_and(|ending| ending == "dg" || ending == "deluge") && path.is_file() {
            paths.push(path);
        }
    }
}

fn unreadable(path: &Path, message: String) -> Report {
    let diagnostic = Diagnostic::error("DG100", "save.source", Default::default(), message);
    Report { source: Source::new(path.display().to_string(), ""), diagnostic }
}

fn print_human(checked: &[Checked]) {
    let mut err = std::io::BufWriter::new(std::io::stderr().lock());
    let mut counts = [0_usize; 2];
    // A function of another file may be checked with several scripts: its messages are told once.
    let mut told = HashSet::new();
    for report in checked.iter().flat_map(|checked| &checked.reports) {
        let found = &report.diagnostic;
        if !told.insert((report.source.name(), found.span, found.code, found.message.as_str())) {
            continue;
        }
        match found.severity {
            Severity::Error => counts[0] += 1,
            Severity::Warning => counts[1] += 1,
            Severity::Note => {}
        }
        // Nobody is left to tell when standard error is closed.
        let _ = writeln!(err, "{report}");
    }
    if checked.len() > 1 {
        let [errors, warnings] = counts;
        let _ = writeln!(err, "{} files: {errors} errors, {warnings} warnings", checked.len());
    }
}

fn print_lines(lines: impl IntoIterator<Item = String>) {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in lines {
        if writeln!(out, "{line}").is_err() {
            return;
        }
    }
    let _ = out.flush();
}

fn json(checked: &Checked) -> String {
    let raw = |report: &Report| RawValue::from_string(report.diagnostic.to_json(&report.source)).ok();
    let diagnostics = checked.reports.iter().filter_map(raw).collect();
    serde_json::to_string(&Row { file: &checked.file, ok: checked.ok(), diagnostics }).unwrap_or_default()
}

//! `ararat check`: what Zoho would refuse to save, without running anything.

use super::options::{EngineOptions, print_reports, read_source};
use super::{Exit, bad_use, options::ErrorFormat};
use crate::engine::{Engine, Report};
use crate::source::Source;
use crate::syntax::{self, ParseOptions};
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

#[derive(Args)]
pub struct Check {
    /// The scripts; `-` reads standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Only read the syntax
    #[arg(long)]
    syntax_only: bool,
    /// Print one JSON object per file: file, ok, diagnostics
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    engine: EngineOptions,
}

/// One line of `--json`.
#[derive(Serialize)]
struct Row<'a> {
    file: &'a str,
    ok: bool,
    diagnostics: Vec<Box<serde_json::value::RawValue>>,
}

impl Check {
    pub fn main(self) -> Exit {
        let engine = match self.engine.engine(self.files.first().map(PathBuf::as_path)) {
            Ok(engine) => engine,
            Err(message) => return bad_use(message),
        };
        let mut exit = Exit::Ok;
        for path in &self.files {
            let reports = match read_source(path) {
                Ok(source) => self.reports(&engine, source),
                Err(message) if self.json => vec![unreadable(path, message)],
                Err(message) => {
                    exit = bad_use(message);
                    continue;
                }
            };
            let ok = !reports.iter().any(|report| report.diagnostic.is_error());
            if !ok && exit == Exit::Ok {
                exit = Exit::NotCompiled;
            }
            match self.json {
                true => print_row(&path.display().to_string(), ok, &reports),
                false => print_reports(&reports, ErrorFormat::Human),
            }
        }
        exit
    }

    fn reports(&self, engine: &Engine, source: Source) -> Vec<Report> {
        if !self.syntax_only {
            return match engine.compile(source) {
                Ok(script) => script.warnings().to_vec(),
                Err(not_compiled) => not_compiled.0,
            };
        }
        let options = ParseOptions { or_binds_tighter: engine.settings.dialect.is_creator() };
        let (_, diagnostics) = syntax::parse(source.text(), options);
        diagnostics.into_iter().map(|diagnostic| Report { source: source.clone(), diagnostic }).collect()
    }
}

fn unreadable(path: &std::path::Path, message: String) -> Report {
    let diagnostic = crate::diagnostic::Diagnostic::error("DG100", "save.source", Default::default(), message);
    Report { source: Source::new(path.display().to_string(), ""), diagnostic }
}

fn print_row(file: &str, ok: bool, reports: &[Report]) {
    let raw =
        |report: &Report| serde_json::value::RawValue::from_string(report.diagnostic.to_json(&report.source)).ok();
    let row = Row { file, ok, diagnostics: reports.iter().filter_map(raw).collect() };
    println!("{}", serde_json::to_string(&row).unwrap_or_default());
}

//! Findings as SARIF 2.1.0, the format that code-scanning services read.

use crate::cli::explain::every_page;
use crate::diagnostic::Severity;
use crate::engine::Report;
use serde_json::{Value, json};

/// One log with one run: every code there is as a rule, every finding as a result.
pub fn log<'r>(reports: impl Iterator<Item = &'r Report>) -> String {
    let pages = every_page();
    let rules: Vec<_> = pages
        .iter()
        .map(|page| {
            json!({
                "id": page.code,
                "name": page.kind,
                "shortDescription": {"text": page.title},
                "fullDescription": {"text": page.text},
                "help": {"text": page.text, "markdown": page.markdown()},
            })
        })
        .collect();
    let results: Vec<_> = reports
        .map(|report| result(report, pages.iter().position(|page| page.code == report.diagnostic.code)))
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "ararat", "version": env!("CARGO_PKG_VERSION"), "rules": rules}},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
    .to_string()
}

fn result(report: &Report, rule: Option<usize>) -> Value {
    let found = &report.diagnostic;
    let (line, column) = report.source.position(found.span.start);
    let (end_line, end_column) = report.source.position(found.span.end);
    let text = match &found.help {
        Some(help) => format!("{} ({help})", found.message),
        None => found.message.clone(),
    };
    let level = match found.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    json!({
        "ruleId": found.code,
        "ruleIndex": rule,
        "level": level,
        "message": {"text": text},
        "locations": [{
            "physicalLocation": {
                "artifactLocation": {"uri": uri(report.source.name())},
                "region": {
                    "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column,
                },
            },
        }],
    })
}

/// A path as a relative reference: slashes, and nothing that a URI gives a meaning.
fn uri(path: &str) -> String {
    use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
    const SPECIAL: &AsciiSet =
        &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'<').add(b'>').add(b'?').add(b'`').add(b'{').add(b'}');
    utf8_percent_encode(&path.replace('\\', "/"), SPECIAL).to_string()
}

//! Results for people, and as JSON lines.

use super::case::{Outcome, Problem};
use serde::Serialize;
use serde_json::value::RawValue;
use std::fmt::Write;
use std::time::Duration;

/// Lines of output that are shown of a test that failed.
const SHOWN: usize = 20;

/// A line for each test, everything about those that failed, and a summary.
pub fn human(outcomes: &[Outcome], took: Duration) -> String {
    let mut out = String::new();
    let width = outcomes.iter().map(|outcome| outcome.name.chars().count()).max().unwrap_or_default();
    for outcome in outcomes {
        let word = if outcome.passed() { "ok" } else { "FAILED" };
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{word:<7} {:<width$}  {:>5} ms", outcome.name, outcome.took.as_millis());
    }
    for outcome in outcomes.iter().filter(|outcome| !outcome.passed()) {
        let _ = writeln!(out, "\n== {}\n", outcome.name);
        outcome.problems.iter().for_each(|problem| out.push_str(&problem.text()));
        out.push_str(&tail(outcome));
    }
    let failed = outcomes.iter().filter(|outcome| !outcome.passed()).count();
    let passed = outcomes.len() - failed;
    let _ = writeln!(out, "\n{passed} passed, {failed} failed, {} ms", took.as_millis());
    out
}

/// The end of what a failing test printed, unless its difference shows it already.
fn tail(outcome: &Outcome) -> String {
    let differs = |problem: &Problem| matches!(problem, Problem::Differs { .. });
    if outcome.printed.is_empty() || outcome.problems.iter().any(differs) {
        return String::new();
    }
    let lines: Vec<_> = outcome.printed.lines().collect();
    let hidden = lines.len().saturating_sub(SHOWN);
    let note = if hidden > 0 { format!("  … {hidden} lines before\n") } else { String::new() };
    let shown: String = lines[hidden..].iter().map(|line| format!("  {line}\n")).collect();
    format!("it printed\n{note}{shown}")
}

impl Problem {
    /// All of it, for a person.
    pub fn text(&self) -> String {
        match self {
            Problem::Report(report) => report.to_string(),
            Problem::Differs { diff, .. } => format!("{}\n{diff}", self.message()),
            Problem::Other(_) => format!("error: {}\n", self.message()),
        }
    }

    /// It in one line.
    pub fn message(&self) -> String {
        match self {
            Problem::Report(report) => report.diagnostic.message.clone(),
            Problem::Differs { file, .. } => format!("the output differs from {file}"),
            Problem::Other(message) => message.clone(),
        }
    }

    /// The code of its page, or a word.
    pub fn code(&self) -> &'static str {
        match self {
            Problem::Report(report) => report.diagnostic.code,
            Problem::Differs { .. } => "output",
            Problem::Other(_) => "error",
        }
    }
}

/// A line of JSON for each test, and one for all.
pub fn json(outcomes: &[Outcome], took: Duration) -> String {
    let mut out: String = outcomes.iter().map(|outcome| line(&Row::of(outcome))).collect();
    let failed = outcomes.iter().filter(|outcome| !outcome.passed()).count();
    let passed = outcomes.len() - failed;
    out.push_str(&line(&Summary { tests: outcomes.len(), passed, failed, ms: took.as_millis() }));
    out
}

fn line(row: &impl Serialize) -> String {
    format!("{}\n", serde_json::to_string(row).unwrap_or_default())
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    file: &'a str,
    passed: bool,
    ms: u128,
    printed: &'a str,
    problems: Vec<ProblemRow>,
}

#[derive(Serialize)]
struct ProblemRow {
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    diagnostic: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diff: Option<String>,
}

#[derive(Serialize)]
struct Summary {
    tests: usize,
    passed: usize,
    failed: usize,
    ms: u128,
}

impl<'a> Row<'a> {
    fn of(outcome: &'a Outcome) -> Self {
        Row {
            name: &outcome.name,
            file: &outcome.file,
            passed: outcome.passed(),
            ms: outcome.took.as_millis(),
            printed: &outcome.printed,
            problems: outcome.problems.iter().map(ProblemRow::of).collect(),
        }
    }
}

impl ProblemRow {
    fn of(problem: &Problem) -> Self {
        let (diagnostic, diff) = match problem {
            Problem::Report(report) => (RawValue::from_string(report.diagnostic.to_json(&report.source)).ok(), None),
            Problem::Differs { diff, .. } => (None, Some(diff.clone())),
            Problem::Other(_) => (None, None),
        };
        ProblemRow { message: problem.message(), diagnostic, diff }
    }
}

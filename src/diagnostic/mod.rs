//! What we tell a person (or a program) about a script: one shape for parse, check and
//! run-time messages, and the one renderer.
//!
//! Knows sources and spans, nothing of how a message came about.

pub mod pages;

use crate::source::{Source, Span};
use serde::Serialize;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    Error,
    Warning,
    /// Worth knowing, nothing to mend.
    Note,
}

impl Severity {
    /// The word in messages.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// One message about one place.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    pub severity: Severity,
    /// Stable code, `DG` and three digits; `ararat explain CODE` prints its page.
    pub code: &'static str,
    /// The kind that a case or a CI rule can match: `save.undefined`, `run.null`, `limit.statements`, `lint.…`.
    pub kind: &'static str,
    /// Zoho's own wording where it is known.
    pub message: String,
    pub span: Span,
    /// What stands under the caret, at most a few words.
    pub label: Option<String>,
    /// What to do, only if following it is likely right.
    pub help: Option<String>,
    /// Further lines, such as `called from leads/main.dg:3:1`.
    pub notes: Vec<String>,
    /// The source line holds a secret: what stands between quotes is not shown.
    pub masked: bool,
}

impl Diagnostic {
    pub fn error(code: &'static str, kind: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            kind,
            message: message.into(),
            span,
            label: None,
            help: None,
            notes: Vec::new(),
            masked: false,
        }
    }

    pub fn warning(code: &'static str, kind: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, kind, span, message) }
    }

    /// Something worth knowing that is no mistake.
    pub fn remark(code: &'static str, kind: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::error(code, kind, span, message) }
    }

    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The message for a person: header, place, source line, caret, help.
    ///
    /// ```text
    /// error[DG201]: Divide by zero
    ///   --> leads/convert.dg:14:12
    ///    |
    /// 14 | x = 1 / 0;
    ///    |     ^^^^^
    /// ```
    pub fn render(&self, source: &Source) -> String {
        use std::fmt::Write;
        let word = self.severity.word();
        let (line, column) = source.position(self.span.start);
        let hidden = self.masked.then(|| without_quoted(source.line_text(line)));
        let text = hidden.as_deref().unwrap_or(source.line_text(line));
        let number = line.to_string();
        let margin = " ".repeat(number.len());
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{word}[{}]: {}", self.code, self.message);
        let _ = writeln!(out, "{margin}--> {}:{line}:{column}", source.name());
        let (shown, caret_at) = window(text, column as usize - 1);
        let under = source.slice(self.span).lines().next().unwrap_or("").chars().count();
        let room = shown.chars().count().saturating_sub(caret_at).max(1);
        let carets = "^".repeat(under.clamp(1, room));
        let pad: String = shown.chars().take(caret_at).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        let label = self.label.as_deref().unwrap_or("");
        let _ = writeln!(out, "{margin} |");
        let _ = writeln!(out, "{number} | {shown}");
        let _ = writeln!(out, "{}", format!("{margin} | {pad}{carets} {label}").trim_end());
        if self.help.is_some() || !self.notes.is_empty() {
            let _ = writeln!(out, "{margin} |");
        }
        if let Some(help) = &self.help {
            let _ = writeln!(out, "{margin} = help: {help}");
        }
        for note in &self.notes {
            let _ = writeln!(out, "{margin} = {note}");
        }
        out
    }

    /// The message for a program: one JSON object on one line.
    pub fn to_json(&self, source: &Source) -> String {
        #[derive(Serialize)]
        struct Row<'a> {
            severity: &'a str,
            code: &'a str,
            kind: &'a str,
            message: &'a str,
            file: &'a str,
            line: u32,
            column: u32,
            end_line: u32,
            end_column: u32,
            help: Option<&'a str>,
        }
        let (line, column) = source.position(self.span.start);
        let (end_line, end_column) = source.position(self.span.end);
        let row = Row {
            severity: self.severity.word(),
            code: self.code,
            kind: self.kind,
            message: &self.message,
            file: source.name(),
            line,
            column,
            end_line,
            end_column,
            help: self.help.as_deref(),
        };
        serde_json::to_string(&row).unwrap_or_default()
    }
}

/// At most 160 characters of a long line, around the caret.
fn window(text: &str, caret: usize) -> (String, usize) {
    const WIDTH: usize = 160;
    if text.len() <= WIDTH {
        return (text.to_owned(), caret.min(text.chars().count()));
    }
    let from = caret.saturating_sub(WIDTH / 2);
    (text.chars().skip(from).take(WIDTH).collect(), caret - from)
}

/// A line with stars for everything between double or single quotes.
fn without_quoted(text: &str) -> String {
    let mut open = None;
    let hide = |letter: char| match (open, letter) {
        (None, '"' | '\'') => {
            open = Some(letter);
            letter
        }
        (None, _) => letter,
        (Some(quote), _) if quote == letter => {
            open = None;
            letter
        }
        (Some(_), _) => '*',
    };
    text.chars().map(hide).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn render_points_at_the_place() {
        let source = Source::new("a.dg", "x = 1;\n\tinfo names.toUpperCase();\n");
        let at = source.text().find("toUpperCase").unwrap_or(0);
        let shown = Diagnostic::error("DG203", "run.type", Span::new(at, at + 11), "expected a text, found a list")
            .label("works on a text")
            .help("take one element first")
            .render(&source);
        assert_eq!(
            shown,
            "error[DG203]: expected a text, found a list\n --> a.dg:2:13\n  |\n2 | \tinfo names.toUpperCase();\n  | \t           ^^^^^^^^^^^ works on a text\n  |\n  = help: take one element first\n"
        );
    }
}

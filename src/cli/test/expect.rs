//! What a test's comments say that it prints: `info standalone.add(1, 2);  // => 3`.
//!
//! To Zoho these are comments, so a test stays a script that can be pasted there.

use super::case::Printed;
use crate::diagnostic::Diagnostic;
use crate::source::{Source, Span};
use crate::syntax::ast::{Block, Stmt, StmtKind};
use crate::syntax::{self, ParseOptions};

const MARK: &str = "=>";

/// A comment behind an `info`, and the text that it expects.
pub struct Expectation {
    comment: Span,
    /// The `info` statement; none where none ends in the comment's line.
    info: Option<Span>,
    text: String,
}

/// The expectations of a test, in the order they stand.
pub fn read(source: &Source) -> Vec<Expectation> {
    let (file, _) = syntax::parse(source.text(), ParseOptions::default());
    let mut infos = Vec::new();
    collect(&file.body, &mut infos);
    file.functions.iter().for_each(|function| collect(&function.body.stmts, &mut infos));
    let expectation = |comment: Span| {
        let text = source.slice(comment).trim_start_matches('/').trim_start().strip_prefix(MARK)?.trim();
        let line = source.line(comment.start);
        let before = |info: &&Span| info.end <= comment.start && source.line(info.end) == line;
        let info = infos.iter().filter(before).max_by_key(|info| info.end).copied();
        Some(Expectation { comment, info, text: text.to_owned() })
    };
    syntax::line_comments(source.text()).filter_map(expectation).collect()
}

/// The `info` statements among some, and inside them.
fn collect(stmts: &[Stmt<'_>], infos: &mut Vec<Span>) {
    let mut inside = |block: &Block<'_>| collect(&block.stmts, infos);
    for stmt in stmts {
        match &stmt.kind {
            StmtKind::If { branches, otherwise } => {
                branches.iter().for_each(|(_, block)| inside(block));
                otherwise.iter().for_each(&mut inside);
            }
            StmtKind::ForEach { body, .. } | StmtKind::While { body, .. } | StmtKind::Block(body) => inside(body),
            StmtKind::Try { body, catch } => {
                inside(body);
                catch.iter().for_each(|(_, block)| inside(block));
            }
            StmtKind::Info(_) => {}
            StmtKind::Assign { .. }
            | StmtKind::Expr(_)
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Return(_)
            | StmtKind::Empty
            | StmtKind::Form(_)
            | StmtKind::Broken => {}
        }
    }
    let info = |stmt: &Stmt<'_>| matches!(stmt.kind, StmtKind::Info(_)).then_some(stmt.span);
    infos.extend(stmts.iter().filter_map(info));
}

impl Expectation {
    /// What is wrong with the comment itself.
    pub fn misplaced(&self) -> Option<Diagnostic> {
        let message = "expected an `info` statement before `// =>`, found none in this line";
        let help = "write it behind the statement: `info standalone.add(1, 2);  // => 3`";
        self.info.is_none().then(|| Diagnostic::error("DG502", "test.place", self.comment, message).help(help))
    }

    /// How what was printed differs; `ended` says whether the test ran to its end, so that what did not run never will.
    pub fn unmet(&self, printed: &[Printed], ended: bool) -> Option<Diagnostic> {
        let info = self.info?;
        let mut ran = printed.iter().filter(|line| line.is_from(info)).peekable();
        let problem = |message| Some(Diagnostic::error("DG501", "test.expected", info, message));
        if ran.peek().is_none() {
            return if ended { problem(format!("expected `{}`, and this `info` never ran", self.text)) } else { None };
        }
        let other = ran.find(|line| line.text.trim() != self.text)?;
        problem(format!("expected `{}`, found `{}`", self.text, other.text.trim()))
    }
}

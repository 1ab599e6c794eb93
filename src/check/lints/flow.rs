//! Where control flow goes, and where it does not.

use super::{Cx, Family, Routine, warning};
use crate::diagnostic::pages::Page;
use crate::program::Type;
use crate::source::Span;
use crate::syntax::ast::{Block, Stmt, StmtKind};

pub const UNREACHABLE: Page = Page {
    code: "DG407",
    kind: "lint.unreachable",
    title: "a statement that is never reached",
    text: "The statement before it always leaves: `return`, `break`, `continue`, or an `if` whose branches all do.",
    wrong: "for each n in {1,2}\n{\n\tbreak;\n\tinfo n;\n}",
    right: "for each n in {1,2}\n{\n\tinfo n;\n\tbreak;\n}",
};

pub const RETURN: Page = Page {
    code: "DG408",
    kind: "lint.return",
    title: "a function may end without a return",
    text: "The header names a type, and there is a way to the end of the function without `return`. The caller then gets null.",
    wrong: "string size(int n)\n{\n\tif(n > 5)\n\t{\n\t\treturn \"big\";\n\t}\n}",
    right: "string size(int n)\n{\n\tif(n > 5)\n\t{\n\t\treturn \"big\";\n\t}\n\treturn \"small\";\n}",
};

pub const CATCH: Page = Page {
    code: "DG409",
    kind: "lint.catch",
    title: "an empty catch",
    text: "The error disappears, and what follows runs as if all were well. Print it with `info`, or say what to do instead.",
    wrong: "try\n{\n\tinfo 1 / 0;\n}\ncatch (e)\n{\n}",
    right: "try\n{\n\tinfo 1 / 0;\n}\ncatch (e)\n{\n\tinfo e.message;\n}",
};

pub struct Flow;

impl<'a> Family<'a> for Flow {
    fn enter(&mut self, cx: &mut Cx<'_>, routine: &Routine<'a>) {
        let Some(function) = routine.function else { return };
        let void = function.returns.text.is_empty() || Type::parse(function.returns.text) == Type::Void;
        if !void && !block_ends(routine.stmts, returns) {
            let message = format!("`{}` may end without a `return`", function.name.text);
            cx.report(warning(&RETURN, function.name.span, message).help("return a value at the end, on every way"));
        }
    }

    fn block(&mut self, cx: &mut Cx<'_>, block: &'a [Stmt<'a>]) {
        let Some(at) = block.iter().position(leaves) else { return };
        if let Some(next) = block[at + 1..].iter().find(|stmt| stmt.kind != StmtKind::Empty) {
            cx.report(warning(&UNREACHABLE, next.span, "this statement is never reached"));
        }
    }

    fn catch(&mut self, cx: &mut Cx<'_>, at: Span, block: &'a Block<'a>) {
        if block.stmts.iter().all(|stmt| stmt.kind == StmtKind::Empty) {
            cx.report(
                warning(&CATCH, at, "the error is caught and forgotten")
                    .help(format!("at least print it: `info {};`", cx.text(at))),
            );
        }
    }
}

/// Whether nothing behind the statement is reached from it.
fn leaves(stmt: &Stmt<'_>) -> bool {
    matches!(stmt.kind, StmtKind::Break | StmtKind::Continue) || ends(stmt, leaves)
}

/// Whether every way through the statement returns.
fn returns(stmt: &Stmt<'_>) -> bool {
    ends(stmt, returns)
}

fn ends(stmt: &Stmt<'_>, by: fn(&Stmt<'_>) -> bool) -> bool {
    match &stmt.kind {
        StmtKind::Return(_) => true,
        StmtKind::If { branches, otherwise: Some(otherwise) } => {
            branches.iter().all(|(_, body)| block_ends(&body.stmts, by)) && block_ends(&otherwise.stmts, by)
        }
        StmtKind::Try { body, catch: Some((_, catch)) } => block_ends(&body.stmts, by) && block_ends(&catch.stmts, by),
        StmtKind::Block(block) => block_ends(&block.stmts, by),
        _ => false,
    }
}

fn block_ends(stmts: &[Stmt<'_>], by: fn(&Stmt<'_>) -> bool) -> bool {
    stmts.iter().any(by)
}

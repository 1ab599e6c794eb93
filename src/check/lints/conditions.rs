//! Comparisons.

use super::{Cx, Family, warning};
use crate::diagnostic::pages::Page;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind};

pub const EQUALS: Page = Page {
    code: "DG405",
    kind: "lint.equals",
    title: "a single = compares",
    text: "Inside an expression Deluge reads `=` as `==`. Readers take it for an assignment; write `==`. In the criteria of \
a Creator fetch the single `=` is usual and not reported.",
    wrong: "n = 1;\nif(n = 1)\n{\n\tinfo \"one\";\n}",
    right: "n = 1;\nif(n == 1)\n{\n\tinfo \"one\";\n}",
};

pub struct Conditions;

impl<'a> Family<'a> for Conditions {
    fn expr(&mut self, cx: &mut Cx<'_>, expr: &'a Expr<'a>) {
        let ExprKind::Binary { rest, .. } = &expr.kind else { return };
        for (op, span, _) in rest {
            if cx.criteria == 0 && *op == BinaryOp::Eq && cx.text(*span).trim() == "=" {
                cx.report(warning(&EQUALS, *span, "a single `=` compares here").help("write `==`"));
            }
        }
    }
}

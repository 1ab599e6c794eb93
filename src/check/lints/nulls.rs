//! Keys read from a value that may be null.

use super::{Cx, Family, Routine, warning};
use crate::diagnostic::pages::Page;
use crate::source::Span;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Step};
use std::collections::HashSet;

pub const NULL: Page = Page {
    code: "DG404",
    kind: "lint.null",
    title: "a key is read from what may be null",
    text: "A key that a map does not have gives null, and `get` on null stops the script: `Value is empty and 'get' \
function cannot be applied`. Lookup fields of a record are null when they are empty. The warning is silent inside `try`, \
and where the same expression is tested anywhere in the function (`!= null`, `isNull`, `ifnull`, `containKey`).",
    wrong: "deal = zoho.crm.getRecordById(\"Deals\",1);\ninfo deal.get(\"Account_Name\").get(\"name\");",
    right: "deal = zoho.crm.getRecordById(\"Deals\",1);\nif(deal.get(\"Account_Name\") != null)\n{\n\
\tinfo deal.get(\"Account_Name\").get(\"name\");\n}",
};

const TESTS: [&str; 5] = ["isnull", "isblank", "isempty", "isvalidobject", "ifnull"];

#[derive(Default)]
pub struct Nulls {
    /// What is read from, with its place, in the order of the source.
    read: Vec<(String, Span)>,
    /// What the function tests.
    tested: HashSet<String>,
}

impl<'a> Family<'a> for Nulls {
    fn leave(&mut self, cx: &mut Cx<'_>, _routine: &Routine<'a>) {
        for (path, span) in self.read.drain(..) {
            // A tested path is told once, and so is any other.
            if self.tested.insert(path) {
                let shown = cx.text(span).split_whitespace().collect::<String>();
                let shown = if shown.len() > 60 { "this".to_owned() } else { format!("`{shown}`") };
                cx.report(
                    warning(&NULL, span, format!("{shown} may be null, and `get` fails on null"))
                        .help("test it with `!= null`, or put `ifnull(…, Map())` around it"),
                );
            }
        }
        self.tested.clear();
    }

    fn expr(&mut self, cx: &mut Cx<'_>, expr: &'a Expr<'a>) {
        match &expr.kind {
            ExprKind::Binary { first, rest } => {
                let mut left = &**first;
                for (op, _, right) in rest {
                    if matches!(op, BinaryOp::Eq | BinaryOp::Ne) {
                        self.compared(cx, left, right);
                        self.compared(cx, right, left);
                    }
                    left = right;
                }
            }
            ExprKind::Call { name, args } if is_test(name.text) => {
                if let Some(arg) = args.first() {
                    self.tested.insert(plain(cx, arg.value.span));
                }
            }
            ExprKind::Chain { base, steps } => self.chain(cx, base, steps),
            _ => {}
        }
    }
}

impl Nulls {
    fn compared(&mut self, cx: &Cx<'_>, tested: &Expr<'_>, with: &Expr<'_>) {
        let is_empty_text = matches!(&with.kind, ExprKind::Text(text) if text.is_empty());
        if with.kind == ExprKind::Null || is_empty_text {
            self.tested.insert(plain(cx, tested.span));
        }
    }

    fn chain(&mut self, cx: &Cx<'_>, base: &Expr<'_>, steps: &[Step<'_>]) {
        let mut before = base.span;
        for (index, step) in steps.iter().enumerate() {
            let Step::Call { name, args, span } = step else {
                if let Step::Field(field) = step {
                    before = before.to(field.span);
                }
                continue;
            };
            if is_test(name.text) {
                self.tested.insert(plain(cx, before));
            } else if is_key_test(name.text) && args.len() == 1 {
                self.tested.insert(format!("{}.get({})", plain(cx, before), plain(cx, args[0].value.span)));
            }
            before = before.to(*span);
            let next = steps.get(index + 1);
            if cx.tries == 0 && gets_key(step) && next.is_some_and(is_get) {
                self.read.push((plain(cx, before), before));
            }
        }
    }
}

fn is_test(name: &str) -> bool {
    TESTS.iter().any(|test| test.eq_ignore_ascii_case(name))
}

fn is_key_test(name: &str) -> bool {
    name.eq_ignore_ascii_case("containKey") || name.eq_ignore_ascii_case("containsKey")
}

fn is_get(step: &Step<'_>) -> bool {
    matches!(step, Step::Call { name, .. } if name.text.eq_ignore_ascii_case("get"))
}

/// `.get("key")`
fn gets_key(step: &Step<'_>) -> bool {
    let Step::Call { args, .. } = step else { return false };
    is_get(step) && args.len() == 1 && matches!(args[0].value.kind, ExprKind::Text(_))
}

/// The source under a span without white space, so that spelling does not matter.
fn plain(cx: &Cx<'_>, span: Span) -> String {
    cx.text(span).split_whitespace().collect()
}

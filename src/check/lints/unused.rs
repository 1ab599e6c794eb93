//! Values and variables that nobody uses. Unused values are found by the types' walk, which knows the calls.

use super::loops::request;
use super::{Cx, Family, Routine, warning};
use crate::builtins::{self, Use};
use crate::diagnostic::pages::Page;
use crate::source::Span;
use crate::syntax::ast::{AssignOp, Expr, ExprKind, FormStmt, Name, Step, Stmt, StmtKind, Target};
use std::collections::{HashMap, HashSet};

pub const VALUE: Page = Page {
    code: "DG410",
    kind: "lint.unused",
    title: "the value of a function is not used",
    text: "The function only computes a value; as a statement of its own it does nothing. Texts are never changed in place. \
Zoho's editor refuses it (`save.unused`), and so does `--strict`.",
    wrong: "name = \" Ada \";\nname.trim();\ninfo name;",
    right: "name = \" Ada \";\nname = name.trim();\ninfo name;",
};

pub const VARIABLE: Page = Page {
    code: "DG411",
    kind: "lint.variable",
    title: "a variable that is never read",
    text: "The variable is set and never used: often a misspelt name. Results of tasks, requests and own functions are \
not reported, for Deluge wants them in a variable. A name that starts with `_` is left alone.",
    wrong: "total = 1;\ntotl = total + 1;\ninfo total;",
    right: "total = 1;\ntotal = total + 1;\ninfo total;",
};

#[derive(Default)]
pub struct Variables<'a> {
    /// The first place where each variable is set, and whether it is told about if never read.
    set: HashMap<&'a str, (Span, bool)>,
    read: HashSet<&'a str>,
}

impl<'a> Family<'a> for Variables<'a> {
    fn leave(&mut self, cx: &mut Cx<'_>, _routine: &Routine<'a>) {
        for (name, (span, telling)) in self.set.drain() {
            if telling && !self.read.contains(name) && !name.starts_with('_') {
                cx.report(warning(&VARIABLE, span, format!("`{name}` is never read")));
            }
        }
        self.read.clear();
    }

    fn stmt(&mut self, _cx: &mut Cx<'_>, stmt: &'a Stmt<'a>) {
        match &stmt.kind {
            StmtKind::Assign { target: Target::Variable(name), op: AssignOp::Set, value } => {
                let (_, telling) = self.set.entry(name.text).or_insert((name.span, true));
                *telling &= !has_effect(value);
            }
            StmtKind::Assign { target: Target::Variable(name), .. } => self.names([name]),
            StmtKind::Assign { target: Target::Field(path), .. } => self.names(path),
            StmtKind::Form(form) => match form {
                FormStmt::Field { path, .. } | FormStmt::Ui { path, .. } | FormStmt::Select { path, .. } => {
                    self.names(path);
                }
                FormStmt::Update { form, .. } | FormStmt::BulkAssign { form, .. } | FormStmt::Delete { form, .. } => {
                    self.names([form]);
                }
                FormStmt::Alert(_) | FormStmt::Cancel(_) | FormStmt::SuccessMessage(_) | FormStmt::Reload => {}
            },
            _ => {}
        }
    }

    fn expr(&mut self, _cx: &mut Cx<'_>, expr: &'a Expr<'a>) {
        match &expr.kind {
            ExprKind::Name(name) => drop(self.read.insert(name)),
            ExprKind::Fetch(fetch) => self.names([&fetch.form]),
            // `input.x` reads the argument `x`.
            ExprKind::Chain { steps, .. } => {
                if let Some(Step::Field(field)) = steps.first() {
                    self.names([field]);
                }
            }
            ExprKind::DateSpan(words) => self.read.extend(words.split_whitespace()),
            _ => {}
        }
    }
}

impl<'a> Variables<'a> {
    fn names(&mut self, names: impl IntoIterator<Item = &'a Name<'a>>) {
        self.read.extend(names.into_iter().map(|name| name.text));
    }
}

/// Whether a value is computed by something that does more than compute.
fn has_effect(value: &Expr<'_>) -> bool {
    let only_computes = |name: &str| {
        builtins::find(name).is_some_and(|method| method.rows.iter().all(|row| row.used == Use::Value))
            || matches!(name.to_ascii_lowercase().as_str(), "map" | "list" | "collection")
    };
    match &value.kind {
        ExprKind::Task(_) | ExprKind::Insert { .. } | ExprKind::Fetch(_) => true,
        ExprKind::Call { name, .. } => !only_computes(name.text),
        ExprKind::Chain { steps, .. } => {
            request(value).is_some()
                || steps.iter().any(|step| match step {
                    Step::Call { name, .. } => !only_computes(name.text),
                    Step::Field(_) | Step::Index { .. } | Step::Tail(_) => false,
                })
        }
        _ => false,
    }
}

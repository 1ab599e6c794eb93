//! One walk over a file for all lints.

use super::{Cx, Family, Routine};
use crate::syntax::ast::{
    Arg, Block, EntryValue, Expr, ExprKind, Fetch, FetchTail, File, FormStmt, Step, Stmt, StmtKind,
};

type Families<'f, 'a> = [Box<dyn Family<'a> + 'f>];

/// Walks every function, then the statements outside of functions.
pub fn file<'a>(file: &'a File<'a>, cx: &mut Cx<'_>, families: &mut Families<'_, 'a>) {
    let functions = file.functions.iter().map(|f| Routine { function: Some(f), stmts: &f.body.stmts });
    let body = Routine { function: None, stmts: &file.body };
    for routine in functions.chain([body]) {
        families.iter_mut().for_each(|family| family.enter(cx, &routine));
        Walk { cx, families }.block(routine.stmts);
        families.iter_mut().for_each(|family| family.leave(cx, &routine));
    }
}

struct Walk<'w, 'c, 'f, 'a> {
    cx: &'w mut Cx<'c>,
    families: &'w mut Families<'f, 'a>,
}

impl<'a> Walk<'_, '_, '_, 'a> {
    fn block(&mut self, stmts: &'a [Stmt<'a>]) {
        self.families.iter_mut().for_each(|family| family.block(self.cx, stmts));
        stmts.iter().for_each(|stmt| self.stmt(stmt));
    }

    fn stmt(&mut self, stmt: &'a Stmt<'a>) {
        self.families.iter_mut().for_each(|family| family.stmt(self.cx, stmt));
        match &stmt.kind {
            StmtKind::Assign { value, .. } | StmtKind::Expr(value) | StmtKind::Info(value) => self.expr(value),
            StmtKind::If { branches, otherwise } => {
                for (condition, body) in branches {
                    self.expr(condition);
                    self.block(&body.stmts);
                }
                otherwise.iter().for_each(|body| self.block(&body.stmts));
            }
            StmtKind::ForEach { source, body, .. } => {
                self.expr(source);
                self.looped(body);
            }
            StmtKind::While { condition, body } => {
                self.expr(condition);
                self.looped(body);
            }
            StmtKind::Try { body, catch } => {
                self.cx.tries += 1;
                self.block(&body.stmts);
                self.cx.tries -= 1;
                if let Some((variable, catch)) = catch {
                    self.families.iter_mut().for_each(|family| family.catch(self.cx, variable.span, catch));
                    self.block(&catch.stmts);
                }
            }
            StmtKind::Return(value) => value.iter().for_each(|value| self.expr(value)),
            StmtKind::Block(block) => self.block(&block.stmts),
            StmtKind::Form(form) => self.form(form),
            StmtKind::Break | StmtKind::Continue | StmtKind::Empty | StmtKind::Broken => {}
        }
    }

    fn looped(&mut self, body: &'a Block<'a>) {
        self.cx.loops += 1;
        self.block(&body.stmts);
        self.cx.loops -= 1;
    }

    fn form(&mut self, form: &'a FormStmt<'a>) {
        match form {
            FormStmt::Alert(exprs) => exprs.iter().for_each(|expr| self.expr(expr)),
            FormStmt::SuccessMessage(value) => self.expr(value),
            FormStmt::Ui { args, .. } => self.args(args),
            FormStmt::Update { criteria, fields, .. } => {
                criteria.iter().for_each(|criteria| self.criteria(criteria));
                fields.iter().for_each(|field| self.expr(&field.value));
            }
            FormStmt::BulkAssign { criteria, fields, .. } => {
                self.criteria(criteria);
                fields.iter().for_each(|field| self.expr(&field.value));
            }
            FormStmt::Delete { criteria, .. } => criteria.iter().for_each(|criteria| self.criteria(criteria)),
            FormStmt::Cancel(_) | FormStmt::Field { .. } | FormStmt::Select { .. } | FormStmt::Reload => {}
        }
    }

    fn criteria(&mut self, criteria: &'a Expr<'a>) {
        self.cx.criteria += 1;
        self.expr(criteria);
        self.cx.criteria -= 1;
    }

    fn args(&mut self, args: &'a [Arg<'a>]) {
        for arg in args {
            arg.key.iter().for_each(|key| self.expr(key));
            self.expr(&arg.value);
        }
    }

    fn expr(&mut self, expr: &'a Expr<'a>) {
        self.families.iter_mut().for_each(|family| family.expr(self.cx, expr));
        match &expr.kind {
            ExprKind::List(items) | ExprKind::If(items) => items.iter().for_each(|item| self.expr(item)),
            ExprKind::Map(pairs) => {
                for (key, value) in pairs {
                    self.expr(key);
                    self.expr(value);
                }
            }
            ExprKind::Typed { args, .. } | ExprKind::Call { args, .. } => self.args(args),
            ExprKind::Chain { base, steps } => {
                self.expr(base);
                steps.iter().for_each(|step| self.step(step));
            }
            ExprKind::Binary { first, rest } => {
                self.expr(first);
                rest.iter().for_each(|(_, _, operand)| self.expr(operand));
            }
            ExprKind::Unary { operand, .. } => self.expr(operand),
            ExprKind::Task(block) => block.entries.iter().for_each(|entry| self.entry(&entry.value)),
            ExprKind::Fetch(fetch) => self.fetch(fetch),
            ExprKind::Insert { fields, .. } => fields.iter().for_each(|field| self.expr(&field.value)),
            ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Decimal(_)
            | ExprKind::Text(_)
            | ExprKind::Quoted(_)
            | ExprKind::Name(_)
            | ExprKind::EmptyBraces
            | ExprKind::DateSpan(_) => {}
        }
    }

    fn step(&mut self, step: &'a Step<'a>) {
        match step {
            Step::Call { args, .. } => self.args(args),
            Step::Index { index, .. } => self.expr(index),
            Step::Tail(tail) => self.tail(tail),
            Step::Field(_) => {}
        }
    }

    fn fetch(&mut self, fetch: &'a Fetch<'a>) {
        fetch.criteria.iter().for_each(|criteria| self.criteria(criteria));
        self.tail(&fetch.tail);
    }

    fn tail(&mut self, tail: &'a FetchTail<'a>) {
        if let Some((from, to)) = &tail.range {
            self.expr(from);
            self.expr(to);
        }
    }

    fn entry(&mut self, value: &'a EntryValue<'a>) {
        match value {
            EntryValue::Expr(expr) => self.expr(expr),
            EntryValue::Exprs(exprs) => exprs.iter().for_each(|expr| self.expr(expr)),
            EntryValue::Attachments(files) => {
                for file in files {
                    self.expr(&file.value);
                    file.record.iter().for_each(|(_, record)| self.expr(record));
                }
            }
            EntryValue::Words(_) => {}
        }
    }
}

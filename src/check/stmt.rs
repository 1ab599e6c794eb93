//! Statements.

use super::Lowerer;
use crate::program::{Arith, Block, Each, Expr, Line, SetField, Stmt, Try, Type};
use crate::source::Span;
use crate::syntax::ast::{self, AssignOp, BinaryOp, ExprKind, FormStmt, StmtKind, Target};

impl Lowerer<'_> {
    pub(super) fn block(&mut self, stmts: &[ast::Stmt<'_>]) -> Block {
        let mut out = Vec::with_capacity(stmts.len());
        for stmt in stmts {
            self.line = self.source().line(stmt.span.start);
            self.stmt(stmt, &mut out);
        }
        out.into()
    }

    fn stmt(&mut self, stmt: &ast::Stmt<'_>, out: &mut Vec<Line>) {
        let lowered = match &stmt.kind {
            StmtKind::Assign { target, op, value } => self.assign(target, *op, value),
            StmtKind::Expr(expr) => Stmt::Expr(self.effect(expr)),
            StmtKind::If { branches, otherwise } => {
                let mut lowered = Vec::with_capacity(branches.len());
                for (condition, body) in branches {
                    self.line = self.source().line(condition.span.start);
                    lowered.push((self.expr(condition), self.block(&body.stmts)));
                }
                let otherwise = otherwise.as_ref().map(|body| self.block(&body.stmts)).unwrap_or_default();
                Stmt::If(lowered.into(), otherwise)
            }
            StmtKind::ForEach { index, variable, source, body } => {
                let site = self.site(source.span);
                let source = self.expr(source);
                let slot = self.scope.declare(variable.text);
                self.loops += 1;
                let body = self.block(&body.stmts);
                self.loops -= 1;
                let each = Box::new(Each { slot, source, body, site });
                if *index { Stmt::EachIndex(each) } else { Stmt::Each(each) }
            }
            StmtKind::While { condition, body } => {
                if !self.options.settings.allow_while {
                    self.report(
                        crate::diagnostic::Diagnostic::error(
                            "DG130",
                            "save.statement",
                            stmt.span,
                            "Deluge has no `while`",
                        )
                        .help("loop over a list of the most turns you need, and leave with `break`"),
                    );
                }
                let condition = self.expr(condition);
                self.loops += 1;
                let body = self.block(&body.stmts);
                self.loops -= 1;
                Stmt::While(Box::new((condition, body)))
            }
            StmtKind::Try { body, catch } => {
                let body = self.block(&body.stmts);
                let Some((variable, catch)) = catch else { return };
                let slot = self.scope.declare(variable.text);
                let catch = self.block(&catch.stmts);
                Stmt::Try(Box::new(Try { body, slot, catch }))
            }
            StmtKind::Break | StmtKind::Continue if self.loops == 0 => {
                let word = if stmt.kind == StmtKind::Break { "break" } else { "continue" };
                return self.error("DG131", "save.statement", stmt.span, format!("`{word}` stands outside every loop"));
            }
            StmtKind::Break => Stmt::Break,
            StmtKind::Continue => Stmt::Continue,
            StmtKind::Return(value) => match self.return_stmt(value.as_ref(), stmt.span) {
                Some(lowered) => lowered,
                None => return,
            },
            StmtKind::Info(value) => {
                let site = self.site(value.span);
                Stmt::Info(self.expr(value), site)
            }
            StmtKind::Block(block) => return out.extend(self.block(&block.stmts)),
            StmtKind::Empty | StmtKind::Broken => return,
            StmtKind::Form(form) => self.form(form, stmt.span),
        };
        let site = self.site(stmt.span);
        out.push(Line { stmt: lowered, site });
    }

    fn return_stmt(&mut self, value: Option<&ast::Expr<'_>>, span: Span) -> Option<Stmt> {
        match (value, self.returns) {
            (None, None | Some(Type::Void)) => Some(Stmt::Leave),
            (None, Some(declared)) => {
                let message = format!("Missing return statement: Provide {} expression to return", declared.name());
                self.error("DG123", "save.return", span, message);
                None
            }
            (Some(value), Some(Type::Void)) => {
                self.report(
                    crate::diagnostic::Diagnostic::error("DG123", "save.return", value.span, "Invalid return Type")
                        .label("a void function returns nothing")
                        .help("name the type in the header, as in `string f()`, or write `return;`"),
                );
                None
            }
            (Some(value), _) => {
                let site = self.site(value.span);
                Some(Stmt::Return(self.expr(value), site))
            }
        }
    }

    fn assign(&mut self, target: &Target<'_>, op: AssignOp, value: &ast::Expr<'_>) -> Stmt {
        match target {
            Target::Variable(name) => self.assign_variable(name, op, value),
            Target::Field(path) => {
                let site = self.site(path[0].span.to(path[path.len() - 1].span));
                let lowered = self.expr(value);
                let base = path[0].text;
                let slot = match self.scope.get(base) {
                    Some(slot) => slot,
                    None if base.eq_ignore_ascii_case("zoho") => {
                        self.system_variable_set(path);
                        return Stmt::Expr(lowered);
                    }
                    None => match self.scope.input(base, path[0].span) {
                        Some(slot) => slot,
                        None if base.eq_ignore_ascii_case("input") => self.scope.declare(base),
                        None => {
                            self.undefined(base, path[0].span);
                            return Stmt::Expr(lowered);
                        }
                    },
                };
                let value = match op {
                    AssignOp::Set => lowered,
                    _ => Expr::Unsupported(Box::new(("`op=` on a field".to_owned(), site))),
                };
                let path = path[1..].iter().map(|part| part.text.into()).collect();
                Stmt::SetField(Box::new(SetField { slot, path, value, site }))
            }
        }
    }

    /// `zoho.currentdate = …;`
    fn system_variable_set(&mut self, path: &[ast::Name<'_>]) {
        let span = path[0].span.to(path[path.len() - 1].span);
        let message = crate::syntax::IMPROPER;
        self.report(
            crate::diagnostic::Diagnostic::error("DG101", "save.statement", span, message)
                .label("a system variable is only read"),
        );
    }

    fn assign_variable(&mut self, name: &ast::Name<'_>, op: AssignOp, value: &ast::Expr<'_>) -> Stmt {
        let arith = match op {
            AssignOp::Set => {
                if let (Some(parts), Some(slot)) = (appended(name.text, value), self.scope.get(name.text)) {
                    let site = self.site(value.span);
                    let parts = parts.iter().map(|(_, _, part)| self.expr(part)).collect();
                    return Stmt::Append(slot, parts, site);
                }
                let value = self.expr(value);
                return Stmt::Set(self.scope.declare(name.text), value);
            }
            AssignOp::Add => Arith::Add,
            AssignOp::Sub => Arith::Sub,
            AssignOp::Mul => Arith::Mul,
            AssignOp::Div => Arith::Div,
            AssignOp::Rem => Arith::Rem,
        };
        let Some(slot) = self.variable(name.text, name.span) else {
            return Stmt::Expr(self.expr(value));
        };
        let site = self.site(name.span.to(value.span));
        let value = self.expr(value);
        match arith {
            Arith::Add => Stmt::Append(slot, Box::new([value]), site),
            Arith::Sub | Arith::Mul | Arith::Div | Arith::Rem => Stmt::Update(slot, arith, value, site),
        }
    }

    /// Creator's statements on forms: read, and refused by name when they run.
    fn form(&mut self, form: &FormStmt<'_>, span: Span) -> Stmt {
        let what = match form {
            FormStmt::Alert(_) => "`alert`".to_owned(),
            FormStmt::Cancel(word) => format!("`cancel {}`", word.text),
            FormStmt::SuccessMessage(_) => "`success message`".to_owned(),
            FormStmt::Field { verb, .. } => format!("`{}` on a form field", verb.text),
            FormStmt::Ui { method, .. } => format!("`ui.{}` on a form field", method.text),
            FormStmt::Select { verb, .. } => format!("`{}` on a form field", verb.text),
            FormStmt::Reload => "`reload`".to_owned(),
            FormStmt::Update { form, .. } | FormStmt::BulkAssign { form, .. } => {
                format!("updating records of the Creator form `{}`", form.text)
            }
            FormStmt::Delete { form, .. } => format!("`delete from {}`", form.text),
        };
        let site = self.site(span);
        Stmt::Unsupported(what.into(), site)
    }
}

/// The parts behind `x +` in `x = x + a + b`.
fn appended<'e, 's>(target: &str, value: &'e ast::Expr<'s>) -> Option<&'e [(BinaryOp, Span, ast::Expr<'s>)]> {
    match &value.kind {
        ExprKind::Binary { first, rest }
            if first.kind == ExprKind::Name(target) && rest.iter().all(|(op, _, _)| *op == BinaryOp::Add) =>
        {
            Some(rest)
        }
        _ => None,
    }
}

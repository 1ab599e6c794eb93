//! Calls: results of built-ins and functions, types of arguments, values that nobody uses.

use super::Types;
use super::rules::{self, Known};
use crate::builtins::{self, Builtin, Method, Use};
use crate::check::lints::unused::VALUE;
use crate::diagnostic::Diagnostic;
use crate::program::System;
use crate::source::Span;
use crate::syntax::ast::{Arg, Expr, ExprKind, Name, Step};
use crate::tasks;
use crate::value::{Kind, settings::Dialect};

/// A value with its place.
type Placed = (Known, Span);

impl<'a> Types<'a> {
    /// An expression as a statement.
    pub(super) fn effect(&mut self, expr: &'a Expr<'a>) {
        match &expr.kind {
            ExprKind::Call { name, args } => {
                self.free_call(name, args, expr.span, false);
            }
            ExprKind::Chain { base, steps } => {
                self.chain(base, steps, false);
            }
            _ => self.visit(expr),
        }
    }

    fn args(&mut self, args: &'a [Arg<'a>]) -> Vec<Placed> {
        args.iter()
            .map(|arg| {
                arg.key.iter().for_each(|key| self.visit(key));
                (self.expr(&arg.value), arg.value.span)
            })
            .collect()
    }

    /// `name(args)` without a receiver.
    pub(super) fn free_call(&mut self, name: &Name<'a>, args: &'a [Arg<'a>], span: Span, used: bool) -> Known {
        let given = self.args(args);
        if let Some(known) = self.user_call(name.text, &given) {
            return known;
        }
        let word = name.text.to_ascii_lowercase();
        match (word.as_str(), given.as_slice()) {
            ("map", []) => return Known::Certain(Kind::Map),
            ("map", [(known, _)]) => return *known,
            ("list", []) => return Known::Certain(Kind::List),
            ("collection", _) => return Known::Certain(Kind::Collection),
            ("ifnull", [(a, _), (b, _)]) => return a.or(*b),
            _ => {}
        }
        let target = if word == "list" { "toList" } else { name.text };
        match builtins::find(target) {
            Some(method) if args.iter().all(|arg| arg.key.is_none()) => {
                self.builtin(method, name.text, &given, span, used)
            }
            _ => Known::Unknown,
        }
    }

    pub(super) fn chain(&mut self, base: &'a Expr<'a>, steps: &'a [Step<'a>], used: bool) -> Known {
        if matches!(base.kind, ExprKind::Fetch(_)) {
            return Known::Unknown;
        }
        let (mut value, taken) = match base.kind {
            ExprKind::Name(name) if !self.variables.contains_key(name) => match self.path(name, base.span, steps, used)
            {
                Some(resolved) => resolved,
                None => (self.expr(base), 0),
            },
            _ => (self.expr(base), 0),
        };
        let mut span = base.span;
        for (index, step) in steps.iter().enumerate().skip(taken) {
            let used = used || index + 1 < steps.len();
            value = match step {
                Step::Call { name, args, span: call } => {
                    let value = self.method(name, (value, span), args, *call, used);
                    span = span.to(*call);
                    value
                }
                Step::Index { index, .. } => {
                    self.expr(index);
                    Known::Unknown
                }
                Step::Field(_) | Step::Tail(_) => Known::Unknown,
            };
        }
        value
    }

    fn method(&mut self, name: &Name<'a>, receiver: Placed, args: &'a [Arg<'a>], span: Span, used: bool) -> Known {
        let mut given = vec![receiver];
        given.extend(self.args(args));
        if args.iter().any(|arg| arg.key.is_some()) {
            return Known::Unknown;
        }
        match (given.as_slice(), builtins::find(name.text)) {
            ([(a, _), (b, _)], _) if name.text.eq_ignore_ascii_case("ifnull") => a.or(*b),
            (given, Some(method)) => self.builtin(method, name.text, given, span, used),
            (_, None) => Known::Unknown,
        }
    }

    /// `zoho.x.y(…)`, `thisapp.f(…)`, `namespace.f(…)`: what it gives and how many steps it took.
    fn path(&mut self, name: &str, span: Span, steps: &'a [Step<'a>], used: bool) -> Option<(Known, usize)> {
        let in_zoho = name.eq_ignore_ascii_case("zoho");
        let mut path = if name.eq_ignore_ascii_case("thisapp") { String::new() } else { name.to_owned() };
        for (index, step) in steps.iter().enumerate() {
            let (Step::Field(part) | Step::Call { name: part, .. }) = step else { return None };
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(part.text);
            let lower = path.to_ascii_lowercase();
            if let Some((_, variable)) = System::ALL.iter().find(|(known, _)| in_zoho && *known == lower) {
                return Some((rules::system(*variable), index + 1));
            }
            let Step::Call { args, span: call, .. } = step else { continue };
            let whole = span.to(*call);
            let used = used || index + 1 < steps.len();
            if !in_zoho && !self.around.functions.contains_key(&lower) {
                // A method on something unknown: the steps are read one by one.
                return None;
            }
            let given = self.args(args);
            let known = match builtins::find(&path) {
                Some(method) if in_zoho => self.builtin(method, &path, &given, whole, used),
                _ if in_zoho => {
                    self.connection(&path, args.len(), whole);
                    Known::Unknown
                }
                _ => self.user_call(&path, &given).unwrap_or(Known::Unknown),
            };
            return Some((known, index + 1));
        }
        None
    }

    /// Cliq refuses a task without its connection.
    fn connection(&mut self, path: &str, args: usize, span: Span) {
        if self.around.settings.dialect != Dialect::Cliq {
            return;
        }
        let Some(task) = tasks::find(path) else { return };
        if task.params().iter().position(|param| param.name == "connection").is_some_and(|at| args <= at) {
            let message = format!("{path} is not supported for this function");
            self.report(
                Diagnostic::error("DG133", "save.task", span, message)
                    .help("in Cliq the last argument is the link name of a connection"),
            );
        }
    }

    fn user_call(&mut self, name: &str, given: &[Placed]) -> Option<Known> {
        let program = self.around.program;
        let index = *self.around.functions.get(&name.to_ascii_lowercase())?;
        let function = &program.functions[index as usize];
        for (at, (param, (known, span))) in function.params.iter().zip(given).enumerate() {
            if known.kind().is_some_and(|kind| !rules::can_pass(param.kind, kind)) {
                self.mismatch(name, at, *span, param.kind.name(), *known);
            }
        }
        Some(rules::declared(function.returns))
    }

    fn builtin(&mut self, method: &Method, name: &str, given: &[Placed], span: Span, used: bool) -> Known {
        let row: Option<&Builtin> = match (given.first(), method.rows.as_slice()) {
            (Some((Known::Certain(kind), _)), _) => Some(method.row(*kind)),
            (None, [row, ..]) | (Some(_), [row]) => Some(row),
            _ => None,
        };
        if !used && row.map_or(method.rows.iter().all(|row| row.used == Use::Value), |row| row.used == Use::Value) {
            self.unused(name, span);
        }
        let Some(row) = row else {
            let results = method.rows.iter().map(|row| rules::result(row));
            return results.fold(Known::Never, Known::or);
        };
        let (least, most) = row.arity();
        if given.len() < least || given.len() > most {
            return Known::Unknown;
        }
        let creator = self.around.settings.dialect.is_creator();
        for (at, (param, (known, span))) in row.params.iter().zip(given).enumerate() {
            if let Some(wanted) = known.kind().and_then(|kind| rules::refused(param.accepts, kind, creator)) {
                self.mismatch(name, at, *span, wanted, *known);
            }
        }
        rules::result(row)
    }

    fn mismatch(&mut self, name: &str, at: usize, span: Span, wanted: &str, found: Known) {
        let message = format!("Argument type mismatches for the function {name} at index {}", at + 1);
        let found = found.kind().map_or("another type", Kind::name);
        self.report(
            Diagnostic::error("DG121", "save.argtype", span, message)
                .label(format!("expected {wanted}, found {found}")),
        );
    }

    fn unused(&mut self, name: &str, span: Span) {
        let message = format!("{name} function needs to be assigned to a variable");
        let diagnostic = match self.around.strict {
            true => Diagnostic::error("DG126", "save.unused", span, message),
            false => Diagnostic::warning(VALUE.code, VALUE.kind, span, message),
        };
        self.report(diagnostic.label("the value is not used"));
    }
}

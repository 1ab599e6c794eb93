//! Types that are certain before a script runs, and what Zoho refuses because of them.
//!
//! Flow-insensitive: a variable has a type when everything that ever sets it has that type. What
//! comes from `get`, a task or an input is open, and nothing open is ever refused. Each function
//! is walked a few times until no variable's type changes, then once more to report.

mod call;
mod rules;

use crate::diagnostic::Diagnostic;
use crate::program::{Program, System, Type};
use crate::source::Span;
use crate::syntax::ast::{self, AssignOp, BinaryOp, EntryValue, Expr, ExprKind, FormStmt, StmtKind, Target, TaskKind};
use crate::value::{Kind, Settings, Time, date_parse};
use rules::Known;
use std::collections::HashMap;

/// Rounds after which a variable that still changes counts as open.
const ROUNDS: usize = 8;

/// What the check of a file's types needs to know beside the file.
pub struct Surroundings<'a> {
    pub program: &'a Program,
    /// Functions by lower-case full name.
    pub functions: &'a HashMap<String, u32>,
    pub settings: &'a Settings,
    /// A value that is not used is an error rather than a warning.
    pub strict: bool,
}

/// Finds what Zoho refuses for its types, in the order of the source within each function.
pub fn check(file: &ast::File<'_>, around: &Surroundings<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for function in &file.functions {
        let known = function.params.iter().map(|p| (p.name.text, rules::declared(Type::parse(p.kind.text))));
        let returns = Some(Type::parse(function.returns.text));
        found.extend(Types::new(around, known.collect(), returns).body(&function.body.stmts));
    }
    let inputs = around.program.inputs.iter().map(|input| (input.name.as_str(), Known::Unknown));
    found.extend(Types::new(around, inputs.collect(), None).body(&file.body));
    found
}

/// The types of one function or body.
struct Types<'a> {
    around: &'a Surroundings<'a>,
    variables: HashMap<&'a str, Known>,
    returns: Option<Type>,
    changed: bool,
    /// Only the last round reports.
    reporting: bool,
    found: Vec<Diagnostic>,
}

impl<'a> Types<'a> {
    fn new(around: &'a Surroundings<'a>, variables: HashMap<&'a str, Known>, returns: Option<Type>) -> Self {
        Self { around, variables, returns, changed: false, reporting: false, found: Vec::new() }
    }

    fn body(mut self, stmts: &'a [ast::Stmt<'a>]) -> Vec<Diagnostic> {
        for round in 0..ROUNDS {
            self.changed = false;
            self.block(stmts);
            if !self.changed {
                break;
            }
            if round + 1 == ROUNDS {
                self.variables.values_mut().for_each(|known| *known = Known::Unknown);
            }
        }
        self.reporting = true;
        self.block(stmts);
        self.found
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        if self.reporting {
            self.found.push(diagnostic);
        }
    }

    fn set(&mut self, name: &'a str, known: Known) {
        let slot = self.variables.entry(name).or_insert(Known::Never);
        let joined = slot.or(known);
        self.changed |= joined != *slot;
        *slot = joined;
    }

    fn block(&mut self, stmts: &'a [ast::Stmt<'a>]) {
        stmts.iter().for_each(|stmt| self.stmt(stmt));
    }

    fn stmt(&mut self, stmt: &'a ast::Stmt<'a>) {
        match &stmt.kind {
            StmtKind::Assign { target, op, value } => self.assign(target, *op, value),
            StmtKind::Expr(expr) => self.effect(expr),
            StmtKind::If { branches, otherwise } => {
                for (condition, body) in branches {
                    self.expr(condition);
                    self.block(&body.stmts);
                }
                otherwise.iter().for_each(|body| self.block(&body.stmts));
            }
            StmtKind::ForEach { index, variable, source, body } => {
                self.expr(source);
                self.set(variable.text, if *index { Known::Certain(Kind::Int) } else { Known::Unknown });
                self.block(&body.stmts);
            }
            StmtKind::While { condition, body } => {
                self.expr(condition);
                self.block(&body.stmts);
            }
            StmtKind::Try { body, catch } => {
                self.block(&body.stmts);
                if let Some((variable, catch)) = catch {
                    self.set(variable.text, Known::Unknown);
                    self.block(&catch.stmts);
                }
            }
            StmtKind::Return(Some(value)) => self.returned(value),
            StmtKind::Info(value) => self.visit(value),
            StmtKind::Block(block) => self.block(&block.stmts),
            StmtKind::Form(form) => self.form(form),
            StmtKind::Return(None) | StmtKind::Break | StmtKind::Continue | StmtKind::Empty | StmtKind::Broken => {}
        }
    }

    fn assign(&mut self, target: &'a Target<'a>, op: AssignOp, value: &'a Expr<'a>) {
        let known = self.expr(value);
        let Target::Variable(name) = target else { return };
        let op = match op {
            AssignOp::Set => return self.set(name.text, known),
            AssignOp::Add => BinaryOp::Add,
            AssignOp::Sub => BinaryOp::Sub,
            AssignOp::Mul => BinaryOp::Mul,
            AssignOp::Div => BinaryOp::Div,
            AssignOp::Rem => BinaryOp::Rem,
        };
        let before = self.variable(name.text);
        let result = self.operation(op, before, known, name.span.to(value.span));
        self.set(name.text, result);
    }

    fn returned(&mut self, value: &'a Expr<'a>) {
        let known = self.expr(value);
        // What a void function may not return is refused by its own message.
        let (Some(kind), Some(returns)) = (known.kind(), self.returns) else { return };
        if returns != Type::Void && !rules::can_return(returns, kind) {
            self.report(Diagnostic::error("DG123", "save.return", value.span, "Invalid return Type").label(format!(
                "the header declares {}, this is {}",
                returns.name(),
                kind.name()
            )));
        }
    }

    fn form(&mut self, form: &'a FormStmt<'a>) {
        match form {
            FormStmt::Alert(args) => args.iter().for_each(|arg| self.visit(arg)),
            FormStmt::SuccessMessage(value) => self.visit(value),
            FormStmt::Ui { args, .. } => args.iter().for_each(|arg| self.visit(&arg.value)),
            // The names in criteria are fields, not variables.
            FormStmt::Update { fields, .. } | FormStmt::BulkAssign { fields, .. } => self.fields(fields),
            FormStmt::Cancel(_)
            | FormStmt::Field { .. }
            | FormStmt::Select { .. }
            | FormStmt::Reload
            | FormStmt::Delete { .. } => {}
        }
    }

    fn fields(&mut self, fields: &'a [ast::Field<'a>]) {
        fields.iter().for_each(|field| self.visit(&field.value));
    }

    fn variable(&self, name: &str) -> Known {
        self.variables.get(name).copied().unwrap_or(Known::Never)
    }

    /// Looks at an expression whose value does not matter here.
    fn visit(&mut self, expr: &'a Expr<'a>) {
        self.expr(expr);
    }

    /// What is known of an expression; reports what is wrong inside it.
    fn expr(&mut self, expr: &'a Expr<'a>) -> Known {
        match &expr.kind {
            ExprKind::Null | ExprKind::EmptyBraces | ExprKind::Fetch(_) | ExprKind::DateSpan(_) => Known::Unknown,
            ExprKind::Bool(_) => Known::Certain(Kind::Bool),
            ExprKind::Int(_) => Known::Certain(Kind::Int),
            ExprKind::Decimal(_) => Known::Certain(Kind::Decimal),
            ExprKind::Text(_) => Known::Certain(Kind::Text),
            ExprKind::Quoted(text) => self.quoted(text),
            ExprKind::Name(name) => self.name(name),
            ExprKind::List(items) => {
                items.iter().for_each(|item| self.visit(item));
                Known::Certain(Kind::List)
            }
            ExprKind::Map(pairs) => {
                for (key, value) in pairs {
                    self.expr(key);
                    self.expr(value);
                }
                Known::Certain(Kind::Map)
            }
            ExprKind::Typed { constructor, args, .. } => {
                args.iter().for_each(|arg| self.visit(&arg.value));
                let is_map = constructor.text.eq_ignore_ascii_case("map");
                Known::Certain(if is_map { Kind::Map } else { Kind::List })
            }
            ExprKind::Call { name, args } => self.free_call(name, args, expr.span, true),
            ExprKind::Chain { base, steps } => self.chain(base, steps, true),
            ExprKind::Binary { first, rest } => self.binary(first, rest),
            ExprKind::Unary { ops, operand } => {
                let known = self.expr(operand);
                match ops.first() {
                    Some((ast::UnaryOp::Not, _)) => Known::Certain(Kind::Bool),
                    _ => known,
                }
            }
            ExprKind::If(args) => {
                let known: Vec<_> = args.iter().map(|arg| self.expr(arg)).collect();
                known.iter().skip(1).fold(Known::Never, |all, one| all.or(*one))
            }
            ExprKind::Task(block) => {
                self.task(block);
                Known::Unknown
            }
            ExprKind::Insert { fields, .. } => {
                self.fields(fields);
                Known::Unknown
            }
        }
    }

    fn quoted(&self, text: &str) -> Known {
        let settings = self.around.settings;
        if settings.dialect.is_creator() && Time::parse(text).is_some() {
            return Known::Certain(Kind::Time);
        }
        // Most quoted texts are no dates, and dates start with a digit or the name of a day or month.
        match text.starts_with(|c: char| c.is_ascii_alphanumeric()) && date_parse::parse(text, settings).is_some() {
            true => Known::Certain(Kind::Date),
            false => Known::Certain(Kind::Text),
        }
    }

    fn name(&self, name: &str) -> Known {
        match self.variables.get(name) {
            Some(known) => *known,
            None => {
                let bare = System::ALL.iter().find(|(known, _)| *known == name);
                bare.map_or(Known::Never, |(_, variable)| rules::system(*variable))
            }
        }
    }

    fn binary(&mut self, first: &'a Expr<'a>, rest: &'a [(BinaryOp, Span, Expr<'a>)]) -> Known {
        let mut left = self.expr(first);
        let mut span = first.span;
        for (op, _, operand) in rest {
            let right = self.expr(operand);
            span = span.to(operand.span);
            left = self.operation(*op, left, right, span);
        }
        left
    }

    fn operation(&mut self, op: BinaryOp, left: Known, right: Known, span: Span) -> Known {
        rules::binary(op, left, right).unwrap_or_else(|(a, b)| {
            let message = format!(
                "In Criteria left expression is of type {} and right expression is of type {} and the operator {} is not valid",
                a.operand_name(),
                b.operand_name(),
                rules::symbol(op)
            );
            let mut diagnostic = Diagnostic::error("DG124", "save.type", span, message);
            if let Some(help) = advice(op, a, b) {
                diagnostic = diagnostic.help(help);
            }
            self.report(diagnostic);
            // It gives no value, so nothing follows from it.
            Known::Never
        })
    }

    fn task(&mut self, block: &'a ast::TaskBlock<'a>) {
        for entry in &block.entries {
            match &entry.value {
                EntryValue::Expr(expr) => {
                    let known = self.expr(expr);
                    if block.kind == TaskKind::SendMail {
                        self.address(&entry.key, expr, known);
                    }
                }
                EntryValue::Exprs(exprs) => exprs.iter().for_each(|expr| self.visit(expr)),
                EntryValue::Attachments(files) => files.iter().for_each(|file| self.visit(&file.value)),
                EntryValue::Words(_) => {}
            }
        }
    }

    /// From and To of a mail are texts with an address; To may be a list.
    fn address(&mut self, key: &str, expr: &Expr<'_>, known: Known) {
        let wrong = match (key, known.kind(), &expr.kind) {
            ("from" | "to", Some(Kind::Text), ExprKind::Text(text)) => !text.contains('@'),
            ("to", Some(Kind::List | Kind::Collection), _) => false,
            ("from" | "to", Some(kind), _) => kind != Kind::Text,
            _ => false,
        };
        if wrong {
            self.report(Diagnostic::error("DG128", "save.mail", expr.span, "Invalid email address found"));
        }
    }
}

/// What to write instead.
fn advice(op: BinaryOp, a: Kind, b: Kind) -> Option<&'static str> {
    let text = a == Kind::Text || b == Kind::Text;
    let date = a == Kind::Date || b == Kind::Date;
    match op {
        BinaryOp::Add | BinaryOp::Sub if date => Some("move a date with `addDay`, `subDay` and their like"),
        BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem if text => {
            Some("make a number of the text with `toNumber()` or `toDecimal()`")
        }
        BinaryOp::And | BinaryOp::Or => Some("compare it with something, as in `x == 1` or `x != null`"),
        _ => None,
    }
}

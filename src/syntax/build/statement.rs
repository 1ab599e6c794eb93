//! Statements of the language proper; those of forms are next door in `form`.

use super::{Builder, Nodes};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{AssignOp, BinaryOp, Block, Expr, ExprKind, FormStmt, Name, Stmt, StmtKind, Target};
use crate::syntax::parser::Rule;
use crate::syntax::recover::{self, IMPROPER};
use pest::iterators::Pair;

/// What stands before a statement in its list, as far as wording mistakes needs it.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Before {
    #[default]
    Sound,
    /// An `if` statement, to which a stray `else` may belong.
    If,
    /// A header that could not be read: its block and its `else` are not to blame.
    BrokenHeader,
    /// The header of something that Deluge does not have: nothing in its block is to blame either.
    ForeignHeader,
    /// The block behind a broken header.
    BrokenBlock,
}

impl<'s, 't> Builder<'s, 't> {
    /// `block`
    pub(super) fn block(&mut self, pair: Pair<'t, Rule>) -> Block<'s> {
        let span = self.span(&pair);
        let mut stmts = Vec::new();
        let mut before = Before::Sound;
        for item in Nodes::of(pair) {
            if item.as_rule() == Rule::unclosed {
                self.unclosed.push(Span { start: span.start, end: span.start + 1 });
            } else {
                let statement = self.statement(item, &mut before);
                stmts.push(statement);
            }
        }
        Block { span, stmts }
    }

    /// `statement`, with an eye on what stands before it
    pub(super) fn statement(&mut self, pair: Pair<'t, Rule>, before: &mut Before) -> Stmt<'s> {
        let span = self.span(&pair);
        let rule = pair.as_rule();
        let reported = self.diagnostics.len();
        let was = *before;
        *before = match rule {
            Rule::if_statement => Before::If,
            Rule::block if matches!(was, Before::BrokenHeader | Before::ForeignHeader) => Before::BrokenBlock,
            Rule::broken => self.header_kind(span),
            Rule::stray_else => Before::BrokenBlock,
            _ => Before::Sound,
        };
        let kind = match rule {
            Rule::broken => self.broken(span),
            Rule::stray_else => self.stray_else(pair, was),
            _ => self.sound(pair),
        };
        if rule == Rule::block && was == Before::ForeignHeader {
            self.diagnostics.truncate(reported);
        }
        Stmt { span, kind }
    }

    fn header_kind(&self, span: Span) -> Before {
        let opens = self.text.as_bytes().get(span.end as usize) == Some(&b'{');
        match opens {
            false => Before::Sound,
            true if recover::is_foreign_header(self.slice(span)) => Before::ForeignHeader,
            true => Before::BrokenHeader,
        }
    }

    /// `broken`
    fn broken(&mut self, span: Span) -> StmtKind<'s> {
        if !self.is_full() && !self.touches_reported(span) {
            let diagnostic = recover::diagnose(self.source, span);
            self.report(diagnostic);
        }
        StmtKind::Broken
    }

    fn touches_reported(&self, span: Span) -> bool {
        let next = self.reported.partition_point(|known| known.end < span.start);
        self.reported.get(next).is_some_and(|known| known.start < span.end)
    }

    fn stray_else(&mut self, pair: Pair<'t, Rule>, before: Before) -> StmtKind<'s> {
        let span = self.span(&pair);
        let mut inner = Nodes::of(pair);
        let head = inner.accept(Rule::broken).map(|head| self.span(&head));
        match (before, head) {
            (Before::BrokenBlock | Before::BrokenHeader | Before::ForeignHeader, _) => {}
            (Before::If, Some(head)) => drop(self.broken(head)),
            (Before::If | Before::Sound, _) => {
                let word = Span { start: span.start, end: span.start + 4 };
                self.improper(word, "this `else` belongs to no `if`", None);
            }
        }
        self.block(inner.must());
        StmtKind::Broken
    }

    fn sound(&mut self, pair: Pair<'t, Rule>) -> StmtKind<'s> {
        let rule = pair.as_rule();
        match rule {
            Rule::simple => self.simple(pair),
            Rule::if_statement => self.if_statement(pair),
            Rule::for_each => self.for_each(pair),
            Rule::try_statement => self.try_statement(pair),
            Rule::while_loop => self.while_loop(pair),
            Rule::block => StmtKind::Block(self.block(pair)),
            Rule::empty => StmtKind::Empty,
            Rule::c_style_for => self.c_style_for(pair),
            Rule::return_statement => self.with_stop(pair, |this, pairs| {
                let value = pairs.accept(Rule::expr).map(|value| this.expr(value));
                StmtKind::Return(value)
            }),
            Rule::break_statement => self.with_stop(pair, |_, _| StmtKind::Break),
            Rule::continue_statement => self.with_stop(pair, |_, _| StmtKind::Continue),
            Rule::old_mail => StmtKind::Expr(self.old_mail(pair)),
            Rule::info => self.with_stop(pair, |this, pairs| StmtKind::Info(this.expr(pairs.must()))),
            _ => self.with_stop(pair, |this, pairs| StmtKind::Form(this.form_statement(rule, pairs))),
        }
    }

    /// A statement that ends with `;`: reads it, then looks at its end.
    fn with_stop(
        &mut self,
        pair: Pair<'t, Rule>,
        read: impl FnOnce(&mut Self, &mut Nodes<'t>) -> StmtKind<'s>,
    ) -> StmtKind<'s> {
        let mut inner = Nodes::of(pair);
        let kind = read(self, &mut inner);
        if let Some(missing) = inner.next() {
            self.missing_end(self.span(&missing), &kind);
        }
        kind
    }

    /// `missing_end`: only the blocks of tasks and the lists of fields may do without `;`
    fn missing_end(&mut self, span: Span, kind: &StmtKind<'s>) {
        let value = match kind {
            StmtKind::Assign { value, .. } | StmtKind::Expr(value) | StmtKind::Info(value) => Some(value),
            StmtKind::Return(value) => value.as_ref(),
            StmtKind::Form(FormStmt::Update { .. } | FormStmt::BulkAssign { .. }) => return,
            _ => None,
        };
        if matches!(value.map(|value| &value.kind), Some(ExprKind::Task(_) | ExprKind::Insert { .. })) {
            return;
        }
        if self.touches_reported(span) {
            return;
        }
        if let StmtKind::Expr(Expr { kind: ExprKind::If(args), .. }) = kind
            && args.len() == 1
        {
            return self.improper(span, "expected `{` here", Some("put braces around what depends on this condition"));
        }
        let diagnostic = Diagnostic::error("DG101", "save.statement", span, IMPROPER).label("`;` is missing here");
        self.report(diagnostic);
    }

    /// `if_statement`
    fn if_statement(&mut self, pair: Pair<'t, Rule>) -> StmtKind<'s> {
        let mut inner = Nodes::of(pair);
        let mut branches = vec![self.branch(&mut inner)];
        let mut otherwise = None;
        for part in inner {
            match part.as_rule() {
                Rule::else_if => branches.push(self.branch(&mut Nodes::of(part))),
                _ => otherwise = Some(self.block(Nodes::of(part).must())),
            }
        }
        StmtKind::If { branches, otherwise }
    }

    fn branch(&mut self, pairs: &mut Nodes<'t>) -> (Expr<'s>, Block<'s>) {
        let condition = self.expr(pairs.must());
        (condition, self.block(pairs.must()))
    }

    /// `for_each`
    fn for_each(&mut self, pair: Pair<'t, Rule>) -> StmtKind<'s> {
        let mut inner = Nodes::of(pair);
        inner.must();
        let index = inner.accept(Rule::index_word).is_some();
        let variable = self.name(&inner.must());
        self.refuse_reserved(variable);
        inner.must();
        let source = self.expr(inner.must());
        StmtKind::ForEach { index, variable, source, body: self.block(inner.must()) }
    }

    /// `try_statement`
    fn try_statement(&mut self, pair: Pair<'t, Rule>) -> StmtKind<'s> {
        let word = Span { start: self.span(&pair).start, end: self.span(&pair).start + 3 };
        let mut inner = Nodes::of(pair);
        let body = self.block(inner.must());
        let catch = inner.next().and_then(|catch| self.catch(catch));
        if catch.is_none() && self.diagnostics.last().is_none_or(|last| last.span.start < body.span.end) {
            let help = "add `catch (e) { … }` behind the block";
            self.improper(word, "this `try` has no `catch`", Some(help));
        }
        StmtKind::Try { body, catch }
    }

    /// `catch`
    fn catch(&mut self, pair: Pair<'t, Rule>) -> Option<(Name<'s>, Block<'s>)> {
        let start = self.span(&pair).start;
        let mut names: Vec<Pair<'t, Rule>> = Nodes::of(pair).collect();
        let body = self.block(names.pop()?);
        if let [name] = names.as_slice() {
            return Some((self.name(name), body));
        }
        let span = Span { start, end: body.span.start };
        let help = "name one variable for the error: `catch (e)`";
        self.improper(span, "expected one name in parentheses", Some(help));
        None
    }

    /// `while_loop`
    fn while_loop(&mut self, pair: Pair<'t, Rule>) -> StmtKind<'s> {
        let mut inner = Nodes::of(pair);
        let (condition, body) = self.branch(&mut inner);
        StmtKind::While { condition, body }
    }

    /// `c_style_for`
    fn c_style_for(&mut self, pair: Pair<'t, Rule>) -> StmtKind<'s> {
        let mut inner = Nodes::of(pair);
        let head = self.span(&inner.must());
        self.block(inner.must());
        let help = "loop over a list: `for each x in list { … }`, `for each index i in list { … }`";
        self.improper(head, "Deluge counts no loops", Some(help));
        StmtKind::Broken
    }

    /// `simple`: an assignment or an expression
    fn simple(&mut self, pair: Pair<'t, Rule>) -> StmtKind<'s> {
        self.with_stop(pair, |this, pairs| {
            let first = this.operand(pairs);
            if let Some(op) = pairs.accept(Rule::assign_op) {
                let value = this.expr(pairs.must());
                return this.assignment(first, assign_op(op.as_str()), value);
            }
            if let Some(ui) = pairs.accept(Rule::ui) {
                return this.ui(first, ui);
            }
            let expr = this.operators_after(first, pairs);
            this.refuse_assignment(&expr);
            this.expression_statement(expr)
        })
    }

    /// `a + b = c;` is an equality to the grammar, and a mistake to everybody else
    fn refuse_assignment(&mut self, expr: &Expr<'s>) {
        if let ExprKind::Binary { first, rest } = &expr.kind
            && rest.iter().any(|(op, at, _)| *op == BinaryOp::Eq && self.slice(*at) == "=")
        {
            self.improper(first.span, "only a variable or a field can be assigned to", None);
        }
    }

    fn assignment(&mut self, target: Expr<'s>, op: AssignOp, value: Expr<'s>) -> StmtKind<'s> {
        let span = target.span;
        if let Some(path) = self.as_path(&target) {
            let target = match path.as_slice() {
                [name] => Target::Variable(*name),
                _ => Target::Field(path),
            };
            return StmtKind::Assign { target, op, value };
        }
        let (label, help) = match &target.kind {
            ExprKind::Fetch(_) => {
                ("elements are not assigned to", Some("change it with `put()` (a map) or `update`, `add()` (a list)"))
            }
            ExprKind::Chain { base, .. } if matches!(base.kind, ExprKind::Fetch(_)) => (
                "only the records in a variable are changed",
                Some("write `records = Form[criteria];` before, then `records.Field = …;`"),
            ),
            ExprKind::Chain { .. } | ExprKind::Call { .. } => ("the result of a call cannot be assigned to", None),
            ExprKind::Null | ExprKind::Bool(_) => ("this word is reserved", None),
            _ => ("only a variable or a field can be assigned to", None),
        };
        self.improper(span, label, help);
        StmtKind::Broken
    }
}

fn assign_op(text: &str) -> AssignOp {
    match text {
        "+=" => AssignOp::Add,
        "-=" => AssignOp::Sub,
        "*=" => AssignOp::Mul,
        "/=" => AssignOp::Div,
        "%=" => AssignOp::Rem,
        _ => AssignOp::Set,
    }
}

//! Expressions: climbing over the flat row of operators, operands and their steps.

use super::{Builder, Nodes};
use crate::source::Span;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Fetch, FetchTail, Name, Step, UnaryOp};
use crate::syntax::parser::Rule;
use pest::iterators::Pair;

/// Words that can name nothing.
const RESERVED: [&str; 9] = ["if", "else", "for", "in", "return", "try", "catch", "break", "continue"];

impl<'s, 't> Builder<'s, 't> {
    /// `expr`
    pub(super) fn expr(&mut self, pair: Pair<'t, Rule>) -> Expr<'s> {
        let mut pairs = Nodes::of(pair);
        self.operators(&mut pairs)
    }

    /// The single `expr` inside a pair
    pub(super) fn only_expr(&mut self, pair: Pair<'t, Rule>) -> Expr<'s> {
        let mut inner = Nodes::of(pair);
        self.expr(inner.must())
    }

    /// The flat row `operand op operand …` of `expr`, `simple` and `field_value`
    pub(super) fn operators(&mut self, pairs: &mut Nodes<'t>) -> Expr<'s> {
        let first = self.operand(pairs);
        self.climb(first, pairs, 0)
    }

    /// Goes on behind an operand that has been read.
    pub(super) fn operators_after(&mut self, first: Expr<'s>, pairs: &mut Nodes<'t>) -> Expr<'s> {
        self.climb(first, pairs, 0)
    }

    /// Gathers operators of at least level `least`, each level into one flat `Binary`.
    fn climb(&mut self, mut left: Expr<'s>, pairs: &mut Nodes<'t>, least: u8) -> Expr<'s> {
        while let Some(op) = self.peek_op(pairs) {
            let level = self.level(op);
            if level < least {
                break;
            }
            let mut rest = Vec::new();
            while let Some(op) = self.peek_op(pairs)
                && self.level(op) == level
            {
                let at = self.span(&pairs.must());
                let operand = self.right_operand(op, pairs);
                rest.push((op, at, self.climb(operand, pairs, level + 1)));
            }
            let span = rest.last().map_or(left.span, |(_, _, last)| left.span.to(last.span));
            left = Expr { span, kind: ExprKind::Binary { first: Box::new(left), rest } };
        }
        left
    }

    fn right_operand(&mut self, op: BinaryOp, pairs: &mut Nodes<'t>) -> Expr<'s> {
        if let Some(span) = pairs.accept(Rule::date_span).map(|pair| self.span(&pair)) {
            if self.criteria == 0 {
                self.improper(span, "a span of dates can stand only in the criteria of a form", None);
            }
            return Expr { span, kind: ExprKind::DateSpan(self.slice(span)) };
        }
        let operand = self.operand(pairs);
        if op == BinaryOp::Criteria && self.criteria == 0 {
            let help = "call it: `text.contains(\"…\")`";
            self.improper(operand.span, "words compare only in the criteria of a form", Some(help));
        }
        operand
    }

    /// The operator that comes next, if one does
    fn peek_op(&self, pairs: &mut Nodes<'t>) -> Option<BinaryOp> {
        match pairs.peek()? {
            Rule::op | Rule::field_op | Rule::in_op | Rule::field_in => Some(binary_op(pairs.0.peek()?.as_str())),
            _ => None,
        }
    }

    fn level(&self, op: BinaryOp) -> u8 {
        let (and, or) = if self.options.or_binds_tighter { (1, 2) } else { (2, 1) };
        match op {
            BinaryOp::Or => or,
            BinaryOp::And => and,
            BinaryOp::Eq | BinaryOp::Ne => 3,
            BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => 4,
            BinaryOp::In | BinaryOp::NotIn | BinaryOp::Criteria => 4,
            BinaryOp::Add | BinaryOp::Sub => 5,
            BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem => 6,
        }
    }

    /// `operand`
    pub(super) fn operand(&mut self, pairs: &mut Nodes<'t>) -> Expr<'s> {
        let mut inner = Nodes::of(pairs.must());
        let mut ops = Vec::new();
        while let Some(pair) = inner.accept(Rule::unary) {
            ops.push((unary_op(pair.as_str()), self.span(&pair)));
        }
        let base = self.primary(&mut inner);
        let min = self.is_min_literal(&base).then_some(base.span);
        let operand = self.chain(base, &mut inner);
        if let Some(min) = min {
            match (ops.last(), &operand.kind) {
                (Some((UnaryOp::Neg, _)), ExprKind::Int(_)) => drop(ops.pop()),
                _ => self.too_great(min),
            }
        }
        let Some((_, first)) = ops.first() else { return operand };
        let span = first.to(operand.span);
        Expr { span, kind: ExprKind::Unary { ops, operand: Box::new(operand) } }
    }

    /// `primary`, with the brackets that belong to a name
    fn primary(&mut self, pairs: &mut Nodes<'t>) -> Expr<'s> {
        let pair = pairs.must();
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::name => return self.word(self.name(&pair), pairs),
            Rule::text => ExprKind::Text(self.text(span)),
            Rule::quoted => ExprKind::Quoted(self.quoted(span)),
            Rule::number => return self.number(span),
            Rule::parens => self.only_expr(pair).kind,
            Rule::braces => return self.braces(pair),
            Rule::brackets => return self.brackets(pair),
            Rule::typed => self.typed(pair),
            _ => self.insert(pair),
        };
        Expr { span, kind }
    }

    /// `typed`
    fn typed(&mut self, pair: Pair<'t, Rule>) -> ExprKind<'s> {
        let mut inner = Nodes::of(pair);
        let constructor = self.name(&inner.must());
        let element = self.name(&inner.must());
        ExprKind::Typed { constructor, element, args: self.args(inner.must()) }
    }

    /// A name and what makes it a call, a task or a fetch
    fn word(&mut self, name: Name<'s>, pairs: &mut Nodes<'t>) -> Expr<'s> {
        match pairs.peek() {
            Some(Rule::args) => self.call(name, pairs.must()),
            Some(Rule::task) => self.task(name, pairs.must()),
            Some(Rule::index) => self.fetch(name, pairs.must(), pairs),
            Some(Rule::tail) => self.whole_form(name, pairs.must()),
            _ => self.bare_word(name),
        }
    }

    /// `Form sort by F` in the header of a loop
    fn whole_form(&mut self, form: Name<'s>, tail: Pair<'t, Rule>) -> Expr<'s> {
        let span = form.span.to(self.span(&tail));
        Expr { span, kind: ExprKind::Fetch(Fetch { form, criteria: None, tail: self.tail(tail) }) }
    }

    fn bare_word(&mut self, name: Name<'s>) -> Expr<'s> {
        let is = |word: &str| name.text.eq_ignore_ascii_case(word);
        let kind = match name.text.len() {
            4 if is("true") => ExprKind::Bool(true),
            4 if is("null") => ExprKind::Null,
            5 if is("false") => ExprKind::Bool(false),
            _ => {
                self.refuse_reserved(name);
                ExprKind::Name(name.text)
            }
        };
        Expr { span: name.span, kind }
    }

    /// Reports a word that cannot be the name of anything.
    pub(super) fn refuse_reserved(&mut self, name: Name<'s>) {
        if (2..=8).contains(&name.text.len()) && RESERVED.iter().any(|word| word.eq_ignore_ascii_case(name.text)) {
            self.improper(name.span, "this word is reserved", None);
        }
    }

    fn call(&mut self, name: Name<'s>, args: Pair<'t, Rule>) -> Expr<'s> {
        let span = name.span.to(self.span(&args));
        let args = self.args(args);
        if name.text.eq_ignore_ascii_case("if") {
            return Expr { span, kind: ExprKind::If(args.into_iter().map(|arg| arg.value).collect()) };
        }
        self.refuse_reserved(name);
        Expr { span, kind: ExprKind::Call { name, args } }
    }

    /// `Form[criteria]` with its tail, when that follows at once
    fn fetch(&mut self, form: Name<'s>, index: Pair<'t, Rule>, pairs: &mut Nodes<'t>) -> Expr<'s> {
        let mut span = form.span.to(self.span(&index));
        if let Some(kind) = super::task::keyword(form.text) {
            if Nodes::of(index.clone()).next().is_some() {
                self.improper(self.span(&index), "expected entries of the form `key : value`", None);
            }
            return self.empty_task(kind, form, span);
        }
        let criteria = self.criteria_of(index);
        let tail = match pairs.accept(Rule::tail) {
            Some(tail) => {
                span = span.to(self.span(&tail));
                self.tail(tail)
            }
            None => FetchTail::default(),
        };
        Expr { span, kind: ExprKind::Fetch(Fetch { form, criteria: criteria.map(Box::new), tail }) }
    }

    /// The expression of `index`, read as criteria
    fn criteria_of(&mut self, index: Pair<'t, Rule>) -> Option<Expr<'s>> {
        let span = self.span(&index);
        self.criteria += 1;
        let criteria = Nodes::of(index).next().map(|pair| self.expr(pair));
        self.criteria -= 1;
        if criteria.is_none() {
            self.improper(span, "expected criteria between these brackets", Some("`[ID != 0]` takes every record"));
        }
        criteria
    }

    /// The steps behind an operand
    fn chain(&mut self, base: Expr<'s>, pairs: &mut Nodes<'t>) -> Expr<'s> {
        if pairs.peek().is_none() {
            return base;
        }
        let mut steps = Vec::new();
        let mut span = base.span;
        while let Some(pair) = pairs.next() {
            let at = self.span(&pair);
            span = span.to(at);
            match pair.as_rule() {
                Rule::member => steps.push(self.step(&pair, pairs, &mut span)),
                Rule::tail => steps.push(Step::Tail(self.tail(pair))),
                Rule::task => return self.qualified_task(base, &steps, pair),
                Rule::args => {
                    self.args(pair);
                    self.improper(at, "only a function can be called", None);
                }
                _ => {
                    if let Some(index) = self.criteria_of(pair) {
                        steps.push(Step::Index { index, span: at });
                    }
                }
            }
        }
        Expr { span, kind: ExprKind::Chain { base: Box::new(base), steps } }
    }

    /// `member`, with its arguments
    fn step(&mut self, member: &Pair<'t, Rule>, pairs: &mut Nodes<'t>, span: &mut Span) -> Step<'s> {
        let name = self.name(member);
        match pairs.accept(Rule::args) {
            Some(args) => {
                *span = span.to(self.span(&args));
                let call = name.span.to(self.span(&args));
                Step::Call { name, args: self.args(args), span: call }
            }
            None => Step::Field(name),
        }
    }

    /// `tail`
    pub(super) fn tail(&mut self, pair: Pair<'t, Rule>) -> FetchTail<'s> {
        let mut tail = FetchTail::default();
        for part in Nodes::of(pair) {
            match part.as_rule() {
                Rule::sort_key => tail.sort = Some((self.path(part), false)),
                Rule::descending => tail.sort = tail.sort.map(|(path, _)| (path, true)),
                _ => {
                    let mut bounds = Nodes::of(part);
                    let from = self.expr(bounds.must());
                    let to = self.expr(bounds.must());
                    tail.range = Some((Box::new(from), Box::new(to)));
                }
            }
        }
        tail
    }

    /// The name an expression consists of, if it is one
    pub(super) fn as_name(&self, expr: &Expr<'s>) -> Option<Name<'s>> {
        match expr.kind {
            ExprKind::Name(text) => Some(Name { text, span: expr.span }),
            _ => None,
        }
    }

    /// The names of `a.b.c`
    pub(super) fn as_path(&self, expr: &Expr<'s>) -> Option<Vec<Name<'s>>> {
        let ExprKind::Chain { base, steps } = &expr.kind else { return Some(vec![self.as_name(expr)?]) };
        let mut path = vec![self.as_name(base)?];
        for step in steps {
            let Step::Field(name) = step else { return None };
            path.push(*name);
        }
        Some(path)
    }
}

fn binary_op(text: &str) -> BinaryOp {
    match text.as_bytes() {
        b"==" | b"=" => BinaryOp::Eq,
        b"!=" => BinaryOp::Ne,
        b"&&" => BinaryOp::And,
        b"||" => BinaryOp::Or,
        b"<=" => BinaryOp::Le,
        b">=" => BinaryOp::Ge,
        b"<" => BinaryOp::Lt,
        b">" => BinaryOp::Gt,
        b"+" => BinaryOp::Add,
        b"-" => BinaryOp::Sub,
        b"*" => BinaryOp::Mul,
        b"/" => BinaryOp::Div,
        b"%" => BinaryOp::Rem,
        [b'i' | b'I', b's' | b'S'] => BinaryOp::Eq,
        [b'i' | b'I', b's' | b'S', ..] => BinaryOp::Ne,
        [b'i' | b'I', b'n' | b'N'] => BinaryOp::In,
        // `notContains` is one word; `not in` is two.
        [b'n' | b'N', b'o' | b'O', b't' | b'T', next, ..] if !next.is_ascii_alphabetic() => BinaryOp::NotIn,
        _ => BinaryOp::Criteria,
    }
}

fn unary_op(text: &str) -> UnaryOp {
    match text {
        "!" => UnaryOp::Not,
        "-" => UnaryOp::Neg,
        _ => UnaryOp::Plus,
    }
}

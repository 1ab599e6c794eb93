//! Literals: texts, numbers, lists, maps, and the words `true`, `false`, `null`.

use super::{Builder, Nodes};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{Arg, Expr, ExprKind};
use crate::syntax::parser::Rule;
use crate::syntax::recover::IMPROPER;
use pest::iterators::Pair;
use std::borrow::Cow;

/// What one above the greatest number looks like: right only behind a minus.
const MIN_DIGITS: &str = "9223372036854775808";

impl<'s, 't> Builder<'s, 't> {
    /// `text`, without its quotes
    pub(super) fn text(&self, span: Span) -> Cow<'s, str> {
        unescape(self.between_quotes(span), |next| match next {
            '"' => Some('"'),
            '\\' => Some('\\'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            _ => None,
        })
    }

    /// `quoted`, without its quotes
    pub(super) fn quoted(&self, span: Span) -> Cow<'s, str> {
        unescape(self.between_quotes(span), |next| (next == '\'').then_some('\''))
    }

    fn between_quotes(&self, span: Span) -> &'s str {
        let text = self.slice(span);
        let mut chars = text.chars();
        chars.next();
        chars.next_back();
        chars.as_str()
    }

    /// `number`
    pub(super) fn number(&mut self, span: Span) -> Expr<'s> {
        let text = self.slice(span);
        let kind = if text.contains('.') {
            ExprKind::Decimal(text)
        } else if let Ok(number) = text.parse() {
            ExprKind::Int(number)
        } else if text.trim_start_matches('0') == MIN_DIGITS {
            // `negated` or `too_great` follows.
            ExprKind::Int(i64::MIN)
        } else {
            self.too_great(span);
            ExprKind::Int(i64::MAX)
        };
        Expr { span, kind }
    }

    /// Is this the literal that fits only behind a minus?
    pub(super) fn is_min_literal(&self, expr: &Expr<'s>) -> bool {
        expr.kind == ExprKind::Int(i64::MIN) && self.slice(expr.span).ends_with(MIN_DIGITS)
    }

    pub(super) fn too_great(&mut self, span: Span) {
        let message = "a number fits into 64 bits: -9223372036854775808 to 9223372036854775807";
        self.report(
            Diagnostic::error("DG106", "save.number", span, message)
                .label("this one does not")
                .help("quote it, if it is an identifier rather than a quantity"),
        );
    }

    /// `braces`: a map when its first element has a key
    pub(super) fn braces(&mut self, pair: Pair<'t, Rule>) -> Expr<'s> {
        let span = self.span(&pair);
        let mut args = self.args(pair);
        let kind = match args.first() {
            None => ExprKind::EmptyBraces,
            Some(Arg { key: Some(_), .. }) => ExprKind::Map(self.map_entries(args)),
            Some(Arg { key: None, .. }) => {
                if let Some(odd) = args.iter().find(|arg| arg.key.is_some()) {
                    let span = odd.value.span;
                    self.improper(span, "a list element has no key", None);
                }
                ExprKind::List(args.drain(..).map(|arg| arg.value).collect())
            }
        };
        Expr { span, kind }
    }

    fn map_entries(&mut self, args: Vec<Arg<'s>>) -> Vec<(Expr<'s>, Expr<'s>)> {
        let mut entries = Vec::with_capacity(args.len());
        for arg in args {
            match arg.key {
                Some(key) => entries.push((key, arg.value)),
                None => self.improper(arg.value.span, "expected `:` and a value behind this key", None),
            }
        }
        entries
    }

    /// `brackets`
    pub(super) fn brackets(&mut self, pair: Pair<'t, Rule>) -> Expr<'s> {
        let span = self.span(&pair);
        let items = self.args(pair).into_iter().map(|arg| arg.value).collect();
        Expr { span, kind: ExprKind::List(items) }
    }

    /// What stands between the brackets of `args`, `braces` and `brackets`
    pub(super) fn args(&mut self, pair: Pair<'t, Rule>) -> Vec<Arg<'s>> {
        let mut args: Vec<Arg<'s>> = Vec::new();
        for item in Nodes::of(pair) {
            match item.as_rule() {
                Rule::trailing => {
                    self.improper(
                        self.span(&item),
                        "expected another element behind the comma",
                        Some("remove the comma"),
                    );
                }
                Rule::keyed => {
                    let value = self.only_expr(item);
                    let span = value.span;
                    match args.pop() {
                        Some(Arg { key: None, value: key }) => args.push(Arg { key: Some(key), value }),
                        Some(full) => {
                            args.push(full);
                            self.improper(span, "expected `,` before this value", None);
                        }
                        None => {}
                    }
                }
                _ => args.push(Arg { key: None, value: self.expr(item) }),
            }
        }
        args
    }

    /// Reports a statement that Zoho would call improper.
    pub(super) fn improper(&mut self, span: Span, label: &str, help: Option<&str>) {
        let mut diagnostic = Diagnostic::error("DG101", "save.statement", span, IMPROPER).label(label);
        diagnostic.help = help.map(str::to_owned);
        self.report(diagnostic);
    }
}

/// Resolves the escapes that `known` knows; any other keeps its backslash, so that `"\d+"` survives.
fn unescape(raw: &str, known: impl Fn(char) -> Option<char>) -> Cow<'_, str> {
    if !raw.contains('\\') {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some(next) => match known(next) {
                Some(resolved) => out.push(resolved),
                None => out.extend(['\\', next]),
            },
            None => out.push('\\'),
        }
    }
    Cow::Owned(out)
}

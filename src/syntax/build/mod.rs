//! Pairs to tree: one function per rule of the grammar.
//!
//! Names and numbers borrow from the source, never from pest's pairs, which are dropped as they are
//! read. What the grammar accepts only to refuse it well (a trailing comma, a missing `;`) is
//! reported here; what it could not read goes to `recover`.

mod expr;
mod form;
mod function;
mod literal;
mod statement;
mod task;

use super::ParseOptions;
use super::ast::{File, Name};
use super::parser::Rule;
use super::recover;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use pest::iterators::{Pair, Pairs};

/// Builds the tree of one source.
pub struct Builder<'s, 't> {
    source: &'s str,
    /// What pest has read: the source, or its mended copy of the same length.
    text: &'t str,
    options: ParseOptions,
    /// Places of mistakes reported before, so that one cause gives one message.
    reported: Vec<Span>,
    diagnostics: Vec<Diagnostic>,
    /// The braces that open blocks which never close, innermost first.
    unclosed: Vec<Span>,
    /// Inside how many criteria brackets we are.
    criteria: usize,
}

impl<'s, 't> Builder<'s, 't> {
    pub fn new(source: &'s str, text: &'t str, options: ParseOptions, reported: &[Diagnostic]) -> Self {
        Builder {
            source,
            text,
            options,
            reported: reported.iter().map(|diagnostic| diagnostic.span).collect(),
            diagnostics: Vec::new(),
            unclosed: Vec::new(),
            criteria: 0,
        }
    }

    /// `file`
    pub fn file(mut self, mut pairs: Pairs<'t, Rule>) -> (File<'s>, Vec<Diagnostic>) {
        let mut file = File { functions: Vec::new(), body: Vec::new() };
        let items = pairs.next().map(Nodes::of);
        items.into_iter().for_each(|items| self.items(items, &mut file));
        if let Some(&innermost) = self.unclosed.first()
            && !self.reported.iter().any(|span| recover::is_comment(self.source, *span))
        {
            self.diagnostics.push(recover::missing_brace(self.source, innermost));
        }
        (file, self.diagnostics)
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn slice(&self, span: Span) -> &'s str {
        self.source.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    fn name(&self, pair: &Pair<'_, Rule>) -> Name<'s> {
        let span = span_of(pair);
        Name { text: self.slice(span), span }
    }

    /// `dotted`
    fn path(&self, pair: Pair<'_, Rule>) -> Vec<Name<'s>> {
        Nodes::of(pair).map(|part| self.name(&part)).collect()
    }

    /// `dotted` as one name: a form may be that of another application.
    fn form(&self, pair: &Pair<'_, Rule>) -> Name<'s> {
        self.name(pair)
    }
}

/// The pair's place in the source.
fn span_of(pair: &Pair<'_, Rule>) -> Span {
    let span = pair.as_span();
    Span::new(span.start(), span.end())
}

/// The pairs inside a pair, without comments.
struct Nodes<'t>(Pairs<'t, Rule>);

impl<'t> Nodes<'t> {
    fn of(pair: Pair<'t, Rule>) -> Self {
        Nodes(pair.into_inner())
    }

    /// The next pair of a rule that always has one here.
    fn must(&mut self) -> Pair<'t, Rule> {
        self.next().expect("the grammar puts a pair here")
    }

    /// The rule of the next pair.
    fn peek(&mut self) -> Option<Rule> {
        loop {
            match self.0.peek()?.as_rule() {
                Rule::line_comment | Rule::block_comment => drop(self.0.next()),
                rule => return Some(rule),
            }
        }
    }

    /// The next pair, if it is of this rule.
    fn accept(&mut self, rule: Rule) -> Option<Pair<'t, Rule>> {
        if self.peek()? == rule { self.0.next() } else { None }
    }
}

impl<'t> Iterator for Nodes<'t> {
    type Item = Pair<'t, Rule>;

    fn next(&mut self) -> Option<Pair<'t, Rule>> {
        self.0.find(|pair| !matches!(pair.as_rule(), Rule::line_comment | Rule::block_comment))
    }
}

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

/// More messages than this help nobody.
const MAX_MESSAGES: usize = 1_000;

/// Builds the tree of one source.
pub struct Builder<'s, 't> {
    source: &'s str,
    /// What pest has read: the source, or its mended copy of the same length.
    text: &'t str,
    /// Where the piece begins that is being read.
    offset: usize,
    options: ParseOptions,
    file: File<'s>,
    /// Places of mistakes reported before, in order, so that one cause gives one message.
    reported: Vec<Span>,
    diagnostics: Vec<Diagnostic>,
    /// The braces that open blocks which never close, innermost first.
    unclosed: Vec<Span>,
    /// Inside how many criteria brackets we are.
    criteria: usize,
}

impl<'s, 't> Builder<'s, 't> {
    /// `known` are the messages of the look before parsing.
    pub fn new(source: &'s str, text: &'t str, options: ParseOptions, known: Vec<Diagnostic>) -> Self {
        Builder {
            source,
            text,
            offset: 0,
            options,
            file: File { functions: Vec::new(), body: Vec::new() },
            reported: known.iter().map(|diagnostic| diagnostic.span).collect(),
            diagnostics: known,
            unclosed: Vec::new(),
            criteria: 0,
        }
    }

    /// What pest has to read between two offsets.
    pub fn piece(&self, start: usize, end: usize) -> &'t str {
        &self.text[start..end]
    }

    /// `file`: one piece of the text, which begins at `offset`
    pub fn file(&mut self, offset: usize, mut pairs: Pairs<'t, Rule>) {
        self.offset = offset;
        if let Some(items) = pairs.next().map(Nodes::of) {
            self.items(items);
        }
    }

    /// The tree of all pieces, and all messages in the order of the source.
    pub fn finish(mut self) -> (File<'s>, Vec<Diagnostic>) {
        if let Some(&innermost) = self.unclosed.first()
            && !self.reported.iter().any(|span| recover::is_comment(self.source, *span))
        {
            self.report(recover::missing_brace(self.source, innermost));
        }
        self.diagnostics.sort_by_key(|diagnostic| diagnostic.span.start);
        (self.file, self.diagnostics)
    }

    /// The pair's place in the source.
    fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        Span::new(self.offset + span.start(), self.offset + span.end())
    }

    /// Adds a message, unless there are more than anybody reads.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        if !self.is_full() {
            self.diagnostics.push(diagnostic);
        }
    }

    fn is_full(&self) -> bool {
        self.diagnostics.len() >= MAX_MESSAGES
    }

    fn slice(&self, span: Span) -> &'s str {
        self.source.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    fn name(&self, pair: &Pair<'_, Rule>) -> Name<'s> {
        let span = self.span(pair);
        Name { text: self.slice(span), span }
    }

    /// `dotted`
    fn path(&self, pair: Pair<'_, Rule>) -> Vec<Name<'s>> {
        Nodes::of(pair).map(|part| self.name(&part)).collect()
    }
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

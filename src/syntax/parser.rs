//! The entry: a look before parsing, pest over the grammar, then the builder.
//!
//! The grammar accepts every text (what cannot be read is `broken`), so pest itself refuses
//! only for want of stack, which is grown here to fit the nesting.

use super::ast::File;
use super::build::Builder;
use super::prescan::prescan;
use super::{ParseOptions, recover};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use pest::Parser;

/// The parser that pest makes of the grammar.
#[derive(pest_derive::Parser)]
#[grammar = "grammar/deluge.pest"]
pub struct Deluge;

/// Stack that one level of brackets may take, in pest and in the builder, in a debug build.
const STACK_PER_LEVEL: usize = 48 * 1024;
/// Stack for everything else.
const STACK_BASE: usize = 512 * 1024;

/// Parses a whole source: the tree, and what could not be read, in the order of the source.
pub fn parse(source: &str, options: ParseOptions) -> (File<'_>, Vec<Diagnostic>) {
    let scan = prescan(source);
    let mut diagnostics = scan.diagnostics;
    if scan.hopeless {
        return (File { functions: Vec::new(), body: Vec::new() }, diagnostics);
    }
    let stack = STACK_BASE + scan.depth * STACK_PER_LEVEL;
    let (file, found) = stacker::maybe_grow(stack, stack * 2, || parse_text(source, &scan.text, options, &diagnostics));
    diagnostics.extend(found);
    diagnostics.sort_by_key(|diagnostic| diagnostic.span.start);
    (file, diagnostics)
}

fn parse_text<'s>(
    source: &'s str,
    text: &str,
    options: ParseOptions,
    reported: &[Diagnostic],
) -> (File<'s>, Vec<Diagnostic>) {
    match Deluge::parse(Rule::file, text) {
        Ok(pairs) => Builder::new(source, text, options, reported).file(pairs),
        Err(error) => {
            let at = recover::error_offset(&error);
            let message = "the parser ran out of stack: nesting is too deep";
            let diagnostic = Diagnostic::error("DG110", "save.depth", Span::new(at, at), message);
            (File { functions: Vec::new(), body: Vec::new() }, vec![diagnostic])
        }
    }
}

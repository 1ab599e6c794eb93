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
    let diagnostics = scan.diagnostics;
    if scan.hopeless {
        return (File { functions: Vec::new(), body: Vec::new() }, diagnostics);
    }
    let stack = STACK_BASE + scan.depth * STACK_PER_LEVEL;
    stacker::maybe_grow(stack, stack * 2, || {
        let mut builder = Builder::new(source, &scan.text, options, diagnostics);
        let ends = scan.cuts.iter().copied().chain([scan.text.len()]);
        ends.fold(0, |start, end| {
            parse_piece(&mut builder, start, end);
            end
        });
        builder.finish()
    })
}

/// Parses the statements between two cuts.
fn parse_piece(builder: &mut Builder<'_, '_>, start: usize, end: usize) {
    match Deluge::parse(Rule::file, builder.piece(start, end)) {
        Ok(pairs) => builder.file(start, pairs),
        Err(error) => {
            let at = start + recover::error_offset(&error);
            let message = "the parser ran out of stack: nesting is too deep";
            builder.report(Diagnostic::error("DG110", "save.depth", Span::new(at, at), message));
        }
    }
}

//! Lints: what Zoho saves and runs, and what still goes wrong too often.
//!
//! A family of lints is a file here: it declares the page of each of its lints (code, kind, title,
//! text, examples) and looks at the parts of a script that the one walk in [`walk`] shows it.
//! Lints run only for `ararat check`, never before a run.

mod conditions;
mod dialect;
mod flow;
mod ids;
mod inputs;
mod loops;
mod mail;
mod modules;
mod names;
mod nulls;
mod secrets;
pub use secrets::shows_secret;
pub mod unused;
pub(super) mod walk;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::pages::Page;
use crate::program::Program;
use crate::source::{Source, Span};
use crate::syntax::ast::{Block, Expr, File, Function, Stmt};
use crate::value::Settings;

/// What lints know beside the script.
pub struct Context<'a> {
    pub source: &'a Source,
    pub program: &'a Program,
    pub settings: &'a Settings,
    pub strict: bool,
}

/// The state of the walk, and where findings go.
pub struct Cx<'a> {
    pub around: &'a Context<'a>,
    /// Loops around the place at hand.
    pub loops: usize,
    /// `try` blocks around the place at hand.
    pub tries: usize,
    /// Criteria around the place at hand, where names are fields and `=` compares.
    pub criteria: usize,
    found: Vec<Diagnostic>,
}

impl<'c> Cx<'c> {
    /// The start of a walk.
    pub fn new(around: &'c Context<'c>) -> Self {
        Cx { around, loops: 0, tries: 0, criteria: 0, found: Vec::new() }
    }

    pub fn text(&self, span: Span) -> &str {
        self.around.source.slice(span)
    }

    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }
}

/// A function, or the statements outside of all functions.
pub struct Routine<'a> {
    pub function: Option<&'a Function<'a>>,
    pub stmts: &'a [Stmt<'a>],
}

/// A family of lints: looks at what it cares for. Every hook is called before what lies inside.
pub trait Family<'a> {
    fn enter(&mut self, _cx: &mut Cx<'_>, _routine: &Routine<'a>) {}
    fn leave(&mut self, _cx: &mut Cx<'_>, _routine: &Routine<'a>) {}
    fn block(&mut self, _cx: &mut Cx<'_>, _block: &'a [Stmt<'a>]) {}
    fn stmt(&mut self, _cx: &mut Cx<'_>, _stmt: &'a Stmt<'a>) {}
    fn expr(&mut self, _cx: &mut Cx<'_>, _expr: &'a Expr<'a>) {}
    /// The body of a `catch`.
    fn catch(&mut self, _cx: &mut Cx<'_>, _at: Span, _block: &'a Block<'a>) {}
}

/// The pages of all lints.
pub fn pages() -> impl Iterator<Item = &'static Page> {
    const PAGES: &[Page] = &[
        ids::ID,
        secrets::SECRET,
        loops::LOOP,
        nulls::NULL,
        conditions::EQUALS,
        names::RESERVED,
        flow::UNREACHABLE,
        flow::RETURN,
        flow::CATCH,
        unused::VALUE,
        unused::VARIABLE,
        dialect::DIALECT,
        inputs::INPUT,
        modules::MODULE,
        mail::MAIL,
    ];
    PAGES.iter()
}

/// Runs every lint over a file.
pub fn run(file: &File<'_>, around: &Context<'_>) -> Vec<Diagnostic> {
    let mut cx = Cx::new(around);
    inputs::report(&mut cx);
    let mut families: [Box<dyn Family<'_> + '_>; 11] = [
        Box::new(ids::Ids),
        Box::new(secrets::Secrets),
        Box::new(loops::Loops),
        Box::new(nulls::Nulls::default()),
        Box::new(conditions::Conditions),
        Box::new(names::Names::default()),
        Box::new(flow::Flow),
        Box::new(unused::Variables::default()),
        Box::new(dialect::Dialects),
        Box::new(modules::Modules),
        Box::new(mail::Mail),
    ];
    walk::file(file, &mut cx, &mut families);
    cx.found
}

/// A warning with the code of a page.
fn warning(page: &'static Page, span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::warning(page.code, page.kind, span, message)
}

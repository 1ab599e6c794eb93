//! From the syntax tree to a program: names become slots, calls become rows and numbers, and what
//! Zoho refuses to save is refused here with Zoho's words.
//!
//! Knows the tree and the rows of built-ins and tasks; never runs anything.

mod call;
mod expr;
mod links;
pub mod lints;
mod load;
mod scope;
mod stmt;
mod types;

#[cfg(feature = "server")]
pub(crate) use call::nearest;
pub use links::written_links;
pub use lints::shows_secret;
pub use load::{FunctionFolder, Loader, NoFunctions, declared_names};

use crate::diagnostic::Diagnostic;
use crate::fault::Place;
use crate::program::{Const, Function, Input, Param, Program, Site, Type};
use crate::source::{Source, Span};
use crate::syntax::{self, ast};
use crate::value::Settings;
use scope::Scope;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What a compilation found out: the program, and what to tell about it (errors make it unusable).
pub struct Compiled {
    pub program: Program,
    /// Messages with the index of their source in [`Program::sources`].
    pub diagnostics: Vec<(u32, Diagnostic)>,
}

impl Compiled {
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|(_, diagnostic)| diagnostic.is_error())
    }
}

/// How a source is compiled.
pub struct Options<'a> {
    pub settings: &'a Settings,
    /// Free variables of a bare script are errors rather than inputs.
    pub strict: bool,
    /// Where functions of other files are found.
    pub loader: &'a dyn Loader,
}

/// Compiles one source and every function it calls.
pub fn compile(source: Source, options: &Options<'_>) -> Compiled {
    extend(Program::default(), &[], source, options)
}

/// Compiles a source and says all there is to say about it: types and lints too, sorted by place.
pub fn examine(source: Source, options: &Options<'_>) -> Compiled {
    let mut lowerer = Lowerer::new(Program::default(), options);
    lowerer.depth = Depth::Lints;
    let at = lowerer.add_source(source);
    lowerer.lower_source(at, Some(&[]));
    let mut diagnostics = lowerer.diagnostics;
    diagnostics.sort_by_key(|(source, found)| (*source, found.span.start, found.span.end, found.code));
    diagnostics.dedup_by(|(a, x), (b, y)| (*a, x.span, x.code, &x.message) == (*b, y.span, y.code, &y.message));
    mask_lines(&lowerer.program.sources, &mut diagnostics);
    Compiled { program: lowerer.program, diagnostics }
}

/// A line that holds a secret is masked in every message that shows it.
fn mask_lines(sources: &[Source], diagnostics: &mut [(u32, Diagnostic)]) {
    let line = |at: u32, offset: u32| sources[at as usize].line(offset);
    let with_secret: HashSet<_> = diagnostics
        .iter()
        .filter(|(_, found)| found.masked)
        .flat_map(|(at, found)| (line(*at, found.span.start)..=line(*at, found.span.end)).map(|line| (*at, line)))
        .collect();
    for (at, found) in diagnostics {
        found.masked |= with_secret.contains(&(*at, line(*at, found.span.start)));
    }
}

/// Compiles a source on top of a program, as the prompt does line by line: earlier functions stay
/// callable and `known` variables keep their slots.
pub fn extend(program: Program, known: &[String], source: Source, options: &Options<'_>) -> Compiled {
    let mut lowerer = Lowerer::new(program, options);
    let at = lowerer.add_source(source);
    lowerer.lower_source(at, Some(known));
    Compiled { program: lowerer.program, diagnostics: lowerer.diagnostics }
}

/// How much a compilation looks at beside what it needs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Depth {
    /// What a run needs: a clash of types is told when the script reaches it.
    Run,
    /// Also the types that are certain.
    Types,
    /// Also the lints.
    Lints,
}

/// The state of one compilation.
struct Lowerer<'a> {
    program: Program,
    options: &'a Options<'a>,
    diagnostics: Vec<(u32, Diagnostic)>,
    /// Functions by lower-case full name.
    functions: HashMap<String, u32>,
    consts: HashMap<ConstKey, u32>,
    /// Full names that the loader does not have.
    missing: HashSet<String>,
    source: u32,
    /// Line of the statement at hand.
    line: u32,
    scope: Scope,
    loops: usize,
    /// Levels of the expression at hand, above the part that is being lowered.
    levels: usize,
    returns: Option<Type>,
    depth: Depth,
}

#[derive(PartialEq, Eq, Hash)]
enum ConstKey {
    Int(i64),
    Bool(bool),
    Null,
    Text(String),
    Decimal(String),
}

impl<'a> Lowerer<'a> {
    fn new(program: Program, options: &'a Options<'a>) -> Self {
        let functions =
            program.functions.iter().enumerate().map(|(at, f)| (f.name.to_ascii_lowercase(), at as u32)).collect();
        Self {
            program,
            options,
            diagnostics: Vec::new(),
            functions,
            consts: HashMap::new(),
            missing: Default::default(),
            source: 0,
            line: 1,
            scope: Scope::default(),
            loops: 0,
            levels: 0,
            returns: None,
            depth: if options.strict { Depth::Types } else { Depth::Run },
        }
    }

    fn add_source(&mut self, source: Source) -> u32 {
        self.program.sources.push(source);
        self.program.sources.len() as u32 - 1
    }

    fn source(&self) -> &Source {
        &self.program.sources[self.source as usize]
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push((self.source, diagnostic));
    }

    fn error(&mut self, code: &'static str, kind: &'static str, span: Span, message: impl Into<String>) {
        self.report(Diagnostic::error(code, kind, span, message));
    }

    /// Remembers a place and gives its number.
    fn site(&mut self, span: Span) -> Site {
        self.program.sites.push(Place { source: self.source, span, line: self.line });
        self.program.sites.len() as Site - 1
    }

    fn constant(&mut self, value: Const) -> u32 {
        let key = match &value {
            Const::Null => Some(ConstKey::Null),
            Const::Bool(b) => Some(ConstKey::Bool(*b)),
            Const::Int(n) => Some(ConstKey::Int(*n)),
            Const::Text(text) => Some(ConstKey::Text(text.clone())),
            Const::Decimal(digits) => Some(ConstKey::Decimal(digits.clone())),
            Const::Date(_) | Const::Time(_) => None,
        };
        let next = self.program.consts.len() as u32;
        if let Some(key) = key {
            let at = *self.consts.entry(key).or_insert(next);
            if at != next {
                return at;
            }
        }
        self.program.consts.push(value);
        next
    }

    /// Parses and lowers a source; its body becomes the program's when `known` is given.
    fn lower_source(&mut self, at: u32, known: Option<&[String]>) {
        let source = self.program.sources[at as usize].clone();
        let parse_options = syntax::ParseOptions { or_binds_tighter: self.options.settings.dialect.is_creator() };
        let (file, diagnostics) = syntax::parse(source.text(), parse_options);
        let readable = !diagnostics.iter().any(Diagnostic::is_error);
        let outer = std::mem::replace(&mut self.source, at);
        diagnostics.into_iter().for_each(|diagnostic| self.report(diagnostic));
        let first = self.declare_functions(&file);
        for (index, function) in file.functions.iter().enumerate() {
            let lowered = self.lower_function(function);
            self.program.functions[first as usize + index] = Arc::new(lowered);
        }
        if let Some(known) = known {
            self.lower_body(&file, known);
            if readable {
                self.look_closer(&file);
            }
        }
        self.source = outer;
    }

    /// Types and lints, as deep as asked for.
    fn look_closer(&mut self, file: &ast::File<'_>) {
        let Options { settings, strict, .. } = *self.options;
        let mut found = Vec::new();
        if self.depth >= Depth::Types {
            let around = types::Surroundings { program: &self.program, functions: &self.functions, settings, strict };
            found.extend(types::check(file, &around));
        }
        if self.depth >= Depth::Lints {
            let around = lints::Context { source: self.source(), program: &self.program, settings, strict };
            found.extend(lints::run(file, &around));
        }
        found.into_iter().for_each(|diagnostic| self.report(diagnostic));
    }

    /// Reserves numbers for a file's functions, so that they can call each other in any order.
    fn declare_functions(&mut self, file: &ast::File<'_>) -> u32 {
        let first = self.program.functions.len() as u32;
        for function in &file.functions {
            let name = full_name(function);
            let params = function
                .params
                .iter()
                .map(|param| Param { name: param.name.text.to_owned(), kind: Type::parse(param.kind.text) });
            let index = self.program.functions.len() as u32;
            self.functions.insert(name.to_ascii_lowercase(), index);
            self.program.functions.push(Arc::new(Function {
                name,
                params: params.collect(),
                returns: Type::parse(function.returns.text),
                ..Function::default()
            }));
        }
        first
    }

    fn lower_function(&mut self, function: &ast::Function<'_>) -> Function {
        let scope = std::mem::replace(&mut self.scope, Scope::function());
        let returns = self.returns.replace(Type::parse(function.returns.text));
        let loops = std::mem::take(&mut self.loops);
        let params: Vec<_> = function
            .params
            .iter()
            .map(|param| {
                self.scope.declare(param.name.text);
                Param { name: param.name.text.to_owned(), kind: Type::parse(param.kind.text) }
            })
            .collect();
        let body = self.block(&function.body.stmts);
        self.loops = loops;
        self.returns = returns;
        let scope = std::mem::replace(&mut self.scope, scope);
        Function {
            name: full_name(function),
            slots: scope.into_names(),
            params,
            returns: Type::parse(function.returns.text),
            body,
            span: function.span,
            source: self.source,
        }
    }

    fn lower_body(&mut self, file: &ast::File<'_>, known: &[String]) {
        self.scope = Scope::body(known);
        self.returns = None;
        let body = self.block(&file.body);
        let scope = std::mem::take(&mut self.scope);
        self.program.inputs =
            scope.inputs().map(|(name, slot, span)| Input { name: name.to_owned(), slot, span }).collect();
        if self.options.strict {
            for input in std::mem::take(&mut self.program.inputs) {
                self.error("DG120", "save.undefined", input.span, format!("Variable '{}' is not defined", input.name));
            }
        }
        self.program.body = Arc::new(Function {
            name: String::new(),
            slots: scope.into_names(),
            body,
            source: self.source,
            ..Function::default()
        });
    }

    /// The number of a function: one of this compilation, or one that the loader finds.
    fn function(&mut self, name: &str) -> Option<u32> {
        let key = name.to_ascii_lowercase();
        if let Some(at) = self.functions.get(&key) {
            return Some(*at);
        }
        if self.missing.contains(&key) {
            return None;
        }
        match self.options.loader.load(name) {
            Some(source) => {
                let at = self.add_source(source);
                // The place at hand comes back when the other file is done.
                let line = self.line;
                self.lower_source(at, None);
                self.line = line;
            }
            None => {
                self.missing.insert(key.clone());
            }
        }
        self.functions.get(&key).copied()
    }
}

fn full_name(function: &ast::Function<'_>) -> String {
    let parts = function.namespace.iter().chain(std::iter::once(&function.name));
    parts.map(|part| part.text).collect::<Vec<_>>().join(".")
}

//! The library's front: compile a source once, run it as often as wanted.
//!
//! ```
//! use ararat::{Args, Engine, Source, hosts::Offline};
//!
//! let engine = Engine::default();
//! let script = engine.compile(Source::new("hello.dg", "info \"Hello, \" + name;"))?;
//! let mut host = Offline::new();
//! script.run(&mut host, &Args::new().text("name", "Ada"))?;
//! assert_eq!(host.printed(), "Hello, Ada\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::check::{self, Loader, NoFunctions, Options};
use crate::diagnostic::Diagnostic;
use crate::eval::Machine;
use crate::eval::limits::{Limits, Stats};
use crate::fault::{Fault, FaultKind, Place};
use crate::host::Host;
use crate::program::{Function, Program, Type};
use crate::source::{Source, Span};
use crate::value::{Number, Settings, Text, Value, date_parse, json_read};
use std::fmt;
use std::sync::Arc;

/// How scripts are compiled and run.
pub struct Engine {
    pub settings: Settings,
    pub limits: Limits,
    /// Free variables of a bare script are errors rather than inputs.
    pub strict: bool,
    /// Where functions of other files are found.
    pub loader: Box<dyn Loader>,
}

impl Default for Engine {
    /// UTC, the CRM dialect, no limits but the recursion guard, no other files.
    fn default() -> Self {
        Self { settings: Settings::default(), limits: Limits::NONE, strict: false, loader: Box::new(NoFunctions) }
    }
}

/// A compiled source. Cheap to clone; any thread may run it.
#[derive(Clone)]
pub struct Script(Arc<Inner>);

struct Inner {
    program: Program,
    settings: Settings,
    limits: Limits,
    warnings: Vec<Report>,
}

/// A message with the source it is about.
#[derive(Clone)]
pub struct Report {
    pub source: Source,
    pub diagnostic: Diagnostic,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.source.line_text(self.source.line(self.diagnostic.span.start));
        if !self.diagnostic.masked && may_show_secret(text) && check::shows_secret(&self.source, self.diagnostic.span) {
            let masked = Diagnostic { masked: true, ..self.diagnostic.clone() };
            return f.write_str(&masked.render(&self.source));
        }
        f.write_str(&self.diagnostic.render(&self.source))
    }
}

/// Whether it is worth a closer look: a quoted text of some length with a digit in it.
fn may_show_secret(line: &str) -> bool {
    line.split(['"', '\'']).skip(1).any(|part| part.len() >= 8 && part.bytes().any(|byte| byte.is_ascii_digit()))
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a source did not compile.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<String>())]
pub struct NotCompiled(pub Vec<Report>);

/// How a run ended well.
#[derive(Debug)]
pub struct Run {
    /// What the script or function returned; null without a `return`.
    pub value: Value,
    pub stats: Stats,
    /// The body's variables at the end. A program that ends right after a run may forget them,
    /// as freeing millions of values one by one takes its time.
    pub variables: Vec<Value>,
}

/// How a run ended badly.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The script failed.
    #[error("{report}")]
    Script { fault: FaultKind, report: Box<Report>, stats: Stats },
    /// The call was wrong: a missing argument, an unknown function.
    #[error("{0}")]
    Call(String),
}

impl Engine {
    /// Compiles a source.
    ///
    /// # Errors
    /// What Zoho would refuse to save, with places.
    pub fn compile(&self, source: Source) -> Result<Script, NotCompiled> {
        let options = Options { settings: &self.settings, strict: self.strict, loader: &*self.loader };
        let compiled = check::compile(source, &options);
        let failed = compiled.has_errors();
        let reports = reports(&compiled.program, compiled.diagnostics);
        if failed {
            return Err(NotCompiled(reports));
        }
        Ok(Script(Arc::new(Inner {
            program: compiled.program,
            settings: self.settings.clone(),
            limits: self.limits.clone(),
            warnings: reports,
        })))
    }
}

fn reports(program: &Program, diagnostics: Vec<(u32, Diagnostic)>) -> Vec<Report> {
    let source = |at: u32| program.sources[at as usize].clone();
    diagnostics.into_iter().map(|(at, diagnostic)| Report { source: source(at), diagnostic }).collect()
}

impl Script {
    /// The sources that the script is made of; a [`crate::fault::Place`] names them by index.
    pub fn sources(&self) -> &[Source] {
        &self.0.program.sources
    }

    /// Warnings of the compilation.
    pub fn warnings(&self) -> &[Report] {
        &self.0.warnings
    }

    /// The free variables of a bare script.
    pub fn inputs(&self) -> impl Iterator<Item = &str> {
        self.0.program.inputs.iter().map(|input| input.name.as_str())
    }

    /// A note for each input of a bare script that the arguments do not give: it is null.
    pub fn missing_inputs(&self, args: &Args) -> Vec<Report> {
        let program = &self.0.program;
        let missing = program.inputs.iter().filter(|input| !args.0.iter().any(|(name, _)| *name == input.name));
        let source = &program.sources[program.body.source as usize];
        let note = |name: &str, span| {
            let message = format!("the input {name} is not given, so it is null");
            Diagnostic::remark("DG413", "lint.input", span, message).help(format!("give it with `--arg {name}=…`"))
        };
        missing.map(|input| Report { source: source.clone(), diagnostic: note(&input.name, input.span) }).collect()
    }

    /// The functions that the source itself declares.
    pub fn functions(&self) -> impl Iterator<Item = &Function> {
        self.0.program.functions.iter().filter(|function| function.source == 0).map(|function| &**function)
    }

    /// Whether nothing in it comes from another source.
    pub fn stands_alone(&self) -> bool {
        self.0.program.sources.len() == 1
    }

    /// Whether statements stand outside every function.
    pub fn has_body(&self) -> bool {
        !self.0.program.body.body.is_empty()
    }

    /// Runs the script: its free statements, or its only function when there are none.
    ///
    /// # Errors
    /// [`Failure::Script`] when the script fails, [`Failure::Call`] when the arguments do not fit.
    pub fn run(&self, host: &mut dyn Host, args: &Args) -> Result<Run, Failure> {
        if self.has_body() {
            return self.run_body(host, args);
        }
        let names: Vec<_> = self.functions().map(|function| function.name.clone()).collect();
        match names.as_slice() {
            [] => self.run_body(host, args),
            [only] => self.call(only, host, args),
            several => Err(Failure::Call(format!(
                "the file has {} functions: name one with `--function`: {}",
                several.len(),
                several.join(", ")
            ))),
        }
    }

    fn run_body(&self, host: &mut dyn Host, args: &Args) -> Result<Run, Failure> {
        let program = &self.0.program;
        let mut frame = vec![Value::Null; program.body.slots.len()];
        for (name, arg) in &args.0 {
            match program.inputs.iter().find(|input| input.name == *name) {
                Some(input) => frame[input.slot as usize] = arg.guess()?,
                None => {
                    let inputs: Vec<_> = self.inputs().collect();
                    let known = if inputs.is_empty() { "it has none".to_owned() } else { inputs.join(", ") };
                    return Err(Failure::Call(format!("the script has no input `{name}`: {known}")));
                }
            }
        }
        let mut machine = Machine::new(program, &self.0.settings, &self.0.limits, host);
        let result = machine.run_body(&mut frame);
        let stats = machine.stats().clone();
        drop(machine);
        self.finish(result, stats, frame)
    }

    /// Calls one function by its name (any case; the namespace may be left out).
    ///
    /// # Errors
    /// As [`Script::run`].
    pub fn call(&self, name: &str, host: &mut dyn Host, args: &Args) -> Result<Run, Failure> {
        let program = &self.0.program;
        let is_meant = |function: &Function| {
            let last = function.name.rsplit('.').next().unwrap_or("");
            function.name.eq_ignore_ascii_case(name) || last.eq_ignore_ascii_case(name)
        };
        let found = program.functions.iter().position(|function| is_meant(function));
        let Some(index) = found else {
            let names: Vec<_> = self.functions().map(|function| function.name.as_str()).collect();
            return Err(Failure::Call(format!("there is no function `{name}`; there are: {}", names.join(", "))));
        };
        let values = self.arguments(&program.functions[index], args)?;
        let mut machine = Machine::new(program, &self.0.settings, &self.0.limits, host);
        let result = machine.run_function(index as u32, values);
        let stats = machine.stats().clone();
        drop(machine);
        self.finish(result, stats, Vec::new())
    }

    fn arguments(&self, function: &Function, args: &Args) -> Result<Vec<Value>, Failure> {
        if let Some((name, _)) =
            args.0.iter().find(|(name, _)| !function.params.iter().any(|param| param.name == *name))
        {
            return Err(Failure::Call(format!("`{}` has no parameter `{name}`", function.name)));
        }
        let mut values = Vec::with_capacity(function.params.len());
        for param in &function.params {
            let given = args.0.iter().find(|(name, _)| *name == param.name);
            let Some((_, arg)) = given else {
                let hint = format!("give it with `--arg {}=…`", param.name);
                return Err(Failure::Call(format!("`{}` needs the argument `{}`: {hint}", function.name, param.name)));
            };
            values.push(arg.typed(param.kind, &self.0.settings).map_err(|problem| {
                Failure::Call(format!("the argument `{}` is no {}: {problem}", param.name, param.kind.name()))
            })?);
        }
        Ok(values)
    }

    fn finish(&self, result: Result<Value, Fault>, stats: Stats, variables: Vec<Value>) -> Result<Run, Failure> {
        match result {
            Ok(value) => Ok(Run { value, stats, variables }),
            Err(fault) => {
                let report = Box::new(report(&self.0.program, &fault, &stats));
                Err(Failure::Script { fault: fault.kind().clone(), report, stats })
            }
        }
    }
}

/// The message for a fault: where it happened, and the calls that led there.
///
/// A limit also says how far the run got.
fn report(program: &Program, fault: &Fault, stats: &Stats) -> Report {
    let source_of = |place: &Place| program.sources.get(place.source as usize);
    let place = fault.trace().first();
    let source = place.and_then(source_of).or(program.sources.first()).cloned();
    let source = source.unwrap_or_else(|| Source::new("<input>", ""));
    let span = place.map_or(Span::default(), |place| place.span);
    let mut diagnostic = Diagnostic::error(fault.kind().code(), fault.kind().name(), span, fault.message());
    diagnostic.help = fault.help_text().map(str::to_owned);
    let calls = fault.trace().get(1..).unwrap_or_default();
    for caller in calls.iter().take(8) {
        if let Some(source) = source_of(caller) {
            let (line, column) = source.position(caller.span.start);
            diagnostic = diagnostic.note(format!("called from {}:{line}:{column}", source.name()));
        }
    }
    if calls.len() > 8 {
        diagnostic = diagnostic.note(format!("and {} more calls", calls.len() - 8));
    }
    if matches!(fault.kind(), FaultKind::Limit { .. }) {
        diagnostic = diagnostic.note(format!("so far: {stats}"));
    }
    Report { source, diagnostic }
}

/// Arguments of a run, by name.
#[derive(Clone, Debug, Default)]
pub struct Args(Vec<(String, Arg)>);

/// An argument as it was given: a word of the command line, or JSON.
#[derive(Clone, Debug)]
enum Arg {
    Text(String),
    Json(String),
}

impl Args {
    pub fn new() -> Self {
        Self::default()
    }

    /// An argument as text, read by the type of its parameter. For the input of a bare script,
    /// numbers, true, false, null and JSON are what they look like.
    pub fn text(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.set(name.into(), Arg::Text(text.into()));
        self
    }

    /// An argument as JSON.
    pub fn json(mut self, name: impl Into<String>, json: impl Into<String>) -> Self {
        self.set(name.into(), Arg::Json(json.into()));
        self
    }

    fn set(&mut self, name: String, arg: Arg) {
        self.0.retain(|(known, _)| *known != name);
        self.0.push((name, arg));
    }
}

impl Arg {
    fn guess(&self) -> Result<Value, Failure> {
        match self {
            Arg::Text(text) => Ok(plain(text)),
            Arg::Json(json) => json_read::read(json).map_err(|_| Failure::Call(format!("not JSON: {json}"))),
        }
    }

    fn typed(&self, kind: Type, settings: &Settings) -> Result<Value, String> {
        let value = match self {
            Arg::Json(json) => json_read::read(json).map_err(|fault| fault.message())?,
            Arg::Text(text) => match kind {
                Type::String => Value::text(text),
                Type::Date => {
                    let date = date_parse::parse(text, settings);
                    Value::Date(date.ok_or_else(|| format!("`{text}` is no date"))?)
                }
                _ => plain(text),
            },
        };
        let fits = match kind {
            Type::Int => matches!(value, Value::Int(_) | Value::Null),
            Type::Decimal => value.number().is_some() || value.is_null(),
            Type::Bool => matches!(value, Value::Bool(_) | Value::Null),
            Type::Map => matches!(value, Value::Map(_) | Value::Null),
            Type::List => matches!(value, Value::List(_) | Value::Text(_) | Value::Null),
            Type::Void | Type::String | Type::Date | Type::Time | Type::Collection | Type::File | Type::Other => true,
        };
        if fits { Ok(value) } else { Err(format!("found {}", value.kind().name())) }
    }
}

/// A word of the command line as the value it looks like.
fn plain(text: &str) -> Value {
    let looks_like_json = text.starts_with(['{', '[', '"']);
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "null" => Value::Null,
        _ if looks_like_json => json_read::read(text).unwrap_or_else(|_| Value::text(text)),
        // A leading zero or plus means a code or a phone number, not a number.
        _ if text.starts_with('+') || (text.starts_with('0') && text.len() > 1 && !text.starts_with("0.")) => {
            Value::text(text)
        }
        _ => match Number::parse(text) {
            Some(number) => number.into(),
            None => Value::Text(Text::new(text)),
        },
    }
}

/// A prompt's memory: variables and functions that live from line to line.
pub struct Session {
    engine: Engine,
    program: Program,
    names: Vec<String>,
    values: Vec<Value>,
}

impl Session {
    pub fn new(engine: Engine) -> Self {
        Self { engine, program: Program::default(), names: Vec::new(), values: Vec::new() }
    }

    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The names of the functions declared so far.
    pub fn functions(&self) -> impl Iterator<Item = &str> {
        self.program.functions.iter().map(|function| function.name.as_str())
    }

    /// Names and values of the variables.
    pub fn variables(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.names.iter().map(String::as_str).zip(&self.values)
    }

    /// Compiles and runs one input on top of all earlier ones. A failed input leaves the session
    /// as it was, but for what its statements changed before they failed.
    ///
    /// # Errors
    /// [`NotCompiled`] or [`Failure`], boxed together for the prompt.
    pub fn eval(&mut self, source: Source, host: &mut dyn Host) -> Result<Run, SessionError> {
        let options = Options { settings: &self.engine.settings, strict: true, loader: &*self.engine.loader };
        let compiled = check::extend(self.program.clone(), &self.names, source, &options);
        let failed = compiled.has_errors();
        let reports = reports(&compiled.program, compiled.diagnostics);
        if failed {
            return Err(NotCompiled(reports).into());
        }
        let program = compiled.program;
        let mut frame = std::mem::take(&mut self.values);
        let mut machine = Machine::new(&program, &self.engine.settings, &self.engine.limits, host);
        let result = machine.run_body(&mut frame);
        let stats = machine.stats().clone();
        drop(machine);
        self.values = frame;
        self.names.clone_from(&program.body.slots);
        let outcome = match result {
            Ok(value) => Ok(Run { value, stats, variables: Vec::new() }),
            Err(fault) => {
                let report = Box::new(report(&program, &fault, &stats));
                Err(Failure::Script { fault: fault.kind().clone(), report, stats }.into())
            }
        };
        self.program = program;
        outcome
    }
}

/// Why an input of a session did not run through.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    #[error(transparent)]
    NotCompiled(#[from] NotCompiled),
    #[error(transparent)]
    Failed(#[from] Failure),
}

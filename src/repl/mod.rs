//! The prompt: statements as they are typed, with everything earlier lines made.
//!
//! Reads whole statements (braces, texts and blocks closed), runs them in one [`Session`], prints
//! the value of a lone expression. An error leaves the session alive.

mod command;
mod complete;

use crate::cli::options::{EngineOptions, ErrorFormat, print_reports};
use crate::cli::session::{HostOptions, World};
use crate::cli::{Exit, bad_use};
use crate::engine::{Failure, Session, SessionError};
use crate::source::Source;
use crate::syntax::ast::{ExprKind, StmtKind};
use crate::syntax::{self, ParseOptions};
use crate::value::Value;
use clap::Args;
use complete::Helper;
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::{CompletionType, Config, Editor};
use std::path::PathBuf;

#[derive(Args)]
pub struct Repl {
    #[command(flatten)]
    engine: EngineOptions,
    #[command(flatten)]
    host: HostOptions,
}

/// A prompt and all it works on.
pub(crate) struct Prompt {
    session: Session,
    world: World,
    /// The number of the input, which names it in messages.
    count: usize,
}

/// Whether to go on.
#[derive(PartialEq, Eq)]
pub(crate) enum Next {
    Again,
    Leave,
}

impl Repl {
    pub fn main(self) -> Exit {
        let engine = match self.engine.engine(None) {
            Ok(engine) => engine,
            Err(message) => return bad_use(message),
        };
        let world = match World::open(&self.host) {
            Ok(world) => world,
            Err(message) => return bad_use(message),
        };
        let mut prompt = Prompt { session: Session::new(engine), world, count: 0 };
        let exit = prompt.talk();
        match prompt.world.close() {
            Ok(()) => exit,
            Err(message) => bad_use(message),
        }
    }
}

impl Prompt {
    fn talk(&mut self) -> Exit {
        let config = Config::builder().completion_type(CompletionType::List).auto_add_history(true).build();
        let mut editor: Editor<Helper, DefaultHistory> = match Editor::with_config(config) {
            Ok(editor) => editor,
            Err(error) => return bad_use(format!("cannot open the prompt: {error}")),
        };
        editor.set_helper(Some(Helper::default()));
        let history = history_file();
        if let Some(path) = &history {
            // The first session has no history yet.
            let _ = editor.load_history(path);
        }
        if std::io::IsTerminal::is_terminal(&std::io::stdin()) {
            outln!(
                "ararat {}, a prompt for Deluge; `:help` lists the commands, Ctrl-D leaves",
                env!("CARGO_PKG_VERSION")
            );
        }
        loop {
            if let Some(helper) = editor.helper_mut() {
                helper.refresh(&self.session, self.world.link_names());
            }
            match editor.readline("dg> ") {
                Ok(input) => {
                    if self.input(&input) == Next::Leave {
                        break;
                    }
                }
                Err(ReadlineError::Interrupted) => outln!("(Ctrl-D leaves)"),
                Err(ReadlineError::Eof) => break,
                Err(error) => {
                    errln!("error: the prompt failed: {error}");
                    break;
                }
            }
        }
        if let Some(path) = &history
            && let Err(error) = save_history(&mut editor, path)
        {
            errln!("warning: the history was not saved to {}: {error}", path.display());
        }
        Exit::Ok
    }

    /// Handles one input: a command, an expression, or statements.
    pub(crate) fn input(&mut self, input: &str) -> Next {
        let trimmed = input.trim();
        if trimmed.is_empty() {
            return Next::Again;
        }
        if let Some(command) = trimmed.strip_prefix(':') {
            return self.command(command);
        }
        self.run(trimmed);
        Next::Again
    }

    /// Runs statements; a lone expression prints its value.
    pub(crate) fn run(&mut self, text: &str) {
        self.count += 1;
        let lone = lone_expression(text, self.parse_options());
        let shown = match &lone {
            Some(expression) => format!("return {expression};"),
            None => self.closed(text),
        };
        if let Some(value) = self.eval(&shown)
            && lone.is_some()
        {
            self.print(&value);
        }
    }

    /// The text, with the `;` that its end lacks.
    fn closed(&self, text: &str) -> String {
        let closed = format!("{text};");
        let parses = |text: &str| syntax::parse(text, self.parse_options()).1.is_empty();
        if !parses(text) && parses(&closed) { closed } else { text.to_owned() }
    }

    /// Evaluates a text in the session; prints what went wrong.
    pub(crate) fn eval(&mut self, text: &str) -> Option<Value> {
        let source = Source::new(format!("<input {}>", self.count), text);
        self.world.arm();
        let outcome = self.session.eval(source, self.world.host());
        self.world.flush();
        match outcome {
            Ok(run) => return Some(run.value),
            Err(SessionError::NotCompiled(not_compiled)) => print_reports(&not_compiled.0, ErrorFormat::Human),
            Err(SessionError::Failed(Failure::Script { report, .. })) => {
                print_reports(std::slice::from_ref(&report), ErrorFormat::Human);
            }
            Err(SessionError::Failed(Failure::Call(message))) => errln!("error: {message}"),
        }
        None
    }

    fn print(&self, value: &Value) {
        match crate::value::convert::to_text(value, &self.session.engine().settings) {
            Ok(text) => outln!("{}", text.as_str()),
            Err(fault) => errln!("error: {fault}"),
        }
    }

    fn parse_options(&self) -> ParseOptions {
        ParseOptions { or_binds_tighter: self.session.engine().settings.dialect.is_creator() }
    }
}

/// The text of an input that is one expression whose value is worth printing.
fn lone_expression(text: &str, options: ParseOptions) -> Option<String> {
    let bare = text.trim_end_matches([';', ' ', '\n', '\t']);
    let closed = format!("{bare};");
    let (file, diagnostics) = syntax::parse(&closed, options);
    if !diagnostics.is_empty() || !file.functions.is_empty() {
        return None;
    }
    match file.body.as_slice() {
        [only] => match &only.kind {
            StmtKind::Expr(expr) => match &expr.kind {
                ExprKind::Task(block) if block.keyword.text.to_ascii_lowercase().starts_with("send") => None,
                _ if gives_nothing(&expr.kind) => None,
                _ => Some(bare.to_owned()),
            },
            _ => None,
        },
        _ => None,
    }
}

/// Whether an expression is a call that changes its receiver and gives no value, such as `m.put("k", 1)`.
fn gives_nothing(kind: &ExprKind<'_>) -> bool {
    use crate::builtins::{Use, find};
    use crate::syntax::ast::Step;
    match kind {
        ExprKind::Chain { steps, .. } => match steps.last() {
            Some(Step::Call { name, .. }) => {
                find(name.text).is_some_and(|method| method.rows.iter().all(|row| row.used == Use::Effect))
            }
            Some(Step::Field(_) | Step::Index { .. } | Step::Tail(_)) | None => false,
        },
        ExprKind::Call { name, .. } => name.text.eq_ignore_ascii_case("openurl"),
        _ => false,
    }
}

/// `$XDG_STATE_HOME/ararat/history`, or below the home folder.
fn history_file() -> Option<PathBuf> {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from);
    let state = state.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/state")))?;
    Some(state.join("ararat").join("history"))
}

fn save_history(editor: &mut Editor<Helper, DefaultHistory>, path: &std::path::Path) -> rustyline::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    editor.save_history(path)
}

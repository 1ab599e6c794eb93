//! The prompt's commands, each declared once.

use super::{Next, Prompt};
use crate::cli::options::read_source;
use std::path::Path;
use std::time::Instant;

/// A command: its word, what follows, what it does.
pub(crate) struct Command {
    pub word: &'static str,
    pub argument: &'static str,
    pub about: &'static str,
    run: fn(&mut Prompt, &str) -> Next,
}

pub(crate) const COMMANDS: &[Command] = &[
    Command { word: "help", argument: "[name]", about: "list the commands, or explain a built-in or task", run: help },
    Command { word: "vars", argument: "", about: "list the variables and functions", run: vars },
    Command { word: "type", argument: "expression", about: "print the type of a value", run: kind },
    Command { word: "load", argument: "file", about: "run a file in this session", run: load },
    Command { word: "connections", argument: "", about: "list the connections", run: connections },
    Command { word: "time", argument: "statement", about: "run a statement and print how long it took", run: time },
    Command { word: "quit", argument: "", about: "leave", run: |_, _| Next::Leave },
];

impl Prompt {
    /// Runs the text behind a colon.
    pub(super) fn command(&mut self, text: &str) -> Next {
        let (word, argument) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let meant = COMMANDS.iter().find(|command| command.word == word);
        let meant =
            meant.or_else(|| COMMANDS.iter().find(|command| !word.is_empty() && command.word.starts_with(word)));
        match meant {
            Some(command) => (command.run)(self, argument.trim()),
            None => {
                errln!("error: there is no command `:{word}`; `:help` lists them");
                Next::Again
            }
        }
    }
}

fn help(_: &mut Prompt, name: &str) -> Next {
    if name.is_empty() {
        for command in COMMANDS {
            outln!("{:<18} {}", format!(":{} {}", command.word, command.argument), command.about);
        }
        return Next::Again;
    }
    if let Some(method) = crate::builtins::find(name) {
        for row in &method.rows {
            outln!("{}", row.signature());
            row.doc.iter().for_each(|line| outln!("   {}", line.trim()));
        }
    } else if let Some(task) = crate::tasks::find(name) {
        outln!("{}", task.signature());
    } else {
        errln!("error: there is no built-in or task `{name}`");
    }
    Next::Again
}

fn vars(prompt: &mut Prompt, _: &str) -> Next {
    for (name, value) in prompt.session.variables() {
        outln!("{name} = {}  ({})", shortened(prompt, value), value.kind().name());
    }
    for name in prompt.session.functions() {
        outln!("{name}(…)");
    }
    Next::Again
}

/// The text of a value on one line of at most 100 characters.
fn shortened(prompt: &Prompt, value: &crate::value::Value) -> String {
    const WIDTH: usize = 100;
    let text = match crate::value::convert::to_text(value, &prompt.session.engine().settings) {
        Ok(text) => text.as_str().replace('\n', "\\n"),
        Err(fault) => format!("<{fault}>"),
    };
    match text.char_indices().nth(WIDTH) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

fn kind(prompt: &mut Prompt, expression: &str) -> Next {
    if let Some(value) = prompt.eval(&format!("return {};", expression.trim_end_matches(';'))) {
        outln!("{}", value.kind().name());
    }
    Next::Again
}

fn load(prompt: &mut Prompt, path: &str) -> Next {
    match read_source(Path::new(path)) {
        Ok(source) => {
            prompt.eval(source.text());
        }
        Err(message) => errln!("error: {message}"),
    }
    Next::Again
}

fn connections(prompt: &mut Prompt, _: &str) -> Next {
    let lines = prompt.world.connection_lines();
    match lines {
        Ok(lines) if lines.is_empty() => outln!("there are no connections; `ararat connections add` makes one"),
        Ok(lines) => lines.iter().for_each(|line| outln!("{line}")),
        Err(message) => errln!("error: {message}"),
    }
    Next::Again
}

fn time(prompt: &mut Prompt, statement: &str) -> Next {
    let started = Instant::now();
    prompt.run(statement);
    outln!("{:.3} ms", started.elapsed().as_secs_f64() * 1000.0);
    Next::Again
}

//! The log row of an execution: from the arguments that were given to what came of it. Secrets are
//! masked on the way in; arguments that had to be masked are kept sealed, so that they can be used again.

use super::App;
use super::run::{Call, Given, Target};
use crate::engine::Args;
use crate::hosts::tape::redacted;
use crate::http::Redactor;
use crate::server::executor::job::{Failed, Outcome, Why};
use crate::server::executor::journal::Journal;
use crate::server::functions::{Argument, Definition};
use crate::server::store::{Execution, State};
use crate::server::traces::{self, TraceParent};
use crate::server::{Error, ids};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// An execution that can begin.
pub(super) struct Prepared {
    pub args: Args,
    pub execution: Execution,
    /// Knows the secrets of this execution, too.
    pub redactor: Redactor,
    /// The trace that it goes on.
    pub trace: Option<TraceParent>,
}

impl App {
    /// The arguments as the function takes them, and the first state of the log row.
    pub(super) async fn prepare(&self, target: &Target, call: &Call) -> Result<Prepared, Error> {
        let definition = &target.definition;
        let redactor = self.redactor().child();
        let mut args = Args::new();
        let (mut exact, mut masked) = (Map::new(), Map::new());
        for (name, given) in fitted(definition, call)? {
            let value = given.value();
            masked.insert(name.to_owned(), masked_value(name, &value, &redactor));
            exact.insert(name.to_owned(), value);
            args = match given {
                Given::Text(text) => args.text(name, text),
                Given::Json(json) => args.json(name, json),
            };
        }
        let mut execution = self.first_state(target, call);
        // A secret of one argument may stand in another one.
        let shown = call.before.as_ref().and_then(|before| before.shown.clone());
        execution.arguments = clean_raw(shown.unwrap_or_else(|| raw(&masked)), &redactor);
        let exact = raw(&exact);
        if execution.arguments.get() != exact.get() {
            // Boxed: few executions have anything to seal.
            execution.sealed = Some(Box::pin(self.seal_arguments(execution.first_attempt(), exact.get())).await?);
        }
        Ok(Prepared { args, execution, redactor, trace: traces::current() })
    }

    fn first_state(&self, target: &Target, call: &Call) -> Execution {
        let now = self.now();
        Execution {
            id: call.id.clone().unwrap_or_else(|| ids::sortable(now)),
            function: target.id.clone(),
            name: target.definition.name.clone(),
            version: target.version,
            cause: call.cause,
            actor: call.actor.clone(),
            acts_as: call.user.clone(),
            state: State::Queued,
            arguments: RawValue::NULL.to_owned(),
            output: None,
            error: None,
            lines: Vec::new(),
            calls: Vec::new(),
            statements: 0,
            duration_us: 0,
            created_at: now,
            started_at: None,
            ended_at: None,
            due_at: None,
            retry: call.before.as_ref().and_then(|before| before.retry.clone()),
            tape: None,
            sealed: None,
            claim: None,
        }
    }

    /// Sealed under the first attempt's id, which those that follow share.
    async fn seal_arguments(&self, id: &str, exact: &str) -> Result<String, Error> {
        let registry = self.outbound().registry().await.map_err(vault_failed)?;
        registry.seal_text(id, exact).await.map_err(vault_failed)
    }

    /// Seals arguments that turned out to hold secrets; without a vault they are lost to a rerun.
    pub(super) async fn seal_late(&self, execution: &mut Execution, exact: &str) {
        let sealed = self.seal_arguments(execution.first_attempt(), exact).await;
        execution.sealed = Some(sealed.unwrap_or_else(|error| {
            tracing::warn!(id = execution.id, %error, "an execution cannot run again");
            "lost".to_owned()
        }));
    }

    /// The arguments that an execution began with.
    ///
    /// # Errors
    /// That they are sealed and the vault does not open.
    pub(super) async fn exact_arguments(&self, execution: &Execution) -> Result<Vec<(String, Given)>, Error> {
        let opened = match &execution.sealed {
            None => None,
            Some(sealed) => {
                let registry = self.outbound().registry().await.map_err(vault_failed)?;
                Some(registry.open_text(execution.first_attempt(), sealed).await.map_err(vault_failed)?)
            }
        };
        let text = opened.as_ref().map_or(execution.arguments.get(), |opened| opened.as_str());
        let object: Map<String, Value> = serde_json::from_str(text)
            .map_err(|_| Error::Store(format!("the arguments of {} are damaged", execution.id)))?;
        Ok(object.into_iter().map(|(name, value)| (name, Given::of(value))).collect())
    }

    /// The last state of the log row.
    pub(super) fn finish(
        &self,
        execution: &mut Execution,
        outcome: Outcome,
        journal: &mut Journal,
        redactor: &Redactor,
    ) {
        let Outcome { result, stats, took } = outcome;
        let ended = self.now();
        let micros = i64::try_from(took.as_micros()).unwrap_or(i64::MAX);
        execution.started_at = Some(ended - micros / 1000);
        execution.ended_at = Some(ended);
        execution.duration_us = micros;
        execution.statements = i64::try_from(stats.statements).unwrap_or(i64::MAX);
        execution.lines = std::mem::take(&mut journal.lines);
        execution.calls = std::mem::take(&mut journal.calls);
        for line in &mut execution.lines {
            // Secrets that became known only after the line was printed.
            if let Cow::Owned(clean) = redactor.clean(&line.text) {
                line.text = clean;
            }
        }
        execution.tape = journal.take_tape().and_then(|tape| String::from_utf8(tape).ok());
        match result {
            Ok(returned) => {
                execution.state = State::Succeeded;
                execution.output = RawValue::from_string(returned.json).ok();
            }
            Err(Failed::Stopped(Why::Cancelled)) => execution.state = State::Cancelled,
            Err(Failed::Stopped(Why::Shutdown)) => {
                execution.state = State::Queued;
                (execution.started_at, execution.ended_at) = (None, None);
            }
            Err(failed) => {
                execution.state = State::Failed;
                execution.error = Some(clean_raw(raw(&error_of(&failed)), redactor));
            }
        }
    }
}

/// Masks arguments that hold what has become known as a secret since the execution began; gives them as
/// they were, unless they are sealed already.
pub(super) fn shown_too_much(execution: &mut Execution, redactor: &Redactor) -> Option<String> {
    let Cow::Owned(clean) = redactor.clean(execution.arguments.get()) else { return None };
    if clean == execution.arguments.get() {
        return None;
    }
    let shown = std::mem::replace(&mut execution.arguments, valid(clean));
    execution.sealed.is_none().then(|| shown.get().to_owned())
}

/// The row as it goes into the log: what a function returned is its caller's, and masked only here.
pub(super) fn for_the_log(execution: &Execution, redactor: &Redactor) -> Execution {
    let output = execution.output.as_ref().map(|json| {
        let text = redacted::text("", json.get(), redactor);
        if text == json.get() { json.clone() } else { valid(text) }
    });
    Execution { output, ..execution.clone() }
}

/// The arguments as a function takes them: those that were given, and what stands for the others.
///
/// # Errors
/// That one is missing or unknown, unless the call is lenient.
pub(in crate::server) fn fitted<'a>(definition: &'a Definition, call: &Call) -> Result<Vec<(&'a str, Given)>, Error> {
    check_names(definition, call)?;
    let fit = |argument: &'a Argument| {
        let given = call.arguments.iter().rev().find(|(name, _)| *name == argument.name).map(|(_, given)| given);
        let default = argument.default.clone().map(Given::Json);
        match given.cloned().or(default) {
            Some(given) => Ok((argument.name.as_str(), given)),
            None if call.lenient => Ok((argument.name.as_str(), Given::Json("null".to_owned()))),
            None => Err(Error::Arguments(missing(definition, &argument.name))),
        }
    };
    definition.arguments.iter().map(fit).collect()
}

/// Named values without secrets; what they held is known to the redactor from now on.
pub(in crate::server) fn masked(values: &Map<String, Value>, redactor: &Redactor) -> Map<String, Value> {
    let first: Map<_, _> =
        values.iter().map(|(name, value)| (name.clone(), masked_value(name, value, redactor))).collect();
    // A secret of one value may stand in another one.
    match redactor.clean(raw(&first).get()) {
        Cow::Borrowed(_) => first,
        Cow::Owned(clean) => serde_json::from_str(&clean).unwrap_or_default(),
    }
}

fn check_names(definition: &Definition, call: &Call) -> Result<(), Error> {
    let unknown = call.arguments.iter().find(|(name, _)| definition.argument(name).is_none());
    match unknown.filter(|_| !call.lenient) {
        None => Ok(()),
        Some((name, _)) => {
            let message = format!("`{}` has no argument `{name}`; it has {}", definition.name, names(definition));
            Err(Error::Arguments(message))
        }
    }
}

fn vault_failed(error: crate::connections::Error) -> Error {
    Error::System(format!("the arguments hold secrets, and the vault that would keep them is not at hand: {error}"))
}

fn raw(json: &impl Serialize) -> Box<RawValue> {
    // Keys are texts, so it can always be written.
    to_raw_value(json).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// JSON without known secrets.
fn clean_raw(json: Box<RawValue>, redactor: &Redactor) -> Box<RawValue> {
    match redactor.clean(json.get()) {
        Cow::Borrowed(_) => json,
        Cow::Owned(clean) => valid(clean),
    }
}

/// JSON that has been masked; a mask has no signs that would break it.
fn valid(json: String) -> Box<RawValue> {
    RawValue::from_string(json).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

impl Given {
    /// A text is read by the argument's type.
    pub fn of(value: Value) -> Self {
        match value {
            Value::String(text) => Given::Text(text),
            other => Given::Json(other.to_string()),
        }
    }

    fn value(&self) -> Value {
        match self {
            Given::Text(text) => text.as_str().into(),
            Given::Json(json) => serde_json::from_str(json).unwrap_or_else(|_| json.as_str().into()),
        }
    }
}

fn masked_value(name: &str, value: &Value, redactor: &Redactor) -> Value {
    match value {
        Value::String(text) => redacted::text(name, text, redactor).into(),
        other => {
            let text = redacted::text(name, &other.to_string(), redactor);
            serde_json::from_str(&text).unwrap_or_else(|_| text.into())
        }
    }
}

fn missing(definition: &Definition, name: &str) -> String {
    format!("`{}` needs the argument `{name}`; it has {}", definition.name, names(definition))
}

fn names(definition: &Definition) -> String {
    let names: Vec<_> = definition.arguments.iter().map(|argument| format!("`{}`", argument.name)).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn error_of(failed: &Failed) -> Value {
    match failed {
        Failed::Script { report, .. } => {
            let (line, column) = report.source.position(report.diagnostic.span.start);
            json!({
                "code": report.diagnostic.code,
                "kind": report.diagnostic.kind,
                "message": report.diagnostic.message,
                "file": report.source.name(),
                "line": line,
                "column": column,
                "help": report.diagnostic.help,
            })
        }
        Failed::Arguments(message) => json!({ "kind": "arguments", "message": message }),
        Failed::Internal(message) => json!({ "kind": "internal", "message": message }),
        Failed::Stopped(_) => json!({ "kind": "run.stopped", "message": "the script was stopped" }),
    }
}

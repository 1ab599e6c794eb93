//! Running functions: arguments, the journal, the log row.

use super::App;
use crate::engine::{Args, Script};
use crate::server::Error;
use crate::server::executor::job::{Failed, Job, Outcome, Stop, Why};
use crate::server::executor::journal::Journal;
use crate::server::executor::{Refused, job};
use crate::server::functions::{Definition, Deployed};
use crate::server::ids;
use crate::server::store::{Cause, Execution, State};
use crate::source::Source;
use serde_json::value::RawValue;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

/// A wish to run a function.
#[derive(Debug, Clone)]
pub struct Call {
    /// Full name, or short where unique.
    pub function: String,
    pub arguments: Vec<(String, Given)>,
    pub cause: Cause,
    /// Who wants it, for the log.
    pub actor: String,
    /// Arguments that are neither given nor have a default are null, and those that the function does not
    /// have are passed over, as Zoho does; otherwise both are errors.
    pub lenient: bool,
}

/// An argument as it came.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// Read by the type of the argument.
    Text(String),
    Json(String),
}

/// What is to run: a published function or a draft.
struct Target {
    id: String,
    version: i64,
    definition: Arc<Definition>,
    script: Script,
}

impl App {
    /// Runs a published function and waits for its end.
    ///
    /// # Errors
    /// That it could not be begun; a function that fails is an execution.
    pub async fn run(&self, call: Call) -> Result<Execution, Error> {
        let target = self.target(&call.function).await?;
        self.run_target(target, call).await
    }

    /// Compiles a source that is not published and runs it: the test run of an editor.
    ///
    /// # Errors
    /// That it does not compile or could not be begun.
    pub async fn run_source(&self, source: Source, call: Call) -> Result<Execution, Error> {
        let published = self.published();
        let compiled = tokio::task::spawn_blocking(move || published.compile(&source));
        let (definition, script) = compiled.await.map_err(|error| Error::System(error.to_string()))??;
        let target = Target { id: String::new(), version: 0, definition: Arc::new(definition), script };
        self.run_target(target, call).await
    }

    /// Accepts an execution: it is on disk when this returns, and runs soon. Gives its id.
    ///
    /// # Errors
    /// That it is not accepted.
    pub async fn enqueue(&self, call: Call) -> Result<String, Error> {
        let target = self.target(&call.function).await?;
        let (args, execution) = self.prepare(&target, &call)?;
        let id = execution.id.clone();
        self.check_open()?;
        self.inner.log.room().await;
        self.inner.log.write_through(execution.clone()).await?;
        self.begin_in_background(target, args, execution);
        Ok(id)
    }

    /// Runs an execution that is on disk already.
    pub(super) async fn enqueue_again(&self, old: &Execution, call: Call) -> Result<(), Error> {
        let target = self.target(&call.function).await?;
        let (args, fresh) = self.prepare(&target, &call)?;
        let execution = Execution { id: old.id.clone(), created_at: old.created_at, ..fresh };
        self.begin_in_background(target, args, execution);
        Ok(())
    }

    async fn target(&self, name: &str) -> Result<Target, Error> {
        let published = self.published();
        let function = published.find(name).cloned().ok_or_else(|| self.unknown_function(name))?;
        let script = match published.is_compiled(&function) {
            true => published.script(&function),
            false => {
                let function = function.clone();
                let compiled = tokio::task::spawn_blocking(move || published.script(&function));
                compiled.await.map_err(|error| Error::System(error.to_string()))?
            }
        };
        let script = script.map_err(|not_compiled| Error::Invalid(not_compiled.to_string()))?;
        Ok(Target::of(&function, script))
    }

    async fn run_target(&self, target: Target, call: Call) -> Result<Execution, Error> {
        let (args, execution) = self.prepare(&target, &call)?;
        self.check_open()?;
        self.inner.log.room().await;
        let (done, ended) = oneshot::channel();
        let job = self.job(target, args, execution, move |execution| {
            // The caller may have gone; the log has it all the same.
            let _ = done.send(execution);
        });
        self.inner.executor.submit(job).await.map_err(|refused| self.refusal(refused))?;
        ended.await.map_err(|_| Error::Closing)
    }

    fn begin_in_background(&self, target: Target, args: Args, execution: Execution) {
        let app = self.clone();
        let id = execution.id.clone();
        tokio::spawn(async move {
            let job = app.job(target, args, execution, |_| ());
            if app.inner.executor.submit(job).await.is_err() {
                // It is on disk as queued, and is taken up again when there is room or at the next start.
                app.forget_running(&id);
            }
        });
    }

    fn check_open(&self) -> Result<(), Error> {
        if self.is_closing() { Err(Error::Closing) } else { Ok(()) }
    }

    fn refusal(&self, refused: Refused) -> Error {
        match refused {
            Refused::Full => Error::Full { seconds: 1 },
            Refused::Closed => Error::Closing,
        }
    }

    /// The arguments as the function takes them, and the first state of the log row.
    fn prepare(&self, target: &Target, call: &Call) -> Result<(Args, Execution), Error> {
        let definition = &target.definition;
        let mut args = Args::new();
        let mut shown = serde_json::Map::new();
        for argument in &definition.arguments {
            let given = call.arguments.iter().rev().find(|(name, _)| *name == argument.name).map(|(_, given)| given);
            let default = argument.default.clone().map(Given::Json);
            let given = match given.cloned().or(default) {
                Some(given) => given,
                None if call.lenient => Given::Json("null".to_owned()),
                None => return Err(Error::Arguments(missing(definition, &argument.name))),
            };
            shown.insert(argument.name.clone(), given.shown());
            args = match given {
                Given::Text(text) => args.text(&argument.name, text),
                Given::Json(json) => args.json(&argument.name, json),
            };
        }
        let unknown = call.arguments.iter().find(|(name, _)| definition.argument(name).is_none());
        if let Some((name, _)) = unknown.filter(|_| !call.lenient) {
            let message = format!("`{}` has no argument `{name}`; it has {}", definition.name, names(definition));
            return Err(Error::Arguments(message));
        }
        let now = self.now();
        let execution = Execution {
            id: ids::sortable(now),
            function: target.id.clone(),
            name: definition.name.clone(),
            version: target.version,
            cause: call.cause,
            actor: call.actor.clone(),
            state: State::Queued,
            arguments: self.clean_json(&serde_json::Value::Object(shown).to_string()),
            output: None,
            error: None,
            lines: Vec::new(),
            calls: Vec::new(),
            statements: 0,
            duration_us: 0,
            created_at: now,
            started_at: None,
            ended_at: None,
            tape: None,
        };
        Ok((args, execution))
    }

    /// A job that logs itself and then tells `tell`.
    fn job(
        &self,
        target: Target,
        args: Args,
        mut execution: Execution,
        tell: impl FnOnce(Execution) + Send + 'static,
    ) -> Job {
        let journal = Arc::new(Mutex::new(Journal::new(self.now())));
        let stop = Arc::new(Stop::default());
        self.note_running(&execution, &journal, &stop);
        let time = target.definition.category.time();
        let app = self.clone();
        let written = journal.clone();
        let done = move |outcome: Outcome| {
            app.forget_running(&execution.id);
            app.finish(&mut execution, outcome, &written);
            app.inner.log.write(execution.clone());
            tell(execution);
        };
        Job {
            script: target.script,
            function: target.definition.name.clone(),
            args,
            settings: self.inner.settings.clone(),
            time: Some(time),
            account: self.inner.account.clone(),
            stop,
            journal,
            done: Box::new(done),
        }
    }

    /// The last state of the log row.
    fn finish(&self, execution: &mut Execution, outcome: Outcome, journal: &Mutex<Journal>) {
        let mut journal = journal.lock().unwrap_or_else(PoisonError::into_inner);
        let Outcome { result, stats, took } = outcome;
        let ended = self.now();
        let micros = i64::try_from(took.as_micros()).unwrap_or(i64::MAX);
        execution.started_at = Some(ended - micros / 1000);
        execution.ended_at = Some(ended);
        execution.duration_us = micros;
        execution.statements = i64::try_from(stats.statements).unwrap_or(i64::MAX);
        execution.lines = std::mem::take(&mut journal.lines);
        execution.calls = std::mem::take(&mut journal.calls);
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
                execution.error = Some(self.clean_json(&error_of(&failed).to_string()));
            }
        }
    }

    /// JSON without known secrets.
    fn clean_json(&self, json: &str) -> Box<RawValue> {
        let clean = self.redactor().clean(json).into_owned();
        // A mask has no signs that would break JSON.
        RawValue::from_string(clean).unwrap_or_else(|_| RawValue::NULL.to_owned())
    }
}

impl Target {
    fn of(function: &Deployed, script: Script) -> Self {
        Self { id: function.id.clone(), version: function.version, definition: function.definition.clone(), script }
    }
}

impl Given {
    fn shown(&self) -> serde_json::Value {
        match self {
            Given::Text(text) => text.as_str().into(),
            Given::Json(json) => serde_json::from_str(json).unwrap_or_else(|_| json.as_str().into()),
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

fn error_of(failed: &job::Failed) -> serde_json::Value {
    match failed {
        Failed::Script { report, .. } => {
            let (line, column) = report.source.position(report.diagnostic.span.start);
            serde_json::json!({
                "code": report.diagnostic.code,
                "kind": report.diagnostic.kind,
                "message": report.diagnostic.message,
                "file": report.source.name(),
                "line": line,
                "column": column,
                "help": report.diagnostic.help,
            })
        }
        Failed::Arguments(message) => serde_json::json!({ "kind": "arguments", "message": message }),
        Failed::Internal(message) => serde_json::json!({ "kind": "internal", "message": message }),
        Failed::Stopped(_) => serde_json::json!({ "kind": "run.stopped", "message": "the script was stopped" }),
    }
}

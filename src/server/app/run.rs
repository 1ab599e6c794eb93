//! Running functions: arguments, the journal, the log row.

use super::App;
use super::record::{Prepared, for_the_log, shown_too_much};
use super::retries::{first_retry, may_pass};
use crate::engine::Script;
use crate::http::Redactor;
use crate::server::Error;
use crate::server::backoff::Backoff;
use crate::server::executor::job::{Job, Outcome, Stop};
use crate::server::executor::journal::Journal;
use crate::server::executor::{self, Refused};
use crate::server::functions::{Definition, Deployed, Pace};
use crate::server::store::{Cause, Claim, Execution, Retry, State};
use crate::server::traces::TraceParent;
use crate::source::Source;
use serde_json::value::RawValue;
use std::sync::atomic::Ordering;
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
    /// Whose connections it uses; the engine's own where absent.
    pub user: Option<String>,
    /// Somebody waits for the end of what is accepted, so it is not tried again.
    pub waited: bool,
    /// The execution's id, where it was chosen before.
    pub id: Option<String>,
    pub(in crate::server) before: Option<Box<Before>>,
}

/// What an execution takes over from the one that it repeats.
#[derive(Debug, Clone, Default)]
pub(in crate::server) struct Before {
    /// The arguments as the log shows them, where they hold secrets.
    pub shown: Option<Box<RawValue>>,
    pub retry: Option<Box<Retry>>,
}

impl Call {
    /// A call without arguments, which says what does not fit.
    pub fn new(function: impl Into<String>, cause: Cause, actor: impl Into<String>) -> Self {
        let (function, actor) = (function.into(), actor.into());
        Self {
            function,
            arguments: Vec::new(),
            cause,
            actor,
            user: None,
            lenient: false,
            waited: false,
            id: None,
            before: None,
        }
    }

    /// The same, as Zoho takes it: without errors for what is missing or too much.
    pub fn lenient(self) -> Self {
        Self { lenient: true, ..self }
    }

    /// The same for somebody who waits for its end.
    pub fn waited_for(self, waited: bool) -> Self {
        Self { waited, ..self }
    }

    /// The same on a user's connections.
    pub fn acting_as(self, user: Option<&str>) -> Self {
        Self { user: user.map(str::to_owned), ..self }
    }

    /// The same as one more attempt.
    pub(super) fn repeating(self, retry: Option<Box<Retry>>) -> Self {
        let before = self.before.unwrap_or_default();
        Self { before: Some(Box::new(Before { retry, ..*before })), ..self }
    }

    pub fn arguments(self, arguments: Vec<(String, Given)>) -> Self {
        Self { arguments, ..self }
    }
}

/// An argument as it came.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// Read by the type of the argument.
    Text(String),
    Json(String),
}

/// What is to run: a published function or a draft.
pub(super) struct Target {
    pub id: String,
    pub version: i64,
    pub definition: Arc<Definition>,
    script: Script,
    pace: Arc<Pace>,
}

/// An execution that is not accepted yet, and has everything that it needs to run.
pub(in crate::server) struct Ready {
    target: Target,
    prepared: Prepared,
}

impl Ready {
    pub(in crate::server) fn execution(&self) -> &Execution {
        &self.prepared.execution
    }
}

impl App {
    /// Runs a published function and waits for its end.
    ///
    /// # Errors
    /// That it could not be begun; a function that fails is an execution.
    pub async fn run(&self, call: Call) -> Result<Execution, Error> {
        // Boxed, so that the many who wait for an end do not hold what the beginning took.
        let ended = Box::pin(async {
            let target = self.target(&call.function).await?;
            self.begin_told(target, call).await
        });
        ended.await?.await.map_err(|_| Error::Closing)
    }

    /// Compiles a source that is not published and runs it: the test run of an editor.
    ///
    /// # Errors
    /// That it does not compile or could not be begun.
    pub async fn run_source(&self, source: Source, call: Call) -> Result<Execution, Error> {
        let published = self.published();
        let compiled = tokio::task::spawn_blocking(move || published.compile(&source));
        let (definition, script) = compiled.await.map_err(|error| Error::System(error.to_string()))??;
        let (id, definition, pace) = (String::new(), Arc::new(definition), Arc::default());
        let target = Target { id, version: 0, definition, script, pace };
        self.begin_told(target, call).await?.await.map_err(|_| Error::Closing)
    }

    /// Accepts an execution: it is on disk when this returns, and runs soon. Gives its id.
    ///
    /// # Errors
    /// That it is not accepted.
    pub async fn enqueue(&self, call: Call) -> Result<String, Error> {
        let target = self.target(&call.function).await?;
        let prepared = self.prepare_accepted(&target, &call).await?;
        let id = prepared.execution.id.clone();
        self.inner.log.room().await;
        self.inner.log.write_through(prepared.execution.clone()).await?;
        self.begin_in_background(target, prepared);
        Ok(id)
    }

    /// Everything about an execution that is to be accepted in one transaction with something else: it is
    /// written by whoever asked, and then begun with [`App::begin`].
    ///
    /// # Errors
    /// That it cannot be accepted.
    pub(in crate::server) async fn make_ready(&self, call: &Call) -> Result<Ready, Error> {
        let target = self.target(&call.function).await?;
        let prepared = self.prepare_accepted(&target, call).await?;
        Ok(Ready { target, prepared })
    }

    async fn prepare_accepted(&self, target: &Target, call: &Call) -> Result<Prepared, Error> {
        let mut prepared = self.prepare(target, call).await?;
        self.check_room()?;
        prepared.execution.claim = Some(Claim::first(self.inner.node.clone()));
        if prepared.execution.retry.is_none() {
            prepared.execution.retry = first_retry(&target.definition, call);
        }
        Ok(prepared)
    }

    /// Runs what is on disk by now.
    pub(in crate::server) fn begin(&self, ready: Ready) {
        self.begin_in_background(ready.target, ready.prepared);
    }

    /// Runs an execution that is on disk already and was taken over.
    pub(super) async fn enqueue_again(&self, old: &Execution, call: Call, claim: Claim) -> Result<(), Error> {
        let target = self.target(&call.function).await?;
        let mut prepared = self.prepare(&target, &call).await?;
        prepared.execution.created_at = old.created_at;
        prepared.execution.claim = Some(claim);
        self.begin_in_background(target, prepared);
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

    /// Begins an execution whose end is told, if it has not come already.
    async fn begin_told(&self, target: Target, call: Call) -> Result<oneshot::Receiver<Execution>, Error> {
        let prepared = self.prepare(&target, &call).await?;
        self.check_open()?;
        self.inner.log.room().await;
        let (id, pace) = (prepared.execution.id.clone(), target.pace.clone());
        let (done, ended) = oneshot::channel();
        let job = self.job(target, prepared, Ending::Told, move |execution| {
            // The caller may have gone; the log has it all the same.
            let _ = done.send(execution);
        });
        let Some(job) = self.at_once(job, &pace) else { return Ok(ended) };
        if let Err(refused) = self.inner.executor.submit(job).await {
            self.forget_running(&id);
            return Err(self.refusal(refused));
        }
        Ok(ended)
    }

    /// Runs a job on this thread if it is likely to be over in a moment: the ways to an executor's thread and back
    /// take longer than that. Gives it back where it is not.
    fn at_once(&self, job: Job, pace: &Pace) -> Option<Job> {
        if !pace.is_short() {
            return Some(job);
        }
        let Some(_room) = self.inner.executor.room() else { return Some(job) };
        match executor::at_once(&job, &self.inner.config.clock) {
            Some(outcome) => {
                (job.done)(outcome);
                None
            }
            None => {
                pace.was_long();
                Some(job)
            }
        }
    }

    fn begin_in_background(&self, target: Target, mut prepared: Prepared) {
        let app = self.clone();
        self.inner.accepted.fetch_add(1, Ordering::Relaxed);
        if let Some(claim) = &mut prepared.execution.claim {
            claim.entered = true;
        }
        let id = prepared.execution.id.clone();
        tokio::spawn(async move {
            let (done, ended) = oneshot::channel();
            let job = app.job(target, prepared, Ending::Queued, move |_| {
                let _ = done.send(());
            });
            if app.inner.executor.submit_accepted(job).await.is_ok() {
                // The sender is used or dropped: both mean the end.
                let _ = ended.await;
            }
            // Where it did not begin, it is on disk as queued, and is taken up by another node or at the next start.
            app.forget_running(&id);
            app.inner.accepted.fetch_sub(1, Ordering::Relaxed);
        });
    }

    /// Logs the end of an execution and tells it.
    fn conclude(
        &self,
        execution: Execution,
        again: Option<&Backoff>,
        redactor: &Redactor,
        trace: Option<&TraceParent>,
        tell: impl FnOnce(Execution),
    ) {
        let mut logged = for_the_log(&execution, redactor);
        self.follow_up(&mut logged, again);
        self.inner.metrics.ended(&logged);
        tell_of(&logged);
        if let Some(traces) = &self.inner.config.traces {
            traces.ended(&logged, trace);
        }
        self.inner.log.write(logged);
        // Only now, so that it is always to be found in one place or the other.
        self.forget_running(&execution.id);
        tell(execution);
    }

    /// Whether another asynchronous execution is accepted.
    fn check_room(&self) -> Result<(), Error> {
        self.check_open()?;
        if self.inner.accepted.load(Ordering::Relaxed) >= self.inner.config.capacity.accepted {
            return Err(self.refusal(Refused::Full));
        }
        Ok(())
    }

    fn check_open(&self) -> Result<(), Error> {
        if self.is_closing() { Err(Error::Closing) } else { Ok(()) }
    }

    fn refusal(&self, refused: Refused) -> Error {
        match refused {
            Refused::Full => {
                self.inner.metrics.refused();
                Error::Full { seconds: 1 }
            }
            Refused::Closed => Error::Closing,
        }
    }

    /// A job that logs itself and then tells `tell`.
    fn job(
        &self,
        target: Target,
        prepared: Prepared,
        ending: Ending,
        tell: impl FnOnce(Execution) + Send + 'static,
    ) -> Job {
        let Prepared { args, mut execution, redactor, trace } = prepared;
        let journal = Arc::new(Mutex::new(Journal::new(self.now())));
        let stop = Arc::new(Stop::default());
        self.note_running(&execution, &journal, &stop);
        let outbound = execution.acts_as.as_deref().map(|user| self.inner.outbound.acting_as(user));
        let (app, written, masks, pace) = (self.clone(), journal.clone(), redactor.clone(), target.pace);
        let backoff = target.definition.header.retry;
        let done = move |outcome: Outcome| {
            pace.took(outcome.took);
            let again = backoff.filter(|_| may_pass(&outcome));
            {
                let mut journal = written.lock().unwrap_or_else(PoisonError::into_inner);
                app.finish(&mut execution, outcome, &mut journal, &masks);
            }
            if execution.state == State::Queued && ending == Ending::Told {
                // Whoever waited was told that the engine shuts down.
                execution.state = State::Cancelled;
            }
            match shown_too_much(&mut execution, &masks) {
                None => app.conclude(execution, again.as_ref(), &masks, trace.as_ref(), tell),
                Some(exact) => {
                    let network = app.inner.network.clone();
                    network.spawn(async move {
                        app.seal_late(&mut execution, &exact).await;
                        app.conclude(execution, again.as_ref(), &masks, trace.as_ref(), tell);
                    });
                }
            }
        };
        Job {
            function: target.definition.name.clone(),
            time: Some(target.definition.category.time()),
            script: target.script,
            args,
            settings: self.inner.settings.clone(),
            account: self.inner.account.clone(),
            outbound,
            stop,
            journal,
            redactor,
            done: Box::new(done),
        }
    }
}

/// Who learns of the end of an execution.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// A caller who waits; there is no second try.
    Told,
    /// Nobody: it was accepted, and what was stopped by a shutdown runs again.
    Queued,
}

/// One event per execution: a warning where it failed.
fn tell_of(execution: &Execution) {
    let Execution { id, name, version, actor, duration_us, .. } = execution;
    let (cause, state) = (execution.cause.word(), execution.state.word());
    match execution.state {
        State::Failed => {
            let error = execution.error.as_ref().map(|json| json.get());
            tracing::warn!(id, function = name, version, cause, actor, state, duration_us, error, "execution");
        }
        State::Queued | State::Running | State::Succeeded | State::Cancelled => {
            tracing::debug!(id, function = name, version, cause, actor, state, duration_us, "execution");
        }
    }
}

impl Target {
    fn of(function: &Deployed, script: Script) -> Self {
        let (id, version) = (function.id.clone(), function.version);
        Self { id, version, definition: function.definition.clone(), script, pace: function.pace.clone() }
    }
}

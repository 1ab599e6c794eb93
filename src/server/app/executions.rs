//! Executions: those that run, and those in the log.

use super::App;
use super::run::{Before, Call};
use crate::hosts::tape::Header;
use crate::server::Error;
use crate::server::executor::job::{Stop, Why};
use crate::server::executor::journal::{HttpCall, Journal, Said};
use crate::server::store::{Cause, Execution, Filter, State};
use serde::Serialize;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What runs now, by id.
#[derive(Default)]
pub(super) struct Running(HashMap<String, Entry>);

struct Entry {
    name: String,
    created_at: i64,
    journal: Arc<Mutex<Journal>>,
    stop: Arc<Stop>,
}

/// A running execution as it is at this moment.
#[derive(Debug, Clone, Serialize)]
pub struct Live {
    pub id: String,
    pub name: String,
    pub created_at: i64,
    /// Milliseconds since it began.
    pub elapsed: u64,
    pub lines: Vec<Said>,
    pub calls: Vec<HttpCall>,
}

impl App {
    /// Logged executions, newest first, without lines and calls; and those that run now among them.
    pub async fn executions(&self, filter: &Filter) -> Result<Vec<Execution>, Error> {
        self.settle().await;
        self.inner.store.executions(filter).await
    }

    /// One execution with everything that is known about it.
    pub async fn execution(&self, id: &str) -> Result<Execution, Error> {
        self.settle().await;
        let mut found = self.inner.store.execution(id).await?.ok_or_else(|| Error::unknown("execution", id))?;
        if let Some(live) = self.live(id).filter(|_| found.state == State::Queued) {
            found.state = State::Running;
            (found.lines, found.calls) = (live.lines, live.calls);
        }
        Ok(found)
    }

    /// A running execution.
    pub fn live(&self, id: &str) -> Option<Live> {
        let running = self.lock_running();
        running.0.get(id).map(|entry| entry.live(id))
    }

    /// All running executions, oldest first.
    pub fn all_live(&self) -> Vec<Live> {
        let running = self.lock_running();
        let mut all: Vec<_> = running.0.iter().map(|(id, entry)| entry.live(id)).collect();
        all.sort_by(|a, b| a.id.cmp(&b.id));
        all
    }

    /// Stops an execution, also one that was accepted and runs on another node or waits; it ends as cancelled.
    ///
    /// # Errors
    /// That there is none to stop.
    pub async fn cancel(&self, id: &str) -> Result<(), Error> {
        if self.stop_running(id) { Ok(()) } else { self.cancel_elsewhere(id).await }
    }

    /// Says whether it runs here.
    pub(super) fn stop_running(&self, id: &str) -> bool {
        let running = self.lock_running();
        running.0.get(id).map(|entry| entry.stop.now(Why::Cancelled)).is_some()
    }

    /// Runs an execution's function again with its arguments, in the version in force; gives the new id.
    ///
    /// # Errors
    /// That there is no such execution or function.
    pub async fn rerun(&self, id: &str, by: &str) -> Result<String, Error> {
        let old = self.execution(id).await?;
        self.enqueue(self.call_of(&old, Cause::Rerun, by).await?).await
    }

    /// The tape of an execution, for `ararat run --replay`: its first line names the function and the
    /// arguments, whose secrets are masked.
    ///
    /// # Errors
    /// That there is none, or that it would have been too long.
    pub async fn tape(&self, id: &str) -> Result<String, Error> {
        let execution = self.execution(id).await?;
        let recorded = match self.inner.store.tape(id).await? {
            Some(tape) if tape.is_empty() => {
                return Err(Error::Invalid("the execution asked for more than a tape can hold".to_owned()));
            }
            Some(tape) => tape,
            None if execution.state.is_final() => String::new(),
            None => return Err(Error::unknown("tape yet", id)),
        };
        let (name, arguments) = (Some(execution.name), Some(execution.arguments));
        let began = execution.started_at.unwrap_or(execution.created_at);
        let header = Header { function: name, arguments, ..Header::new(began) };
        let first = serde_json::to_string(&header).map_err(|error| Error::System(error.to_string()))?;
        let rest = recorded.split_once('\n').map_or("", |(_, rest)| rest);
        Ok(format!("{first}\n{rest}"))
    }

    /// The call that an execution came from.
    pub(super) async fn call_of(&self, old: &Execution, cause: Cause, by: &str) -> Result<Call, Error> {
        let arguments = self.exact_arguments(old).await?;
        let shown = old.sealed.is_some().then(|| old.arguments.clone());
        let call = Call::new(&old.name, cause, by).acting_as(old.acts_as.as_deref()).arguments(arguments).lenient();
        Ok(Call { before: Some(Box::new(Before { shown, retry: None })), ..call })
    }

    pub(super) fn note_running(&self, execution: &Execution, journal: &Arc<Mutex<Journal>>, stop: &Arc<Stop>) {
        let entry = Entry {
            name: execution.name.clone(),
            created_at: execution.created_at,
            journal: journal.clone(),
            stop: stop.clone(),
        };
        self.lock_running().0.insert(execution.id.clone(), entry);
    }

    pub(super) fn forget_running(&self, id: &str) {
        self.lock_running().0.remove(id);
    }

    /// Returns when nothing runs and nothing is being delivered.
    pub(super) async fn until_idle(&self) {
        while !self.lock_running().0.is_empty() || self.sending().under_way() > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub(super) fn stop_all(&self) {
        for entry in self.lock_running().0.values() {
            entry.stop.now(Why::Shutdown);
        }
    }

    fn lock_running(&self) -> MutexGuard<'_, Running> {
        self.inner.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn live(&self, id: &str) -> Live {
        let journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        Live {
            id: id.to_owned(),
            name: self.name.clone(),
            created_at: self.created_at,
            elapsed: journal.elapsed(),
            lines: journal.lines.clone(),
            calls: journal.calls_now(),
        }
    }
}

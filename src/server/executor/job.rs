//! One execution as the executor sees it: what to run, what may stop it, what came of it.

use super::journal::Journal;
use crate::connections::Outbound;
use crate::engine::{Args, Report, Script};
use crate::eval::limits::Stats;
use crate::fault::FaultKind;
use crate::host::Account;
use crate::http::Redactor;
use crate::value::Settings;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;

/// A function with its arguments, ready to run on any executor thread.
pub struct Job {
    pub script: Script,
    /// The function's full name.
    pub function: String,
    pub args: Args,
    pub settings: Arc<Settings>,
    /// Wall-clock time, waiting included.
    pub time: Option<Duration>,
    pub account: Arc<Account>,
    /// The way out of a user; the engine's own where absent.
    pub outbound: Option<Arc<Outbound>>,
    pub stop: Arc<Stop>,
    pub journal: Arc<Mutex<Journal>>,
    /// Masks the secrets of this execution, and those of all.
    pub redactor: Redactor,
    /// Called on the executor's thread, once, also when the job never begins to run.
    pub done: Box<dyn FnOnce(Outcome) + Send>,
}

/// What came of a job.
pub struct Outcome {
    pub result: Result<Returned, Failed>,
    pub stats: Stats,
    /// From the first statement to the last.
    pub took: Duration,
}

/// A returned value as text for people and as JSON for programs.
#[derive(Debug, Clone, PartialEq)]
pub struct Returned {
    pub text: String,
    pub json: String,
}

/// Why an execution failed.
#[derive(Debug, Clone)]
pub enum Failed {
    Script {
        fault: FaultKind,
        report: Box<Report>,
    },
    /// The arguments do not fit.
    Arguments(String),
    /// Stopped from outside.
    Stopped(Why),
    /// Not the script's fault.
    Internal(String),
}

/// Who wanted an execution to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    Cancelled,
    /// The engine shuts down; the execution may run again.
    Shutdown,
}

/// Stops an execution from outside.
#[derive(Default)]
pub struct Stop {
    state: AtomicU8,
    changed: Notify,
}

impl Stop {
    /// The first wish counts.
    pub fn now(&self, why: Why) {
        let wished = match why {
            Why::Cancelled => 1,
            Why::Shutdown => 2,
        };
        let _ = self.state.compare_exchange(0, wished, Ordering::AcqRel, Ordering::Acquire);
        self.changed.notify_waiters();
    }

    pub fn wished(&self) -> Option<Why> {
        match self.state.load(Ordering::Acquire) {
            0 => None,
            1 => Some(Why::Cancelled),
            _ => Some(Why::Shutdown),
        }
    }

    /// Returns when a stop is wished.
    pub async fn wait(&self) {
        loop {
            let changed = self.changed.notified();
            if self.wished().is_some() {
                return;
            }
            changed.await;
        }
    }
}

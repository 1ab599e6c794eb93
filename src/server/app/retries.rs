//! What follows a failed background execution: another attempt after a pause, or a place among the dead letters.

use super::App;
use super::run::Call;
use crate::fault::FaultKind;
use crate::server::backoff::Backoff;
use crate::server::executor::job::{Failed, Outcome};
use crate::server::functions::Definition;
use crate::server::store::{Cause, Claim, Execution, Filter, Retry, State};
use crate::server::{Error, ids};

impl App {
    /// Attempts that none follows any more, newest first.
    pub async fn dead_letters(&self, filter: &Filter) -> Result<Vec<Execution>, Error> {
        self.executions(&Filter { dead: true, ..filter.clone() }).await
    }

    /// Runs a dead letter again, in the version in force, as often as that says; gives the new attempt's id.
    ///
    /// # Errors
    /// That there is none, or that it cannot run.
    pub async fn retry_dead_letter(&self, id: &str, by: &str) -> Result<String, Error> {
        let old = self.execution(id).await?;
        if !old.retry.as_ref().is_some_and(|retry| retry.dead) {
            return Err(no_dead_letter(id));
        }
        let retry = Retry { attempt: 1, first_attempt: Some(old.first_attempt().to_owned()), ..Retry::default() };
        let call = self.call_of(&old, Cause::Rerun, by).await?.repeating(Some(Box::new(retry)));
        let ready = self.make_ready(&call).await?;
        if !self.store().revive_dead_letter(id, ready.execution()).await? {
            return Err(no_dead_letter(id));
        }
        self.store().audit(self.now(), by, "retry dead letter", id).await?;
        let new = ready.execution().id.clone();
        self.begin(ready);
        Ok(new)
    }

    /// Takes an execution out of the dead letters; it stays in the log.
    ///
    /// # Errors
    /// That it is none.
    pub async fn dismiss_dead_letter(&self, id: &str, by: &str) -> Result<(), Error> {
        self.settle().await;
        if !self.store().dismiss_dead_letter(id).await? {
            return Err(no_dead_letter(id));
        }
        self.store().audit(self.now(), by, "dismiss dead letter", id).await
    }

    /// What follows the end of an attempt.
    pub(super) fn follow_up(&self, ended: &mut Execution, backoff: Option<&Backoff>) {
        if ended.state != State::Failed {
            return;
        }
        let Some(retry) = ended.retry.as_deref() else { return };
        let pause = backoff.and_then(|backoff| backoff.pause(retry.attempt, rand::random()));
        let next = pause.map(|pause| next_attempt(ended, retry, self.now(), pause));
        self.metrics().failed_attempt(next.is_some());
        let Some(retry) = ended.retry.as_deref_mut() else { return };
        retry.dead = next.is_none();
        retry.next_attempt = next.as_ref().map(|next| next.id.clone());
        retry.follow_up = next.map(Box::new);
    }
}

impl Execution {
    /// The id of the first attempt: its own, where it is that.
    pub(in crate::server) fn first_attempt(&self) -> &str {
        self.retry.as_ref().and_then(|retry| retry.first_attempt.as_deref()).unwrap_or(&self.id)
    }
}

/// Whether, and as what, an accepted execution is tried again.
pub(super) fn first_retry(definition: &Definition, call: &Call) -> Option<Box<Retry>> {
    let retried = definition.header.retry.is_some() && !call.waited;
    retried.then(|| Box::new(Retry { attempt: 1, ..Retry::default() }))
}

/// Whether the same execution may succeed later. What a script uses up does not depend on when it runs, but for time.
pub(super) fn may_pass(outcome: &Outcome) -> bool {
    match &outcome.result {
        Err(Failed::Script { fault: FaultKind::Limit { kind, .. }, .. }) => *kind == "limit.time",
        Err(Failed::Script { .. } | Failed::Internal(_)) => true,
        Ok(_) | Err(Failed::Arguments(_) | Failed::Stopped(_)) => false,
    }
}

/// The attempt that follows, as it waits in the queue.
fn next_attempt(ended: &Execution, retry: &Retry, now: i64, pause: i64) -> Execution {
    let retry =
        Retry { attempt: retry.attempt + 1, first_attempt: Some(ended.first_attempt().to_owned()), ..Retry::default() };
    Execution {
        id: ids::sortable(now),
        state: State::Queued,
        output: None,
        error: None,
        lines: Vec::new(),
        calls: Vec::new(),
        statements: 0,
        duration_us: 0,
        created_at: now,
        started_at: None,
        ended_at: None,
        due_at: Some(now.saturating_add(pause)),
        retry: Some(Box::new(retry)),
        tape: None,
        claim: Some(Claim::nobody()),
        ..ended.clone()
    }
}

fn no_dead_letter(id: &str) -> Error {
    Error::unknown("dead letter", id)
}

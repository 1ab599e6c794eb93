//! Writes executions down behind their backs, many in one transaction.
//!
//! A synchronous execution answers before its row is on disk; an asynchronous one is accepted only
//! when its row is. Whoever wants to read what has just ended waits for [`Log::settle`].

use super::Error;
use super::store::{Execution, Store};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{Notify, mpsc, oneshot};

/// Rows of one transaction.
const BATCH: usize = 1000;
/// Rows that may lie unwritten before new executions wait until there are fewer.
const MOST_BEHIND: usize = 20_000;
/// From here on each new execution is slowed down a little, so that callers who are faster than the disk meet
/// many short pauses and not one long one.
const MANY_BEHIND: usize = 4_000;
const PAUSE: Duration = Duration::from_millis(2);
/// A failed write is tried again after this time.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often it is tried; then the rows are told to the process's log and given up.
const TRIES: u32 = 20;

enum Entry {
    Row(Box<Execution>, Option<oneshot::Sender<()>>),
    Settle(oneshot::Sender<()>),
}

/// The way into the log. Cheap to clone.
#[derive(Clone)]
pub struct Log {
    entries: mpsc::UnboundedSender<Entry>,
    behind: Arc<Behind>,
}

#[derive(Default)]
struct Behind {
    rows: AtomicUsize,
    fewer: Notify,
}

impl Log {
    /// Starts the writer; it ends when the last clone of the log is gone.
    pub fn start(store: Store) -> Self {
        let (entries, received) = mpsc::unbounded_channel();
        let behind = Arc::new(Behind::default());
        tokio::spawn(write_all(store, received, behind.clone()));
        Self { entries, behind }
    }

    /// Hands a row over and does not wait.
    pub fn write(&self, execution: Execution) {
        self.send(execution, None);
    }

    /// Hands a row over and waits until it is on disk.
    ///
    /// # Errors
    /// That it could not be written.
    pub async fn write_through(&self, execution: Execution) -> Result<(), Error> {
        let (done, wait) = oneshot::channel();
        self.send(execution, Some(done));
        wait.await.map_err(|_| Error::Store("the execution could not be written down".to_owned()))
    }

    /// Waits until everything handed over so far is on disk.
    pub async fn settle(&self) {
        let (done, wait) = oneshot::channel();
        if self.entries.send(Entry::Settle(done)).is_ok() {
            // A writer that has ended has nothing left to write.
            let _ = wait.await;
        }
    }

    /// How many rows are not on disk yet.
    pub fn behind(&self) -> usize {
        self.behind.rows.load(Ordering::Relaxed)
    }

    /// Waits a moment while many rows are unwritten, and for as long as there are too many.
    pub async fn room(&self) {
        if self.behind.rows.load(Ordering::Acquire) > MANY_BEHIND {
            let fewer = self.behind.fewer.notified();
            // Either is reason enough to go on.
            let _ = tokio::time::timeout(PAUSE, fewer).await;
        }
        while self.behind.rows.load(Ordering::Acquire) > MOST_BEHIND {
            let fewer = self.behind.fewer.notified();
            if self.behind.rows.load(Ordering::Acquire) > MOST_BEHIND {
                fewer.await;
            }
        }
    }

    fn send(&self, execution: Execution, done: Option<oneshot::Sender<()>>) {
        self.behind.rows.fetch_add(1, Ordering::AcqRel);
        // Without a writer the waiting side sees `done` dropped.
        let _ = self.entries.send(Entry::Row(Box::new(execution), done));
    }
}

async fn write_all(store: Store, mut entries: mpsc::UnboundedReceiver<Entry>, behind: Arc<Behind>) {
    let mut received = Vec::new();
    while entries.recv_many(&mut received, BATCH).await > 0 {
        let mut rows = Vec::with_capacity(received.len());
        let mut waiting = Vec::new();
        for entry in received.drain(..) {
            match entry {
                Entry::Row(row, done) => {
                    rows.push(*row);
                    waiting.extend(done);
                }
                Entry::Settle(done) => waiting.push(done),
            }
        }
        let count = rows.len();
        if write(&store, rows).await {
            for done in waiting {
                // Whoever waited may have gone.
                let _ = done.send(());
            }
        }
        behind.rows.fetch_sub(count, Ordering::AcqRel);
        behind.fewer.notify_waiters();
    }
}

/// Writes rows, the last state of each; says whether that succeeded.
async fn write(store: &Store, rows: Vec<Execution>) -> bool {
    if rows.is_empty() {
        return true;
    }
    let rows = last_states(rows);
    for _ in 0..TRIES {
        match store.write_executions(&rows).await {
            Ok(lost) => {
                tell_of_lost(&lost);
                return true;
            }
            Err(error) => tracing::error!(%error, rows = rows.len(), "the execution log could not be written"),
        }
        tokio::time::sleep(PATIENCE).await;
    }
    for row in &rows {
        tracing::error!(id = row.id, function = row.name, state = row.state.word(), "an execution was not logged");
    }
    false
}

/// Their lease had ended: the node that took them over records them.
fn tell_of_lost(lost: &[String]) {
    for id in lost {
        tracing::warn!(id, "an execution was taken over by another node; what it came to here does not count");
    }
}

/// One statement can write a row only once: of several states of one execution the last counts.
fn last_states(rows: Vec<Execution>) -> Vec<Execution> {
    let mut seen = std::collections::HashSet::with_capacity(rows.len());
    let mut kept: Vec<_> = rows.into_iter().rev().filter(|row| seen.insert(row.id.clone())).collect();
    kept.reverse();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn behind_by(rows: usize) -> Log {
        let log = Log { entries: mpsc::unbounded_channel().0, behind: Arc::default() };
        log.behind.rows.store(rows, Ordering::Release);
        log
    }

    #[tokio::test]
    async fn many_unwritten_rows_slow_callers_down_and_too_many_stop_them() {
        behind_by(MANY_BEHIND + 1).room().await;
        let full = behind_by(MOST_BEHIND + 1);
        let mut stopped = Box::pin(full.room());
        assert!(tokio::time::timeout(PAUSE * 10, &mut stopped).await.is_err());
        full.behind.rows.store(0, Ordering::Release);
        full.behind.fewer.notify_waiters();
        stopped.await;
    }
}

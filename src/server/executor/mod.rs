//! Runs executions: one thread per core, each a single-threaded tokio runtime on which coroutines
//! take turns. Threads take jobs from one queue when they are free to, so a script in the middle
//! of a long statement holds up nobody who has not begun.
//!
//! A bounded number runs at once and a bounded number waits; what is beyond is refused.

mod drive;
pub mod job;
pub mod journal;
mod stacks;

pub use drive::at_once;

use crate::connections::Outbound;
use crate::hosts::parked::Clock;
use crate::hosts::post::Post;
use job::{Failed, Job, Outcome, Why};
use stacks::Stacks;
use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

/// How many executions are taken at once.
#[derive(Debug, Clone, Copy)]
pub struct Capacity {
    pub threads: usize,
    /// Executions that have begun and not ended.
    pub running: usize,
    /// Executions that wait for one of those to end.
    pub waiting: usize,
    /// Accepted asynchronous executions that have not ended.
    pub accepted: usize,
}

impl Default for Capacity {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        Capacity { threads, running: 10_000, waiting: 10_000, accepted: 100_000 }
    }
}

/// Why a job was not taken; it is gone, and its `done` was not called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    Full,
    Closed,
}

/// What the threads share.
pub struct Around {
    pub outbound: Arc<Outbound>,
    /// Where requests are sent from.
    pub network: tokio::runtime::Handle,
    pub clock: Clock,
    pub post: Arc<Post>,
}

/// The threads and the queue before them.
pub struct Executor {
    queue: Mutex<Option<flume::Sender<Queued>>>,
    room: Arc<Semaphore>,
    waiting: AtomicUsize,
    capacity: Capacity,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

struct Queued {
    job: Box<Job>,
    _room: OwnedSemaphorePermit,
}

/// What one thread has.
struct Core {
    outbound: Arc<Outbound>,
    network: tokio::runtime::Handle,
    clock: Clock,
    post: Arc<Post>,
    stacks: Stacks,
    running: Cell<usize>,
}

impl Executor {
    /// Starts the threads.
    ///
    /// # Errors
    /// What the system says.
    pub fn start(capacity: Capacity, around: Around) -> io::Result<Self> {
        let (queue, jobs) = flume::unbounded();
        let around = Arc::new(around);
        let mut threads = Vec::new();
        for number in 0..capacity.threads.max(1) {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
            let (jobs, around) = (jobs.clone(), around.clone());
            let thread = std::thread::Builder::new().name(format!("ararat-run-{number}")).stack_size(8 << 20);
            threads.push(thread.spawn(move || {
                let local = tokio::task::LocalSet::new();
                local.block_on(&runtime, take_jobs(jobs, Rc::new(Core::new(&around))));
            })?);
        }
        Ok(Self {
            queue: Mutex::new(Some(queue)),
            room: Arc::new(Semaphore::new(capacity.running)),
            waiting: AtomicUsize::new(0),
            capacity,
            threads: Mutex::new(threads),
        })
    }

    /// Hands a job over; returns when it has begun to run, or will next.
    ///
    /// # Errors
    /// That there is no room, or that the engine shuts down.
    pub async fn submit(&self, job: Job) -> Result<(), Refused> {
        let room = match self.room.clone().try_acquire_owned() {
            Ok(room) => room,
            Err(tokio::sync::TryAcquireError::Closed) => return Err(Refused::Closed),
            Err(tokio::sync::TryAcquireError::NoPermits) => self.wait_for_room().await?,
        };
        self.hand_over(job, room)
    }

    /// Room for one execution, if nobody waits for it.
    pub fn room(&self) -> Option<SemaphorePermit<'_>> {
        self.room.try_acquire().ok()
    }

    /// As `submit`, for a job that was accepted before: it waits for room for as long as that takes.
    pub async fn submit_accepted(&self, job: Job) -> Result<(), Refused> {
        let room = self.room.clone().acquire_owned().await.map_err(|_| Refused::Closed)?;
        self.hand_over(job, room)
    }

    fn hand_over(&self, job: Job, room: OwnedSemaphorePermit) -> Result<(), Refused> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner).clone();
        queue.and_then(|queue| queue.send(Queued { job: Box::new(job), _room: room }).ok()).ok_or(Refused::Closed)
    }

    async fn wait_for_room(&self) -> Result<OwnedSemaphorePermit, Refused> {
        let _waiting = Waiting::count(&self.waiting, self.capacity.waiting).ok_or(Refused::Full)?;
        self.room.clone().acquire_owned().await.map_err(|_| Refused::Closed)
    }

    /// Executions that have begun.
    pub fn running(&self) -> usize {
        self.capacity.running.saturating_sub(self.room.available_permits())
    }

    /// Executions that wait for room.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    pub fn capacity(&self) -> Capacity {
        self.capacity
    }

    /// Refuses new jobs from now on, also those that wait for room.
    pub fn close(&self) {
        self.room.close();
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Waits for the threads to end, which they do after `close` when their last job has ended.
    pub fn join(&self) {
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            // A thread that panicked has told so already.
            let _ = thread.join();
        }
    }
}

/// Counts one that waits, for as long as it does.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn count(counter: &'a AtomicUsize, most: usize) -> Option<Self> {
        let counted = Self(counter);
        (counter.fetch_add(1, Ordering::AcqRel) < most).then_some(counted)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Core {
    fn new(around: &Around) -> Self {
        Self {
            outbound: around.outbound.clone(),
            network: around.network.clone(),
            clock: around.clock.clone(),
            post: around.post.clone(),
            stacks: Stacks::default(),
            running: Cell::new(0),
        }
    }
}

/// Takes jobs for as long as there may be any, then waits for those that run.
async fn take_jobs(jobs: flume::Receiver<Queued>, core: Rc<Core>) {
    let all_ended = Rc::new(tokio::sync::Notify::new());
    while let Ok(Queued { job, _room }) = jobs.recv_async().await {
        if job.stop.wished() == Some(Why::Cancelled) {
            (job.done)(never_begun());
            continue;
        }
        core.running.set(core.running.get() + 1);
        let (core, all_ended) = (core.clone(), all_ended.clone());
        tokio::task::spawn_local(async move {
            drive::drive(&core, job).await;
            drop(_room);
            core.running.set(core.running.get() - 1);
            all_ended.notify_one();
        });
        // Whoever has begun comes first, so that one thread does not swallow the whole queue.
        tokio::task::yield_now().await;
    }
    while core.running.get() > 0 {
        all_ended.notified().await;
    }
}

fn never_begun() -> Outcome {
    Outcome { result: Err(Failed::Stopped(Why::Cancelled)), stats: Default::default(), took: std::time::Duration::ZERO }
}

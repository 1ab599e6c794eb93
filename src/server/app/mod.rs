//! The engine as a value: what pages, routes and schedules call. Cheap to clone.
//!
//! `functions` keeps and publishes, `run` executes, `executions` reads the log, `keys` says who may.

mod accounts;
mod attempts;
mod connections;
mod executions;
mod functions;
mod keys;
mod once;
mod queue;
mod rate;
mod record;
mod retries;
mod run;

pub(in crate::server) use accounts::hash_of;
pub use accounts::{LinkUse, Login, Person, SESSION_LIFE, Session};
pub use executions::Live;
pub use functions::{Action, Breaks, Deployment, FunctionView};
pub use keys::{Caller, KeyWish, NewKey, Role, TOKEN_SECONDS};
pub use once::Idempotency;
pub use queue::MOST_TAKEN;
pub(in crate::server) use rate::Rate;
pub(in crate::server) use record::{fitted, masked};
pub(in crate::server) use run::Ready;
pub use run::{Call, Given};

use super::config::Config;
use super::error::Error;
use super::executor::{Around, Executor};
use super::functions::{Compiler, Deployed, Published, folder};
use super::ids;
use super::log::Log;
use super::metrics::Metrics;
use super::store::Store;
use super::traces::Traces;
use super::webhooks::incoming::Rates;
use super::webhooks::outgoing::Deliveries;
use crate::connections::{Outbound, home};
use crate::database::Place;
use crate::host::Account;
use crate::hosts::post::Post;
use crate::http::{Client, Options, Redactor};
use crate::source::Source;
use crate::value::Settings;
use arc_swap::ArcSwap;
use executions::Running;
use keys::Keys;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;

/// How often what is old is removed.
const CLEANING: Duration = Duration::from_secs(3600);
const DAY: i64 = 24 * 3600 * 1000;

/// A running engine.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    config: Config,
    settings: Arc<Settings>,
    store: Store,
    log: Log,
    published: ArcSwap<Published>,
    /// One publication at a time.
    publishing: tokio::sync::Mutex<()>,
    keys: Keys,
    attempts: attempts::Attempts,
    executor: Executor,
    running: Mutex<Running>,
    outbound: Arc<Outbound>,
    network: tokio::runtime::Handle,
    account: Arc<Account>,
    /// Asynchronous executions that have not ended.
    accepted: AtomicUsize,
    metrics: Metrics,
    /// Wakes whoever waits for the next schedule.
    rescheduled: Arc<Notify>,
    hook_rates: Rates,
    sending: Deliveries,
    closing: AtomicBool,
    /// This engine's name among those that share the database; new with each start.
    node: Arc<str>,
    /// Its lease is given up.
    left: AtomicBool,
}

impl App {
    /// Opens the database, publishes what is new in the project's folder, starts the executor.
    /// Must be called on the runtime that is to carry the network.
    ///
    /// # Errors
    /// Why the engine cannot start.
    pub async fn open(config: Config) -> Result<App, Error> {
        let store = open_store(&config).await?;
        let settings = Arc::new(config.settings.clone());
        let options = Options { reach: config.reach.clone(), redactor: Redactor::default(), trace: None };
        let client = Arc::new(Client::new(options));
        let outbound =
            Arc::new(Outbound::new(client, config.connections.clone(), connections::told_to_the_log(&config.registry)));
        let around = Around {
            outbound: outbound.clone(),
            network: tokio::runtime::Handle::current(),
            clock: config.clock.clone(),
            post: Arc::new(Post::new(config.post.clone(), &outbound)),
        };
        let executor = Executor::start(config.capacity, around)
            .map_err(|error| Error::System(format!("cannot start the executor: {error}")))?;
        let compiler = Compiler { settings: settings.clone() };
        let inner = Inner {
            settings,
            log: Log::start(store.clone()),
            published: ArcSwap::from_pointee(Published::new(Vec::new(), compiler)),
            publishing: tokio::sync::Mutex::default(),
            keys: Keys::default(),
            attempts: attempts::Attempts::default(),
            executor,
            running: Mutex::default(),
            outbound,
            network: tokio::runtime::Handle::current(),
            account: Arc::new(Account { app_name: "ararat".into(), app_uri: "ararat".into(), ..Account::default() }),
            accepted: AtomicUsize::new(0),
            metrics: Metrics::default(),
            rescheduled: Arc::default(),
            hook_rates: Rates::default(),
            sending: Deliveries::default(),
            closing: AtomicBool::new(false),
            node: ids::random_hex::<16>().into(),
            left: AtomicBool::new(false),
            store,
            config,
        };
        let app = App { inner: Arc::new(inner) };
        let known = app.inner.store.fingerprint().await?;
        app.reload().await?;
        app.load_keys().await?;
        app.publish_folder().await?;
        app.note_all_uses().await;
        app.join_nodes().await?;
        app.keep_with_others(known);
        app.apply_declared_schedules().await;
        app.keep_schedules();
        app.keep_deliveries();
        app.forget_from_time_to_time();
        app.keep_connections_alive_from_time_to_time();
        Ok(app)
    }

    /// Removes executions that are older than the retention, once an hour, for as long as the engine is there.
    fn forget_from_time_to_time(&self) {
        let inner = Arc::downgrade(&self.inner);
        tokio::spawn(async move {
            loop {
                let Some(inner) = inner.upgrade() else { return };
                let app = App { inner };
                if let Err(error) = app.forget_old().await {
                    tracing::error!(%error, "old executions could not be removed");
                }
                drop(app);
                tokio::time::sleep(CLEANING).await;
            }
        });
    }

    /// Removes executions that are older than the retention, and promises older than a day. Says how many
    /// executions there were.
    pub async fn forget_old(&self) -> Result<u64, Error> {
        if self.is_closing() {
            return Ok(0);
        }
        let retention = i64::try_from(self.inner.config.retention.as_millis()).unwrap_or(i64::MAX);
        let now = self.now();
        let kept_since = now.saturating_sub(retention).max(0);
        self.inner.store.forget_promises(now - DAY).await?;
        self.inner.store.forget_nodes().await?;
        self.inner.store.forget_schedule_runs(kept_since).await?;
        self.forget_deliveries(kept_since).await?;
        self.inner.store.forget_executions(kept_since).await
    }

    /// Reads functions anew from the database, as when another node has published.
    ///
    /// # Errors
    /// That the database cannot be read.
    pub async fn reload(&self) -> Result<(), Error> {
        let rows = self.inner.store.versions_in_force().await?;
        let functions = rows.into_iter().map(|row| {
            let source = Source::new(row.definition.name.clone(), row.source);
            Deployed::new(row.function, row.version, row.definition, source)
        });
        let next = self.published().renewed(functions.collect());
        self.inner.published.store(Arc::new(next));
        Ok(())
    }

    /// Milliseconds since the epoch.
    pub fn now(&self) -> i64 {
        (self.inner.config.clock)()
    }

    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    fn attempts(&self) -> &attempts::Attempts {
        &self.inner.attempts
    }

    /// The way out for requests, and through it the registry of connections.
    pub fn outbound(&self) -> &Arc<Outbound> {
        &self.inner.outbound
    }

    /// The secrets to keep from anything that a person may read.
    pub fn redactor(&self) -> &Redactor {
        self.inner.outbound.client().redactor()
    }

    pub fn executor(&self) -> &Executor {
        &self.inner.executor
    }

    pub fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    /// Asynchronous executions that have not ended.
    pub fn accepted(&self) -> usize {
        self.inner.accepted.load(Ordering::Relaxed)
    }

    /// Waits until executions that have ended are on disk, and what their ends cause.
    pub(in crate::server) async fn settle(&self) {
        self.inner.log.settle().await;
    }

    /// Executions that are not on disk yet.
    pub fn log_behind(&self) -> usize {
        self.inner.log.behind()
    }

    /// Whoever waits for the next schedule looks anew.
    pub(in crate::server) fn rescheduled(&self) -> &Arc<Notify> {
        &self.inner.rescheduled
    }

    /// How many requests incoming webhooks may still take.
    pub(in crate::server) fn hook_rates(&self) -> &Rates {
        &self.inner.hook_rates
    }

    /// Deliveries that are being sent.
    pub(in crate::server) fn sending(&self) -> &Deliveries {
        &self.inner.sending
    }

    /// The same engine without keeping it alive.
    pub(in crate::server) fn weak(&self) -> impl Fn() -> Option<App> + Send + 'static {
        let inner = Arc::downgrade(&self.inner);
        move || inner.upgrade().map(|inner| App { inner })
    }

    pub fn is_closing(&self) -> bool {
        self.inner.closing.load(Ordering::Acquire)
    }

    /// Lets running executions end, stops those that take longer than the grace, and closes the database.
    /// Asynchronous executions that did not end run again on another node, or at the next start.
    pub async fn close(&self) {
        self.inner.closing.store(true, Ordering::Release);
        self.inner.rescheduled.notify_waiters();
        self.inner.store.delivery_due().notify_waiters();
        self.inner.executor.close();
        let grace = self.inner.config.grace;
        let ended = tokio::time::timeout(grace, self.until_idle()).await.is_ok();
        if !ended {
            self.stop_all();
            // Statements are short, and a request is given up at once.
            let _ = tokio::time::timeout(Duration::from_secs(5), self.until_idle()).await;
        }
        self.inner.log.settle().await;
        self.inner.left.store(true, Ordering::Release);
        self.leave_nodes().await;
        self.inner.store.close().await;
        let app = self.clone();
        let sent = tokio::task::spawn_blocking(move || app.inner.config.traces.as_ref().map(Traces::close));
        // A collector that does not answer is not waited for: the exporter gives up by itself.
        let _ = sent.await;
    }

    /// Publishes each source of the project that is not what is in force.
    async fn publish_folder(&self) -> Result<(), Error> {
        let Some(project) = self.inner.config.project.clone() else { return Ok(()) };
        let found = tokio::task::spawn_blocking(move || folder::sources(&project)).await;
        let sources = found
            .map_err(|error| Error::System(error.to_string()))?
            .map_err(|error| Error::System(format!("the project cannot be read: {error}")))?;
        self.publish_sources(sources).await
    }
}

async fn open_store(config: &Config) -> Result<Store, Error> {
    if let Some(url) = &config.database_url {
        return Store::open(&Place::parse(url).map_err(Error::Invalid)?).await;
    }
    let Some(data) = &config.data else { return Store::open(&Place::Memory).await };
    home::make_private_dir(data).map_err(|error| Error::System(error.to_string()))?;
    // What is in here belongs to this machine.
    let ignore = data.join(".gitignore");
    if !ignore.exists() {
        std::fs::write(&ignore, "*\n").map_err(|error| Error::System(format!("{}: {error}", ignore.display())))?;
    }
    Store::open(&Place::File(data.join("engine.db"))).await
}

//! How an engine is set up.

use super::executor::Capacity;
use super::senders::Network;
use super::traces::Traces;
use crate::connections::outbound::{Opener, Source as Connections};
use crate::connections::registry::{Registry, Settings as RegistrySettings};
use crate::hosts::parked::Clock;
use crate::hosts::post::Routes;
use crate::http::network::Reach;
use crate::value::Settings;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Everything an engine can be told. [`Config::new`] is what `ararat serve` uses.
pub struct Config {
    /// The project: its `functions` are published at the start. Without one only the database counts.
    pub project: Option<PathBuf>,
    /// The folder of the engine's database; in memory where absent.
    pub data: Option<PathBuf>,
    /// `postgres://…`: the database that several engines share, instead of a file in `data`.
    pub database_url: Option<String>,
    pub settings: Settings,
    pub connections: Connections,
    pub registry: RegistrySettings,
    /// Private addresses are refused unless they are allowed here.
    pub reach: Reach,
    /// Where mail goes.
    pub post: Routes,
    pub capacity: Capacity,
    /// Where browsers find the engine, where that is not the address it listens on: `https://ararat.example.com`.
    pub public_url: Option<url::Url>,
    /// Requests per minute of a key that has no limit of its own; no limit where absent.
    pub rate: Option<u32>,
    /// Proxies of ours: whom they name in `X-Forwarded-For` is the sender of a webhook.
    pub proxies: Vec<Network>,
    /// Bytes of a request's body.
    pub largest_body: usize,
    /// Ended executions are forgotten after this time.
    pub retention: Duration,
    /// Sign-ins that had no new token for so long get one; none do where absent.
    pub keep_alive: Option<Duration>,
    /// How long running executions may go on when the engine shuts down.
    pub grace: Duration,
    /// Told of every execution that has ended.
    pub traces: Option<Traces>,
    pub clock: Clock,
}

impl Config {
    /// A project with its data in `.ararat`, connections of the default data directory, no private addresses.
    pub fn new(project: PathBuf) -> Self {
        let connections = Connections::Default;
        Self { data: Some(project.join(".ararat")), project: Some(project), connections, ..Self::in_memory() }
    }

    /// No project and nothing on disk: what a test wants.
    pub fn in_memory() -> Self {
        let settings = RegistrySettings { user: Some("ararat".to_owned()), ..RegistrySettings::default() };
        let open: Opener = Arc::new(move || {
            let settings = settings.clone();
            Box::pin(async move { Registry::in_memory(settings).await })
        });
        Self {
            project: None,
            data: None,
            database_url: None,
            settings: Settings::default(),
            connections: Connections::Lazy(open),
            registry: RegistrySettings::default(),
            reach: Reach { deny_private: true, allow: Vec::new() },
            post: Routes::default(),
            capacity: Capacity::default(),
            public_url: None,
            rate: None,
            proxies: Vec::new(),
            largest_body: 10 << 20,
            retention: Duration::from_secs(30 * 24 * 3600),
            keep_alive: None,
            grace: Duration::from_secs(30),
            traces: None,
            clock: Arc::new(crate::hosts::system_time),
        }
    }
}

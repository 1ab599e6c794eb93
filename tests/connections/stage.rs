//! What the tests share: a clock to turn, a host, and requests.

use ararat::connections::outbound::Source;
use ararat::connections::registry::{self, Settings};
use ararat::connections::{Error, Registry, SandboxAccount};
use ararat::fault::Fault;
use ararat::host::{Ask, Body, Host, Method, Reply, Request, Response, Target};
use ararat::hosts::{BlockingHost, HostConfig};
use ararat::http::runtime::block_on;
use sqlx::Connection;
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

pub const CLIENT_SECRET: &str = "planted-client-secret-5f1c";
pub const REFRESH: &str = "planted-refresh-token-91ab";
pub const START: i64 = 1_700_000_000_000;

/// Runs a future of the library.
pub fn wait<F: Future>(future: F) -> F::Output {
    block_on(future).expect("a runtime")
}

/// A clock that stands still until it is turned.
#[derive(Clone)]
pub struct Clock(Arc<AtomicI64>);

impl Clock {
    pub fn new() -> Self {
        Clock(Arc::new(AtomicI64::new(START)))
    }

    pub fn turn(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    /// Settings under which a certain user acts.
    pub fn settings_of(&self, user: &str) -> Settings {
        Settings { user: Some(user.to_owned()), ..self.settings() }
    }

    /// What reads it.
    pub fn reading(&self) -> registry::Clock {
        let time = self.0.clone();
        Arc::new(move || time.load(Ordering::SeqCst))
    }

    pub fn settings(&self) -> Settings {
        Settings { clock: Some(self.reading()), backoff: Some(Duration::from_millis(1)), ..Settings::default() }
    }
}

/// The registry of a folder: its file, or on PostgreSQL the database of the same name.
pub fn open(dir: &Path, settings: Settings) -> Result<Registry, Error> {
    wait(Registry::open(dir, Settings { database_url: database_of(dir), ..settings }))
}

/// A registry that no other test sees.
pub fn in_memory(settings: Settings) -> Registry {
    match server() {
        Some(_) => open(&Folder::lasting(), settings).expect("a registry"),
        None => wait(Registry::in_memory(settings)).expect("a registry"),
    }
}

/// Where the tests run again on PostgreSQL, the address of its server (see `postgres`).
pub fn server() -> Option<String> {
    std::env::var(crate::postgres::SERVER).ok()
}

/// The address of a schema of its own that stands for a folder, made where it is missing.
pub fn database_of(dir: &Path) -> Option<String> {
    let url = format!("{}/postgres", server()?);
    let name = dir.file_name().expect("a name").to_string_lossy().replace('-', "_");
    wait(async {
        let mut admin = sqlx::PgConnection::connect(&url).await?;
        let make = format!("create schema if not exists {name}");
        sqlx::query(sqlx::AssertSqlSafe(make)).execute(&mut admin).await?;
        admin.close().await
    })
    .expect("a schema");
    Some(format!("{url}?options[search_path]={name}"))
}

pub fn account(url: &str) -> SandboxAccount {
    SandboxAccount {
        accounts_url: url.to_owned(),
        api_url: url.to_owned(),
        client_id: "1000.CLIENT".into(),
        client_secret: CLIENT_SECRET.into(),
        refresh_token: REFRESH.into(),
    }
}

/// A registry in memory with a connected `zoho_crm` at the given address.
pub fn sandbox(url: &str, clock: &Clock) -> Registry {
    let registry = in_memory(clock.settings());
    wait(registry.add_sandbox(&account(url))).expect("a connection");
    registry
}

pub fn host(registry: &Registry) -> BlockingHost {
    BlockingHost::new(HostConfig { registry: Source::Open(registry.clone()), ..HostConfig::default() })
}

pub fn get(url: &str, link: Option<&str>) -> Request {
    request(Method::Get, Target::Url(url.to_owned()), link)
}

pub fn task(path: &str, link: Option<&str>) -> Request {
    request(Method::Get, Target::Zoho { family: "api".into(), path: path.into() }, link)
}

pub fn request(method: Method, target: Target, link: Option<&str>) -> Request {
    Request {
        method,
        target,
        query: vec![],
        headers: vec![],
        body: Body::Empty,
        connection: link.map(str::to_owned),
        scopes: vec![],
        timeout: Duration::from_secs(5),
        max_response: 1 << 20,
        origin: "invokeurl".into(),
    }
}

pub fn send(host: &mut BlockingHost, request: Request) -> Result<Response, Fault> {
    match host.ask(Ask::Http(request))? {
        Reply::Http(response) => Ok(response),
        other => panic!("expected an HTTP reply, found {other:?}"),
    }
}

/// A directory that is removed at the end of the test.
pub struct Folder(pub std::path::PathBuf);

impl Folder {
    pub fn new() -> Self {
        let name = format!("ararat-test-{}-{:016x}", std::process::id(), rand::random::<u64>());
        Folder(std::env::temp_dir().join(name))
    }
}

impl Folder {
    /// One that the end of the whole run removes.
    fn lasting() -> std::path::PathBuf {
        let folder = Folder::new();
        let path = folder.0.clone();
        std::mem::forget(folder);
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

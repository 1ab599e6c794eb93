//! `ararat serve`: the engine of custom functions.

mod open_files;

use super::options::SettingsOptions;
use super::project::SETTINGS;
use super::{Exit, bad_use};
use crate::hosts::post::Routes;
use crate::http::network::Reach;
use crate::http::runtime;
use crate::server::app::Role;
use crate::server::executor::Capacity;
use crate::server::senders::Network;
use crate::server::serve::Server;
use crate::server::traces::Traces;
use crate::server::{Config, Error};
use clap::Args;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

#[derive(Args)]
#[command(next_help_heading = SETTINGS)]
pub struct Serve {
    /// The port; 0 takes any that is free
    #[arg(long, default_value_t = 8080, env = "ARARAT_PORT")]
    port: u16,
    /// The address to listen on; beyond this machine only behind a proxy that speaks TLS
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDRESS")]
    bind: IpAddr,
    /// Where browsers find the console, where a proxy stands before it: https://ararat.example.com
    #[arg(long, value_name = "URL", env = "ARARAT_PUBLIC_URL", value_parser = public_url)]
    public_url: Option<url::Url>,
    /// The project folder, with ararat.toml and functions
    #[arg(long, default_value = ".", value_name = "DIR", help_heading = None)]
    dir: PathBuf,
    /// The folder of the engine's database; `.ararat` in the project where absent
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// A PostgreSQL server that several engines share, instead of a file: postgres://USER@HOST/DATABASE
    #[arg(long, value_name = "URL", env = "ARARAT_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// A host in a private network that functions may call all the same
    #[arg(long, value_name = "HOST")]
    allow_host: Vec<String>,
    /// A proxy before the engine, or its network: whom it names in `X-Forwarded-For` is the sender of a webhook
    #[arg(long, value_name = "ADDRESS")]
    trusted_proxy: Vec<Network>,
    /// Write mails into this folder, as .eml files
    #[arg(long, value_name = "DIR")]
    outbox: Option<PathBuf>,
    /// Send mails through this server: smtps://user:password@host, or ?connection=LINK for a login of the vault
    #[arg(long, value_name = "URL", env = "ARARAT_SMTP_URL", hide_env_values = true)]
    smtp_url: Option<String>,
    /// Executions that run at once, waiting ones included
    #[arg(long, default_value_t = 10_000, value_name = "NUMBER")]
    max_running: usize,
    /// Executions that wait for room; more are answered with 429
    #[arg(long, default_value_t = 10_000, value_name = "NUMBER")]
    max_waiting: usize,
    /// Days that executions stay in the log
    #[arg(long, default_value_t = 30, value_name = "DAYS")]
    retention: u32,
    /// Get a new token for every sign-in that had none for this many days: some providers end idle ones
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..))]
    keep_alive: Option<u32>,
    /// Requests per minute that a key may make unless it has a limit of its own
    #[arg(long, value_name = "NUMBER")]
    rate_limit: Option<u32>,
    /// What the log tells: error, warn, info, or debug for every execution
    #[arg(long, default_value = "info", value_name = "LEVEL", env = "ARARAT_LOG")]
    log_level: tracing::Level,
    /// Print the log as JSON, a line per event
    #[arg(long)]
    log_json: bool,
    #[command(flatten)]
    settings: SettingsOptions,
}

impl Serve {
    pub fn main(self) -> Exit {
        init_log(self.log_level, self.log_json);
        let config = match self.config() {
            Ok(config) => config,
            Err(message) => return bad_use(message),
        };
        open_files::raise(self.max_running);
        let address = SocketAddr::new(self.bind, self.port);
        let runtime = match runtime::runtime() {
            Ok(runtime) => runtime,
            Err(error) => return bad_use(format!("the network is not available: {error}")),
        };
        match runtime.block_on(serve(config, address)) {
            Ok(()) => Exit::Ok,
            Err(error) => bad_use(error),
        }
    }

    fn config(&self) -> Result<Config, String> {
        if !self.dir.is_dir() {
            return Err(format!("{} is no folder; `ararat init` makes a project", self.dir.display()));
        }
        let mut config = Config::new(self.dir.clone());
        if let Some(data) = &self.data {
            config.data = Some(data.clone());
        }
        config.database_url = self.database_url.clone();
        config.registry.database_url = self.database_url.clone();
        config.settings = self.settings.settings()?;
        config.reach = Reach { deny_private: true, allow: self.allow_host.clone() };
        config.post = Routes::read(self.smtp_url.as_deref(), self.outbox.clone())?;
        config.capacity = Capacity { running: self.max_running, waiting: self.max_waiting, ..Capacity::default() };
        config.rate = self.rate_limit;
        config.proxies.clone_from(&self.trusted_proxy);
        config.public_url = self.public_url.clone();
        config.retention = Duration::from_secs(u64::from(self.retention) * 24 * 3600);
        config.keep_alive = self.keep_alive.map(|days| Duration::from_secs(u64::from(days) * 24 * 3600));
        Ok(config)
    }
}

async fn serve(mut config: Config, address: SocketAddr) -> Result<(), Error> {
    config.traces = Traces::from_environment(&tokio::runtime::Handle::current()).map_err(Error::Invalid)?;
    let server = Server::open(config, address).await?;
    let home = match &server.app.config().public_url {
        Some(url) => url.as_str().trim_end_matches('/').to_owned(),
        None => format!("http://{}", server.address()),
    };
    outln!("Ararat serves functions at http://{}", server.address());
    if !server.app.has_keys() {
        let new = server.app.create_key("first key", Role::Administrator, "ararat serve").await?;
        outln!("The administrator's key, which is shown only now: {}", new.key.as_str());
    }
    if server.app.published().all().is_empty() {
        outln!("There are no functions yet: write one in the console, or in a project that `ararat init` makes.");
    }
    match server.app.set_up_token().await? {
        Some(token) => outln!("Open this to set up the console, once: {home}/console/welcome?token={}", token.as_str()),
        None => outln!("Open the console: {home}/console"),
    }
    outln!("Ctrl-C stops it.");
    server.run(stop_signal()).await
}

/// An origin: pages and redirect addresses are built on it.
fn public_url(text: &str) -> Result<url::Url, String> {
    let url = url::Url::parse(text).map_err(|error| error.to_string())?;
    let is_origin = matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.query().is_none();
    if is_origin && url.has_host() { Ok(url) } else { Err("expected http:// or https://, and a host".to_owned()) }
}

/// Returns on Ctrl-C or SIGTERM.
async fn stop_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

fn init_log(level: tracing::Level, json: bool) {
    let builder = tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).with_target(false);
    // Else it complains of a log that nobody reads where nobody reads, and panics.
    let builder = builder.log_internal_errors(false);
    // Fails only where another log is set up already.
    let _ = if json { builder.json().try_init() } else { builder.with_ansi(false).try_init() };
}

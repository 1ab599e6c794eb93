//! An imitation of Zoho on loopback: accounts server, CRM, Books, Desk, Creator and Cliq, over real HTTP.
//!
//! It shares no code with the rest of the crate, so that a mistake there cannot agree with itself
//! here. `server` holds the socket, `world` the state, `docs` and `store` what survives a restart,
//! `accounts` OAuth, `crm` the REST API of versions 2 to 8,
//! `books`, `desk`, `creator` and `cliq` the calls that scripts make most, `seed` the fictional organisation that a
//! fresh sandbox starts with, `control` what a test may do to all of it. It prints nothing.

mod accounts;
mod books;
mod cliq;
mod clock;
mod control;
mod creator;
mod crm;
mod desk;
mod docs;
mod exchange;
mod keys;
mod multipart;
mod seed;
mod server;
mod store;
mod world;

pub use clock::Clock;
use keys::Keys;
use serde_json::json;
use std::path::PathBuf;
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// How a sandbox starts.
#[derive(Debug, Clone, Default)]
pub struct SandboxOptions {
    /// The port on 127.0.0.1; 0 takes any that is free.
    pub port: u16,
    /// A folder for the SQLite file that keeps the state; without one it is gone at the end.
    pub data: Option<PathBuf>,
    /// The clock at the start.
    pub clock: Clock,
    /// A TOML file with modules of your own.
    pub modules: Option<PathBuf>,
}

/// Why a sandbox did not start.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The port is taken or not allowed.
    #[error("cannot listen on 127.0.0.1:{port}: {reason}; choose another port, or 0 for any")]
    Port {
        /// The port asked for.
        port: u16,
        /// What the system says.
        reason: String,
    },
    /// The data folder or its file cannot be used.
    #[error("cannot keep data in `{}`: {reason}", folder.display())]
    Data {
        /// The folder asked for.
        folder: PathBuf,
        /// What went wrong.
        reason: String,
    },
    /// The modules' description is wrong.
    #[error("cannot read the modules: {reason}")]
    Modules {
        /// What is wrong.
        reason: String,
    },
    /// The thread or its runtime did not start.
    #[error("cannot start the server: {reason}")]
    Thread {
        /// What the system says.
        reason: String,
    },
}

/// A running sandbox; it stops when dropped.
pub struct Sandbox {
    origin: String,
    keys: Keys,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts a sandbox and returns once it listens.
    pub fn start(options: SandboxOptions) -> Result<Sandbox, SandboxError> {
        let custom = options.modules.as_ref().map(std::fs::read_to_string).transpose();
        let custom = custom.map_err(|error| SandboxError::Modules { reason: error.to_string() })?;
        let plan = server::Plan {
            port: options.port,
            data: options.data,
            clock: options.clock,
            modules: crm::module::load(custom.as_deref())?,
            forms: creator::load(custom.as_deref())?,
        };
        let failed = |error: std::io::Error| SandboxError::Thread { reason: error.to_string() };
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().map_err(failed)?;
        let (stop, stopped) = oneshot::channel();
        let (started, report) = std::sync::mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("sandbox".to_owned())
            .spawn(move || {
                runtime.block_on(server::run(plan, started, stopped));
                runtime.shutdown_timeout(std::time::Duration::from_millis(200));
            })
            .map_err(failed)?;
        let ended = |_| SandboxError::Thread { reason: "it ended before it listened".to_owned() };
        let server::Started { origin, keys } = report.recv().map_err(ended)??;
        Ok(Sandbox { origin, keys, stop: Some(stop), thread: Some(thread) })
    }

    /// Where the accounts server is: `http://127.0.0.1:PORT`.
    pub fn accounts_url(&self) -> String {
        self.origin.clone()
    }

    /// Where the APIs are; the same place.
    pub fn api_url(&self) -> String {
        self.origin.clone()
    }

    /// The id of the ready-made client.
    pub fn client_id(&self) -> &str {
        &self.keys.client_id
    }

    /// Its secret.
    pub fn client_secret(&self) -> &str {
        &self.keys.client_secret
    }

    /// A refresh token of the administrator, with all scopes.
    pub fn refresh_token(&self) -> &str {
        &self.keys.refresh_token
    }

    /// A self client's code for the same, good once and for three minutes.
    pub fn grant_token(&self) -> &str {
        &self.keys.grant_token
    }

    /// A redirect address to register; the ready-made client takes any on loopback.
    pub fn redirect_uri(&self) -> &str {
        &self.keys.redirect_uri
    }

    /// All of it as one line of JSON.
    pub fn info_json(&self) -> String {
        json!({
            "accounts_url": self.origin,
            "api_url": self.origin,
            "client_id": self.keys.client_id,
            "client_secret": self.keys.client_secret,
            "refresh_token": self.keys.refresh_token,
            "grant_token": self.keys.grant_token,
            "redirect_uri": self.keys.redirect_uri,
        })
        .to_string()
    }

    /// Stops the server and waits until its data is written.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        if let Some(stop) = self.stop.take() {
            // A thread that has ended already needs no telling.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.end();
    }
}

/// The secrets are not for logs.
impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").field("origin", &self.origin).finish_non_exhaustive()
    }
}

//! The world that a run or a prompt reaches: output, clock, network, connections, sandbox.

// Some of it only the prompt asks for.
#![cfg_attr(not(feature = "repl"), allow(dead_code))]

use crate::host::Host;
use clap::Args;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// What a run may reach.
#[derive(Args, Clone, Default)]
pub struct HostOptions {
    /// Run against the embedded sandbox instead of your own connections
    #[cfg(feature = "sandbox")]
    #[arg(long)]
    sandbox: bool,
    /// Print each request as a curl line, with status, size and time, to standard error
    #[cfg(feature = "http")]
    #[arg(long)]
    trace: bool,
    /// Write mails into this folder, as .eml files
    #[cfg(feature = "http")]
    #[arg(long, value_name = "DIR")]
    outbox: Option<std::path::PathBuf>,
}

/// A host with all that lives as long as it.
pub struct World {
    #[cfg(feature = "http")]
    host: crate::hosts::BlockingHost,
    #[cfg(not(feature = "http"))]
    host: crate::hosts::Offline,
    stop: Arc<AtomicBool>,
    #[cfg(feature = "sandbox")]
    sandbox: Option<crate::sandbox::Sandbox>,
}

#[cfg(not(feature = "http"))]
impl World {
    /// Makes a host without a network.
    ///
    /// # Errors
    /// None in this build.
    pub fn open(_options: &HostOptions) -> Result<Self, String> {
        let output = std::io::BufWriter::with_capacity(1 << 16, std::io::stdout());
        Ok(Self { host: crate::hosts::Offline::writing(Box::new(output)), stop: Arc::default() })
    }

    /// Link names of the connections at hand.
    pub fn link_names(&self) -> Vec<String> {
        Vec::new()
    }

    /// A line for each connection at hand.
    ///
    /// # Errors
    /// Always: this build has no connections.
    pub fn connection_lines(&self) -> Result<Vec<String>, String> {
        Err("this build has no network, and so no connections".to_owned())
    }

    /// Writes out what was printed.
    pub fn flush(&mut self) {
        self.host.flush();
    }

    /// Stops what runs in the background.
    pub fn close(self) {}
}

#[cfg(feature = "http")]
mod online {
    use super::{HostOptions, World};
    use crate::connections::outbound::Source;
    use crate::host::Account;
    use crate::hosts::{BlockingHost, HostConfig};
    use crate::http::runtime;
    use std::sync::{Arc, Mutex};

    impl World {
        /// Makes the host that the options describe; starts the sandbox if it is asked for.
        ///
        /// # Errors
        /// Why it cannot be had.
        pub fn open(options: &HostOptions) -> Result<Self, String> {
            let mut config = HostConfig { outbox: options.outbox.clone(), account: account(), ..HostConfig::default() };
            if options.trace {
                config.trace = Some(Arc::new(Mutex::new(|line: &str| eprintln!("{line}"))));
            }
            let stop = config.stop.clone();
            #[cfg(feature = "sandbox")]
            let sandbox = match options.sandbox {
                true => Some(sandbox(&mut config)?),
                false => None,
            };
            Ok(Self {
                host: BlockingHost::new(config),
                stop,
                #[cfg(feature = "sandbox")]
                sandbox,
            })
        }

        /// Link names of the connections at hand; none when the registry cannot be read.
        pub fn link_names(&self) -> Vec<String> {
            let connections = self.connections().unwrap_or_default();
            connections.into_iter().map(|connection| connection.link_name).collect()
        }

        /// A line for each connection at hand: link name, service, state.
        ///
        /// # Errors
        /// Why the registry cannot be read.
        pub fn connection_lines(&self) -> Result<Vec<String>, String> {
            let line = |connection: crate::connections::Connection| {
                format!("{:<24} {:<20} {}", connection.link_name, connection.service, connection.state.word())
            };
            Ok(self.connections()?.into_iter().map(line).collect())
        }

        fn connections(&self) -> Result<Vec<crate::connections::Connection>, String> {
            let outbound = self.host.outbound().clone();
            let work = async move { outbound.registry().await?.connections().await };
            runtime::block_on(work).map_err(|error| error.to_string())?.map_err(|error| error.to_string())
        }

        /// Writes out what was printed.
        pub fn flush(&mut self) {
            if let Err(fault) = self.host.flush() {
                eprintln!("error: {fault}");
            }
        }

        /// Stops what runs in the background.
        pub fn close(self) {
            #[cfg(feature = "sandbox")]
            if let Some(sandbox) = self.sandbox {
                sandbox.stop();
            }
        }
    }

    /// Who runs the scripts: `ARARAT_USER` and `ARARAT_USER_EMAIL`, or a name that is nobody's.
    fn account() -> Account {
        let setting = |name: &str, other: &str| std::env::var(name).unwrap_or_else(|_| other.to_owned());
        let (user, email) = (setting("ARARAT_USER", "Local User"), setting("ARARAT_USER_EMAIL", "user@example.com"));
        Account {
            login_user: user.clone(),
            login_user_id: email.clone(),
            admin_user: user,
            admin_user_id: email,
            app_name: "ararat".to_owned(),
            app_uri: "ararat".to_owned(),
            ip_address: "127.0.0.1".to_owned(),
        }
    }

    /// Starts a sandbox, and makes the registry hold a connection to it, `zoho_crm`.
    #[cfg(feature = "sandbox")]
    fn sandbox(config: &mut HostConfig) -> Result<crate::sandbox::Sandbox, String> {
        use crate::connections::registry::{Registry, SandboxAccount, Settings};
        use crate::sandbox::{Sandbox, SandboxOptions};
        let sandbox = Sandbox::start(SandboxOptions::default()).map_err(|error| error.to_string())?;
        let account = SandboxAccount {
            accounts_url: sandbox.accounts_url(),
            api_url: sandbox.api_url(),
            client_id: sandbox.client_id().to_owned(),
            client_secret: sandbox.client_secret().to_owned(),
            refresh_token: sandbox.refresh_token().to_owned(),
        };
        let registry = runtime::block_on(async {
            let registry = Registry::in_memory(Settings::default()).await?;
            registry.add_sandbox(&account).await?;
            Ok::<_, crate::connections::Error>(registry)
        });
        let registry = registry.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
        config.registry = Source::Open(registry);
        Ok(sandbox)
    }
}

impl World {
    pub fn host(&mut self) -> &mut dyn Host {
        &mut self.host
    }

    /// Forgets an earlier Ctrl-C, and lets the next one stop the running statement.
    pub fn arm(&mut self) {
        static STOP: OnceLock<Arc<AtomicBool>> = OnceLock::new();
        self.stop.store(false, Ordering::Relaxed);
        let mut first = false;
        STOP.get_or_init(|| {
            first = true;
            self.stop.clone()
        });
        if first {
            let stop = self.stop.clone();
            // Without the handler Ctrl-C ends the program, which is the system's own way.
            let _ = ctrlc::set_handler(move || stop.store(true, Ordering::Relaxed));
        }
        let _ = std::io::stdout().flush();
    }
}

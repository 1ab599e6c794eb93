//! The world that a run or a prompt reaches: output, clock, network, connections, sandbox.

// Some of it only the prompt asks for.
#![cfg_attr(not(feature = "repl"), allow(dead_code))]

use crate::host::Host;
use clap::Args;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// What a run may reach, and what is kept of it.
#[derive(Args, Clone, Default)]
pub struct HostOptions {
    #[command(flatten)]
    pub(super) world: WorldOptions,
    /// Print each request as a curl line instead of sending it, and answer it with `{}`; no credential is read
    #[cfg(feature = "http")]
    #[arg(long, conflicts_with = "replay")]
    #[cfg_attr(feature = "sandbox", arg(conflicts_with = "sandbox"))]
    dry_run: bool,
    /// Write a page with the timeline of the run into this file
    #[cfg(feature = "http")]
    #[arg(long, value_name = "FILE")]
    trace_html: Option<std::path::PathBuf>,
    /// Record every request and reply on a tape, without secrets
    #[cfg(feature = "http")]
    #[arg(long, value_name = "FILE", conflicts_with = "replay")]
    pub(super) record: Option<std::path::PathBuf>,
    /// Take every reply from a tape instead of the network
    #[cfg(feature = "http")]
    #[arg(long, value_name = "FILE")]
    #[cfg_attr(feature = "sandbox", arg(conflicts_with = "sandbox"))]
    pub(super) replay: Option<std::path::PathBuf>,
}

/// The world that runs and tests reach.
#[derive(Args, Clone, Default)]
pub struct WorldOptions {
    /// Run against the embedded sandbox instead of your own connections
    #[cfg(feature = "sandbox")]
    #[arg(long)]
    pub(super) sandbox: bool,
    /// PostgreSQL database that holds the connections, as in `postgres://user@host/database`
    #[cfg(feature = "http")]
    #[arg(long, value_name = "URL", env = "ARARAT_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// Print each request as a curl line, with status, size and time, to standard error
    #[cfg(feature = "http")]
    #[arg(long)]
    trace: bool,
    /// Write mails into this folder as .eml files, other messages as .json files
    #[cfg(feature = "http")]
    #[arg(long, value_name = "DIR")]
    outbox: Option<std::path::PathBuf>,
    /// Send mails through this server: smtps://user:password@host, or ?connection=LINK for a login of the vault
    #[cfg(feature = "http")]
    #[arg(long, value_name = "URL", env = "ARARAT_SMTP_URL", hide_env_values = true)]
    smtp_url: Option<String>,
    /// Stop the script's clock at this time, as in `2026-03-02T09:00:00Z`
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(super) now: Option<i64>,
    /// How closely a run has to follow its tape
    #[cfg(feature = "http")]
    #[arg(long, value_enum, default_value_t, requires = "replay")]
    replay_match: ReplayMatch,
    /// Refuse requests to this machine and to private networks
    #[cfg(feature = "http")]
    #[arg(long)]
    deny_private_network: bool,
    /// A host that may be called all the same, by name or address
    #[cfg(feature = "http")]
    #[arg(long, value_name = "HOST", requires = "deny_private_network")]
    allow_host: Vec<String>,
}

#[cfg(feature = "server")]
#[cfg_attr(not(feature = "sandbox"), allow(clippy::unused_self))]
impl WorldOptions {
    /// Whether the sandbox is asked for.
    pub fn has_sandbox(&self) -> bool {
        #[cfg(feature = "sandbox")]
        return self.sandbox;
        #[cfg(not(feature = "sandbox"))]
        false
    }

    /// Takes the sandbox back, for a run that takes everything from a tape.
    pub fn leave_sandbox(&mut self) {
        #[cfg(feature = "sandbox")]
        {
            self.sandbox = false;
        }
    }
}

#[cfg(feature = "http")]
impl HostOptions {
    /// What the tape of a replay says of itself.
    ///
    /// # Errors
    /// That it is no tape.
    pub fn replayed(&self) -> Result<Option<crate::hosts::tape::Header>, String> {
        let tape = self.replay.as_deref().map(crate::hosts::tape::Tape::read).transpose()?;
        Ok(tape.map(|tape| tape.header))
    }
}

/// How closely a run has to follow its tape.
#[cfg(feature = "http")]
#[derive(Clone, Copy, Default, clap::ValueEnum)]
enum ReplayMatch {
    /// The same requests in the same order
    #[default]
    Strict,
    /// Any order, by method and address; replies may be used again
    Relaxed,
}

/// Milliseconds since the epoch of a time with its zone.
fn moment(text: &str) -> Result<i64, String> {
    let time: Result<jiff::Timestamp, _> = text.parse();
    let time = time.map_err(|_| "expected a time with its zone, such as `2026-03-02T09:00:00Z`".to_owned())?;
    Ok(time.as_millisecond())
}

/// A host with all that lives as long as it.
pub struct World {
    #[cfg(feature = "http")]
    host: crate::hosts::Watched,
    #[cfg(not(feature = "http"))]
    host: crate::hosts::Offline,
    /// Where the page with the timeline goes.
    #[cfg(feature = "http")]
    page: Option<std::fs::File>,
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
    pub fn open(options: &HostOptions) -> Result<Self, String> {
        let output = std::io::BufWriter::with_capacity(1 << 16, std::io::stdout());
        let mut host = crate::hosts::Offline::writing(Box::new(output));
        if let Some(now) = options.world.now {
            host = host.at(now);
        }
        Ok(Self { host, stop: Arc::default() })
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

    /// Notes how a run ended; nothing here asks for it.
    pub fn ended(&mut self, _: &crate::engine::Script, _: &Result<crate::engine::Run, crate::engine::Failure>) {}

    /// Stops what runs in the background.
    ///
    /// # Errors
    /// None in this build.
    pub fn close(self) -> Result<(), String> {
        Ok(())
    }
}

#[cfg(feature = "server")]
pub(super) use online::account;

#[cfg(feature = "http")]
mod online {
    use super::{HostOptions, ReplayMatch, World};
    #[cfg(feature = "sandbox")]
    use crate::connections::outbound::Source;
    use crate::connections::registry::Settings;
    use crate::engine::{Failure, Run, Script};
    use crate::host::Account;
    use crate::hosts::post::Routes;
    use crate::hosts::replay::{Match, ReplayConfig};
    use crate::hosts::tape::{Tape, Writer};
    use crate::hosts::timeline::{Ending, SourceText, Timeline};
    use crate::hosts::{BlockingHost, HostConfig, Inner, ReplayHost, Watched, system_time};
    use crate::http::client::Trace;
    use crate::http::network::Reach;
    use crate::http::runtime;
    use crate::source::Source as SourceFile;
    use std::fs::{File, OpenOptions};
    use std::io::Write;
    use std::path::Path;
    use std::sync::atomic::AtomicBool;
    use std::sync::{Arc, Mutex};

    impl World {
        /// Makes the host that the options describe; starts the sandbox if it is asked for.
        ///
        /// # Errors
        /// Why it cannot be had.
        pub fn open(options: &HostOptions) -> Result<Self, String> {
            let stop = Arc::new(AtomicBool::new(false));
            if let Some(path) = &options.replay {
                let mut host = Watched::new(Inner::Replay(Box::new(replay(options, path, stop.clone())?)));
                let page = page(options, &mut host)?;
                return Ok(Self {
                    host,
                    page,
                    stop,
                    #[cfg(feature = "sandbox")]
                    sandbox: None,
                });
            }
            #[cfg_attr(not(feature = "sandbox"), expect(unused_mut, reason = "the sandbox puts its connections in"))]
            let mut config = config(options, stop.clone())?;
            #[cfg(feature = "sandbox")]
            let sandbox = match options.world.sandbox {
                true => Some(sandbox(&mut config)?),
                false => None,
            };
            let mut host = Watched::new(Inner::Live(BlockingHost::new(config)));
            if let Some(path) = &options.record {
                let tape = Writer::create(path, system_time());
                host.record(tape.map_err(|error| format!("cannot write the tape {}: {error}", path.display()))?);
            }
            let page = page(options, &mut host)?;
            Ok(Self {
                host,
                page,
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
            let outbound = match self.host.inner() {
                Inner::Live(host) => host.outbound().clone(),
                Inner::Replay(_) => return Err("a replay has no connections".to_owned()),
            };
            let work = async move { outbound.registry().await?.connections().await };
            runtime::block_on(work).map_err(|error| error.to_string())?.map_err(|error| error.to_string())
        }

        /// Writes out what was printed.
        pub fn flush(&mut self) {
            if let Err(fault) = self.host.flush() {
                errln!("error: {fault}");
            }
        }

        /// Notes how a run ended, for the page with its timeline.
        pub fn ended(&mut self, script: &Script, outcome: &Result<Run, Failure>) {
            let (ending, statements) = match outcome {
                Ok(run) => (Ending::Ran, Some(run.stats.statements)),
                Err(Failure::Script { report, stats, .. }) => {
                    (Ending::Failed { report: self.host.clean(&report.to_string()) }, Some(stats.statements))
                }
                Err(Failure::Call(message)) => (Ending::Failed { report: message.clone() }, None),
            };
            let source = |source: &SourceFile| SourceText {
                name: source.name().to_owned(),
                text: self.host.clean(source.text()),
            };
            let sources: Vec<SourceText> = script.sources().iter().map(source).collect();
            let title = sources.first().map_or_else(String::new, |source| source.name.clone());
            let used = statements.map(|count| format!("{count} statements")).into_iter().collect();
            self.host.tell(|timeline| {
                *timeline = Timeline { title, sources, ending, used, ..std::mem::take(timeline) };
            });
        }

        fn write_page(&mut self) -> Result<(), String> {
            let Some((mut file, timeline)) = self.page.take().zip(self.host.take_timeline()) else { return Ok(()) };
            let written = file.write_all(timeline.page().as_bytes());
            written.map_err(|error| format!("the timeline could not be written: {error}"))
        }

        /// Ends the tape, says what is left of one that was replayed, and stops what runs in the background.
        ///
        /// # Errors
        /// What could not be written.
        pub fn close(self) -> Result<(), String> {
            if let Some(left) = self.left_over() {
                errln!("note: {left}");
            }
            self.end()
        }

        /// What was on a replayed tape and not asked for.
        pub fn left_over(&self) -> Option<String> {
            match self.host.inner() {
                Inner::Replay(host) => host.left_over(),
                Inner::Live(_) => None,
            }
        }

        /// A text without the secrets that are known by now.
        #[cfg(feature = "server")]
        pub fn clean(&self, text: &str) -> String {
            self.host.clean(text)
        }

        /// Ends the tape, and stops what runs in the background.
        ///
        /// # Errors
        /// What could not be written.
        pub fn end(mut self) -> Result<(), String> {
            let finished = self.host.finish().and(self.write_page());
            #[cfg(feature = "sandbox")]
            if let Some(sandbox) = self.sandbox {
                sandbox.stop();
            }
            finished
        }
    }

    /// The file of the page, made at the start, so that a wrong name is told before the script runs.
    fn page(options: &HostOptions, host: &mut Watched) -> Result<Option<File>, String> {
        let Some(path) = &options.trace_html else { return Ok(None) };
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        // What a run was told is its owner's affair, as a tape is.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        let began = jiff::Timestamp::from_millisecond(system_time()).unwrap_or_default().to_string();
        host.watch(Timeline { title: "prompt".to_owned(), began, ..Timeline::default() });
        Ok(Some(file))
    }

    fn config(options: &HostOptions, stop: Arc<AtomicBool>) -> Result<HostConfig, String> {
        let reach = Reach { deny_private: options.world.deny_private_network, allow: options.world.allow_host.clone() };
        let clock = options.world.now.map(|now| Box::new(move || now) as Box<dyn Fn() -> i64>);
        let (post, account, trace) =
            (Routes::read(options.world.smtp_url.as_deref(), options.world.outbox.clone())?, account(), trace(options));
        let (ask, events) = (crate::cli::connections::asking(), Some(crate::cli::connections::notes()));
        let settings =
            Settings { ask, database_url: options.world.database_url.clone(), events, ..Settings::default() };
        Ok(HostConfig {
            post,
            account,
            trace,
            clock,
            stop,
            reach,
            settings,
            dry_run: options.dry_run,
            ..HostConfig::default()
        })
    }

    fn replay(options: &HostOptions, path: &Path, stop: Arc<AtomicBool>) -> Result<ReplayHost, String> {
        let matching = match options.world.replay_match {
            ReplayMatch::Strict => Match::Strict,
            ReplayMatch::Relaxed => Match::Relaxed,
        };
        let (account, trace) = (account(), trace(options));
        let config = ReplayConfig { matching, now: options.world.now, account, trace, stop, ..ReplayConfig::default() };
        Ok(ReplayHost::new(Tape::read(path)?, config))
    }

    fn trace(options: &HostOptions) -> Option<Trace> {
        (options.world.trace || options.dry_run).then(|| Arc::new(Mutex::new(|line: &str| errln!("{line}"))) as Trace)
    }

    /// Who runs the scripts: `ARARAT_USER` and `ARARAT_USER_EMAIL`, or a name that is nobody's.
    pub(in crate::cli) fn account() -> Account {
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

    /// Starts a sandbox, and makes the registry hold connections to it: `zoho_crm`, `zoho_books` …
    #[cfg(feature = "sandbox")]
    fn sandbox(config: &mut HostConfig) -> Result<crate::sandbox::Sandbox, String> {
        use crate::connections::registry::{Registry, SandboxAccount};
        use crate::sandbox::{Sandbox, SandboxOptions};
        let sandbox = Sandbox::start(SandboxOptions::default()).map_err(|error| error.to_string())?;
        // The sandbox is on loopback: its own address, with its port, may be called in any case.
        for address in [sandbox.accounts_url(), sandbox.api_url()] {
            config.reach.allow.extend(address.split("://").nth(1).map(|rest| rest.trim_end_matches('/').to_owned()));
        }
        config.post.sandbox = url::Url::parse(&format!("{}/__sandbox/outbox", sandbox.api_url())).ok();
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
            for service in ["zoho_books", "zoho_desk", "zoho_creator", "zoho_cliq"] {
                registry.add_sandbox_product(service, &account).await?;
            }
            Ok::<_, crate::connections::Error>(registry)
        });
        let registry = registry.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
        config.registry = Source::Open(registry);
        config.stand_in = Some(sandbox.api_url());
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

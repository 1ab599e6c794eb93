//! The host of scripts that run from a file or at the prompt: it waits for each wish.
//!
//! Output is buffered, and flushed before anything slow. The network, the registry and the vault
//! come to life with the first request that needs them; a script that only computes and prints
//! never pays for them.

use super::output::Output;
use super::post::{Post, Routes};
use crate::connections::Outbound;
use crate::connections::outbound::Source;
use crate::connections::registry::Settings;
use crate::fault::{Fault, FaultKind};
use crate::host::{Account, Ask, Host, Reply, Request};
use crate::http::client::Trace;
use crate::http::network::Reach;
use crate::http::{Client, Options, Redactor, runtime};
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How often a waiting request looks at the stop flag.
const STOP_CHECK: Duration = Duration::from_millis(50);

/// Everything a host can be told. `HostConfig::default()` is what `ararat run` uses.
pub struct HostConfig {
    /// Where `info` goes; stdout where absent.
    pub output: Option<Box<dyn Write>>,
    /// Gets each request as a `curl` line, and how it went.
    pub trace: Option<Trace>,
    /// Instead of the system's clock: milliseconds since the epoch.
    pub clock: Option<Box<dyn Fn() -> i64>>,
    pub account: Account,
    pub registry: Source,
    pub settings: Settings,
    /// Where mail and other messages go.
    pub post: Routes,
    /// Set from outside to stop the script.
    pub stop: Arc<AtomicBool>,
    pub reach: Reach,
    /// Calls to Zoho's hosts that name no connection go to this server: the sandbox.
    pub stand_in: Option<String>,
    /// Requests are shown to `trace` instead of sent, and answered with `{}`.
    pub dry_run: bool,
}

impl Default for HostConfig {
    fn default() -> Self {
        HostConfig {
            output: None,
            trace: None,
            clock: None,
            account: Account::default(),
            registry: Source::Default,
            settings: Settings::default(),
            post: Routes::default(),
            stop: Arc::new(AtomicBool::new(false)),
            reach: Reach::default(),
            stand_in: None,
            dry_run: false,
        }
    }
}

/// Carries wishes out one after the other, on the script's own thread.
pub struct BlockingHost {
    output: Output,
    clock: Box<dyn Fn() -> i64>,
    account: Account,
    outbound: Arc<Outbound>,
    post: Post,
    stop: Arc<AtomicBool>,
}

impl BlockingHost {
    pub fn new(config: HostConfig) -> Self {
        let redactor = Redactor::default();
        let options = Options { reach: config.reach, redactor: redactor.clone(), trace: config.trace };
        let client = Arc::new(Client::new(options));
        let outbound = Outbound::new(client, config.registry, config.settings).dry(config.dry_run);
        let outbound = Arc::new(outbound.standing_in(config.stand_in));
        let post = Post::new(config.post, &outbound).dry(config.dry_run);
        BlockingHost {
            output: Output::new(config.output, redactor, config.stop.clone()),
            clock: config.clock.unwrap_or_else(|| Box::new(super::system_time)),
            account: config.account,
            post,
            outbound,
            stop: config.stop,
        }
    }

    /// The way out for requests, to be shared with what else needs the registry.
    pub fn outbound(&self) -> &Arc<Outbound> {
        &self.outbound
    }

    /// The secrets to keep from anything that a person may read.
    pub fn redactor(&self) -> &Redactor {
        self.outbound.client().redactor()
    }

    /// Writes out what has been printed so far.
    pub fn flush(&mut self) -> Result<(), Fault> {
        self.output.flush()
    }

    fn http(&mut self, request: Request) -> Result<Reply, Fault> {
        let outbound = self.outbound.clone();
        self.wait(async move |_| outbound.send(&request).await.map(Reply::Http))
    }

    /// Waits for something slow, or until the script is stopped.
    fn wait<T>(&mut self, work: impl AsyncFnOnce(&Post) -> Result<T, Fault>) -> Result<T, Fault> {
        self.flush()?;
        self.breathe()?;
        let (stop, post) = (&self.stop, &self.post);
        let work = async {
            tokio::select! {
                done = work(post) => done,
                () = stopped(stop) => Err(FaultKind::Stopped.into()),
            }
        };
        runtime::block_on(work)
            .map_err(|error| Fault::other("run.http", format!("the network is not available: {error}")))?
    }

    /// Lets a message of the script go its way.
    fn send(&mut self, ask: Ask<'_>) -> Result<Reply, Fault> {
        let (now, outbound) = ((self.clock)(), self.outbound.clone());
        let outbound = &*outbound;
        match ask {
            Ask::Mail(mail) => self.wait(async |post| post.mail(&mail, now, outbound).await)?,
            Ask::Sms(sms) => self.wait(async |post| post.sms(&sms, now, outbound).await)?,
            Ask::Push { to, title, message } => {
                self.wait(async |post| post.push(&to, &title, &message, now, outbound).await)?;
            }
            Ask::OpenUrl { url, window, option } => {
                let kept = self.wait(async |post| post.open_url(url, window, option, now, outbound).await)?;
                if !kept {
                    // A local run has no page to open it from: the wish is told, and the script goes on.
                    errln!("note: openUrl({url:?}, {window:?}) does nothing here");
                }
            }
            Ask::Print(_) | Ask::Http(_) | Ask::Now | Ask::Account | Ask::Breathe => {}
        }
        Ok(Reply::Done)
    }

    fn breathe(&self) -> Result<Reply, Fault> {
        if self.stop.load(Ordering::Relaxed) { Err(FaultKind::Stopped.into()) } else { Ok(Reply::Done) }
    }
}

impl Host for BlockingHost {
    fn ask(&mut self, ask: Ask<'_>) -> Result<Reply, Fault> {
        match ask {
            Ask::Print(line) => self.output.line(line).map(|()| Reply::Done),
            Ask::Http(request) => self.http(request),
            Ask::Mail(_) | Ask::Sms(_) | Ask::Push { .. } | Ask::OpenUrl { .. } => self.send(ask),
            Ask::Now => Ok(Reply::Now((self.clock)())),
            Ask::Account => Ok(Reply::Account(self.account.clone())),
            Ask::Breathe => self.breathe(),
        }
    }
}

async fn stopped(stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        tokio::time::sleep(STOP_CHECK).await;
    }
}

//! `ararat sandbox`: the embedded imitation of Zoho as a server of its own.

use super::{Exit, bad_use};
use crate::sandbox::{Sandbox, SandboxOptions};
use clap::Args;
use std::path::PathBuf;
use std::sync::mpsc;

/// What `ararat sandbox --help` ends with.
const CONTROLS: &str = "\
While it runs, tests can steer it with JSON sent to /__sandbox/…:
  GET, PUT state            export or import everything
  POST reset                as at the first start; clients and tokens stay
  GET, POST clock           {\"set\": \"2026-03-02T06:30:00Z\"}, {\"advance_seconds\": 60} or {\"system\": true}
  POST, DELETE faults       {\"status\": 503, \"count\": 2, \"path\": \"/crm\", \"method\": \"GET\", \"body\": {}, \"retry_after\": 5}
  POST latency              {\"milliseconds\": 200}
  POST throttle             {\"on\": true} for tokens, {\"calls_per_minute\": 10} for the APIs
  POST consent              {\"mode\": \"ask\"}, \"approve\" or \"deny\"
  POST tokens/expire        ends all access tokens; tokens/revoke the refresh tokens too
  GET, DELETE outbox        mail and messages that would have been sent
  GET calls                 the last 500 calls, without secrets";

#[derive(Args)]
#[command(after_help = CONTROLS)]
pub struct Serve {
    /// Port on 127.0.0.1; 0 takes any that is free
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Folder for the SQLite file that keeps the state; without it the state is gone at the end
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// TOML file with modules and fields of your own (docs/sandbox.md shows one)
    #[arg(long, value_name = "FILE", alias = "modules")]
    schema: Option<PathBuf>,
    /// Print the addresses and credentials as one line of JSON, and nothing else
    #[arg(long)]
    json: bool,
}

impl Serve {
    pub fn main(self) -> Exit {
        let options =
            SandboxOptions { port: self.port, data: self.data, modules: self.schema, ..SandboxOptions::default() };
        let sandbox = match Sandbox::start(options) {
            Ok(sandbox) => sandbox,
            Err(error) => return bad_use(error),
        };
        let (stop, stopped) = mpsc::channel();
        if let Err(error) = ctrlc::set_handler(move || {
            // Nobody listens any more: it is stopping already.
            let _ = stop.send(());
        }) {
            return bad_use(format!("cannot listen for Ctrl-C: {error}"));
        }
        match self.json {
            true => outln!("{}", sandbox.info_json()),
            false => {
                outln!("Zoho accounts and CRM, imitated at {}", sandbox.accounts_url());
                outln!("client id      {}", sandbox.client_id());
                outln!("client secret  {}", sandbox.client_secret());
                outln!("refresh token  {}", sandbox.refresh_token());
                outln!("grant token    {}", sandbox.grant_token());
                outln!("redirect URI   {}", sandbox.redirect_uri());
                outln!("Ctrl-C stops it.");
            }
        }
        // The channel also ends when the handler is gone; either way it is time to stop.
        let _ = stopped.recv();
        sandbox.stop();
        Exit::Ok
    }
}

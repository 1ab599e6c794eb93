//! The world that a run or a prompt reaches: output, clock, network, connections, sandbox.

use crate::host::Host;
use crate::hosts::Offline;
use clap::Args;
use std::io::Write;

#[derive(Args, Clone, Default)]
pub struct HostOptions {
    /// Run against the embedded sandbox instead of your own connections
    #[cfg(feature = "sandbox")]
    #[arg(long)]
    pub sandbox: bool,
}

/// A host with all that lives as long as it.
pub struct World {
    host: Offline,
}

impl World {
    /// Makes the host that the options describe.
    ///
    /// # Errors
    /// Why it cannot be had.
    pub fn open(_options: &HostOptions) -> Result<Self, String> {
        let output = std::io::BufWriter::with_capacity(1 << 16, std::io::stdout());
        Ok(Self { host: Offline::writing(Box::new(output)) })
    }

    pub fn host(&mut self) -> &mut dyn Host {
        &mut self.host
    }

    /// Forgets an earlier Ctrl-C, and lets the next one stop the running statement.
    pub fn arm(&mut self) {}

    /// Link names of the connections at hand.
    pub fn link_names(&self) -> Vec<String> {
        Vec::new()
    }

    /// A line for each connection at hand.
    ///
    /// # Errors
    /// Why the registry cannot be read.
    pub fn connection_lines(&self) -> Result<Vec<String>, String> {
        Ok(Vec::new())
    }

    /// Writes out what was printed.
    pub fn flush(&mut self) {
        self.host.flush();
        let _ = std::io::stdout().flush();
    }

    /// Stops what runs in the background.
    pub fn close(self) {}
}

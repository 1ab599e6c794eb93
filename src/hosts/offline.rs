//! A host without a network: prints into memory or to a writer, knows the time, refuses the rest.

use crate::fault::Fault;
use crate::host::{Account, Ask, Host, Reply};
use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

/// Keeps what a script prints; refuses requests and mails by name.
pub struct Offline {
    printed: String,
    writer: Option<Box<dyn Write>>,
    now: Option<i64>,
    account: Account,
}

impl Offline {
    pub fn new() -> Self {
        Self { printed: String::new(), writer: None, now: None, account: Account::default() }
    }

    /// Prints to a writer instead of into memory.
    pub fn writing(writer: Box<dyn Write>) -> Self {
        Self { writer: Some(writer), ..Self::new() }
    }

    /// Stops the clock at a moment, in milliseconds since the epoch.
    pub fn at(mut self, epoch_ms: i64) -> Self {
        self.now = Some(epoch_ms);
        self
    }

    /// Writes out what is still buffered. Output that nobody takes any more (a closed pipe) is dropped.
    pub fn flush(&mut self) {
        if let Some(writer) = &mut self.writer {
            let _ = writer.flush();
        }
    }

    /// What was printed into memory.
    pub fn printed(&self) -> &str {
        &self.printed
    }
}

impl Default for Offline {
    fn default() -> Self {
        Self::new()
    }
}

/// Milliseconds since the epoch.
pub fn system_time() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

impl Host for Offline {
    fn ask(&mut self, ask: Ask<'_>) -> Result<Reply, Fault> {
        match ask {
            Ask::Print(line) => match &mut self.writer {
                Some(writer) => writeln!(writer, "{line}")
                    .map_err(|error| Fault::other("run.value", format!("cannot write the output: {error}")))?,
                None => {
                    self.printed.push_str(line);
                    self.printed.push('\n');
                }
            },
            Ask::Now => return Ok(Reply::Now(self.now.unwrap_or_else(system_time))),
            Ask::Account => return Ok(Reply::Account(self.account.clone())),
            Ask::OpenUrl { .. } | Ask::Breathe => {}
            Ask::Http(request) => {
                return Err(Fault::other(
                    "run.http",
                    format!("`{}` needs the network, and this run has none", request.origin),
                ));
            }
            Ask::Mail(_) => {
                return Err(Fault::other("run.mail", "`sendmail` needs a mail server, and this run has none"));
            }
            Ask::Sms(_) | Ask::Push { .. } => return Err(Fault::unsupported("sending messages without a network")),
        }
        Ok(Reply::Done)
    }
}

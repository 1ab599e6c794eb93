//! What a script prints: redacted, gathered, and written out before anything slow.

use crate::fault::Fault;
use crate::http::Redactor;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Output is written out when this much has gathered.
const BUFFER: usize = 32 * 1024;

/// A buffered way to stdout, or to where a host was told to print.
pub struct Output {
    writer: Box<dyn Write>,
    buffer: Vec<u8>,
    redactor: Redactor,
    /// Set when nobody reads any more.
    stop: Arc<AtomicBool>,
}

impl Output {
    pub fn new(writer: Option<Box<dyn Write>>, redactor: Redactor, stop: Arc<AtomicBool>) -> Self {
        Output { writer: writer.unwrap_or_else(|| Box::new(io::stdout())), buffer: Vec::new(), redactor, stop }
    }

    /// Prints one line, without the secrets that are known by now.
    pub fn line(&mut self, line: &str) -> Result<(), Fault> {
        self.buffer.extend_from_slice(self.redactor.clean(line).as_bytes());
        self.buffer.push(b'\n');
        if self.buffer.len() >= BUFFER { self.flush() } else { Ok(()) }
    }

    /// Writes out what has been printed so far.
    pub fn flush(&mut self) -> Result<(), Fault> {
        self.write_out().map_err(|error| Fault::other("run.value", format!("the output could not be written: {error}")))
    }

    fn write_out(&mut self) -> io::Result<()> {
        let result = self.writer.write_all(&self.buffer).and_then(|()| self.writer.flush());
        self.buffer.clear();
        match result {
            // The reader went away, as `head` does: nobody is left to tell.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.stop.store(true, Ordering::Relaxed);
                Ok(())
            }
            other => other,
        }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        // What was printed before a panic or an early return is still the script's output.
        let _ = self.write_out();
    }
}

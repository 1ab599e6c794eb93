//! Writes a tape, line by line, so that a run that is cut off leaves all it got.

use super::entry::{Header, Line, Times};
use jiff::Timestamp;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// A tape that is being recorded, into a file or into memory.
pub struct Writer<W: Write = BufWriter<File>> {
    out: W,
    /// Times are counted, so that a loop that asks for the time does not fill the tape.
    time: Option<Times>,
}

impl Writer {
    /// Begins a tape; a file of that name is replaced. Only its owner may read it.
    ///
    /// # Errors
    /// Why it cannot be written.
    pub fn create(path: &Path, now: i64) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Self::begin(BufWriter::new(options.open(path)?), now)
    }
}

impl<W: Write> Writer<W> {
    /// Begins a tape with its header.
    pub fn begin(out: W, now: i64) -> io::Result<Self> {
        let mut writer = Writer { out, time: None };
        writer.json(&Header::new(now))?;
        writer.out.flush()?;
        Ok(writer)
    }

    /// Writes one entry.
    pub fn write(&mut self, line: &Line) -> io::Result<()> {
        self.write_time()?;
        self.json(line)?;
        self.out.flush()
    }

    /// Notes that the script was told the time.
    pub fn now(&mut self, epoch_ms: i64) -> io::Result<()> {
        let time = moment(epoch_ms);
        match &mut self.time {
            Some(last) if last.time == time => {
                last.count += 1;
                Ok(())
            }
            Some(_) | None => {
                self.write_time()?;
                self.time = Some(Times { time, count: 1 });
                Ok(())
            }
        }
    }

    /// Writes what is still held back.
    pub fn finish(&mut self) -> io::Result<()> {
        self.write_time()?;
        self.out.flush()
    }

    /// Ends the tape and gives what it was written into.
    pub fn into_inner(mut self) -> io::Result<W>
    where
        W: Default,
    {
        self.finish()?;
        Ok(std::mem::take(&mut self.out))
    }

    fn write_time(&mut self) -> io::Result<()> {
        match self.time.take() {
            Some(times) => self.json(&Line::Now(times)),
            None => Ok(()),
        }
    }

    fn json<T: serde::Serialize>(&mut self, line: &T) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, line)?;
        self.out.write_all(b"\n")
    }
}

impl<W: Write> Drop for Writer<W> {
    fn drop(&mut self) {
        // A run that ends early leaves the times it has seen; there is nobody left to tell of a failure.
        let _ = self.finish();
    }
}

fn moment(epoch_ms: i64) -> Timestamp {
    Timestamp::from_millisecond(epoch_ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

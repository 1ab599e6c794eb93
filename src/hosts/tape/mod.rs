//! A tape: everything a run got from the world, so that it can be repeated without one.
//!
//! One JSON object per line. The first says what the file is; each further one is a request with
//! its reply, the time, the account or a mail, in the order in which the script asked:
//!
//! ```text
//! {"ararat_tape":1,"recorded":"2026-03-02T09:00:00Z","by":"ararat 0.1.0"}
//! {"now":{"time":"2026-03-02T09:00:00.120Z"}}
//! {"http":{"method":"GET","url":"https://example.com/a?b=1","reply":{"status":200,"body":{"json":[1]}}}}
//! ```
//!
//! Requests stand there as the script meant them, before a connection added its credentials;
//! `redacted` takes out what secrets are left. A task's address, which depends on the connection,
//! reads `zoho://FAMILY/PATH`.

pub mod entry;
pub mod redacted;
mod writer;

pub use entry::Header;
pub use entry::Line;
use std::path::Path;
pub use writer::Writer;

/// The version of the format that is written and read.
pub const VERSION: u32 = 1;

/// A tape as it was read: each line with its number, from 2 on.
#[derive(Debug)]
pub struct Tape {
    /// What the file is called in messages.
    pub name: String,
    pub header: Header,
    pub lines: Vec<(usize, Line)>,
}

impl Tape {
    /// Reads a tape from a file.
    ///
    /// # Errors
    /// Why it is none, with the line.
    pub fn read(path: &Path) -> Result<Self, String> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read the tape {name}: {error}"))?;
        Self::parse(&name, &text)
    }

    /// Reads a tape from a text; `name` is what messages call it.
    ///
    /// # Errors
    /// Why it is none, with the line.
    pub fn parse(name: &str, text: &str) -> Result<Self, String> {
        let mut lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
        let header = lines.next().and_then(|(line, _)| serde_json::from_str::<Header>(line).ok());
        let header = match header {
            Some(header) if header.ararat_tape == VERSION => header,
            Some(header) => {
                return Err(format!("{name}: expected a tape of version {VERSION}, found {}", header.ararat_tape));
            }
            None => {
                return Err(format!("{name} is no tape: expected a first line such as {{\"ararat_tape\":{VERSION}}}"));
            }
        };
        let entry = |(line, number): (&str, usize)| match serde_json::from_str(line) {
            Ok(entry) => Ok((number, entry)),
            Err(error) => Err(format!("{name}, line {number}: expected an entry of a tape, found another: {error}")),
        };
        Ok(Tape { name: name.to_owned(), header, lines: lines.map(entry).collect::<Result<_, _>>()? })
    }
}

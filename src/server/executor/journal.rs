//! What an execution did while it ran: its lines, its requests, its tape. Can be read meanwhile.

use crate::engine::Script;
use crate::fault::Place;
use crate::host::Account;
use crate::hosts::parked::Witness;
use crate::hosts::tape::entry::{Exchange, Person};
use crate::hosts::tape::{Line, Writer};
use crate::http::Redactor;
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Bytes of a tape; a longer one is cut off and cannot be replayed.
const LONGEST_TAPE: usize = 4 << 20;

/// A line of `info`, and what else a timeline shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// Milliseconds since the execution began.
    pub at: u64,
    pub text: String,
}

/// A request that an execution made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HttpCall {
    /// Milliseconds since the execution began.
    pub at: u64,
    /// How long it took, in milliseconds.
    pub ms: u64,
    pub method: String,
    /// Without secrets.
    pub url: String,
    /// What asked: `invokeurl`, or the name of a task.
    pub origin: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<String>,
    /// Absent where no reply came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why no reply came; while it is under way, there is neither.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// The line that asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The function that it is a line of, where that is not the one that was begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

/// A line, and a function where it is not the one that was begun.
pub type Standing = (Option<u32>, Option<String>);

impl HttpCall {
    pub fn is_under_way(&self) -> bool {
        self.status.is_none() && self.fault.is_none()
    }

    fn of(at: u64, exchange: &Exchange, (line, file): Standing) -> Self {
        Self {
            at,
            ms: exchange.ms,
            method: exchange.method.clone(),
            url: exchange.url.clone(),
            origin: exchange.origin.clone(),
            connection: exchange.connection.clone(),
            status: exchange.reply.as_ref().map(|reply| reply.status),
            fault: exchange.fault.as_ref().map(|fault| fault.message.clone()),
            line,
            file,
        }
    }
}

/// The record of one running execution.
pub struct Journal {
    started: Instant,
    /// Milliseconds since the epoch.
    began: i64,
    pub lines: Vec<Said>,
    pub calls: Vec<HttpCall>,
    under_way: Option<Box<HttpCall>>,
    tape: Option<Writer<Vec<u8>>>,
    taped: usize,
    /// The tape was longer than it may be.
    cut: bool,
    knows_account: bool,
}

impl Journal {
    /// An empty record that begins now.
    pub fn new(began: i64) -> Self {
        Self {
            started: Instant::now(),
            began,
            lines: Vec::new(),
            calls: Vec::new(),
            under_way: None,
            tape: None,
            taped: 0,
            cut: false,
            knows_account: false,
        }
    }

    /// Starts the clock anew: the execution begins only now.
    pub fn begin(&mut self, began: i64) {
        self.started = Instant::now();
        self.began = began;
    }

    pub fn say(&mut self, text: String) {
        let at = self.elapsed();
        self.lines.push(Said { at, text });
    }

    /// Milliseconds since the beginning.
    pub fn elapsed(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Requests so far, that which is under way among them.
    pub fn calls_now(&self) -> Vec<HttpCall> {
        let now = self.elapsed();
        let under_way =
            self.under_way.as_deref().map(|call| HttpCall { ms: now.saturating_sub(call.at), ..call.clone() });
        self.calls.iter().cloned().chain(under_way).collect()
    }

    /// A request that goes out, without its secrets. Says when that was.
    pub fn calling(&mut self, exchange: &Exchange, standing: Standing) -> u64 {
        let at = self.elapsed();
        self.under_way = Some(Box::new(HttpCall::of(at, exchange, standing)));
        at
    }

    /// The end of the request that was under way, without its secrets.
    pub fn called(&mut self, at: u64, exchange: Exchange) {
        let standing = self.under_way.take().map(|call| (call.line, call.file)).unwrap_or_default();
        self.calls.push(HttpCall::of(at, &exchange, standing));
        let length = exchange.reply.as_ref().and_then(|reply| reply.body.as_ref()).map_or(0, |body| body.shown().len());
        self.on_tape(length + 256, |tape| tape.write(&Line::Http(Box::new(exchange))));
    }

    /// Any other entry of the tape.
    pub fn entry(&mut self, line: &Line) {
        self.on_tape(256, |tape| tape.write(line));
    }

    /// The tape, if the execution asked for anything; an empty one where it would have been too long.
    pub fn take_tape(&mut self) -> Option<Vec<u8>> {
        let tape = self.tape.take()?;
        if self.cut {
            return Some(Vec::new());
        }
        // Memory takes every write.
        tape.into_inner().ok()
    }

    fn on_tape(&mut self, size: usize, write: impl FnOnce(&mut Writer<Vec<u8>>) -> io::Result<()>) {
        self.taped += size;
        if self.taped > LONGEST_TAPE {
            self.cut = true;
            return;
        }
        if self.tape.is_none() {
            self.tape = Writer::begin(Vec::new(), self.began).ok();
        }
        if let Some(tape) = &mut self.tape {
            let _ = write(tape);
        }
    }
}

/// Writes into a journal what passes without a suspension.
pub struct Scribe {
    pub journal: Arc<Mutex<Journal>>,
    pub redactor: Redactor,
    script: Script,
    standing: Cell<Option<Place>>,
}

impl Scribe {
    pub fn new(journal: Arc<Mutex<Journal>>, redactor: Redactor, script: Script) -> Self {
        Self { journal, redactor, script, standing: Cell::new(None) }
    }

    /// Where the script stands.
    pub fn standing(&self) -> Standing {
        let Some(place) = self.standing.get() else { return Standing::default() };
        let other = self.script.sources().get(place.source as usize).filter(|_| place.source > 0);
        (Some(place.line), other.map(|source| source.name().to_owned()))
    }

    pub fn open(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Witness for Scribe {
    fn printed(&self, line: &str) {
        let line = self.redactor.clean(line).into_owned();
        self.open().say(line);
    }

    fn told_time(&self, epoch_ms: i64) {
        self.open().on_tape(8, |tape| tape.now(epoch_ms));
    }

    fn told_account(&self, account: &Account) {
        let mut journal = self.open();
        if !std::mem::replace(&mut journal.knows_account, true) {
            journal.entry(&Line::Account(Box::new(Person::from(account))));
        }
    }

    fn standing_at(&self, place: Place) {
        self.standing.set(Some(place));
    }

    fn opened(&self, url: &str, window: &str) {
        let line = self.redactor.clean(&format!("openUrl: {url} ({window})")).into_owned();
        self.open().say(line);
    }
}

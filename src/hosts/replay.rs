//! A host that plays a recorded run back: no network, no registry, no secrets.
//!
//! Every request is answered from a [`Tape`]. One that the tape does not have ends the script:
//! a script cannot catch that, for it would go on with a world that never was.

use super::output::Output;
use super::tape::entry::{Content, Exchange, Posted, Times};
use super::tape::redacted::{self, same};
use super::tape::{Line, Tape};
use crate::fault::{Fault, FaultKind};
use crate::host::{Account, Ask, Host, Reply, Request};
use crate::http::Redactor;
use crate::http::client::Trace;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Texts in messages are cut after this many characters.
const SHOWN: usize = 300;

/// How closely a run has to follow its tape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Match {
    /// The same requests in the same order: method, address with query, body.
    #[default]
    Strict,
    /// Any order, by method and address; a reply may be given again.
    Relaxed,
}

/// Everything a replay can be told.
#[derive(Default)]
pub struct ReplayConfig {
    pub matching: Match,
    /// Where `info` goes; stdout where absent.
    pub output: Option<Box<dyn Write>>,
    /// Instead of the times on the tape: milliseconds since the epoch.
    pub now: Option<i64>,
    /// Used where the tape has no account.
    pub account: Account,
    /// Gets a line for each request, and where on the tape its reply stands.
    pub trace: Option<Trace>,
    /// Set from outside to stop the script.
    pub stop: Arc<AtomicBool>,
}

/// Answers from a tape.
pub struct ReplayHost {
    name: String,
    exchanges: Vec<(usize, Exchange)>,
    used: Vec<bool>,
    mails: Vec<(usize, Posted)>,
    mails_sent: usize,
    times: std::collections::VecDeque<Times>,
    account: Account,
    matching: Match,
    now: Option<i64>,
    output: Output,
    redactor: Redactor,
    trace: Option<Trace>,
    stop: Arc<AtomicBool>,
}

impl ReplayHost {
    pub fn new(tape: Tape, config: ReplayConfig) -> Self {
        let redactor = Redactor::default();
        let mut host = ReplayHost {
            name: tape.name,
            exchanges: Vec::new(),
            used: Vec::new(),
            mails: Vec::new(),
            mails_sent: 0,
            times: Default::default(),
            account: config.account,
            matching: config.matching,
            now: config.now,
            output: Output::new(config.output, redactor.clone(), config.stop.clone()),
            redactor,
            trace: config.trace,
            stop: config.stop,
        };
        for (number, line) in tape.lines {
            match line {
                Line::Http(exchange) => host.exchanges.push((number, *exchange)),
                Line::Now(times) => host.times.push_back(times),
                Line::Account(person) => host.account = Account::from(&*person),
                Line::Mail(posted) => host.mails.push((number, *posted)),
            }
        }
        host.used = vec![false; host.exchanges.len()];
        host
    }

    /// The secrets that the script itself has shown.
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// Writes out what has been printed so far.
    pub fn flush(&mut self) -> Result<(), Fault> {
        self.output.flush()
    }

    /// What a strict run has left on the tape: `2 requests …, the first in line 7: GET …`.
    pub fn left_over(&self) -> Option<String> {
        let left: Vec<_> = self.exchanges.iter().zip(&self.used).filter(|(_, used)| !**used).collect();
        let ((number, first), _) = left.first().filter(|_| self.matching == Match::Strict)?;
        let requests = if left.len() == 1 { "1 request was" } else { &format!("{} requests were", left.len()) };
        let call = call(first);
        Some(format!("{requests} on the tape and not made, the first in line {number} of {}: {call}", self.name))
    }

    fn http(&mut self, request: &Request) -> Result<Reply, Fault> {
        self.flush()?;
        self.breathe()?;
        let asked = redacted::asked(request, &self.redactor);
        self.tell(&call(&asked));
        let at = match self.matching {
            Match::Strict => self.next_strict(&asked)?,
            Match::Relaxed => self.find_relaxed(&asked)?,
        };
        self.used[at] = true;
        let (number, exchange) = &self.exchanges[at];
        if let Some(failure) = &exchange.fault {
            self.tell(&format!("# failed, as in line {number} of {}", self.name));
            return Err(failure.fault());
        }
        let broken = |what: String| mismatch(format!("{what} ({}, line {number})", self.name));
        let answer = exchange.reply.as_ref().ok_or_else(|| broken("expected a reply or a fault, found none".into()))?;
        let response = answer.response(&asked.url).map_err(broken)?;
        let size = response.body.len();
        self.tell(&format!("# {}, {size} bytes, from line {number} of {}", response.status, self.name));
        Ok(Reply::Http(response))
    }

    /// The next entry, if it is the request.
    fn next_strict(&self, asked: &Exchange) -> Result<usize, Fault> {
        let made = call(asked);
        let Some(at) = self.used.iter().position(|used| !used) else {
            let count = self.exchanges.len();
            let message = format!("expected no request after the {count} on the tape {}, found `{made}`", self.name);
            return Err(mismatch(message));
        };
        let (number, expected) = &self.exchanges[at];
        let place = format!("{}, line {number}", self.name);
        if expected.method != asked.method || !same(&expected.url, &asked.url) {
            return Err(mismatch(format!("expected the request `{}` ({place}), found `{made}`", call(expected))));
        }
        let (expected, found) = (shown(expected.body.as_ref()), shown(asked.body.as_ref()));
        if !same(&expected, &found) {
            let (expected, found) = differing(&expected, &found);
            return Err(mismatch(format!("expected {expected} as the body of `{made}` ({place}), found {found}")));
        }
        Ok(at)
    }

    /// The first entry for this method and address that has not been used, else the last one that has.
    fn find_relaxed(&self, asked: &Exchange) -> Result<usize, Fault> {
        let fits = |at: &usize| {
            let (_, entry) = &self.exchanges[*at];
            entry.method == asked.method && same(&entry.url, &asked.url)
        };
        let all = || (0..self.exchanges.len()).filter(fits);
        let body = shown(asked.body.as_ref());
        let same_body = |at: &usize| same(&shown(self.exchanges[*at].1.body.as_ref()), &body);
        let fresh = |at: &usize| !self.used[*at];
        let found = all().find(|at| fresh(at) && same_body(at)).or_else(|| all().find(fresh));
        found.or_else(|| all().rfind(same_body)).or_else(|| all().next_back()).ok_or_else(|| {
            let next = self.used.iter().position(|used| !used).and_then(|at| self.exchanges.get(at));
            let next =
                next.map(|(number, entry)| format!("; the next one not used is `{}`, line {number}", call(entry)));
            let made = call(asked);
            mismatch(format!(
                "expected a request of the tape {}, found `{made}`{}",
                self.name,
                next.unwrap_or_default()
            ))
        })
    }

    /// A mail, or another message in its form.
    fn mail(&mut self, found: Posted) -> Result<Reply, Fault> {
        let Some((number, expected)) = self.mails.get(self.mails_sent) else {
            return Err(Fault::limit(
                "run.mail",
                format!("expected no further mail by the tape {}, found one to {}", self.name, found.to.join(", ")),
            ));
        };
        let text = |mail: &Posted| format!("{} to {}: {}", mail.subject, mail.to.join(", "), mail.message);
        if self.matching == Match::Strict && !same(&text(expected), &text(&found)) {
            let (expected, found) = differing(&text(expected), &text(&found));
            let message = format!("expected the mail {expected} ({}, line {number}), found {found}", self.name);
            return Err(Fault::limit("run.mail", message));
        }
        self.mails_sent += 1;
        expected.fault.as_ref().map_or(Ok(Reply::Done), |failure| Err(failure.fault()))
    }

    /// The times of the tape one after the other; the last one stands still.
    fn now(&mut self) -> i64 {
        if let Some(now) = self.now {
            return now;
        }
        let Some(first) = self.times.front_mut() else { return super::system_time() };
        let now = first.time.as_millisecond();
        first.count = first.count.saturating_sub(1);
        if first.count == 0 && self.times.len() > 1 {
            self.times.pop_front();
        }
        now
    }

    fn breathe(&self) -> Result<Reply, Fault> {
        if self.stop.load(Ordering::Relaxed) { Err(FaultKind::Stopped.into()) } else { Ok(Reply::Done) }
    }

    fn tell(&self, line: &str) {
        if let Some(trace) = &self.trace {
            let mut sink = trace.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            sink(line);
        }
    }
}

impl Host for ReplayHost {
    fn ask(&mut self, ask: Ask<'_>) -> Result<Reply, Fault> {
        match ask {
            Ask::Print(line) => self.output.line(line).map(|()| Reply::Done),
            Ask::Http(request) => self.http(&request),
            Ask::Mail(mail) => self.mail(redacted::posted(&mail, &self.redactor)),
            Ask::Sms(_) | Ask::Push { .. } => {
                redacted::noticed(&ask, &self.redactor).map_or(Ok(Reply::Done), |found| self.mail(found))
            }
            Ask::OpenUrl { url, window, .. } => {
                errln!("note: openUrl({url:?}, {window:?}) does nothing here");
                Ok(Reply::Done)
            }
            Ask::Now => Ok(Reply::Now(self.now())),
            Ask::Account => Ok(Reply::Account(self.account.clone())),
            Ask::Breathe => self.breathe(),
        }
    }
}

/// A limit, not a failure of the world: no `catch` sees it.
fn mismatch(message: String) -> Fault {
    Fault::limit("run.http", message)
        .help("record the run again with `--record`, or take replies in any order with `--replay-match relaxed`")
}

/// `GET https://…, connection `x``.
fn call(exchange: &Exchange) -> String {
    let url = cut(&exchange.url);
    match &exchange.connection {
        Some(link) => format!("{} {url}, connection {link}", exchange.method),
        None => format!("{} {url}", exchange.method),
    }
}

fn shown(body: Option<&Content>) -> String {
    body.map(Content::shown).unwrap_or_default()
}

/// Both texts from shortly before the place where they part.
fn differing(expected: &str, found: &str) -> (String, String) {
    let same = expected.chars().zip(found.chars()).take_while(|(a, b)| a == b).count();
    let skip = same.saturating_sub(30);
    let tail = |text: &str| {
        let tail: String = text.chars().skip(skip).collect();
        let start = if skip > 0 { "…" } else { "" };
        if text.is_empty() { "none".to_owned() } else { format!("`{start}{}`", cut(&tail)) }
    };
    (tail(expected), tail(found))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

//! Stands around a host and keeps what passes: on a tape, to repeat the run, or on a timeline, to look at it.
//!
//! Without either every wish goes straight through.

use super::tape::entry::{Exchange, Person, Posted};
use super::tape::{Line, Writer, redacted};
use super::timeline::{At, Event, Timeline, What};
use super::{BlockingHost, ReplayHost};
use crate::fault::{Fault, FaultKind, Place};
use crate::host::{Ask, Host, Mail, Reply, Request};
use crate::http::Redactor;
use std::io;
use std::time::Instant;

/// The host within; one exists per run.
#[allow(clippy::large_enum_variant)]
pub enum Inner {
    Live(BlockingHost),
    Replay(Box<ReplayHost>),
}

/// A host that is watched, or only carried.
pub struct Watched {
    inner: Inner,
    tape: Option<Writer>,
    watch: Option<Watch>,
    knows_account: bool,
}

/// A timeline that is being filled.
struct Watch {
    timeline: Timeline,
    started: Instant,
    place: Option<At>,
}

impl Watch {
    fn now(&self) -> f64 {
        self.started.elapsed().as_secs_f64() * 1000.0
    }

    /// Something that began at `at` and has just ended.
    fn add(&mut self, at: f64, what: What) {
        let ms = self.now() - at;
        self.timeline.add(Event { at, ms, place: self.place, what });
    }
}

impl Watched {
    pub fn new(inner: Inner) -> Self {
        Watched { inner, tape: None, watch: None, knows_account: false }
    }

    /// Records on a tape from now on.
    pub fn record(&mut self, tape: Writer) {
        self.tape = Some(tape);
    }

    /// Fills a timeline from now on.
    pub fn watch(&mut self, timeline: Timeline) {
        self.watch = Some(Watch { timeline, started: Instant::now(), place: None });
    }

    /// Changes the timeline, where there is one.
    pub fn tell(&mut self, change: impl FnOnce(&mut Timeline)) {
        if let Some(watch) = &mut self.watch {
            change(&mut watch.timeline);
        }
    }

    /// A text without the secrets that are known by now.
    pub fn clean(&self, text: &str) -> String {
        self.redactor().clean(text).into_owned()
    }

    /// Ends the timeline and hands it over.
    pub fn take_timeline(&mut self) -> Option<Timeline> {
        let watch = self.watch.take()?;
        Some(Timeline { ms: watch.now(), ..watch.timeline })
    }

    pub fn inner(&self) -> &Inner {
        &self.inner
    }

    /// Writes out what has been printed so far.
    pub fn flush(&mut self) -> Result<(), Fault> {
        match &mut self.inner {
            Inner::Live(host) => host.flush(),
            Inner::Replay(host) => host.flush(),
        }
    }

    /// Ends the tape.
    ///
    /// # Errors
    /// That it could not be written.
    pub fn finish(&mut self) -> Result<(), String> {
        let written = self.tape.take().map_or(Ok(()), |mut tape| tape.finish());
        written.map_err(|error| format!("the tape could not be written: {error}"))
    }

    fn redactor(&self) -> Redactor {
        match &self.inner {
            Inner::Live(host) => host.redactor().clone(),
            Inner::Replay(host) => host.redactor().clone(),
        }
    }

    fn pass(&mut self, ask: Ask<'_>) -> Result<Reply, Fault> {
        match &mut self.inner {
            Inner::Live(host) => host.ask(ask),
            Inner::Replay(host) => host.ask(ask),
        }
    }

    fn http(&mut self, request: Request) -> Result<Reply, Fault> {
        let redactor = self.redactor();
        // Before the request goes out: what it shows of secrets is kept from the output that follows.
        redacted::asked(&request, &redactor);
        let (began, started) = (self.since(), Instant::now());
        let outcome = self.pass(Ask::Http(request.clone()));
        let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        if is_stop(&outcome) {
            return outcome;
        }
        // Again afterwards: the connection's own secrets are known only now.
        let mut exchange = Exchange { ms, ..redacted::asked(&request, &redactor) };
        let mut size = None;
        match &outcome {
            Ok(Reply::Http(response)) => {
                size = Some(response.body.len());
                exchange.reply = Some(redacted::answered(response, &exchange.url, &redactor));
                // The reply may have told what the address or a body held.
                let told = redacted::asked(&request, &redactor);
                exchange = Exchange { ms, reply: exchange.reply, ..told };
            }
            Ok(Reply::Done | Reply::Now(_) | Reply::Account(_)) => {}
            Err(fault) => exchange.fault = Some(redacted::failed(fault, &redactor)),
        }
        self.see(began, || What::called(&exchange, size));
        self.note(|tape| tape.write(&Line::Http(Box::new(exchange))))?;
        outcome
    }

    fn mail(&mut self, mail: Mail) -> Result<Reply, Fault> {
        let (redactor, began) = (self.redactor(), self.since());
        let mut posted = redacted::posted(&mail, &redactor);
        let outcome = self.pass(Ask::Mail(mail));
        posted.fault = outcome.as_ref().err().map(|fault| redacted::failed(fault, &redactor));
        self.see(began, || What::mailed(&posted));
        self.note(|tape| tape.write(&Line::Mail(Box::new(posted))))?;
        outcome
    }

    fn print(&mut self, line: &str) -> Result<Reply, Fault> {
        let (redactor, began) = (self.redactor(), self.since());
        if let Some(watch) = &mut self.watch {
            let what = What::printed(&redactor.clean(line));
            watch.timeline.add(Event { at: began, ms: 0.0, place: watch.place, what });
        }
        self.pass(Ask::Print(line))
    }

    /// `sendsms`, a push notification or `openUrl`; of the last, a tape knows nothing, as it always goes well.
    fn message(&mut self, ask: Ask<'_>) -> Result<Reply, Fault> {
        let (redactor, began) = (self.redactor(), self.since());
        let noticed = redacted::noticed(&ask, &redactor);
        let opened = if let Ask::OpenUrl { url, window, .. } = &ask {
            redactor.clean(&format!("openUrl {url} in {window}")).into_owned()
        } else {
            String::new()
        };
        let outcome = self.pass(ask);
        let fault = outcome.as_ref().err().map(|fault| redacted::failed(fault, &redactor));
        let text =
            noticed.as_ref().map_or(opened, |to| format!("{} to {}: {}", to.subject, to.to.join(", "), to.message));
        let said = fault.as_ref().map(|fault| fault.message.clone());
        self.see(began, || What::Told { text, fault: said });
        if let Some(posted) = noticed {
            self.note(|tape| tape.write(&Line::Mail(Box::new(Posted { fault, ..posted }))))?;
        }
        outcome
    }

    /// Milliseconds since the timeline began.
    fn since(&self) -> f64 {
        self.watch.as_ref().map_or(0.0, Watch::now)
    }

    fn see(&mut self, began: f64, what: impl FnOnce() -> What) {
        if let Some(watch) = &mut self.watch {
            watch.add(began, what());
        }
    }

    fn note(&mut self, write: impl FnOnce(&mut Writer) -> io::Result<()>) -> Result<(), Fault> {
        let written = self.tape.as_mut().map_or(Ok(()), write);
        written.map_err(|error| Fault::limit("run.value", format!("the tape could not be written: {error}")))
    }
}

impl Host for Watched {
    fn standing_at(&mut self, place: Place) {
        if let Some(watch) = &mut self.watch {
            watch.place = Some(At { source: place.source, line: place.line });
        }
    }

    fn ask(&mut self, ask: Ask<'_>) -> Result<Reply, Fault> {
        if self.tape.is_none() && self.watch.is_none() {
            return self.pass(ask);
        }
        match ask {
            Ask::Http(request) => self.http(request),
            Ask::Mail(mail) => self.mail(mail),
            Ask::Now => {
                let reply = self.pass(Ask::Now)?;
                if let Reply::Now(time) = reply {
                    self.note(|tape| tape.now(time))?;
                }
                Ok(reply)
            }
            Ask::Account => {
                let reply = self.pass(Ask::Account)?;
                if let (Reply::Account(account), false) = (&reply, self.knows_account) {
                    self.knows_account = true;
                    let person = Box::new(Person::from(account));
                    self.note(|tape| tape.write(&Line::Account(person)))?;
                }
                Ok(reply)
            }
            Ask::Print(line) => self.print(line),
            Ask::Sms(_) | Ask::OpenUrl { .. } | Ask::Push { .. } => self.message(ask),
            Ask::Breathe => self.pass(ask),
        }
    }
}

/// Whether the run was stopped from outside, which no tape repeats.
fn is_stop(outcome: &Result<Reply, Fault>) -> bool {
    matches!(outcome, Err(fault) if *fault.kind() == FaultKind::Stopped)
}

//! What a run did and when: its output, its requests, its mails, on one scale.
//!
//! [`Timeline`] is plain data that holds no secrets; a watched host fills one, a tape can be turned into one, and
//! [`Timeline::page`] makes it a page for people: one file, which asks for nothing from anywhere.

mod page;
mod taped;

use super::tape::entry::{Content, Exchange, Posted};
use serde::{Deserialize, Serialize};

/// Events beyond this are counted, not kept.
const MOST_EVENTS: usize = 20_000;
/// Characters of a body, or of an output line, that are kept.
const LONGEST_TEXT: usize = 8_000;

/// A run as a page shows it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Timeline {
    /// The script's file, or the function's name.
    pub title: String,
    /// When it began, as people read it: `2026-03-02T09:00:00Z`.
    pub began: String,
    /// How long it took, in milliseconds.
    pub ms: f64,
    pub ending: Ending,
    /// What it used, a line each: `1,204 statements`.
    pub used: Vec<String>,
    /// Source texts, in the order in which events name them.
    pub sources: Vec<SourceText>,
    pub events: Vec<Event>,
    /// Events that were too many to keep.
    pub left_out: usize,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct SourceText {
    pub name: String,
    pub text: String,
}

/// How a run ended.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// It was still going when the page was made, or a tape does not tell.
    #[default]
    Open,
    Ran,
    Failed {
        /// The report, as the terminal shows it.
        report: String,
    },
}

/// Something that happened.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Event {
    /// Milliseconds after the beginning.
    pub at: f64,
    /// How long it took, in milliseconds; output takes no time.
    pub ms: f64,
    /// The place in the script, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<At>,
    pub what: What,
}

/// A line of a source, from 1.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct At {
    pub source: u32,
    pub line: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A line of `info`.
    Printed { text: String },
    /// A request.
    Called(Box<Call>),
    /// A mail.
    Mailed { to: String, subject: String, fault: Option<String> },
    /// Any other message: `sendsms`, `openUrl`.
    Told { text: String, fault: Option<String> },
}

/// A request and its answer.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Call {
    pub method: String,
    pub url: String,
    /// What asked: `invokeurl`, or a task's name.
    pub origin: String,
    pub connection: Option<String>,
    /// None where no answer came.
    pub status: Option<u16>,
    /// Bytes of the answer's body, where they are known.
    pub size: Option<usize>,
    pub fault: Option<String>,
    pub sent: Side,
    pub received: Side,
}

/// One side of a request.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Side {
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Timeline {
    /// Adds an event, unless there are too many.
    pub fn add(&mut self, event: Event) {
        if self.events.len() < MOST_EVENTS {
            self.events.push(event);
        } else {
            self.left_out += 1;
        }
    }
}

impl What {
    /// A line of output, cut to length.
    pub fn printed(text: &str) -> Self {
        What::Printed { text: cut(text) }
    }

    /// A request without its secrets; `size` is that of the answer's body.
    pub fn called(exchange: &Exchange, size: Option<usize>) -> Self {
        let reply = exchange.reply.as_ref();
        let body = |content: Option<&Content>| content.map_or_else(String::new, |content| cut(&content.shown()));
        What::Called(Box::new(Call {
            method: exchange.method.clone(),
            // A task's own address has no host; the one that answered has.
            url: reply
                .and_then(|reply| reply.url.clone())
                .filter(|_| exchange.url.starts_with("zoho:"))
                .unwrap_or_else(|| exchange.url.clone()),
            origin: exchange.origin.clone(),
            connection: exchange.connection.clone(),
            status: reply.map(|reply| reply.status),
            size,
            fault: exchange.fault.as_ref().map(|fault| fault.message.clone()),
            sent: Side { headers: exchange.headers.clone(), body: body(exchange.body.as_ref()) },
            received: Side {
                headers: reply.map(|reply| reply.headers.clone()).unwrap_or_default(),
                body: body(reply.and_then(|reply| reply.body.as_ref())),
            },
        }))
    }

    /// A mail without its secrets.
    pub fn mailed(posted: &Posted) -> Self {
        What::Mailed {
            to: posted.to.join(", "),
            subject: cut(&posted.subject),
            fault: posted.fault.as_ref().map(|fault| fault.message.clone()),
        }
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST_TEXT) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}… ({} bytes in all)", &text[..at], text.len()),
    }
}

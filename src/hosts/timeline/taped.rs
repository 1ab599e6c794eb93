//! A tape as a timeline. A tape tells how long each request took, not what was between them.

use super::{Event, Timeline, What};
use crate::hosts::tape::{Line, Tape};

impl Timeline {
    /// The requests and mails of a tape, one after the other.
    pub fn of_tape(tape: &Tape) -> Timeline {
        let mut timeline = Timeline { title: tape.name.clone(), ..Timeline::default() };
        for (_, line) in &tape.lines {
            let (ms, what) = match line {
                Line::Http(exchange) => {
                    let body = exchange.reply.as_ref().and_then(|reply| reply.body.as_ref());
                    let size = body.and_then(|body| body.bytes().ok()).map_or(0, |bytes| bytes.len());
                    (exchange.ms as f64, What::called(exchange, exchange.reply.as_ref().map(|_| size)))
                }
                Line::Mail(posted) => (0.0, What::mailed(posted)),
                Line::Now(_) | Line::Account(_) => continue,
            };
            timeline.add(Event { at: timeline.ms, ms, place: None, what });
            timeline.ms += ms;
        }
        timeline
    }
}

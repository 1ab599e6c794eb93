//! When a schedule runs, as moments: a recurrence in a time zone, between a start and an end. Pure
//! calculation; what the time is now is told by whoever asks.
//!
//! Days, weeks, months and years mean the clock on the wall: a time that a clock change leaves out is the
//! first moment after the change, one that comes twice is the first of the two. Minutes and hours
//! are elapsed time. Cron expressions follow Vixie cron, which does the same.

use super::calendar::Calendar;
use croner::Cron;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

/// Milliseconds since the epoch.
pub type Moment = i64;

/// How a schedule repeats.
#[derive(Debug, Clone)]
pub enum Repeat {
    Once,
    /// Every so many milliseconds, at least one.
    Elapsed(i64),
    Calendar(Calendar),
    Cron(Box<Cron>),
}

/// When a schedule runs.
#[derive(Debug, Clone)]
pub struct Plan {
    pub repeat: Repeat,
    /// What recurrences are counted from, and their time of day; for a cron expression the earliest time.
    pub start: DateTime,
    /// Nothing runs later than this.
    pub end: Option<DateTime>,
    pub zone: TimeZone,
}

const MINUTE: i64 = 60_000;

impl Plan {
    /// The first run after a moment.
    pub fn next(&self, after: Moment) -> Option<Moment> {
        let first = resolve(&self.zone, self.start)?;
        let next = match &self.repeat {
            Repeat::Once => Some(first).filter(|first| *first > after),
            Repeat::Elapsed(step) => elapsed(first, *step, after),
            Repeat::Calendar(calendar) => self.on_calendar(calendar, first, after),
            Repeat::Cron(cron) => next_of_cron(cron, &self.zone, after.max(first.saturating_sub(1))),
        }?;
        let end = match self.end {
            Some(end) => resolve(&self.zone, end)?,
            None => Moment::MAX,
        };
        (next <= end).then_some(next)
    }

    /// The first runs after a moment, at most so many.
    pub fn upcoming(&self, after: Moment, most: usize) -> Vec<Moment> {
        std::iter::successors(self.next(after), |last| self.next(*last)).take(most).collect()
    }

    /// The last runs from one moment to another, both included, at most so many; oldest first.
    pub fn last_within(&self, from: Moment, until: Moment, most: usize) -> Vec<Moment> {
        // Runs may lie close or far apart: looks at a longer time until there are enough.
        let mut width = 10 * MINUTE;
        loop {
            let begin = until.saturating_sub(width).max(from);
            let after = begin.saturating_sub(1);
            let runs = std::iter::successors(self.next(after), |last| self.next(*last));
            let mut found: Vec<_> = runs.take_while(|run| *run <= until).collect();
            if begin <= from || found.len() >= most {
                return found.split_off(found.len().saturating_sub(most));
            }
            width = width.saturating_mul(8);
        }
    }

    fn on_calendar(&self, calendar: &Calendar, first: Moment, after: Moment) -> Option<Moment> {
        let start = self.start.date();
        let day = local(&self.zone, after.max(first.saturating_sub(1)))?.date();
        // A clock change can move a run into the period after its own.
        let mut period = calendar.period_of(start, day).saturating_sub(1).max(0);
        loop {
            for day in calendar.days(start, period)? {
                let time = day.to_datetime(self.start.time());
                let run = resolve(&self.zone, time)?;
                if time >= self.start && run > after {
                    return Some(run);
                }
            }
            period += 1;
        }
    }
}

fn elapsed(first: Moment, step: i64, after: Moment) -> Option<Moment> {
    if after < first {
        return Some(first);
    }
    let steps = after.checked_sub(first)?.checked_div(step)?.checked_add(1)?;
    first.checked_add(steps.checked_mul(step)?)
}

fn next_of_cron(cron: &Cron, zone: &TimeZone, after: Moment) -> Option<Moment> {
    let from = Timestamp::from_second(after.div_euclid(1000)).ok()?.to_zoned(zone.clone());
    let next = cron.find_next_occurrence(&from, false).ok()?;
    Some(next.timestamp().as_millisecond())
}

fn local(zone: &TimeZone, moment: Moment) -> Option<DateTime> {
    Some(zone.to_datetime(Timestamp::from_millisecond(moment).ok()?))
}

/// The moment of a time on the wall: the first of two, or the first after a gap.
pub fn resolve(zone: &TimeZone, time: DateTime) -> Option<Moment> {
    let ambiguous = zone.to_ambiguous_timestamp(time);
    let moment = match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => ambiguous.earlier().ok()?,
        AmbiguousOffset::Gap { .. } => {
            let before = ambiguous.earlier().ok()?;
            zone.following(before).next()?.timestamp()
        }
    };
    Some(moment.as_millisecond())
}

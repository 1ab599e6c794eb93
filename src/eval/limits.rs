//! What a run may use up, as profiles of one table (`deluge/help/limitations`, the products' own pages).

use std::fmt;
use std::time::Duration;

/// The limits of one run; `None` is no limit. A going-over cannot be caught by the script.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Executed statements: each statement, and each turn of a loop.
    pub statements: Option<u64>,
    /// Calls of the script's own functions.
    pub calls: Option<u64>,
    /// Calls inside calls.
    pub depth: usize,
    pub time: Option<Duration>,
    /// Bytes of `info` output.
    pub output: Option<usize>,
    /// Output beyond the limit is left out with a note, and the run goes on.
    pub cuts_output: bool,
    /// Bytes that the run holds, where the program counts them (see [`crate::memory`]).
    pub memory: Option<usize>,
    /// Elements of one list, pairs of one map, and both of one collection.
    pub elements: Option<usize>,
    /// Requests of `invokeurl` and integration tasks.
    pub requests: Option<u64>,
    /// Bytes of one request's body.
    pub request_size: Option<usize>,
    /// Bytes of one reply, decompressed.
    pub reply_size: Option<usize>,
    /// Mails of `sendmail`.
    pub mails: Option<u64>,
    /// Text messages of `sendsms` and push notifications.
    pub messages: Option<u64>,
}

/// Calls inside calls that every profile allows.
pub const DEPTH: usize = 256;

const KB: usize = 1 << 10;
const MB: usize = 1 << 20;

impl Limits {
    /// Only the guard against runaway recursion.
    pub const NONE: Limits = Limits {
        statements: None,
        calls: None,
        depth: DEPTH,
        time: None,
        output: None,
        cuts_output: false,
        memory: None,
        elements: None,
        requests: None,
        request_size: None,
        reply_size: None,
        mails: None,
        messages: None,
    };

    /// Names and values of the profiles. Figures that the products give per day bound one run.
    pub const PROFILES: [(&'static str, Limits); 4] = [
        ("none", Limits::NONE),
        (
            "crm",
            Limits {
                statements: Some(200_000),
                time: Some(Duration::from_secs(60)),
                output: Some(10 * MB),
                requests: Some(50_000),
                reply_size: Some(15 * MB),
                mails: Some(1_000),
                ..Limits::NONE
            },
        ),
        (
            "creator",
            Limits {
                statements: Some(5_000),
                calls: Some(75),
                time: Some(Duration::from_secs(300)),
                output: Some(500 * KB),
                cuts_output: true,
                reply_size: Some(50 * MB),
                mails: Some(500),
                ..Limits::NONE
            },
        ),
        (
            "generic",
            Limits {
                statements: Some(5_000),
                calls: Some(75),
                time: Some(Duration::from_secs(60)),
                output: Some(500 * KB),
                cuts_output: true,
                reply_size: Some(50 * MB),
                ..Limits::NONE
            },
        ),
    ];

    pub fn profile(name: &str) -> Option<Limits> {
        Self::PROFILES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, limits)| limits.clone())
    }

    /// Sets one limit by its name: `statements=1000`, `time=5`, `output=64KB`.
    ///
    /// # Errors
    /// What was expected instead.
    pub fn set(&mut self, assignment: &str) -> Result<(), String> {
        let (name, value) = assignment
            .split_once('=')
            .ok_or_else(|| format!("expected NAME=VALUE for a limit, found `{assignment}`"))?;
        let field = FIELDS.iter().find(|field| field.name.eq_ignore_ascii_case(name.trim()));
        let field = field.ok_or_else(|| {
            let names: Vec<_> = FIELDS.iter().map(|field| field.name).collect();
            format!("expected one of {} for a limit, found `{name}`", names.join(", "))
        })?;
        let amount = field.unit.parse(value.trim());
        let amount = amount.ok_or_else(|| format!("`{name}` takes {}, found `{value}`", field.unit.example()))?;
        (field.set)(self, amount);
        Ok(())
    }
}

/// One row of the table: what `--limit` and the documentation know of a field of [`Limits`].
pub struct Field {
    pub name: &'static str,
    pub unit: Unit,
    pub doc: &'static str,
    pub get: fn(&Limits) -> Option<u64>,
    set: fn(&mut Limits, u64),
}

/// What a limit counts in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    Count,
    Bytes,
    Seconds,
}

impl Unit {
    fn parse(self, text: &str) -> Option<u64> {
        let upper = text.to_ascii_uppercase();
        let factors: &[(&str, u64)] = match self {
            Unit::Count => &[("", 1)],
            Unit::Bytes => &[("KB", KB as u64), ("MB", MB as u64), ("GB", 1 << 30), ("", 1)],
            Unit::Seconds => &[("S", 1), ("", 1)],
        };
        let (digits, factor) =
            factors.iter().find_map(|(ending, factor)| Some((upper.strip_suffix(ending)?, *factor)))?;
        digits.trim().parse::<u64>().ok()?.checked_mul(factor)
    }

    fn example(self) -> &'static str {
        match self {
            Unit::Count => "a whole number",
            Unit::Bytes => "a size such as `64KB`",
            Unit::Seconds => "a number of seconds",
        }
    }

    /// An amount for people: `10 MB`, `60 s`, `200,000`.
    pub fn shown(self, amount: u64) -> String {
        match self {
            Unit::Bytes if amount >= MB as u64 && amount.is_multiple_of(MB as u64) => {
                format!("{} MB", amount / MB as u64)
            }
            Unit::Bytes if amount >= KB as u64 && amount.is_multiple_of(KB as u64) => {
                format!("{} KB", amount / KB as u64)
            }
            Unit::Bytes => format!("{} bytes", grouped(amount)),
            Unit::Seconds => format!("{amount} s"),
            Unit::Count => grouped(amount),
        }
    }
}

/// `200000` as `200,000`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A field's value as a number of its unit.
trait Amount {
    fn amount(&self) -> Option<u64>;
    fn set_amount(&mut self, amount: u64);
}

impl Amount for Option<u64> {
    fn amount(&self) -> Option<u64> {
        *self
    }

    fn set_amount(&mut self, amount: u64) {
        *self = Some(amount);
    }
}

impl Amount for Option<usize> {
    fn amount(&self) -> Option<u64> {
        self.map(|amount| amount as u64)
    }

    fn set_amount(&mut self, amount: u64) {
        *self = Some(usize::try_from(amount).unwrap_or(usize::MAX));
    }
}

impl Amount for usize {
    fn amount(&self) -> Option<u64> {
        Some(*self as u64)
    }

    fn set_amount(&mut self, amount: u64) {
        *self = usize::try_from(amount).unwrap_or(usize::MAX);
    }
}

impl Amount for Option<Duration> {
    fn amount(&self) -> Option<u64> {
        self.map(|time| time.as_secs())
    }

    fn set_amount(&mut self, amount: u64) {
        *self = Some(Duration::from_secs(amount));
    }
}

macro_rules! fields {
    ($($name:ident $unit:ident $doc:literal,)+) => {
        /// Every field, in the order of the documentation.
        pub const FIELDS: &[Field] = &[$(Field {
            name: stringify!($name),
            unit: Unit::$unit,
            doc: $doc,
            get: |limits| limits.$name.amount(),
            set: |limits, amount| limits.$name.set_amount(amount),
        }),+];
    };
}

fields! {
    statements Count "executed statements: each one, and each turn of a loop for its header",
    calls Count "calls of own functions",
    depth Count "calls inside calls",
    time Seconds "time from the first statement",
    output Bytes "output of `info`; `creator` and `generic` leave out what is more, with a note",
    memory Bytes "memory that values of the run take together",
    elements Count "elements of one list, pairs of one map",
    requests Count "requests of `invokeurl` and integration tasks",
    request_size Bytes "body of one request",
    reply_size Bytes "one reply, decompressed",
    mails Count "mails of `sendmail`",
    messages Count "messages of `sendsms` and push notifications",
}

/// What a run has used.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stats {
    pub statements: u64,
    pub calls: u64,
    pub requests: u64,
    pub mails: u64,
    /// Text messages and push notifications.
    pub messages: u64,
    /// Bytes of `info` output.
    pub output: usize,
}

/// `200,001 statements, 3 calls, 12 bytes of output`: what was used at all.
impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let used = [
            (self.calls, "calls"),
            (self.requests, "requests"),
            (self.mails, "mails"),
            (self.messages, "messages"),
            (self.output as u64, "bytes of output"),
        ];
        write!(f, "{} statements", grouped(self.statements))?;
        used.iter()
            .filter(|(count, _)| *count > 0)
            .try_for_each(|(count, what)| write!(f, ", {} {what}", grouped(*count)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_set_by_its_name() {
        let mut limits = Limits::NONE;
        for assignment in ["statements=10", "time=5s", "output=64kb", "DEPTH = 7", "reply_size=2MB", "mails=0"] {
            assert_eq!(limits.set(assignment), Ok(()), "{assignment}");
        }
        assert_eq!((limits.statements, limits.time), (Some(10), Some(Duration::from_secs(5))));
        assert_eq!((limits.output, limits.depth, limits.mails), (Some(64 * KB), 7, Some(0)));
        assert_eq!(limits.reply_size, Some(2 * MB));
        for wrong in ["statements", "speed=1", "time=soon", "calls=-1", "output=99999999999999999999GB"] {
            assert!(limits.set(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn amounts_are_shown_in_their_unit() {
        assert_eq!(Unit::Count.shown(1_234_567), "1,234,567");
        assert_eq!(Unit::Bytes.shown(500 << 10), "500 KB");
        assert_eq!(Unit::Bytes.shown(1_000), "1,000 bytes");
        assert_eq!(Unit::Seconds.shown(60), "60 s");
    }
}

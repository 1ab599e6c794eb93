//! What a run may use up (`deluge/help/limitations`), as profiles of one table.

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
    /// Requests of `invokeurl` and integration tasks.
    pub http_calls: Option<u64>,
}

/// Calls inside calls that every profile allows.
pub const DEPTH: usize = 256;

impl Limits {
    /// Only the guard against runaway recursion.
    pub const NONE: Limits =
        Limits { statements: None, calls: None, depth: DEPTH, time: None, output: None, http_calls: None };

    /// Names and values of the profiles.
    pub const PROFILES: [(&'static str, Limits); 4] = [
        ("none", Limits::NONE),
        (
            "crm",
            Limits {
                statements: Some(200_000),
                calls: None,
                depth: DEPTH,
                time: Some(Duration::from_secs(60)),
                output: Some(10 << 20),
                http_calls: None,
            },
        ),
        (
            "creator",
            Limits {
                statements: Some(5_000),
                calls: Some(75),
                depth: DEPTH,
                time: Some(Duration::from_secs(300)),
                output: Some(500 << 10),
                http_calls: None,
            },
        ),
        (
            "generic",
            Limits {
                statements: Some(5_000),
                calls: Some(75),
                depth: DEPTH,
                time: Some(Duration::from_secs(60)),
                output: Some(500 << 10),
                http_calls: None,
            },
        ),
    ];

    pub fn profile(name: &str) -> Option<Limits> {
        Self::PROFILES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, limits)| limits.clone())
    }
}

/// What a run has used.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stats {
    pub statements: u64,
    pub calls: u64,
    pub http_calls: u64,
    /// Bytes of `info` output.
    pub output: usize,
}

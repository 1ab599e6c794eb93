//! The sandbox's own clock, which a test can stop, set and advance.

use jiff::{SignedDuration, Timestamp};

/// How the sandbox's clock starts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Clock {
    /// It shows the real time.
    #[default]
    System,
    /// It stands at this moment until it is told otherwise.
    Fixed(Timestamp),
    /// It runs, ahead of the real time (or behind it) by this much.
    Shifted(SignedDuration),
}

impl Clock {
    /// What the clock shows.
    pub fn now(&self) -> Timestamp {
        match self {
            Clock::System => Timestamp::now(),
            Clock::Fixed(at) => *at,
            Clock::Shifted(by) => Timestamp::now().checked_add(*by).unwrap_or(Timestamp::MAX),
        }
    }

    /// The same clock, moved on by this much.
    pub fn advanced(&self, by: SignedDuration) -> Clock {
        match self {
            Clock::System => Clock::Shifted(by),
            Clock::Fixed(at) => Clock::Fixed(at.checked_add(by).unwrap_or(Timestamp::MAX)),
            Clock::Shifted(so_far) => Clock::Shifted(so_far.checked_add(by).unwrap_or(*so_far)),
        }
    }
}

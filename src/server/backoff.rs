//! How often something is tried, and how long to wait in between: executions whose function declares it,
//! and deliveries of outgoing webhooks.

use jiff::{SignedDuration, Unit};
use serde::{Deserialize, Serialize};

const SECOND: i64 = 1000;
const DAY: u64 = 24 * 3600;
const MOST_ATTEMPTS: u32 = 100;
const LONGEST: u64 = 30 * DAY;

/// Pauses that grow from one attempt to the next, up to a bound.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Backoff {
    /// How often it is tried, the first time included.
    pub attempts: u32,
    /// The pause after the first attempt, in seconds.
    pub delay: u64,
    /// How many times longer each pause is than the one before.
    pub factor: f64,
    /// No pause is longer, in seconds.
    pub max_delay: u64,
    /// Up to this share of each pause is left out at random, so that what failed together does not come back together.
    pub jitter: f64,
}

/// Deliveries of outgoing webhooks: about 24 hours in all.
pub const DELIVERIES: Backoff = Backoff { attempts: 8, delay: 30, factor: 4.0, max_delay: 12 * 3600, jitter: 0.1 };

impl Default for Backoff {
    /// What a function gets that says no more than `@retry`.
    fn default() -> Self {
        Backoff { attempts: 5, delay: 30, factor: 2.0, max_delay: 3600, jitter: 0.1 }
    }
}

impl Backoff {
    /// Milliseconds to wait after an attempt, counted from 1, has failed; nothing where it was the last.
    /// `chance` is at random between 0 and 1.
    pub fn pause(&self, attempt: i64, chance: f64) -> Option<i64> {
        if attempt >= i64::from(self.attempts) {
            return None;
        }
        let before = i32::try_from(attempt.max(1) - 1).unwrap_or(i32::MAX);
        // What is too large for a number is infinite, and bounded like everything else.
        let longest = (self.delay as f64 * self.factor.powi(before)).min(self.max_delay as f64);
        let seconds = longest * (1.0 - self.jitter * chance.clamp(0.0, 1.0));
        Some((seconds * SECOND as f64) as i64)
    }

    /// Reads `attempts=5 delay=30s factor=2 max_delay=1h jitter=0.1`; what is not said is the default.
    ///
    /// # Errors
    /// What was expected.
    pub fn read(words: &str) -> Result<Backoff, String> {
        let mut backoff = Backoff::default();
        let mut bounded = false;
        for word in words.split([' ', ',', '\t']).filter(|word| !word.is_empty()) {
            let (name, value) = word.split_once('=').unwrap_or((word, ""));
            match name {
                "attempts" => backoff.attempts = whole(name, value, 1, MOST_ATTEMPTS)?,
                "delay" => backoff.delay = duration(name, value)?,
                "factor" => backoff.factor = number(name, value, 1.0, 100.0)?,
                "max_delay" => (backoff.max_delay, bounded) = (duration(name, value)?, true),
                "jitter" => backoff.jitter = number(name, value, 0.0, 1.0)?,
                _ => {
                    return Err(format!(
                        "expected `attempts=`, `delay=`, `factor=`, `max_delay=` or `jitter=`, found `{word}`"
                    ));
                }
            }
        }
        match backoff.delay > backoff.max_delay {
            true if bounded => Err("expected a `max_delay` that is not shorter than `delay`".to_owned()),
            true => Ok(Backoff { max_delay: backoff.delay, ..backoff }),
            false => Ok(backoff),
        }
    }
}

impl std::fmt::Display for Backoff {
    /// For people: `5 attempts, pauses from 30s to 1h`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Backoff { attempts, delay, max_delay, .. } = self;
        match attempts {
            1 => write!(f, "1 attempt"),
            _ => write!(f, "{attempts} attempts, pauses from {} to {}", shown(*delay), shown(*max_delay)),
        }
    }
}

fn shown(seconds: u64) -> String {
    let duration = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
    let rounded = duration.round(Unit::Second).unwrap_or(duration);
    format!("{rounded:#}")
}

fn whole(name: &str, value: &str, least: u32, most: u32) -> Result<u32, String> {
    let read = value.parse().ok().filter(|number| (least..=most).contains(number));
    read.ok_or_else(|| format!("expected a whole number from {least} to {most} as `{name}`, found `{value}`"))
}

fn number(name: &str, value: &str, least: f64, most: f64) -> Result<f64, String> {
    let read = value.parse().ok().filter(|number| (least..=most).contains(number));
    read.ok_or_else(|| format!("expected a number from {least} to {most} as `{name}`, found `{value}`"))
}

/// Seconds of `30s`, `10m`, `1h30m`, `2d`.
fn duration(name: &str, value: &str) -> Result<u64, String> {
    let wrong = || format!("expected a time from 1s to 30d such as `30s`, `10m` or `2h` as `{name}`, found `{value}`");
    // Days are not of jiff's durations, since they can be longer or shorter than 24 hours on the wall.
    let seconds = match value.strip_suffix('d').map(str::parse::<u64>) {
        Some(Ok(days)) => days.saturating_mul(DAY),
        Some(Err(_)) | None => {
            let parsed: SignedDuration = value.parse().map_err(|_| wrong())?;
            u64::try_from(parsed.as_secs()).map_err(|_| wrong())?
        }
    };
    Some(seconds).filter(|seconds| (1..=LONGEST).contains(seconds)).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_bound() {
        let backoff = Backoff { attempts: 6, delay: 10, factor: 3.0, max_delay: 200, jitter: 0.0 };
        let pauses: Vec<_> = (1..=6).map(|attempt| backoff.pause(attempt, 0.5)).collect();
        assert_eq!(pauses, [Some(10_000), Some(30_000), Some(90_000), Some(200_000), Some(200_000), None]);
        let endless = Backoff { attempts: 100, factor: 100.0, ..backoff };
        assert_eq!(endless.pause(99, 0.0), Some(200_000));
    }

    #[test]
    fn chance_shortens_a_pause() {
        let backoff = Backoff { jitter: 0.2, ..Backoff::default() };
        assert_eq!(backoff.pause(1, 0.0), Some(30_000));
        assert_eq!(backoff.pause(1, 0.5), Some(27_000));
        assert_eq!(backoff.pause(1, 1.0), Some(24_000));
    }

    #[test]
    fn deliveries_are_tried_for_a_day() {
        let pauses: Vec<_> = (1..=8).map_while(|attempt| DELIVERIES.pause(attempt, 0.0)).collect();
        assert_eq!(pauses.len(), 7);
        assert_eq!(pauses[..3], [30_000, 120_000, 480_000]);
        let hours = pauses.iter().sum::<i64>() / 3_600_000;
        assert_eq!((hours, pauses[6]), (23, 12 * 3_600_000));
    }

    #[test]
    fn reads_what_is_said() {
        assert_eq!(Backoff::read(""), Ok(Backoff::default()));
        let read = Backoff::read("attempts=3, delay=1m30s factor=1.5 max_delay=2d jitter=0");
        assert_eq!(read, Ok(Backoff { attempts: 3, delay: 90, factor: 1.5, max_delay: 2 * DAY, jitter: 0.0 }));
        let long = Backoff::read("delay=3h").expect("a delay longer than the bound moves the bound");
        assert_eq!((long.delay, long.max_delay), (10_800, 10_800));
        assert_eq!(long.to_string(), "5 attempts, pauses from 3h to 3h");
    }

    #[test]
    fn says_what_it_expected() {
        for (words, message) in [
            ("often", "expected `attempts=`, `delay=`, `factor=`, `max_delay=` or `jitter=`, found `often`"),
            ("attempts=0", "expected a whole number from 1 to 100 as `attempts`, found `0`"),
            ("jitter=2", "expected a number from 0 to 1 as `jitter`, found `2`"),
            ("factor=nan", "expected a number from 1 to 100 as `factor`, found `nan`"),
            ("delay=soon", "expected a time from 1s to 30d such as `30s`, `10m` or `2h` as `delay`, found `soon`"),
            (
                "delay=99999999999999999999d",
                "expected a time from 1s to 30d such as `30s`, `10m` or `2h` as `delay`, found `99999999999999999999d`",
            ),
            ("delay=2m max_delay=1m", "expected a `max_delay` that is not shorter than `delay`"),
        ] {
            assert_eq!(Backoff::read(words), Err(message.to_owned()));
        }
    }
}

//! How a function's executions have gone: whether the next one is likely to be over in a moment.

use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

/// An execution that takes no longer was short.
const MOMENT: Duration = Duration::from_millis(5);
/// Short executions that a new version has to show first.
const FIRST: i32 = 3;
/// And after one that was not short.
const AGAIN: i32 = 200;

/// The record of one version of a function.
pub struct Pace {
    /// Short executions that are still to be seen.
    to_show: AtomicI32,
}

impl Default for Pace {
    fn default() -> Self {
        Self { to_show: AtomicI32::new(FIRST) }
    }
}

impl Pace {
    /// Whether an execution may be expected to end in a moment and without waiting for anything.
    pub fn is_short(&self) -> bool {
        self.to_show.load(Ordering::Relaxed) <= 0
    }

    /// Notes how long an execution took, waiting included.
    pub fn took(&self, time: Duration) {
        if time > MOMENT {
            self.was_long();
        } else if !self.is_short() {
            self.to_show.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Notes an execution that wanted more than a moment.
    pub fn was_long(&self) {
        self.to_show.store(AGAIN, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_short_once_it_has_shown_so() {
        let pace = Pace::default();
        let short = Duration::from_micros(50);
        (0..FIRST).for_each(|_| {
            assert!(!pace.is_short());
            pace.took(short);
        });
        assert!(pace.is_short());
        pace.took(MOMENT * 2);
        (0..AGAIN).for_each(|_| {
            assert!(!pace.is_short());
            pace.took(short);
        });
        assert!(pace.is_short());
        pace.was_long();
        assert!(!pace.is_short());
    }
}

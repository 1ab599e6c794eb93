//! How many requests a key may make: a bucket that fills evenly and holds ten seconds' worth.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Seconds of quiet that a caller can make up for at once.
const BURST: f64 = 10.0;

#[derive(Debug)]
pub struct Rate {
    per_second: f64,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    left: f64,
    at: Instant,
}

impl Rate {
    pub fn per_minute(requests: u32) -> Self {
        let per_second = f64::from(requests.max(1)) / 60.0;
        let left = (per_second * BURST).max(1.0);
        Self { per_second, state: Mutex::new(State { left, at: Instant::now() }) }
    }

    /// Takes one request, or says after how many seconds there will be one.
    pub fn take(&self) -> Result<(), u64> {
        self.take_at(Instant::now())
    }

    fn take_at(&self, now: Instant) -> Result<(), u64> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = now.saturating_duration_since(state.at).as_secs_f64();
        state.left = (state.left + passed * self.per_second).min((self.per_second * BURST).max(1.0));
        state.at = now;
        if state.left >= 1.0 {
            state.left -= 1.0;
            return Ok(());
        }
        // At most a minute, since one request a minute is the least.
        Err(((1.0 - state.left) / self.per_second).ceil() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn fills_evenly_and_holds_ten_seconds() {
        let rate = Rate::per_minute(12);
        let start = Instant::now();
        assert_eq!(rate.take_at(start), Ok(()));
        assert_eq!(rate.take_at(start), Ok(()));
        assert_eq!(rate.take_at(start), Err(5));
        assert_eq!(rate.take_at(start + Duration::from_secs(5)), Ok(()));
        assert_eq!(rate.take_at(start + Duration::from_secs(6)), Err(4));
        let later = start + Duration::from_secs(3600);
        assert_eq!((rate.take_at(later), rate.take_at(later)), (Ok(()), Ok(())));
        assert!(rate.take_at(later).is_err());
    }
}

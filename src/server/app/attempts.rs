//! Slows down whoever guesses passwords, and bounds how many are checked at once.

use crate::server::Error;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Semaphore;

/// Attempts that may follow each other at once.
const FREE: u32 = 5;
/// Between further ones.
const PAUSE: i64 = 30_000;
/// Attempts are forgotten after this time of quiet.
const MEMORY: i64 = 15 * 60_000;
/// Names that are remembered; while so many are tried, new ones have to wait.
const MOST_NAMES: usize = 10_000;

/// A password takes 19 MiB and some milliseconds to check.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// Sign-ins that failed, by name.
#[derive(Default)]
pub struct Attempts {
    names: Mutex<HashMap<String, Tried>>,
}

#[derive(Clone, Copy)]
struct Tried {
    times: u32,
    last: i64,
}

impl Attempts {
    /// Counts an attempt.
    ///
    /// # Errors
    /// That there were too many.
    pub fn admit(&self, name: &str, now: i64) -> Result<(), Error> {
        let mut names = self.lock();
        if names.len() >= MOST_NAMES {
            names.retain(|_, tried| now - tried.last < PAUSE);
        }
        if names.len() >= MOST_NAMES && !names.contains_key(name) {
            return Err(Error::TooManyAttempts { seconds: (PAUSE / 1000).unsigned_abs() });
        }
        let tried = names.entry(name.to_owned()).or_insert(Tried { times: 0, last: now });
        if now - tried.last > MEMORY {
            tried.times = 0;
        }
        let waited = now - tried.last;
        if tried.times >= FREE && waited < PAUSE {
            return Err(Error::TooManyAttempts { seconds: ((PAUSE - waited) / 1000 + 1).unsigned_abs() });
        }
        *tried = Tried { times: tried.times + 1, last: now };
        Ok(())
    }

    /// Someone has signed in.
    pub fn forget(&self, name: &str) {
        self.lock().remove(name);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Tried>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Does costly work beside the threads that answer.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let failed = |error: &dyn std::fmt::Display| Error::System(format!("a password could not be checked: {error}"));
    let _turn = AT_ONCE.acquire().await.map_err(|error| failed(&error))?;
    tokio::task::spawn_blocking(work).await.map_err(|error| failed(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guesses_have_to_wait_and_quiet_makes_up_for_them() {
        let attempts = Attempts::default();
        for _ in 0..FREE {
            assert!(attempts.admit("ada", 0).is_ok());
        }
        assert!(attempts.admit("ada", 1000).is_err());
        assert!(attempts.admit("bo", 1000).is_ok(), "another name");
        assert!(attempts.admit("ada", PAUSE).is_ok());
        assert!(attempts.admit("ada", PAUSE + 1).is_err());
        assert!(attempts.admit("ada", 2 * MEMORY).is_ok() && attempts.admit("ada", 2 * MEMORY).is_ok());
        for other in 0..2 * MOST_NAMES {
            let _ = attempts.admit(&other.to_string(), 2 * MEMORY);
        }
        assert!(attempts.lock().len() <= MOST_NAMES);
        assert!(attempts.admit("new", 2 * MEMORY).is_err() && attempts.admit("new", 2 * MEMORY + PAUSE).is_ok());
        attempts.forget("ada");
        assert!(attempts.admit("ada", 2 * MEMORY + 1).is_ok());
    }
}

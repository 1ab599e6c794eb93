//! What one process remembers about talking to providers: how many calls a connection has made
//! lately, until when its provider wants none, and how the provider's clock differs from ours.

use super::service::Budget;
use crate::host::Response;
use crate::http::clock;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard};

/// Differences up to this are the network's and the clocks' usual ones.
const USUAL_SKEW: i64 = 5_000;

/// By the id of a connection or of a user's own sign-in to it.
#[derive(Default)]
pub struct Pace {
    lanes: Mutex<HashMap<String, Lane>>,
}

#[derive(Default)]
struct Lane {
    /// Times of the latest calls, also of those that still wait.
    calls: VecDeque<i64>,
    closed_until: i64,
    skew: i64,
    noted: HashSet<String>,
}

impl Pace {
    /// Books a call and says how many milliseconds it has to wait; an error where that is longer
    /// than `patience`, and then nothing is booked.
    pub fn book(&self, id: &str, rate: Option<Budget>, now: i64, patience: i64) -> Result<i64, i64> {
        let mut lanes = self.lanes();
        if rate.is_none() && !lanes.contains_key(id) {
            return Ok(0);
        }
        let lane = lanes.entry(id.to_owned()).or_default();
        let mut at = now.max(lane.closed_until);
        if let Some(rate) = rate {
            let (most, span) = (rate.requests.max(1) as usize, i64::from(rate.seconds) * 1000);
            if let Some(first) = lane.calls.len().checked_sub(most).and_then(|index| lane.calls.get(index)) {
                at = at.max(first + span);
            }
            if at - now > patience {
                return Err(at - now);
            }
            lane.calls.push_back(at);
            while lane.calls.len() > most {
                lane.calls.pop_front();
            }
        }
        if at - now > patience { Err(at - now) } else { Ok(at - now) }
    }

    /// Learns from an answer: a wait that it asks for, by the clock that is never set, and how far its
    /// own clock is from the time of day.
    pub fn learn(&self, id: &str, answer: &Response, time_of_day: i64, now: i64) {
        let wait = if matches!(answer.status, 429 | 503) { clock::retry_after(answer) } else { None };
        let skew = clock::date_of(answer).map_or(0, |date| date - time_of_day);
        let skew = if skew.abs() > USUAL_SKEW { skew } else { 0 };
        let mut lanes = self.lanes();
        // Most answers tell nothing, and then nothing is kept.
        if wait.is_none() && skew == 0 && !lanes.contains_key(id) {
            return;
        }
        let lane = lanes.entry(id.to_owned()).or_default();
        lane.skew = skew;
        if let Some(seconds) = wait {
            lane.closed_until = now + seconds * 1000;
        }
    }

    /// Milliseconds that the provider's clock is ahead of ours, as far as an answer has shown.
    pub fn skew(&self, id: &str) -> i64 {
        self.lanes().get(id).map_or(0, |lane| lane.skew)
    }

    /// Whether something about a connection is noted for the first time.
    pub fn is_news(&self, id: &str, what: &str) -> bool {
        let mut lanes = self.lanes();
        let lane = lanes.entry(id.to_owned()).or_default();
        !lane.noted.contains(what) && lane.noted.insert(what.to_owned())
    }

    fn lanes(&self) -> MutexGuard<'_, HashMap<String, Lane>> {
        self.lanes.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_spaced_as_the_rate_says() {
        let pace = Pace::default();
        let rate = Some(Budget { requests: 2, seconds: 10 });
        assert_eq!(pace.book("a", rate, 0, 5_000), Ok(0));
        assert_eq!(pace.book("a", rate, 1_000, 5_000), Ok(0));
        assert_eq!(pace.book("a", rate, 2_000, 5_000), Err(8_000));
        assert_eq!(pace.book("a", rate, 6_000, 5_000), Ok(4_000), "nothing was booked for the one that gave up");
        assert_eq!(pace.book("a", rate, 6_000, 5_000), Ok(5_000));
        assert_eq!(pace.book("a", rate, 6_000, 15_000), Ok(14_000));
        assert_eq!(pace.book("b", rate, 6_000, 0), Ok(0));
        assert_eq!(pace.book("b", None, 6_000, 0), Ok(0));
    }

    #[test]
    fn an_answer_closes_the_lane_and_shows_its_clock() {
        let pace = Pace::default();
        let headers = [("retry-after", "3"), ("date", "Thu, 01 Jan 1970 00:10:00 GMT")];
        let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let mut answer = Response { status: 429, headers, body: vec![], url: String::new() };
        pace.learn("a", &answer, 1_000, 1_000);
        assert_eq!(pace.book("a", None, 2_000, 1_000), Err(2_000));
        assert_eq!(pace.book("a", None, 2_000, 2_000), Ok(2_000));
        assert_eq!(pace.book("a", None, 4_000, 0), Ok(0));
        assert_eq!((pace.skew("a"), pace.skew("b")), (599_000, 0));
        answer.status = 200;
        pace.learn("a", &answer, 599_000, 599_000);
        assert_eq!(pace.skew("a"), 0, "a second is nothing");
    }

    #[test]
    fn news_are_news_once() {
        let pace = Pace::default();
        assert!(pace.is_news("a", "x") && !pace.is_news("a", "x") && pace.is_news("b", "x"));
    }
}

//! How old tokens are, by a clock that nobody sets.
//!
//! Ends of tokens are written down as times of day, for other processes and the next start. Within
//! a process, a time of day that was set back must not make a token look young again.

use super::connection::Connection;
use std::collections::HashMap;
use std::sync::Mutex;

/// When this process first saw each token, by the id of its connection or sign-in.
#[derive(Default)]
pub struct Ages {
    seen: Mutex<HashMap<String, Seen>>,
}

/// One token, told from its successors by its end.
struct Seen {
    expires_at: i64,
    wall: i64,
    steady: i64,
}

impl Ages {
    /// The time to hold against a token's end: the time of day, but never less than that of the first
    /// sight with what has passed since. All in milliseconds.
    pub fn time_for(&self, connection: &Connection, wall: i64, steady: i64) -> i64 {
        let Some(expires_at) = connection.expires_at else {
            return wall;
        };
        let mut all = self.seen.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        match all.get(&connection.id) {
            Some(seen) if seen.expires_at == expires_at => wall.max(seen.wall + (steady - seen.steady)),
            Some(_) | None => {
                all.insert(connection.id.clone(), Seen { expires_at, wall, steady });
                wall
            }
        }
    }
}

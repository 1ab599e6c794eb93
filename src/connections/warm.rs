//! Connections kept ready between requests, so that a loop of calls does not read the registry
//! each time. An entry is used only while the registry is provably the one it was read from.

use super::auth::Bound;
use super::connection::Connection;
use super::store::Store;
use crate::host::{Request, Target};
use std::collections::HashMap;
use std::fs;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

/// A file changed so shortly before it was read may change again without its time showing it.
const UNSURE: Duration = Duration::from_millis(50);
/// Entries beyond this are dropped, all at once: nobody uses so many connections in turn.
const MOST: usize = 1024;

/// A connection ready for requests.
pub struct Hot {
    pub connection: Connection,
    pub bound: Bound,
}

/// Which registry was read: this process's writes, and the last change by anyone, as the file's
/// time or the server's count.
#[derive(Debug, Clone, PartialEq)]
pub struct Stamp {
    writes: u64,
    file: Option<(SystemTime, u64)>,
    server: Option<i64>,
}

impl Stamp {
    /// Taken before reading, so that a change during the reading shows.
    pub async fn take(store: &Store) -> Option<Self> {
        let writes = store.writes();
        let server = store.changes().await.ok()?;
        let Some(path) = store.file() else {
            return Some(Stamp { writes, file: None, server });
        };
        let about = fs::metadata(path).ok()?;
        Some(Stamp { writes, file: Some((about.modified().ok()?, about.len())), server })
    }

    fn is_sure(&self) -> bool {
        self.file.is_none_or(|(changed, _)| changed.elapsed().is_ok_and(|age| age > UNSURE))
    }
}

/// What is ready, by the link name or the product that requests name.
#[derive(Default)]
pub struct Warm {
    entries: Mutex<HashMap<String, (Stamp, Arc<Hot>)>>,
}

impl Warm {
    /// The entry, if it was read from this very registry.
    pub fn get(&self, key: &str, now: Option<Stamp>) -> Option<Arc<Hot>> {
        let now = now?;
        let entries = self.entries.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let (stamp, hot) = entries.get(key)?;
        (*stamp == now).then(|| hot.clone())
    }

    /// Keeps an entry that was read after the stamp was taken.
    pub fn put(&self, key: String, stamp: Option<Stamp>, hot: Arc<Hot>) {
        let Some(stamp) = stamp.filter(Stamp::is_sure) else {
            return;
        };
        let mut entries = self.entries.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if entries.len() >= MOST {
            entries.clear();
        }
        entries.insert(key, (stamp, hot));
    }
}

/// What decides which connection a request runs on: its link name, or family and product.
pub fn key_of(request: &Request) -> String {
    match (&request.connection, &request.target) {
        (Some(link), _) => link.clone(),
        (None, Target::Zoho { family, path }) => {
            let product = path.trim_start_matches('/').split('/').next().unwrap_or_default();
            // No link name has a slash.
            format!("{family}/{product}")
        }
        (None, Target::Url(_)) => String::new(),
    }
}

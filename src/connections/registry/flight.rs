//! One caller at a time: a lock on one connection's tokens, in this process, among processes, and
//! among machines where the registry is on a server.

use super::Registry;
use crate::connections::connection::Connection;
use crate::connections::{Error, home};
use crate::http::runtime;
use std::time::{Duration, Instant};
use tokio::sync::OwnedMutexGuard;

/// How long a process waits for another one that is refreshing the same connection.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks at a lease that someone else holds.
const LOOK_AGAIN: Duration = Duration::from_millis(30);

/// The lock. `end` gives it back at once; dropping it does so soon.
pub struct Flight {
    _here: OwnedMutexGuard<()>,
    _file: Option<home::FileLock>,
    lease: Option<Lease>,
}

struct Lease {
    registry: Registry,
    record: String,
    holder: String,
    ended: bool,
}

impl Registry {
    /// Waits until no one else, here or elsewhere, changes this connection's tokens.
    pub async fn flight(&self, connection: &Connection) -> Result<Flight, Error> {
        let here = {
            let mut flights = self.inner.flights.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            flights.entry(connection.id.clone()).or_default().clone()
        };
        let here = here.lock_owned().await;
        let lease = if self.inner.store.is_server() { Some(self.lease(connection).await?) } else { None };
        let file = match self.inner.store.file() {
            Some(path) => Some(lock_file(path, &connection.id).await?),
            None => None,
        };
        Ok(Flight { _here: here, _file: file, lease })
    }

    async fn lease(&self, connection: &Connection) -> Result<Lease, Error> {
        let (record, holder) = (connection.id.clone(), super::new_id());
        let started = Instant::now();
        while !self.inner.store.take_lease(&record, &holder).await? {
            if started.elapsed() > PATIENCE {
                return Err(Error::Store(format!(
                    "another process asked for a token of `{}` for more than {} s",
                    connection.link_name,
                    PATIENCE.as_secs()
                )));
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        Ok(Lease { registry: self.clone(), record, holder, ended: false })
    }
}

async fn lock_file(registry: &std::path::Path, record: &str) -> Result<home::FileLock, Error> {
    let locks = registry.with_file_name("locks");
    home::make_private_dir(&locks)?;
    home::FileLock::acquire(&locks.join(format!("{record}.lock")), PATIENCE).await
}

impl Flight {
    /// Lets the next one in.
    pub async fn end(mut self) {
        if let Some(lease) = &mut self.lease {
            lease.ended = true;
            // One that cannot be given back now ends by itself.
            let _ = lease.registry.store().give_lease_back(&lease.record, &lease.holder).await;
        }
    }
}

impl Drop for Lease {
    /// Only a flight that was broken off comes here with its lease.
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        if let Ok(runtime) = runtime::runtime() {
            let (registry, record, holder) = (self.registry.clone(), self.record.clone(), self.holder.clone());
            runtime.spawn(async move { registry.store().give_lease_back(&record, &holder).await });
        }
    }
}

//! Requests that a caller may repeat: the same idempotency key gets the same execution.

use super::App;
use super::keys::Caller;
use super::run::Call;
use crate::server::store::{Execution, Promise};
use crate::server::{Error, ids};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// How often a waiting caller looks for the end of an execution that runs elsewhere.
const LOOK: Duration = Duration::from_millis(20);

/// A request with the name that its caller gave it.
pub struct Idempotency<'a> {
    pub caller: &'a Caller,
    pub key: &'a str,
    /// What was asked, to tell a repetition from another request.
    pub request: &'a [&'a [u8]],
}

impl App {
    /// Accepts an execution, unless the same request was accepted before: then gives that one's id.
    ///
    /// # Errors
    /// That it is not accepted, or that the key stands for another request.
    pub async fn enqueue_once(&self, call: Call, once: &Idempotency<'_>) -> Result<String, Error> {
        let promise = Promise {
            api_key: once.caller.id.to_string(),
            name: once.key.to_owned(),
            request: once.fingerprint(),
            execution: ids::sortable(self.now()),
        };
        if let Some(earlier) = self.inner.store.promise(&promise, self.now()).await? {
            if earlier.request != promise.request {
                let message = format!("the idempotency key `{}` stands for another request", once.key);
                return Err(Error::Conflict(message));
            }
            if self.is_on_disk(&earlier.execution).await? {
                return Ok(earlier.execution);
            }
            // The engine ended between the promise and the execution.
            return self.enqueue(Call { id: Some(earlier.execution), ..call }).await;
        }
        let accepted = self.enqueue(Call { id: Some(promise.execution.clone()), ..call }).await;
        if accepted.is_err() {
            self.inner.store.break_promise(&promise).await?;
        }
        accepted
    }

    /// Whether a promised execution was accepted; gives its first request a moment to be.
    async fn is_on_disk(&self, id: &str) -> Result<bool, Error> {
        for _ in 0..50 {
            self.settle().await;
            if self.inner.store.execution(id).await?.is_some() {
                return Ok(true);
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(false)
    }

    /// Waits for the end of an accepted execution.
    ///
    /// # Errors
    /// That there is no such execution, or that the engine shuts down.
    pub async fn wait_for(&self, id: &str) -> Result<Execution, Error> {
        loop {
            let execution = self.execution(id).await?;
            if execution.state.is_final() {
                return Ok(execution);
            }
            if self.is_closing() {
                return Err(Error::Closing);
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

impl Idempotency<'_> {
    fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        self.request.iter().for_each(|part| hash.update(part));
        ids::hex(&hash.finalize())
    }
}

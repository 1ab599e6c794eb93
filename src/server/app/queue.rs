//! Accepted executions across nodes: this engine's lease, and taking over what others left.

use super::App;
use super::run::Call;
use crate::server::Error;
use crate::server::store::{Claim, Execution, Fingerprint, State};
use serde_json::json;
use serde_json::value::to_raw_value;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How often a node renews its lease and looks for what others have changed or left.
const LOOK: Duration = Duration::from_secs(1);
/// Executions that are taken over at once.
const AT_ONCE: i64 = 500;

impl App {
    /// Takes part with others on the same database, and takes up what was accepted and has nobody.
    pub(super) async fn join_nodes(&self) -> Result<(), Error> {
        let store = self.store();
        store.renew_node(&self.inner.node).await?;
        if !store.is_server() {
            store.release_other_nodes(&self.inner.node).await?;
        }
        self.take_over().await
    }

    /// Nothing of this node's is left to run here.
    pub(super) async fn leave_nodes(&self) {
        if let Err(error) = self.store().release_node(&self.inner.node).await {
            tracing::warn!(%error, "others wait for this engine's lease to end");
        }
    }

    /// Renews the lease and follows the others, for as long as the engine is there.
    pub(super) fn keep_with_others(&self, known: Fingerprint) {
        let engine = self.weak();
        tokio::spawn(async move {
            let mut known = known;
            loop {
                tokio::time::sleep(LOOK).await;
                let Some(app) = engine().filter(|app| !app.inner.left.load(Ordering::Acquire)) else { return };
                if let Err(error) = app.follow(&mut known).await {
                    tracing::error!(%error, "the database of the nodes failed");
                }
            }
        });
    }

    async fn follow(&self, known: &mut Fingerprint) -> Result<(), Error> {
        if self.store().is_server() {
            self.store().renew_node(&self.inner.node).await?;
            self.reload_changed(known).await?;
        }
        self.take_over().await
    }

    async fn reload_changed(&self, known: &mut Fingerprint) -> Result<(), Error> {
        let now = self.store().fingerprint().await?;
        if now.functions != known.functions {
            // Never over what is being published here.
            let _turn = self.inner.publishing.lock().await;
            self.reload().await?;
        }
        if now.keys != known.keys {
            self.load_keys().await?;
        }
        *known = now;
        Ok(())
    }

    /// Takes over executions of engines that have gone, as far as there is room.
    async fn take_over(&self) -> Result<(), Error> {
        loop {
            let room = self.config().capacity.accepted.saturating_sub(self.accepted());
            let most = i64::try_from(room).unwrap_or(i64::MAX).min(AT_ONCE);
            if most == 0 || self.is_closing() {
                return Ok(());
            }
            let taken = self.store().take_over(&self.inner.node, most).await?;
            let count = i64::try_from(taken.len()).unwrap_or(i64::MAX);
            if count > 0 {
                tracing::info!(count, "took over accepted executions");
            }
            for (id, claim) in taken {
                self.take_up(&id, claim).await?;
            }
            if count < most {
                return Ok(());
            }
        }
    }

    async fn take_up(&self, id: &str, claim: Claim) -> Result<(), Error> {
        let Some(old) = self.store().execution(id).await? else { return Ok(()) };
        match self.resume(&old, claim.clone()).await {
            Ok(()) => Ok(()),
            Err(error @ (Error::Store(_) | Error::Closing | Error::Full { .. })) => {
                self.store().give_back(id, &claim).await?;
                Err(error)
            }
            Err(error) => self.cannot_run(old, claim, &error).await,
        }
    }

    async fn resume(&self, old: &Execution, claim: Claim) -> Result<(), Error> {
        let call: Call = self.call_of(old, old.cause, &old.actor).await?;
        self.enqueue_again(old, call, claim).await
    }

    /// Records that an accepted execution can never run, as when its function is gone.
    async fn cannot_run(&self, old: Execution, claim: Claim, reason: &Error) -> Result<(), Error> {
        tracing::error!(id = old.id, %reason, "an accepted execution cannot run");
        let message = format!("the execution was accepted and cannot run any more: {reason}");
        let error = to_raw_value(&json!({ "kind": "engine", "message": message }));
        let error = error.map_err(|error| Error::System(error.to_string()))?;
        let ended = Execution {
            state: State::Failed,
            ended_at: Some(self.now()),
            error: Some(error),
            claim: Some(claim),
            ..old
        };
        self.metrics().ended(&ended);
        self.inner.log.write_through(ended).await
    }
}

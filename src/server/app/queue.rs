//! Accepted executions across nodes: this engine's lease, and taking over what others left.

use super::App;
use super::run::Call;
use crate::server::Error;
use crate::server::store::{Claim, Execution, Fingerprint, State, Taken};
use serde_json::json;
use serde_json::value::to_raw_value;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How often a node renews its lease and looks for what others have changed or left.
const LOOK: Duration = Duration::from_secs(1);
/// Executions that are taken over at once.
const AT_ONCE: i64 = 500;
/// Engines that may take an execution without ending it: it may be what brings them down.
pub const MOST_TAKEN: i64 = 25;

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
        for id in self.store().cancelled_of(&self.inner.node).await? {
            self.stop_running(&id);
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
            let taken = self.store().take_over(&self.inner.node, self.now(), most).await?;
            let count = i64::try_from(taken.len()).unwrap_or(i64::MAX);
            if count > 0 {
                tracing::info!(count, "took over accepted executions");
            }
            for one in taken {
                self.take_up(one).await?;
            }
            if count < most {
                return Ok(());
            }
        }
    }

    /// Stops an execution that runs on another node, or waits for its time.
    ///
    /// # Errors
    /// That none was accepted that has not ended.
    pub(super) async fn cancel_elsewhere(&self, id: &str) -> Result<(), Error> {
        self.settle().await;
        if !self.store().mark_cancelled(id).await? {
            return Err(Error::unknown("running execution", id));
        }
        // Whoever runs it looks within a second; where nobody does, it ends here.
        match self.store().take_idle(&self.inner.node, id).await? {
            Some(taken) => self.take_up(taken).await,
            None => Ok(()),
        }
    }

    async fn take_up(&self, taken: Taken) -> Result<(), Error> {
        let Taken { execution: id, claim, cancelled } = taken;
        let id = id.as_str();
        let Some(old) = self.store().execution(id).await? else { return Ok(()) };
        if cancelled {
            return self.end_unbegun(Execution { state: State::Cancelled, claim: Some(claim), ..old }).await;
        }
        if claim.turn > MOST_TAKEN {
            let reason = format!("{MOST_TAKEN} engines took it and none of them ended it");
            return self.cannot_run(old, claim, &Error::System(reason)).await;
        }
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
        let call = self.call_of(old, old.cause, &old.actor).await?.repeating(old.retry.clone());
        let call = Call { id: Some(old.id.clone()), ..call };
        self.enqueue_again(old, call, claim).await
    }

    /// Records that an accepted execution can never run, as when its function is gone.
    async fn cannot_run(&self, old: Execution, claim: Claim, reason: &Error) -> Result<(), Error> {
        tracing::error!(id = old.id, %reason, "an accepted execution cannot run");
        let message = format!("the execution was accepted and cannot run any more: {reason}");
        let error = to_raw_value(&json!({ "kind": "engine", "message": message }));
        let error = error.map_err(|error| Error::System(error.to_string()))?;
        self.end_unbegun(Execution { state: State::Failed, error: Some(error), claim: Some(claim), ..old }).await
    }

    async fn end_unbegun(&self, mut ended: Execution) -> Result<(), Error> {
        ended.ended_at = Some(self.now());
        self.follow_up(&mut ended, None);
        self.metrics().ended(&ended);
        self.inner.log.write_through(ended).await
    }
}

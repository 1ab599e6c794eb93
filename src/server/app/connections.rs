//! The engine's connections: their events in the log, and tokens that nobody uses kept alive.

use super::App;
use crate::connections::registry::{AuditLine, Event, EventSink, Settings};
use crate::connections::{Error, events, keep_alive};
use std::sync::Arc;
use std::time::Duration;

/// How often idle sign-ins are looked for.
const LOOKING: Duration = Duration::from_secs(3600);

impl App {
    /// The latest of what happened to tokens, newest first: refreshed, failed, in need of a sign-in.
    ///
    /// # Errors
    /// That the registry cannot be read.
    pub async fn connection_events(&self, most: u32) -> Result<Vec<AuditLine>, Error> {
        self.outbound().registry().await?.token_events(most).await
    }

    /// Gets new tokens for sign-ins that had none for so long, now. Says how many there were.
    ///
    /// # Errors
    /// That the registry cannot be read, or that its user may not.
    pub async fn keep_connections_alive(&self, idle: Duration) -> Result<usize, Error> {
        let registry = self.outbound().registry().await?;
        let kept = keep_alive::keep_alive(registry, self.outbound().client(), idle).await?;
        // What became of each is an event, and in the log by that.
        Ok(kept.len())
    }

    /// The same once an hour, for as long as the engine is there.
    pub(super) fn keep_connections_alive_from_time_to_time(&self) {
        let Some(idle) = self.config().keep_alive else { return };
        let inner = Arc::downgrade(&self.inner);
        tokio::spawn(async move {
            loop {
                let Some(inner) = inner.upgrade() else { return };
                let app = App { inner };
                if app.is_closing() {
                    return;
                }
                if let Err(error) = app.keep_connections_alive(idle).await {
                    tracing::error!(%error, "idle sign-ins could not be kept alive");
                }
                drop(app);
                tokio::time::sleep(LOOKING).await;
            }
        });
    }
}

/// The registry's settings, with its events in the log where they go nowhere else.
pub(super) fn told_to_the_log(settings: &Settings) -> Settings {
    let sink: EventSink = Arc::new(tell);
    let events = settings.events.clone().or(Some(sink));
    Settings { events, ..settings.clone() }
}

fn tell(event: &Event<'_>) {
    match event {
        Event::Note { link_name, text } => tracing::info!(connection = link_name, "{text}"),
        Event::History(line) => {
            let AuditLine { actor, link_name, event, reason, .. } = line;
            let reason = reason.as_deref();
            if events::is_trouble(line) {
                tracing::warn!(connection = link_name, user = actor, reason, "connection {event}");
            } else if event == events::REFRESHED {
                tracing::info!(connection = link_name, user = actor, "connection {event}");
            } else {
                tracing::debug!(connection = link_name, user = actor, reason, "connection {event}");
            }
        }
    }
}

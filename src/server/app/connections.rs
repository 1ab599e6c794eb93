//! The engine's connections: their events in the log, and tokens that nobody uses kept alive.

use super::App;
use crate::check::written_links;
use crate::connections::registry::{AuditLine, Event, EventSink, Settings};
use crate::connections::{Error, Use, UseKind, events, keep_alive};
use crate::server::functions::Deployed;
use crate::server::schedules::ScheduleWish;
use crate::source::Source;
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
        let kept = keep_alive::keep_everyones_alive(registry, self.outbound().client(), idle).await?;
        // What became of each is an event, and in the log by that.
        Ok(kept.len())
    }

    /// Tells the registry which connections some functions name in their sources now, and with them the
    /// schedules that run them; before, they were others. A registry that is not at hand does not hold up a publication: the next start tells it again.
    pub(super) async fn note_uses(&self, before: &[Arc<Deployed>], names: &[&str]) {
        let after = self.published();
        let of = |source: Option<&Source>| source.map(written_links).unwrap_or_default();
        let mut changed = Vec::new();
        let schedules = self.store().schedules().await.unwrap_or_default();
        for name in names {
            let old = before.iter().find(|one| one.definition.name == **name).map(|one| &one.source);
            let (old, new) = (of(old), of(after.find_exact(name).map(|one| &one.source)));
            if old.is_empty() && new.is_empty() {
                continue;
            }
            let running = schedules.iter().filter(|row| row.wish.enabled && row.wish.function == **name);
            changed.extend(running.map(|row| (Use::new(UseKind::Schedule, &*row.wish.name), new.clone())));
            changed.push((Use::new(UseKind::Function, *name), new));
        }
        self.write_uses(&changed).await;
    }

    /// The same for a schedule that was changed: what was, and what is.
    pub(in crate::server) async fn note_schedule(&self, before: Option<&ScheduleWish>, after: Option<&ScheduleWish>) {
        let published = self.published();
        let of = |wish: Option<&ScheduleWish>| {
            let source = wish.filter(|wish| wish.enabled).and_then(|wish| published.find_exact(&wish.function));
            source.map(|one| written_links(&one.source)).unwrap_or_default()
        };
        let (old, new) = (of(before), of(after));
        let user = |wish: &ScheduleWish| Use::new(UseKind::Schedule, &*wish.name);
        let mut changed = Vec::new();
        if let Some(wish) = before.filter(|_| !old.is_empty()) {
            changed.push((user(wish), Vec::new()));
        }
        if let Some(wish) = after.filter(|_| !new.is_empty()) {
            // Under the same name it is told once.
            changed.retain(|(by, _)| *by != user(wish));
            changed.push((user(wish), new));
        }
        self.write_uses(&changed).await;
    }

    /// The same for all functions.
    pub(super) async fn note_all_uses(&self) {
        let all = self.published().all();
        let names: Vec<_> = all.iter().map(|one| one.definition.name.as_str()).collect();
        self.note_uses(&all, &names).await;
    }

    async fn write_uses(&self, uses: &[(Use, Vec<String>)]) {
        if let Err(error) = self.try_write_uses(uses).await {
            tracing::warn!(%error, "the registry does not know which connections functions use");
        }
    }

    async fn try_write_uses(&self, uses: &[(Use, Vec<String>)]) -> Result<(), Error> {
        if uses.is_empty() {
            return Ok(());
        }
        let registry = self.outbound().registry().await?;
        for (by, links) in uses {
            registry.set_uses(by, links).await?;
        }
        Ok(())
    }

    /// Keeps sign-ins alive once an hour, for as long as the engine is there.
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

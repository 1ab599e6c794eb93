//! Connections: the page of the founding documents. All that happens here happens in
//! `crate::connections`; these files only ask and show.
//!
//! `list` shows them, `pick` and `new` make one, `connect` and `callback` sign it in, `summary` shows one,
//! `change` edits, revokes and deletes it, `services` are the custom ones, `events` what happened to tokens.

mod callback;
mod change;
mod connect;
mod events;
mod list;
mod new;
mod pick;
mod scopes;
mod service_form;
mod services;
mod summary;

pub use callback::routes as callback_routes;

use crate::connections::Outbound;
use crate::connections::outbound::Source;
use crate::connections::registry::{Registry, Settings};
use crate::server::App;
use axum::Router;

pub fn routes() -> Router<App> {
    Router::new()
        .merge(list::routes())
        .merge(pick::routes())
        .merge(new::routes())
        .merge(connect::routes())
        .merge(summary::routes())
        .merge(change::routes())
        .merge(services::routes())
        .merge(events::routes())
}

/// The address of a connection's page. Link names need no escaping.
fn path(link: &str) -> String {
    format!("/console/connections/{link}")
}

/// The way out for calls that a person makes with a connection: the engine's, as that person.
fn outbound(app: &App, registry: &Registry) -> Outbound {
    Outbound::new(app.outbound().client().clone(), Source::Open(registry.clone()), Settings::default())
}

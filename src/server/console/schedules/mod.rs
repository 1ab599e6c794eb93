//! Schedules: the list, one schedule with its times, the form, and what can be done.

mod change;
mod form;
mod list;
mod show;

use crate::server::App;
use axum::Router;

pub fn routes() -> Router<App> {
    Router::new().merge(list::routes()).merge(change::routes()).merge(show::routes())
}

/// The address of a schedule's page.
fn path(id: &str) -> String {
    format!("/console/schedules/{}", super::encoded(id))
}

//! Functions: the list, the editor with its checker, runs, versions.

mod arguments;
mod change;
mod editor;
mod list;
mod new;
mod problems;
mod run;
mod versions;

use crate::server::App;
use axum::Router;

pub fn routes() -> Router<App> {
    Router::new()
        .merge(list::routes())
        .merge(new::routes())
        .merge(problems::routes())
        .merge(editor::routes())
        .merge(change::routes())
        .merge(run::routes())
        .merge(versions::routes())
}

/// The address of a function's page.
pub fn path(name: &str) -> String {
    format!("/console/functions/{}", super::encoded(name))
}

//! The engine over HTTP: functions in Zoho's shape, the engine's own API, incoming webhooks, tokens of OAuth.
//!
//! `auth` says who calls, `arguments` reads what they give, `zoho` and `own` are the two shapes,
//! `problem` says what went wrong. Pages for people are elsewhere; they call the same [`App`].

pub mod arguments;
pub mod auth;
mod hooks;
mod oauth;
mod own;
pub mod problem;
mod zoho;

use super::{App, traces};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;

/// All routes for programs.
pub fn router(app: App) -> Router {
    let largest = app.config().largest_body;
    let is_traced = app.config().traces.is_some();
    let router = Router::new()
        .merge(zoho::routes())
        .merge(own::routes())
        .merge(hooks::routes())
        .merge(oauth::routes())
        .fallback(problem::not_found)
        .layer(DefaultBodyLimit::max(largest))
        .with_state(app);
    if is_traced { router.layer(from_fn(traces::with_parent)) } else { router }
}

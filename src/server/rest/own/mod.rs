//! The engine's own API, `/v1`: a file per kind of thing.

mod executions;
mod functions;
mod health;
mod keys;

use super::problem::Problem;
use crate::server::App;
use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use serde::de::DeserializeOwned;

pub fn routes() -> Router<App> {
    Router::new().merge(health::routes()).merge(functions::routes()).merge(executions::routes()).merge(keys::routes())
}

/// A body of JSON; an empty one is an empty object.
fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Problem> {
    let text: &[u8] = if body.iter().all(u8::is_ascii_whitespace) { b"{}" } else { body };
    serde_json::from_slice(text).map_err(|error| {
        Problem::new(StatusCode::BAD_REQUEST, "body", format!("the body is not what was expected: {error}"))
    })
}

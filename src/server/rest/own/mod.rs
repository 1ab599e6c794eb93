//! The engine's own API, `/v1`: a file per kind of thing.

mod dead_letters;
mod executions;
mod functions;
mod health;
mod incoming;
mod keys;
mod outgoing;
mod schedules;

use super::problem::Problem;
use crate::server::App;
use axum::body::Bytes;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

pub fn routes() -> Router<App> {
    Router::new()
        .merge(health::routes())
        .merge(functions::routes())
        .merge(executions::routes())
        .merge(dead_letters::routes())
        .merge(keys::routes())
        .merge(schedules::routes())
        .merge(incoming::routes())
        .merge(outgoing::routes())
}

/// A body of JSON; an empty one is an empty object.
fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Problem> {
    let text: &[u8] = if body.iter().all(u8::is_ascii_whitespace) { b"{}" } else { body };
    serde_json::from_slice(text).map_err(|error| {
        Problem::new(StatusCode::BAD_REQUEST, "body", format!("the body is not what was expected: {error}"))
    })
}

/// What switches a thing on or off.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Switch {
    enabled: bool,
}

/// 202 for an execution, with where to look for its end.
fn accepted(id: &str) -> Response {
    queued(id, &format!("/v1/executions/{id}"))
}

/// 202, with where to look for the end.
fn queued(id: &str, location: &str) -> Response {
    let body = Json(json!({ "id": id, "state": "queued", "location": location }));
    let mut response = (StatusCode::ACCEPTED, body).into_response();
    // An id is hexadecimal digits.
    if let Ok(location) = HeaderValue::from_str(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

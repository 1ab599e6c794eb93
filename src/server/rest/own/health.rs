//! Whether the engine is well.

use crate::server::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;

pub fn routes() -> Router<App> {
    Router::new().route("/healthz", get(healthz))
}

/// Whether the engine takes calls.
async fn healthz(State(app): State<App>) -> Response {
    let closing = app.is_closing();
    let status = if closing { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    (status, Json(json!({ "status": if closing { "closing" } else { "ok" } }))).into_response()
}

//! Whether the engine is well.

use crate::server::App;
use crate::server::metrics;
use crate::server::rest::auth::Known;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/metrics", get(metrics))
        .route("/v1/openapi.json", get(openapi))
}

/// Whether the engine takes calls.
async fn healthz(State(app): State<App>) -> Response {
    let closing = app.is_closing();
    let status = if closing { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    (status, Json(json!({ "status": if closing { "closing" } else { "ok" } }))).into_response()
}

/// For Prometheus, which sends a key as its bearer token.
async fn metrics(State(app): State<App>, _: Known) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], metrics::text(&app)).into_response()
}

/// What programs can call, as data.
async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], include_str!("../openapi.json")).into_response()
}

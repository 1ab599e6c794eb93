//! Dead letters: executions that failed as often as their function may be tried.

use super::accepted;
use crate::server::App;
use crate::server::rest::auth::{Administrator, Known};
use crate::server::rest::problem::Problem;
use crate::server::store::Filter;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

pub fn routes() -> Router<App> {
    Router::new()
        .route("/v1/dead-letters", get(list))
        .route("/v1/dead-letters/{id}", delete(dismiss))
        .route("/v1/dead-letters/{id}/retry", post(retry))
}

async fn list(State(app): State<App>, _: Known, Query(filter): Query<Filter>) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "dead_letters": app.dead_letters(&filter).await? })))
}

/// Runs it again, with the same arguments.
async fn retry(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    Ok(accepted(&app.retry_dead_letter(&id, &caller.name).await?))
}

async fn dismiss(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    app.dismiss_dead_letter(&id, &caller.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

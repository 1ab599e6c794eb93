//! Schedules: read by every caller, changed by administrators.

use super::{Switch, accepted, read};
use crate::server::App;
use crate::server::rest::auth::{Administrator, Known};
use crate::server::rest::problem::Problem;
use crate::server::schedules::{Schedule, ScheduleWish};
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

pub fn routes() -> Router<App> {
    Router::new()
        .route("/v1/schedules", get(list).post(create))
        .route("/v1/schedules/preview", post(preview))
        .route("/v1/schedules/{id}", get(one).put(change).patch(switch).delete(remove))
        .route("/v1/schedules/{id}/run", post(run))
        .route("/v1/schedules/{id}/next", get(next))
        .route("/v1/schedules/{id}/runs", get(history))
}

async fn list(State(app): State<App>, _: Known) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "schedules": app.schedules().await? })))
}

async fn one(State(app): State<App>, _: Known, Path(id): Path<String>) -> Result<Json<Schedule>, Problem> {
    Ok(Json(app.schedule(&id).await?))
}

async fn create(
    State(app): State<App>,
    Administrator(caller): Administrator,
    body: Bytes,
) -> Result<Response, Problem> {
    let wish: ScheduleWish = read(&body)?;
    Ok((StatusCode::CREATED, Json(app.create_schedule(wish, &caller.name).await?)).into_response())
}

async fn change(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Schedule>, Problem> {
    let wish: ScheduleWish = read(&body)?;
    Ok(Json(app.update_schedule(&id, wish, &caller.name).await?))
}

async fn switch(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Schedule>, Problem> {
    let Switch { enabled } = read(&body)?;
    Ok(Json(app.switch_schedule(&id, enabled, &caller.name).await?))
}

async fn remove(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    app.delete_schedule(&id, &caller.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Runs it at once.
async fn run(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    Ok(accepted(&app.run_schedule(&id, &caller.name).await?))
}

/// How many times a list has.
#[derive(Deserialize)]
#[serde(default)]
struct Most {
    n: usize,
}

impl Default for Most {
    fn default() -> Self {
        Self { n: 10 }
    }
}

async fn next(
    State(app): State<App>,
    _: Known,
    Path(id): Path<String>,
    Query(Most { n }): Query<Most>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "next": app.next_runs(&id, n).await? })))
}

/// The next times of a schedule that is not kept yet.
async fn preview(
    State(app): State<App>,
    _: Known,
    Query(Most { n }): Query<Most>,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let wish: ScheduleWish = read(&body)?;
    Ok(Json(json!({ "next": app.preview_schedule(&wish, n)? })))
}

async fn history(
    State(app): State<App>,
    _: Known,
    Path(id): Path<String>,
    Query(Most { n }): Query<Most>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "runs": app.schedule_history(&id, n).await? })))
}

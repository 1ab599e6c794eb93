//! Executions: begun, listed, stopped, run again, taken home as a tape.

use super::accepted;
use crate::server::App;
use crate::server::app::{Call, Given, Idempotency};
use crate::server::rest::auth::Known;
use crate::server::rest::problem::Problem;
use crate::server::store::{Cause, Execution, Filter};
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Map, Value, json};

pub fn routes() -> Router<App> {
    Router::new()
        .route("/v1/functions/{name}/executions", post(execute))
        .route("/v1/executions", get(executions))
        .route("/v1/executions/{id}", get(execution).delete(cancel))
        .route("/v1/executions/{id}/rerun", post(rerun))
        .route("/v1/executions/{id}/tape", get(tape))
}

/// Runs a function with the JSON object of the body as its arguments.
async fn execute(
    State(app): State<App>,
    Known(caller): Known,
    Path(function): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let arguments = object(&body)?.into_iter().map(|(name, value)| (name, Given::Json(value.to_string()))).collect();
    let call = Call::new(&function, Cause::Api, &*caller.name).acting_as(caller.user.as_deref()).arguments(arguments);
    let wait = !wants_async(&headers);
    let call = call.waited_for(wait);
    if let Some(key) = idempotency_key(&headers)? {
        let promise = Idempotency { caller: &caller, key, request: &[function.as_bytes(), b"\n", &body] };
        let id = app.enqueue_once(call, &promise).await?;
        return if wait { Ok(Json(app.wait_for(&id).await?).into_response()) } else { Ok(accepted(&id)) };
    }
    if wait {
        return Ok(Json(app.run(call).await?).into_response());
    }
    Ok(accepted(&app.enqueue(call).await?))
}

/// `Idempotency-Key`: a name that the caller gives to this request and its repetitions.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    match value.to_str().map(str::trim) {
        Ok(key) if (1..=255).contains(&key.len()) => Ok(Some(key)),
        Ok(_) | Err(_) => {
            let message = "expected 1 to 255 characters of ASCII in `Idempotency-Key`";
            Err(Problem::new(StatusCode::BAD_REQUEST, "idempotency_key", message))
        }
    }
}

fn object(body: &Bytes) -> Result<Map<String, Value>, Problem> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    serde_json::from_slice(body).map_err(|error| {
        let message = format!("expected a JSON object of arguments, found other: {error}");
        Problem::new(StatusCode::BAD_REQUEST, "arguments", message)
    })
}

fn wants_async(headers: &HeaderMap) -> bool {
    let wishes = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    wishes.flat_map(|value| value.split(',')).any(|wish| wish.trim().eq_ignore_ascii_case("respond-async"))
}

async fn executions(State(app): State<App>, _: Known, Query(filter): Query<Filter>) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "executions": app.executions(&filter).await? })))
}

async fn execution(State(app): State<App>, _: Known, Path(id): Path<String>) -> Result<Json<Execution>, Problem> {
    Ok(Json(app.execution(&id).await?))
}

async fn cancel(State(app): State<App>, _: Known, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    app.cancel(&id).await?;
    Ok(StatusCode::ACCEPTED)
}

async fn rerun(State(app): State<App>, Known(caller): Known, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(accepted(&app.rerun(&id, &caller.name).await?))
}

/// A file for `ararat run --replay`.
async fn tape(State(app): State<App>, _: Known, Path(id): Path<String>) -> Result<Response, Problem> {
    let tape = app.tape(&id).await?;
    let name = format!("attachment; filename=\"{id}.tape\"");
    let headers = [(header::CONTENT_TYPE, "application/x-ndjson".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, tape).into_response())
}

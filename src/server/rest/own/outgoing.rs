//! Outgoing webhooks: changed by administrators, triggered by every caller; and their deliveries.

use super::{Switch, queued, read};
use crate::server::App;
use crate::server::rest::auth::{Administrator, Known};
use crate::server::rest::problem::Problem;
use crate::server::store::{Delivery, DeliveryFilter};
use crate::server::webhooks::outgoing::{OutgoingWebhook, OutgoingWish};
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Map, Value, json};

const ALL: &str = "/v1/webhooks/outgoing";
const ONE: &str = "/v1/webhooks/outgoing/{id}";
const DELIVERIES: &str = "/v1/webhooks/deliveries";

pub fn routes() -> Router<App> {
    Router::new()
        .route(ALL, get(list).post(create))
        .route(ONE, get(one).put(change).patch(switch).delete(remove))
        .route(&format!("{ONE}/trigger"), post(trigger))
        .route(DELIVERIES, get(deliveries))
        .route(&format!("{DELIVERIES}/{{id}}"), get(delivery))
        .route(&format!("{DELIVERIES}/{{id}}/retry"), post(retry))
}

async fn list(State(app): State<App>, _: Administrator) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "webhooks": app.outgoing_webhooks().await? })))
}

async fn one(
    State(app): State<App>,
    _: Administrator,
    Path(id): Path<String>,
) -> Result<Json<OutgoingWebhook>, Problem> {
    Ok(Json(app.outgoing_webhook(&id).await?))
}

async fn create(
    State(app): State<App>,
    Administrator(caller): Administrator,
    body: Bytes,
) -> Result<Response, Problem> {
    let wish: OutgoingWish = read(&body)?;
    Ok((StatusCode::CREATED, Json(app.create_outgoing_webhook(wish, &caller.name).await?)).into_response())
}

async fn change(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<OutgoingWebhook>, Problem> {
    let wish: OutgoingWish = read(&body)?;
    Ok(Json(app.update_outgoing_webhook(&id, wish, &caller.name).await?))
}

async fn switch(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<OutgoingWebhook>, Problem> {
    let Switch { enabled } = read(&body)?;
    Ok(Json(app.switch_outgoing_webhook(&id, enabled, &caller.name).await?))
}

async fn remove(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    app.delete_outgoing_webhook(&id, &caller.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Queues a delivery; the JSON object of the body is the payload.
async fn trigger(
    State(app): State<App>,
    Known(caller): Known,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Response, Problem> {
    let payload: Map<String, Value> = read(&body)?;
    let id = app.trigger_webhook(&id, payload, &caller.name).await?;
    Ok(queued(&id, &format!("{DELIVERIES}/{id}")))
}

async fn deliveries(
    State(app): State<App>,
    _: Administrator,
    Query(filter): Query<DeliveryFilter>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "deliveries": app.deliveries(&filter).await? })))
}

async fn delivery(State(app): State<App>, _: Known, Path(id): Path<String>) -> Result<Json<Delivery>, Problem> {
    Ok(Json(app.delivery(&id).await?))
}

/// Sends a dead delivery again.
async fn retry(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    app.retry_delivery(&id, &caller.name).await?;
    Ok(queued(&id, &format!("{DELIVERIES}/{id}")))
}

//! Incoming webhooks, for administrators. The requests that they take come in elsewhere.

use super::{Switch, read};
use crate::server::App;
use crate::server::rest::auth::Administrator;
use crate::server::rest::problem::Problem;
use crate::server::webhooks::incoming::{IncomingWebhook, IncomingWish, NewIncomingWebhook};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

const ALL: &str = "/v1/webhooks/incoming";
const ONE: &str = "/v1/webhooks/incoming/{id}";

pub fn routes() -> Router<App> {
    Router::new()
        .route(ALL, get(list).post(create))
        .route(ONE, get(one).put(change).patch(switch).delete(remove))
        .route(&format!("{ONE}/token"), post(renew))
}

async fn list(State(app): State<App>, _: Administrator) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "webhooks": app.incoming_webhooks().await? })))
}

async fn one(
    State(app): State<App>,
    _: Administrator,
    Path(id): Path<String>,
) -> Result<Json<IncomingWebhook>, Problem> {
    Ok(Json(app.incoming_webhook(&id).await?))
}

async fn create(
    State(app): State<App>,
    Administrator(caller): Administrator,
    body: Bytes,
) -> Result<Response, Problem> {
    let wish: IncomingWish = read(&body)?;
    Ok(shown_once(StatusCode::CREATED, &app.create_incoming_webhook(wish, &caller.name).await?))
}

/// The only answer that ever holds the address.
fn shown_once(status: StatusCode, new: &NewIncomingWebhook) -> Response {
    let mut body = json!(new.webhook);
    body["path"] = new.path().as_str().into();
    if let Some(secret) = &new.secret {
        body["secret"] = secret.as_str().into();
    }
    (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

async fn change(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<IncomingWebhook>, Problem> {
    let wish: IncomingWish = read(&body)?;
    Ok(Json(app.update_incoming_webhook(&id, wish, &caller.name).await?))
}

async fn switch(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<IncomingWebhook>, Problem> {
    let Switch { enabled } = read(&body)?;
    Ok(Json(app.switch_incoming_webhook(&id, enabled, &caller.name).await?))
}

/// Gives it a new address.
async fn renew(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    Ok(shown_once(StatusCode::OK, &app.renew_incoming_webhook(&id, &caller.name).await?))
}

async fn remove(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    app.delete_incoming_webhook(&id, &caller.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

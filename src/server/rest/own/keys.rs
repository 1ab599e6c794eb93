//! API keys, for administrators.

use super::read;
use crate::server::App;
use crate::server::app::{KeyWish, Role};
use crate::server::rest::auth::Administrator;
use crate::server::rest::problem::Problem;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

pub fn routes() -> Router<App> {
    Router::new().route("/v1/keys", get(list).post(create)).route("/v1/keys/{id}", delete(revoke))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    name: String,
    #[serde(default = "execute")]
    role: Role,
    /// Requests per minute.
    #[serde(default)]
    rate: Option<u32>,
    /// Whose connections its calls use.
    #[serde(default)]
    acts_as: Option<String>,
}

fn execute() -> Role {
    Role::Execute
}

async fn list(State(app): State<App>, _: Administrator) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "keys": app.keys().await? })))
}

/// The only answer that ever holds the key itself.
async fn create(
    State(app): State<App>,
    Administrator(caller): Administrator,
    body: Bytes,
) -> Result<Response, Problem> {
    let new: New = read(&body)?;
    let wish = KeyWish { name: &new.name, role: new.role, rate: new.rate, user: new.acts_as.as_deref() };
    let made = app.create_key_as(&wish, &caller.name).await?;
    let body = json!({ "id": made.row.id, "name": made.row.name, "role": made.row.role, "key": made.key.as_str() });
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

async fn revoke(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    app.revoke_key(&id, &caller.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

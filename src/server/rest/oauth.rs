//! Tokens for callers that speak OAuth: client credentials, in the form of Zoho's accounts server.

use super::arguments::Incoming;
use super::problem::Problem;
use crate::server::App;
use crate::server::app::TOKEN_SECONDS;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::json;

pub fn routes() -> Router<App> {
    Router::new().route("/oauth/v2/token", post(token))
}

/// The client is the public half of an API key, its secret the other half.
async fn token(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let query = query.unwrap_or_default();
    let incoming = Incoming { method: &Method::POST, query: &query, headers: &headers, body: &body };
    let field = |name: &str| incoming.field(name).unwrap_or_default();
    if field("grant_type") != "client_credentials" {
        return Ok(refusal("unsupported_grant_type"));
    }
    let given = app.create_token(&field("client_id"), &field("client_secret")).await?;
    let Some(token) = given else { return Ok(refusal("invalid_client")) };
    let body = json!({ "access_token": token.as_str(), "token_type": "Bearer", "expires_in": TOKEN_SECONDS });
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

fn refusal(code: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": code }))).into_response()
}

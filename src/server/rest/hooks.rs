//! The addresses of incoming webhooks: `/hooks/TOKEN`.

use super::arguments::{self, Incoming};
use super::problem::{self, Problem};
use super::zoho::own_response;
use crate::server::App;
use crate::server::senders::sender_of;
use crate::server::store::{Execution, State as Ended};
use crate::server::webhooks::incoming::{Delivered, Received};
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Map, Value, json};
use std::net::SocketAddr;

pub fn routes() -> Router<App> {
    Router::new().route("/hooks/{token}", get(take).post(take).put(take))
}

async fn take(
    State(app): State<App>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let from = sender_of(peer.ip(), &headers, &app.config().proxies);
    let row = match app.hook_at(&token, &method, from, body.len()).await? {
        Ok(row) => row,
        Err(refused) => return Ok(answer(refused)),
    };
    if !app.is_from_sender(&row, &headers, &body).await? {
        return Ok(answer(Received::Unverified));
    }
    let query = query.unwrap_or_default();
    let incoming = Incoming { method: &method, query: &query, headers: &headers, body: &body };
    let content = match content(&incoming, &body).await {
        Ok(content) => content,
        Err(reason) => return Ok(answer(Received::Unfit(reason))),
    };
    let mut seen = headers.clone();
    if let Some(verification) = &row.wish.verification {
        seen.remove(verification.header());
    }
    let request = Incoming { headers: &seen, ..incoming }.as_request("webhook");
    let delivered = Delivered { method: &method, query: &query, headers: &headers, body: &body, content, request };
    Ok(answer(app.receive(&row, &delivered).await?))
}

/// The JSON or the form of a body; null where it is neither.
async fn content(incoming: &Incoming<'_>, body: &Bytes) -> Result<Value, String> {
    let object = |pairs: &mut dyn Iterator<Item = (String, String)>| {
        Value::Object(pairs.map(|(name, value)| (name, Value::from(value))).collect::<Map<_, _>>())
    };
    let kind = incoming.content_type().unwrap_or_default();
    match kind.as_str() {
        "application/x-www-form-urlencoded" => Ok(object(&mut url::form_urlencoded::parse(body).into_owned())),
        "multipart/form-data" => Ok(object(&mut arguments::multipart(incoming.headers, body).await?.into_iter())),
        _ if body.iter().all(u8::is_ascii_whitespace) => Ok(Value::Null),
        kind if kind == "application/json" || kind.ends_with("+json") => {
            serde_json::from_slice(body).map_err(|error| format!("expected JSON in the body, found other: {error}"))
        }
        _ => Ok(serde_json::from_slice(body).unwrap_or(Value::Null)),
    }
}

fn answer(received: Received) -> Response {
    let refused = |status, code, message: String| Problem::new(status, code, message).into_response();
    match received {
        Received::Accepted(id) => (StatusCode::ACCEPTED, Json(json!({ "execution": id }))).into_response(),
        Received::Ended(execution) => ended(&execution),
        Received::Nowhere => problem::nowhere().into_response(),
        Received::WrongMethod(methods) => {
            let names: Vec<_> = methods.iter().map(Method::as_str).collect();
            let message = format!("expected {}", names.join(", "));
            let mut response = refused(StatusCode::METHOD_NOT_ALLOWED, "method", message);
            if let Ok(allowed) = HeaderValue::from_str(&names.join(", ")) {
                response.headers_mut().insert(header::ALLOW, allowed);
            }
            response
        }
        Received::TooLarge(most) => {
            let message = format!("expected a body of at most {most} bytes, found a larger one");
            refused(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
        }
        Received::Elsewhere => {
            refused(StatusCode::FORBIDDEN, "address", "requests from this address are not taken".to_owned())
        }
        Received::Unverified => {
            let message = "expected the sender's signature or secret, found none that holds".to_owned();
            refused(StatusCode::FORBIDDEN, "unverified", message)
        }
        Received::Unfit(reason) => refused(StatusCode::BAD_REQUEST, "unfit", reason),
    }
}

/// What the function returned; why it failed is for the log alone.
fn ended(execution: &Execution) -> Response {
    let id = &execution.id;
    match execution.state {
        Ended::Succeeded => {}
        Ended::Queued | Ended::Running | Ended::Failed | Ended::Cancelled => {
            let body = json!({ "code": "failed", "message": "the function failed", "execution": id });
            return (StatusCode::INTERNAL_SERVER_ERROR, Json(body)).into_response();
        }
    }
    let output = execution.output.as_ref().and_then(|json| serde_json::from_str(json.get()).ok());
    let output: Value = output.unwrap_or_default();
    own_response(&output).unwrap_or_else(|| Json(json!({ "execution": id, "output": output })).into_response())
}

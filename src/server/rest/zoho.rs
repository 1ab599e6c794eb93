//! Functions in Zoho's shape: `/crm/v2/functions/{name}/actions/execute` and its later versions
//! (`crm/developer/docs/functions/serverless-functions`).

use super::arguments::{self, Incoming, REQUEST};
use super::auth::bearer;
use crate::server::app::{Call, Caller, Given};
use crate::server::functions::{Definition, Deployed};
use crate::server::store::{Cause, Execution, State as Ended};
use crate::server::{App, Error};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::sync::Arc;

pub fn routes() -> Router<App> {
    Router::new().route("/crm/{version}/functions/{name}/actions/execute", get(execute).post(execute))
}

/// A refusal in Zoho's shape.
struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
    details: Option<Box<Value>>,
    retry_after: Option<u64>,
}

impl Refusal {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), details: None, retry_after: None }
    }

    fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "INVALID_DATA", message)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        match error {
            Error::Unknown { .. } => Self::new(StatusCode::NOT_FOUND, "INVALID_DATA", message),
            Error::Arguments(_) => Self::invalid(message),
            Error::Full { seconds } | Error::TooOften { seconds } | Error::TooManyAttempts { seconds } => {
                let refusal = Self::new(StatusCode::TOO_MANY_REQUESTS, "TOO_MANY_REQUESTS", message);
                Self { retry_after: Some(seconds), ..refusal }
            }
            Error::Closing => {
                let refusal = Self::new(StatusCode::SERVICE_UNAVAILABLE, "SERVICE_UNAVAILABLE", message);
                Self { retry_after: Some(5), ..refusal }
            }
            Error::NotCompiled(_)
            | Error::Invalid(_)
            | Error::Conflict(_)
            | Error::Connections(_)
            | Error::Store(_)
            | Error::System(_) => Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR", message),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let details = self.details.map_or_else(|| json!({}), |details| *details);
        let body = json!({ "code": self.code, "details": details, "message": self.message, "status": "error" });
        let mut response = (self.status, axum::Json(body)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

async fn execute(
    State(app): State<App>,
    Path((version, name)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let is_version = version.strip_prefix('v').is_some_and(|digits| digits.parse::<u8>().is_ok());
    if !is_version {
        return Err(Refusal::new(StatusCode::NOT_FOUND, "INVALID_URL_PATTERN", "expected a version such as `v7`"));
    }
    let query = query.unwrap_or_default();
    let incoming = Incoming { method: &method, query: &query, headers: &headers, body: &body };
    let auth_type = incoming.parameter("auth_type").unwrap_or_else(|| "oauth".to_owned());
    let caller = caller(&app, &incoming, &auth_type).await?;
    caller.admit()?;
    let published = app.published();
    let function = published.find(&name).ok_or_else(|| unknown(&name))?;
    check_access(function, &auth_type)?;
    let parts = arguments::multipart(&headers, &body).await.map_err(Refusal::invalid)?;
    let call = call(function, &incoming, parts, &auth_type, &caller)?;
    let execution = app.run(call).await?;
    Ok(answer(&function.definition, &execution))
}

fn unknown(name: &str) -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "INVALID_DATA", format!("there is no function `{name}`"))
}

async fn caller(app: &App, incoming: &Incoming<'_>, auth_type: &str) -> Result<Caller, Refusal> {
    let refused = |code, message: &str| Refusal::new(StatusCode::UNAUTHORIZED, code, message);
    match auth_type {
        "apikey" => {
            let key = incoming.parameter("zapikey");
            let caller = key.and_then(|key| app.caller_of_key(&key));
            caller.ok_or_else(|| refused("AUTHENTICATION_FAILURE", "expected a valid API key in `zapikey`"))
        }
        "oauth" => {
            let caller = match bearer(incoming.headers) {
                Some(token) => app.caller_of_token(token).await?,
                None => None,
            };
            caller.ok_or_else(|| refused("INVALID_TOKEN", "expected a valid token in `Authorization`"))
        }
        _ => Err(Refusal::invalid("expected `apikey` or `oauth` as `auth_type`")),
    }
}

/// REST access is switched on function by function.
fn check_access(function: &Arc<Deployed>, auth_type: &str) -> Result<(), Refusal> {
    let access = function.definition.header.rest;
    let is_open = if auth_type == "apikey" { access.api_key } else { access.oauth };
    if is_open {
        return Ok(());
    }
    let message = format!("`{}` cannot be called over REST with {auth_type}", function.definition.name);
    Err(Refusal::new(StatusCode::FORBIDDEN, "NO_PERMISSION", message))
}

fn call(
    function: &Deployed,
    incoming: &Incoming<'_>,
    parts: Vec<(String, String)>,
    auth_type: &str,
    caller: &Caller,
) -> Result<Call, Refusal> {
    let mut arguments = incoming.arguments().map_err(Refusal::invalid)?;
    arguments::fields(parts.into_iter(), &mut arguments).map_err(Refusal::invalid)?;
    // The platform fills it in, whatever the caller says.
    arguments.retain(|(name, _)| name != REQUEST);
    if function.definition.argument(REQUEST).is_some() {
        arguments.push((REQUEST.to_owned(), Given::Text(incoming.as_request(auth_type))));
    }
    Ok(Call::new(&function.definition.name, Cause::Rest, &*caller.name)
        .acting_as(caller.user.as_deref())
        .arguments(arguments)
        .lenient())
}

fn answer(definition: &Definition, execution: &Execution) -> Response {
    match execution.state {
        Ended::Succeeded => {}
        Ended::Queued | Ended::Running | Ended::Failed | Ended::Cancelled => return failure(execution),
    }
    let json = execution.output.as_ref().map_or("null", |json| json.get());
    if json.contains("crmAPIResponse")
        && let Some(response) = serde_json::from_str(json).ok().and_then(|output| own_response(&output))
    {
        return response;
    }
    let details = Details {
        output: output_text(json),
        output_type: output_type(definition),
        id: &execution.function,
        lines: execution.lines.iter().map(|line| line.text.as_str()).collect(),
    };
    axum::Json(Success { code: "success", details, message: "function executed successfully" }).into_response()
}

#[derive(Serialize)]
struct Success<'a> {
    code: &'static str,
    details: Details<'a>,
    message: &'static str,
}

#[derive(Serialize)]
struct Details<'a> {
    output: Cow<'a, str>,
    output_type: &'static str,
    id: &'a str,
    #[serde(rename = "userMessage", skip_serializing_if = "Vec::is_empty")]
    lines: Vec<&'a str>,
}

/// What a function returned, as Zoho writes it: texts without quotes, nothing for null.
fn output_text(json: &str) -> Cow<'_, str> {
    match serde_json::from_str(json) {
        Ok(Value::String(text)) => text.into(),
        Ok(Value::Null) | Err(_) => "".into(),
        Ok(other) => other.to_string().into(),
    }
}

fn output_type(definition: &Definition) -> &'static str {
    match definition.returns.as_str() {
        "VOID" => "void",
        "MAP" => "map",
        _ => "string",
    }
}

fn failure(execution: &Execution) -> Response {
    let error: Value =
        execution.error.as_ref().and_then(|json| serde_json::from_str(json.get()).ok()).unwrap_or_default();
    let text = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    if text("kind") == "arguments" {
        return Refusal::invalid(text("message")).into_response();
    }
    let message = match execution.state {
        Ended::Cancelled => "the execution was cancelled".to_owned(),
        _ => text("message"),
    };
    let mut details = json!({ "id": execution.function, "execution": execution.id });
    for name in ["line", "code"] {
        if let Some(value) = error.get(name) {
            details[name] = value.clone();
        }
    }
    let refusal = Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR", message);
    Refusal { details: Some(Box::new(details)), ..refusal }.into_response()
}

/// The answer that a function makes itself, by returning `crmAPIResponse`, as a map or as JSON text.
pub(super) fn own_response(output: &Value) -> Option<Response> {
    let parsed: Value;
    let outer = match output {
        Value::String(text) if text.contains("crmAPIResponse") => {
            parsed = serde_json::from_str(text).ok()?;
            &parsed
        }
        other => other,
    };
    let own = outer.get("crmAPIResponse")?;
    let status = own.get("status_code").and_then(number).and_then(|code| StatusCode::from_u16(code).ok());
    let body = match own.get("body") {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status.unwrap_or(StatusCode::OK);
    let content_type = own.get("Content-Type").and_then(Value::as_str).unwrap_or("application/json");
    set_header(&mut response, "content-type", content_type);
    for (name, value) in own.get("headers").and_then(Value::as_object).into_iter().flatten() {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        set_header(&mut response, name, &text);
    }
    Some(response)
}

fn number(value: &Value) -> Option<u16> {
    value.as_u64().and_then(|code| u16::try_from(code).ok()).or_else(|| value.as_str()?.parse().ok())
}

/// Sets a header unless it would break the answer's framing.
fn set_header(response: &mut Response, name: &str, value: &str) {
    let framing = ["content-length", "transfer-encoding", "connection"];
    let parsed = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value));
    if let (Ok(name), Ok(value)) = parsed
        && !framing.contains(&name.as_str())
    {
        response.headers_mut().insert(name, value);
    }
}

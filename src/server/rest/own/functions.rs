//! Functions: read by every caller, changed by administrators.

use super::read;
use crate::server::App;
use crate::server::app::FunctionView;
use crate::server::rest::auth::{Administrator, Known};
use crate::server::rest::problem::Problem;
use crate::server::store::VersionRow;
use crate::source::Source;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

pub fn routes() -> Router<App> {
    Router::new()
        .route("/v1/functions", get(list))
        .route("/v1/functions/{name}", get(one).delete(remove))
        .route("/v1/functions/{name}/draft", put(save_draft).delete(discard_draft))
        .route("/v1/functions/{name}/publish", post(publish))
        .route("/v1/functions/{name}/versions", get(versions))
        .route("/v1/functions/{name}/versions/{version}", get(version))
        .route("/v1/functions/{name}/rollback", post(rollback))
        .route("/v1/deployments", post(deploy))
        .route("/v1/check", post(check))
}

async fn list(State(app): State<App>, _: Known) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "functions": app.functions().await? })))
}

/// A function, with the source in force.
async fn one(State(app): State<App>, _: Known, Path(name): Path<String>) -> Result<Json<Value>, Problem> {
    let FunctionView { row, definition } = app.function(&name).await?;
    let source = app.published().find_exact(&row.name).map(|one| one.source.text().to_owned());
    let mut body = json!(FunctionView { row, definition });
    body["source"] = source.into();
    Ok(Json(body))
}

async fn remove(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    app.delete_function(&name, &caller.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A source in a body of JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    source: String,
}

/// Keeps a draft whether it compiles or not, and says what the checker says.
async fn save_draft(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let Text { source } = read(&body)?;
    app.save_draft(&name, &source, &caller.name).await?;
    Ok(Json(json!({ "diagnostics": diagnostics(&app, &name, source).await })))
}

async fn discard_draft(
    State(app): State<App>,
    _: Administrator,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    app.discard_draft(&name).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Note {
    #[serde(default)]
    note: Option<String>,
}

async fn publish(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let Note { note } = read(&body)?;
    Ok(Json(json!(app.publish_draft(&name, note.as_deref(), &caller.name).await?)))
}

async fn versions(State(app): State<App>, _: Known, Path(name): Path<String>) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "versions": app.versions(&name).await? })))
}

async fn version(
    State(app): State<App>,
    _: Known,
    Path((name, version)): Path<(String, i64)>,
) -> Result<Json<VersionRow>, Problem> {
    Ok(Json(app.version(&name, version).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Back {
    /// The version before the one in force, where absent.
    #[serde(default)]
    version: Option<i64>,
}

async fn rollback(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let Back { version } = read(&body)?;
    Ok(Json(json!(app.rollback(&name, version, &caller.name).await?)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Deploy {
    functions: Vec<DeploySource>,
    #[serde(default)]
    note: Option<String>,
    /// Says what would be done and does nothing.
    #[serde(default)]
    dry_run: bool,
    /// All schedules that the project declares; where absent they stay as they are.
    #[serde(default)]
    schedules: Option<Vec<Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeploySource {
    /// What messages call it.
    file: String,
    source: String,
}

/// Publishes several sources, all of them or none, and then applies the project's schedules.
async fn deploy(
    State(app): State<App>,
    Administrator(caller): Administrator,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let Deploy { functions, note, dry_run, schedules } = read(&body)?;
    let sources: Vec<_> = functions.into_iter().map(|one| Source::new(one.file, one.source)).collect();
    if let Some(entries) = &schedules {
        app.check_declared_schedules(entries, &sources)?;
    }
    let done = app.deploy(sources, note.as_deref(), &caller.name, dry_run).await?;
    let mut body = json!({ "deployments": done });
    if let Some(entries) = &schedules {
        body["schedules"] = json!(app.declare_schedules(entries, &caller.name, dry_run).await?);
    }
    Ok(Json(body))
}

/// What the checker says about a source.
async fn check(State(app): State<App>, _: Known, body: Bytes) -> Result<Json<Value>, Problem> {
    let Text { source } = read(&body)?;
    Ok(Json(json!({ "diagnostics": diagnostics(&app, "source", source).await })))
}

async fn diagnostics(app: &App, name: &str, source: String) -> Vec<Value> {
    let reports = app.check(Source::new(name, source)).await;
    reports.iter().map(crate::server::rest::problem::diagnostic).collect()
}

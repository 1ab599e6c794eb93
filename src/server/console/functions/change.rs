//! Changes of a function: its draft kept or thrown away, published, rolled back; the function deleted.

use super::problems::{refusal, source};
use super::{editor, path};
use crate::server::app::{Action, Deployment};
use crate::server::console::visitor::Administrator;
use crate::server::console::{Fields, Refusal};
use crate::server::{App, Error};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/functions/{name}/draft", post(save))
        .route("/functions/{name}/discard", post(discard))
        .route("/functions/{name}/publish", post(publish))
        .route("/functions/{name}/rollback", post(rollback))
        .route("/functions/{name}/delete", post(delete))
}

async fn save(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    Path(name): Path<String>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let name = app.function(&name).await?.row.name;
    app.save_draft(&name, &source(&fields), visitor.name()).await?;
    Ok(visitor.go(&path(&name), "The draft is saved."))
}

async fn discard(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    Path(name): Path<String>,
) -> Result<Response, Refusal> {
    app.discard_draft(&name).await?;
    Ok(visitor.go(&path(&name), "The draft is gone."))
}

/// Keeps what stands in the editor as the draft, and publishes that.
async fn publish(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    Path(name): Path<String>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let name = app.function(&name).await?.row.name;
    app.save_draft(&name, &source(&fields), visitor.name()).await?;
    match app.publish_draft(&name, fields.given("note"), visitor.name()).await {
        Ok(done) => Ok(visitor.go(&path(&name), &told(&done))),
        Err(error) => editor::refused(&app, &visitor, &name, &fields, refusal(error).0).await,
    }
}

async fn rollback(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    Path(name): Path<String>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let version = fields.given("version").and_then(|text| text.parse().ok());
    let done = app.rollback(&name, version, visitor.name()).await.map_err(no_way_back)?;
    Ok(visitor.go(&format!("{}/versions", path(&done.name)), &told(&done)))
}

/// A version that compiled once may call what is gone by now.
fn no_way_back(error: Error) -> Refusal {
    match error.reports().first() {
        Some(report) => Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "That version does not compile any more.")
            .help(&report.diagnostic.message),
        None => error.into(),
    }
}

async fn delete(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    Path(name): Path<String>,
) -> Result<Response, Refusal> {
    app.delete_function(&name, visitor.name()).await?;
    Ok(visitor.go("/console/functions", "The function is deleted."))
}

/// What a publication did.
fn told(done: &Deployment) -> String {
    let version = done.version.unwrap_or_default();
    let mut text = match done.action {
        Action::Unchanged => format!("Nothing changed: this is version {version}, which is in force."),
        Action::Create | Action::Update => format!("Version {version} is in force."),
    };
    if !done.breaks.is_empty() {
        let names: Vec<_> = done.breaks.iter().map(|one| one.function.as_str()).collect();
        text.push_str(&format!(" These do not compile any more: {}.", names.join(", ")));
    }
    text
}

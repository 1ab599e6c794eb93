//! Runs from the editor: the version in force, or what stands in the editor.

use super::problems::{refusal, source};
use super::{arguments, editor};
use crate::server::app::Call;
use crate::server::console::visitor::Administrator;
use crate::server::console::{Fields, Refusal, Visitor, executions};
use crate::server::store::Cause;
use crate::server::{App, Error, ids};
use crate::source::Source;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use std::time::Duration;

/// A test that takes longer is followed on its own page.
const PATIENCE: Duration = Duration::from_secs(2);

pub fn routes() -> Router<App> {
    Router::new().route("/functions/{name}/run", post(run)).route("/functions/{name}/test", post(test))
}

/// Runs the version in force, on the connections of whoever asks.
async fn run(
    State(app): State<App>,
    visitor: Visitor,
    Path(name): Path<String>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let view = app.function(&name).await?;
    let unpublished = || Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "It is not published yet.");
    let definition = view.definition.as_ref().ok_or_else(unpublished)?;
    let call = Call::new(&view.row.name, Cause::Console, visitor.name()).acting_as(Some(visitor.name()));
    let call = call.arguments(arguments::given(definition, &fields)).lenient();
    match app.enqueue(call).await {
        Ok(id) => Ok(Redirect::to(&executions::path(&id)).into_response()),
        Err(error) => editor::refused(&app, &visitor, &view.row.name, &fields, error.into()).await,
    }
}

/// Runs what stands in the editor, published or not.
async fn test(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    Path(name): Path<String>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let name = app.function(&name).await?.row.name;
    match try_out(&app, &name, visitor.name(), &fields).await {
        Ok(id) => Ok(Redirect::to(&executions::path(&id)).into_response()),
        Err(error) => editor::refused(&app, &visitor, &name, &fields, refusal(error).0).await,
    }
}

/// Begins a test; gives its execution's id when it has ended, or runs on.
async fn try_out(app: &App, name: &str, by: &str, fields: &Fields) -> Result<String, Error> {
    let source = Source::new(name, source(fields));
    let definition = app.declared(source.clone()).await?;
    let id = ids::sortable(app.now());
    let call = Call::new(name, Cause::Console, by).acting_as(Some(by)).lenient();
    let call = Call { id: Some(id.clone()), ..call.arguments(arguments::given(&definition, fields)) };
    let engine = app.clone();
    // It goes on when this page does not wait any longer.
    let mut running = tokio::spawn(async move { engine.run_source(source, call).await.map(drop) });
    match tokio::time::timeout(PATIENCE, &mut running).await {
        Ok(ended) => ended.map_err(|error| Error::System(error.to_string()))?.map(|()| id),
        Err(_) => Ok(id),
    }
}

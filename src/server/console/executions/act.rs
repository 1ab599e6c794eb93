//! What can be done with an execution: run it again, stop it, take its tape home.

use super::{may_act, not_yours, path};
use crate::server::App;
use crate::server::console::{Refusal, Visitor};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

pub fn routes() -> Router<App> {
    Router::new()
        .route("/executions/{id}/rerun", post(rerun))
        .route("/executions/{id}/stop", post(stop))
        .route("/executions/{id}/tape", get(tape))
}

async fn rerun(State(app): State<App>, visitor: Visitor, Path(id): Path<String>) -> Result<Response, Refusal> {
    let old = app.execution(&id).await?;
    if !may_act(&visitor, old.acts_as.as_deref()) {
        return Err(not_yours());
    }
    let new = app.rerun(&id, visitor.name()).await?;
    Ok(visitor.go(&path(&new), "It runs again, in the version in force."))
}

async fn stop(State(app): State<App>, visitor: Visitor, Path(id): Path<String>) -> Result<Response, Refusal> {
    // One that somebody waits for is not logged before its end.
    let acts_as = app.execution(&id).await.ok().and_then(|row| row.acts_as);
    if !may_act(&visitor, acts_as.as_deref()) {
        return Err(not_yours());
    }
    let notice = match app.cancel(&id).await {
        Ok(()) => "It is being stopped.",
        Err(crate::server::Error::Unknown { .. }) => "It has ended already.",
        Err(error) => return Err(error.into()),
    };
    Ok(visitor.go(&path(&id), notice))
}

async fn tape(State(app): State<App>, _: Visitor, Path(id): Path<String>) -> Result<Response, Refusal> {
    let tape = app.tape(&id).await?;
    let name = format!("attachment; filename=\"{id}.tape\"");
    let headers = [(header::CONTENT_TYPE, "application/x-ndjson".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, tape).into_response())
}

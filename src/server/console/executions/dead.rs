//! Dead letters: what failed as often as it may be tried, to be run again or dismissed.

use super::list::message;
use super::{DEAD_LETTERS, may_act, not_yours, path, subsections};
use crate::server::App;
use crate::server::console::page::Section;
use crate::server::console::parts;
use crate::server::console::{Refusal, Visitor, assets};
use crate::server::store::{Execution, Filter};
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use maud::{Markup, html};
use serde::Deserialize;

/// Dead letters on one page.
const ON_A_PAGE: i64 = 50;

pub fn routes() -> Router<App> {
    Router::new()
        .route(DEAD_LETTERS, get(list))
        .route("/executions/{id}/retry", post(retry))
        .route("/executions/{id}/dismiss", post(dismiss))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Wanted {
    before: String,
    /// Only the table, for the script.
    fragment: bool,
}

async fn list(State(app): State<App>, visitor: Visitor, Query(wanted): Query<Wanted>) -> Result<Response, Refusal> {
    let before = Some(wanted.before.clone()).filter(|before| !before.is_empty());
    let found = app.dead_letters(&Filter { before, limit: Some(ON_A_PAGE), ..Filter::default() }).await?;
    let inner = table(&visitor, &found);
    if wanted.fragment {
        return Ok(inner.into_response());
    }
    let follows = wanted.before.is_empty().then(|| format!("/console{DEAD_LETTERS}?fragment=true"));
    let about = "What failed as often as its function may be tried, newest first.";
    let body = html! {
        (parts::heading("Executions", about, html! {}))
        (subsections(true))
        div data-live=[follows] { (inner) }
        script src=(assets::path("engine.js")) defer {}
    };
    Ok(visitor.page(Section::Executions, "Dead letters", body).into_response())
}

fn table(visitor: &Visitor, found: &[Execution]) -> Markup {
    if found.is_empty() {
        let text =
            "Nothing is left undone. Executions stand here when a function that declares @retry has failed for good.";
        return parts::empty("No dead letters", text, html! {});
    }
    html! {
        div.scroll tabindex="0" role="region" aria-label="Dead letters" {
            table {
                thead { tr { th { "Function" } th { "Failed" } th.end { span.hidden { "Actions" } } } }
                tbody { @for one in found { (row(visitor, one)) } }
            }
        }
        @if let Some(last) = found.last().filter(|_| found.len() as i64 == ON_A_PAGE) {
            p { a.button href={ "/console" (DEAD_LETTERS) "?before=" (last.id) } { "Older dead letters" } }
        }
    }
}

fn row(visitor: &Visitor, one: &Execution) -> Markup {
    html! {
        tr {
            td {
                a.strong href=(path(&one.id)) { (one.name) }
                @if let Some(message) = message(one) { br; small.muted.cut { (message) } }
            }
            td {
                span.when { (parts::time(one.ended_at.unwrap_or(one.created_at))) } br;
                small.muted { @if let Some(retry) = &one.retry { "attempt " (retry.attempt) ", " } "begun by " (one.actor) }
            }
            td.end { (actions("small", visitor, one)) }
        }
    }
}

/// What can be done with a dead letter; nothing with any other execution.
pub fn actions(size: &str, visitor: &Visitor, one: &Execution) -> Markup {
    let dead = one.retry.as_ref().is_some_and(|retry| retry.dead);
    html! {
        @if dead && may_act(visitor, one.acts_as.as_deref()) {
            form method="post" action={ (path(&one.id)) "/retry" } { (visitor.csrf()) button class={ "primary " (size) } type="submit" { "Run again" } }
            " "
            form method="post" action={ (path(&one.id)) "/dismiss" } { (visitor.csrf()) button class=(size) type="submit" { "Dismiss" } }
        }
    }
}

async fn retry(State(app): State<App>, visitor: Visitor, Path(id): Path<String>) -> Result<Response, Refusal> {
    check(&app, &visitor, &id).await?;
    let new = app.retry_dead_letter(&id, visitor.name()).await?;
    Ok(visitor.go(&path(&new), "It runs again, in the version in force."))
}

async fn dismiss(State(app): State<App>, visitor: Visitor, Path(id): Path<String>) -> Result<Response, Refusal> {
    check(&app, &visitor, &id).await?;
    app.dismiss_dead_letter(&id, visitor.name()).await?;
    Ok(visitor.go(&format!("/console{DEAD_LETTERS}"), "It is dismissed, and stays in the log."))
}

async fn check(app: &App, visitor: &Visitor, id: &str) -> Result<(), Refusal> {
    let old = app.execution(id).await?;
    if may_act(visitor, old.acts_as.as_deref()) { Ok(()) } else { Err(not_yours()) }
}

//! All functions: what they are, which version is in force, who may call them over REST.

use super::path;
use crate::server::App;
use crate::server::app::FunctionView;
use crate::server::console::page::{Page, Section};
use crate::server::console::parts::{self, Tone};
use crate::server::console::{Refusal, Visitor};
use crate::server::functions::{Category, RestAccess};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use maud::{Markup, html};

pub fn routes() -> Router<App> {
    Router::new().route("/functions", get(list))
}

async fn list(State(app): State<App>, visitor: Visitor) -> Result<Page, Refusal> {
    let all = app.functions().await?;
    let add = || html! { @if visitor.is_administrator() { a.button.primary href="/console/functions/new" { "New function" } } };
    let body = html! {
        (parts::heading("Functions", "Deluge, called over REST, by schedules, by webhooks and by each other.", add()))
        @if all.is_empty() {
            (parts::empty("No functions yet", "Write one here, or publish a project with ararat deploy.", add()))
        } @else {
            div.search role="search" {
                label.hidden for="filter" { "Search functions" }
                input id="filter" type="search" placeholder="Search: name, category, description …" autocomplete="off"
                    data-filter=".function-row" data-none="#none";
            }
            (table(&all))
            p.muted #none hidden { "No such function." }
        }
    };
    Ok(visitor.page(Section::Functions, "Functions", body))
}

fn table(all: &[FunctionView]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Functions" {
            table {
                thead { tr { th { "Function" } th { "Category" } th { "Version" } th { "REST" } } }
                tbody { @for view in all { (row(view)) } }
            }
        }
    }
}

fn row(view: &FunctionView) -> Markup {
    let header = view.definition.as_ref().map(|definition| &definition.header);
    let about = header.map(|header| header.description.lines().next().unwrap_or_default()).unwrap_or_default();
    html! {
        tr.function-row {
            td {
                a.strong href=(path(&view.row.name)) { (view.row.name) }
                @if let Some(title) = header.and_then(|header| header.title.as_deref()) { " " span.muted { (title) } }
                @if !about.is_empty() { br; small.muted { (about) } }
            }
            td { (category(&view.row.name)) }
            td { (state(view)) }
            td { (rest(header.map(|header| header.rest).unwrap_or_default())) }
        }
    }
}

/// The category of a full name, in words.
pub fn category(name: &str) -> &'static str {
    let namespace = name.split_once('.').map_or("", |(namespace, _)| namespace);
    Category::of_namespace(namespace).map_or("", |category| category.row().title)
}

/// What is in force, and whether there is a draft beside it.
pub fn state(view: &FunctionView) -> Markup {
    html! {
        @match view.row.version {
            Some(version) => (parts::badge(Tone::Good, &format!("version {version}"))),
            None => (parts::badge(Tone::Plain, "not published")),
        }
        @if view.row.draft.is_some() { " " (parts::badge(Tone::Warning, "draft")) }
    }
}

/// Who may call it over REST.
pub fn rest(access: RestAccess) -> &'static str {
    match (access.api_key, access.oauth) {
        (true, true) => "API key, OAuth",
        (true, false) => "API key",
        (false, true) => "OAuth",
        (false, false) => "off",
    }
}

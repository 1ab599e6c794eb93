//! The versions of a function: listed, shown, compared, put in force again.

use super::path;
use crate::server::App;
use crate::server::console::page::{Page, Section};
use crate::server::console::parts::{self, Tone};
use crate::server::console::{Refusal, Visitor, assets, code};
use crate::server::functions::diff;
use crate::server::store::VersionRow;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::routing::get;
use maud::{Markup, html};
use serde::Deserialize;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/functions/{name}/versions", get(list))
        .route("/functions/{name}/versions/{version}", get(show))
}

async fn list(State(app): State<App>, visitor: Visitor, Path(name): Path<String>) -> Result<Page, Refusal> {
    let view = app.function(&name).await?;
    let name = &view.row.name;
    let versions = app.versions(name).await?;
    let body = html! {
        (crumbs(name))
        (parts::heading("Versions", html! { "What is published never changes; going back publishes an earlier one anew." }, html! {}))
        div.scroll tabindex="0" role="region" aria-label="Versions" {
            table {
                thead { tr { th { "Version" } th { "Published" } th { "Note" } th { span.hidden { "Actions" } } } }
                tbody { @for version in &versions { (row(&visitor, name, version, view.row.version)) } }
            }
        }
    };
    Ok(visitor.page(Section::Functions, &format!("Versions of {name}"), body))
}

fn crumbs(name: &str) -> Markup {
    html! { p.crumbs { a href="/console/functions" { "Functions" } " / " a href=(path(name)) { (name) } } }
}

fn row(visitor: &Visitor, name: &str, version: &VersionRow, in_force: Option<i64>) -> Markup {
    let is_in_force = in_force == Some(version.version);
    html! {
        tr {
            td {
                a.strong href={ (path(name)) "/versions/" (version.version) } { "Version " (version.version) }
                @if is_in_force { " " (parts::badge(Tone::Good, "in force")) }
            }
            td { (parts::time(version.created_at)) br; small.muted { "by " (version.created_by) } }
            td { (version.note.as_deref().unwrap_or_default()) }
            td.end { @if visitor.is_administrator() && !is_in_force { (back(visitor, name, version.version)) } }
        }
    }
}

fn back(visitor: &Visitor, name: &str, version: i64) -> Markup {
    html! {
        form method="post" action={ (path(name)) "/rollback" }
            data-confirm={ "Put version " (version) " of “" (name) "” in force again?" } {
            (visitor.csrf())
            input type="hidden" name="version" value=(version);
            button.small type="submit" aria-label={ "Back to version " (version) } { "Back to this" }
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Compared {
    /// With which version; the one before where absent.
    with: Option<i64>,
}

async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path((name, version)): Path<(String, i64)>,
    Query(compared): Query<Compared>,
) -> Result<Page, Refusal> {
    let view = app.function(&name).await?;
    let name = &view.row.name;
    let shown = app.version(name, version).await?;
    let versions = app.versions(name).await?;
    let with = compared.with.or_else(|| versions.iter().map(|row| row.version).find(|other| *other < version));
    let other = with.and_then(|with| versions.iter().find(|row| row.version == with));
    let body = html! {
        (crumbs(name))
        (parts::heading(&format!("Version {version}"), html! {
            "published " (parts::time(shown.created_at)) " by " (shown.created_by)
            @if let Some(note) = &shown.note { ": " (note) }
        }, html! {
            a.button href={ (path(name)) "/versions" } { "All versions" }
            @if visitor.is_administrator() && view.row.version != Some(version) { (back(&visitor, name, version)) }
        }))
        @if let Some(other) = other { (difference(name, &shown, other, &versions)) }
        section.card aria-labelledby="source" {
            h2 #source { "Source" }
            (code::source("Source", &shown.source, None))
        }
        script src=(assets::path("engine.js")) defer {}
    };
    Ok(visitor.page(Section::Functions, &format!("{name}, version {version}"), body))
}

fn difference(name: &str, shown: &VersionRow, other: &VersionRow, versions: &[VersionRow]) -> Markup {
    let choices: Vec<_> = versions
        .iter()
        .filter(|row| row.version != shown.version)
        .map(|row| (row.version.to_string(), format!("version {}", row.version)))
        .collect();
    let title = |row: &VersionRow| format!("version {}", row.version);
    let text = diff(&other.source, &shown.source, &title(other), &title(shown));
    html! {
        section.card aria-labelledby="difference" {
            h2 #difference { "Difference to version " (other.version) }
            @if text.is_empty() { p.muted { "The sources are the same." } } @else { (code::diff("Difference", &text)) }
            @if choices.len() > 1 {
                form.filter method="get" action={ (path(name)) "/versions/" (shown.version) } {
                    (parts::select("with", "Compare with", "", &other.version.to_string(), &choices))
                    button type="submit" { "Compare" }
                }
            }
        }
    }
}

//! My connections and shared connections.

use crate::connections::{Connection, Registry, State};
use crate::server::App;
use crate::server::console::page::{Page, Section};
use crate::server::console::parts::{self, Tone};
use crate::server::console::{Refusal, Visitor};
use axum::Router;
use axum::extract::Query;
use axum::routing::get;
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::HashMap;

pub fn routes() -> Router<App> {
    Router::new().route("/connections", get(list))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Shown {
    shared: bool,
}

async fn list(visitor: Visitor, Query(shown): Query<Shown>) -> Result<Page, Refusal> {
    let registry = visitor.registry().await?;
    let all = registry.connections().await?;
    let names: HashMap<String, String> =
        registry.services().await?.into_iter().map(|service| (service.link_name, service.name)).collect();
    let (mine, shared): (Vec<_>, Vec<_>) = all.into_iter().partition(|connection| registry.is_mine(connection));
    let (count_mine, count_shared) = (mine.len(), shared.len());
    let rows = if shown.shared { shared } else { mine };
    let body = html! {
        (parts::heading("Connections", "Log in once, name the login, use it anywhere.", html! {
            @if visitor.is_administrator() { (add()) }
        }))
        (subsections(if shown.shared { Part::Shared } else { Part::Mine }, Some((count_mine, count_shared))))
        @if rows.is_empty() {
            @if shown.shared {
                (parts::empty("Nothing shared with you", "Connections that others made stand here: you use them with the owner's \
                    credentials, or with your own where they ask for them.", html! {}))
            } @else {
                (parts::empty("No connections yet", "Pick a service, sign in, and use the connection in functions by its link name.",
                    html! { @if visitor.is_administrator() { (add()) } }))
            }
        } @else { (table(&registry, &rows, &names)) }
    };
    Ok(visitor.page(Section::Connections, "Connections", body))
}

fn add() -> Markup {
    html! { a.button.primary href="/console/catalogue" { "New connection" } }
}

/// A part of this section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Mine,
    Shared,
    Services,
    Events,
}

/// Links to the parts; with how many connections there are where that is known.
pub fn subsections(current: Part, counts: Option<(usize, usize)>) -> Markup {
    let link = |part: Part, path: &str, title: &str, count: Option<usize>| {
        html! {
            a href=(path) aria-current=[(part == current).then_some("page")] {
                (title) @if let Some(count) = count { span.count { (count) } }
            }
        }
    };
    html! {
        nav.subsections aria-label="Connections" {
            (link(Part::Mine, "/console/connections", "My connections", counts.map(|(mine, _)| mine)))
            (link(Part::Shared, "/console/connections?shared=true", "Shared connections", counts.map(|(_, shared)| shared)))
            (link(Part::Services, "/console/services", "Custom services", None))
            (link(Part::Events, "/console/events", "Events", None))
        }
    }
}

fn table(registry: &Registry, rows: &[Connection], names: &HashMap<String, String>) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Connections" {
            table {
                thead { tr { th { "Name" } th { "Service" } th { "State" } th { "Credentials" } th { "Owner" } } }
                tbody {
                    @for connection in rows {
                        tr {
                            td {
                                a.strong href={ "/console/connections/" (connection.link_name) } { (connection.name) }
                                br; code.small { (connection.link_name) }
                            }
                            td { (names.get(&connection.service).unwrap_or(&connection.service)) }
                            td { (state(connection, registry.now())) }
                            td { @if connection.login_user { "of the login user" } @else { "of the owner" } }
                            td { (connection.owner) }
                        }
                    }
                }
            }
        }
    }
}

/// The state with its colour.
pub fn state(connection: &Connection, now: i64) -> Markup {
    let tone = match connection.state {
        State::Connected => Tone::Good,
        State::Draft => Tone::Plain,
        State::NeedsReauth => Tone::Bad,
        State::Revoked => Tone::Warning,
    };
    let text = connection.state_text(now);
    let mut letters = text.chars();
    let first: String = letters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    parts::badge(tone, &format!("{first}{}", letters.as_str()))
}

//! What happened to tokens: refreshed, failed, in need of a sign-in.

use super::list::{Part, subsections};
use super::path;
use crate::connections::events::is_trouble;
use crate::server::App;
use crate::server::console::page::{Page, Section};
use crate::server::console::parts::{self, Tone};
use crate::server::console::{Refusal, Visitor};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use maud::html;

/// Events that are shown.
const EVENTS: u32 = 100;

pub fn routes() -> Router<App> {
    Router::new().route("/events", get(show))
}

async fn show(State(app): State<App>, visitor: Visitor) -> Result<Page, Refusal> {
    let events = app.connection_events(EVENTS).await?;
    let body = html! {
        (parts::heading("Connections", "What happened to tokens, newest first.", html! {}))
        (subsections(Part::Events, None))
        @if events.is_empty() {
            (parts::empty("No events yet", "Tokens that are refreshed, that fail to, or that need a person stand here.", html! {}))
        } @else {
            div.scroll tabindex="0" role="region" aria-label="Events" {
                table {
                    thead { tr { th { "When" } th { "Connection" } th { "Event" } th { "For" } th { "Why" } } }
                    tbody {
                        @for event in &events {
                            tr {
                                td.when { (parts::time(event.at)) }
                                td { a href=(path(&event.link_name)) { code { (event.link_name) } } }
                                td { (parts::badge(if is_trouble(event) { Tone::Bad } else { Tone::Good }, &event.event)) }
                                td { (event.actor) }
                                td { (event.reason.as_deref().unwrap_or_default()) }
                            }
                        }
                    }
                }
            }
        }
    };
    Ok(visitor.page(Section::Connections, "Events", body))
}

//! Webhooks: those that come in, those that go out, and what was delivered.

mod deliveries;
mod incoming;
mod incoming_form;
mod outgoing;
mod outgoing_form;
mod rows;

use super::page::{Page, Section};
use super::{Refusal, Visitor, parts};
use crate::server::App;
use axum::Router;
use maud::{Markup, html};

pub fn routes() -> Router<App> {
    Router::new().merge(incoming::routes()).merge(outgoing::routes()).merge(deliveries::routes())
}

/// A part of this section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Incoming,
    Outgoing,
    Deliveries,
}

impl Part {
    fn path(self) -> &'static str {
        match self {
            Part::Incoming => "/console/webhooks/incoming",
            Part::Outgoing => "/console/webhooks/outgoing",
            Part::Deliveries => "/console/webhooks/deliveries",
        }
    }

    /// What precedes `webhook` in the name of its things; the deliveries are none.
    fn title(self) -> &'static str {
        match self {
            Part::Incoming => "Incoming",
            Part::Outgoing => "Outgoing",
            Part::Deliveries => "Deliveries",
        }
    }

    /// The address of one of its things.
    fn of(self, id: &str) -> String {
        format!("{}/{}", self.path(), super::encoded(id))
    }
}

fn subsections(current: Part) -> Markup {
    let all = [Part::Incoming, Part::Outgoing, Part::Deliveries];
    parts::subsections("Webhooks", &all.map(|part| (part.path(), part.title(), part == current)))
}

/// The webhooks of a part, or what one is for.
fn listed(visitor: &Visitor, part: Part, about: &str, table: Option<Markup>) -> Page {
    let kind = format!("{} webhook", part.title());
    let small = kind.to_lowercase();
    let add = || {
        html! { @if visitor.is_administrator() { a.button.primary href={ (part.path()) "/new" } { "New " (small) } } }
    };
    let body = html! {
        (parts::heading("Webhooks", "Requests of others that run functions, and requests that tell others.", add()))
        (subsections(part))
        @match table {
            Some(table) => (table),
            None => (parts::empty(&format!("No {small}s yet"), about, add())),
        }
    };
    visitor.page(Section::Webhooks, &format!("{kind}s"), body)
}

/// The form of a webhook around its fields; `id` is that of the webhook, absent for a new one.
fn form(
    visitor: &Visitor,
    part: Part,
    id: Option<&str>,
    about: &str,
    problem: Option<&Refusal>,
    fields: Markup,
) -> Page {
    let (verb, action) = match id {
        Some(id) => ("Edit", format!("{}/edit", part.of(id))),
        None => ("New", format!("{}/new", part.path())),
    };
    let title = format!("{verb} {} webhook", part.title().to_lowercase());
    let body = html! {
        p.crumbs { a href=(part.path()) { (part.title()) " webhooks" } }
        (parts::heading(&title, about, html! {}))
        section.card.middling {
            (parts::problem(problem.map(|p| p.message.as_str()), problem.and_then(|p| p.help.as_deref())))
            form method="post" action=(action) {
                (visitor.csrf())
                (fields)
                button.primary type="submit" { "Save" }
            }
        }
    };
    visitor.page(Section::Webhooks, &title, body)
}

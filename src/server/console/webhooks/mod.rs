//! Webhooks: those that come in, those that go out, and what was delivered.

mod deliveries;
mod incoming;
mod incoming_form;
mod outgoing;
mod outgoing_form;
mod rows;

use super::parts;
use crate::server::App;
use axum::Router;
use maud::Markup;

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

    /// The address of one of its things.
    fn of(self, id: &str) -> String {
        format!("{}/{}", self.path(), super::encoded(id))
    }
}

fn subsections(current: Part) -> Markup {
    let links = [(Part::Incoming, "Incoming"), (Part::Outgoing, "Outgoing"), (Part::Deliveries, "Deliveries")];
    parts::subsections("Webhooks", &links.map(|(part, title)| (part.path(), title, part == current)))
}

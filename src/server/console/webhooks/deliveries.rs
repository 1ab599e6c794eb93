//! Deliveries of outgoing webhooks: what was sent, what became of each attempt, dead ones sent again.

use super::{Part, subsections};
use crate::server::App;
use crate::server::console::page::Section;
use crate::server::console::parts::{self, Tone};
use crate::server::console::visitor::Administrator;
use crate::server::console::{Refusal, Visitor, assets, code, executions};
use crate::server::store::{Delivery, DeliveryFilter, DeliveryState};
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use maud::{Markup, html};
use serde::Deserialize;

/// Deliveries on one page.
const ON_A_PAGE: i64 = 50;
const STATES: [(DeliveryState, &str, &str); 3] = [
    (DeliveryState::Queued, "queued", "Queued"),
    (DeliveryState::Delivered, "delivered", "Delivered"),
    (DeliveryState::Dead, "dead", "Dead"),
];

pub fn routes() -> Router<App> {
    Router::new()
        .route("/webhooks/deliveries", get(list))
        .route("/webhooks/deliveries/{id}", get(show))
        .route("/webhooks/deliveries/{id}/retry", post(retry))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Wanted {
    state: String,
    webhook: String,
    before: String,
    fragment: bool,
}

impl Wanted {
    fn address(&self, name: &str, value: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let fields = [("state", &self.state), ("webhook", &self.webhook)];
        query.extend_pairs(fields.into_iter().filter(|(_, text)| !text.is_empty()));
        format!("{}?{}", Part::Deliveries.path(), query.append_pair(name, value).finish())
    }
}

async fn list(State(app): State<App>, visitor: Visitor, Query(wanted): Query<Wanted>) -> Result<Response, Refusal> {
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let filter = DeliveryFilter {
        webhook: given(&wanted.webhook),
        state: STATES.iter().find(|(_, word, _)| *word == wanted.state).map(|(state, ..)| *state),
        before: given(&wanted.before),
        limit: Some(ON_A_PAGE),
    };
    let found = app.deliveries(&filter).await?;
    let inner = html! {
        @if found.is_empty() { (parts::empty("No deliveries", "What outgoing webhooks send stands here.", html! {})) } @else { (table(&found)) }
        @if let Some(last) = found.last().filter(|_| found.len() as i64 == ON_A_PAGE) {
            p { a.button href=(wanted.address("before", &last.id)) { "Older deliveries" } }
        }
    };
    if wanted.fragment {
        return Ok(inner.into_response());
    }
    let follows = wanted.before.is_empty().then(|| wanted.address("fragment", "true"));
    let body = html! {
        (parts::heading("Webhooks", "What was sent, newest first. Dead ones were refused for good, or tried too often.", html! {}))
        (subsections(Part::Deliveries))
        (search(&app, &wanted).await?)
        div data-live=[follows] { (inner) }
        script src=(assets::path("engine.js")) defer {}
    };
    Ok(visitor.page(Section::Webhooks, "Deliveries", body).into_response())
}

async fn search(app: &App, wanted: &Wanted) -> Result<Markup, Refusal> {
    let mut states = vec![(String::new(), "All states".to_owned())];
    states.extend(STATES.map(|(_, word, text)| (word.to_owned(), text.to_owned())));
    let mut webhooks = vec![(String::new(), "All webhooks".to_owned())];
    webhooks.extend(app.outgoing_webhooks().await?.into_iter().map(|one| (one.id, one.wish.name)));
    Ok(html! {
        form.filter method="get" action=(Part::Deliveries.path()) role="search" {
            (parts::select("state", "State", "", &wanted.state, &states))
            (parts::select("webhook", "Webhook", "", &wanted.webhook, &webhooks))
            button type="submit" { "Show" }
        }
    })
}

fn badge(state: DeliveryState) -> Markup {
    let tone = match state {
        DeliveryState::Queued => Tone::Warning,
        DeliveryState::Delivered => Tone::Good,
        DeliveryState::Dead => Tone::Bad,
    };
    let text = STATES.iter().find(|(one, ..)| *one == state).map_or("", |(_, _, text)| text);
    parts::badge(tone, text)
}

/// Deliveries, without their attempts.
pub fn table(found: &[Delivery]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Deliveries" {
            table {
                thead { tr { th { "Webhook" } th { "State" } th { "Begun" } th { "By" } th.end { "Attempts" } } }
                tbody {
                    @for one in found {
                        tr {
                            td { a.strong href=(Part::Deliveries.of(&one.id)) { (one.name) } }
                            td { (badge(one.state)) }
                            td.when { (parts::time(one.created_at)) }
                            td { (one.actor) }
                            td.end { (one.attempts) }
                        }
                    }
                }
            }
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    fragment: bool,
}

async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(wanted): Query<Asked>,
) -> Result<Response, Refusal> {
    let delivery = app.delivery(&id).await?;
    let inner = whole(&visitor, &delivery);
    if wanted.fragment {
        return Ok(inner.into_response());
    }
    let follows = delivery.ended_at.is_none().then(|| format!("{}?fragment=true", Part::Deliveries.of(&delivery.id)));
    let body = html! {
        p.crumbs { a href=(Part::Deliveries.path()) { "Deliveries" } }
        div data-live=[follows] { (inner) }
        script src=(assets::path("engine.js")) defer {}
    };
    Ok(visitor.page(Section::Webhooks, &delivery.name, body).into_response())
}

fn whole(visitor: &Visitor, delivery: &Delivery) -> Markup {
    let is_dead = delivery.state == DeliveryState::Dead;
    html! {
        div data-settled=[delivery.ended_at.is_some().then_some("")] {
            (parts::heading(&delivery.name, html! { (badge(delivery.state)) " " code { (delivery.id) } }, html! {
                @if is_dead && visitor.is_administrator() {
                    form method="post" action={ (Part::Deliveries.of(&delivery.id)) "/retry" } { (visitor.csrf()) button.primary type="submit" { "Send again" } }
                }
            }))
            div.columns {
                section.card aria-labelledby="facts" { h2 #facts { "Summary" } (facts(delivery)) }
                @if let Some(payload) = &delivery.payload {
                    section.card aria-labelledby="payload" { h2 #payload { "Payload" } (code::json("Payload", payload)) }
                }
            }
            section aria-labelledby="attempts" { h2 #attempts { "Attempts" } (attempts(delivery)) }
        }
    }
}

fn facts(delivery: &Delivery) -> Markup {
    html! {
        dl.facts {
            dt { "Webhook" } dd { a href=(Part::Outgoing.of(&delivery.webhook)) { (delivery.name) } }
            dt { "Begun" } dd { (parts::time(delivery.created_at)) " by " (delivery.actor) }
            @if let Some(id) = &delivery.execution { dt { "Tells of" } dd { a href=(executions::path(id)) { code { (id) } } } }
            @if let Some(at) = delivery.ended_at { dt { "Ended" } dd { (parts::time(at)) } }
            @else if let Some(at) = delivery.next_at { dt { "Next attempt" } dd { (parts::time(at)) } }
        }
    }
}

fn attempts(delivery: &Delivery) -> Markup {
    html! {
        @if delivery.log.is_empty() { p.muted { "None yet." } }
        @else {
            div.scroll tabindex="0" role="region" aria-labelledby="attempts" {
                table {
                    thead { tr { th { "Time" } th { "Answer" } th.end { "Took" } } }
                    tbody {
                        @for one in &delivery.log {
                            tr {
                                td.when { (parts::time(one.at)) }
                                td {
                                    @match one.status {
                                        Some(status) => (parts::badge(if status < 300 { Tone::Good } else { Tone::Bad }, &status.to_string())),
                                        None => (parts::badge(Tone::Bad, "no answer")),
                                    }
                                    @if let Some(error) = &one.error { br; small.muted { (error) } }
                                }
                                td.end { (one.ms) " ms" }
                            }
                        }
                    }
                }
            }
        }
    }
}

async fn retry(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    app.retry_delivery(&id, visitor.name()).await?;
    Ok(visitor.go(&Part::Deliveries.of(&id), "It is sent again."))
}

//! Outgoing webhooks: listed, made, shown, triggered, changed, removed.

use super::incoming::state;
use super::outgoing_form::{fields_of, page, wish};
use super::{Part, deliveries, listed};
use crate::server::App;
use crate::server::console::page::{Page, Section};
use crate::server::console::parts;
use crate::server::console::visitor::Administrator;
use crate::server::console::{Fields, Refusal, Visitor, functions};
use crate::server::store::DeliveryFilter;
use crate::server::webhooks::outgoing::{Authorization, OutgoingWebhook, When};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use maud::{Markup, html};

/// Deliveries that a webhook's page shows.
const LATEST: i64 = 10;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/webhooks/outgoing", get(list))
        .route("/webhooks/outgoing/new", get(blank).post(create))
        .route("/webhooks/outgoing/{id}", get(show))
        .route("/webhooks/outgoing/{id}/edit", get(edit).post(update))
        .route("/webhooks/outgoing/{id}/trigger", post(trigger))
        .route("/webhooks/outgoing/{id}/switch", post(switch))
        .route("/webhooks/outgoing/{id}/delete", post(delete))
}

async fn list(State(app): State<App>, visitor: Visitor) -> Result<Page, Refusal> {
    let all = app.outgoing_webhooks().await?;
    let table = (!all.is_empty()).then(|| table(&all));
    let about = "One sends a request to a service: when it is triggered, or when a function ends.";
    Ok(listed(&visitor, Part::Outgoing, about, table))
}

fn table(all: &[OutgoingWebhook]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Outgoing webhooks" {
            table {
                thead { tr { th { "Webhook" } th { "Request" } th { "Authorization" } th { "State" } } }
                tbody {
                    @for one in all {
                        tr {
                            td { a.strong href=(Part::Outgoing.of(&one.id)) { (one.wish.name) } @if !one.wish.description.is_empty() { br; small.muted { (one.wish.description) } } }
                            td { strong { (one.wish.method.method().as_str()) } " " code { (one.wish.url) } }
                            td { (authorization(one)) }
                            td { (state(one.wish.enabled)) }
                        }
                    }
                }
            }
        }
    }
}

fn authorization(webhook: &OutgoingWebhook) -> Markup {
    match &webhook.wish.authorization {
        Authorization::General => html! { "General" },
        Authorization::Connection { link } => {
            html! { "Connection " a href={ "/console/connections/" (link) } { code { (link) } } }
        }
    }
}

async fn show(State(app): State<App>, visitor: Visitor, Path(id): Path<String>) -> Result<Page, Refusal> {
    let webhook = app.outgoing_webhook(&id).await?;
    summary(&app, &visitor, &webhook, "", None).await
}

async fn summary(
    app: &App,
    visitor: &Visitor,
    webhook: &OutgoingWebhook,
    payload: &str,
    problem: Option<&str>,
) -> Result<Page, Refusal> {
    let wish = &webhook.wish;
    let filter = DeliveryFilter { webhook: Some(webhook.id.clone()), limit: Some(LATEST), ..DeliveryFilter::default() };
    let latest = app.deliveries(&filter).await?;
    let body = html! {
        p.crumbs { a href=(Part::Outgoing.path()) { "Outgoing webhooks" } }
        (parts::heading(&wish.name, html! { (state(wish.enabled)) " " (wish.description) }, actions(visitor, webhook)))
        (parts::problem(problem, None))
        div.columns {
            section.card aria-labelledby="facts" { h2 #facts { "Summary" } (facts(webhook)) }
            @if visitor.is_administrator() && wish.enabled { (trigger_card(visitor, webhook, payload)) }
        }
        section aria-labelledby="latest" {
            h2 #latest { "Latest deliveries" }
            @if latest.is_empty() { p.muted { "Nothing was sent yet." } } @else { (deliveries::table(&latest)) }
        }
    };
    Ok(visitor.page(Section::Webhooks, &wish.name, body))
}

fn facts(webhook: &OutgoingWebhook) -> Markup {
    let wish = &webhook.wish;
    html! {
        dl.facts {
            dt { "Request" } dd { strong { (wish.method.method().as_str()) } " " code { (wish.url) } }
            dt { "Authorization" } dd { (authorization(webhook)) }
            @if let Some(module) = &wish.module { dt { "Module" } dd { (module) } }
            @for header in &wish.headers { dt { "Header " (header.name) } dd { code { (header.value) } } }
            @for parameter in &wish.parameters { dt { "Parameter " (parameter.name) } dd { code { (parameter.value) } } }
            @for one in &wish.on {
                dt { "Tells of" }
                dd {
                    a href=(functions::path(&one.function)) { (one.function) } " when it "
                    @match one.when { When::Success => "succeeds", When::Failure => "fails", When::End => "ends" }
                }
            }
            dt { "Changed" } dd { (parts::time(webhook.updated_at)) " by " (webhook.updated_by) }
        }
    }
}

fn trigger_card(visitor: &Visitor, webhook: &OutgoingWebhook, payload: &str) -> Markup {
    let text = if payload.is_empty() { "{\n  \"module\": \"Leads\",\n  \"record\": {}\n}" } else { payload };
    html! {
        section.card aria-labelledby="trigger" {
            h2 #trigger { "Send one" }
            form method="post" action={ (Part::Outgoing.of(&webhook.id)) "/trigger" } {
                (visitor.csrf())
                (parts::textarea("payload", "Payload", text, "A JSON object: the module, the record, and what else the texts want.", 6))
                button type="submit" { "Send" }
            }
        }
    }
}

fn actions(visitor: &Visitor, webhook: &OutgoingWebhook) -> Markup {
    let name = &webhook.wish.name;
    let warning = format!("Delete the webhook “{name}”? What was not delivered yet is not delivered any more.");
    visitor.controls(&Part::Outgoing.of(&webhook.id), webhook.wish.enabled, &warning)
}

async fn blank(State(app): State<App>, Administrator(visitor): Administrator) -> Result<Page, Refusal> {
    page(&app, &visitor, None, &Fields::read(b"enabled=on"), None).await
}

async fn create(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    fields: Fields,
) -> Result<Response, Refusal> {
    let made = async { Ok(app.create_outgoing_webhook(wish(&fields)?, visitor.name()).await?) };
    done(&app, &visitor, None, &fields, made.await).await
}

async fn edit(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
) -> Result<Page, Refusal> {
    let webhook = app.outgoing_webhook(&id).await?;
    page(&app, &visitor, Some(&webhook.id), &fields_of(&webhook.wish), None).await
}

async fn update(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let id = app.outgoing_webhook(&id).await?.id;
    let changed = async { Ok(app.update_outgoing_webhook(&id, wish(&fields)?, visitor.name()).await?) };
    done(&app, &visitor, Some(&id), &fields, changed.await).await
}

/// To the webhook's page, or back to the form with what was wrong.
async fn done(
    app: &App,
    visitor: &Visitor,
    id: Option<&str>,
    fields: &Fields,
    result: Result<OutgoingWebhook, Refusal>,
) -> Result<Response, Refusal> {
    match result {
        Ok(webhook) => Ok(visitor.go(&Part::Outgoing.of(&webhook.id), "The webhook is saved.")),
        Err(refusal) if refusal.is_mendable() => {
            let page = page(app, visitor, id, fields, Some(&refusal)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(refusal) => Err(refusal),
    }
}

async fn trigger(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let webhook = app.outgoing_webhook(&id).await?;
    let payload = match serde_json::from_str(fields.text("payload")) {
        Ok(payload) => payload,
        Err(error) => {
            let problem = format!("The payload is a JSON object: {error}.");
            let page = summary(&app, &visitor, &webhook, fields.text("payload"), Some(&problem)).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    let delivery = app.trigger_webhook(&webhook.id, payload, visitor.name()).await?;
    Ok(visitor.go(&Part::Deliveries.of(&delivery), "It is being sent."))
}

async fn switch(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let webhook = app.switch_outgoing_webhook(&id, fields.is_on("on"), visitor.name()).await?;
    let notice = if webhook.wish.enabled { "The webhook is on." } else { "The webhook is off." };
    Ok(visitor.go(&Part::Outgoing.of(&webhook.id), notice))
}

async fn delete(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    app.delete_outgoing_webhook(&id, visitor.name()).await?;
    Ok(visitor.go(Part::Outgoing.path(), "The webhook is deleted."))
}

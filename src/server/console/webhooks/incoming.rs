//! Incoming webhooks: listed, made, shown, changed, given a new address, removed.

use super::incoming_form::{fields_of, page, wish};
use super::{Part, listed};
use crate::server::App;
use crate::server::console::page::{Page, Section};
use crate::server::console::parts::{self, Tone};
use crate::server::console::visitor::Administrator;
use crate::server::console::{Fields, Refusal, Visitor, functions};
use crate::server::webhooks::incoming::{IncomingWebhook, NewIncomingWebhook};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use maud::{Markup, html};

pub fn routes() -> Router<App> {
    Router::new()
        .route("/webhooks", get(list))
        .route("/webhooks/incoming", get(list))
        .route("/webhooks/incoming/new", get(blank).post(create))
        .route("/webhooks/incoming/{id}", get(show))
        .route("/webhooks/incoming/{id}/edit", get(edit).post(update))
        .route("/webhooks/incoming/{id}/renew", post(renew))
        .route("/webhooks/incoming/{id}/switch", post(switch))
        .route("/webhooks/incoming/{id}/delete", post(delete))
}

async fn list(State(app): State<App>, visitor: Visitor) -> Result<Page, Refusal> {
    let all = app.incoming_webhooks().await?;
    let table = (!all.is_empty()).then(|| table(&all));
    Ok(listed(
        &visitor,
        Part::Incoming,
        "One is an address that you give to a service, which then runs a function.",
        table,
    ))
}

fn table(all: &[IncomingWebhook]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Incoming webhooks" {
            table {
                thead { tr { th { "Webhook" } th { "Function" } th { "Verification" } th { "State" } } }
                tbody {
                    @for one in all {
                        tr {
                            td { a.strong href=(Part::Incoming.of(&one.id)) { (one.wish.name) } @if !one.wish.description.is_empty() { br; small.muted { (one.wish.description) } } }
                            td { a href=(functions::path(&one.wish.function)) { (one.wish.function) } }
                            td { (verification(one)) }
                            td { (state(one.wish.enabled)) }
                        }
                    }
                }
            }
        }
    }
}

fn verification(webhook: &IncomingWebhook) -> Markup {
    match &webhook.wish.verification {
        Some(verification) => html! { code { (verification.header()) } },
        None => html! { span.muted { "the address alone" } },
    }
}

/// The seconds that a signed time of sending may differ.
fn signed_time(webhook: &IncomingWebhook) -> Option<u32> {
    webhook.wish.verification.as_ref()?.tolerance()
}

/// On or off.
pub fn state(enabled: bool) -> Markup {
    if enabled { parts::badge(Tone::Good, "On") } else { parts::badge(Tone::Plain, "Off") }
}

async fn show(State(app): State<App>, visitor: Visitor, Path(id): Path<String>) -> Result<Page, Refusal> {
    let webhook = app.incoming_webhook(&id).await?;
    Ok(summary(&visitor, &webhook, None))
}

fn summary(visitor: &Visitor, webhook: &IncomingWebhook, made: Option<Markup>) -> Page {
    let wish = &webhook.wish;
    let methods = wish.methods.iter().map(|verb| verb.method().to_string()).collect::<Vec<_>>().join(", ");
    let log = super::super::encoded(&format!("webhook {}", wish.name));
    let body = html! {
        p.crumbs { a href=(Part::Incoming.path()) { "Incoming webhooks" } }
        (parts::heading(&wish.name, html! { (state(wish.enabled)) " " (wish.description) }, actions(visitor, webhook)))
        @if let Some(made) = made { (made) }
        div.columns {
            section.card aria-labelledby="facts" {
                h2 #facts { "Summary" }
                dl.facts {
                    dt { "Function" } dd { a href=(functions::path(&wish.function)) { (wish.function) } }
                    dt { "Methods" } dd { (methods) }
                    dt { "Verification" } dd { (verification(webhook)) }
                    @if let Some(seconds) = signed_time(webhook) { dt { "Signed time" } dd { "within " (seconds) " s" } }
                    @if !wish.allow_from.is_empty() { dt { "Takes from" } dd { @for one in &wish.allow_from { code { (one) } " " } } }
                    @if let Some(header) = &wish.delivery_header { dt { "Names deliveries" } dd { code { (header) } } }
                    @if let Some(rate) = wish.rate { dt { "Requests" } dd { "at most " (rate) " a minute" } }
                    dt { "Changed" } dd { (parts::time(webhook.updated_at)) " by " (webhook.updated_by) }
                    dt { "Executions" } dd { a href={ "/console/executions?actor=" (log) } { "What it ran" } }
                }
            }
            section.card aria-labelledby="mapping" { h2 #mapping { "Arguments" } (mapping(webhook)) }
        }
        @if visitor.is_administrator() { (renewal(visitor, webhook)) }
    };
    visitor.page(Section::Webhooks, &wish.name, body)
}

fn mapping(webhook: &IncomingWebhook) -> Markup {
    let fields = fields_of(&webhook.wish);
    let rows = super::rows::read(["argument", "from", "default", "required"], &fields);
    html! {
        @if rows.is_empty() { p.muted { "None: the function gets its defaults." } }
        dl.facts {
            @for [name, from, default, required] in rows {
                dt { code { (name) } }
                dd { code { (from) } @if !default.is_empty() { " else " code { (default) } } @if !required.is_empty() { " (needed)" } }
            }
        }
    }
}

fn actions(visitor: &Visitor, webhook: &IncomingWebhook) -> Markup {
    let warning = format!("Delete the webhook “{}”? Its address leads nowhere then.", webhook.wish.name);
    visitor.controls(&Part::Incoming.of(&webhook.id), webhook.wish.enabled, &warning)
}

fn renewal(visitor: &Visitor, webhook: &IncomingWebhook) -> Markup {
    html! {
        details.card {
            summary { "New address" }
            p.muted { "Where the address is lost or known to others. The present one leads nowhere from then on." }
            form method="post" action={ (Part::Incoming.of(&webhook.id)) "/renew" } { (visitor.csrf()) button type="submit" { "Give it a new address" } }
        }
    }
}

/// Address and secret, which are seen only now.
fn handed_over(visitor: &Visitor, made: &NewIncomingWebhook) -> Page {
    let address = format!("{}{}", visitor.origin(), made.path().as_str());
    let shown = parts::callout(
        Tone::Good,
        html! {
            p { strong { "This is the only time that its address is shown." } }
            (parts::copyable("made-address", "The address", &address))
            @if let Some(secret) = &made.secret {
                p { "The secret to sign with, shown only now too:" }
                (parts::copyable("made-secret", "The secret", secret))
            }
        },
    );
    summary(visitor, &made.webhook, Some(shown))
}

async fn blank(State(app): State<App>, Administrator(visitor): Administrator) -> Page {
    let fields = Fields::read(b"enabled=on&method=POST");
    page(&app, &visitor, None, &fields, None)
}

async fn create(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    fields: Fields,
) -> Result<Response, Refusal> {
    let made = async { Ok(app.create_incoming_webhook(wish(&fields)?, visitor.name()).await?) };
    match made.await {
        Ok(made) => Ok(handed_over(&visitor, &made).into_response()),
        Err(refusal) => again(&app, &visitor, None, &fields, refusal),
    }
}

async fn edit(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
) -> Result<Page, Refusal> {
    let webhook = app.incoming_webhook(&id).await?;
    Ok(page(&app, &visitor, Some(&webhook.id), &fields_of(&webhook.wish), None))
}

async fn update(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let id = app.incoming_webhook(&id).await?.id;
    let changed = async { Ok(app.update_incoming_webhook(&id, wish(&fields)?, visitor.name()).await?) };
    match changed.await {
        Ok(_) => Ok(visitor.go(&Part::Incoming.of(&id), "The webhook is saved.")),
        Err(refusal) => again(&app, &visitor, Some(&id), &fields, refusal),
    }
}

/// Back to the form with what was wrong.
fn again(
    app: &App,
    visitor: &Visitor,
    id: Option<&str>,
    fields: &Fields,
    refusal: Refusal,
) -> Result<Response, Refusal> {
    if !refusal.is_mendable() {
        return Err(refusal);
    }
    let page = page(app, visitor, id, fields, Some(&refusal));
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn renew(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
) -> Result<Page, Refusal> {
    let made = app.renew_incoming_webhook(&id, visitor.name()).await?;
    Ok(handed_over(&visitor, &made))
}

async fn switch(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let webhook = app.switch_incoming_webhook(&id, fields.is_on("on"), visitor.name()).await?;
    let notice = if webhook.wish.enabled { "The webhook is on." } else { "The webhook is off." };
    Ok(visitor.go(&Part::Incoming.of(&webhook.id), notice))
}

async fn delete(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    app.delete_incoming_webhook(&id, visitor.name()).await?;
    Ok(visitor.go(Part::Incoming.path(), "The webhook is deleted."))
}

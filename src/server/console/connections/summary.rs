//! One connection: its state, what can be done, code to copy, what happened to it.

use super::{connect, list, outbound, path};
use crate::connections::events::is_trouble;
use crate::connections::resolve::STANDS_IN;
use crate::connections::summary::{affected, deluge_sample, json_sample};
use crate::connections::{Connection, Registry, Service, State, account, refresh, registry::AuditLine};
use crate::server::App;
use crate::server::console::page::{Page, Section};
use crate::server::console::parts::{self, Field, Tone};
use crate::server::console::visitor::Administrator;
use crate::server::console::{Fields, Refusal, Visitor};
use axum::Router;
use axum::extract::{Path, State as Has};
use axum::response::Response;
use axum::routing::{get, post};
use maud::{Markup, html};

/// Lines of the history that are shown.
const LINES: u32 = 30;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/connections/{link}", get(show))
        .route("/connections/{link}/test", post(test))
        .route("/connections/{link}/refresh", post(renew))
        .route("/connections/{link}/hosts", post(allow))
}

async fn show(visitor: Visitor, Path(link): Path<String>) -> Result<Page, Refusal> {
    let registry = visitor.registry().await?;
    let connection = registry.connection(&link).await?;
    let service = registry.service(&connection.service).await;
    let lines = registry.history(&link, LINES).await?;
    let body = html! {
        p.crumbs { a href="/console/connections" { "Connections" } }
        (parts::heading(&connection.name, html! { (list::state(&connection, registry.now())) " " code { (link) } },
            actions(&visitor, &registry, &connection)))
        (reason(&connection))
        @match &service {
            Ok(service) => {
                div.columns {
                    section.card aria-labelledby="facts" {
                        h2 #facts { "Summary" }
                        (facts(&registry, &connection, service).await?)
                    }
                    section.card aria-labelledby="sample" {
                        h2 #sample { "Sample code" }
                        (samples(&connection, service)?)
                    }
                }
            }
            Err(error) => (parts::callout(Tone::Bad, html! { p { (error.to_string()) } }))
        }
        (used_by(&registry, &connection).await?)
        section.card aria-labelledby="history" { h2 #history { "Events" } (timeline(&lines)) }
        @if visitor.is_administrator() { (hosts_form(&visitor, &connection)) }
    };
    Ok(visitor.page(Section::Connections, &connection.name, body))
}

fn reason(connection: &Connection) -> Markup {
    match (connection.state, &connection.reason) {
        (State::NeedsReauth, reason) => parts::callout(
            Tone::Bad,
            html! { p { "A person has to sign in again" @if let Some(reason) = reason { ": " (reason) } "." } },
        ),
        (State::Revoked, reason) => parts::callout(
            Tone::Warning,
            html! { p { "Revoked" @if let Some(reason) = reason { " " (reason) } ". Calls with it fail until it is connected again." } },
        ),
        (State::Draft, _) if connection.user.is_some() => parts::callout(
            Tone::Warning,
            html! { p { "You have not authorised this connection yet. It uses the credentials of the login user: connect it, and your \
            calls run as you." } },
        ),
        (State::Draft | State::Connected, _) => html! {},
    }
}

fn actions(visitor: &Visitor, registry: &Registry, connection: &Connection) -> Markup {
    let base = path(&connection.link_name);
    let own = connection.user.is_some();
    // Whose sign-in it is decides who may end it; an administrator may too.
    let may_sign = own || registry.is_mine(connection) || visitor.is_administrator();
    let may_manage = visitor.is_administrator() && !own;
    html! {
        @if may_sign {
            @if let Some(verb) = connect::verb(connection) { a.button.primary href={ (base) "/connect" } { (verb) } }
        }
        @if connection.state == State::Connected {
            form method="post" action={ (base) "/test" } { (visitor.csrf()) button type="submit" { "Test" } }
        }
        @if may_sign && matches!(connection.state, State::Connected | State::NeedsReauth) {
            @if connection.expires_at.is_some() {
                form method="post" action={ (base) "/refresh" } { (visitor.csrf()) button type="submit" { "Refresh token" } }
            }
            a.button href={ (base) "/revoke" } { "Revoke" }
        }
        @if may_manage {
            a.button href={ (base) "/edit" } { "Edit" }
            a.button href={ (base) "/delete" } { "Delete" }
        }
    }
}

async fn facts(registry: &Registry, connection: &Connection, service: &Service) -> Result<Markup, Refusal> {
    let hosts = connection.hosts_allowed(service)?;
    let rate = connection.rate.or(service.rate);
    let whose = match (connection.login_user, &connection.user) {
        (true, Some(user)) => format!("of the login user: yours, `{user}`"),
        (true, None) => "of the login user: everyone signs in for himself".to_owned(),
        (false, _) => "of the owner: everyone's calls run with them".to_owned(),
    };
    let others =
        if connection.user.is_none() { registry.signed_in_users(&connection.link_name).await? } else { Vec::new() };
    Ok(html! {
        dl.facts {
            dt { "Status" } dd { (list::state(connection, registry.now())) }
            dt { "Service" } dd { a href={ "/console/services/" (service.link_name) } { (service.name) } " " small.muted { (super::pick::auth_text(service)) } }
            dt { "Link name" } dd { code { (connection.link_name) } }
            @if service.oauth2().is_some() {
                dt { "Scopes" }
                dd { @if connection.scopes.is_empty() { "none" } @else { ul.chips { @for scope in &connection.scopes { li { (scope) } } } } }
            }
            dt { "Credentials" } dd { (whose) }
            @if !others.is_empty() { dt { "Signed in too" } dd { (others.join(", ")) } }
            dt { "Owner" } dd { (connection.owner) }
            dt { "Hosts" } dd { ul.chips { @for host in &hosts { li { (host) } } } }
            @if let Some(dc) = &connection.dc { dt { "Data centre" } dd { (dc) } }
            @if let Some(address) = stand_in(connection) { dt { "Sandbox" } dd { code { (address) } } }
            @for (name, value) in connection.params.iter().filter(|(name, _)| service.params.contains(name) || is_chosen(service, name)) { dt { (name) } dd { code { (value) } } }
            @if let Some(rate) = rate { dt { "Calls" } dd { "at most " (rate.requests) " in " (rate.seconds) " s" } }
            @if let Some(at) = connection.expires_at { dt { "Token until" } dd { (parts::time(at)) } }
            dt { "Changed" } dd { (parts::time(connection.updated_at)) }
        }
    })
}

/// The address of the sandbox that stands in for Zoho, where one does.
fn stand_in(connection: &Connection) -> Option<&String> {
    connection.params.get(STANDS_IN).and_then(|_| connection.params.get("accounts"))
}

/// Whether a parameter came with the sign-in: from the token's reply, or as the chosen portal.
fn is_chosen(service: &Service, name: &String) -> bool {
    service.from_token.contains(name) || service.portals.as_ref().is_some_and(|row| row.param == *name)
}

fn samples(connection: &Connection, service: &Service) -> Result<Markup, Refusal> {
    let deluge = deluge_sample(connection, service)?;
    let json = format!("{:#}", json_sample(connection, service)?);
    Ok(parts::tabs(
        "Sample code",
        &[
            ("deluge", "Deluge", parts::copyable("sample-deluge", "Deluge", &deluge)),
            ("json", "JSON", parts::copyable("sample-json", "JSON", &json)),
        ],
    ))
}

async fn used_by(registry: &Registry, connection: &Connection) -> Result<Markup, Refusal> {
    let uses = affected(registry, connection).await?.uses;
    Ok(html! {
        @if !uses.is_empty() {
            section.card aria-labelledby="uses" {
                h2 #uses { "Used by" }
                ul.chips { @for by in &uses { li { (by) } } }
            }
        }
    })
}

/// Lines of a history, newest first.
pub fn timeline(lines: &[AuditLine]) -> Markup {
    html! {
        @if lines.is_empty() { p.muted { "Nothing has happened yet." } }
        ol.timeline {
            @for line in lines {
                li class=(if is_trouble(line) { "bad" } else if matches!(line.event.as_str(), "connected" | "refreshed") { "good" } else { "" }) {
                    strong { (line.event) }
                    " " span.muted { "by " (line.actor) ", " (parts::time(line.at)) }
                    @if let Some(reason) = &line.reason { br; (reason) }
                }
            }
        }
    }
}

fn hosts_form(visitor: &Visitor, connection: &Connection) -> Markup {
    html! {
        details.card {
            summary { "Allow one more host" }
            form method="post" action={ (path(&connection.link_name)) "/hosts" } {
                (visitor.csrf())
                (Field::text("host", "Host", "").required().hint("It may get the credentials from then on, as in api.example.com."))
                button type="submit" { "Allow" }
            }
        }
    }
}

async fn test(Has(app): Has<App>, visitor: Visitor, Path(link): Path<String>) -> Result<Response, Refusal> {
    let registry = visitor.registry().await?;
    let notice = match account::test(&outbound(&app, &registry), &link, None).await {
        Ok(tested) => {
            let who = tested.whoami.map_or(String::new(), |who| format!(", signed in as {who}"));
            format!("It works: status {} from {}{who}", tested.status, tested.url)
        }
        Err(error) => format!("It does not work: {}", app.redactor().clean(&error.to_string())),
    };
    Ok(visitor.go(&path(&link), &notice))
}

async fn renew(Has(app): Has<App>, visitor: Visitor, Path(link): Path<String>) -> Result<Response, Refusal> {
    let registry = visitor.registry().await?;
    registry.must_own_credentials(&registry.connection(&link).await?).await?;
    let notice = match refresh::force(&registry, app.outbound().client(), &link).await {
        Ok(_) => "There is a new token.".to_owned(),
        Err(error) => format!("There is no new token: {}", app.redactor().clean(&error.to_string())),
    };
    Ok(visitor.go(&path(&link), &notice))
}

async fn allow(
    Administrator(visitor): Administrator,
    Path(link): Path<String>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let host = fields.text("host");
    visitor.registry().await?.allow_host(&link, host).await?;
    Ok(visitor.go(&path(&link), &format!("Credentials may go to {host} too.")))
}

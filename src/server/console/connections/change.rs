//! Edits, revokes and deletes a connection, each after saying who and what depends on it.

use super::{new, path, scopes};
use crate::connections::registry::Changes;
use crate::connections::summary::{Affected, affected};
use crate::connections::{Connection, Error, Registry, Service, State, sign_in};
use crate::server::App;
use crate::server::console::page::{Page, Section};
use crate::server::console::parts::{self, Field, Tone};
use crate::server::console::visitor::Administrator;
use crate::server::console::{Fields, Refusal, Visitor};
use axum::Router;
use axum::extract::{Path, State as Has};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::{Markup, html};

pub fn routes() -> Router<App> {
    Router::new()
        .route("/connections/{link}/edit", get(edit_form).post(edit))
        .route("/connections/{link}/revoke", get(revoke_form).post(revoke))
        .route("/connections/{link}/delete", get(delete_form).post(delete))
}

async fn found(visitor: &Visitor, link: &str) -> Result<(Registry, Connection, Service), Refusal> {
    let registry = visitor.registry().await?;
    let connection = registry.connection(link).await?;
    let service = registry.service(&connection.service).await?;
    Ok((registry, connection, service))
}

async fn edit_form(Administrator(visitor): Administrator, Path(link): Path<String>) -> Result<Page, Refusal> {
    let (_, connection, service) = found(&visitor, &link).await?;
    if connection.state == State::Connected {
        return Ok(still_connected(&visitor, &connection));
    }
    let mut fields = Fields::default();
    fields.put("name", connection.name.as_str());
    connection.scopes.iter().for_each(|scope| fields.add("scope", scope.as_str()));
    if connection.login_user {
        fields.put("login_user", "on");
    }
    if let Some(rate) = connection.rate {
        fields.put("rate", format!("{}/{}", rate.requests, rate.seconds));
    }
    for (name, value) in &connection.params {
        fields.put(&format!("param:{name}"), value.as_str());
    }
    Ok(edit_page(&visitor, &connection, &service, &fields, None))
}

/// A connection in use stays as it is: first revoke, then edit, then connect again.
fn still_connected(visitor: &Visitor, connection: &Connection) -> Page {
    let base = path(&connection.link_name);
    let body = html! {
        (crumbs(connection))
        (parts::heading("Edit", html! { code { (connection.link_name) } }, html! {}))
        (parts::callout(Tone::Warning, html! {
            p { strong { "A connected connection cannot be changed." } }
            p { "Revoke it, change it, and connect it again." }
        }))
        p.buttons { a.button href={ (base) "/revoke" } { "Revoke" } a.button href=(base) { "Back" } }
    };
    visitor.page(Section::Connections, "Edit", body)
}

fn crumbs(connection: &Connection) -> Markup {
    html! {
        p.crumbs { a href="/console/connections" { "Connections" } " / " a href=(path(&connection.link_name)) { (connection.name) } }
    }
}

fn edit_page(
    visitor: &Visitor,
    connection: &Connection,
    service: &Service,
    fields: &Fields,
    problem: Option<&Refusal>,
) -> Page {
    let base = path(&connection.link_name);
    let body = html! {
        (crumbs(connection))
        (parts::heading("Edit", html! { "The link name stays " code { (connection.link_name) } "." }, html! {}))
        section.card.narrow {
            (parts::problem(problem.map(|p| p.message.as_str()), problem.and_then(|p| p.help.as_deref())))
            form method="post" action={ (base) "/edit" } {
                (visitor.csrf())
                (Field::text("name", "Connection name", fields.text("name")).required().max(50))
                (scopes::picker(service, &scopes::chosen(fields)))
                (parts::switch("login_user", "Use credentials of login user",
                    "On: every user signs in for himself. Off: everyone's calls run with the owner's sign-in.", fields.is_on("login_user")))
                @for param in &service.params {
                    (Field::text(&format!("param:{param}"), param, fields.text(&format!("param:{param}"))).required())
                }
                (Field::text("rate", "Most calls", fields.text("rate")).hint("As in 100/60: a hundred in 60 seconds."))
                div.buttons { button.primary type="submit" { "Save" } a.button href=(base) { "Cancel" } }
            }
        }
    };
    visitor.page(Section::Connections, "Edit", body)
}

async fn edit(
    Administrator(visitor): Administrator,
    Path(link): Path<String>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let (registry, connection, service) = found(&visitor, &link).await?;
    let done = match changes(&service, &fields) {
        Ok(changes) => registry.edit(&link, changes).await.map_err(Refusal::from),
        Err(error) => Err(Refusal::from(error)),
    };
    match done {
        Ok(_) => Ok(visitor.go(&path(&link), "The connection is changed. Connect it to use it.")),
        Err(refusal) if refusal.is_mendable() => {
            let page = edit_page(&visitor, &connection, &service, &fields, Some(&refusal));
            Ok((refusal.status, page).into_response())
        }
        Err(refusal) => Err(refusal),
    }
}

fn changes(service: &Service, fields: &Fields) -> Result<Changes, Error> {
    let params = fields.under("param:").into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    Ok(Changes {
        name: Some(fields.text("name").to_owned()),
        scopes: service.oauth2().is_some().then(|| scopes::chosen(fields)),
        params: params.filter(|(_, value)| !value.is_empty()).collect(),
        login_user: Some(fields.is_on("login_user")),
        rate: new::rate(fields)?,
    })
}

/// Who and what loses the connection.
fn losses(affected: &Affected, what: &str) -> Markup {
    html! {
        @if !affected.is_empty() {
            (parts::callout(Tone::Warning, html! {
                p { strong { (what) } " hits others too:" }
                ul {
                    @if let Some(owner) = &affected.owner { li { "it belongs to " strong { (owner) } ", and everyone's calls run with it" } }
                    @for user in &affected.users { li { strong { (user) } " has signed in to it too" } }
                    @for by in &affected.uses { li { "the " (by) " uses it" } }
                }
            }))
        }
    }
}

async fn revoke_form(visitor: Visitor, Path(link): Path<String>) -> Result<Page, Refusal> {
    let registry = visitor.registry().await?;
    let connection = registry.connection(&link).await?;
    registry.must_own_credentials(&connection).await?;
    let affected = affected(&registry, &connection).await?;
    let body = html! {
        (crumbs(&connection))
        (parts::heading("Revoke", html! { "The sign-in of " code { (link) } " ends, at the provider and here." }, html! {}))
        section.card.narrow {
            (losses(&affected, "Revoking"))
            p { "The connection stays and can be connected again." }
            form method="post" action={ (path(&link)) "/revoke" } {
                (visitor.csrf())
                div.buttons { button.danger type="submit" { "Revoke" } a.button href=(path(&link)) { "Cancel" } }
            }
        }
    };
    Ok(visitor.page(Section::Connections, "Revoke", body))
}

async fn revoke(Has(app): Has<App>, visitor: Visitor, Path(link): Path<String>) -> Result<Response, Refusal> {
    let registry = visitor.registry().await?;
    let told = sign_in::revoke(&registry, app.outbound().client(), &link).await?;
    let notice = match told {
        None => "The connection is revoked.".to_owned(),
        Some(reason) => format!("The connection is revoked here; the provider was asked and did not accept: {reason}"),
    };
    Ok(visitor.go(&path(&link), &notice))
}

async fn delete_form(Administrator(visitor): Administrator, Path(link): Path<String>) -> Result<Page, Refusal> {
    let registry = visitor.registry().await?;
    let connection = registry.connection(&link).await?;
    let affected = affected(&registry, &connection).await?;
    let refused = registry.must_be_deletable(&link).await.err();
    let body = html! {
        (crumbs(&connection))
        (parts::heading("Delete", html! { code { (link) } }, html! {}))
        section.card.narrow {
            @match &refused {
                Some(error) => {
                    (parts::callout(Tone::Bad, html! { p { strong { "It cannot be deleted: " } (error.to_string()) "." } }))
                    @if !affected.uses.is_empty() {
                        h2 { "What depends on it" }
                        ul.chips { @for by in &affected.uses { li { (by) } } }
                        p.muted { "Take it out of these first, or revoke it instead of deleting it." }
                    }
                    p.buttons { a.button href={ (path(&link)) "/revoke" } { "Revoke instead" } a.button href=(path(&link)) { "Back" } }
                }
                None => {
                    (losses(&affected, "Deleting"))
                    p { "The connection and its secrets are removed for good; scripts that name it fail." }
                    form method="post" action={ (path(&link)) "/delete" } {
                        (visitor.csrf())
                        div.buttons { button.danger type="submit" { "Delete" } a.button href=(path(&link)) { "Cancel" } }
                    }
                }
            }
        }
    };
    Ok(visitor.page(Section::Connections, "Delete", body))
}

async fn delete(
    Has(app): Has<App>,
    Administrator(visitor): Administrator,
    Path(link): Path<String>,
) -> Result<Response, Refusal> {
    let registry = visitor.registry().await?;
    registry.must_be_deletable(&link).await?;
    // Signed out first, so that no token lives on without an owner.
    sign_in::revoke(&registry, app.outbound().client(), &link).await?;
    registry.delete(&link).await?;
    Ok(visitor.go("/console/connections", &format!("The connection {link} is deleted.")))
}

//! A new connection on a picked service.

use super::{path, scopes};
use crate::connections::link::MAX_NAME;
use crate::connections::registry::sandbox_params;
use crate::connections::service::{Budget, Grant};
use crate::connections::template::Values;
use crate::connections::{Error, NewConnection, Service, data_centre};
use crate::server::App;
use crate::server::console::page::{Page, Section};
use crate::server::console::parts::{self, Field};
use crate::server::console::visitor::Administrator;
use crate::server::console::{Fields, Refusal, Visitor};
use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use maud::{Markup, html};

pub fn routes() -> Router<App> {
    Router::new().route("/catalogue/{service}", get(form).post(create))
}

async fn form(Administrator(visitor): Administrator, Path(service): Path<String>) -> Result<Page, Refusal> {
    let service = visitor.registry().await?.service(&service).await?;
    Ok(page(&visitor, &service, &blank(&service), None))
}

/// The form as it is first shown: the service's own names and scopes.
fn blank(service: &Service) -> Fields {
    let mut fields = Fields::default();
    fields.put("name", service.name.as_str());
    fields.put("link_name", service.link_name.as_str());
    for scope in service.oauth2().map(|row| row.scopes.as_slice()).unwrap_or_default() {
        fields.add("scope", scope.as_str());
    }
    fields
}

fn page(visitor: &Visitor, service: &Service, fields: &Fields, problem: Option<&Refusal>) -> Page {
    let body = html! {
        p.crumbs { a href="/console/connections" { "Connections" } " / " a href="/console/catalogue" { "Services" } }
        (parts::heading(&format!("New connection to {}", service.name), super::pick::auth_text(service), html! {
            a.button href={ "/console/services/" (service.link_name) } { "About this service" }
        }))
        section.card.narrow {
            (parts::problem(problem.map(|p| p.message.as_str()), problem.and_then(|p| p.help.as_deref())))
            form method="post" action={ "/console/catalogue/" (service.link_name) } {
                (visitor.csrf())
                (names(fields))
                (scopes::picker(service, &scopes::chosen(fields)))
                (parts::switch("login_user", "Use credentials of login user",
                    "On: every user signs in for himself, and calls run as that user. Off: everyone's calls run with your sign-in.",
                    fields.is_on("login_user")))
                (grants(service, fields))
                @for param in &service.params {
                    (Field::text(&format!("param:{param}"), param, fields.text(&format!("param:{param}"))).required()
                        .hint("A dynamic parameter of the service, filled into its addresses."))
                }
                (more(service, fields))
                div.buttons {
                    button.primary type="submit" name="then" value="connect" { "Create and connect" }
                    button type="submit" name="then" value="stop" { "Create only" }
                }
            }
        }
    };
    visitor.page(Section::Connections, "New connection", body)
}

/// The name, and the link name that follows it.
fn names(fields: &Fields) -> Markup {
    html! {
        div.field {
            label for="field-name" { "Connection name" }
            input id="field-name" name="name" value=(fields.text("name")) required maxlength=(MAX_NAME)
                autocomplete="off" data-names="field-link_name";
        }
        div.field {
            label for="field-link_name" { "Link name" }
            input id="field-link_name" name="link_name" value=(fields.text("link_name")) required
                autocomplete="off" spellcheck="false" aria-describedby="link-hint";
            p.hint id="link-hint" { "What scripts write. A lower-case letter, then lower-case letters, digits and _; at most 50; yours alone. It stays." }
        }
    }
}

/// A choice only where the service has one.
fn grants(service: &Service, fields: &Fields) -> Markup {
    let known: Vec<(String, String)> = service
        .oauth2()
        .map(|row| row.grants.as_slice())
        .unwrap_or_default()
        .iter()
        .filter(|grant| **grant != Grant::DeviceCode)
        .map(|grant| (grant.word().to_owned(), grant_text(*grant).to_owned()))
        .collect();
    if known.len() < 2 {
        return html! {};
    }
    parts::select("grant", "How to sign in", "", fields.text("grant"), &known)
}

/// A grant type in words.
pub fn grant_text(grant: Grant) -> &'static str {
    match grant {
        Grant::AuthorizationCode => "Consent page of the provider",
        Grant::ClientCredentials => "Client credentials",
        Grant::SelfClient => "Code from Zoho's API console",
        Grant::DeviceCode => "Code typed on another device",
    }
}

fn more(service: &Service, fields: &Fields) -> Markup {
    let centres: Vec<(String, String)> =
        data_centre::all().iter().map(|centre| (centre.location.clone(), centre.name.clone())).collect();
    let chosen = fields.given("dc").unwrap_or(data_centre::DEFAULT);
    html! {
        @if service.is_zoho() { (parts::select("dc", "Data centre", "", chosen, &centres)) }
        details open[fields.given("hosts").is_some() || fields.given("rate").is_some() || fields.given("sandbox").is_some()] {
            summary { "More" }
            @if service.is_zoho() {
                (Field { kind: "url", ..Field::text("sandbox", "Address of a sandbox", fields.text("sandbox")) }
                    .hint("A running `ararat sandbox` that stands in for Zoho."))
            }
            (Field::text("hosts", "Further hosts", fields.text("hosts"))
                .hint("That may get the credentials besides the service's own, with spaces between."))
            (Field::text("rate", "Most calls", fields.text("rate")).hint("As in 100/60: a hundred in 60 seconds."))
        }
    }
}

async fn create(
    Administrator(visitor): Administrator,
    Path(service): Path<String>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let registry = visitor.registry().await?;
    let service = registry.service(&service).await?;
    let made = match wish(&service, &fields) {
        Ok(new) => registry.add(new).await.map_err(Refusal::from),
        Err(error) => Err(Refusal::from(error)),
    };
    match made {
        Ok(connection) if fields.text("then") == "stop" => {
            Ok(visitor.go(&path(&connection.link_name), "The connection is made, and not connected yet."))
        }
        Ok(connection) => Ok(Redirect::to(&format!("{}/connect", path(&connection.link_name))).into_response()),
        Err(refusal) if refusal.is_mendable() => {
            Ok((refusal.status, page(&visitor, &service, &fields, Some(&refusal))).into_response())
        }
        Err(refusal) => Err(refusal),
    }
}

fn wish(service: &Service, fields: &Fields) -> Result<NewConnection, Error> {
    let mut params: Values =
        fields.under("param:").into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    params.retain(|_, value| !value.is_empty());
    if let Some(url) = fields.given("sandbox") {
        if !service.is_zoho() {
            return Err(Error::usage(format!("the sandbox does not stand in for `{}`", service.link_name)));
        }
        params.extend(sandbox_params(url, url)?);
    }
    Ok(NewConnection {
        service: service.link_name.clone(),
        name: fields.text("name").to_owned(),
        link_name: fields.text("link_name").to_owned(),
        scopes: scopes::chosen(fields),
        params,
        hosts: fields.text("hosts").split_whitespace().map(str::to_owned).collect(),
        dc: fields.given("dc").filter(|_| service.is_zoho()).map(str::to_owned),
        grant: fields.given("grant").and_then(Grant::parse),
        login_user: fields.is_on("login_user"),
        rate: rate(fields)?,
        credential: None,
    })
}

/// `100/60`.
pub fn rate(fields: &Fields) -> Result<Option<Budget>, Error> {
    let read =
        |text: &str| Budget::parse(text).ok_or_else(|| Error::usage("expected calls and seconds, such as 100/60"));
    fields.given("rate").map(read).transpose()
}

//! Services: the custom ones, made, changed and deleted; every one shown.

use super::list::{Part, subsections};
use super::pick::auth_text;
use super::service_form::{self, Mode};
use crate::connections::definition::{Definition, Kind};
use crate::connections::service::Auth;
use crate::connections::{Error, Registry, Service};
use crate::server::App;
use crate::server::console::page::{Page, Section};
use crate::server::console::parts::{self, Tone};
use crate::server::console::visitor::Administrator;
use crate::server::console::{Fields, Refusal, Visitor};
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::{Markup, html};

pub fn routes() -> Router<App> {
    Router::new()
        .route("/services", get(list).post(create))
        .route("/services/new", get(blank))
        .route("/services/{link}", get(show))
        .route("/services/{link}/edit", get(edit_form).post(edit))
        .route("/services/{link}/delete", get(delete_form).post(delete))
}

async fn list(visitor: Visitor) -> Result<Page, Refusal> {
    let services = visitor.registry().await?.custom_services().await?;
    let add = html! {
        @if visitor.is_administrator() { a.button.primary href="/console/services/new" { "New custom service" } }
    };
    let body = html! {
        (parts::heading("Connections", "Services of your own, usable by everyone here.", add.clone()))
        (subsections(Part::Services, None))
        @if services.is_empty() {
            (parts::empty("No custom services", "Define one where the catalogue lacks a service or a scope.", add))
        } @else {
            ul.grid {
                @for service in &services {
                    li { a.tile href={ "/console/services/" (service.link_name) } {
                        span { b { (service.name) } small.muted { (auth_text(service)) ", " (service.link_name) } }
                    } }
                }
            }
        }
    };
    Ok(visitor.page(Section::Connections, "Custom services", body))
}

async fn blank(Administrator(visitor): Administrator) -> Page {
    let fields = Fields::default();
    let body =
        form_page("New custom service", service_form::form(&visitor, Mode::New, "/console/services", &fields, None));
    visitor.page(Section::Connections, "New custom service", body)
}

fn form_page(title: &str, form: Markup) -> Markup {
    html! {
        p.crumbs { a href="/console/connections" { "Connections" } " / " a href="/console/services" { "Custom services" } }
        (parts::heading(title, "How a provider is signed in to, and where its credentials may go.", html! {}))
        section.card.narrow { (form) }
    }
}

async fn create(Administrator(visitor): Administrator, fields: Fields) -> Result<Response, Refusal> {
    let registry = visitor.registry().await?;
    let made = match service_form::definition(&fields).and_then(|definition| definition.service()) {
        Ok(service) => registry.add_service(&service).await.map(|()| service.link_name),
        Err(error) => Err(error),
    };
    match made {
        Ok(link) => {
            Ok(visitor.go(&format!("/console/services/{link}"), "The service is made; connections can use it."))
        }
        Err(error) => {
            let refusal = Refusal::from(error);
            let form = service_form::form(&visitor, Mode::New, "/console/services", &fields, Some(&refusal));
            let body = form_page("New custom service", form);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, visitor.page(Section::Connections, "New custom service", body))
                .into_response())
        }
    }
}

async fn show(visitor: Visitor, Path(link): Path<String>) -> Result<Page, Refusal> {
    let registry = visitor.registry().await?;
    let service = registry.service(&link).await?;
    let dependents = registry.dependents(&service.link_name).await?;
    let base = format!("/console/services/{}", service.link_name);
    let is_custom = service.family == "custom";
    let body = html! {
        p.crumbs { a href="/console/connections" { "Connections" } " / "
            @if is_custom { a href="/console/services" { "Custom services" } } @else { a href="/console/catalogue" { "Services" } } }
        (parts::heading(&service.name, html! { code { (service.link_name) } }, html! {
            @if visitor.is_administrator() {
                a.button.primary href={ "/console/catalogue/" (service.link_name) } { "New connection" }
                @if is_custom {
                    a.button href={ (base) "/edit" } { "Edit" }
                    a.button href={ (base) "/delete" } { "Delete" }
                }
            }
        }))
        @if let Some(notes) = &service.notes { p.muted { (notes) } }
        section.card { (facts(&service)) }
        @if !dependents.is_empty() {
            section.card {
                h2 { "Connections" }
                ul.chips { @for link in &dependents { li { a href=(super::path(link)) { (link) } } } }
            }
        }
    };
    Ok(visitor.page(Section::Connections, &service.name, body))
}

fn facts(service: &Service) -> Markup {
    let line = |name: &str, value: Option<&str>| {
        html! { @if let Some(value) = value { dt { (name) } dd { code { (value) } } } }
    };
    html! {
        dl.facts {
            dt { "Sign-in" } dd { (auth_text(service)) }
            (line("API", service.api_base.as_deref()))
            @if !service.hosts.is_empty() { dt { "Hosts" } dd { ul.chips { @for host in &service.hosts { li { (host) } } } } }
            (line("Test address", service.test.as_deref()))
            @if !service.params.is_empty() { dt { "Dynamic parameters" } dd { ul.chips { @for param in &service.params { li { (param) } } } } }
            @match &service.auth {
                Auth::OAuth2(row) => {
                    dt { "Grant types" } dd { @for (at, grant) in row.grants.iter().enumerate() { @if at > 0 { ", " } (super::new::grant_text(*grant)) } }
                    (line("Authorize URL", row.authorize_url.as_deref()))
                    (line("Access token URL", Some(&row.token_url)))
                    (line("Refresh token URL", row.refresh_url.as_deref()))
                    (line("Revoke token URL", row.revoke_url.as_deref()))
                    dt { "Scopes" } dd { @if row.scopes.is_empty() { "none listed" } @else { ul.chips { @for scope in &row.scopes { li { (scope) } } } } }
                }
                Auth::OAuth1(row) => {
                    (line("Request token URL", Some(&row.request_token_url)))
                    (line("Authorize URL", Some(&row.authorize_url)))
                    (line("Access token URL", Some(&row.access_token_url)))
                }
                Auth::ApiKey(params) => {
                    dt { "Parameters" }
                    dd { @for param in params { code { (param.name) } " " (param.label) " (" (service_form::place_text(param.place)) ")" br; } }
                }
                Auth::Basic {} | Auth::AwsSigv4 => {}
            }
        }
    }
}

async fn own(visitor: &Visitor, link: &str) -> Result<(Registry, Service), Refusal> {
    let registry = visitor.registry().await?;
    let service = registry.service(link).await?;
    if service.family != "custom" {
        return Err(Error::usage(format!("`{link}` is a default service and cannot be changed")).into());
    }
    Ok((registry, service))
}

async fn edit_form(Administrator(visitor): Administrator, Path(link): Path<String>) -> Result<Page, Refusal> {
    let (registry, service) = own(&visitor, &link).await?;
    let fields = service_form::fields_of(&service);
    let dependents = registry.dependents(&link).await?;
    Ok(edit_page(&visitor, &service, &fields, &dependents, None))
}

fn edit_page(
    visitor: &Visitor,
    service: &Service,
    fields: &Fields,
    dependents: &[String],
    problem: Option<&Refusal>,
) -> Page {
    let action = format!("/console/services/{}/edit", service.link_name);
    let form = html! {
        (dependents_note(dependents, "Any change revokes"))
        (service_form::form(visitor, Mode::Edit, &action, fields, problem))
    };
    let body = form_page(&format!("Edit {}", service.name), form);
    visitor.page(Section::Connections, "Edit service", body)
}

/// Names the connections that a change or a deletion revokes.
fn dependents_note(dependents: &[String], what: &str) -> Markup {
    html! {
        @if !dependents.is_empty() {
            (parts::callout(Tone::Warning, html! {
                p { strong { (what) " the connections made from this service:" } }
                ul.chips { @for link in dependents { li { (link) } } }
            }))
        }
    }
}

async fn edit(
    Administrator(visitor): Administrator,
    Path(link): Path<String>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let (registry, old) = own(&visitor, &link).await?;
    let changed: Result<Vec<String>, Error> = match service_form::definition(&fields) {
        Ok(definition) => match with_kind(definition, &old).applied_to(&old) {
            Ok(service) => registry.edit_service(&service).await,
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    };
    match changed {
        Ok(revoked) if revoked.is_empty() => {
            Ok(visitor.go(&format!("/console/services/{link}"), "The service is changed."))
        }
        Ok(revoked) => {
            let notice = format!("The service is changed; revoked: {}.", revoked.join(", "));
            Ok(visitor.go(&format!("/console/services/{link}"), &notice))
        }
        Err(error) => {
            let refusal = Refusal::from(error);
            let dependents = registry.dependents(&link).await?;
            Ok((refusal.status, edit_page(&visitor, &old, &fields, &dependents, Some(&refusal))).into_response())
        }
    }
}

/// What a form of an existing service cannot say: its auth type and its grant types, which stay.
fn with_kind(definition: Definition, old: &Service) -> Definition {
    let grants = old.oauth2().map(|row| row.grants.clone()).unwrap_or_default();
    Definition { kind: Kind::of(&old.auth), grants, ..definition }
}

async fn delete_form(Administrator(visitor): Administrator, Path(link): Path<String>) -> Result<Page, Refusal> {
    let (registry, service) = own(&visitor, &link).await?;
    let dependents = registry.dependents(&link).await?;
    let base = format!("/console/services/{link}");
    let body = html! {
        p.crumbs { a href="/console/services" { "Custom services" } " / " a href=(base) { (service.name) } }
        (parts::heading("Delete", html! { code { (link) } }, html! {}))
        section.card.narrow {
            (dependents_note(&dependents, "Deleting revokes"))
            p { "No new connections can be made on it." }
            form method="post" action={ (base) "/delete" } {
                (visitor.csrf())
                div.buttons { button.danger type="submit" { "Delete" } a.button href=(base) { "Cancel" } }
            }
        }
    };
    Ok(visitor.page(Section::Connections, "Delete service", body))
}

async fn delete(Administrator(visitor): Administrator, Path(link): Path<String>) -> Result<Response, Refusal> {
    visitor.registry().await?.delete_service(&link).await?;
    Ok(visitor.go("/console/services", &format!("The service {link} is deleted.")))
}

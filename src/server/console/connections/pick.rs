//! Picks the service of a new connection: search over the catalogue and the custom services.

use crate::connections::Service;
use crate::server::App;
use crate::server::console::Refusal;
use crate::server::console::page::{Page, Section};
use crate::server::console::parts;
use crate::server::console::visitor::Administrator;
use axum::Router;
use axum::extract::Query;
use axum::routing::get;
use maud::{Markup, html};
use serde::Deserialize;

pub fn routes() -> Router<App> {
    Router::new().route("/catalogue", get(pick))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Wanted {
    q: String,
}

async fn pick(Administrator(visitor): Administrator, Query(wanted): Query<Wanted>) -> Result<Page, Refusal> {
    let words: Vec<String> = wanted.q.split_whitespace().map(str::to_lowercase).collect();
    let all = visitor.registry().await?.services().await?;
    let mut found: Vec<&Service> = all.iter().filter(|service| has_all(service, &words)).collect();
    found.sort_by_key(|service| service.name.to_lowercase());
    let family = |names: &[&str]| -> Vec<&&Service> {
        found.iter().filter(|service| names.contains(&service.family.as_str())).collect()
    };
    let (custom, zoho) = (family(&["custom"]), family(&["zoho"]));
    let others: Vec<&&Service> = found.iter().filter(|s| !["custom", "zoho"].contains(&s.family.as_str())).collect();
    let body = html! {
        p.crumbs { a href="/console/connections" { "Connections" } }
        (parts::heading("Pick a service", html! { (all.len()) " services, with their addresses and scopes ready." }, html! {
            a.button href="/console/services/new" { "New custom service" }
        }))
        form.search method="get" action="/console/catalogue" role="search" {
            label.hidden for="q" { "Search services" }
            input id="q" type="search" name="q" value=(wanted.q) placeholder="Search: crm, google, mail …"
                autocomplete="off" data-filter=".pickable" data-none="#none";
            button type="submit" { "Search" }
        }
        (group("Custom services", &custom))
        (group("Zoho", &zoho))
        (group("Other services", &others))
        div #none hidden[!found.is_empty()] {
            (parts::empty("No such service", "A custom service covers what the catalogue lacks.", html! {
                a.button href="/console/services/new" { "New custom service" }
            }))
        }
    };
    Ok(visitor.page(Section::Connections, "Pick a service", body))
}

/// Whether a service has all words in its names or notes.
fn has_all(service: &Service, words: &[String]) -> bool {
    let text = search_text(service).to_lowercase();
    words.iter().all(|word| text.contains(word))
}

fn search_text(service: &Service) -> String {
    let notes = service.notes.as_deref().unwrap_or_default();
    format!("{} {} {} {notes}", service.name, service.link_name, service.family)
}

fn group(title: &str, services: &[&&Service]) -> Markup {
    html! {
        @if !services.is_empty() {
            section {
                h2 { (title) }
                ul.grid {
                    @for service in services {
                        li.pickable data-text=(search_text(service)) {
                            a.tile href={ "/console/catalogue/" (service.link_name) } {
                                span.letter aria-hidden="true" { (letter(&service.name)) }
                                span { b { (service.name) } small.muted { (auth_text(service)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn letter(name: &str) -> String {
    name.strip_prefix("Zoho ").unwrap_or(name).chars().take(1).collect::<String>().to_uppercase()
}

/// How a service is signed in to, in words.
pub fn auth_text(service: &Service) -> &'static str {
    auth_name(service.auth.word())
}

/// An auth type in words.
pub fn auth_name(word: &str) -> &'static str {
    match word {
        "api_key" => "API key",
        "basic" => "User name and password",
        "oauth1" => "OAuth 1",
        "oauth2" => "OAuth 2",
        _ => "AWS Signature V4",
    }
}

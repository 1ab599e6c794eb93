//! API keys: made, shown once, revoked.

use super::page::{Page, Section};
use super::parts::{self, Field, Tone};
use super::people::subsections;
use super::visitor::Administrator;
use super::{Fields, Refusal};
use crate::server::App;
use crate::server::app::{KeyWish, Role};
use crate::server::store::KeyRow;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use maud::{Markup, html};

pub fn routes() -> Router<App> {
    Router::new().route("/keys", get(list).post(create)).route("/keys/{id}/revoke", post(revoke))
}

async fn list(State(app): State<App>, admin: Administrator) -> Result<Page, Refusal> {
    page(&app, &admin, None, None).await
}

async fn page(app: &App, admin: &Administrator, made: Option<Markup>, problem: Option<&str>) -> Result<Page, Refusal> {
    let visitor = &admin.0;
    let keys = app.keys().await?;
    let body = html! {
        (parts::heading("Users and keys", "Keys let programs call functions and the engine's own API.", html! {}))
        (subsections("keys"))
        @if let Some(made) = made { (made) }
        div.columns {
            section aria-labelledby="known" {
                h2 #known { "API keys" }
                @if keys.is_empty() { (parts::empty("No keys yet", "Programs need one to call functions.", html! {})) }
                @else { (table(visitor, &keys)) }
            }
            section.card aria-labelledby="new" {
                h2 #new { "New key" }
                (parts::problem(problem, None))
                form method="post" action="/console/keys" {
                    (visitor.csrf())
                    (Field::text("name", "Name", "").required().max(100).hint("What will use it."))
                    (parts::select("role", "Role", "", "execute", &[
                        ("execute".into(), "execute: runs functions, reads executions".into()),
                        ("administrator".into(), "administrator: everything".into()),
                    ]))
                    (Field { kind: "number", ..Field::text("rate", "Requests per minute", "") })
                    (Field::text("acts_as", "Acts as", "").hint("The user whose connections its calls use."))
                    button.primary type="submit" { "Make key" }
                }
            }
        }
    };
    Ok(visitor.page(Section::People, "API keys", body))
}

fn table(visitor: &super::Visitor, keys: &[KeyRow]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-labelledby="known" {
            table {
                thead { tr { th { "Name" } th { "Role" } th { "Made" } th { "State" } th { span.hidden { "Actions" } } } }
                tbody {
                    @for key in keys {
                        tr {
                            td { strong { (key.name) } br; code.small { "1003." (key.id.get(..8).unwrap_or(&key.id)) "…" } }
                            td { (key.role) @if let Some(rate) = key.rate { br; small.muted { (rate) " a minute" } }
                                @if let Some(user) = &key.acts_as { br; small.muted { "as " (user) } } }
                            td { (parts::time(key.created_at)) br; small.muted { "by " (key.created_by) } }
                            td {
                                @match key.revoked_at {
                                    None => (parts::badge(Tone::Good, "in force")),
                                    Some(_) => (parts::badge(Tone::Plain, "revoked")),
                                }
                            }
                            td.end {
                                @if key.revoked_at.is_none() {
                                    form method="post" action={ "/console/keys/" (key.id) "/revoke" }
                                        data-confirm={ "Revoke the key “" (key.name) "”? What uses it stops working at once." } {
                                        (visitor.csrf())
                                        button.small.danger type="submit" aria-label={ "Revoke " (key.name) } { "Revoke" }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

async fn create(State(app): State<App>, admin: Administrator, fields: Fields) -> Result<Response, Refusal> {
    let wish = match wish(&fields) {
        Ok(wish) => wish,
        Err(problem) => {
            let page = page(&app, &admin, None, Some(&problem)).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    let made = app.create_key_as(&wish, admin.0.name()).await?;
    let shown = parts::callout(
        Tone::Good,
        html! {
            p { strong { "The key “" (made.row.name) "” is made." } " This is the only time that it is shown." }
            (parts::copyable("made-key", "The new key", made.key.as_str()))
        },
    );
    Ok(page(&app, &admin, Some(shown), None).await?.into_response())
}

fn wish(fields: &Fields) -> Result<KeyWish<'_>, String> {
    let name = fields.given("name").ok_or("A key needs a name.")?;
    let role = Role::parse(fields.text("role")).ok_or("Choose a role.")?;
    let rate = fields.given("rate").map(str::parse).transpose();
    let rate = rate.ok().filter(|rate| *rate != Some(0)).ok_or("Requests per minute is a number above 0.")?;
    Ok(KeyWish { name, role, rate, user: fields.given("acts_as") })
}

async fn revoke(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    app.revoke_key(&id, visitor.name()).await?;
    Ok(visitor.go("/console/keys", "The key is revoked."))
}

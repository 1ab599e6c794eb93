//! Users: who may sign in, with which role; and the log of who did what.

use super::page::{Page, Section};
use super::parts::{self, Field, Tone};
use super::visitor::Administrator;
use super::{Fields, Refusal, Visitor};
use crate::connections::{Connection, Role};
use crate::server::App;
use crate::server::app::Person;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use maud::{Markup, html};

/// Lines of the log that are shown.
const LINES: i64 = 200;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/users", get(list).post(create))
        .route("/users/{name}", get(one))
        .route("/users/{name}/role", post(role))
        .route("/users/{name}/disable", post(disable))
        .route("/users/{name}/enable", post(enable))
        .route("/users/{name}/reset", post(reset))
        .route("/audit", get(audit))
}

/// The parts of this section.
pub fn subsections(current: &str) -> Markup {
    let links = [("/console/users", "Users"), ("/console/keys", "API keys"), ("/console/audit", "Audit log")];
    parts::subsections("Users and keys", &links.map(|(path, title)| (path, title, path.ends_with(current))))
}

/// The address of a user's page.
fn path(name: &str) -> String {
    let name = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    format!("/console/users/{name}")
}

async fn list(State(app): State<App>, admin: Administrator) -> Result<Page, Refusal> {
    list_page(&app, &admin.0, "", None).await
}

async fn list_page(app: &App, visitor: &Visitor, name: &str, problem: Option<&Refusal>) -> Result<Page, Refusal> {
    let people = app.people().await?;
    let body = html! {
        (parts::heading("Users and keys", "Administrators manage; users use what there is with their own sign-ins.", html! {}))
        (subsections("users"))
        div.columns {
            section aria-labelledby="known" {
                h2 #known { "Users" }
                (table(&people))
            }
            section.card aria-labelledby="new" {
                h2 #new { "New user" }
                (parts::problem(problem.map(|p| p.message.as_str()), problem.and_then(|p| p.help.as_deref())))
                form method="post" action="/console/users" {
                    (visitor.csrf())
                    (Field::text("name", "User name", name).required().max(50))
                    (role_choice(Role::User))
                    button.primary type="submit" { "Add user" }
                    p.hint { "You get a link to hand over, by which the user chooses a password." }
                }
            }
        }
    };
    Ok(visitor.page(Section::People, "Users", body))
}

fn role_choice(chosen: Role) -> Markup {
    let options = [
        (Role::User.word().to_owned(), "user: uses connections and functions".to_owned()),
        (Role::Administrator.word().to_owned(), "administrator: manages everything".to_owned()),
    ];
    parts::select("role", "Role", "", chosen.word(), &options)
}

fn table(people: &[Person]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-labelledby="known" {
            table {
                thead { tr { th { "Name" } th { "Role" } th { "Sign-in" } } }
                tbody {
                    @for person in people {
                        tr {
                            td { a.strong href=(path(&person.name)) { (person.name) } }
                            td { (person.role.word()) }
                            td { (state(person)) }
                        }
                    }
                }
            }
        }
    }
}

fn state(person: &Person) -> Markup {
    match &person.account {
        None => parts::badge(Tone::Plain, "none: known from the command line"),
        Some(account) if account.is_disabled => parts::badge(Tone::Bad, "disabled"),
        Some(account) if !account.has_password => parts::badge(Tone::Warning, "has to choose a password"),
        Some(_) => parts::badge(Tone::Good, "active"),
    }
}

async fn create(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    fields: Fields,
) -> Result<Response, Refusal> {
    let (name, role) = (fields.text("name"), Role::parse(fields.text("role")).unwrap_or(Role::User));
    match app.create_account(name, role, visitor.name()).await {
        Ok(token) => Ok(handed_over(&visitor, name, &token, "The user is added.").into_response()),
        Err(error) => {
            let refusal = Refusal::from(error);
            let page = list_page(&app, &visitor, name, Some(&refusal)).await?;
            Ok((refusal.status, page).into_response())
        }
    }
}

/// Shows a link that sets a password, once.
fn handed_over(visitor: &Visitor, name: &str, token: &str, done: &str) -> Page {
    let link = format!("{}/console/welcome?token={token}", visitor.origin());
    let body = html! {
        (parts::heading(name, done, html! {}))
        section.card {
            h2 { "Hand this link over" }
            p { "By it " strong { (name) } " chooses a password. It works once, for two days, and is shown only now." }
            (parts::copyable("welcome-link", "The link", &link))
            p { a.button href="/console/users" { "Back to the users" } }
        }
    };
    visitor.page(Section::People, name, body)
}

async fn one(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    Path(name): Path<String>,
) -> Result<Page, Refusal> {
    one_page(&app, &visitor, &name, None).await
}

async fn one_page(app: &App, visitor: &Visitor, name: &str, problem: Option<&Refusal>) -> Result<Page, Refusal> {
    let person = app.person(name).await?;
    let signed_in = app.registry_for(name).await?.signed_in_connections().await?;
    let base = path(name);
    let is_disabled = person.account.as_ref().is_some_and(|account| account.is_disabled);
    let body = html! {
        p.crumbs { a href="/console/users" { "Users" } }
        (parts::heading(name, state(&person), html! {}))
        (parts::problem(problem.map(|p| p.message.as_str()), problem.and_then(|p| p.help.as_deref())))
        div.columns {
            div.stack {
                section.card aria-labelledby="role-title" {
                    h2 #role-title { "Role" }
                    form method="post" action={ (base) "/role" } {
                        (visitor.csrf())
                        (role_choice(person.role))
                        button type="submit" { "Change role" }
                    }
                }
                @if person.account.is_some() {
                    section.card aria-labelledby="disable-title" {
                        h2 #disable-title { @if is_disabled { "Enable" } @else { "Disable" } }
                        p.muted { "Someone who is disabled is signed out at once and cannot sign in. Connections stay as they are." }
                        form method="post" action={ (base) (if is_disabled { "/enable" } else { "/disable" }) } {
                            (visitor.csrf())
                            @if is_disabled { button type="submit" { "Enable " (name) } }
                            @else { button.danger type="submit" { "Disable " (name) } }
                        }
                    }
                }
            }
            (reset_card(visitor, &person, &base, &signed_in))
        }
    };
    Ok(visitor.page(Section::People, name, body))
}

/// A reset that also revokes disconnects everything that the account signed in to: said before.
fn reset_card(visitor: &Visitor, person: &Person, base: &str, signed_in: &[Connection]) -> Markup {
    html! {
        section.card aria-labelledby="reset-title" {
            h2 #reset-title { "Password" }
            p.muted { "A reset ends the password and all sessions, and gives you a link for a new password." }
            form method="post" action={ (base) "/reset" } {
                (visitor.csrf())
                @if signed_in.is_empty() {
                    p.muted { (person.name) " is signed in to no connection." }
                } @else {
                    (parts::switch("revoke", "Revoke all connections of this account too", "", false))
                    (parts::callout(Tone::Warning, html! {
                        p { "With “revoke” these connections are disconnected, and everyone's calls that run with them fail until "
                            (person.name) " connects them again:" }
                        ul.links { @for connection in signed_in { li { code { (connection.link_name) } " " (connection.name) } } }
                    }))
                }
                button.danger type="submit" { @if person.account.is_some() { "Reset password" } @else { "Let " (person.name) " sign in" } }
            }
        }
    }
}

/// Shows what went wrong on the user's own page.
async fn told(
    app: &App,
    visitor: &Visitor,
    name: &str,
    done: Result<(), Refusal>,
    notice: &str,
) -> Result<Response, Refusal> {
    match done {
        Ok(()) => Ok(visitor.go(&path(name), notice)),
        Err(refusal) if refusal.status == StatusCode::UNPROCESSABLE_ENTITY => {
            Ok((refusal.status, one_page(app, visitor, name, Some(&refusal)).await?).into_response())
        }
        Err(refusal) => Err(refusal),
    }
}

async fn role(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    Path(name): Path<String>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let role = Role::parse(fields.text("role"))
        .ok_or_else(|| Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "Choose a role."))?;
    app.person(&name).await?;
    let done = app.set_person_role(&name, role, visitor.name()).await.map_err(Refusal::from);
    told(&app, &visitor, &name, done, "The role is changed.").await
}

async fn disable(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    Path(name): Path<String>,
) -> Result<Response, Refusal> {
    let done = app.disable_account(&name, true, visitor.name()).await.map_err(Refusal::from);
    told(&app, &visitor, &name, done, "The user is disabled and signed out.").await
}

async fn enable(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    Path(name): Path<String>,
) -> Result<Response, Refusal> {
    let done = app.disable_account(&name, false, visitor.name()).await.map_err(Refusal::from);
    told(&app, &visitor, &name, done, "The user can sign in again.").await
}

async fn reset(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    Path(name): Path<String>,
    fields: Fields,
) -> Result<Response, Refusal> {
    app.person(&name).await?;
    let token = app.reset_password(&name, fields.is_on("revoke"), visitor.name()).await?;
    let done = "The old password and all sessions have ended.";
    Ok(handed_over(&visitor, &name, &token, done).into_response())
}

async fn audit(State(app): State<App>, Administrator(visitor): Administrator) -> Result<Page, Refusal> {
    let lines = app.store().audit_lines(LINES).await?;
    let history = visitor.registry().await?.whole_history(u32::try_from(LINES).unwrap_or(u32::MAX)).await?;
    let body = html! {
        (parts::heading("Users and keys", "Who did what, newest first.", html! {}))
        (subsections("audit"))
        (parts::tabs("Logs", &[
            ("engine", "Engine", html! {
                div.scroll tabindex="0" role="region" aria-label="Audit log of the engine" {
                    table {
                        thead { tr { th { "When" } th { "Who" } th { "What" } th { "On" } } }
                        tbody {
                            @for line in &lines {
                                tr { td.when { (parts::time(line.at)) } td { (line.actor) } td { (line.event) } td { code { (line.subject) } } }
                            }
                        }
                    }
                }
            }),
            ("connections", "Connections", html! {
                div.scroll tabindex="0" role="region" aria-label="History of the connections" {
                    table {
                        thead { tr { th { "When" } th { "Who" } th { "What" } th { "On" } th { "Why" } } }
                        tbody {
                            @for line in &history {
                                tr {
                                    td.when { (parts::time(line.at)) } td { (line.actor) } td { (line.event) }
                                    td { code { (line.link_name) } } td.muted { (line.reason.as_deref().unwrap_or_default()) }
                                }
                            }
                        }
                    }
                }
            }),
        ]))
    };
    Ok(visitor.page(Section::People, "Audit log", body))
}

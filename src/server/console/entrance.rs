//! Signing in, signing out, and links that set a password.

use super::fields::Fields;
use super::page::bare;
use super::parts::{self, Field};
use super::refusal::Refusal;
use super::visitor::Visitor;
use super::{HOME, cookies};
use crate::server::App;
use crate::server::app::LinkUse;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use maud::{Markup, html};
use serde::Deserialize;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/sign-in", get(form).post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/welcome", get(welcome).post(set_password))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Wanted {
    next: String,
    token: String,
}

async fn form(State(app): State<App>, Query(wanted): Query<Wanted>) -> Result<Response, Refusal> {
    let can_sign_in =
        app.people().await?.iter().any(|p| p.account.as_ref().is_some_and(|account| account.has_password));
    Ok(sign_in_page(&wanted.next, "", None, can_sign_in).into_response())
}

fn sign_in_page(next: &str, name: &str, problem: Option<&str>, can_sign_in: bool) -> Markup {
    bare(
        "Sign in",
        html! {
            @if !can_sign_in {
                (parts::callout(parts::Tone::Warning, html! {
                    p { "Nobody can sign in yet. Open the link that " code { "ararat serve" } " printed at its start." }
                }))
            }
            (parts::problem(problem, None))
            form method="post" action="/console/sign-in" {
                input type="hidden" name="next" value=(next);
                (Field { autocomplete: "username", ..Field::text("name", "User name", name).required() })
                (Field { autocomplete: "current-password", ..Field::secret("password", "Password").required() })
                button.primary.wide type="submit" { "Sign in" }
            }
        },
    )
}

async fn sign_in(State(app): State<App>, fields: Fields) -> Result<Response, Refusal> {
    let (name, next) = (fields.text("name"), fields.text("next"));
    match app.sign_in(name, fields.raw("password")).await? {
        Some(token) => Ok(enter(&app, &token, own_path(next))),
        None => {
            let problem = "Name and password do not go together, or the account is disabled.";
            Ok((StatusCode::UNPROCESSABLE_ENTITY, sign_in_page(next, name, Some(problem), true)).into_response())
        }
    }
}

/// Sets the cookie and goes on.
fn enter(app: &App, token: &str, path: &str) -> Response {
    let mut response = Redirect::to(path).into_response();
    if let Some(cookie) = cookies::set_session(app, token) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// A page of this console; everything else leads home.
fn own_path(next: &str) -> &str {
    let is_own = next.starts_with("/console") || next.starts_with("/delugeauth/callback?");
    let is_plain = !next.contains(['\\', '\r', '\n']) && !next.contains("//");
    if is_own && is_plain { next } else { HOME }
}

async fn sign_out(State(app): State<App>, visitor: Visitor) -> Result<Response, Refusal> {
    app.end_session(&visitor.session).await?;
    let mut response = Redirect::to("/console/sign-in").into_response();
    if let Some(cookie) = cookies::end_session(&app) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

fn used_up() -> Refusal {
    Refusal::new(StatusCode::GONE, "This link was used already or has expired.").help(
        "A new start of `ararat serve` prints a new one while nobody can sign in; later an administrator makes one.",
    )
}

async fn welcome(State(app): State<App>, Query(wanted): Query<Wanted>) -> Result<Markup, Refusal> {
    let purpose = app.link_use(&wanted.token).await?.ok_or_else(used_up)?;
    Ok(welcome_page(&purpose, &wanted.token, "", None))
}

fn welcome_page(purpose: &LinkUse, token: &str, name: &str, problem: Option<&str>) -> Markup {
    let (title, about) = match purpose {
        LinkUse::SetUp => ("Set up Ararat", "Choose a name and a password: you become the first administrator."),
        LinkUse::Password(_) => ("Choose a password", "The link works once; afterwards you sign in with the password."),
    };
    bare(
        title,
        html! {
            p.muted { (about) }
            (parts::problem(problem, None))
            form method="post" action="/console/welcome" {
                input type="hidden" name="token" value=(token);
                @match purpose {
                    LinkUse::SetUp => (Field { autocomplete: "username", ..Field::text("name", "User name", name).required().max(50) }
                        .hint("The connections know you by this name.")),
                    LinkUse::Password(user) => (Field { autocomplete: "username", ..Field::text("name", "User name", user).required() }),
                }
                (Field::secret("password", "Password").required().hint("At least 10 characters. A short sentence does well."))
                (Field::secret("again", "Password once more").required())
                button.primary.wide type="submit" { "Go to the console" }
            }
        },
    )
}

async fn set_password(State(app): State<App>, fields: Fields) -> Result<Response, Refusal> {
    let token = fields.text("token");
    let purpose = app.link_use(token).await?.ok_or_else(used_up)?;
    let again = |problem: &str| {
        let page = welcome_page(&purpose, token, fields.text("name"), Some(problem));
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    if fields.raw("password") != fields.raw("again") {
        return again("The two passwords differ.");
    }
    match app.use_link(token, fields.text("name"), fields.raw("password")).await {
        Ok(name) => Ok(enter(&app, &app.begin_session(&name).await?, HOME)),
        Err(error) => {
            let refusal = Refusal::from(error);
            if refusal.is_mendable() { again(&refusal.message) } else { Err(refusal) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_leads_to_our_own_pages_only() {
        assert_eq!(own_path("/console/users?a=1"), "/console/users?a=1");
        for foreign in ["https://evil.example", "//evil.example", "/console//evil", "/console\\evil", "", "/v1/keys"] {
            assert_eq!(own_path(foreign), HOME, "{foreign}");
        }
    }
}

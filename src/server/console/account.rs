//! One's own account: the password.

use super::page::{Page, Section};
use super::parts::{self, Field};
use super::{Fields, Refusal, Visitor};
use crate::server::App;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::html;

pub fn routes() -> Router<App> {
    Router::new().route("/account", get(show).post(change))
}

async fn show(visitor: Visitor) -> Page {
    page(&visitor, None)
}

fn page(visitor: &Visitor, problem: Option<&str>) -> Page {
    let role = visitor.session.role.word();
    let body = html! {
        (parts::heading("Your account", html! { "Signed in as " strong { (visitor.name()) } ", " (role) "." }, html! {}))
        section.card.narrow aria-labelledby="password" {
            h2 #password { "Change your password" }
            (parts::problem(problem, None))
            form method="post" action="/console/account" {
                (visitor.csrf())
                (Field { autocomplete: "current-password", ..Field::secret("old", "Present password").required() })
                (Field::secret("password", "New password").required().hint("At least 10 characters."))
                (Field::secret("again", "New password once more").required())
                p.hint { "You are signed out everywhere and sign in with the new one. Connections stay signed in." }
                button.primary type="submit" { "Change password" }
            }
        }
    };
    visitor.page(Section::People, "Your account", body)
}

async fn change(State(app): State<App>, visitor: Visitor, fields: Fields) -> Result<Response, Refusal> {
    let again = |problem: &str| Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&visitor, Some(problem))).into_response());
    if fields.raw("password") != fields.raw("again") {
        return again("The two passwords differ.");
    }
    match app.change_password(visitor.name(), fields.raw("old"), fields.raw("password")).await {
        Ok(()) => Ok(visitor.go("/console/sign-in", "Your password is changed.")),
        Err(error) => {
            let refusal = Refusal::from(error);
            if refusal.is_mendable() { again(&refusal.message) } else { Err(refusal) }
        }
    }
}

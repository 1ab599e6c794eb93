//! The console: pages for people, rendered here, over the same calls as everything else.
//!
//! `guard` stands before every route: headers, and proof that a change was asked for on our own page.
//! `visitor` says who is there, `fields` reads forms, `page` and `parts` draw, `refusal` says what went
//! wrong. The rest is a file or folder per section. A page never sees a secret of a connection.

mod account;
mod assets;
mod code;
mod connections;
mod cookies;
mod entrance;
mod executions;
mod fields;
mod functions;
mod guard;
mod keys;
pub mod page;
pub mod parts;
mod people;
pub mod refusal;
mod schedules;
mod visitor;
mod webhooks;

pub use fields::Fields;
pub use page::{Page, Section};
pub use refusal::Refusal;
pub use visitor::{Administrator, Visitor};

use super::App;
use axum::Router;
use axum::middleware;
use axum::response::Redirect;
use axum::routing::get;

/// Where the console begins.
pub const HOME: &str = "/console";

/// All pages.
pub fn router(app: App) -> Router {
    let pages = Router::new()
        .route("/", get(home))
        .merge(entrance::routes())
        .merge(account::routes())
        .merge(connections::routes())
        .merge(functions::routes())
        .merge(executions::routes())
        .merge(schedules::routes())
        .merge(webhooks::routes())
        .merge(people::routes())
        .merge(keys::routes())
        .fallback(refusal::not_found)
        .layer(middleware::from_fn_with_state(app.clone(), guard::guard));
    let callback = connections::callback_routes();
    let callback = callback.layer(middleware::from_fn_with_state(app.clone(), guard::guard));
    Router::new()
        .merge(callback)
        .route("/", get(async || Redirect::to(HOME)))
        .nest(HOME, pages.merge(assets::routes()))
        .with_state(app)
}

/// A name as a part of an address.
fn encoded(name: &str) -> String {
    percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC).to_string()
}

async fn home(_: Visitor) -> Redirect {
    Redirect::to(Section::first().path())
}

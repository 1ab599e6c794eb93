//! Where providers send the browser back to, with a code or with a refusal.

use super::connect::arrived;
use super::path;
use crate::connections::sign_in::{Callback, loopback::PATH, underway};
use crate::server::App;
use crate::server::app::hash_of;
use crate::server::console::{Refusal, Visitor};
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

pub fn routes() -> Router<App> {
    Router::new().route(PATH, get(come_back))
}

/// What comes back must come back to the session that went; each sign-in once.
async fn come_back(State(app): State<App>, visitor: Visitor, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let callback = Callback::read(&format!("?{}", query.unwrap_or_default()));
    let unknown = || {
        Refusal::new(StatusCode::GONE, "This redirect belongs to no sign-in of yours, or to one that took too long.")
            .help("Open the connection and connect it again.")
    };
    let key = underway::key_of(&callback).ok_or_else(unknown)?;
    let row = app.store().take_consent(&hash_of(key), &visitor.session.hash).await?.ok_or_else(unknown)?;
    if row.expires_at <= app.now() {
        return Err(unknown());
    }
    let link = row.link_name.as_str();
    let registry = visitor.registry().await?;
    let http = app.outbound().client();
    match underway::finish(&registry, http, link, &row.sealed, &callback).await {
        Ok(_) => Ok(arrived(&app, &visitor, &registry, link).await),
        Err(error) => {
            let reason = http.redactor().clean(&error.to_string()).into_owned();
            Ok(visitor.go(&path(link), &format!("Not connected: {reason}")))
        }
    }
}

//! The style sheet, the scripts and the icon: all that a page loads.

use super::guard;
use crate::server::App;
use axum::Router;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// Name, type and content of each.
const FILES: &[(&str, &str, &str)] = &[
    (
        "console.css",
        "text/css; charset=utf-8",
        concat!(include_str!("assets/console.css"), include_str!("assets/engine.css")),
    ),
    ("console.js", "text/javascript; charset=utf-8", include_str!("assets/console.js")),
    ("engine.js", "text/javascript; charset=utf-8", include_str!("assets/engine.js")),
    ("icon.svg", "image/svg+xml", include_str!("assets/icon.svg")),
];

/// Changes with the files, so that browsers may keep them for good.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut digest = Sha256::new();
    FILES.iter().for_each(|(_, _, content)| digest.update(content.as_bytes()));
    crate::server::ids::hex(&digest.finalize()[..8])
});

pub fn routes() -> Router<App> {
    Router::new().route("/assets/{version}/{name}", get(asset))
}

/// The address of a file.
pub fn path(name: &str) -> String {
    format!("{}/assets/{}/{name}", super::HOME, *VERSION)
}

async fn asset(Path((_, name)): Path<(String, String)>) -> Response {
    let found = FILES.iter().find(|(known, ..)| *known == name);
    let response = match found {
        Some((_, kind, content)) => {
            let kept = "public, max-age=31536000, immutable";
            ([(header::CONTENT_TYPE, *kind), (header::CACHE_CONTROL, kept)], *content).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    };
    guard::bind(response)
}

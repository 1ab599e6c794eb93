//! Before every page: headers that bind the browser, and proof that a change comes from our own page.
//!
//! A form carries a token that is derived from its session; besides, the browser has to say that the
//! request was made on this very site. Neither can be forgotten by a page, since no page is asked.

use super::cookies;
use super::refusal::Refusal;
use crate::server::App;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use url::Url;

/// The field that holds the token.
pub const FIELD: &str = "csrf";
/// Instead of the field, for requests of the page's own script.
const HEADER: &str = "x-csrf-token";
/// Bytes of a form.
const LARGEST_FORM: usize = 4 << 20;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: &[(&str, &str)] = &[
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
];

/// Forms of people who have no session yet, or another one than they want.
const OPEN: &[&str] = &["/sign-in", "/welcome"];

/// The token of a session's forms.
pub fn token(session: &str) -> String {
    crate::server::ids::hex(&Sha256::digest(format!("form:{session}").as_bytes()))
}

/// Lets a request through, or refuses it.
pub async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let response = match admit(&app, request).await {
        Ok(request) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    let mut response = bind(response);
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Adds the headers that every answer has.
pub fn bind(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

async fn admit(app: &App, request: Request) -> Result<Request, Refusal> {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return Ok(request);
    }
    if !is_own_page(app, request.headers()) {
        return Err(foreign());
    }
    if OPEN.contains(&request.uri().path()) {
        return Ok(request);
    }
    let Some(session) = cookies::session(app, request.headers()).map(str::to_owned) else { return Ok(request) };
    let (parts, body) = request.into_parts();
    let too_large = |_| Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "This form is too large.");
    let body = to_bytes(body, LARGEST_FORM).await.map_err(too_large)?;
    let given = match parts.headers.get(HEADER) {
        Some(value) => value.to_str().unwrap_or_default().to_owned(),
        None => field(&body).unwrap_or_default(),
    };
    let same: bool = given.as_bytes().ct_eq(token(&session).as_bytes()).into();
    // A session that has ended is sent to sign in by the page itself.
    let in_force = app.session(&session).await?.is_some();
    if in_force && !same {
        return Err(foreign());
    }
    Ok(Request::from_parts(parts, Body::from(body)))
}

fn foreign() -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, "This request did not come from a page of this console.")
        .help("Open the page again and repeat what you did.")
}

fn field(body: &[u8]) -> Option<String> {
    url::form_urlencoded::parse(body).find(|(name, _)| name == FIELD).map(|(_, value)| value.into_owned())
}

/// Whether the browser says that the request was made on this site; what is no browser says nothing.
fn is_own_page(app: &App, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    let Some(origin) = text("origin") else { return true };
    let Ok(origin) = Url::parse(origin) else { return false };
    let host = origin.host_str().map(|host| origin.port().map_or(host.to_owned(), |port| format!("{host}:{port}")));
    let public = app.config().public_url.as_ref().is_some_and(|url| url.origin() == origin.origin());
    public || (host.is_some() && host.as_deref() == text("host"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_belongs_to_one_session_and_does_not_tell_it() {
        assert_ne!(token("a"), token("b"));
        assert_eq!(token("a").len(), 64);
    }
}

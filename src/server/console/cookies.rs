//! Cookies: the session, and a notice that waits for the next page.

use crate::server::App;
use crate::server::app::SESSION_LIFE;
use axum::http::{HeaderMap, HeaderValue, header};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

const SESSION: &str = "ararat_session";
const NOTICE: &str = "ararat_notice";
/// Written by the page's own script.
const THEME: &str = "ararat_theme";

/// Whether browsers come by TLS.
fn is_secure(app: &App) -> bool {
    app.config().public_url.as_ref().is_some_and(|url| url.scheme() == "https")
}

/// A browser sends a `__Host-` cookie only to the host that set it over TLS.
fn session_name(app: &App) -> String {
    if is_secure(app) { format!("__Host-{SESSION}") } else { SESSION.to_owned() }
}

/// A cookie's value.
fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// What the session's cookie holds.
pub fn session<'a>(app: &App, headers: &'a HeaderMap) -> Option<&'a str> {
    read(headers, &session_name(app)).filter(|value| !value.is_empty())
}

/// `dark` or `light`, where a person has chosen.
pub fn theme(headers: &HeaderMap) -> Option<&'static str> {
    let chosen = read(headers, THEME)?;
    ["dark", "light"].into_iter().find(|theme| *theme == chosen)
}

/// The notice that waits for this page.
pub fn notice(headers: &HeaderMap) -> Option<String> {
    let text = percent_decode_str(read(headers, NOTICE)?).decode_utf8().ok()?;
    (!text.is_empty()).then(|| text.into_owned())
}

/// Sets the session's cookie.
pub fn set_session(app: &App, token: &str) -> Option<HeaderValue> {
    line(app, &session_name(app), token, SESSION_LIFE / 1000)
}

/// Takes the session's cookie away.
pub fn end_session(app: &App) -> Option<HeaderValue> {
    line(app, &session_name(app), "", 0)
}

/// Leaves a notice for the next page.
pub fn leave_notice(app: &App, text: &str) -> Option<HeaderValue> {
    line(app, NOTICE, &utf8_percent_encode(text, NON_ALPHANUMERIC).to_string(), 60)
}

/// Takes the notice away.
pub fn end_notice(app: &App) -> Option<HeaderValue> {
    line(app, NOTICE, "", 0)
}

/// Lax, so that a provider's redirect back finds its session.
fn line(app: &App, name: &str, value: &str, seconds: i64) -> Option<HeaderValue> {
    let secure = if is_secure(app) { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).ok()
}

//! The imitated accounts server: consent, tokens, revocation, the device flow, who-am-I.
//!
//! Errors come as Zoho's do: HTTP 200 with `{"error":"invalid_code"}`. Limits are Zoho's: a code
//! lives three minutes and works once; ten access tokens in ten minutes, fifteen alive and twenty
//! refresh tokens per user.

mod consent;
mod device;
pub mod grant;
mod info;
pub mod scope;
mod token;

pub use consent::Request;

use super::exchange::{Answer, Call, Params};
use super::world::World;
use axum::http::Method;
use serde_json::json;

/// Answers a call below `/oauth`.
pub fn answer(world: &mut World, call: &Call) -> Answer {
    let segments: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    let get = call.method == Method::GET;
    let post = call.method == Method::POST;
    match segments.as_slice() {
        ["oauth", "v2", "auth"] | ["oauth", "v2", "org", "auth"] if get => consent::ask(world, &call.query),
        ["oauth", "v2", "auth"] if post => consent::decide(world, &call.form()),
        ["oauth", "v2", "token"] if post => token::exchange(world, &call.form()),
        ["oauth", "v2", "token", "revoke"] if get || post => token::revoke(world, &call.form()),
        ["oauth", "serverinfo"] if get => info::servers(world),
        ["oauth", "user", "info"] if get => info::user(world, call),
        ["oauth", "v3", "device", "code"] if post => device::start(world, &call.form()),
        ["oauth", "v3", "device", "token"] if post => device::poll(world, &call.form()),
        ["oauth", "v3", "device"] if get || post => device::ask(world, &call.form()),
        _ => error(404, "invalid_url"),
    }
}

/// Whose live token a call carries, as `Zoho-oauthtoken X` or `Bearer X`.
pub fn caller(world: &World, call: &Call) -> Option<grant::Access> {
    let (scheme, token) = call.header("authorization")?.split_once(' ')?;
    let known = scheme.eq_ignore_ascii_case("Zoho-oauthtoken") || scheme.eq_ignore_ascii_case("Bearer");
    grant::live_access(world, token.trim()).filter(|_| known)
}

/// `{"error":"…"}`.
fn error(status: u16, code: &str) -> Answer {
    Answer::json(status, &json!({"error": code}))
}

/// The client of these parameters, or Zoho's word for what is wrong with it.
fn client(world: &World, form: &Params) -> Result<grant::Client, &'static str> {
    let id = form.text("client_id");
    world.docs.read::<grant::Client>("clients", id).ok_or("invalid_client")
}

/// The same, its secret checked.
fn authenticated(world: &World, form: &Params) -> Result<grant::Client, &'static str> {
    let client = client(world, form)?;
    if form.text("client_secret") == client.client_secret { Ok(client) } else { Err("invalid_client_secret") }
}

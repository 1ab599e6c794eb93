//! `/oauth/v2/token` and `/oauth/v2/token/revoke`.

use super::super::exchange::{Answer, Params};
use super::super::world::World;
use super::grant::{self, ACCESS_LIFE_S, Access, CODE_LIFE_MS, COUNTED_MS, Client, Code, PER_SPAN, Refresh};
use super::{authenticated, error, scope};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Exchanges a code, a refresh token or a client's own credentials for an access token.
pub fn exchange(world: &mut World, form: &Params) -> Answer {
    if world.control.throttle_tokens {
        return access_denied();
    }
    let client = match authenticated(world, form) {
        Ok(client) => client,
        Err(code) => return error(200, code),
    };
    match form.text("grant_type") {
        "authorization_code" => from_code(world, &client, form),
        "refresh_token" => from_refresh(world, &client, form),
        "client_credentials" => from_credentials(world, &client, form),
        _ => error(200, "unsupported_grant_type"),
    }
}

fn from_code(world: &mut World, client: &Client, form: &Params) -> Answer {
    let text = form.text("code");
    // A code works once: whatever follows, it is spent.
    let Some(code) = world.docs.read::<Code>("codes", text).filter(|code| code.client_id == client.client_id) else {
        return error(200, "invalid_code");
    };
    world.docs.remove("codes", text);
    if world.now_ms() >= code.made_ms + CODE_LIFE_MS || !proven(&code, form.get("code_verifier")) {
        return error(200, "invalid_code");
    }
    if code.redirect_uri.as_deref().is_some_and(|uri| form.get("redirect_uri") != Some(uri)) {
        return error(200, "invalid_redirect_uri");
    }
    give_tokens(world, &code)
}

/// Whether the verifier fits the challenge, where there was one.
fn proven(code: &Code, verifier: Option<&str>) -> bool {
    match (&code.challenge, verifier) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some((challenge, false)), Some(verifier)) => challenge == verifier,
        (Some((challenge, true)), Some(verifier)) => {
            (43..=128).contains(&verifier.len()) && *challenge == URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
        }
    }
}

/// The tokens that a code stands for.
pub fn give_tokens(world: &mut World, code: &Code) -> Answer {
    let refresh = code.offline.then(|| grant::give_refresh(world, &code.client_id, &code.user, &code.scopes));
    if let Some(mut token) = refresh.as_deref().and_then(|text| world.docs.read::<Refresh>("refresh", text)) {
        token.given_ms.push(world.now_ms());
        world.docs.write("refresh", refresh.as_deref().unwrap_or(""), &token);
    }
    let access = Access {
        client_id: code.client_id.clone(),
        user: code.user.clone(),
        scopes: code.scopes.clone(),
        refresh: refresh.clone(),
        ends_ms: world.now_ms() + ACCESS_LIFE_S * 1000,
    };
    let text = grant::give_access(world, access);
    reply(world, &text, refresh.as_deref(), &code.scopes)
}

fn from_refresh(world: &mut World, client: &Client, form: &Params) -> Answer {
    let text = form.text("refresh_token");
    let known = world.docs.read::<Refresh>("refresh", text).filter(|token| token.client_id == client.client_id);
    let Some(mut token) = known else {
        return error(200, "invalid_code");
    };
    let now = world.now_ms();
    token.given_ms.retain(|at| now - at < COUNTED_MS);
    if token.given_ms.len() >= PER_SPAN {
        return access_denied();
    }
    token.given_ms.push(now);
    world.docs.write("refresh", text, &token);
    let access = Access {
        client_id: token.client_id,
        user: token.user,
        scopes: token.scopes.clone(),
        refresh: Some(text.to_owned()),
        ends_ms: now + ACCESS_LIFE_S * 1000,
    };
    let access = grant::give_access(world, access);
    reply(world, &access, None, &token.scopes)
}

fn from_credentials(world: &mut World, client: &Client, form: &Params) -> Answer {
    let scopes = scope::split(form.text("scope"));
    if scopes.is_empty() || !scopes.iter().all(|scope| scope::well_formed(scope)) {
        return error(200, "invalid_scope");
    }
    let org = world.docs.get("org", "org").and_then(|org| org["zgid"].as_str()).unwrap_or("").to_owned();
    if form.text("soid") != format!("ZohoCRM.{org}") {
        return error(200, "invalid_soid");
    }
    let access = Access {
        client_id: client.client_id.clone(),
        user: super::super::seed::ADMIN.to_owned(),
        scopes: scopes.clone(),
        refresh: None,
        ends_ms: world.now_ms() + ACCESS_LIFE_S * 1000,
    };
    let text = grant::give_access(world, access);
    reply(world, &text, None, &scopes)
}

fn reply(world: &World, access: &str, refresh: Option<&str>, scopes: &[String]) -> Answer {
    let mut body = json!({"access_token": access});
    if let Some(refresh) = refresh {
        body["refresh_token"] = Value::from(refresh);
    }
    body["scope"] = Value::from(scopes.join(" "));
    body["api_domain"] = Value::from(world.origin.as_str());
    body["token_type"] = Value::from("Bearer");
    body["expires_in"] = Value::from(ACCESS_LIFE_S);
    Answer::json(200, &body)
}

/// What Zoho says to too many requests for tokens.
fn access_denied() -> Answer {
    let body = json!({
        "error_description": "You have made too many requests continuously. Please try again after some time.",
        "error": "Access Denied",
        "status": "failure",
    });
    Answer::json(200, &body)
}

/// Ends a refresh token with all that came from it, or one access token.
pub fn revoke(world: &mut World, form: &Params) -> Answer {
    let token = form.text("token");
    let ended = grant::end_refresh(world, token) || world.docs.remove("access", token).is_some();
    if ended { Answer::json(200, &json!({"status": "success"})) } else { error(400, "invalid_code") }
}

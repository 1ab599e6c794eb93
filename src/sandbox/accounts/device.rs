//! Zoho's own device flow: `/oauth/v3/device/code`, `/oauth/v3/device/token` and the page between.

use super::super::exchange::{Answer, Params};
use super::super::world::{World, random_capitals};
use super::grant::{self, Code};
use super::{authenticated, client, consent, error, scope, token};
use serde::{Deserialize, Serialize};
use serde_json::json;

const LIFE_MS: i64 = 5 * 60 * 1000;
const INTERVAL_MS: i64 = 30 * 1000;

#[derive(Clone, Serialize, Deserialize)]
struct Device {
    code: Code,
    user_code: String,
    prompt: bool,
    polled_ms: Option<i64>,
    decided: Option<bool>,
}

/// Gives a device its two codes. Times are in milliseconds, as Zoho's are.
pub fn start(world: &mut World, form: &Params) -> Answer {
    let client = match client(world, form) {
        Ok(client) => client,
        Err(code) => return error(200, code),
    };
    let scopes = scope::split(form.text("scope"));
    if form.text("grant_type") != "device_request" {
        return error(200, "unsupported_grant_type");
    }
    if scopes.is_empty() || !scopes.iter().all(|scope| scope::well_formed(scope)) {
        return error(200, "invalid_scope");
    }
    let user_code = format!("{}-{}", random_capitals(4), random_capitals(4));
    let device = Device {
        code: Code {
            client_id: client.client_id,
            scopes,
            made_ms: world.now_ms(),
            offline: form.text("access_type") == "offline",
            ..Code::default()
        },
        user_code: user_code.clone(),
        prompt: form.text("prompt") == "consent",
        polled_ms: None,
        decided: None,
    };
    let device_code = grant::new_token();
    world.docs.write("devices", &device_code, &device);
    let page = format!("{}/oauth/v3/device", world.origin);
    let body = json!({
        "user_code": user_code,
        "device_code": device_code,
        "interval": INTERVAL_MS,
        "verification_uri_complete": format!("{page}?user_code={user_code}"),
        "verification_url": page,
        "expires_in": LIFE_MS,
    });
    Answer::json(200, &body)
}

/// The page on which the user enters the code, then decides.
pub fn ask(world: &mut World, query: &Params) -> Answer {
    let typed = query.text("user_code").trim().to_ascii_uppercase();
    let found = world.docs.read_all::<Device>("devices").into_iter().find(|(_, device)| device.user_code == typed);
    let Some((id, mut device)) = found else {
        let body = "<h1>Connect a device</h1>\n<form method=\"get\" action=\"/oauth/v3/device\">\n\
                    <p><label for=\"user_code\">Code that the device shows</label>\n\
                    <input id=\"user_code\" name=\"user_code\" autocomplete=\"off\" required></p>\n\
                    <p><button>Continue</button></p>\n</form>";
        return Answer::html(if typed.is_empty() { 200 } else { 404 }, consent::document("Device", body));
    };
    match query.get("ticket").map(|ticket| world.control.device_tickets.remove(ticket).as_deref() == Some(id.as_str()))
    {
        Some(true) => decide(world, &id, &mut device, query),
        Some(false) | None => {
            let ticket = grant::new_token();
            world.control.device_tickets.insert(ticket.clone(), id);
            let name = world.docs.get("clients", &device.code.client_id).and_then(|client| client["name"].as_str());
            Answer::html(200, question(world, name.unwrap_or("A device"), &device, &ticket))
        }
    }
}

/// The consent page, as a form that carries the user code along.
fn question(world: &World, name: &str, device: &Device, ticket: &str) -> String {
    let page = consent::page(world, name, &device.code.scopes, ticket, "/oauth/v3/device");
    let carried = format!("<input type=\"hidden\" name=\"user_code\" value=\"{}\">\n<p><label", device.user_code);
    page.replacen("<p><label", &carried, 1)
}

fn decide(world: &mut World, id: &str, device: &mut Device, query: &Params) -> Answer {
    let approved = query.text("decision") == "approve";
    let user = query.get("user").filter(|user| world.docs.get("users", user).is_some());
    device.code.user = user.unwrap_or(super::super::seed::ADMIN).to_owned();
    device.decided = Some(approved);
    if approved {
        let consented = format!("{} {}", device.code.client_id, device.code.user);
        let first = world.docs.get("consents", &consented).is_none();
        world.docs.write("consents", &consented, &device.code.scopes);
        device.code.offline &= first || device.prompt;
    }
    world.docs.write("devices", id, device);
    let words = if approved { "The device is connected" } else { "The device was refused" };
    Answer::html(200, consent::document("Device", &format!("<h1>{words}</h1>\n<p>You can close this page.</p>")))
}

/// A device asks whether the user has decided.
pub fn poll(world: &mut World, form: &Params) -> Answer {
    let client = match authenticated(world, form) {
        Ok(client) => client,
        Err(code) => return error(200, code),
    };
    if form.text("grant_type") != "device_token" {
        return error(200, "unsupported_grant_type");
    }
    let text = form.text("code");
    let known = world.docs.read::<Device>("devices", text).filter(|device| device.code.client_id == client.client_id);
    let Some(mut device) = known else {
        return error(200, "invalid_code");
    };
    let now = world.now_ms();
    let too_soon = device.polled_ms.is_some_and(|last| now - last < INTERVAL_MS);
    device.polled_ms = Some(now);
    world.docs.write("devices", text, &device);
    match device.decided {
        None if now >= device.code.made_ms + LIFE_MS => error(200, "expired"),
        _ if too_soon => error(200, "slow_down"),
        None => error(200, "authorization_pending"),
        Some(false) => error(200, "access_denied"),
        Some(true) => {
            world.docs.remove("devices", text);
            token::give_tokens(world, &device.code)
        }
    }
}

//! `/oauth/v2/auth`: the consent page, and the way back with a code.
//!
//! What was asked is kept under a one-time ticket, so that the form posts nothing but the ticket and
//! the decision; a page elsewhere cannot approve for the user.

use super::super::exchange::{Answer, Params};
use super::super::world::{World, random_hex};
use super::grant::{self, COUNTED_MS, Client, Code, PER_SPAN};
use super::{client, scope};
use crate::sandbox::control::Consent;
use serde::{Deserialize, Serialize};

/// What a client asks of the user.
#[derive(Clone, Serialize, Deserialize)]
pub struct Request {
    client_id: String,
    scopes: Vec<String>,
    redirect_uri: String,
    state: Option<String>,
    offline: bool,
    prompt: bool,
    challenge: Option<(String, bool)>,
    made_ms: i64,
}

/// Shows the consent page, or what is wrong with the request.
pub fn ask(world: &mut World, query: &Params) -> Answer {
    let (client, request) = match read(world, query) {
        Ok(read) => read,
        Err(problem) => return refusal_page(problem),
    };
    match world.control.consent {
        Consent::Approve => approve(world, &request, super::super::seed::ADMIN),
        Consent::Deny => deny(&request),
        Consent::Ask => {
            let ticket = random_hex(16);
            let page = page(world, &client.name, &request.scopes, &ticket, "/oauth/v2/auth");
            world.control.tickets.insert(ticket, request);
            Answer::html(200, page)
        }
    }
}

fn read(world: &World, query: &Params) -> Result<(Client, Request), &'static str> {
    let client = client(world, query)?;
    let redirect_uri = query.text("redirect_uri").to_owned();
    if !client.may_return_to(&redirect_uri) {
        return Err("invalid_redirect_uri");
    }
    if query.text("response_type") != "code" {
        return Err("invalid_response_type");
    }
    let scopes = scope::split(query.text("scope"));
    if scopes.is_empty() || !scopes.iter().all(|scope| scope::well_formed(scope)) {
        return Err("invalid_scope");
    }
    let challenge = match (query.get("code_challenge"), query.get("code_challenge_method")) {
        (None, _) => None,
        (Some(challenge), Some("S256")) => Some((challenge.to_owned(), true)),
        (Some(challenge), None | Some("plain")) => Some((challenge.to_owned(), false)),
        (Some(_), Some(_)) => return Err("invalid_code_challenge_method"),
    };
    let request = Request {
        client_id: client.client_id.clone(),
        scopes,
        redirect_uri,
        state: query.get("state").map(str::to_owned),
        offline: query.text("access_type") == "offline",
        prompt: query.text("prompt").split(',').any(|word| word.eq_ignore_ascii_case("consent")),
        challenge,
        made_ms: world.now_ms(),
    };
    Ok((client, request))
}

/// Takes the user's decision from the page.
pub fn decide(world: &mut World, form: &Params) -> Answer {
    let Some(request) = world.control.tickets.remove(form.text("ticket")) else {
        return refusal_page("expired_request");
    };
    let user = form.get("user").filter(|id| world.docs.get("users", id).is_some());
    match (form.text("decision"), user) {
        ("approve", user) => approve(world, &request, user.unwrap_or(super::super::seed::ADMIN)),
        _ => deny(&request),
    }
}

fn approve(world: &mut World, request: &Request, user: &str) -> Answer {
    if too_many_codes(world, &request.client_id) {
        return back(request, &[("error", "access_denied")]);
    }
    let consented = format!("{} {user}", request.client_id);
    let first = world.docs.get("consents", &consented).is_none();
    world.docs.write("consents", &consented, &request.scopes);
    let code = Code {
        client_id: request.client_id.clone(),
        scopes: request.scopes.clone(),
        user: user.to_owned(),
        redirect_uri: Some(request.redirect_uri.clone()),
        made_ms: world.now_ms(),
        // A refresh token comes with the first consent, later only where consent was asked for anew.
        offline: request.offline && (first || request.prompt),
        challenge: request.challenge.clone(),
    };
    let code = grant::give_code(world, &code);
    let server = world.origin.clone();
    back(request, &[("code", &code), ("location", "us"), ("accounts-server", &server)])
}

fn too_many_codes(world: &mut World, client_id: &str) -> bool {
    let now = world.now_ms();
    let given = world.control.codes_given.entry(client_id.to_owned()).or_default();
    given.retain(|at| now - at < COUNTED_MS);
    given.push(now);
    given.len() > PER_SPAN
}

fn deny(request: &Request) -> Answer {
    back(request, &[("error", "access_denied")])
}

/// Sends the user back to the client with these parameters and the client's state.
fn back(request: &Request, parameters: &[(&str, &str)]) -> Answer {
    let Ok(mut url) = url::Url::parse(&request.redirect_uri) else {
        return refusal_page("invalid_redirect_uri");
    };
    if let Some(state) = &request.state {
        url.query_pairs_mut().append_pair("state", state);
    }
    url.query_pairs_mut().extend_pairs(parameters);
    Answer::redirect(url.into())
}

fn refusal_page(problem: &str) -> Answer {
    let body = format!(
        "<h1>Access cannot be asked for</h1>\n<p>The sandbox's accounts server answers \
         <code>{}</code>. Check the request of the application that sent you here.</p>",
        escape(problem)
    );
    Answer::html(400, document("Error", &body))
}

/// The page that asks: client, scopes, user, two buttons.
pub fn page(world: &World, client: &str, scopes: &[String], ticket: &str, action: &str) -> String {
    let scopes: String = scopes.iter().map(|scope| format!("<li><code>{}</code></li>\n", escape(scope))).collect();
    let users: String = world
        .docs
        .all("users")
        .filter(|(_, user)| user["status"] == "active")
        .map(|(id, user)| {
            let name = escape(user["full_name"].as_str().unwrap_or(""));
            format!("<option value=\"{}\">{name}</option>\n", escape(id))
        })
        .collect();
    let body = format!(
        "<h1>{client} asks for access</h1>\n<p>It would like to use the data of this sandbox with these scopes:</p>\n\
         <ul>\n{scopes}</ul>\n<form method=\"post\" action=\"{action}\">\n\
         <input type=\"hidden\" name=\"ticket\" value=\"{ticket}\">\n\
         <p><label for=\"user\">Signed in as</label>\n<select id=\"user\" name=\"user\">\n{users}</select></p>\n\
         <p><button name=\"decision\" value=\"approve\">Accept</button>\n\
         <button name=\"decision\" value=\"deny\">Reject</button></p>\n</form>",
        client = escape(client),
        ticket = escape(ticket),
    );
    document("Consent", &body)
}

/// A whole page around a body.
pub fn document(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} · accounts sandbox</title>\n\
         <style>body{{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem}}\
         button{{font:inherit;padding:.5rem 1.5rem}}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )
}

/// Text made safe for a page.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

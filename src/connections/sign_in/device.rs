//! Signing in without a browser on this machine: a code to type on another one.
//!
//! Two forms: the standard's (RFC 8628), where the token address is polled, and Zoho's, where a
//! service names an address of its own to poll. Zoho tells times in milliseconds, and names the
//! data centre of a user who has his account elsewhere.

use super::{oauth2_parts, refused};
use crate::connections::auth::oauth2::{Granted, Others, check_token_server};
use crate::connections::auth::token_reply::{self, Reply};
use crate::connections::connection::Connection;
use crate::connections::credential::{Credential, Tokens};
use crate::connections::registry::Registry;
use crate::connections::service::{Grant, OAuth2};
use crate::connections::template::{Values, fill};
use crate::connections::{Error, Secret, data_centre, refresh, scope};
use crate::host::{Body, Method, Response};
use crate::http::{Client, Hop, Outgoing};
use serde_json::{Map, Value};
use std::time::Duration;
use url::Url;

const STANDARD_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
const TIMEOUT: Duration = Duration::from_secs(30);
/// Between two questions, where the provider names no time.
const USUAL_INTERVAL: i64 = 5_000;
/// More between them after each `slow_down` (RFC 8628, 3.5).
const SLOWER: i64 = 5_000;
const USUAL_LIFE: i64 = 300_000;

/// A sign-in under way: what to show, and what to ask with.
#[derive(Debug)]
pub struct DeviceStart {
    /// The page to open on another device.
    pub page: String,
    /// What to type there.
    pub user_code: String,
    /// A page that needs no typing, where the provider has one.
    pub complete_page: Option<String>,
    /// Milliseconds between two questions.
    pub interval: i64,
    /// When the codes end, in milliseconds since the epoch.
    pub ends_at: i64,
    code: Secret,
    /// The polled server of another data centre, once the provider has named it.
    dc: Option<String>,
}

/// What one question brought.
#[derive(Debug)]
pub enum Polled {
    Connected(Box<Connection>),
    /// Ask again after this many milliseconds.
    Again(i64),
}

/// Gets a code for a person to type.
pub async fn start(registry: &Registry, http: &Client, link: &str) -> Result<DeviceStart, Error> {
    let (connection, service, row, tokens) = oauth2_parts(registry, link).await?;
    let Some(template) = row.device_code_url.as_deref() else {
        return Err(Error::usage_help(
            format!("the service `{}` has no sign-in by device code", service.link_name),
            format!("use `ararat connections connect {link} --paste`"),
        ));
    };
    registry.must_own_credentials(&connection).await?;
    let values = refresh::values_of(&service, &connection)?;
    let mut pairs = vec![("client_id", tokens.client_id.clone())];
    if is_zohos(&row) {
        pairs.extend([("grant_type", "device_request".to_owned()), ("access_type", "offline".to_owned())]);
        pairs.push(("prompt", "consent".to_owned()));
    }
    if !connection.scopes.is_empty() {
        pairs.push(("scope", connection.scopes.join(&row.scope_delimiter)));
    }
    refresh::learn(http, &tokens);
    let answer = post(http, link, template, &values, pairs).await?;
    read_start(registry, link, &row, &answer).inspect(|start| http.redactor().learn(start.code.expose()))
}

/// Asks until the person has decided, or the code has ended.
pub async fn finish(registry: &Registry, http: &Client, link: &str, start: DeviceStart) -> Result<Connection, Error> {
    let mut start = start;
    let mut pause = start.interval;
    loop {
        tokio::time::sleep(Duration::from_millis(u64::try_from(pause).unwrap_or(0))).await;
        match poll(registry, http, link, &mut start).await? {
            Polled::Connected(connection) => return Ok(*connection),
            Polled::Again(after) => pause = after,
        }
    }
}

/// Asks once.
pub async fn poll(registry: &Registry, http: &Client, link: &str, start: &mut DeviceStart) -> Result<Polled, Error> {
    let (connection, service, row, tokens) = oauth2_parts(registry, link).await?;
    if registry.now() >= start.ends_at {
        return Err(ended(link));
    }
    let mut connection = connection;
    connection.dc = start.dc.clone().or(connection.dc);
    let values = refresh::values_of(&service, &connection)?;
    let template = row.device_token_url.as_deref().unwrap_or(&row.token_url);
    let answer = match post(http, link, template, &values, question(&row, &tokens, start)).await {
        Ok(answer) => answer,
        // A network that is away for a moment ends nothing (RFC 8628, 3.5).
        Err(Error::Http(error)) if error.is_transient() => return Ok(Polled::Again(start.interval * 2)),
        Err(error) => return Err(error),
    };
    match token_reply::read(answer.status, &answer.body) {
        Reply::Token(fields) => {
            let granted = granted(fields);
            Ok(Polled::Connected(Box::new(keep(registry, http, link, start, granted).await?)))
        }
        Reply::Error { code, description } => pending(link, start, &answer, &code, description),
        Reply::Unreadable(_) if answer.status >= 500 => Ok(Polled::Again(start.interval * 2)),
        Reply::Unreadable(what) => Err(refused(link, &format!("expected a token, found {what}"))),
    }
}

fn is_zohos(row: &OAuth2) -> bool {
    row.device_token_url.is_some()
}

fn question(row: &OAuth2, tokens: &Tokens, start: &DeviceStart) -> Vec<(&'static str, String)> {
    let code = start.code.expose().to_owned();
    let mut pairs = vec![("client_id", tokens.client_id.clone())];
    pairs.extend(tokens.client_secret.as_ref().map(|secret| ("client_secret", secret.expose().to_owned())));
    if is_zohos(row) {
        pairs.extend([("grant_type", "device_token".to_owned()), ("code", code)]);
    } else {
        pairs.extend([("grant_type", STANDARD_GRANT.to_owned()), ("device_code", code)]);
    }
    pairs
}

/// An answer without a token: wait, go elsewhere, or give up.
fn pending(
    link: &str,
    start: &mut DeviceStart,
    answer: &Response,
    code: &str,
    description: Option<String>,
) -> Result<Polled, Error> {
    match code {
        "authorization_pending" => Ok(Polled::Again(start.interval)),
        "slow_down" => {
            start.interval += SLOWER;
            Ok(Polled::Again(start.interval))
        }
        "other_dc" => {
            start.dc = Some(named_centre(link, &answer.body)?);
            Ok(Polled::Again(start.interval))
        }
        "access_denied" => Err(refused(link, "the person at the other device said no")),
        "expired" | "expired_token" | "invalid_code" => Err(ended(link)),
        other => {
            let more = description.map_or(String::new(), |more| format!(" ({more})"));
            Err(refused(link, &format!("{other}{more}")))
        }
    }
}

/// The data centre that Zoho names; only those of the table are believed.
fn named_centre(link: &str, body: &[u8]) -> Result<String, Error> {
    let fields: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
    // The docs are silent on the field's name; both have been seen.
    let named = ["user_dc", "location"].iter().find_map(|name| fields.get(*name).and_then(Value::as_str));
    let named = named.ok_or_else(|| {
        refused(link, "the account is in another data centre, which the provider does not name; set it with --dc")
    })?;
    data_centre::find(named).map(|centre| centre.location.clone())
}

/// Writes what was granted, as every other sign-in does.
async fn keep(
    registry: &Registry,
    http: &Client,
    link: &str,
    start: &DeviceStart,
    granted: Granted,
) -> Result<Connection, Error> {
    let (connection, ..) = oauth2_parts(registry, link).await?;
    let _flight = registry.flight(&connection).await?;
    let (mut connection, service, _, tokens) = oauth2_parts(registry, link).await?;
    connection.dc = start.dc.clone().or(connection.dc);
    connection.grant = Some(Grant::DeviceCode.word().to_owned());
    let tokens = refresh::take(registry, &service, &mut connection, tokens, granted);
    refresh::learn(http, &tokens);
    registry.save(&connection, Some(&Credential::OAuth2(tokens))).await?;
    registry.log(link, "connected", Some("by device code")).await?;
    registry.connection(link).await
}

fn granted(fields: Map<String, Value>) -> Granted {
    let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    Granted {
        access: Secret::new(text("access_token").unwrap_or_default()),
        refresh: text("refresh_token").map(Secret::new),
        lifetime: fields.get("expires_in").and_then(Value::as_i64).map(|seconds| seconds.saturating_mul(1000)),
        scopes: text("scope").map(|scopes| scope::split(&scopes)).filter(|scopes| !scopes.is_empty()),
        others: Others { fields },
    }
}

fn read_start(registry: &Registry, link: &str, row: &OAuth2, answer: &Response) -> Result<DeviceStart, Error> {
    let fields: Map<String, Value> = serde_json::from_slice(&answer.body)
        .map_err(|_| refused(link, &format!("expected a device code, found status {}", answer.status)))?;
    let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    if let Some(error) = text("error") {
        return Err(refused(link, &error));
    }
    let need = |name: &str| text(name).ok_or_else(|| refused(link, &format!("expected `{name}`, found none")));
    // Zoho's times are milliseconds, the standard's are seconds.
    let unit = if is_zohos(row) { 1 } else { 1000 };
    let time = |name: &str| fields.get(name).and_then(Value::as_i64).map(|n| n.saturating_mul(unit)).filter(|n| *n > 0);
    let page = text("verification_uri").or_else(|| text("verification_url"));
    Ok(DeviceStart {
        page: page.ok_or_else(|| refused(link, "expected `verification_uri`, found none"))?,
        user_code: need("user_code")?,
        complete_page: text("verification_uri_complete"),
        interval: time("interval").unwrap_or(USUAL_INTERVAL).clamp(1_000, 60_000),
        ends_at: registry.now().saturating_add(time("expires_in").unwrap_or(USUAL_LIFE)),
        code: Secret::new(need("device_code")?),
        dc: None,
    })
}

fn ended(link: &str) -> Error {
    Error::usage_help(
        format!("the code for `{link}` ended before anyone used it"),
        format!("run `ararat connections connect {link} --device` again"),
    )
}

async fn post(
    http: &Client,
    link: &str,
    template: &str,
    values: &Values,
    pairs: Vec<(&'static str, String)>,
) -> Result<Response, Error> {
    let address = fill(template, values);
    let url = Url::parse(&address).map_err(|error| Error::usage(format!("`{template}` is not an address: {error}")))?;
    check_token_server(&url, template)?;
    let body = Body::Form(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect());
    let headers = vec![("accept".to_owned(), "application/json".to_owned())];
    let hop = Hop { method: Method::Post, url, headers, body };
    let connection = Some(link.to_owned());
    let outgoing = Outgoing { hop, timeout: TIMEOUT, max_response: token_reply::LARGEST, connection, follow: false };
    Ok(http.send(&outgoing, None).await?)
}

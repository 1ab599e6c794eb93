//! Who is signed in, and which of the account's applications or portals a connection uses.

use super::outbound::Outbound;
use super::registry::Registry;
use super::service::{Portals, Service};
use super::template::fill;
use super::{Error, refresh};
use crate::host::{Body, Method, Request, Response, Target};
use serde::Serialize;
use serde_json::Value;
use std::time::Duration;

/// What a test call has shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tested {
    pub status: u16,
    /// The address that answered, without credentials.
    pub url: String,
    /// Who is signed in, where the service tells.
    pub whoami: Option<String>,
}

/// One application or portal of an account.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Portal {
    pub id: String,
    pub name: String,
}

/// The portals of a connection's account.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Choice {
    /// What the provider calls one.
    pub label: String,
    pub portals: Vec<Portal>,
    /// The id of the one in use.
    pub chosen: Option<String>,
}

/// Calls the service's test address, or the one given, with the connection's credentials.
pub async fn test(outbound: &Outbound, link: &str, url: Option<String>) -> Result<Tested, Error> {
    let (service, values) = service_of(outbound.registry().await?, link).await?;
    let url = url.or_else(|| service.test.as_deref().map(|url| fill(url, &values))).ok_or_else(|| {
        Error::usage_help(
            format!("the service `{}` names no address to test", service.link_name),
            "name one with --url",
        )
    })?;
    let answer = get(outbound, link, url).await?;
    let fields: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let whoami = fields.and_then(|fields| service.whoami.iter().find_map(|path| text_at(&fields, path)));
    Ok(Tested { status: answer.status, url: answer.url, whoami })
}

/// The portals to choose from; none where the service has no such thing.
pub async fn choice(outbound: &Outbound, link: &str) -> Result<Option<Choice>, Error> {
    let registry = outbound.registry().await?;
    let (service, values) = service_of(registry, link).await?;
    let Some(row) = &service.portals else {
        return Ok(None);
    };
    let answer = get(outbound, link, fill(&row.url, &values)).await?;
    let fields: Value = serde_json::from_slice(&answer.body)
        .map_err(|_| super::sign_in::refused(link, &format!("{} did not answer with JSON", answer.url)))?;
    let chosen = registry.connection(link).await?.params.get(&row.param).cloned();
    Ok(Some(Choice { label: row.label.clone(), portals: portals_in(&fields, row), chosen }))
}

/// After a sign-in: the only portal is taken; among several a person has to choose.
pub async fn settle(registry: &Registry, link: &str, choice: Choice) -> Result<Option<Choice>, Error> {
    match choice.portals.as_slice() {
        [] => Ok(None),
        [only] => choose(registry, link, only).await.map(|()| None),
        _ => Ok(Some(choice)),
    }
}

/// Makes a connection use one of its account's portals.
pub async fn choose(registry: &Registry, link: &str, portal: &Portal) -> Result<(), Error> {
    let mut connection = registry.connection(link).await?;
    registry.must_own_credentials(&connection).await?;
    let service = registry.service(&connection.service).await?;
    let Some(row) = &service.portals else {
        return Err(Error::usage(format!("the service `{}` has nothing to choose from", service.link_name)));
    };
    connection.params.insert(row.param.clone(), portal.id.clone());
    registry.save(&connection, None).await?;
    let what = format!("{} `{}` ({})", row.label, portal.name, portal.id);
    registry.log(link, "chosen", Some(&what)).await
}

async fn service_of(registry: &Registry, link: &str) -> Result<(Service, super::template::Values), Error> {
    let connection = registry.connection(link).await?;
    let service = registry.service(&connection.service).await?;
    let values = refresh::values_of(&service, &connection)?;
    Ok((service, values))
}

async fn get(outbound: &Outbound, link: &str, url: String) -> Result<Response, Error> {
    let request = Request {
        method: Method::Get,
        target: Target::Url(url),
        query: Vec::new(),
        headers: Vec::new(),
        body: Body::Empty,
        connection: Some(link.to_owned()),
        scopes: Vec::new(),
        timeout: Duration::from_secs(40),
        max_response: 5 << 20,
        origin: "connections".to_owned(),
    };
    let answer = outbound.carry(&request).await?;
    if answer.status >= 400 {
        let reason = format!("status {} from {}", answer.status, answer.url);
        return Err(Error::Provider { link: link.to_owned(), reason });
    }
    Ok(answer)
}

fn portals_in(fields: &Value, row: &Portals) -> Vec<Portal> {
    let list = if row.list.is_empty() { Some(fields) } else { at(fields, &row.list) };
    let entries = list.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let portal = |entry: &Value| {
        let id = text_at(entry, &row.id)?;
        Some(Portal { name: text_at(entry, &row.name).unwrap_or_else(|| id.clone()), id })
    };
    entries.iter().filter_map(portal).collect()
}

/// `users.0.email`: names and numbers of places, with dots between.
fn at<'a>(fields: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(fields, |value, step| match value {
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        other => other.get(step),
    })
}

fn text_at(fields: &Value, path: &str) -> Option<String> {
    match at(fields, path)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

//! `invokeapi [ … ]`: a call of one of Zoho's own services (`deluge/help/webhook/invokeapitask`).
//!
//! The host follows from the service and the account's data centre; `parameters` are always the query.

use super::entries::Entries;
use super::invoke_url::{self, ResponseFormat};
use super::payload::{self, wrong};
use crate::fault::Fault;
use crate::host::{Body, Host, Part, Request, Response, Target};
use crate::tasks::template::field_text;
use crate::tasks::{kind, reply, send};
use crate::value::{Map, Settings, Value};
use encoding_rs::Encoding;

/// Services by the name that the block gives them, and the family of their hosts.
const SERVICES: &[(&str, &str)] = &[
    ("zohocrm", "api"),
    ("zohobooks", "api"),
    ("zohoinvoice", "api"),
    ("zohobilling", "api"),
    ("zohoinventory", "api"),
    ("zohobookings", "api"),
    ("zohoworkdrive", "api"),
    ("zohorecruit", "recruit"),
    ("zohocliq", "cliq"),
    ("zohocreator", "creator"),
];

/// Carries out the block.
pub fn perform(entries: &Entries, settings: &Settings, host: &mut dyn Host) -> Result<Value, Fault> {
    let method = invoke_url::method(entries, settings)?;
    let mut request = Request {
        method,
        target: target(entries, settings)?,
        query: Vec::new(),
        headers: invoke_url::headers(&entries.value("headers"), settings)?,
        body: Body::Empty,
        connection: entries.text("connection", settings)?,
        scopes: Vec::new(),
        timeout: send::TIMEOUT,
        max_response: send::MAX_ZOHO,
        origin: "invokeapi".to_owned(),
    };
    let (parameters, body) = (entries.value("parameters"), entries.value("body"));
    if !parameters.is_null() {
        payload::add_query(&mut request, &parameters, settings)?;
    }
    if !body.is_null() {
        request.body = match part_maps(&body) {
            Some(maps) => Body::Multipart(maps.iter().map(|map| part(map, settings)).collect::<Result<_, _>>()?),
            None => payload::body(&body, &payload::asked_type(&request), settings)?,
        };
    }
    let format = ResponseFormat::of(entries, settings)?;
    let response = send::http(host, request)?;
    let value = reply::decoded(&response, format.wish, format.charset)?;
    if let Value::Map(map) = &value {
        map.set_fields(fields(&response));
    }
    Ok(value)
}

/// What scripts read as `response.status` and `response.headers`. Only a map has room for them.
fn fields(response: &Response) -> Map {
    let fields = Map::new();
    fields.put_str("status", Value::Int(response.status.into()));
    fields.put_str("headers", Value::Map(invoke_url::header_map(response)));
    fields
}

fn target(entries: &Entries, settings: &Settings) -> Result<Target, Fault> {
    let service = entries.text("service", settings)?.unwrap_or_default().to_ascii_lowercase();
    let path = entries.text("path", settings)?.ok_or_else(|| wrong("path", "a text", &entries.value("path")))?;
    let Some((_, family)) = SERVICES.iter().find(|(name, _)| *name == service) else {
        let names: Vec<_> = SERVICES.iter().map(|(name, _)| *name).collect();
        return Err(Fault::value(format!("`service` expects one of {}, found `{service}`", names.join(", "))));
    };
    let path = format!("/{}", path.trim_start_matches('/'));
    // Version 2.1 of Creator's API lives with the others.
    let family = if path.starts_with("/creator/") { "api" } else { family };
    Ok(Target::Zoho { family: family.to_owned(), path })
}

/// The maps of `{{"param-name": …, "param-value": …}}`.
fn part_maps(body: &Value) -> Option<Vec<Map>> {
    let list = body.as_list()?;
    list.borrow().iter().map(kind::map).collect()
}

fn part(map: &Map, settings: &Settings) -> Result<Part, Fault> {
    let text = |key: &str| map.get_str(key).map(|value| field_text(&value, settings)).transpose();
    let name = text("param-name")?.ok_or_else(|| Fault::value("a part of `body` needs the key `param-name`"))?;
    let content_type = text("content-type")?;
    match map.get_str("param-value") {
        Some(Value::File(file)) => {
            let part = crate::tasks::request::file_part(&name, &file);
            Ok(Part { content_type: content_type.or(part.content_type), ..part })
        }
        value => {
            let value = value.unwrap_or(Value::Null);
            let content_type = content_type.unwrap_or_else(|| "text/plain".to_owned());
            let charset = text("encoding-type")?.unwrap_or_else(|| "UTF-8".to_owned());
            let encoding = Encoding::for_label(charset.as_bytes()).ok_or_else(|| {
                Fault::value(format!("`encoding-type` expects a character set such as UTF-8, found `{charset}`"))
            })?;
            let bytes = encoding.encode(&field_text(&value, settings)?).0.into_owned();
            let content_type = Some(format!("{content_type}; charset={charset}"));
            Ok(Part { name, file_name: None, content_type, bytes })
        }
    }
}

//! A row's case and the arguments of a call, made into a request.

use super::bind::Bound;
use super::row::{Case, LookUp};
use super::send;
use super::template::{self, Table};
use crate::fault::Fault;
use crate::host::{Body, Host, Part, Request, Target};
use crate::value::{Settings, Value};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands in a path segment as it is.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Asks for the values that the case needs and no argument has.
pub fn look_up(case: &Case, bound: &mut Bound, host: &mut dyn Host) -> Result<(), Fault> {
    if case.holes().iter().any(|hole| hole.param == "owner_email") {
        let account = send::account(host)?;
        bound.add("owner_email", Value::text(&account.admin_user_id));
    }
    for look_up in &case.look_ups {
        let found = ask(case, look_up, bound, host)?;
        bound.add(&look_up.name, found);
    }
    Ok(())
}

fn ask(case: &Case, look_up: &LookUp, bound: &Bound, host: &mut dyn Host) -> Result<Value, Fault> {
    let path = look_up.path.fill(bound, &segment)?.unwrap_or_default();
    let mut request = blank(case, bound, Target::Zoho { family: look_up.family.clone(), path })?;
    request.method = look_up.method;
    let response = send::http(host, request)?;
    let body = super::reply::value(&response, Default::default())?;
    look_up.answer.walk(&body).ok_or_else(|| {
        let status = response.status;
        Fault::other(
            "run.http",
            format!("{}: {} answered {status} without `{}`", bound.task.name(), response.url, look_up.name),
        )
    })
}

/// The request of a case for the arguments of a call.
pub fn build(case: &Case, bound: &Bound) -> Result<Request, Fault> {
    let path = case.path.fill(bound, &segment)?.unwrap_or_default();
    let mut request = blank(case, bound, Target::Zoho { family: case.family.clone(), path })?;
    request.method = case.method;
    request.query = fields(&case.query, bound)?;
    request.headers = fields(&case.headers, bound)?;
    request.body = body(case, bound)?;
    Ok(request)
}

fn blank(case: &Case, bound: &Bound, target: Target) -> Result<Request, Fault> {
    let scopes = case.scopes.iter().map(|scope| scope.plain(bound));
    Ok(Request {
        method: case.method,
        target,
        query: Vec::new(),
        headers: Vec::new(),
        body: Body::Empty,
        connection: bound.connection(),
        scopes: scopes.filter_map(Result::transpose).collect::<Result<_, _>>()?,
        timeout: send::TIMEOUT,
        max_response: send::MAX_ZOHO,
        origin: bound.task.name().to_owned(),
    })
}

/// A value as one segment of a path. `.` and `..` would climb out of it.
fn segment(text: &str) -> Result<String, Fault> {
    match text {
        "." | ".." => Err(Fault::value(format!("expected a name or an id, found `{text}`"))),
        _ => Ok(utf8_percent_encode(text, SEGMENT).to_string()),
    }
}

fn fields(table: &Table, bound: &Bound) -> Result<Vec<(String, String)>, Fault> {
    let entries = table.fill(bound)?;
    let texts = entries.iter().map(|(key, value)| Ok((key.to_string(), template::field_text(value, bound.settings)?)));
    texts.collect()
}

/// A row with both a multipart body and another sends the multipart when it has a file to send.
fn body(case: &Case, bound: &Bound) -> Result<Body, Fault> {
    if let Some(table) = &case.multipart {
        let parts = parts(table, bound)?;
        let is_only_body = case.json.is_none() && case.form.is_none();
        if is_only_body || parts.iter().any(|part| part.file_name.is_some()) {
            return Ok(Body::Multipart(parts));
        }
    }
    if let Some(table) = &case.form {
        return Ok(Body::Form(fields(table, bound)?));
    }
    match case.json.as_ref().map(|node| node.fill(bound)).transpose()?.flatten() {
        Some(value) => {
            let bytes = template::json_text(&value, bound.settings)?.into_bytes();
            Ok(Body::Bytes { content_type: "application/json".to_owned(), bytes })
        }
        None => Ok(Body::Empty),
    }
}

fn parts(table: &Table, bound: &Bound) -> Result<Vec<Part>, Fault> {
    let mut parts = Vec::new();
    for (name, value) in table.fill(bound)? {
        let files = template::files(&value);
        let is_empty_list = value.as_list().is_some_and(|list| list.is_empty());
        if files.is_empty() && !is_empty_list {
            parts.push(text_part(&name, &value, bound.settings)?);
        }
        parts.extend(files.iter().map(|file| file_part(&name, file)));
    }
    Ok(parts)
}

/// A form field of a multipart body.
pub fn text_part(name: &str, value: &Value, settings: &Settings) -> Result<Part, Fault> {
    let bytes = template::field_text(value, settings)?.into_bytes();
    Ok(Part { name: name.to_owned(), file_name: None, content_type: None, bytes })
}

/// A file of a multipart body.
pub fn file_part(name: &str, file: &crate::value::File) -> Part {
    let contents = file.borrow();
    let content_type = match &contents.charset {
        Some(charset) => format!("{}; charset={charset}", contents.mime),
        None => contents.mime.clone(),
    };
    Part {
        name: name.to_owned(),
        file_name: Some(contents.name.clone()),
        content_type: Some(content_type),
        bytes: contents.bytes.to_vec(),
    }
}

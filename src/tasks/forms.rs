//! Function forms of the network: `getUrl`, `postUrl`, `invokeUrl`, `openUrl`, `zoho.pushNotification`.
//!
//! The first three are Creator's, and deprecated (`deluge/help/web-data/…`). Which of the trailing arguments
//! is which follows from its kind: a boolean is `simple`, a map or text is a body or headers.

use super::block::invoke_url::{headers, in_detail, named_method, start};
use super::block::payload::{self, wrong};
use super::{kind, reply, send};
use crate::fault::Fault;
use crate::host::{Ask, Host, Method, Request};
use crate::value::{Settings, Value, convert};

/// `getUrl(url [, headers] [, simple])`.
pub fn get_url(args: &[Value], settings: &Settings, host: &mut dyn Host) -> Result<Value, Fault> {
    let (args, simple) = split_simple(args);
    let mut request = start(&url(args, "getUrl")?, Method::Get, "getUrl", settings)?;
    request.headers = headers(args.get(1).unwrap_or(&Value::Null), settings)?;
    answer(request, simple, host)
}

/// `postUrl(url, body [, headers] [, simple])`.
pub fn post_url(args: &[Value], settings: &Settings, host: &mut dyn Host) -> Result<Value, Fault> {
    let (args, simple) = split_simple(args);
    let mut request = start(&url(args, "postUrl")?, Method::Post, "postUrl", settings)?;
    request.max_response = send::MAX_POSTED;
    add(&mut request, args.get(1), args.get(2), settings)?;
    answer(request, simple, host)
}

/// `invokeUrl(url, type [, body] [, headers] [, simple])`.
pub fn invoke_url(args: &[Value], settings: &Settings, host: &mut dyn Host) -> Result<Value, Fault> {
    let (args, simple) = split_simple(args);
    let given = args.get(1).unwrap_or(&Value::Null);
    let word = given.as_text().ok_or_else(|| wrong("type", "a text such as \"GET\"", given))?;
    let mut request = start(&url(args, "invokeUrl")?, named_method(word)?, "invokeUrl", settings)?;
    add(&mut request, args.get(2), args.get(3), settings)?;
    answer(request, simple, host)
}

/// Takes a trailing boolean off; without one, the plain body is wanted.
fn split_simple(args: &[Value]) -> (&[Value], bool) {
    match args {
        [rest @ .., Value::Bool(simple)] => (rest, *simple),
        _ => (args, true),
    }
}

fn url(args: &[Value], function: &str) -> Result<String, Fault> {
    let given = args.first().unwrap_or(&Value::Null);
    match given.as_text() {
        Some(text) => Ok(text.trim().to_owned()),
        None => Err(Fault::value(format!("{function} expects a URL as text, found {}", given.kind().name()))),
    }
}

fn add(request: &mut Request, body: Option<&Value>, header: Option<&Value>, settings: &Settings) -> Result<(), Fault> {
    request.headers = headers(header.unwrap_or(&Value::Null), settings)?;
    match body {
        None | Some(Value::Null) => Ok(()),
        Some(body) => payload::add_parameters(request, body, settings),
    }
}

fn answer(request: Request, simple: bool, host: &mut dyn Host) -> Result<Value, Fault> {
    let response = send::http(host, request)?;
    let body = reply::value(&response, reply::Wish::Automatic)?;
    Ok(if simple { body } else { in_detail(&response, body) })
}

/// `openUrl(url, window [, option])`: recorded, as a local run opens no browser.
pub fn open_url(args: &[Value], settings: &Settings, host: &mut dyn Host) -> Result<Value, Fault> {
    let text = |at: usize| args.get(at).map(|value| convert::to_text(value, settings)).transpose();
    let url = text(0)?.ok_or_else(|| Fault::value("openUrl expects a URL and a window"))?;
    let window = text(1)?;
    let option = text(2)?;
    let window = window.as_ref().map_or("same window", |text| text.as_str());
    host.ask(Ask::OpenUrl { url: url.as_str(), window, option: option.as_ref().map(|text| text.as_str()) })?;
    Ok(Value::Null)
}

const LONGEST_TITLE: usize = 200;
const LONGEST_MESSAGE: usize = 250;

/// `zoho.pushNotification(to, title, message [, report, record])`; title and message are cut to length.
pub fn push_notification(args: &[Value], settings: &Settings, host: &mut dyn Host) -> Result<Value, Fault> {
    let text = |at: usize| convert::to_text(args.get(at).unwrap_or(&Value::Null), settings);
    let to = args.first().unwrap_or(&Value::Null);
    let to = convert::to_list(to).ok_or_else(|| wrong("to", "an e-mail address or a list of them", to))?;
    let items = to.snapshot();
    let addresses = items.iter().map(|item| Ok(convert::to_text(item, settings)?.trim().to_owned()));
    let to = addresses.collect::<Result<Vec<_>, Fault>>()?;
    let cut = |text: &str, most: usize| text.chars().take(most).collect::<String>();
    let (title, message) = (cut(&text(1)?, LONGEST_TITLE), cut(&text(2)?, LONGEST_MESSAGE));
    host.ask(Ask::Push { to, title, message })?;
    let done = kind::map(&Value::text("{\"status\":\"success\"}"));
    Ok(done.map_or(Value::Null, Value::Map))
}
